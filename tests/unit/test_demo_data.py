"""The demo's microdata look like CBS's, are the same each time, and lose pupils where its notes say so."""

from pathlib import Path

import pytest

from demo.cohort import build_cohort
from demo.prepare import prepare
from nco_research import open_microdata

BDF = Path(__file__).parents[2] / "demo" / "bdf.csv"


@pytest.fixture(scope="module")
def microdata(tmp_path_factory):
    folder = tmp_path_factory.mktemp("microdata é") / "microdata"
    prepare(BDF, folder)
    return folder


def test_the_latest_version_is_version_10(microdata):
    (source,) = open_microdata("INSCHRWPOTAB", years=[2014], folder=microdata).sources
    assert source.path == "Onderwijs/INSCHRWPOTAB/INSCHRWPOTAB2014V10.sav"


def test_pseudonyms_are_unique_text_and_some_begin_with_zero(microdata):
    frame = open_microdata("INSCHRWPOTAB", years=[2014], folder=microdata).frame
    assert frame["RINPERSOON"].is_unique
    assert frame["RINPERSOON"].str.fullmatch(r"\d{9}").all()
    assert frame["RINPERSOON"].str.startswith("0").any()
    assert frame["WPOBRIN_crypt"].nunique() == 131


def test_the_cohort_loses_whom_the_notes_say(microdata):
    cohort = build_cohort(microdata)
    assert [(str(step.kept), str(step.lost)) for step in cohort.flow.steps] == [
        ("2,290", "0"),
        ("2,290", "0"),
        ("2,270", "20"),
        ("2,260", "10"),
        ("2,260", "0"),
        ("2,240", "20"),
    ]
    assert len(cohort) == 2239
    assert cohort.frame.notna().all().all()
    assert cohort.frame["repeated_grade"].value_counts().to_dict()["twice"] <= 4


def test_the_same_data_gives_the_same_cohort(microdata, tmp_path):
    prepare(BDF, tmp_path / "microdata")
    assert build_cohort(tmp_path / "microdata").frame.equals(build_cohort(microdata).frame)
