"""Two policies side by side: which is stricter, threshold by threshold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from output_checks.model.policy import KINDS, Policy, Threshold


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One threshold in two policies. None where a policy does not protect that unit level."""

    key: str
    first: Threshold | None
    second: Threshold | None
    stricter: Literal["first", "second", "same"]


def compare(first: Policy, second: Policy) -> Sequence[Compared]:
    """Every threshold of either, in the order in which thresholds are defined.

    A policy that protects a unit level is stricter about it than one that does not. Thresholds are compared one by one:
    `n_largest` and `k_percent` are read together, so where one policy is stricter in the first and the other in the
    second, some cells fail under only one and some under only the other.
    """
    ones = {item.key: item for item in first.thresholds}
    others = {item.key: item for item in second.thresholds}
    order = {name: position for position, name in enumerate(KINDS)}
    keys = sorted({**ones, **others}, key=lambda key: order[key.partition(".")[0]])
    return [_compared(key, ones.get(key), others.get(key)) for key in keys]


def _compared(key: str, one: Threshold | None, other: Threshold | None) -> Compared:
    stricter: Literal["first", "second", "same"]
    if one is None or other is None:
        stricter = "second" if one is None else "first"
    elif one.value == other.value:
        stricter = "same"
    else:
        stricter = "second" if one.kind.is_looser(one.value, other.value) else "first"
    return Compared(key=key, first=one, second=other, stricter=stricter)
