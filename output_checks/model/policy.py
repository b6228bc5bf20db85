"""A policy: every limit in force, with its unit, the side that passes, and its source and how sure we are of it."""

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from output_checks.errors import PolicyError


class Confidence(StrEnum):
    """How sure we are that the source says what the policy says."""

    FOUND = "found"  # read in a public source
    MEMORY = "from memory"  # known in the field, not read again
    INFERRED = "inferred"  # our own choice


class Stricter(StrEnum):
    """Which way a project policy may move a threshold."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, kw_only=True)
class ThresholdKind:
    """What a threshold means, whatever its value. Those `per_unit` are set for each protected unit level."""

    meaning: str
    unit: str
    passes: str
    stricter: Stricter
    per_unit: bool = False


KINDS: Mapping[str, ThresholdKind] = {
    "minimum_contributors": ThresholdKind(
        meaning="fewest distinct units behind a published number",
        unit="units",
        passes="at or above",
        stricter=Stricter.HIGHER,
        per_unit=True,
    ),
    "n_largest": ThresholdKind(
        meaning="how many of the largest contributors the dominance rule adds up (1 or 2)",
        unit="units",
        passes="not a limit itself",
        stricter=Stricter.HIGHER,
    ),
    "k_percent": ThresholdKind(
        meaning="largest share of a total that the n largest contributors may hold together",
        unit="percent of the total",
        passes="at or below",
        stricter=Stricter.LOWER,
        per_unit=True,
    ),
    "p_percent": ThresholdKind(
        meaning="how closely the second-largest contributor may estimate the largest",
        unit="percent of the largest contribution",
        passes="at or above",
        stricter=Stricter.HIGHER,
        per_unit=True,
    ),
    "class_disclosure_percent": ThresholdKind(
        meaning="share of a group in one category that gives every member's category away",
        unit="percent of the line",
        passes="below",
        stricter=Stricter.LOWER,
    ),
    "class_disclosure_review_percent": ThresholdKind(
        meaning="share of a group in one category from which a person has to look",
        unit="percent of the line",
        passes="below",
        stricter=Stricter.LOWER,
    ),
    "minimum_distinct_values": ThresholdKind(
        meaning="fewest different values behind a published average; at 1 everyone's value is known",
        unit="values",
        passes="at or above",
        stricter=Stricter.HIGHER,
    ),
    "minimum_residual_degrees_of_freedom": ThresholdKind(
        meaning="fewest observations left over after a model's parameters",
        unit="observations",
        passes="at or above",
        stricter=Stricter.HIGHER,
    ),
    "maximum_parameters_per_observation": ThresholdKind(
        meaning="most parameters a model may have per observation",
        unit="parameters per observation",
        passes="at or below",
        stricter=Stricter.LOWER,
    ),
    "maximum_leverage": ThresholdKind(
        meaning="largest share one unit may have in its own fitted value",
        unit="share, 0 to 1",
        passes="at or below",
        stricter=Stricter.LOWER,
    ),
    "review_leverage": ThresholdKind(
        meaning="leverage above which a person has to look: n units set apart by the model have at least 1/n each",
        unit="share, 0 to 1",
        passes="at or below",
        stricter=Stricter.LOWER,
    ),
    "minimum_interval_width": ThresholdKind(
        meaning="how far apart an outsider's bounds for a suppressed count must stay",
        unit="units",
        passes="at or above",
        stricter=Stricter.HIGHER,
    ),
    "minimum_interval_percent": ThresholdKind(
        meaning="the same for a suppressed sum, as a percentage of its value",
        unit="percent of the value",
        passes="at or above",
        stricter=Stricter.HIGHER,
    ),
    "votes_required": ThresholdKind(
        meaning="output checkers who must judge a submission, each without seeing the other's vote",
        unit="people",
        passes="at or above",
        stricter=Stricter.HIGHER,
    ),
}


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """One limit of a policy. `of` names the unit level, for those that are set for each."""

    name: str
    of: str = ""
    value: float
    source: str
    confidence: Confidence

    @property
    def kind(self) -> ThresholdKind:
        return KINDS[self.name]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The limits under which a release is judged. `units` are the unit levels it protects, all of them at once."""

    name: str
    title: str
    version: str
    units: tuple[str, ...]
    thresholds: tuple[Threshold, ...]
    tightened_from: str = ""

    def threshold(self, name: str, of: str = "") -> Threshold:
        return next(item for item in self.thresholds if item.name == name and item.of == of)

    def limits(self, unit: str = "") -> dict[str, float]:
        """Threshold values by name, as a rule sees them for one unit level (or for none)."""
        return {item.name: item.value for item in self.thresholds if item.of in {"", unit}}

    @property
    def sha256(self) -> str:
        """Identifies the policy by its content, whatever the layout of its file. It stands on every report."""
        return hashlib.sha256(json.dumps(self.as_mapping(), sort_keys=True).encode()).hexdigest()

    def as_mapping(self) -> dict[str, Any]:
        """The policy as plain data, the way its file spells it."""
        thresholds: dict[str, Any] = {}
        for item in self.thresholds:
            entry = {"value": item.value, "source": item.source, "confidence": item.confidence.value}
            if item.of:
                thresholds.setdefault(item.name, {})[item.of] = entry
            else:
                thresholds[item.name] = entry
        plain = {"name": self.name, "title": self.title, "version": self.version, "units": list(self.units)}
        return (
            plain
            | {"thresholds": thresholds}
            | ({"tightened_from": self.tightened_from} if self.tightened_from else {})
        )

    def tightened(self, changes: Mapping[str, float], *, name: str, source: str) -> "Policy":
        """A stricter policy for one project. `changes` maps `threshold` or `threshold.unit` to a new value.

        Raises
        ------
        PolicyError
            A threshold does not exist, or a change would loosen it.
        """
        replaced = {}
        for key, value in changes.items():
            threshold_name, _, of = key.partition(".")
            known = {f"{item.name}.{item.of}" if item.of else item.name for item in self.thresholds}
            if key not in known:
                raise _unknown("threshold", key, known)
            old = self.threshold(threshold_name, of)
            _expect_as_strict(key, value, old, self.name)
            replaced[old.name, old.of] = replace(old, value=float(value), source=source, confidence=Confidence.INFERRED)
        thresholds = tuple(replaced.get((item.name, item.of), item) for item in self.thresholds)
        return replace(self, name=name, thresholds=thresholds, tightened_from=f"{self.name} {self.sha256}")

    def expect_as_strict_as(self, base: "Policy") -> None:
        """Raise PolicyError where this policy protects fewer unit levels than `base`, or has a looser threshold."""
        if self.units[: len(base.units)] != base.units:
            raise PolicyError(
                f"{self.name} must protect the unit levels of {base.name} first: {', '.join(base.units)}.",
                remedy=f"units = {list(base.units)}",
            )
        for old in base.thresholds:
            name = f"{old.name}.{old.of}" if old.of else old.name
            _expect_as_strict(name, self.threshold(old.name, old.of).value, old, base.name)


