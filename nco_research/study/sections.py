"""Read a TOML file strictly: every key known, every value of its type, and errors that say how to write it."""

import datetime as dt
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from nco_research.columns import closest
from output_checks.errors import InputError

_KINDS = (
    (bool, "true or false"),
    (str, "text"),
    (int, "a whole number"),
    (float, "a number with decimals"),
    (dt.datetime, "a date with a time"),
    (dt.date, "a date"),
    (dt.time, "a time"),
    (list, "a list"),
    (dict, "a table"),
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_YEARS = re.compile(r"^\s*(\d{4})\s*(?:-|–|to|t/m)\s*(\d{4})\s*$")


def read_toml(path: Path) -> tuple[bytes, dict[str, Any]]:
    """The bytes of a file, and what they say.

    Raises
    ------
    InputError
        There is no such file, it is not UTF-8, or not TOML; the line is named.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The study file {path} cannot be read ({error.strerror}).", remedy="nco study new FOLDER"
        ) from None
    try:
        return raw, tomllib.loads(raw.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8.", remedy="save it as UTF-8 in the editor") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{path} is not valid TOML: {error}.", remedy="mend that line; text stands in quotes"
        ) from None


@dataclass(frozen=True, kw_only=True)
class Section:
    """One table of a TOML file, and the keys that it may have."""

    file: Path
    values: Mapping[str, Any]
    keys: Sequence[str]
    place: str = ""
    """Which table: `[[basis]] 2`; empty for the top of the file."""

    def __post_init__(self) -> None:
        for key in self.values:
            if key not in self.keys:
                raise InputError(f"{self._where(key)} is not known.", remedy=closest(key, self.keys))

    def text(self, key: str, *, example: str, default: str | None = None) -> str:
        """A text that is not empty.

        Raises
        ------
        InputError
            It is absent and has no default, is empty, or is no text.
        """
        if key not in self.values and default is not None:
            return default
        value = self._given(key, f'"{example}"')
        if not isinstance(value, str):
            self.refuse(key, "text", value, f'"{example}"')
        if not value.strip():
            raise InputError(f"{self._where(key)} is empty; expected text.", remedy=f'{key} = "{example}"')
        return value.strip()

    def choice(self, key: str, choices: Sequence[str]) -> str:
        """One of some texts.

        Raises
        ------
        InputError
            It is absent or another text.
        """
        value = self.text(key, example=choices[0])
        if value not in choices:
            raise InputError(
                f"{self._where(key)} must be one of {', '.join(choices)}; found {value!r}.",
                remedy=closest(value, choices),
            )
        return value

    def texts(self, key: str, *, example: str) -> tuple[str, ...]:
        """A list of texts; none where the key is absent.

        Raises
        ------
        InputError
            It is no list, or has anything but texts that are not empty, or one twice.
        """
        values = self.values.get(key, [])
        if not isinstance(values, list):
            self.refuse(key, "a list of texts", values, example)
        for value in values:
            if not isinstance(value, str) or not value.strip():
                self.refuse(key, "a list of texts that are not empty", value, example, within=True)
        texts = tuple(value.strip() for value in values)
        if len(set(texts)) < len(texts):
            raise InputError(f"{self._where(key)} has the same text twice.", remedy="leave one out")
        return texts

    def date(self, key: str) -> dt.date:
        """A day that is not in the future.

        Raises
        ------
        InputError
            It is absent, not a date, or still to come.
        """
        value = self._given(key, "2026-01-31")
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            self.refuse(key, "a date without quotes", value, "2026-01-31")
        if value > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1):  # it is tomorrow somewhere
            raise InputError(f"{self._where(key)} is a date in the future.", remedy="the date of the document")
        return value

    def years(self, key: str) -> tuple[int, ...]:
        """Years, given as `2014`, `"2014-2020"` or a list of those; sorted, each once.

        Raises
        ------
        InputError
            It is something else, empty, runs backwards, or is not between 1900 and 2099.
        """
        given = self.values[key]
        years: set[int] = set()
        for item in given if isinstance(given, list) else [given]:
            span = _span(item)
            if span is None:
                self.refuse(key, "years", item, '["2014-2020", 2022]', within=isinstance(given, list))
            if not span:
                raise InputError(
                    f"{self._where(key)} runs backwards.", remedy=f'{key} = ["{span.stop - 1}-{span.start}"]'
                )
            years.update(span)
        if not years or min(years) < _FIRST_YEAR or max(years) > _LAST_YEAR:
            raise InputError(
                f"{self._where(key)} must have years from {_FIRST_YEAR} to {_LAST_YEAR}, at least one.",
                remedy=f'{key} = ["2014-2020"]',
            )
        return tuple(sorted(years))

    def refuse(self, key: str, expected: str, found: object, example: str, *, within: bool = False) -> NoReturn:
        """Say what was expected, what kind of value was found, and how to write it."""
        kind = next((words for type_, words in _KINDS if isinstance(found, type_)), type(found).__name__)
        if isinstance(found, str):
            kind = "an empty text" if not found.strip() else f"the text {found!r}"
        raise InputError(
            f"{self._where(key)} must be {expected}; found {kind}{' in the list' if within else ''}.",
            remedy=f"{key} = {example}",
        )

    def _given(self, key: str, example: str) -> Any:  # noqa: ANN401 - whatever TOML has
        if key not in self.values:
            raise InputError(f"{self._where(key)} is absent.", remedy=f"{key} = {example}")
        return self.values[key]

    def _where(self, key: str) -> str:
        return f"{self.file}: {f'{self.place}: ' if self.place else ''}`{key}`"


def _span(item: object) -> range | None:
    """The years that an item of a list stands for; empty where they run backwards, None where it is no years."""
    if isinstance(item, int) and not isinstance(item, bool):
        return range(item, item + 1)
    match = _YEARS.match(item) if isinstance(item, str) else None
    return range(int(match[1]), int(match[2]) + 1) if match else None


def written_years(years: Sequence[int]) -> str:
    """Sorted years as a file has them: `["2014-2020", 2022]`."""
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][-1] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    written = (f'"{span[0]}-{span[-1]}"' if len(span) > 1 else str(span[0]) for span in spans)
    return f"[{', '.join(written)}]"
