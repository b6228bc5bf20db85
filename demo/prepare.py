"""Write public data as CBS would hold it: components, versions, keys, labels and the usual irregularities."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

_DEMO_KEY = b"only for the demo: these pupils are public"
_CODEBOOK = Path(__file__).with_name("codebook.toml")
_STUDY = """\
name = "growth-and-value-added"
purpose = "Growth in language of pupils in grade 8, and what schools add to it"
data = "{data}"
codebooks = ["codebook.toml"]

[units]
pupil = ["RINPERSOONS", "RINPERSOON"]
school = "school"

[registers]
INSCHRWPOTAB = [2014]
GBAPERSOONTAB = [2014]
LVSNCO = [2014]

[[basis]]
category = "ethnicity"
kind = "law"
reference = "These pupils are in public teaching data; the variable says no more than minority or not"
date = 2026-01-01
variables = ["GBAGENERATIE"]
"""
_NO_SECOND_TEST, _NOT_IN_REGISTER, _SEX_UNKNOWN = 97, 151, 211
_UNKNOWN_SCORE = 999.0

_DENOMINATION = {"1": "Openbaar", "2": "Protestants-christelijk", "3": "Rooms-katholiek", "4": "Algemeen bijzonder"}
_REPEATED = {"0": "Geen", "1": "Eén keer", "2": "Twee keer"}
_TESTS = {
    "TAALVOOR": ("langPRET", "Taal, voormeting"),
    "TAALNA": ("langPOST", "Taal, nameting"),
    "REKENENVOOR": ("aritPRET", "Rekenen, voormeting"),
    "REKENENNA": ("aritPOST", "Rekenen, nameting"),
    "SES": ("ses", "Sociaal-economische status van de ouders"),
}


def prepare(bdf_csv: Path, folder: Path) -> None:
    """Write the pupils of `bdf_csv` into `folder` as three components of microdata, and a study file beside it.

    INSCHRWPOTAB has versions 2, 9 and 10 of one year: sorted as text, 9 would be the latest. What was made up is
    listed in `demo/bdf.md`.
    """
    pupils = pd.read_csv(bdf_csv, dtype=str, encoding="utf-8")
    keys = pd.DataFrame(
        {"RINPERSOONS": "R", "RINPERSOON": [_pseudonym(f"pupil {number}", 9) for number in pupils["pupilNR"]]}
    )
    _write_enrolments(pupils, keys, folder / "Onderwijs" / "INSCHRWPOTAB")
    _write_persons(pupils, keys, folder / "Bevolking" / "GBAPERSOONTAB" / "2014")
    _write_tests(pupils, keys, folder / "Onderwijs" / "LVSNCO")
    shutil.copy(_CODEBOOK, folder.parent / _CODEBOOK.name)
    (folder.parent / "study.toml").write_text(_STUDY.format(data=folder.name), encoding="utf-8", newline="\n")


def _write_enrolments(pupils: pd.DataFrame, keys: pd.DataFrame, folder: Path) -> None:
    table = keys.assign(
        WPOBRIN_crypt=[_pseudonym(f"school {number}", 6) for number in pupils["schoolNR"]],
        WPOLEERJAAR=" 8",  # padded, as CBS delivers it
        WPODENOMINATIE=pupils["denomina"],
        WPOZITTENBLIJVEN=pupils["repeatgr"],
    )
    labels = {"WPODENOMINATIE": _DENOMINATION, "WPOZITTENBLIJVEN": _REPEATED}
    names = {
        "WPOBRIN_crypt": "School (versleuteld)",
        "WPOLEERJAAR": "Leerjaar",
        "WPODENOMINATIE": "Denominatie van de school",
        "WPOZITTENBLIJVEN": "Aantal keren blijven zitten",
    }
    _write_spss(table, folder / "INSCHRWPOTAB2014V10.sav", names=names, labels=labels)
    _write_spss(table.iloc[:-50], folder / "INSCHRWPOTAB2014V9.SAV", names=names, labels=labels)
    _write_spss(table.iloc[:-100], folder / "INSCHRWPOTAB2014V2.sav", names=names, labels=labels)


def _write_persons(pupils: pd.DataFrame, keys: pd.DataFrame, folder: Path) -> None:
    number = pd.Series(range(1, len(pupils) + 1))
    sex = pupils["sex"].map({"0": "1", "1": "2"}).mask(number % _SEX_UNKNOWN == 0, "-")
    background = pupils["Minority"].map({"N": "0", "Y": "2"})
    table = keys.assign(GBAGESLACHT=sex, GBAGENERATIE=background)
    folder.mkdir(parents=True, exist_ok=True)
    table[number % _NOT_IN_REGISTER != 0].to_csv(
        folder / "GBAPERSOON2014TABV1.csv", sep=";", decimal=",", encoding="cp1252", index=False, lineterminator="\r\n"
    )


def _write_tests(pupils: pd.DataFrame, keys: pd.DataFrame, folder: Path) -> None:
    scores = {name: pd.to_numeric(pupils[column]).astype(float) for name, (column, _) in _TESTS.items()}
    table = keys.assign(**scores)
    unknown = pd.Series(range(1, len(pupils) + 1)) % _NO_SECOND_TEST == 0
    table.loc[unknown, ["TAALNA", "REKENENNA"]] = _UNKNOWN_SCORE
    names = {name: label for name, (_, label) in _TESTS.items()}
    labels = {name: {_UNKNOWN_SCORE: "Onbekend"} for name in _TESTS}
    _write_spss(table, folder / "LVSNCO2014V1.sav", names=names, labels=labels)


def _write_spss(table: pd.DataFrame, path: Path, *, names: dict[str, str], labels: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = {"RINPERSOONS": "Soort persoonsnummer", "RINPERSOON": "Persoonsnummer (pseudoniem)"}
    pyreadstat.write_sav(table, str(path), column_labels={**keys, **names}, variable_value_labels=labels)


def _pseudonym(text: str, digits: int) -> str:
    """Digits that say nothing, the same each time, some with leading zeros."""
    number = int.from_bytes(hashlib.blake2b(text.encode("utf-8"), key=_DEMO_KEY, digest_size=8).digest(), "big")
    return f"{number % 10**digits:0{digits}d}"
