"""Invented files of microdata on disk, as CBS writes them and as they arrive when something went wrong."""

import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from nco_research import open_microdata

PERSON = ["RINPERSOONS", "RINPERSOON"]


def number(value: int) -> str:
    """A person number of nine characters."""
    return f"{value:09d}"


def people(count: int, **columns) -> pd.DataFrame:
    """Persons 1, 2, 3, ... of the population register, with the columns given."""
    keys = {"RINPERSOONS": ["R"] * count, "RINPERSOON": [number(place + 1) for place in range(count)]}
    return pd.DataFrame({**keys, **columns})


def notes_of(data) -> tuple[str, ...]:
    """What is said of data that was read without a study, but for that there was none."""
    return tuple(note for note in data.notes if not note.startswith("No study.toml was found"))


class Country:
    """A folder with microdata, and a cache beside it."""

    def __init__(self, folder: Path) -> None:
        self.data, self.cache = folder / "data", folder / "cache"

    def spss(self, name: str, frame: pd.DataFrame, **options) -> Path:
        path = self._place(name)
        pyreadstat.write_sav(frame, str(path), **options)
        return path

    def csv(self, name: str, text: str, *, encoding: str = "cp1252") -> Path:
        path = self._place(name)
        path.write_text(text, encoding=encoding, newline="")
        return path

    def open(self, component: str, **options):
        return open_microdata(component, folder=self.data, cache=self.cache, **options)

    def frame(self, component: str, **options) -> pd.DataFrame:
        return self.open(component, **options).frame

    def half_written(self) -> list[Path]:
        """What is in the cache and should not be there, where nothing was converted."""
        return [path for path in self.cache.rglob("*") if path.suffix == ".parquet" or ".making-" in path.name]

    def _place(self, name: str) -> Path:
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def values(column: pd.Series) -> list[object]:
    """The values, with None where one is missing, whatever pandas makes of that."""
    return [None if pd.isna(value) else value for value in column]


def written_by_windows(path: Path) -> None:
    """Make an SPSS file of it that says that it is in cp1252, with an é in place of every ~."""
    content = path.read_bytes()
    at = content.index(struct.pack("<3i", 7, 20, 1)) + 12  # the record with the name of the encoding
    (length,) = struct.unpack("<i", content[at : at + 4])
    name = b"windows-1252"
    content = content[:at] + struct.pack("<i", len(name)) + name + content[at + 4 + length :]
    at = content.index(struct.pack("<4i", 7, 3, 4, 8)) + 16 + 7 * 4  # the last of eight numbers is the code page
    content = content[:at] + struct.pack("<i", 1252) + content[at + 4 :]
    path.write_bytes(content.replace(b"~", "é".encode("cp1252")))


def service_numbers(count: int, *, remainder: int = 0, begin: str = "", seed: int = 1) -> list[str]:
    """Invented numbers that pass the check of citizen service numbers (remainder 0) or education numbers (5)."""
    rng, found = np.random.default_rng(seed), []
    while len(found) < count:
        eight = begin + "".join(map(str, rng.integers(0, 10, 8 - len(begin))))
        last = (sum(int(digit) * weight for digit, weight in zip(eight, range(9, 1, -1), strict=True)) - remainder) % 11
        if last < 10 and eight.strip("0"):
            found.append(f"{eight}{last}")
    return found
