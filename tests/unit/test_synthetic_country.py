"""The synthetic country: deterministic, plausible, of invented people only, with the traps that real files have."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import nco_research as nco
from nco_research.codebooks.comparing import DifferenceKind
from nco_research.linkage.pseudonyms import Pseudonymiser
from nco_research.synthetic import Plan, synthesize
from nco_research.synthetic.calibration import calibration
from nco_research.synthetic.country import key_of
from nco_research.synthetic.world import make_world
from output_checks.errors import InputError
from tests.country_factories import PERSON, PLAN, as_written, latest, small_country


@pytest.fixture(scope="module")
def folder() -> Path:
    return small_country().folder


@pytest.fixture(scope="module")
def enrolments(folder: Path) -> pd.DataFrame:
    parts = []
    for year in PLAN.school_years:
        frame = as_written(latest(folder / "microdata" / "Onderwijs" / "INSCHRWPOTAB", "INSCHRWPOTAB", year))
        parts.append(frame.assign(year=year, grade=frame["WPOLEERJAAR"].str.strip().astype(int)))
    return pd.concat(parts, ignore_index=True)


def test_the_same_arguments_give_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    def made(name: str, seed: int) -> dict[str, bytes]:
        plan = Plan(pupils=300, schools=4, first_year=2016, years=3, seed=seed)
        country = synthesize(plan, to=tmp_path / name)
        return {
            path.relative_to(country.folder).as_posix(): path.read_bytes()
            for path in country.folder.rglob("*")
            if path.is_file()
        }

    first, second, other = made("a", 1), made("b", 1), made("c", 2)
    assert first == second
    assert (
        first["microdata/Onderwijs/INSCHRWPOTAB/INSCHRWPOTAB2016V3.sav"]
        != (other["microdata/Onderwijs/INSCHRWPOTAB/INSCHRWPOTAB2016V3.sav"])
    )
    assert first["secret/key"] != other["secret/key"]


def test_every_year_has_about_the_pupils_that_were_asked_for(enrolments: pd.DataFrame) -> None:
    counts = enrolments.groupby("year").size()
    assert counts.between(0.93 * PLAN.pupils, 1.07 * PLAN.pupils).all()
    assert dict(counts) == small_country().pupils


def test_pupils_move_up_a_grade_and_few_repeat_and_none_goes_back(enrolments: pd.DataFrame) -> None:
    registered = enrolments[enrolments["RINPERSOONS"] == "R"].sort_values([*PERSON, "year"])
    step = registered.groupby(PERSON)["grade"].diff()
    next_year = registered.groupby(PERSON)["year"].diff() == 1
    steps = step[next_year]
    assert set(steps.unique()) == {0.0, 1.0}
    assert 0.01 < (steps == 0).mean() < 0.04


def test_a_pupil_is_enrolled_once_a_year(enrolments: pd.DataFrame) -> None:
    assert not enrolments.duplicated([*PERSON, "year"]).any()


def test_schools_are_nested_in_boards_and_branches_share_a_number(folder: Path) -> None:
    schools = pd.read_csv(folder / "schools.csv", sep=";", decimal=",", dtype={"WPOBRINVEST": str})
    assert len(schools) == PLAN.schools
    assert not schools.duplicated(["WPOBRIN_crypt", "WPOBRINVEST"]).any()
    assert (schools.groupby("WPOBRIN_crypt")["BOARD"].nunique() == 1).all()
    assert (schools.groupby("BOARD")["PROVINCE"].nunique() == 1).all()
    weights = schools.filter(like="WEIGHT").stack()
    assert weights.between(20, 40).all()
    assert 28 < weights.mean() < 32


def test_children_of_a_family_are_born_apart_or_on_one_day_and_go_to_one_school(
    folder: Path, enrolments: pd.DataFrame
) -> None:
    parents = as_written(latest(folder / "microdata/Bevolking/KINDOUDERTAB", "KINDOUDER", PLAN.state_year))
    last = enrolments[enrolments["year"] == PLAN.last_year].merge(parents, on=PERSON)
    siblings = last[last.duplicated("RINPERSOONMa", keep=False)]
    assert len(siblings) > 0.4 * len(last)
    same = siblings.groupby("RINPERSOONMa")["WPOBRIN_crypt"].nunique() == 1
    assert same.mean() > 0.8
    persons = pd.read_parquet(folder / "truth" / "pupils.parquet")
    assert persons["family"].nunique() < len(persons)


def test_families_move_and_pupils_change_school_more_when_they_do(folder: Path, enrolments: pd.DataFrame) -> None:
    homes = as_written(latest(folder / "microdata/Bevolking/GBAADRESOBJECTBUS", "GBAADRESOBJECT", PLAN.state_year))
    assert (homes["GBADATUMEINDEADRESHOUDING"] == "88888888").groupby(homes["RINPERSOON"]).sum().eq(1).all()
    moved = homes[~homes["GBADATUMAANVANGADRESHOUDING"].str.startswith(str(PLAN.lived_years[0]))]
    assert 0.2 < moved["RINPERSOON"].nunique() / homes["RINPERSOON"].nunique() < 0.8
    ordered = enrolments[enrolments["RINPERSOONS"] == "R"].sort_values([*PERSON, "year"])
    changed = ordered["WPOBRIN_crypt"] != ordered.groupby(PERSON)["WPOBRIN_crypt"].shift()
    known = ordered.groupby(PERSON)["year"].diff() == 1
    assert 0.01 < changed[known].mean() < 0.10


def test_spells_of_a_person_follow_each_other_without_gap_or_overlap(folder: Path) -> None:
    for stem, start, end in (
        ("GBAADRESOBJECT", "GBADATUMAANVANGADRESHOUDING", "GBADATUMEINDEADRESHOUDING"),
        ("GBAHUISHOUDENS", "DATUMAANVANGHH", "DATUMEINDEHH"),
    ):
        spells = as_written(latest(folder / "microdata/Bevolking", stem, PLAN.state_year))
        closed = spells[end] != "88888888"
        assert (spells.loc[closed, end] >= spells.loc[closed, start]).all()
        ordered = spells.sort_values(["RINPERSOON", start])
        follows = ordered["RINPERSOON"] == ordered["RINPERSOON"].shift()
        ended = pd.to_datetime(ordered[end].shift()[follows], format="%Y%m%d")
        began = pd.to_datetime(ordered.loc[follows, start], format="%Y%m%d")
        assert ((began - ended).dt.days == 1).all()


def test_no_number_of_a_person_is_anywhere_in_the_microdata(folder: Path) -> None:
    truth = pd.read_parquet(folder / "truth" / "pupils.parquet")
    schools = pd.read_parquet(folder / "truth" / "schools.parquet")
    forbidden = {*truth["BSN"], *truth["ONDERWIJSNUMMER"]} - {""}
    pseudonyms = {*truth["RINPERSOON"], *truth["former_RINPERSOON"]}
    for path in (folder / "microdata").rglob("*.*"):
        if path.is_file():
            frame = as_written(path)
            for name in frame.columns:
                texts = set(frame[name].dropna().astype(str))
                # Nine digits may be somebody's pseudonym and somebody else's number by chance.
                assert not (texts & forbidden) - pseudonyms or "RINPERSOON" in name.upper(), (path.name, name)
                assert not texts & set(schools["BRIN"]), (path.name, name)


def test_every_register_can_be_opened_and_has_nothing_that_its_codebook_does_not_know(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(folder)
    special = {"GBAPERSOONTAB": ["GBAGESLACHT", "GBAGEBOORTEJAAR"], "INSCHRWECTAB": ["WECTYPEPO"]}
    state, years = [PLAN.state_year], list(PLAN.school_years)
    components = {
        "INSCHRWPOTAB": years,
        "LVSNCO": years[:-1],
        "CITOTAB": [year + 1 for year in years if year != 2019],
        "INSCHRWECTAB": years,
        "ONDERWIJSINSCHRTAB": years,
        "HOOGSTEOPLTAB": [years[0], years[-1]],
        "GBAPERSOONTAB": state,
        "KINDOUDERTAB": state,
        "GBAHUISHOUDENSBUS": state,
        "GBAADRESOBJECTBUS": state,
        "VSLGWBTAB": state,
        "INPATAB": years[:2],
        "INHATAB": years[:2],
        "VEHTAB": years[:2],
        "KOPPELPERSOONHUISHOUDEN": years[:1],
        "VTVPERSOONTAB": state,
    }
    for component, wanted in components.items():
        columns = [*PERSON, *special[component]] if component in special else None
        data = nco.open_microdata(component, years=wanted, columns=columns, cache=tmp_path)
        for year, differences in data.differences.items():
            assert not differences.of_kind(DifferenceKind.UNKNOWN_COLUMN), (component, year, str(differences))
        assert len(data.frame)


def test_arguments_that_cannot_be_are_refused_by_name(tmp_path: Path) -> None:
    for arguments, words in (
        ({"schools": 0}, "one school"),
        ({"pupils": 39}, "fewer than 10 per school"),
        ({"years": 0}, "one school year"),
        ({"first_year": 2007}, "2008 to 2029"),
        ({"first_year": 2028}, "2008 to 2029"),
        ({"deliveries": 4}, "deliveries of 4"),
        ({"seed": -1}, "zero or more"),
    ):
        with pytest.raises(InputError, match=words):
            Plan(**{"pupils": 40, "schools": 4, "first_year": 2013, "years": 3, **arguments})
    Plan(pupils=40, schools=4, first_year=2027, years=3, deliveries=3)


def test_a_folder_with_something_in_it_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="not empty"):
        synthesize(Plan(pupils=40, schools=2, first_year=2013, years=1), to=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_smallest_country_is_a_country(tmp_path: Path) -> None:
    country = synthesize(Plan(pupils=10, schools=1, first_year=2013, years=1, deliveries=0), to=tmp_path / "one")
    assert country.delivered == 0
    assert sum(country.pupils.values()) >= 0


def test_what_goes_wrong_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nco_research.synthetic.country.truth.write_truth", fails)
    with pytest.raises((InputError, OSError)):
        synthesize(Plan(pupils=40, schools=2, first_year=2013, years=1), to=tmp_path / "country")
    assert list(tmp_path.iterdir()) == []


def test_earlier_versions_are_older_and_differ(folder: Path) -> None:
    home = folder / "microdata/Onderwijs/INSCHRWPOTAB"
    names = sorted(path.name for path in home.iterdir() if re.match(r"INSCHRWPOTAB201[34]V", path.name))
    assert names == sorted(
        ["INSCHRWPOTAB2013V2.sav", "INSCHRWPOTAB2013V3.sav", "INSCHRWPOTAB2014V9.SAV", "INSCHRWPOTAB2014V10.SAV"]
    )
    assert max(names[:2]) == "INSCHRWPOTAB2014V9.SAV" or names[0] == "INSCHRWPOTAB2013V2.sav"  # text sorts V10 first
    old, new = (as_written(home / f"INSCHRWPOTAB2014V{version}.SAV") for version in (9, 10))
    assert len(old) < len(new)
    for first, second in pairwise(new["RINPERSOON"]):
        assert first <= second
    assert np.isin(old["RINPERSOON"], new["RINPERSOON"]).all()


def test_a_country_measures_what_it_was_calibrated_to() -> None:
    plan = Plan(pupils=100_000, schools=430, first_year=2013, years=10, seed=5)
    found = calibration(make_world(plan, pseudonymiser=Pseudonymiser(key_of(plan.seed))))
    assert len(found) > 25
    assert not [item for item in found if not item.holds]
    assert not any(np.isnan(item.measured) for item in found)


def test_the_pages_table_is_what_the_calibration_measures() -> None:
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "synthetic-country.md").read_text(encoding="utf-8")
    plan = Plan(pupils=2_000, schools=10, first_year=2013, years=2)
    names = [item.what for item in calibration(make_world(plan, pseudonymiser=Pseudonymiser(key_of(1))))]
    assert all(f"| {name} |" in page for name in names)
    assert "(outside)" not in page


def test_schools_that_add_more_are_found_back_by_the_growth_of_their_pupils() -> None:
    plan = Plan(pupils=30_000, schools=60, first_year=2013, years=6, seed=2)
    world = make_world(plan, pseudonymiser=Pseudonymiser(key_of(2)))
    parts = []
    for item in world.careers.since(plan.first_year):
        added = world.learning.in_year(item.year)
        parts.append(
            pd.DataFrame(
                {"child": item.child, "year": item.year, "school": item.school, "grade": item.grade, "end": added[:, 1]}
            )
        )
    panel = pd.concat(parts).sort_values(["child", "year"])
    panel["gain"] = panel.groupby("child")["end"].diff()
    stayed = panel["school"] == panel.groupby("child")["school"].shift()
    counted = panel[stayed & (panel["grade"] >= 4) & (panel.groupby("child")["year"].diff() == 1)]
    found = counted[counted["year"] < 2019].groupby("school")["gain"].mean()
    lasting = world.schools.growth.mean(axis=1)[found.index]
    assert np.corrcoef(found, lasting)[0, 1] > 0.8
