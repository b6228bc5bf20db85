"""What an entry of a ledger holds, as parts: the outputs as they were published, and who is in the cells of each."""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from output_checks.errors import InputError, IntegrityError
from output_checks.model.evidence import Output, Tabulation
from output_checks.model.members import Members
from output_checks.store.codec import canonical_json, decode, encode
from output_checks.store.files import sha256
from output_checks.store.ledger_entry import Left, needed
from output_checks.store.ledger_units import Register

_OUTPUTS = "outputs"


def parts_of(left: Left, register: Register) -> dict[str, bytes]:
    """The parts of a release by name. The register learns its units."""
    parts = {_OUTPUTS: zlib.compress(encode(needed(left.outputs)))}
    return parts | {name: register.write(item) for name, item in _counting(left.outputs).items()}


def outputs_of(parts: Mapping[str, bytes], register: Register, *, number: int) -> tuple[Output, ...]:
    """The outputs in these parts, with their members. The register learns their units.

    Raises
    ------
    IntegrityError
        They are not what `parts_of` made, or not after the same entries.
    """
    try:
        outputs = decode(zlib.decompress(parts[_OUTPUTS]), tuple[Output, ...], source="an entry of the ledger")
        return tuple(_with_members(output, at, parts, register) for at, output in enumerate(outputs))
    except (InputError, KeyError, zlib.error):
        raise IntegrityError(
            f"Entry {number} of the ledger cannot be read.", remedy="the toolkit that wrote it, or the copy in a backup"
        ) from None


def identity_of(left: Left) -> bytes:
    """By what a release is known again: its submission and outputs, or else all that is kept of it."""
    whole = not left.submission
    members = [(name, _digest(item.members) if whole else "") for name, item in _counting(left.outputs).items()]
    files = [(output.name, [item.sha256 for item in output.files]) for output in left.outputs]
    rest = [left.date, sha256(encode(needed(left.outputs)))] if whole else []
    return canonical_json([left.name, left.submission, files, members, rest])


def first_members(outputs: Sequence[Output]) -> Members | None:
    """Those of the first tabulation that has members."""
    return next((item.members for item in _counting(outputs).values()), None)


def _counting(outputs: Sequence[Output]) -> dict[str, Tabulation]:
    """The tabulations that have members, by the name of the part that keeps them."""
    return {
        _name(at, place): item
        for at, output in enumerate(outputs)
        for place, item in enumerate(output.tabulations)
        if item.members is not None
    }


def _with_members(output: Output, at: int, parts: Mapping[str, bytes], register: Register) -> Output:
    tabulations = tuple(
        replace(item, members=register.read(parts[name], item)) if name in parts else item
        for item, name in ((item, _name(at, place)) for place, item in enumerate(output.tabulations))
    )
    return replace(output, tabulations=tabulations)


def _name(at: int, place: int) -> str:
    return f"members/{at}/{place}"


def _digest(members: Members | None) -> str:
    digest = hashlib.sha256()
    if members is not None:
        for hashes in members.units.values():
            digest.update(hashes.tobytes())
        digest.update(members.cells.tobytes())
        digest.update(b"" if members.marks is None else members.marks.tobytes())
    return digest.hexdigest()
