"""Earlier releases from files: sealed by this toolkit, or bare tables of which only the published numbers are known."""

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from output_checks.errors import InputError, IntegrityError
from output_checks.model.evidence import FileContent, Output, OutputKind
from output_checks.store.archive import unpack
from output_checks.store.codec import decode
from output_checks.store.files import expect_distinct_names, read_file, sha256
from output_checks.store.ledger_entry import Left
from output_checks.store.members import decode_members, with_members
from output_checks.store.sealed import Seal, SealedOutput, read_seal
from output_checks.store.submission import EVIDENCE, MEMBERS, Stored, read_submission
from output_checks.workflow.bare_tables import BareTable, is_table, read_bare_table, with_numbers_of_files
from output_checks.workflow.seal import expect_files, verify


def from_sealed(
    path: Path, *, submission: Path | None = None, keys: Mapping[str, Ed25519PublicKey] | None = None
) -> tuple[Left, Mapping[str, Sequence[str]] | None]:
    """A release that this toolkit sealed, from its folder or a zip of it, and the units of its submission.

    With the submission, what is remembered is what would have been when it was released: who is in which cell too.
    Without it, the csv files are read as bare tables. Without `keys` only hashes are compared, not who signed them.

    Raises
    ------
    InputError
        There is no sealed release, or it is another submission's.
    IntegrityError
        A file, the seal or the submission was changed.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = _unzipped(path, Path(temporary)) if path.is_file() else path
        if keys is None:
            seal = read_seal(folder)
            expect_files(folder, seal)
        else:
            seal = verify(folder, keys).seal
        contents = {name: read_file(folder / name) for name in seal.files}
    checked = "unsigned" if keys is None else "signatures checked"
    stored = None if submission is None else read_submission(submission)
    if stored is not None and stored.sha256 != seal.submission:
        raise InputError("The submission is not that of the release.", remedy=f"the one of {seal.release}")
    left = Left(
        name=seal.release,
        date=seal.time,
        policy=str(seal.policy.get("name", "")),
        origin=f"imported: sealed, {checked}" + ("" if stored else ", without its submission"),
        outputs=tuple(_from_files(item, contents) for item in seal.outputs)
        if stored is None
        else _from_evidence(seal, stored, contents),
        submission=seal.submission,
        toolkit=seal.toolkit,
    )
    return left, None if stored is None else stored.manifest.units


def from_tables(paths: Sequence[Path], table: BareTable, *, name: str, date: str) -> Left:
    """Tables that were published without this toolkit, or of which nothing but the files is left.

    Raises
    ------
    InputError
        A file is not there or not a csv or Excel table that can be understood, or two have the same name.
    """
    expect_distinct_names([path.name for path in paths])
    outputs = []
    for path in paths:
        content = read_file(path)
        tabulations = read_bare_table(path.name, content, table)
        files = (_file(path.name, content),)
        outputs.append(
            Output(name=path.stem, kind=OutputKind.TABLE, title=path.stem, tabulations=tabulations, files=files)
        )
    return Left(name=name, date=date, policy="", origin="imported: tables", outputs=tuple(outputs))


def _from_evidence(seal: Seal, stored: Stored, contents: Mapping[str, bytes]) -> tuple[Output, ...]:
    """The outputs as the submission describes them, those of the release and no others."""
    evidence = decode(stored.evidence, tuple[Output, ...], source=f"{stored.folder / EVIDENCE}")
    members = decode_members(stored.members, source=f"{stored.folder / MEMBERS}")
    known = {output.name: with_members(output, members) for output in evidence}
    outputs = []
    for item in seal.outputs:
        output = known.get(item.name)
        if output is None or {file.name: file.sha256 for file in output.files} != dict(item.files):
            raise IntegrityError(
                f"{item.name} of the release is not the output that was submitted.",
                remedy="the release as it was sealed",
            )
        outputs.append(with_numbers_of_files(output, contents))
    return tuple(outputs)


def _from_files(item: SealedOutput, contents: Mapping[str, bytes]) -> Output:
    """One output of which only the files are known; a picture has nothing that can be read."""
    kind = OutputKind.TABLE if any(map(is_table, item.files)) else OutputKind.FILE
    files = tuple(_file(name, contents[name]) for name in item.files)
    return with_numbers_of_files(Output(name=item.name, kind=kind, title=item.name, files=files), contents)


def _file(name: str, content: bytes) -> FileContent:
    return FileContent(name=name, sha256=sha256(content), size=len(content))


def _unzipped(path: Path, folder: Path) -> Path:
    """The files of a zip of a release; a folder in it is left out."""
    content = read_file(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            flat = all("/" not in item.filename for item in archive.infolist())
    except zipfile.BadZipFile:
        flat = True
    if not flat:
        raise InputError(f"{path} has folders.", remedy="a zip of the files themselves, or the release's folder")
    for name, inside in unpack(content, source=f"{path}").items():
        (folder / name).write_bytes(inside)
    return folder
