"""A submission's folder. Only the export zip is meant to leave; everything else stays inside.

<name>-<number>.zip        the export: what would leave, with the output control form
submission.json            who submits what under which policy, with the hash of every other file
evidence.json              every output with its evidence
members.npz                whose records are in which cells, by hashes of the units' keys
withheld.zip               files of refused outputs, for the output checker to look at
trail.jsonl                the audit trail
decision-<checker>.json    the votes of one output checker, signed
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from output_checks.errors import InputError, IntegrityError
from output_checks.store.archive import pack, unpack
from output_checks.store.codec import decode, encode
from output_checks.store.files import expect_safe_name, read_file, sha256, write_folder_atomically

MANIFEST, EVIDENCE, WITHHELD, TRAIL = "submission.json", "evidence.json", "withheld.zip", "trail.jsonl"
MEMBERS = "members.npz"
FORM = "output-control-form.xlsx"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a submission says of itself. `files` are hashes of the export, the evidence and the withheld files."""

    name: str
    number: int
    author: str
    submitted: str
    toolkit: str
    policy: dict[str, Any]
    units: Mapping[str, tuple[str, ...]]
    salt: str
    """Random, so that the submission's hash, which leaves with a release, tells nothing of what was not approved."""
    files: Mapping[str, str]
    ledger: str = ""
    """Folder of the ledger that its author judged it beside; empty without one."""

    @property
    def title(self) -> str:
        return f"{self.name}-{self.number}"

    @property
    def export(self) -> str:
        return expect_safe_name(f"{self.title}.zip")


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A submission's content as it lies in its folder, every hash checked."""

    folder: Path
    manifest: Manifest
    sha256: str
    """Of the manifest, and through it of everything submitted."""
    evidence: bytes
    members: bytes
    export: Mapping[str, bytes]
    withheld: Mapping[str, bytes]


def write_submission(
    folder: Path,
    manifest: Manifest,
    *,
    evidence: bytes,
    members: bytes,
    export: Mapping[str, bytes],
    withheld: Mapping[str, bytes],
    trail: bytes,
) -> None:
    """Write the whole folder, or nothing. `manifest.files` and `trail` come from `content_hashes` and the audit module.

    Raises
    ------
    InputError
        The folder exists, or cannot be written.
    """
    files = {
        manifest.export: pack(export),
        MANIFEST: encode(manifest),
        EVIDENCE: evidence,
        MEMBERS: members,
        WITHHELD: pack(withheld),
        TRAIL: trail,
    }
    write_folder_atomically(folder, files)


def content_hashes(
    title: str, *, evidence: bytes, members: bytes, export: Mapping[str, bytes], withheld: Mapping[str, bytes]
) -> dict[str, str]:
    """The hashes that a manifest holds."""
    return {
        f"{title}.zip": sha256(pack(export)),
        EVIDENCE: sha256(evidence),
        MEMBERS: sha256(members),
        WITHHELD: sha256(pack(withheld)),
    }


def read_submission(folder: Path) -> Stored:
    """Read a submission and check every hash in it.

    Raises
    ------
    InputError
        There is no submission in this folder, or one of its files is damaged.
    IntegrityError
        A file is not the one that was submitted.
    """
    if not (folder / MANIFEST).is_file():
        raise InputError(f"There is no submission in {folder}.", remedy="the folder that `submit` printed")
    content = read_file(folder / MANIFEST)
    manifest = decode(content, Manifest, source=f"{folder / MANIFEST}")
    if set(manifest.files) != {manifest.export, EVIDENCE, MEMBERS, WITHHELD}:
        raise InputError(f"{folder / MANIFEST} does not list the files of a submission.", remedy="submit again")
    files = {name: read_file(folder / name) for name in manifest.files}
    for name, expected in manifest.files.items():
        if sha256(files[name]) != expected:
            raise IntegrityError(f"{folder / name} was changed after it was submitted.", remedy="submit again")
    return Stored(
        folder=folder,
        manifest=manifest,
        sha256=sha256(content),
        evidence=files[EVIDENCE],
        members=files[MEMBERS],
        export=unpack(files[manifest.export], source=f"{folder / manifest.export}"),
        withheld=unpack(files[WITHHELD], source=f"{folder / WITHHELD}"),
    )
