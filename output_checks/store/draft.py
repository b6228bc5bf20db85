"""A researcher's draft release: outputs registered so far, in a folder inside the environment.

draft.json              name, author, policy, units
outputs/<name>.json     one output with its evidence
members/<name>.npz      whose records are in which of its cells
files/<file name>       what would leave
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from output_checks.errors import InputError, IntegrityError
from output_checks.model.evidence import Output
from output_checks.store.codec import decode, encode
from output_checks.store.files import expect_safe_name, read_file, sha256, write_atomically
from output_checks.store.members import decode_members, encode_members, members_of, with_members

Contents = dict[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a draft says of itself. `policy` is a name or the absolute path of a policy file."""

    name: str
    author: str
    policy: str
    units: Mapping[str, tuple[str, ...]]
    datasets: tuple[str, ...] = ()
    """The datasets for which the policy is stricter, as it spells them."""
    ledger: str = ""
    """Absolute path of the ledger's folder; empty without one."""
    order: tuple[str, ...] = ()
    """Names of the outputs, in the order in which they were registered."""


def open_draft(folder: Path, draft: Draft) -> Draft:
    """Start a draft in this folder, or go on with the one that is there, with the ledger that is named now, if any.

    Raises
    ------
    InputError
        The folder holds another release, or the same one with other units, policy, datasets or author.
    """
    if not (folder / "draft.json").is_file():
        write_atomically(folder / "draft.json", encode(draft))
        return draft
    kept = read_draft(folder)
    for what in ("name", "author", "policy", "units", "datasets"):
        if getattr(kept, what) != getattr(draft, what):
            raise InputError(
                f"{folder} holds a draft whose {what} differs.", remedy="another folder, or the same settings as before"
            )
    if draft.ledger not in {"", kept.ledger}:
        kept = replace(kept, ledger=draft.ledger)
        write_atomically(folder / "draft.json", encode(kept))
    return kept


def read_draft(folder: Path) -> Draft:
    """What the draft in this folder says of itself.

    Raises
    ------
    InputError
        There is no draft, or its file is damaged.
    """
    if not (folder / "draft.json").is_file():
        raise InputError(f"There is no draft release in {folder}.", remedy="the folder given to Release(..., folder=)")
    return decode(read_file(folder / "draft.json"), Draft, source=f"{folder / 'draft.json'}")


def save_output(folder: Path, output: Output, files: Mapping[str, bytes]) -> None:
    """Keep one output with its files; one of the same name is replaced."""
    draft = read_draft(folder)
    for name, content in files.items():
        write_atomically(folder / "files" / expect_safe_name(name), content)
    found = members_of([output])
    if found:
        write_atomically(_members_path(folder, output.name), encode_members(found))
    else:
        _members_path(folder, output.name).unlink(missing_ok=True)
    write_atomically(folder / "outputs" / f"{output.name}.json", encode(output))
    if output.name not in draft.order:
        _set_order(folder, draft, (*draft.order, output.name))


def remove_output(folder: Path, name: str) -> None:
    """Forget one output and delete its files."""
    draft = read_draft(folder)
    output = _read_output(folder, name)
    _set_order(folder, draft, tuple(other for other in draft.order if other != name))
    (folder / "outputs" / f"{name}.json").unlink(missing_ok=True)
    _members_path(folder, name).unlink(missing_ok=True)
    for content in output.files:
        (folder / "files" / content.name).unlink(missing_ok=True)


def load_outputs(folder: Path) -> tuple[tuple[Output, ...], Contents]:
    """All outputs of the draft, and the bytes of their files by name.

    Raises
    ------
    IntegrityError
        A file is missing or was changed after it was registered.
    """
    outputs = tuple(_read_output(folder, name) for name in read_draft(folder).order)
    contents: Contents = {}
    for output in outputs:
        for item in output.files:
            path = folder / "files" / expect_safe_name(item.name)
            content = path.read_bytes() if path.is_file() else b""
            if sha256(content) != item.sha256:
                raise IntegrityError(
                    f"{path} was changed or removed after it was registered.", remedy=f"register {output.name} again"
                )
            contents[item.name] = content
    return outputs, contents


def _read_output(folder: Path, name: str) -> Output:
    path = folder / "outputs" / f"{expect_safe_name(name)}.json"
    output = decode(read_file(path), Output, source=f"{path}")
    members = _members_path(folder, name)
    if not members.is_file():
        return output
    return with_members(output, decode_members(members.read_bytes(), source=f"{members}"))


def _members_path(folder: Path, name: str) -> Path:
    return folder / "members" / f"{expect_safe_name(name)}.npz"


def _set_order(folder: Path, draft: Draft, order: tuple[str, ...]) -> None:
    write_atomically(folder / "draft.json", encode(replace(draft, order=order)))
