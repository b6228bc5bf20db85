"""From deliveries to a cohort: every number of `make country` beside one worked out in plain pandas."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from stdnum.nl import bsn, onderwijsnummer

import nco_research as nco
from demo.country import link
from demo.country_cohort import build_cohort
from demo.country_search import search
from nco_research.linkage.counts import Counts
from tests.country_factories import PERSON, PLAN, as_written, latest, small_country

YEAR = PLAN.last_year
DETAILS = ["GESLACHT", "GEBOORTEDATUM", "POSTCODE", "HUISNUMMER"]
IDENTITY = ["BSN", "ONDERWIJSNUMMER", *DETAILS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("linked") / "country"
    shutil.copytree(small_country().folder, copy)
    return copy


@pytest.fixture(scope="module")
def delivered() -> pd.DataFrame:
    """All rows as schools delivered them, with the file that they came in; none of the country's files is cut off."""
    paths = (small_country().folder / "identified" / "deliveries").glob("*.csv")
    parts = [pd.read_csv(path, sep=";", dtype=str, encoding="cp1252", keep_default_na=False) for path in paths]
    return pd.concat(part.assign(school=part["BRIN"] + part["VESTIGING"]) for part in parts)


@pytest.fixture(scope="module")
def by_hand(delivered: pd.DataFrame) -> dict[str, int]:
    """Counts of pupils in plain pandas: objections first, then number, education number, details."""
    home = small_country().folder / "identified"
    objections = pd.read_csv(home / "objections.csv", sep=";", dtype=str, keep_default_na=False)
    persons = pd.read_parquet(home / "persons.parquet").fillna("")
    persons["who"] = range(len(persons))
    usable = delivered[delivered["TOETS"].str.fullmatch("[ME][3-8]")].drop_duplicates()
    pupils = usable.drop_duplicates([*IDENTITY, "school"])[[*IDENTITY, "school"]].reset_index(drop=True)
    pupils["BSN"] = pupils["BSN"].where(pupils["BSN"].map(bsn.is_valid), "")
    pupils["ONDERWIJSNUMMER"] = pupils["ONDERWIJSNUMMER"].where(
        pupils["ONDERWIJSNUMMER"].map(onderwijsnummer.is_valid), ""
    )
    objecting = persons[
        (persons["BSN"].ne("") & persons["BSN"].isin(objections["BSN"]))
        | (persons["ONDERWIJSNUMMER"].ne("") & persons["ONDERWIJSNUMMER"].isin(objections["ONDERWIJSNUMMER"]))
    ]
    known = pupils["BSN"].isin(persons["BSN"]) & pupils["BSN"].ne("")
    numbered = known | (pupils["ONDERWIJSNUMMER"].isin(persons["ONDERWIJSNUMMER"]) & pupils["ONDERWIJSNUMMER"].ne(""))
    by_details = pd.MultiIndex.from_frame(pupils[DETAILS]).isin(pd.MultiIndex.from_frame(objecting[DETAILS]))
    drop = (
        (pupils["BSN"].ne("") & pupils["BSN"].isin(objecting["BSN"]))
        | (pupils["ONDERWIJSNUMMER"].ne("") & pupils["ONDERWIJSNUMMER"].isin(objecting["ONDERWIJSNUMMER"]))
        | (~numbered & by_details)
    )
    left = pupils[~drop]
    found, conflicting = [], 0
    first = left[left["BSN"].ne("")].merge(persons[persons["BSN"].ne("")], on="BSN", suffixes=("", "_p"))
    wrong = (first["GESLACHT"] != first["GESLACHT_p"]) & (first["GEBOORTEDATUM"] != first["GEBOORTEDATUM_p"])
    conflicting += int(wrong.sum())
    found.append(first.loc[~wrong, ["school", "who"]])
    rest = left[~left["BSN"].isin(first["BSN"])]
    second = rest[rest["ONDERWIJSNUMMER"].ne("")].merge(persons, on="ONDERWIJSNUMMER")
    found.append(second[["school", "who"]])
    rest = rest[~rest["ONDERWIJSNUMMER"].isin(second["ONDERWIJSNUMMER"])]
    third = rest.reset_index().merge(persons, on=DETAILS)
    one = third[~third.duplicated("index", keep=False)]
    several = third["index"].nunique() - len(one)
    found.append(one[["school", "who"]])
    every = pd.concat(found)
    twice = every.duplicated(["school", "who"], keep=False).iloc[-len(one) :] if len(one) else pd.Series(dtype=bool)
    return {
        "pupils": len(pupils),
        "objections": int(drop.sum()),
        "conflicting": conflicting,
        "ambiguous": several + int(twice.sum()),
        "linked": len(every) - int(twice.sum()),
    }


@pytest.fixture(scope="module")
def counts(folder: Path) -> Counts:
    return link(folder)


