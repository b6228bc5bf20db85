"""A sealed release: a folder with the approved files and `release.json`, which says who approved exactly what."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from output_checks.errors import InputError, IntegrityError
from output_checks.store.codec import decode, encode
from output_checks.store.decision import Approval
from output_checks.store.files import read_file
from output_checks.store.signed import Signed

SEAL = "release.json"


@dataclass(frozen=True, kw_only=True)
class SealedOutput:
    """One approved output: its files with their hashes, and who approved them."""

    name: str
    files: Mapping[str, str]
    approvals: tuple[Approval, ...]


@dataclass(frozen=True, kw_only=True)
class Seal(Signed):
    """What `release.json` holds. The signature is over everything else in it, so nothing can be added or taken away."""

    release: str
    submission: str
    policy: dict[str, Any]
    toolkit: str
    outputs: tuple[SealedOutput, ...]
    released_by: str
    time: str

    @property
    def files(self) -> dict[str, str]:
        """Hash of every file of the release, by name."""
        return {name: sha for output in self.outputs for name, sha in output.files.items()}


def read_seal(folder: Path) -> Seal:
    """The seal of the release in this folder, if its bytes are what `encode` would write. No signature is checked here.

    Raises
    ------
    InputError
        There is no release in this folder.
    IntegrityError
        The seal was changed.
    """
    path = folder / SEAL
    if not path.is_file():
        raise InputError(f"There is no sealed release in {folder}.", remedy="the folder that `release` printed")
    if path.is_symlink():
        raise IntegrityError(f"{path} is a link to somewhere else.", remedy="the release as it was sealed")
    content = read_file(path)
    try:
        seal = decode(content, Seal, source=f"{path}")
    except InputError:
        seal = None
    if seal is None or encode(seal) != content:
        raise IntegrityError(f"{path} was changed after it was sealed.", remedy="the release as it was sealed")
    return seal
