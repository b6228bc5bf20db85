"""What anybody knows of a publication: files as they left, labels, and how variables and selections are defined."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

TOTAL, HIDDEN = "Total", "x"


@dataclass(frozen=True, kw_only=True)
class Regrouping:
    """A variable that puts the categories of another together."""

    name: str
    of: str
    groups: Mapping[str, str]
    """From each category of `of` to its group."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One row of a published table. `category` is None for a total."""

    table: str
    by: tuple[str, ...]
    categories: tuple[str | None, ...]
    numbers: Mapping[str, float | None]
    """By heading; None where there is no value."""
    hidden: bool

    @property
    def label(self) -> str:
        parts = [f"{name} = {category}" for name, category in zip(self.by, self.categories, strict=True) if category]
        return f"{self.table}: {', '.join(parts) or 'everybody'}"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file, with what its caption says."""

    name: str
    text: str
    by: tuple[str, ...]
    population: str
    value: str = ""
    category: str = ""
    """Of which category of `value` a percentage is."""
    rounded_to: int = 1
    decimals: int = 1

    def cells(self) -> Iterator[Cell]:
        """Row by row; `x` is hidden, `Total` is a margin."""
        for row in csv.DictReader(io.StringIO(self.text)):
            found = {heading: text for heading, text in row.items() if heading not in self.by}
            yield Cell(
                table=self.name,
                by=self.by,
                categories=tuple(None if row[name] == TOTAL else row[name] for name in self.by),
                numbers={heading: None if text in {"", HIDDEN} else float(text) for heading, text in found.items()},
                hidden=HIDDEN in found.values(),
            )


@dataclass(frozen=True, kw_only=True)
class Publication:
    """Everything that left, this year and before."""

    variables: Mapping[str, tuple[str, ...]]
    """Each variable that regroups no other, with all categories of its codebook."""
    regroupings: tuple[Regrouping, ...] = ()
    selections: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    """By the name of a population: the categories that it takes of some variables; none for everybody."""
    tables: tuple[Table, ...] = ()
    people: int = 1
    """The most records that one pupil has."""

    def base_of(self, name: str) -> str:
        """The variable that regroups no other, of which this one is a regrouping at last, or itself."""
        found = next((item for item in self.regroupings if item.name == name), None)
        return name if found is None else self.base_of(found.of)

    def category_of(self, name: str, base: str) -> str:
        """The category of a variable that somebody with this category of its base variable has."""
        found = next((item for item in self.regroupings if item.name == name), None)
        return base if found is None else found.groups[self.category_of(found.of, base)]

    def levels_of(self, base: str) -> tuple[str, ...]:
        """A base variable and all that regroup it."""
        return (base, *(item.name for item in self.regroupings if self.base_of(item.name) == base))
