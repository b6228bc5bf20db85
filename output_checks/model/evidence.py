"""Evidence: what is known about every cell of an output before anyone judges it.

Everything is a table here. A figure is the table of what it draws; a regression is a table of its coefficients, with
the units behind each. So one set of rules serves all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from output_checks.errors import InputError
from output_checks.model.members import Members
from output_checks.model.perturbation import Perturbation
from output_checks.model.statistic import Kind, Statistic

Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
SKETCH_SIZE = 64
_ENOUGH_HASHES = 20
Cell: TypeAlias = tuple[str | None, ...]
"""One category per variable in `Tabulation.by`; None where the cell is summed over that variable (a margin)."""


class Origin(StrEnum):
    """Where a fact comes from, in falling order of trust. A rule says which origins it accepts."""

    DERIVED = "derived"  # by the checker, from the published file itself
    COMPUTED = "computed"  # by this package, from microdata
    AT_MOST = "at most"  # shown by a file made elsewhere: the true number is no higher. It makes fail, and never pass
    DECLARED = "declared"  # by the researcher


class FactName(StrEnum):
    """What can be known of a cell. `Fact.of` says of which unit level or variable, where that matters."""

    RECORDS = "records"
    """Rows with a valid value."""
    RECORDS_PER_UNIT = "most records of one of the finest units"
    ALL_RECORDS = "records, with or without a value"
    ALL_MEMBERS = "fingerprint of the records, with or without a value"
    CONTRIBUTORS = "contributors"
    """Distinct units of one level with a valid value; unweighted."""
    TOTAL = "total of absolute contributions"
    """Sum over units of the absolute contribution of each (its records added up first)."""
    LARGEST = "largest contribution"
    SECOND_LARGEST = "second-largest contribution"
    DISTINCT_VALUES = "distinct values"
    ZEROS = "zeros"
    """Records whose value is 0."""
    SHARE_OF_LINE = "share of its line"
    """Units in the cell as a share (0–1) of those in the line through the cell along variable `of`."""
    SHARE_OF_TOTAL = "share of the total of its line"
    """The cell's total of absolute contributions as a share (0–1) of that of the line along variable `of`."""
    COMPLEMENT = "units in the rest of its total"
    """Units in the other cells of the total that a percentage is of; infinite where it is the total itself."""
    HIDDEN_IN_TOTAL = "hidden cells in a total that it gives away"
    """Hidden cells among those that a percentage or a running total is of, unless that total is published anyway; of an
    index, its base where that is hidden."""
    AWAY_FROM_MODE = "units away from the most common value"
    """Distinct units with another value than the one that more than half of the cell's records have; infinite where no
    value is so common. A mean that is 0 for nearly everyone is the total of these few."""
    SHARING = "units that share the value"
    """Distinct units whose value is the published end point, mode or position, as far as its decimals tell. Between two
    values: of the fewer. For a share of the largest units: how many these are."""
    AT_OR_BELOW = "units at or below"
    AT_OR_ABOVE = "units at or above"
    BETWEEN = "units between it and the percentile before"
    """Distinct units from the next lower percentile that is published of the cell; infinite for the lowest."""
    SHARE_OF_MODE = "share of the most common value"
    """Records with the most common value, as a share (0–1) of the cell's."""
    WEIGHT = "sum of weights"
    """What a weighted mean is to be multiplied with to have its total; of a ratio, the sum of denominators."""
    NUMERATOR_CONTRIBUTORS = "contributors to the numerator"
    """Distinct units whose numerator is not 0."""
    DENOMINATOR_CONTRIBUTORS = "contributors to the denominator"
    """Distinct units whose denominator (for a weighted mean: whose weight) is not 0."""
    DENOMINATOR_TOTAL = "total of absolute contributions to the denominator"
    DENOMINATOR_LARGEST = "largest contribution to the denominator"
    DENOMINATOR_SECOND_LARGEST = "second-largest contribution to the denominator"
    RESIDUAL_DEGREES_OF_FREEDOM = "residual degrees of freedom"
    PARAMETERS_PER_OBSERVATION = "parameters per observation"
    RARE_SIDE = "units on the rare side"
    """Distinct units that few share a value with. In a model: away from the most common value of the column or the
    outcome (of two values: at either, whichever is fewer). In a table: at the rarest value, where a cell has so few
    values that its statistics give the counts away; elsewhere infinite."""
    RARE_VALUE = "units at a rare value"
    """In a model: distinct units at the rarest of a column's three values, or, in a model of chances, of a dummy's
    outcomes: a coefficient nearly tells of them. Elsewhere infinite."""
    UNEXPLAINED = "share left unexplained"
    """Share (0–1) of the variance of a model's outcome that the model leaves; 0 for a dummy behind which a model of
    chances finds one outcome only."""
    CONCENTRATION = "largest share of a combination of columns"
    """Largest share (0–1) that one unit has of the squares of any combination of a model's columns and outcome; at 1
    some combination is about that unit alone."""
    CONCENTRATION_OF_TWO = "largest share of a combination of columns that two have"
    """The same of two units together; of the finest units that of one."""
    GROUP = "fingerprint of the group behind a term"
    """Of a dummy, `MEMBERS` of the records at its rarer value; of a constant, of all; NaN where a term names nobody."""
    GROUP_SIGNATURE = "signature of the group behind a term"
    """The same number for groups that share nearly all of their units, most of the time."""
    GROUP_UNITS = "units in the group behind a term"
    SAMPLING_DEGREES_OF_FREEDOM = "degrees of freedom of a sampling error"
    """Clusters less strata behind a standard error or interval; of the levels whose units may be clusters."""
    BASE = "position of its base"
    """Of an index: which cell of the tabulation it is an index of."""
    CLUSTERS = "clusters"
    """Clusters that a model's standard errors rest on, or groups behind a variance; infinite where there are none."""
    LARGEST_LEVERAGE = "largest leverage"
    """Largest share (0–1) of one unit in its own fitted value: hat values of design and outcome together, at most 1."""
    FURTHEST = "how nearly the furthest value follows"
    """Of a skewness, kurtosis or correlation: the distance of one unit from the mean, as a share (0–1) of what it would
    be if all of the moment were its own. At 1 the number tells that distance."""
    MEMBERS = "fingerprint of the records"
    """Sum over the cell's valid records of a hash of each record's finest unit, modulo 2**52. Cells of the same records
    have the same; where one cell is two others together, so is its fingerprint, whatever the cells are called."""
    NAMED_BY_KEY = "keys among its names"
    """1 where a name of the cell is certainly the key of a unit of this level, in part where it may be; otherwise 0."""
    HIDDEN_IN_LINE = "hidden cells in its line"
    """How many cells of the line through the cell along variable `of` are hidden, itself among them."""
    HIDDEN_BY_ROUNDING = "units that its rounding hides"
    """The steps in which a density is published, over the most that one of the finest units can add to it."""
    SENSITIVE = "sensitive"
    """1 where any statistic of the cell fails a rule for published cells, whether it is hidden or not; otherwise 0."""
    LOWER_BOUND = "lowest value an outsider can prove"
    UPPER_BOUND = "highest value an outsider can prove"
    """For hidden cells: the interval the attacker reached from all that is published, for the cell's count or total."""
    INTERVAL_PERCENT = "width of that interval in percent of the value"
    LIKELY_WIDTH = "width of the interval in which a perturbed count most likely is"
    """The shortest interval that holds the true count with 90 percent, whatever was to be expected before; infinite
    where the method draws no chances."""
    USUAL_WIDTH = "width of that interval of a large count"
    LOWEST_BEHIND = "lowest count that may stand behind its number"
    HIGHEST_BEHIND = "highest count that may stand behind its number"
    """Of a perturbed cell: what its number alone leaves possible."""


