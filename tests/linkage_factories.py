"""Invented schools, pupils and persons for the tests of linkage. Every number is drawn; none is anybody's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

from nco_research.linkage import pipeline
from nco_research.linkage.layout import DELIVERED, REGISTERED
from nco_research.linkage.pipeline import LinkageResult
from nco_research.linkage.pseudonyms import Pseudonymiser, read_key

WEIGHTS = np.array([9, 8, 7, 6, 5, 4, 3, 2, -1])


def _numbers(remainder: int, start: int, count: int) -> list[str]:
    candidates = np.arange(start, start + 11 * count + 200)
    digits = candidates[:, None] // 10 ** np.arange(8, -1, -1) % 10
    return [f"{number:09d}" for number in candidates[digits @ WEIGHTS % 11 == remainder][:count].tolist()]


BSNS = _numbers(0, 12_345_000, 300)
"""Citizen service numbers: nine digits, the first of them 0."""
EDUCATION_NUMBERS = _numbers(5, 101_234_000, 300)
KEY = bytes(range(32))
KEYED = Pseudonymiser(KEY)


def row(**changes: str) -> dict[str, str]:
    """One row of a delivery, right in everything but what is changed."""
    usual = {
        "BSN": BSNS[0],
        "ONDERWIJSNUMMER": "",
        "GESLACHT": "V",
        "GEBOORTEDATUM": "20120131",
        "POSTCODE": "1811KL",
        "HUISNUMMER": "12",
        "BRIN": "18AB",
        "VESTIGING": "00",
        "GROEP": "6",
        "DOMEIN": "RW",
        "TOETS": "M6",
        "AFNAMEDATUM": "20220201",
        "SCORE": "212,5",
        "NIVEAU": "II",
        "REEKS": "3.0",
    }
    assert set(changes) <= set(usual)
    return usual | changes


def person(**changes: str) -> dict[str, str]:
    """One row of the population file: by default the pupil of `row`."""
    usual = {name: row()[name] for name in REGISTERED} | {"RINPERSOONS": "R"}
    return usual | changes


def csv_of(rows: Iterable[dict[str, str]], *, columns: Sequence[str] = DELIVERED, end: str = "\n") -> str:
    return "".join(";".join(line) + end for line in [columns, *([one[name] for name in columns] for one in rows)])


def _read_key(path: Path) -> Pseudonymiser:
    """As it is, but that of KEY once only: working out its tables takes a moment."""
    made = read_key(path)
    return KEYED if path.read_bytes() == KEY else made


@dataclass
class Office:
    """The folders that CBS staff work with."""

    folder: Path
    deliveries: Path = field(init=False)

    def __post_init__(self) -> None:
        self.deliveries = self.folder / "identified" / "deliveries"
        self.deliveries.mkdir(parents=True)
        self.persons = self.folder / "identified" / "persons.parquet"
        self.objections = self.folder / "identified" / "objections.csv"
        self.certificates = self.folder / "identified" / "certificates"
        self.to = self.folder / "output"
        self.key = self.folder / "secret" / "key"
        self.key.parent.mkdir()
        self.key.write_bytes(KEY)
        self.objecting([])
        self.register([person()])

    def deliver(self, rows: Iterable[dict[str, str]], *, brin: str = "18AB00", year: int = 2021) -> Path:
        path = self.deliveries / f"LVS_{brin}_{year}.csv"
        path.write_text(csv_of(rows), encoding="cp1252", newline="")
        return path

    def register(self, persons: Sequence[dict[str, str]]) -> None:
        pd.DataFrame(list(persons), dtype=object).to_parquet(self.persons)

    def objecting(self, numbers: Iterable[tuple[str, str]]) -> None:
        lines = ["BSN;ONDERWIJSNUMMER", *(";".join(both) for both in numbers)]
        self.objections.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def link(self, **options: object) -> LinkageResult:
        given: dict[str, object] = {
            "persons": self.persons,
            "objections": self.objections,
            "key": self.key,
            "to": self.to,
        }
        with mock.patch.object(pipeline, "read_key", _read_key):
            return pipeline.link_deliveries(self.deliveries, **(given | options))  # type: ignore[arg-type]

    def output(self, name: str = "LVSNCO2021V1.parquet") -> pd.DataFrame:
        return pd.read_parquet(self.to / name)

    def files(self) -> list[str]:
        """Every file below the office, hidden ones too."""
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())


MONTH = {"M": "20220201", "E": "20220601"}


def country(office: Office, rng: np.random.Generator) -> tuple[pd.DataFrame, list[dict[str, str]], set[str]]:
    """Invented pupils with every kind of trouble, delivered in three files; rows, persons and objectors' numbers."""
    persons = [
        person(
            BSN=BSNS[place] if place % 15 else "",
            ONDERWIJSNUMMER=EDUCATION_NUMBERS[place] if place % 4 == 0 or not place % 15 else "",
            GESLACHT=str(rng.choice(["M", "V"])),
            GEBOORTEDATUM=f"201{rng.integers(1, 3)}0{rng.integers(1, 4)}1{rng.integers(0, 3)}",
            POSTCODE=f"18{rng.integers(10, 13)}KL",
            HUISNUMMER=str(rng.integers(1, 6)),
        )
        for place in range(120)
    ]
    rows = []
    for _ in range(160):
        one = dict(persons[rng.integers(0, 120)])
        one.pop("RINPERSOONS")
        trouble = rng.random()
        if trouble < 0.3:
            one |= {"BSN": "", "ONDERWIJSNUMMER": ""}
        elif trouble < 0.4:
            one |= {"BSN": BSNS[200 + rng.integers(0, 50)]}
        elif trouble < 0.45:
            one |= {"BSN": "", "ONDERWIJSNUMMER": "", "POSTCODE": "9999ZZ"}
        elif trouble < 0.55:
            one |= {"GESLACHT": "M" if one["GESLACHT"] == "V" else "V", "GEBOORTEDATUM": "20130101"}
        school = f"18A{'ABC'[rng.integers(0, 3)]}"
        for domain in rng.choice(["RW", "BL", "SP"], 2, replace=False):
            half = str(rng.choice(["M", "E"]))
            score = f"{rng.integers(100, 200)},5"
            rows.append(
                row(**one, BRIN=school, DOMEIN=str(domain), TOETS=f"{half}6", AFNAMEDATUM=MONTH[half], SCORE=score)
            )
    frame = pd.DataFrame(rows)
    for brin, part in frame.groupby("BRIN"):
        office.deliver(part.to_dict("records"), brin=f"{brin}00")
    office.register(persons)
    objecting = [persons[place] for place in (1, 4, 15, 30, 31)]
    office.objecting([(one["BSN"], "" if one["BSN"] else one["ONDERWIJSNUMMER"]) for one in objecting])
    numbers = {one[name] for one in objecting for name in ("BSN", "ONDERWIJSNUMMER")} - {""}
    return frame, persons, numbers
