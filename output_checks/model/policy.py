"""A policy: every limit in force, with its unit, the side that passes, and its source and how sure we are of it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from output_checks.errors import PolicyError
from output_checks.model.nearest import nearest
from output_checks.model.threshold_kind import Stricter, ThresholdKind

__all__ = ["Confidence", "Policy", "Stricter", "Threshold", "ThresholdKind"]


class Confidence(StrEnum):
    """How sure we are that the source says what the policy says."""

    FOUND = "found"  # read in a public source
    MEMORY = "from memory"  # known in the field, not read again
    INFERRED = "inferred"  # our own choice


KINDS: Mapping[str, ThresholdKind] = {
    "minimum_contributors": ThresholdKind(
        meaning="fewest distinct units behind a published number",
        unit="units",
        passes="at or above",
        stricter=Stricter.HIGHER,
        per_unit=True,
        least=1,
        whole=True,
    ),
    "n_largest": ThresholdKind(
        meaning="how many of the largest contributors the dominance rule adds up (1 or 2)",
        unit="units",
        passes="not a limit itself",
        stricter=Stricter.HIGHER,
        least=1,
        most=2,
        whole=True,
    ),
    "k_percent": ThresholdKind(
        meaning="largest share of a total that the n largest contributors may hold together",
        unit="percent of the total",
        passes="at or below",
        stricter=Stricter.LOWER,
        per_unit=True,
        most=100,
    ),
    "p_percent": ThresholdKind(
        meaning="how closely the second-largest contributor may estimate the largest",
        unit="percent of the largest contribution",
        passes="at or above",
        stricter=Stricter.HIGHER,
        per_unit=True,
        most=100,
    ),
    "class_disclosure_percent": ThresholdKind(
        meaning="share of a group in one category that gives every member's category away",
        unit="percent of the line",
        passes="below",
        stricter=Stricter.LOWER,
        most=100,
    ),
    "class_disclosure_review_percent": ThresholdKind(
        meaning="share of a group in one category from which a person has to look",
        unit="percent of the line",
        passes="below",
        stricter=Stricter.LOWER,
        otherwise="needs review",
        most=100,
    ),
    "minimum_distinct_values": ThresholdKind(
        meaning="fewest different values behind a published average; at 1 everyone's value is known",
        unit="values",
        passes="at or above",
        stricter=Stricter.HIGHER,
        whole=True,
    ),
    "minimum_residual_degrees_of_freedom": ThresholdKind(
        meaning="fewest observations left over after a model's parameters",
        unit="observations",
        passes="at or above",
        stricter=Stricter.HIGHER,
        whole=True,
    ),
    "maximum_parameters_per_observation": ThresholdKind(
        meaning="most parameters a model may have per observation",
        unit="parameters per observation",
        passes="at or below",
        stricter=Stricter.LOWER,
        most=1,
    ),
    "maximum_leverage": ThresholdKind(
        meaning="largest share one unit may have in its own fitted value",
        unit="share, 0 to 1",
        passes="at or below",
        stricter=Stricter.LOWER,
        most=1,
    ),
    "review_leverage": ThresholdKind(
        meaning="leverage above which a person has to look: n units set apart by the model have at least 1/n each",
        unit="share, 0 to 1",
        passes="at or below",
        stricter=Stricter.LOWER,
        otherwise="needs review",
        most=1,
    ),
    "minimum_unexplained": ThresholdKind(
        meaning="smallest share of the variance of the outcome that a model may leave unexplained",
        unit="share, 0 to 1",
        passes="at or above",
        stricter=Stricter.HIGHER,
        most=1,
    ),
    "review_unexplained": ThresholdKind(
        meaning="share left unexplained below which a person has to look",
        unit="share, 0 to 1",
        passes="at or above",
        stricter=Stricter.HIGHER,
        otherwise="needs review",
        most=1,
    ),
    "minimum_interval_width": ThresholdKind(
        meaning="how far apart an outsider's bounds for a suppressed count must stay",
        unit="units",
        passes="at or above",
        stricter=Stricter.HIGHER,
        least=1,
    ),
    "minimum_interval_percent": ThresholdKind(
        meaning="the same for a suppressed sum, as a percentage of its value",
        unit="percent of the value",
        passes="at or above",
        stricter=Stricter.HIGHER,
        least=1,
        most=100,
    ),
    "votes_required": ThresholdKind(
        meaning="output checkers who must judge a submission, each without seeing the other's vote",
        unit="people",
        passes="at or above",
        stricter=Stricter.HIGHER,
        otherwise="is not released",
        least=1,
        whole=True,
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

    @property
    def key(self) -> str:
        """How it is named in a file and in messages: `minimum_contributors.pupil`."""
        return f"{self.name}.{self.of}" if self.of else self.name

    @property
    def side(self) -> str:
        """In words, which side of its value passes."""
        return self.kind.side(self.value)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The limits under which a release is judged. `units` are the unit levels it protects, all of them at once."""

    name: str
    title: str
    version: str
    units: tuple[str, ...]
    thresholds: tuple[Threshold, ...]
    tightened_from: str = ""
    accepts_submissions: bool = False
    """Whether output checkers of this installation take submissions under it, or under one tightened from it."""
    datasets: Mapping[str, tuple[Threshold, ...]] = field(default_factory=dict)
    """Per dataset, the thresholds that are stricter for outputs made from it."""
    for_datasets: tuple[str, ...] = ()
    """The datasets whose stricter thresholds are in `thresholds` already; see `for_dataset`."""

    @property
    def label(self) -> str:
        """Its name, with the datasets that it was made stricter for."""
        return self.name + (f" for {' and '.join(self.for_datasets)}" if self.for_datasets else "")

    def threshold(self, name: str, of: str = "") -> Threshold:
        return next(item for item in self.thresholds if item.name == name and item.of == of)

    def limits(self, unit: str = "") -> dict[str, float]:
        """Threshold values by name, as a rule sees them for one unit level (or for none)."""
        return {item.name: item.value for item in self.thresholds if item.of in {"", unit}}

    def for_dataset(self, *names: str) -> "Policy":
        """The policy for outputs made from these datasets: of each threshold, the strictest that one of them asks for.

        Without a name it is the policy as it stands. Names are matched without regard to case.

        Raises
        ------
        PolicyError
            The policy says nothing of a dataset of that name; a misspelt name must not mean the laxer limits.
        """
        known = {name.casefold(): name for name in self.datasets}
        chosen = sorted({self._dataset(name, known) for name in names})
        if not chosen:
            return self
        strictest = {item.key: item for item in self.thresholds}
        for item in [item for name in chosen for item in self.datasets[name]]:
            if item.kind.is_looser(strictest[item.key].value, item.value):
                strictest[item.key] = item
        return replace(self, thresholds=tuple(strictest.values()), datasets={}, for_datasets=tuple(chosen))

    def datasets_among(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of these names for which the policy has stricter limits; the others it does not know, and needs not."""
        wanted = {name.casefold() for name in names}
        return tuple(name for name in self.datasets if name.casefold() in wanted)

    def _dataset(self, name: str, known: Mapping[str, str]) -> str:
        if name.casefold() not in known:
            raise PolicyError(
                f"The policy {self.name} has no limits for a dataset {name!r}.",
                remedy=nearest(name, self.datasets.keys())
                if known
                else "no dataset; this policy has the same limits for all",
            )
        return known[name.casefold()]

    @property
    def sha256(self) -> str:
        """Identifies the policy by its content, whatever the layout of its file. It stands on every report."""
        return digest(self.as_mapping())

    def as_mapping(self) -> dict[str, Any]:
        """The policy as plain data, the way its file spells it, with every threshold in it."""
        plain: dict[str, Any] = {
            "name": self.name,
            "title": self.title,
            "version": self.version,
            "units": list(self.units),
            "thresholds": _as_mapping(self.thresholds),
        }
        if self.tightened_from:
            plain["tightened_from"] = self.tightened_from
        if self.accepts_submissions:
            plain["accepts_submissions"] = True
        if self.datasets:
            plain["dataset"] = {name: {"thresholds": _as_mapping(items)} for name, items in self.datasets.items()}
        if self.for_datasets:
            plain["for_datasets"] = list(self.for_datasets)
        return plain

    def tightened(self, changes: Mapping[str, float], *, name: str, source: str) -> "Policy":
        """A stricter policy for one project. `changes` maps `threshold` or `threshold.unit` to a new value.

        Raises
        ------
        PolicyError
            A threshold does not exist or cannot have that value, or a change would loosen it.
        """
        known = {item.key: item for item in self.thresholds}
        replaced = {}
        for key, value in changes.items():
            if key not in known:
                raise PolicyError(
                    f"threshold: expected one that a policy has, found {key!r}.", remedy=nearest(key, known)
                )
            if not known[key].kind.allows(value):
                raise PolicyError(
                    f"{key}: expected {known[key].kind.expected}; found {value:g}.", remedy=f"{key} as in {self.name}"
                )
            _expect_as_strict(value, known[key], self.name)
            replaced[key] = replace(known[key], value=float(value), source=source, confidence=Confidence.INFERRED)
        thresholds = tuple(replaced.get(item.key, item) for item in self.thresholds)
        return replace(self, name=name, thresholds=thresholds, tightened_from=f"{self.name} {self.sha256}")

    def expect_as_strict_as(self, base: "Policy", *, source: str = "") -> None:
        """Raise PolicyError where this policy protects fewer unit levels than `base`, or has a looser threshold.

        What holds for a dataset is compared as well: the base's limits for it may not be looser here, nor left out.
        """
        if self.units[: len(base.units)] != base.units:
            raise PolicyError(
                f"{source or self.name}: units: expected those of {base.name} first ({', '.join(base.units)}); found "
                f"{', '.join(self.units)}.",
                remedy=f"units = {list(base.units)}",
            )
        if self.for_datasets:
            known = (name for name in self.for_datasets if name in base.datasets)
            self._expect_limits(base.for_dataset(*known), source)
            return
        self._expect_limits(base, source)
        for name in base.datasets:
            self.for_dataset(name)._expect_limits(base.for_dataset(name), source)

    def _expect_limits(self, base: "Policy", source: str) -> None:
        for old in base.thresholds:
            _expect_as_strict(self.threshold(old.name, old.of).value, old, base.label, source=source or self.label)


def digest(content: Mapping[str, Any]) -> str:
    """The hash of a policy as plain data, of one by an earlier version of the toolkit too."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _as_mapping(items: Iterable[Threshold]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for item in items:
        entry = {"value": item.value, "source": item.source, "confidence": item.confidence.value}
        if item.of:
            plain.setdefault(item.name, {})[item.of] = entry
        else:
            plain[item.name] = entry
    return plain


def _expect_as_strict(value: float, old: Threshold, policy: str, *, source: str = "") -> None:
    if old.kind.is_looser(value, old.value):
        raise PolicyError(
            (f"{source}: " if source else "")
            + f"A project may tighten a policy, never loosen it: {old.key} is {old.value:g} in {policy} and was set to "
            f"{value:g}.",
            remedy=f"{old.value:g}, or {old.kind.stricter}",
        )
