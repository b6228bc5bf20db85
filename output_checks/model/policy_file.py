"""From the content of a policy's file to a policy: every key known and every threshold there, or nothing is judged."""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, NoReturn

from output_checks.errors import PolicyError
from output_checks.model.nearest import nearest
from output_checks.model.policy import KINDS, Confidence, Policy, Threshold

_REQUIRED = frozenset({"name", "title", "version", "units", "thresholds"})
_OPTIONAL = frozenset({"tightened_from", "accepts_submissions", "dataset", "for_datasets"})
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]*$")


def policy_from_mapping(
    content: Mapping[str, Any], *, base: Policy | None = None, source: str = "the policy"
) -> Policy:
    """Build a policy from the content of its file, named `source` in messages.

    With `base`, the file is a project's own: unit levels, thresholds and datasets that it does not mention are those of
    the base, and nothing may be looser. Without, it must be whole.

    Raises
    ------
    PolicyError
        A key is missing, misspelt or has a value that cannot be meant, or loosens the base. Names the key, what was
        expected and what was found. Nothing is judged under half a policy.
    """
    return _Reader(source=source, base=base).policy(content)


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """Reads one file. Places are the keys as the file spells them: `thresholds.minimum_contributors.pupil`."""

    source: str
    base: Policy | None

    def policy(self, content: object) -> Policy:
        inherited = frozenset() if self.base is None else frozenset({"units", "thresholds"})
        values = self._table("", content, required=_REQUIRED - inherited, optional=_OPTIONAL | inherited)
        units = self.base.units if self.base is not None and "units" not in values else self._units(values["units"])
        own = self._thresholds("thresholds", values.get("thresholds", {}), units)
        general = ({item.key: item for item in self.base.thresholds} if self.base is not None else {}) | own
        thresholds = self._expect_every(general, units)
        policy = Policy(
            name=self._name(values, "name"),
            title=self._text(values, "title"),
            version=self._text(values, "version"),
            units=units,
            thresholds=thresholds,
            tightened_from=self._text(values, "tightened_from") if "tightened_from" in values else "",
            accepts_submissions=self._accepts(values),
            datasets=self._datasets(values.get("dataset", {}), units, general),
            for_datasets=self._for_datasets(values.get("for_datasets", [])),
        )
        if self.base is not None:
            policy.expect_as_strict_as(self.base, source=self.source)
        return policy

    def _units(self, units: object) -> tuple[str, ...]:
        if not isinstance(units, list) or not units or not all(isinstance(unit, str) and unit for unit in units):
            self._fail("units", "a list of unit levels", _found(units), remedy='units = ["pupil", "school"]')
        if len(set(units)) < len(units):
            self._fail("units", "each unit level once", ", ".join(units), remedy='units = ["pupil", "school"]')
        return tuple(units)

    def _thresholds(self, place: str, given: object, units: tuple[str, ...]) -> dict[str, Threshold]:
        """The thresholds of one table of the file, by key."""
        found = {}
        for name, entry in self._table(place, given, required=set(), optional=set(KINDS)).items():
            if KINDS[name].per_unit:
                levels = self._table(f"{place}.{name}", entry, required=set(), optional=set(units))
                for unit, limit in levels.items():
                    threshold = self._threshold(f"{place}.{name}.{unit}", name, unit, limit)
                    found[threshold.key] = threshold
            else:
                found[name] = self._threshold(f"{place}.{name}", name, "", entry)
        return found

    def _threshold(self, place: str, name: str, of: str, entry: object) -> Threshold:
        values = self._table(place, entry, required={"value", "source", "confidence"})
        value, kind = values["value"], KINDS[name]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not kind.allows(value):
            self._fail(f"{place}.value", kind.expected, _found(value), remedy=f"a value in {kind.unit}")
        confidence = self._text(values, "confidence", place=place)
        if confidence not in set(Confidence):
            known = f"one of {', '.join(Confidence)}"
            self._fail(f"{place}.confidence", known, _found(confidence), remedy=nearest(confidence, Confidence))
        return Threshold(
            name=name,
            of=of,
            value=float(value),
            source=self._text(values, "source", place=place),
            confidence=Confidence(confidence),
        )

    def _expect_every(self, found: Mapping[str, Threshold], units: tuple[str, ...]) -> tuple[Threshold, ...]:
        """All thresholds in the order of KINDS, each unit level in its order."""
        keys = [key for name, kind in KINDS.items() for key in _keys(name, units if kind.per_unit else ())]
        missing = [key for key in keys if key not in found]
        if missing:
            self._fail(
                f"thresholds.{missing[0]}",
                "a value with its source and confidence",
                "nothing" + (f", and lacks {len(missing) - 1} more" if len(missing) > 1 else ""),
                remedy=f"add [thresholds.{missing[0]}] with value, source and confidence",
            )
        return tuple(found[key] for key in keys)

    def _datasets(
        self, given: object, units: tuple[str, ...], general: Mapping[str, Threshold]
    ) -> dict[str, tuple[Threshold, ...]]:
        datasets = {} if self.base is None else dict(self.base.datasets)
        spelt = {name.casefold(): name for name in datasets}
        for name, entry in self._table("dataset", given, required=set(), optional=None).items():
            place = f"dataset.{name}"
            kept = spelt.setdefault(name.casefold(), name)
            if kept != name:
                self._fail(place, f"the spelling {kept}", name, remedy=f"[dataset.{kept}]")
            limits = self._table(place, entry, required={"thresholds"})["thresholds"]
            own = self._thresholds(f"{place}.thresholds", limits, units)
            if not own:
                self._fail(f"{place}.thresholds", "at least one threshold", "none", remedy=f"leave out [{place}]")
            self._expect_stricter(f"{place}.thresholds", own.values(), general)
            every = {item.key: item for item in datasets.get(name, ())} | own
            datasets[name] = tuple(every[key] for key in sorted(every))
        return datasets

    def _expect_stricter(self, place: str, items: Iterable[Threshold], general: Mapping[str, Threshold]) -> None:
        for item in items:
            than = general[item.key]
            if item.kind.is_looser(item.value, than.value):
                self._fail(
                    f"{place}.{item.key}.value",
                    f"{than.value:g} or {item.kind.stricter}, as for other datasets",
                    f"{item.value:g}; a dataset may be judged more strictly, never less",
                    remedy=f"{than.value:g}, or {item.kind.stricter}",
                )

    def _for_datasets(self, names: object) -> tuple[str, ...]:
        if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
            self._fail(
                "for_datasets", "a list of names", _found(names), remedy="leave it out; Release(..., dataset=) sets it"
            )
        if names and self.base is not None:
            self._fail("for_datasets", "nothing in a file", _found(names), remedy="Release(..., dataset=...)")
        return tuple(names)

    def _accepts(self, values: Mapping[str, Any]) -> bool:
        accepts = values.get("accepts_submissions", self.base is not None and self.base.accepts_submissions)
        if not isinstance(accepts, bool):
            self._fail("accepts_submissions", "true or false", _found(accepts), remedy="accepts_submissions = false")
        return bool(accepts)

    def _name(self, values: Mapping[str, Any], key: str) -> str:
        name = self._text(values, key)
        if not _NAME.match(name):
            self._fail(key, "letters, digits, - and _", _found(name), remedy=f'{key} = "my-project"')
        return name

    def _text(self, values: Mapping[str, Any], key: str, *, place: str = "") -> str:
        text = values[key]
        if not isinstance(text, str) or not text.strip():
            self._fail(f"{place}.{key}" if place else key, "text", _found(text), remedy=f'{key} = "…"')
        return str(text)

    def _table(
        self,
        place: str,
        content: object,
        *,
        required: AbstractSet[str],
        optional: AbstractSet[str] | None = frozenset(),
    ) -> Mapping[str, Any]:
        """The content as a table of known keys, none of the required missing. `optional=None` allows any key."""
        if not isinstance(content, Mapping):
            keys = sorted(required | (optional or set()))
            self._fail(
                place or "the file",
                f"a table with {', '.join(keys)}" if keys else "a table",
                _found(content),
                remedy="the layout of output_checks/policies/cbs-export.toml",
            )
        prefix = f"{place}." if place else ""
        for key in content:
            if optional is not None and key not in required | optional:
                self._fail(
                    f"{prefix}{key}",
                    "one of its known keys",
                    repr(key),
                    remedy=nearest(str(key), required | optional),
                )
        missing = sorted(required - set(content))
        if missing:
            self._fail(f"{prefix}{missing[0]}", "a value", "nothing", remedy=f"add {missing[0]}")
        return content

    def _fail(self, key: str, expected: str, found: str, *, remedy: str) -> NoReturn:
        raise PolicyError(f"{self.source}: {key}: expected {expected}; found {found}.", remedy=remedy)


def _found(value: object) -> str:
    """What a file holds, in words. Policies hold no records, so their values may be shown."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return "a list"
    return f"{value:g}" if isinstance(value, int | float) else f"the text {value!r}"


def _keys(name: str, units: tuple[str, ...]) -> list[str]:
    return [f"{name}.{unit}" for unit in units] or [name]
