"""What a real file has that its codebook does not say, and the other way round.

Only names, labels of the file itself and counts: no value of a record. A code is named where at least ten records have
it, and it is no longer than those of the codebook: a number of a person in a column of codes is none. How many records
are concerned is said from ten on, to the nearest ten.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from nco_research.codebooks.model import Codebook, Variable, VariableType

FEWEST = 10
"""The smallest number of records that is said, and for which a code is named."""

_MOST_NAMED = 20


class PhysicalType(Enum):
    """How a column is stored in a file, whatever it means."""

    TEXT = "text"
    NUMBER = "numbers"
    DATE = "dates"


class DifferenceKind(Enum):
    """What a file and its codebook disagree on, the gravest first."""

    ABSENT_COLUMN = "in the codebook, not in the file"
    UNKNOWN_COLUMN = "in the file, not in the codebook"
    KEY = "a key that does not occur once"
    OTHER_YEAR = "not expected in a file of this year"
    TYPE = "stored or written in another way"
    CODE = "codes without a label"
    LABEL = "labelled in another way"
    RANGE = "outside the range"
    EMPTY = "empty in this file"


@dataclass(frozen=True, kw_only=True)
class ColumnFacts:
    """What is known of one column of a file, without any of its values."""

    name: str
    physical: PhysicalType
    labels: Mapping[str, str] = field(default_factory=dict)
    """Value labels that the file itself has, by code without padding."""
    codes: Mapping[str, int] = field(default_factory=dict)
    """Of a category: how many records have each code, without padding and missing codes; empty if not counted."""
    n_records: int = 0
    n_missing: int = 0
    """Records that are empty or have a missing code."""
    n_outside_range: int = 0
    n_not_numeric: int = 0
    n_not_date: int = 0


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One disagreement, about one column."""

    kind: DifferenceKind
    column: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Differences:
    """Everything that a file and its codebook disagree on; false where they agree."""

    component: str
    year: int
    n_columns: int
    items: tuple[Difference, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.items)

    def __iter__(self) -> Iterator[Difference]:
        return iter(self.items)

    def of_kind(self, kind: DifferenceKind) -> tuple[Difference, ...]:
        """Those of one kind, in the order of the codebook or the file."""
        return tuple(item for item in self.items if item.kind is kind)

    def __str__(self) -> str:
        head = f"{self.component} {self.year}, {self.n_columns} columns"
        if not self:
            return f"{head}: the file is as the codebook says."
        lines = [f"{head}: {len(self.items)} differences from the codebook"]
        for kind in DifferenceKind:
            found = self.of_kind(kind)
            if found:
                lines += ["", f"{kind.value}:", *(_line(item) for item in found)]
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """The same as text, numbers and lists, for `json.dumps`."""
        return {
            "component": self.component,
            "year": self.year,
            "columns": self.n_columns,
            "differences": [
                {"kind": item.kind.name.lower(), "column": item.column, "text": item.text} for item in self.items
            ],
        }


def compare(
    book: Codebook,
    *,
    year: int,
    columns: Mapping[str, ColumnFacts],
    n_repeated: int = 0,
    left_out: Iterable[str] = (),
) -> Differences:
    """What a file and its codebook disagree on.

    Parameters
    ----------
    book
        The codebook of the register.
    year
        The year in the name of the file.
    columns
        The facts of every column of the file, by its name as in the file.
    n_repeated
        How many records share the key of the codebook with another record.
    left_out
        Columns of the file that were not read, and of which nothing is said.
    """
    described = {facts.name: book.variable(facts.name) for facts in columns.values()}
    unread = (book.variable(name) for name in left_out)
    found = {variable.name for variable in (*described.values(), *unread) if variable is not None}
    items = [
        Difference(kind=DifferenceKind.ABSENT_COLUMN, column=variable.name, text=variable.label)
        for variable in book
        if variable.name not in found and variable.expected_in(year)
    ]
    for facts in columns.values():
        variable = described[facts.name]
        if variable is None:
            items.append(Difference(kind=DifferenceKind.UNKNOWN_COLUMN, column=facts.name, text=_stored(facts)))
        else:
            items += _of_column(variable, facts, year)
    if n_repeated:
        said = f"{_records(n_repeated)} share it with another"
        items.append(Difference(kind=DifferenceKind.KEY, column=", ".join(book.key), text=said))
    order = list(DifferenceKind)
    items.sort(key=lambda item: order.index(item.kind))
    return Differences(component=book.component, year=year, n_columns=len(columns), items=tuple(items))


