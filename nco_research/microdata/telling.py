"""What is to be said of files that were opened: what was left out, and what one year lacks that others have."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from nco_research.codebooks import Codebook, VariableType
from nco_research.microdata.cache import Entry
from nco_research.microdata.files import ComponentFile
from nco_research.microdata.parts import source_of
from nco_research.microdata.persons import person_keys
from nco_research.sql import connect, quoted
from nco_research.study import STUDY_FILE, Study, special_category

MANY = 0.1
"""The share of records without a key from which a year is looked at."""
TIMES = 5
"""How many times that of the year with the fewest it must be."""


def left_out(entries: Iterable[Entry], book: Codebook, study: Study | None) -> Iterator[str]:
    """Special categories that were not read because no basis is recorded, and what to do."""
    where = study.path if study is not None else f"a {STUDY_FILE} (nco study new FOLDER)"
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(name for entry in entries for name in entry.left_out):
        category = special_category(book, name)
        if category is not None:
            found.setdefault(category.value, []).append(name)
    for about, names in found.items():
        yield (
            f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} left out: about {about}, and no basis to read it "
            f'is recorded. If there is one, write it in {where}: [[basis]] with category = "{about}".'
        )


def lacking(files: Sequence[ComponentFile], entries: Sequence[Entry], names: Sequence[str]) -> Iterator[str]:
    """Keys that a tenth of the records of one year lack, and few of another: codes taken for missing look like that.

    `names` are the columns to look at, as they are kept. The person's own number is let be: it is empty where a pupil
    could not be matched.
    """
    if len(entries) < 2:  # nothing to compare with
        return
    shares: dict[str, dict[int, float]] = {}
    for file, entry in zip(files, entries, strict=True):
        for name, share in _shares(entry, names).items():
            shares.setdefault(name, {})[file.year] = share
    for name, by_year in shares.items():
        fewest = min(by_year.values())
        many = [year for year, share in by_year.items() if share > MANY and share > TIMES * fewest]
        if many:
            few = [year for year, share in by_year.items() if TIMES * share < min(map(by_year.__getitem__, many))]
            yield (
                f"{name} is missing for more than a tenth of the records of {_years(many)}, and for far fewer of "
                f"{_years(few)}. Where the file of such a year has words in place of a code, say in a codebook of your "
                "own which code they mean (`written`)."
            )


def _shares(entry: Entry, names: Sequence[str]) -> Mapping[str, float]:
    """Of the keys among the columns, the share of records without one."""
    items = [item for name in names if (item := entry.column(name)) is not None]
    own = {
        column
        for key in person_keys({item.name: (item.name,) for item in entry.columns})
        if key.own
        for column in key.columns
    }
    keys = [item.name for item in items if item.type is VariableType.KEY and item.name not in own]
    if not keys or not entry.rows:
        return {}
    counts = ", ".join(f"count({quoted(name)})" for name in keys)
    with connect() as connection:
        (row,) = connection.execute(f"SELECT {counts} FROM {source_of(entry.parts)}").fetchall()
    return {name: (entry.rows - int(present)) / entry.rows for name, present in zip(keys, row, strict=True)}


def _years(years: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(years)))
