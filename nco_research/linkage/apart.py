"""What must not lie together: the key and any data, what identifies and what does not."""

import re
from pathlib import Path

from nco_research.linkage.private import WORK
from output_checks.errors import InputError

_LEVELS = 3
_DELIVERY = re.compile(r"^LVS_.*\.csv$", re.IGNORECASE)
_DATA = re.compile(r"^(LVS_.*\.csv|persons\.parquet|objections\.csv|LVSNCO\d{4}.*|linkage-\d+.*)$", re.IGNORECASE)


def expect_folder(deliveries: Path) -> None:
    """Raise InputError unless there is such a folder."""
    if not deliveries.is_dir():
        raise InputError(f"There is no folder {deliveries}.", remedy="the folder with the deliveries of schools")


def expect_key_apart(key: Path, *folders: Path, work: Path) -> None:
    """The key is in none of the folders with data, not below one, and not in `work`, where intermediate files come.

    Whoever has both can work back from pseudonym to person. A folder of its own for the key may lie below `work`, as
    the private folder of intermediate files does.

    Raises
    ------
    InputError
        It is.
    """
    holding = [folder for folder in (*folders, work / WORK) if within(key, folder)]
    if _same(key.resolve().parent, work):
        holding.append(work)
    if holding:
        raise InputError(
            f"The key lies in {holding[0]}, where data is. A key is never kept with the data.",
            remedy="a folder, or better a drive, of its own for the key; move it there",
        )


def expect_new_key_apart(key: Path) -> None:
    """A new key comes neither in a folder with deliveries, a population, objections or output, nor below one.

    Looks at the folder of the key and three above it, by the names of their files; at folders with deliveries beside
    the key too, as intermediate files would come there.

    Raises
    ------
    InputError
        It would.
    """
    folder = key.resolve().parent
    above = [folder, *folder.parents][: 1 + _LEVELS]
    holding = next((place for place in above if _holds(place, _DATA)), None)
    if holding is None:
        holding = next((place for place in _folders_in(folder) if _holds(place, _DELIVERY)), None)
    if holding is not None:
        raise InputError(
            f"The key would lie in {folder}, and there is data in {holding}. A key is never kept with the data.",
            remedy="a folder, or better a drive, of its own for the key",
        )


def _holds(folder: Path, names: re.Pattern[str]) -> bool:
    return any(names.match(path.name) for path in _listed(folder))


def _folders_in(folder: Path) -> list[Path]:
    return [path for path in _listed(folder) if path.is_dir() and not path.is_symlink()]


def _listed(folder: Path) -> list[Path]:
    """What is in it; nothing where it may not be looked at, or is not there."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def expect_output_apart(
    to: Path, *, deliveries: Path, persons: Path, objections: Path | None, certificates: Path, work: Path
) -> None:
    """Output is not among what identifies, and what names schools or is still identified is not among output.

    Raises
    ------
    InputError
        They would be.
    """
    beside = [path.parent for path in (persons, objections) if path is not None]
    if within(to, deliveries) or any(_same(to, folder) for folder in beside):
        raise InputError(
            f"The output would lie in {to}, with data that identifies people.", remedy="a folder for output only"
        )
    if within(deliveries, to):
        raise InputError(
            f"The deliveries lie in {to}, where the output is to be written.", remedy="a folder for output only"
        )
    if within(work, to):
        raise InputError(
            f"Intermediate files would lie in {work}, with the output. They identify people.",
            remedy="another folder for intermediate files (--work)",
        )
    if within(certificates, to):
        raise InputError(
            f"The certificate would lie in {certificates}, with the output. It names schools and counts their rows.",
            remedy="a folder for certificates that only the staff who link can open",
        )


def within(path: Path, folder: Path) -> bool:
    """Whether a path is a folder or lies below it, whatever links and spellings lead there."""
    whole = path.resolve()
    return any(_same(place, folder) for place in (whole, *whole.parents))


def _same(one: Path, other: Path) -> bool:
    if one.resolve() == other.resolve():
        return True
    return one.exists() and other.exists() and one.samefile(other)