class CellStatus(StrEnum):
    PUBLISHED = "published"
    PRIMARY_SUPPRESSED = "primary suppressed"  # sensitive itself
    SECONDARY_SUPPRESSED = "secondary suppressed"  # hidden to protect another


@dataclass(frozen=True, kw_only=True, eq=False)
class Fact:
    """One thing known of every cell of a tabulation.

    `values` has one number per cell, NaN where the fact is unknown for that cell. `of` names the unit level (pupil,
    school) or variable the fact is about; empty where there is no choice.
    """

    name: FactName
    of: str = ""
    values: Floats = field(repr=False)
    origin: Origin


@dataclass(frozen=True, kw_only=True, eq=False)
class Tabulation:
    """Cells that carry one statistic, and the facts behind each cell.

    `values` are the true numbers (inside only); what leaves is `published`. `population` says which records were
    tabulated, in words; `data` and `sketch` identify them, so that tables of nearly the same population can be set
    against each other.
    """

    statistic: Statistic
    variable: str = ""
    by: tuple[str, ...]
    cells: tuple[Cell, ...]
    values: Floats = field(repr=False)
    status: tuple[CellStatus, ...]
    decimals: int = 1
    facts: tuple[Fact, ...] = ()
    population: str = "all records"
    data: str = ""
    parts: bool = True
    """False where the cells are no parts of a whole: every term of a model is about all of its records."""
    sketch: Floats = field(default_factory=lambda: np.array([]), repr=False)
    """The lowest hashes of the units in the data; empty where nobody made them."""
    rounded_to: int = 1
    """What is published is a multiple of this. The rules and the attacker take no account of it."""
    perturbed: Perturbation | None = None
    """What is published instead of the counts, where they were perturbed. Rules and attacker do take account of it."""
    members: Members | None = field(default=None, repr=False)
    """Whose records are in which cell, on the tabulation that counts them; None where nobody measured it."""

    def __post_init__(self) -> None:
        lengths = {len(self.values), len(self.status), *(len(fact.values) for fact in self.facts)}
        lengths |= {len(self.values)} if self.perturbed is None else {len(self.perturbed.numbers)}
        if lengths != {len(self.cells)} or not set(map(len, self.cells)) <= {len(self.by)}:
            raise InputError(
                f"A tabulation of {self.title} needs one value, status and fact per cell, and one category per "
                f"variable; found {len(self.cells)} cells and lengths {sorted(lengths)}.",
                remedy="build it with output_checks.measuring, or complete the evidence file",
            )
        if len(set(self.cells)) != len(self.cells):
            raise InputError(
                f"A tabulation of {self.title} has the same cell twice.", remedy="merge categories with equal labels"
            )

    @property
    def title(self) -> str:
        of = f" of {self.variable}" if self.variable else ""
        by = f" by {' × '.join(self.by)}" if self.by else ""
        return f"{self.statistic}{of}{by}"

    @property
    def kind(self) -> Kind:
        return self.statistic.kind

    @property
    def hidden(self) -> Flags:
        """True for cells that are suppressed."""
        if self.status.count(CellStatus.PUBLISHED) == len(self.status):
            return np.zeros(len(self.status), dtype=bool)
        return np.array([status is not CellStatus.PUBLISHED for status in self.status], dtype=bool)

    @property
    def published(self) -> Floats:
        """The numbers that leave: rounded, NaN where hidden or undefined."""
        if self.perturbed is not None:
            return np.where(self.hidden, np.nan, self.perturbed.numbers)
        to = self.rounded_to
        rounded = np.round(self.values / to) * to if to > 1 else np.round(self.values, self.decimals)
        rounded += 0.0  # turns -0.0 into 0.0
        return np.where(self.hidden, np.nan, rounded)

    def may_share_units_with(self, other: "Tabulation") -> bool:
        """False only where the data of the two have no unit in common, as the sketches tell; True where in doubt.

        A sketch of as many hashes as it may hold says nothing of higher ones, and a few hashes say little.
        """
        ranges = [item.sketch.max() for item in (self, other) if len(item.sketch) >= SKETCH_SIZE]
        first, second = (item.sketch[item.sketch <= min(ranges, default=np.inf)] for item in (self, other))
        return min(len(first), len(second)) < _ENOUGH_HASHES or bool(np.isin(first, second).any())

    def may_contain_or_be_in(self, other: "Tabulation") -> bool:
        """False only where the sketches show that each has units that the other lacks."""
        ranges = [item.sketch.max() for item in (self, other) if len(item.sketch) >= SKETCH_SIZE]
        first, second = (item.sketch[item.sketch <= min(ranges, default=np.inf)] for item in (self, other))
        return bool(np.isin(first, second).all() or np.isin(second, first).all())

    def fact(self, name: FactName, of: str = "") -> Fact | None:
        """The fact by this name, or None where nobody established it."""
        return next((fact for fact in self.facts if fact.name is name and fact.of == of), None)

    def with_facts(self, *facts: Fact) -> "Tabulation":
        """A copy in which these facts replace those of the same name and `of`."""
        keys = {(fact.name, fact.of) for fact in facts}
        kept = tuple(fact for fact in self.facts if (fact.name, fact.of) not in keys)
        return replace(self, facts=kept + facts)

    def with_status(self, status: tuple[CellStatus, ...]) -> "Tabulation":
        return replace(self, status=status)


