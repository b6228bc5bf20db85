"""What a delivery, the population file and LVSNCO look like: names of columns and codes, in one place.

The layout of LVSNCO is assumed (its codebook could not be read); the delivery is what a school exports for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

DELIVERED = (
    "BSN",
    "ONDERWIJSNUMMER",
    "GESLACHT",
    "GEBOORTEDATUM",
    "POSTCODE",
    "HUISNUMMER",
    "BRIN",
    "VESTIGING",
    "GROEP",
    "DOMEIN",
    "TOETS",
    "AFNAMEDATUM",
    "SCORE",
    "NIVEAU",
    "REEKS",
)
"""Columns of a delivery, one row per test taken."""

IDENTIFYING = ("BSN", "ONDERWIJSNUMMER", "GESLACHT", "GEBOORTEDATUM", "POSTCODE", "HUISNUMMER", "BRIN")
"""Columns of a delivery that say who a pupil is, or which school. None of them is ever written."""

REGISTERED = ("BSN", "ONDERWIJSNUMMER", "GESLACHT", "GEBOORTEDATUM", "POSTCODE", "HUISNUMMER")
"""Columns of the population file."""

LVSNCO = (
    "RINPERSOONS",
    "RINPERSOON",
    "LVSBRIN_crypt",
    "LVSBRINVEST",
    "LVSDOMEIN",
    "LVSTOETS",
    "LVSLEERJAAR",
    "LVSAFNAMEDATUM",
    "LVSSCORE",
    "LVSNIVEAU",
    "LVSREEKS",
)
"""Columns of what is written, one row per test taken."""

IN_REGISTER, OUTSIDE_REGISTER = "R", "S"
"""RINPERSOONS of a person with a citizen service number, and of one with an education number only."""

SCORE_MISSING = 999
TESTS = tuple(f"{half}{grade}" for grade in range(3, 9) for half in ("M", "E"))
SERIES_WORDS = (
    *("CITO", "LOVS", "LVS", "LIB", "LEERLING", "IN", "BEELD", "IEP", "DIA", "DIATAAL", "BOOM", "AMN", "SVT", "ROUTE"),
    *("GENERATIE", "VERSIE", "REEKS", "TOETS", "TOETSEN"),
)
"""Words that names of test series are made of; assumed. Others are not let through: they may be names of people."""
LEVELS = ("I", "II", "III", "IV", "V")
WINDOWS: Mapping[str, tuple[int, ...]] = {"M": (12, 1, 2, 3), "E": (4, 5, 6, 7)}
"""Months in which a test of the middle and of the end of a grade is usually taken."""


@dataclass(frozen=True, kw_only=True)
class ScoreRange:
    """Scores of a domain that are possible, both ends included. Wide: it finds columns that were mixed up, no more."""

    lowest: float
    highest: float
    source: str
    confidence: str


_MEANS = "published means per grade with a wide margin"
SCORES: Mapping[str, ScoreRange] = {
    "RW": ScoreRange(lowest=0, highest=500, source="no published means found", confidence="assumed"),
    "BL": ScoreRange(lowest=0, highest=400, source=f"{_MEANS}: 121 (grade 3) to 207 (grade 8)", confidence="inferred"),
    "SP": ScoreRange(lowest=0, highest=600, source=f"{_MEANS}: 166 (grade 3) to 375 (grade 8)", confidence="inferred"),
}
"""Domains: arithmetic (RW), reading comprehension (BL), spelling (SP), and their scores."""


def school_year_name(start: int) -> str:
    """`2021/22`, of the year in which a school year starts."""
    return f"{start}/{(start + 1) % 100:02d}"
