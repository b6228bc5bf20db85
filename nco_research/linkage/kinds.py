"""The kinds of findings about a delivery, and how severe each is. How they are said is in `wording`."""

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """What a finding does."""

    ERROR = "error"
    """The row is left out or, of a finding about the file, the whole delivery."""
    WARNING = "warning"
    """Nothing is left out but, where that is said, the value."""


class Kind(Enum):
    """What can be found. Those about rows come first, in the order in which a report lists them."""

    FIELDS = "fields"
    WITHOUT_IDENTITY = "without-identity"
    TWO_PERSONS = "two-persons"
    SCHOOL = "school"
    OTHER_SCHOOL = "other-school"
    GRADE = "grade"
    DOMAIN = "domain"
    TEST = "test"
    TEST_DATE = "test-date"
    OUTSIDE_YEAR = "outside-year"
    SCORE = "score"
    SCORE_RANGE = "score-range"
    COPY = "copy"
    TWICE = "twice"
    BSN = "bsn"
    EDUCATION_NUMBER = "education-number"
    SEX = "sex"
    SEX_CODES = "sex-codes"
    BIRTH = "birth-date"
    POSTCODE = "postcode"
    HOUSE = "house-number"
    WINDOW = "window"
    SCORE_ABSENT = "score-absent"
    DECIMAL_POINT = "decimal-point"
    LEVEL = "level"
    SERIES = "series"

    NAME = "file-name"
    UNFINISHED_NAME = "unfinished-name"
    UNREADABLE = "unreadable"
    BEING_WRITTEN = "being-written"
    EMPTY = "empty"
    NOT_TEXT = "not-text"
    SEPARATOR = "separator"
    NO_HEADER = "no-header"
    COLUMN_ABSENT = "column-absent"
    COLUMN_TWICE = "column-twice"
    CUT_OFF = "cut-off"
    DELIVERED_TWICE = "delivered-twice"
    COLUMN_UNKNOWN = "column-unknown"
    UTF8 = "utf-8"
    LAST_LINE = "last-line"

    @property
    def severity(self) -> Severity:
        """Whether something is refused because of it."""
        return Severity.WARNING if self in _WARNINGS else Severity.ERROR

    @property
    def whole_file(self) -> bool:
        """Whether it is about the file rather than about rows."""
        return self in _FILE


_WARNINGS = frozenset(
    {
        *(Kind.BSN, Kind.EDUCATION_NUMBER, Kind.SEX, Kind.SEX_CODES, Kind.BIRTH, Kind.POSTCODE, Kind.HOUSE),
        *(Kind.WINDOW, Kind.SCORE_ABSENT, Kind.DECIMAL_POINT, Kind.LEVEL, Kind.SERIES),
        *(Kind.COLUMN_UNKNOWN, Kind.UTF8, Kind.LAST_LINE),
    }
)
_FILE = frozenset(list(Kind)[list(Kind).index(Kind.NAME) :])
ROW_KINDS = tuple(kind for kind in Kind if kind not in _FILE)
"""In the order of their bits in `validation`."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something found in a delivery: where, and never what the value is."""

    kind: Kind
    rows: int = 0
    """How many rows it is about; 0 for a finding about the file."""
    lines: tuple[int, ...] = ()
    """The first lines of the file that have it; the line of column names is line 1."""
    columns: tuple[str, ...] = ()
    """Columns, of a finding about them: by name where the name is ours, otherwise by position."""


FIRST_LINES = 20
"""How many line numbers a finding lists at most."""
