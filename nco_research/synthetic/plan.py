"""What country is asked for, and the years that follow from it."""

from dataclasses import dataclass

from nco_research.synthetic.table import day
from output_checks.errors import InputError

GRADES = 8
_BURN_IN = 8
_YEARS = (2008, 2029)
_SMALLEST = 10
"""Pupils per school."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The arguments of a country. Same arguments, same country."""

    pupils: int
    """In primary education on 1 October, about, in each year."""
    schools: int
    """Locations of primary schools."""
    first_year: int
    """In which the first school year starts."""
    years: int
    """School years."""
    seed: int = 1
    deliveries: int = 1
    """The last school years of which schools have yet to deliver their tests: LVSNCO of these comes from linkage."""

    def __post_init__(self) -> None:
        """Refuse what cannot be made.

        Raises
        ------
        InputError
            A number is out of range; names it.
        """
        first, last = _YEARS
        for holds, problem, remedy in (
            (self.schools >= 1, "At least one school is needed.", "--schools 20"),
            (
                self.pupils >= _SMALLEST * self.schools,
                f"{self.pupils:,} pupils are fewer than {_SMALLEST} per school.",
                f"--schools {max(1, self.pupils // 200)}",
            ),
            (self.years >= 1, "At least one school year is needed.", "--years 10"),
            (
                self.first_year >= first and self.last_year <= last,
                f"School years from {first} to {last} can be made, not {self.first_year} to {self.last_year}.",
                "--first-year 2013 --years 10",
            ),
            (
                0 <= self.deliveries <= self.years,
                f"There are {self.years} years, so deliveries of {self.deliveries} cannot be.",
                "--deliveries 1",
            ),
            (self.seed >= 0, "A seed is zero or more.", "--seed 1"),
        ):
            if not holds:
                raise InputError(problem, remedy=remedy)

    @property
    def last_year(self) -> int:
        """In which the last school year starts."""
        return self.first_year + self.years - 1

    @property
    def state_year(self) -> int:
        """In which the last school year ends: in the name of files that say how things are, such as GBAPERSOONTAB."""
        return self.last_year + 1

    @property
    def school_years(self) -> range:
        """School years, by the year in which they start."""
        return range(self.first_year, self.last_year + 1)

    @property
    def delivered(self) -> range:
        """School years of which schools have yet to deliver."""
        return range(self.last_year + 1 - self.deliveries, self.last_year + 1)

    @property
    def lived_years(self) -> range:
        """School years that are lived through; those before the first fill the grades, repeaters included."""
        return range(self.first_year - _BURN_IN, self.last_year + 1)

    @property
    def first_day(self) -> int:
        """When recorded life begins, as days since 1970."""
        return day(self.lived_years[0], 1, 1)

    @property
    def last_day(self) -> int:
        """The last day that the files cover."""
        return day(self.state_year, 12, 31)