class OutputKind(StrEnum):
    TABLE = "table"
    MODEL = "model"
    FIGURE = "figure"
    FILE = "file"


@dataclass(frozen=True, kw_only=True)
class FileContent:
    """What reading a file on its own tells about it: all of it derived, nothing taken on trust."""

    name: str
    sha256: str
    size: int
    readable: bool = False
    """False where the toolkit cannot look inside; such a file is never passed."""
    rows: int | None = None
    columns: tuple[str, ...] = ()
    key_columns: tuple[str, ...] = ()
    """Columns whose name or values look like a linking key or a direct identifier."""
    looks_like_unit_records: bool = False
    matches_evidence: bool | None = None
    """True where the bytes are exactly what the output's tabulations render to; None where that cannot be told."""
    remarks: tuple[str, ...] = ()
    """What else reading it showed, in sentences without values."""
    faults: tuple[str, ...] = ()
    """What reading it showed that may not leave, in sentences without values."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Output:
    """One thing asked for release, with its evidence. What leaves are its files; the rest stays inside."""

    name: str
    kind: OutputKind
    title: str
    tabulations: tuple[Tabulation, ...] = ()
    files: tuple[FileContent, ...] = ()
    draws: str = ""
    """For a figure: the name of the table it draws."""
    questions: tuple[str, ...] = ()
    """What measuring it could not settle, each a question for the output checker; any question means `REVIEW`."""
    keys: tuple[str, ...] = ()
    """Columns of the data that tell units apart, whatever they are called; none of them may leave."""
    stated: Mapping[str, str] = field(default_factory=dict)
    """Of a file made elsewhere: what the researcher answers to its questions. It never lightens a verdict."""
    explanation: str = ""
    exception_request: str = ""
    definition: Mapping[str, str] = field(default_factory=dict)
    """How it was made, in words a checker can follow: variables, selection, data file and version."""