def test_the_counts_of_linkage_are_those_of_plain_pandas(counts: Counts, by_hand: dict[str, int]) -> None:
    assert counts.deliveries_refused == 0
    assert {
        "pupils": counts.pupils.pupils + counts.objections.pupils,
        "objections": counts.objections.pupils,
        "conflicting": counts.conflicting.pupils,
        "ambiguous": counts.ambiguous.pupils,
        "linked": counts.linked.pupils,
    } == by_hand
    assert by_hand["objections"] > 0
    assert by_hand["linked"] > 1000
    assert counts.identifiers_left == 0


def test_who_was_linked_is_who_it_was(counts: Counts, folder: Path, delivered: pd.DataFrame) -> None:
    linked = pd.read_parquet(latest(folder / "microdata/Onderwijs/LVSNCO", "LVSNCO", YEAR))
    truth = pd.read_parquet(folder / "truth" / "pupils.parquet")
    people = linked[PERSON].drop_duplicates()
    registered = truth["registered_from"] <= YEAR
    right = truth.assign(
        RINPERSOONS=registered.map({True: "R", False: "S"}),
        RINPERSOON=truth["RINPERSOON"].where(registered, truth["former_RINPERSOON"]),
    )
    matched = people.merge(right, on=PERSON)
    assert len(matched) == len(people) == counts.persons_written
    assert not matched["objects"].any()
    # The scores of a person are those that the school delivered under that person's number.
    own = delivered[delivered["BSN"].isin(matched["BSN"]) & delivered["BSN"].ne("")]
    ours = linked.merge(right[[*PERSON, "BSN"]], on=PERSON)
    ours = ours[ours["BSN"].isin(own["BSN"])]
    totals = pd.to_numeric(own[own["TOETS"] != "M9"].drop_duplicates()["SCORE"]).fillna(999).sum()
    assert ours["LVSSCORE"].fillna(999).sum() == pytest.approx(totals, rel=0.01)


def test_the_cohort_is_that_of_plain_pandas(counts: Counts, folder: Path) -> None:
    cohort = build_cohort(nco.Study.read(folder), year=YEAR, first_year=PLAN.first_year)
    data = folder / "microdata"
    objections = pd.read_csv(folder / "objections.csv", sep=";", dtype=str)
    enrolled = as_written(latest(data / "Onderwijs/INSCHRWPOTAB", "INSCHRWPOTAB", YEAR))
    enrolled["grade"] = enrolled["WPOLEERJAAR"].str.strip().astype(int)
    persons = as_written(latest(data / "Bevolking/GBAPERSOONTAB", "GBAPERSOON", PLAN.state_year))
    tests = as_written(latest(data / "Onderwijs/LVSNCO", "LVSNCO", YEAR))
    tests = tests[(tests["LVSDOMEIN"] == "RW") & tests["LVSTOETS"].str.startswith("M") & (tests["LVSSCORE"] != 999)]
    tests = tests.dropna(subset=["LVSSCORE"]).sort_values("LVSAFNAMEDATUM").drop_duplicates(PERSON)
    expected = (
        enrolled[enrolled["grade"] >= 3]
        .merge(objections.assign(objects=True), on=PERSON, how="left")
        .query("objects.isna()")
        .merge(persons[[*PERSON, "GBAGEBOORTEJAAR"]], on=PERSON)
        .merge(tests[[*PERSON, "LVSSCORE"]], on=PERSON)
    )
    parents = as_written(latest(data / "Bevolking/KINDOUDERTAB", "KINDOUDER", PLAN.state_year))
    incomes = as_written(latest(data / "InkomenBestedingen/INPATAB", "INPA", YEAR))
    incomes["income"] = pd.to_numeric(incomes["INPPERSBRUT"]).mask(lambda values: values == 9_999_999_999)
    mothers = expected.merge(parents, on=PERSON, how="left").merge(
        incomes[["RINPERSOON", "income"]].rename(columns={"RINPERSOON": "RINPERSOONMa"}), on="RINPERSOONMa", how="left"
    )
    found = cohort.frame
    assert len(found) == len(expected) > 500
    ordered = expected.sort_values(PERSON).reset_index(drop=True)
    assert found["RINPERSOON"].tolist() == ordered["RINPERSOON"].tolist()
    assert found["score"].tolist() == ordered["LVSSCORE"].tolist()
    assert found["mothers_income"].sum() == pytest.approx(mothers["income"].sum())
    assert found["RINOBJECTNUMMER"].notna().all()
    earlier = [
        as_written(latest(data / "Onderwijs/INSCHRWPOTAB", "INSCHRWPOTAB", year))[PERSON] for year in PLAN.school_years
    ]
    years = pd.concat(earlier).merge(expected[PERSON], on=PERSON)
    assert len(cohort.waves) == len(years)


def test_nothing_that_researchers_get_identifies(counts: Counts, folder: Path) -> None:
    files, found = search(folder / "microdata")
    assert found == []
    assert files > 90
    assert not list((folder / "identified" / "deliveries").iterdir())