def _of_column(variable: Variable, facts: ColumnFacts, year: int) -> Iterator[Difference]:
    said = [(DifferenceKind.OTHER_YEAR, _other_year(variable, year))]
    if facts.n_records and facts.n_missing >= facts.n_records:
        said.append((DifferenceKind.EMPTY, "every record is missing"))
    said += [(DifferenceKind.TYPE, text) for text in _misfits(variable, facts)]
    if variable.type is VariableType.CATEGORY and variable.labels:
        said += [(DifferenceKind.CODE, text) for text in _unlabelled(variable, facts)]
    said += [(DifferenceKind.LABEL, text) for text in _labelled_otherwise(variable, facts)]
    if facts.n_outside_range and variable.within is not None:
        low, high = variable.within
        said.append((DifferenceKind.RANGE, f"{_records(facts.n_outside_range)} outside {low:g} to {high:g}"))
    return (Difference(kind=kind, column=facts.name, text=text) for kind, text in said if text)


def _other_year(variable: Variable, year: int) -> str:
    first, last = variable.years
    if first is not None and year < first:
        return f"the codebook has it from {first} on"
    return f"the codebook has it until {last}" if last is not None and year > last else ""


def _misfits(variable: Variable, facts: ColumnFacts) -> Iterator[str]:
    kind, physical = variable.type, facts.physical
    if kind is VariableType.KEY and physical is not PhysicalType.TEXT:
        yield f"a key, stored as {physical.value}: leading zeros are lost"
    if physical is PhysicalType.DATE and kind in {VariableType.NUMBER, VariableType.CATEGORY}:
        yield f"a {kind.value}, stored as dates"
    if kind is VariableType.NUMBER and facts.n_not_numeric:
        yield f"{_records(facts.n_not_numeric)} hold no number and no missing code of the codebook"
    if kind is VariableType.DATE and facts.n_not_date:
        yield f"{_records(facts.n_not_date)} hold no date, missing code or open end of the codebook"


def _unlabelled(variable: Variable, facts: ColumnFacts) -> Iterator[str]:
    """Codes that records have, and then codes that only the header of the file knows."""
    known = {*variable.labels, *variable.missing}
    longest = max(map(len, (*known, *facts.labels)))
    found = {code: count for code, count in facts.codes.items() if code not in known and count > 0}
    unknown = {code: count for code, count in found.items() if len(code) <= longest}
    if len(unknown) < len(found):
        yield f"{_records(sum(found.values()) - sum(unknown.values()))} hold something longer than any code"
    common = sorted((code for code, count in unknown.items() if count >= FEWEST), key=lambda code: -unknown[code])
    for code in common[:_MOST_NAMED]:
        called = f", which the file labels {facts.labels[code]!r}" if code in facts.labels else ""
        yield f"{code!r}{called}: {_records(unknown[code])}"
    if len(common) > _MOST_NAMED:
        yield f"{len(common) - _MOST_NAMED} further codes"
    rare = len(unknown) - len(common)
    if rare:
        yield f"{rare} {'further ' if common else ''}code{'s' if rare > 1 else ''} in fewer than {FEWEST} records each"
    unused = [code for code in facts.labels if code not in known and code not in unknown]
    for code in unused[:_MOST_NAMED]:
        yield f"{code!r}, which the file labels {facts.labels[code]!r}"
    if len(unused) > _MOST_NAMED:
        yield f"{len(unused) - _MOST_NAMED} further codes that the file has labels for"


def _labelled_otherwise(variable: Variable, facts: ColumnFacts) -> Iterator[str]:
    for code, label in facts.labels.items():
        ours = variable.labels.get(code)
        if ours is not None and _words(label) != _words(ours):
            yield f"{code!r} is {label!r} in the file, {ours!r} in the codebook"


def _words(label: str) -> str:
    return " ".join(label.split()).casefold()


def _records(count: int) -> str:
    """To the nearest ten; below ten not at all."""
    tens = FEWEST * round(count / FEWEST)
    return f"about {tens:,} records" if count >= FEWEST else f"fewer than {FEWEST} records"


def _stored(facts: ColumnFacts) -> str:
    labels = f", with {len(facts.labels)} value labels" if facts.labels else ""
    return f"stored as {facts.physical.value}{labels}"


def _line(item: Difference) -> str:
    return f"  {item.column}" + (f": {item.text}" if item.text else "")