def policy_from_mapping(content: Mapping[str, Any]) -> Policy:
    """Build a policy from the content of its file. Every key must be known and every threshold present.

    Raises
    ------
    PolicyError
        A key is missing, misspelt or of the wrong type. Nothing is judged under half a policy.
    """
    _expect_keys("policy", content, {"name", "title", "version", "units", "thresholds"}, optional={"tightened_from"})
    units = content["units"]
    if not isinstance(units, list) or not units or not all(isinstance(unit, str) and unit for unit in units):
        raise PolicyError("A policy's `units` must be a list of unit levels.", remedy='units = ["pupil", "school"]')
    _expect_keys("thresholds", content["thresholds"], set(KINDS))
    thresholds: list[Threshold] = []
    for name, kind in KINDS.items():
        entry = content["thresholds"][name]
        if kind.per_unit:
            _expect_keys(f"thresholds.{name}", entry, set(units))
            thresholds += [_threshold(name, unit, entry[unit]) for unit in units]
        else:
            thresholds.append(_threshold(name, "", entry))
    return Policy(
        name=str(content["name"]),
        title=str(content["title"]),
        version=str(content["version"]),
        units=tuple(units),
        thresholds=tuple(thresholds),
        tightened_from=str(content.get("tightened_from", "")),
    )


def _expect_as_strict(name: str, value: float, old: Threshold, policy: str) -> None:
    looser = value < old.value if old.kind.stricter is Stricter.HIGHER else value > old.value
    if looser:
        raise PolicyError(
            f"A project may tighten a policy, never loosen it: {name} is {old.value:g} in {policy} and was set to "
            f"{value:g}.",
            remedy=f"a value {old.kind.stricter} than {old.value:g}",
        )


def _threshold(name: str, of: str, entry: Any) -> Threshold:  # noqa: ANN401 - whatever the file holds
    place = f"thresholds.{name}.{of}" if of else f"thresholds.{name}"
    _expect_keys(place, entry, {"value", "source", "confidence"})
    value = entry["value"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise PolicyError(f"{place}.value must be a number of at least 0.", remedy=f"{place}.value = 10")
    if entry["confidence"] not in set(Confidence):
        raise _unknown(f"{place}.confidence", str(entry["confidence"]), set(Confidence))
    return Threshold(
        name=name, of=of, value=float(value), source=str(entry["source"]), confidence=Confidence(entry["confidence"])
    )


def _expect_keys(
    place: str,
    content: object,
    expected: set[str],
    optional: frozenset[str] | set[str] = frozenset(),
) -> None:
    if not isinstance(content, Mapping):
        raise PolicyError(
            f"{place} must be a table with {', '.join(sorted(expected))}.",
            remedy="the layout of policies/cbs-export.toml",
        )
    for key in content:
        if key not in expected | optional:
            raise _unknown(place, key, expected | optional)
    missing = sorted(expected - set(content))
    if missing:
        raise PolicyError(f"{place} lacks {', '.join(missing)}.", remedy=f"add {missing[0]} with its value and source")


def _unknown(place: str, key: str, known: set[str] | set[Confidence]) -> PolicyError:
    close = difflib.get_close_matches(key, known, n=1)
    remedy = f"{close[0]!r}" if close else f"one of {', '.join(sorted(known))}"
    return PolicyError(f"{place} has an unknown key {key!r}.", remedy=remedy)
