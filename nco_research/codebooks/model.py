"""What a register holds: its variables, their types, labels and missing codes, and what its years mean."""

import datetime as dt
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum


class VariableType(Enum):
    """How a variable is read."""

    KEY = "key"
    """Always text, leading zeros kept."""
    CATEGORY = "category"
    """Codes with labels."""
    NUMBER = "number"
    DATE = "date"
    """Written YYYYMMDD."""
    TEXT = "text"


class YearMeaning(Enum):
    """What the year in a file's name stands for. Mistaking one for another shifts a whole cohort by a year."""

    SCHOOL_YEAR = "the school year that starts in that year"
    CALENDAR_YEAR = "that calendar year; a school year that starts the year before ends in it"
    STATE = "the state of the register in that year"

    def school_year(self, year: int) -> int:
        """The year in which the school year starts that a file of `year` is about.

        CITOTAB2015 holds tests taken in spring 2015, which is school year 2014/15: 2014.
        """
        return year - 1 if self is YearMeaning.CALENDAR_YEAR else year

    def file_year(self, school_year: int) -> int:
        """The year in the name of the file about the school year that starts in `school_year`."""
        return school_year + 1 if self is YearMeaning.CALENDAR_YEAR else school_year


class Confidence(Enum):
    """How sure we are of what a codebook says."""

    FOUND = "found in the source named"
    MEMORY = "from memory, not verified"
    INFERRED = "our inference"
    ASSUMED = "assumed: the register's own codebook could not be read"


class SpecialCategory(Enum):
    """Personal data that needs a recorded basis before it is read (GDPR, article 9)."""

    HEALTH = "health"
    RELIGION = "religion"
    ETHNICITY = "ethnicity"


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One variable of a register."""

    name: str
    label: str
    label_nl: str
    type: VariableType
    unit: str = ""
    """Of a number: `euro per year`, `points`; empty where it has none."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Dutch label per code, as text without padding."""
    labels_en: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    """Codes, as text without padding, that mean that nothing is known."""
    written: Mapping[str, str] = field(default_factory=dict)
    """What some files hold in place of a code, without padding, and the code that it means; for categories and keys."""
    open_end: frozenset[str] = frozenset()
    """Of a date: codes that mean that it has not ended."""
    within: tuple[float, float] | None = None
    """Of a number: lowest and highest possible value, both included."""
    only_where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Another variable and its codes for which this one means anything; elsewhere it is missing."""
    formerly: tuple[str, ...] = ()
    """Names that it had in other years; spelling differences in case need not be listed."""
    years: tuple[int | None, int | None] = (None, None)
    """First and last file year that has it, as far as known."""
    special: SpecialCategory | None = None
    remark: str = ""
    source: str = ""
    confidence: Confidence = Confidence.MEMORY

    @property
    def names(self) -> tuple[str, ...]:
        """The name it has and those that it had."""
        return (self.name, *self.formerly)

    def expected_in(self, year: int) -> bool:
        """Whether a file of that year should have it, as far as known."""
        first, last = self.years
        return (first is None or first <= year) and (last is None or year <= last)


@dataclass(frozen=True, kw_only=True)
class Spell:
    """The columns that say from which day to which day, both included, a row holds."""

    start: str
    end: str


@dataclass(frozen=True, kw_only=True)
class Codebook:
    """The variables of one component, in the order in which they are documented."""

    component: str
    label: str
    label_nl: str
    unit: str = ""
    """What one row is: `enrolment of a pupil in a school year`."""
    year_means: YearMeaning = YearMeaning.STATE
    key: tuple[str, ...] = ()
    """Columns that occur once together in a file; empty where rows may share them all."""
    spell: Spell | None = None
    variables: tuple[Variable, ...] = ()
    remark: str = ""
    source: str = ""
    confidence: Confidence = Confidence.MEMORY
    reference_day: dt.date | None = None
    """Day and month of the state that a file gives (its year is not used): 1 October for enrolments."""
    formerly: tuple[str, ...] = ()
    """Names of components that hold the same for other years, and of their folders where those are called otherwise:
    PERSOONINK in INTEGRAAL PERSOONLIJK INKOMEN, which INPATAB followed up in 2011."""

    def variable(self, name: str) -> Variable | None:
        """The variable that has or had that name, in whatever case; None where it is not described."""
        return self._by_name.get(name.casefold())

    def __iter__(self) -> Iterator[Variable]:
        return iter(self.variables)

    @functools.cached_property
    def _by_name(self) -> dict[str, Variable]:
        former = {old.casefold(): item for item in self.variables for old in item.formerly}
        return former | {item.name.casefold(): item for item in self.variables}
