"""Keys where nobody looks for them: as the name of a category, and exchanged for others."""

import numpy as np
import pandas as pd
import pytest

from output_checks.model.finding import Outcome
from output_checks.release import Release
from tests.factories import pupils

PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW


@pytest.fixture
def release(tmp_path):
    return Release("r", folder=tmp_path / "d", units={"pupil": "pupil", "school": "school"})


@pytest.fixture
def data():
    return pupils(1200, schools=12, seed=4)


def rules(registered):
    return {item.rule for item in registered.report.reasons}


@pytest.mark.parametrize(
    "label",
    ["p00007", " p00007 ", "pupil p00007", "left (p00007)", "P00007", "pupil-p00007", "p-00007", "s003", "school s003"],
)
def test_a_category_that_is_a_key_fails_though_its_count_is_hidden(release, data, label):
    data.loc[:30, "track"] = label
    shown = release.table("t", data, by="track", suppress=True)
    assert shown.outcome is FAIL
    assert "called after the key" in shown.reason
    assert "p00007" not in shown.reason.lower()


@pytest.mark.parametrize("label", ["p99999", "s999", "pro", "group 7", "2019"])
def test_a_category_that_is_no_key_does_not(release, data, label):
    data.loc[:30, "track"] = label
    assert "FIL1" not in rules(release.table("t", data, by="track", suppress=True))


@pytest.mark.parametrize("kind", ["int64", "int32", "str", "float64"])
def test_a_long_number_is_known_in_every_writing(release, data, kind):
    data["pupil"] = (data.index + 100_000_000).astype(kind)
    data.loc[:30, "track"] = "100000005"
    assert "FIL1" in rules(release.table("t", data, by="track", suppress=True))
    data.loc[:30, "track"] = "900000005"
    assert "FIL1" not in rules(release.table("u", data, by="track", suppress=True))


def test_years_are_no_keys_of_pupils_who_are_numbered_and_a_number_among_words_may_be_one(release, data):
    data["pupil"] = data.index + 1500
    data["year"] = 2000 + data.index % 4
    assert release.table("t", data, by="year").outcome is PASS
    data.loc[:30, "track"] = "1507"
    assert "FIL1" in rules(release.table("u", data, by="track"))


def test_a_school_called_as_a_place_is_asked_about(release, data):
    data["school"] = np.where(data["school"] == "s003", "Zwolle", data["school"])
    data["town"] = np.where(data.index % 2, "Zwolle", "Deventer")
    shown = release.table("t", data, by="town")
    assert shown.outcome is REVIEW
    assert "called as a unit is" in shown.reason


def test_terms_of_a_model_that_name_schools_fail(release, data):
    smf = pytest.importorskip("statsmodels.formula.api")
    data["place"] = data["school"]
    fitted = smf.ols("score ~ C(place)", data).fit()
    assert any("called after the key" in item.message for item in release.model("m", fitted, data=data).report.reasons)
    fitted = smf.ols("score ~ C(track)", data).fit()
    assert "FIL1" not in rules(release.model("n", fitted, data=data))


def other_keys(data):
    return data.assign(pupil="q" + data["pupil"].str[1:], school="t" + data["school"].str[1:])


BY = ["track", "sex"]


@pytest.mark.parametrize("left_out", [1, 3, 9])
def test_the_same_table_under_other_keys_without_a_few_is_asked_about(release, data, left_out):
    assert release.table("a", data, by=BY).outcome is PASS
    found = release.table("b", other_keys(data.iloc[left_out:]), by=BY)
    assert rules(found) == {"DIF5"}
    assert found.outcome is REVIEW


def test_the_same_table_under_other_names_and_other_keys_is_asked_about(release, data):
    assert release.table("a", data, by=BY).outcome is PASS
    renamed = (
        other_keys(data.iloc[1:]).rename(columns={"track": "level"}).assign(level=lambda d: d["level"].str.upper())
    )
    assert rules(release.table("b", renamed, by=["level", "sex"])) == {"DIF5"}


def test_exactly_the_same_counts_tell_nothing_and_other_pupils_are_left_alone(release, data):
    assert release.table("a", data, by=BY).outcome is PASS
    assert release.table("b", other_keys(data), by=BY).outcome is PASS
    for seed in range(10, 20):
        others = pupils(1200, schools=12, seed=seed)
        others = others.assign(pupil=f"{seed}" + others["pupil"], school=f"{seed}" + others["school"])
        assert release.table("c", others, by=BY).outcome is PASS


def test_what_one_hides_and_the_other_shows_under_other_keys_is_asked_about(release, data):
    data.loc[:40, "track"] = "pro"
    data["school"] = np.where(data["track"] == "pro", "s001", data["school"])
    assert release.table("a", data, by="track", margins=True, suppress=True).outcome is PASS
    shown = other_keys(data)
    shown["school"] = [f"t{i % 12:03d}" for i in range(len(shown))]
    assert "DIF5" in rules(release.table("b", shown, by="track", margins=True))


def test_two_cohorts_of_large_groups_are_no_more_alike_than_chance(release):
    rng = np.random.default_rng(8)
    for name, prefix in (("a", "x"), ("b", "y")):
        data = pd.DataFrame(
            {
                "pupil": [f"{prefix}{i:05d}" for i in range(6000)],
                "school": [f"{prefix}s{i % 40:02d}" for i in range(6000)],
                "track": rng.choice(["vmbo", "havo", "vwo"], 6000),
            }
        )
        found = release.table(name, data, by="track")
    assert found.outcome is PASS


@pytest.mark.parametrize(("label", "expected"), [("p00007", FAIL), ("s003", FAIL), ("p99999", REVIEW), ("vwo", REVIEW)])
def test_a_file_that_names_a_unit_of_another_output_fails(release, data, tmp_path, label, expected):
    release.table("t", data, by="track")
    path = tmp_path / "b.csv"
    path.write_text(f"row,mean\nhavo,1.5\n{label},2.5\n", encoding="utf-8")
    found = release.file("b", path)
    assert found.outcome is expected
    assert label not in found.reason
