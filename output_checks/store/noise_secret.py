"""The secret that a project's cell keys are made with: of its ledger where it has one, else of the draft."""

import secrets
from pathlib import Path

from output_checks.store.files import read_file, write_atomically
from output_checks.store.ledger import Ledger

_FILE = "noise.key"
_SIZE = 32


def noise_secret(draft: Path, ledger: Path | None) -> bytes:
    """The same at every call of a draft, and of all drafts with one ledger. A draft that began with its own keeps it.

    Raises
    ------
    InputError
        The draft's folder cannot be written, or the ledger is not there.
    IntegrityError
        The ledger is not whole.
    """
    own = draft / _FILE
    if own.is_file():
        return read_file(own)
    if ledger is not None:
        return Ledger.open(ledger).secret.keyed_hash(b"cell keys").encode()
    write_atomically(own, secrets.token_bytes(_SIZE), private=True)
    return read_file(own)
