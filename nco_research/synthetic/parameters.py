"""What the country is calibrated to: published figures where there are, otherwise an assumption that says so.

`docs/explanation/synthetic-country.md` shows what a country that was made measures beside each.
"""

from collections.abc import Mapping
from dataclasses import dataclass

DOMAINS = ("RW", "BL", "SP")
TESTS = tuple(f"{moment}{grade}" for grade in range(3, 9) for moment in ("M", "E"))
FIRST_TESTED, LAST_TESTED = 3, 8
"""Grades."""

NEW, OLD = "LVS 3.0", "LOVS"
"""Test series, each on a scale of its own."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Of a domain, in the newer series: mean and standard deviation for M3, E3, ... E8."""

    means: tuple[float, ...]
    deviations: tuple[float, ...]
    older: tuple[float, float]
    """Constant and factor from which a score in the older series is made."""


# Reading 121 at the end of grade 3 to 207 in grade 8, spelling 166 to 375: published means of NCO's LVS data. The
# years between, arithmetic, all deviations and the older scales are assumed; growth slows with age.
SCALES: Mapping[str, Scale] = {
    "RW": Scale(
        means=(112, 132, 150, 168, 184, 199, 212, 225, 237, 249, 260, 270),
        deviations=(24, 25, 26, 27, 28, 28, 29, 29, 30, 30, 31, 31),
        older=(-21.0, 0.5),
    ),
    "BL": Scale(
        means=(108, 121, 133, 143, 152, 160, 168, 176, 184, 192, 200, 207),
        deviations=(24, 25, 26, 26, 27, 28, 28, 29, 29, 30, 30, 31),
        older=(-51.0, 0.535),
    ),
    "SP": Scale(
        means=(124, 166, 199, 227, 251, 274, 295, 314, 331, 347, 362, 375),
        deviations=(40, 42, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53),
        older=(85.5, 0.172),
    ),
}

# Parts of a skill, in standard deviations of the population. Assumed; together 1 at about the middle of the grades.
BACKGROUND, FAMILY, PUPIL, DOMAIN, SLOPE, ERROR = 0.40, 0.30, 0.54, 0.40, 0.12, 0.36
GIRLS: Mapping[str, float] = {"RW": -0.12, "BL": 0.10, "SP": 0.18}
OTHER_LANGUAGE: Mapping[str, float] = {"RW": -0.12, "BL": -0.30, "SP": -0.10}

SCHOOL_START = 0.17
"""Of schools, in what pupils know before the first test. With the next it makes 11 to 16 percent of the variance
between schools, more in higher grades, as is usual in primary education (from memory)."""
SCHOOL_GROWTH, SCHOOL_GROWTH_YEAR, CLASS_GROWTH = 0.035, 0.02, 0.02
"""Growth per grade that a school adds: lasting, of one year, of one grade in one year."""

# The pandemic. Publications give -0.06 to -0.17 of a standard deviation, more where parents have less education.
PANDEMIC_GROWTH: Mapping[tuple[int, str], float] = {
    (2019, "E"): -0.10,
    (2020, "M"): -0.02,
    (2020, "E"): -0.03,
    (2021, "E"): 0.03,
    (2022, "E"): 0.03,
}
"""Added to growth, per school year and moment."""
PANDEMIC_BACKGROUND = -0.045
"""Extra where the background is one standard deviation lower, in 2019/20."""

# Tests that were not taken. Assumed, but for the spring of 2020, when schools were closed.
MISSING = 0.03
MISSING_AT: Mapping[tuple[int, str], float] = {(2019, "E"): 0.45, (2020, "M"): 0.09}
MISSING_LAST = 0.85
"""The end of grade 8: few schools test then."""
OFF_LEVEL = 0.03
"""Pupils who take the test of a lower grade."""
PARTICIPATION = (0.35, 0.65)
"""Schools that take part, in the first and in the last year: by choice, more each year."""

REPEATS: tuple[float, ...] = (0.0, 0.01, 0.055, 0.025, 0.018, 0.014, 0.012, 0.01, 0.003)
"""Of those in grade 0, 1, ... 8."""
TO_SPECIAL_PRIMARY, TO_SPECIAL, FROM_SPECIAL = 0.007, 0.002, 0.10
ARRIVES_LATER, LEAVES, CHANGES_SCHOOL = 0.02, 0.003, 0.010
WITHOUT_CITIZEN_NUMBER = 0.25
"""Of those who arrive later: known by an education number first, for one to three years or until they leave."""

WEIGHT_MEAN, WEIGHT_DEVIATION, WEIGHT_RANGE = 30.0, 3.6, (20.0, 40.0)
"""School weighting: higher is more complex; the inspectorate cuts it off at 20 and 40 and takes three years' mean."""

ORIGINS: Mapping[str, float] = {
    "6030": 0.78, "6043": 0.06, "5022": 0.06, "5007": 0.04, "7009": 0.04, "9003": 0.02,
}  # fmt: skip
"""Country of origin of the parents."""
ORIGIN_NAMES: Mapping[str, str] = {
    "6030": "Nederland", "6043": "Turkije", "5022": "Marokko", "5007": "Suriname", "7009": "Syrië", "9003": "Eritrea",
}  # fmt: skip

SIZES = (0.22, 0.48, 0.22, 0.08)
"""Families with one, two, three and four children."""
TWINS = 0.016
MOVES, MOVES_AGAIN, MOVES_FAR, PARTS, UNKNOWN_FATHER = 0.38, 0.30, 0.30, 0.16, 0.03
OBJECTS = 0.005
