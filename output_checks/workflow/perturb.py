"""Perturb a table of counts: controlled rounding, midpoints, or noise by cell keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from output_checks.checking import at_stake
from output_checks.errors import InputError
from output_checks.model.evidence import FactName, Floats, Tabulation
from output_checks.model.perturbation import Method, Perturbation, midpoints
from output_checks.model.policy import Policy
from output_checks.model.statistic import Statistic
from output_checks.protection.cell_key import LARGEST_DEVIATION, cell_keys, chances, noise_for, perturbed
from output_checks.protection.controlled_rounding import controlled

_ROUND_NUMBERS = (5, 10, 25, 50, 100, 250, 500, 1000)
_LARGEST_BASE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Noise:
    """How strongly counts are perturbed: a base for rounding, a variance and a largest deviation for the cell key."""

    method: Method
    base: int = 0
    variance: float = 0.0
    deviation: int = 0

    @classmethod
    def asked(cls, method: Method, *, to: int, noise: Mapping[str, float] | None, policy: Policy) -> "Noise":
        """What was asked for; where nothing was, what an interval of the policy's width takes.

        Raises
        ------
        InputError
            It cannot be used with this method.
        """
        width = policy.limits()["minimum_interval_width"]
        if method is Method.CELL_KEY:
            if to != 1:
                raise InputError(
                    "Noise by cell keys is not rounded.",
                    remedy='noise={"variance": 10, "deviation": 20} alone',
                )
            return _noise(noise, width)
        if noise is not None:
            raise InputError(f"protect={method.value!r} has no noise.", remedy="round=25, the base to round to")
        if type(to) is not int or not (to == 1 or 3 <= to <= _LARGEST_BASE):
            raise InputError("The base of rounding is a whole number of 3 or more.", remedy="round=25")
        return cls(method=method, base=usual_base(method, width) if to == 1 else to)


def usual_base(method: Method, width: float) -> int:
    """A base by which every rounded count, 0 too, leaves an interval of this width; of midpoints a 0 is always known.

    Of midpoints it is twice as wide, as cells and their total narrow each other.
    """
    twice = 2 * int(np.ceil(width)) + 1
    return twice if method is Method.MIDPOINT else next((base for base in _ROUND_NUMBERS if base >= twice), twice)


def _noise(given: Mapping[str, float] | None, width: float) -> Noise:
    if given is None:
        variance, deviation = noise_for(width)
        return Noise(method=Method.CELL_KEY, variance=variance, deviation=deviation)
    remedy = 'noise={"variance": 10, "deviation": 20}'
    if not isinstance(given, Mapping) or set(given) != {"variance", "deviation"}:
        raise InputError("Noise is a variance and a largest deviation.", remedy=remedy)
    own, most = given["variance"], given["deviation"]
    numbers = all(isinstance(number, int | float) and not isinstance(number, bool) for number in (own, most))
    if not numbers or not 0 < own < most <= LARGEST_DEVIATION or most != int(most):
        raise InputError(
            f"The variance lies above 0 and below the largest deviation, which is a whole number of at most "
            f"{LARGEST_DEVIATION}.",
            remedy=remedy,
        )
    chances(float(own), int(most))
    return Noise(method=Method.CELL_KEY, variance=float(own), deviation=int(most))


def perturb(
    tabulations: Sequence[Tabulation], asked: Noise, policy: Policy, *, secret: bytes
) -> tuple[Tabulation, ...]:
    """The same counts, with other numbers to be published in their place.

    `secret` is what the project's cell keys are made with: by one secret, the same records get the same noise.

    Raises
    ------
    InputError
        There is another statistic than counts, or no rounding was found.
    """
    if len(tabulations) != 1 or tabulations[0].statistic is not Statistic.COUNT:
        raise InputError(
            f"protect={asked.method.value!r} is for a table of counts alone: other numbers beside them give the exact "
            "counts back.",
            remedy="statistic='count', or protect='suppress'",
        )
    (table,) = tabulations
    numbers, remark = _numbers(table, asked, secret)
    made = Perturbation(
        method=asked.method,
        numbers=numbers + 0.0,
        base=asked.base,
        variance=asked.variance,
        deviation=asked.deviation,
        at_stake=tuple(np.flatnonzero(at_stake(table, policy)).tolist()),
        remark=remark,
    )
    return (replace(table, perturbed=made),)


def _numbers(table: Tabulation, asked: Noise, secret: bytes) -> tuple[Floats, str]:
    if asked.method is Method.MIDPOINT:
        return midpoints(table.values, asked.base), ""
    if asked.method is Method.ROUND:
        found = controlled(table, asked.base)
        remarks = [
            "" if found.adjacent else "Multiples next to the counts do not add up, so some lie further off",
            "" if found.nearest else "The search for the nearest such table was stopped",
        ]
        return found.numbers, ". ".join(filter(None, remarks))
    members = table.fact(FactName.MEMBERS)
    if members is None or np.isnan(members.values).any() or not secret:
        raise InputError(
            "Noise by cell keys needs to know the records of every cell, and a secret of the project.",
            remedy="release.table, which has both",
        )
    keys = cell_keys(members.values.tolist(), secret)
    return perturbed(table.values, keys, variance=asked.variance, deviation=asked.deviation), ""
