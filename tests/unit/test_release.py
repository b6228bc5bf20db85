"""The front door: what a researcher registers by mistake or by cunning, beside what must go through."""

import re

import numpy as np
import pandas as pd
import pytest
from linearmodels import PooledOLS

from output_checks.errors import InputError, PolicyError
from output_checks.model.finding import Outcome
from output_checks.release import Release
from tests.factories import pupils

PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path / "draft", units={"pupil": "pupil", "school": "school"}, author="researcher")


@pytest.fixture
def data():
    rng = np.random.default_rng(2)
    made = pupils(1000)
    made["x"] = rng.normal(size=1000)
    made["y"] = 2 * made["x"] + rng.normal(size=1000)
    return made.assign(constant=1.0, wave=0)


def fitted(data, *columns, outcome="y"):
    indexed = data.set_index(["pupil", "wave"])
    return PooledOLS(indexed[outcome], indexed[["constant", *columns]]).fit(), indexed


def test_a_model_on_a_continuous_variable_passes_whichever_way_the_keys_are_kept(release, data):
    model, indexed = fitted(data, "x")
    assert release.model("keys_in_the_index", model, data=indexed).outcome is PASS
    both = data.set_index(["pupil", "wave"], drop=False)
    assert release.model("keys_in_both", model, data=both).outcome is PASS


@pytest.mark.parametrize(("n", "expected"), [(1, FAIL), (3, FAIL), (9, FAIL), (12, PASS)])
def test_a_dummy_for_few_fails(release, data, n, expected):
    model, indexed = fitted(data.assign(dummy=(data.index < n) * 1.0), "x", "dummy")
    assert release.model("m", model, data=indexed).outcome is expected


@pytest.mark.parametrize(("n", "expected"), [(1, FAIL), (5, FAIL), (300, PASS)])
def test_a_model_of_who_is_among_a_few_fails(release, data, n, expected):
    """Its coefficients are the explanatory values of those few."""
    model, indexed = fitted(data.assign(few=(data.index < n) * 1.0), "x", outcome="few")
    assert release.model("m", model, data=indexed).outcome is expected


def test_a_little_noise_does_not_hide_a_dummy_for_one(release, data):
    noise = 1e-6 * np.random.default_rng(1).normal(size=1000)
    hidden = data.assign(dummy=(data.index == 7) + noise, few=(data.index == 7) + noise)
    for name, columns, outcome in (("design", ("x", "dummy"), "y"), ("outcome", ("x",), "few")):
        model, indexed = fitted(hidden, *columns, outcome=outcome)
        assert release.model(name, model, data=indexed).outcome is FAIL


def panel(data, *columns, entity="pupil", effects=False, weights=None):
    from linearmodels import PanelOLS

    indexed = data.assign(number=data.groupby(entity).cumcount()).set_index([entity, "number"], drop=False)
    kept = {} if weights is None else {"weights": indexed[weights]}
    fit = PanelOLS(indexed["y"], indexed[list(columns)], entity_effects=effects, **kept).fit()
    return fit, indexed


def test_effects_of_schools_pass(release, data):
    model, indexed = panel(data, "constant", "x", entity="school", effects=True)
    assert release.model("m", model, data=indexed).outcome is PASS


def test_a_variable_that_varies_within_one_school_only_fails(release, data):
    """Beside effects of schools its coefficient compares one pupil with the others of that school."""
    steady = data.assign(z=data["school"].str[1:].astype(int) * 1.0)
    steady.loc[5, "z"] += 1
    model, indexed = panel(steady, "z", entity="school", effects=True)
    assert release.model("m", model, data=indexed).outcome is FAIL


def test_a_variable_that_changes_for_two_pupils_only_fails(release, data):
    years = pd.concat([data.assign(year=year, y=data["y"] + year) for year in range(4)], ignore_index=True)
    years["z"] = ((years["pupil"].isin(["p00003", "p00004"])) & (years["year"] > 1)) * 1.0
    years["trend"] = years["year"] * 1.0
    model, indexed = panel(years, "trend", "z", effects=True)
    assert release.model("m", model, data=indexed).outcome is FAIL


def test_weights_that_leave_two_pupils_do_not_pass(release, data):
    weighted = data.assign(w=np.where(data.index < 2, 1.0, 1e-9), even=1.0)
    model, indexed = panel(weighted, "constant", "x", weights="w")
    assert release.model("m", model, data=indexed).outcome is not PASS
    model, indexed = panel(weighted, "constant", "x", weights="even")
    assert release.model("even", model, data=indexed).outcome is PASS


@pytest.mark.parametrize(("few", "expected"), [(0, FAIL), (4, FAIL), (30, PASS)])
def test_shares_by_regression_are_judged_as_counts(release, data, few, expected):
    """A two-valued outcome on dummies gives the share in each group, and with its n a count."""
    group = data.assign(dummy=(data.index < 60) * 1.0, special=((data.index < few) | (data.index >= 700)) * 1.0)
    model, indexed = fitted(group, "dummy", outcome="special")
    assert release.model("m", model, data=indexed).outcome is expected
    adjusted, indexed = fitted(group, "dummy", "x", outcome="special")
    assert release.model("adjusted", adjusted, data=indexed).outcome is PASS


@pytest.mark.parametrize(("schools", "expected"), [(1, FAIL), (4, PASS)])
def test_the_reference_group_of_a_saturated_model_is_judged(release, data, schools, expected):
    """The constant is the mean of whoever no dummy names."""
    few = data["school"].isin([f"s00{i}" for i in range(schools)])
    grouped = data.assign(north=(~few & (data.index % 2 == 0)) * 1.0, south=(~few & (data.index % 2 == 1)) * 1.0)
    model, indexed = fitted(grouped, "north", "south")
    assert release.model("m", model, data=indexed).outcome is expected


def test_few_with_the_outcome_in_the_reference_group_fail(release, data):
    group = np.arange(len(data)) % 3
    passed = np.where(group == 0, data.index < 18, data.index % 2).astype(float)  # six of the reference group
    shares = data.assign(a=(group == 1) * 1.0, b=(group == 2) * 1.0, passed=passed)
    model, indexed = fitted(shares, "a", "b", outcome="passed")
    assert release.model("m", model, data=indexed).outcome is FAIL


def test_effects_of_pupils_over_a_few_years_are_no_saturated_model(release, data):
    """The standard model of growth: the effects of pupils are absorbed and not published."""
    rng = np.random.default_rng(3)
    years = pd.concat([data.assign(year=year) for year in range(3)], ignore_index=True)
    years = years.assign(trend=years["year"] * 1.0, x=rng.normal(size=len(years)), y=rng.normal(size=len(years)))
    model, indexed = panel(years, "trend", "x", effects=True)
    assert release.model("m", model, data=indexed).outcome is PASS


def test_suppression_leaves_ten_pupils_open_where_each_has_several_records(release, data):
    groups = data.assign(track=np.where(data.index == 0, "a", np.where(data.index == 1, "b", data["track"])))
    long = pd.concat([groups.assign(year=year) for year in range(5)])
    shown = release.table("t", long, by="track", margins=True, suppress=True)
    assert shown.outcome is PASS
    assert shown.frame["n"].isna().sum() == 3  # with a and b alone the ten records would be one pupil each


def test_numbers_that_name_the_lowest_and_highest_need_review(release, data):
    scored = data.assign(mark=(data["score"] // 10).clip(3, 7))
    scored.loc[0, "mark"] = 1
    assert release.table("t", scored, by="mark", suppress=True).outcome is REVIEW
    assert release.table("t", scored.iloc[1:], by="mark", suppress=True).outcome is PASS


def test_rounding_in_the_computer_makes_no_second_value(release, data):
    same = data.assign(value=np.where(data.index % 2, 0.3, 0.1 + 0.2))
    assert release.table("t", same, by="sex", value="value", statistic="mean").outcome is FAIL


@pytest.mark.parametrize("margins", [True, False])
def test_a_whole_group_in_one_category_is_hidden_with_the_zeros_beside_it(release, data, margins):
    grouped = data.assign(region=np.where(data.index % 2, "north", "south"))
    grouped.loc[grouped["region"] == "north", "track"] = "vmbo"
    shown = release.table("t", grouped, by=["region", "track"], margins=margins, suppress=True)
    inner = shown.frame[(shown.frame["region"] == "north") & (shown.frame["track"] != "Total")]
    assert inner["n"].isna().sum() >= 2
    assert shown.outcome is PASS, shown.reason


@pytest.mark.parametrize(("n", "expected"), [(3, FAIL), (9, FAIL), (25, PASS)])
def test_a_share_that_gives_a_small_count_away_fails(release, data, n, expected):
    rare = data.assign(rare=((data.index // 2) < n) * 1.0)  # n of each sex
    rare["sex"] = np.where(rare.index % 2, "boy", "girl")
    for name in ("mean", "standard deviation"):
        shown = release.table(f"t_{name[0]}", rare, by="sex", value="rare", statistic=name, decimals=4)
        assert shown.outcome is expected
    complement = release.table(
        "complement", rare.assign(rare=1 - rare["rare"]), by="sex", value="rare", statistic="mean"
    )
    assert complement.outcome is expected


@pytest.mark.parametrize(
    ("statistic", "expected"), [("mean", PASS), ("standard deviation", FAIL), ("mean interval", FAIL)]
)
def test_three_values_are_counted_where_the_spread_is_published(release, data, statistic, expected):
    """n, mean and standard deviation of 0, 1 and 2 are three equations for three counts; n and mean are two."""
    levels = data.assign(level=np.where(data.index < 8, 2.0, data.index % 2))
    assert release.table("t", levels, by="sex", value="level", statistic=statistic).outcome is expected


def test_a_table_by_a_key_fails_though_every_count_is_hidden(release, data):
    shown = release.table("t", data, by="school", suppress=True)
    assert "x" in (release.folder / "files" / "t.csv").read_text(encoding="utf-8")
    assert shown.outcome is FAIL
    assert "column school" in shown.reason


def test_a_file_with_the_release_s_own_key_fails_whatever_it_is_called(release, data, tmp_path):
    path = tmp_path / "rows.csv"
    pd.DataFrame({"Pupil": ["a", "b"], "score": [1, 2]}).to_csv(path, index=False)
    assert release.file("rows", path).outcome is FAIL
    pd.DataFrame({"track": ["a", "b"], "mean": [1, 2]}).to_csv(path, index=False)
    assert release.file("rows", path).outcome is REVIEW


@pytest.mark.parametrize("code", ["p{:05d}", "{:06d}", "leerling-{:04d}"])
def test_rows_with_a_number_of_their_own_fail(release, tmp_path, code):
    path = tmp_path / "rows.csv"
    pd.DataFrame({"who": [code.format(i * 7) for i in range(30)], "score": range(30)}).to_csv(path, index=False)
    assert release.file("rows", path).outcome is FAIL


def test_areas_and_years_are_no_serial_numbers(release, tmp_path):
    path = tmp_path / "areas.csv"
    frame = pd.DataFrame({"area": [f"GM{i:04d}" for i in range(30)], "year": range(1990, 2020), "mean": 50.1})
    frame.to_csv(path, index=False)
    assert release.file("areas", path).outcome is REVIEW


def test_registering_again_replaces_and_removing_removes(release, data):
    release.table("t", data, by="sex")
    release.table("t", data, by="track")
    assert [item.output for item in release.check().outputs] == ["t"]
    release.remove("t")
    assert not list((release.folder / "files").iterdir())


def test_an_exception_request_never_changes_the_verdict(release, data):
    release.table("t", data, by="school")
    assert release.request_exception("t", "needed").outcome is FAIL
    assert release.explain("t", "because").outcome is FAIL


def test_the_data_a_researcher_passes_is_not_changed(release, data):
    before = data.copy()
    release.table("t", data, by=["track", "sex"], value="score", statistic="mean", margins=True, suppress=True)
    pd.testing.assert_frame_equal(data, before)


def test_a_loosened_policy_is_refused_at_once_and_leaves_nothing(tmp_path):
    from output_checks.policies import FOLDER

    text = (FOLDER / "cbs-export.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(
        text.replace('name = "cbs-export"', 'name = "mine"\ntightened_from = "cbs-export"').replace(
            "value = 10", "value = 1", 1
        ),
        encoding="utf-8",
    )
    with pytest.raises(PolicyError, match="never loosen"):
        Release("s", folder=tmp_path / "draft", units={"pupil": "pupil"}, policy=path)
    assert not (tmp_path / "draft").exists()


def test_exchanged_keys_are_noticed(tmp_path, data):
    release = Release("s", folder=tmp_path / "draft", units={"pupil": "school", "school": "pupil"})
    with pytest.raises(InputError, match="exchanged"):
        release.table("t", data, by="sex")


def test_a_level_that_the_policy_does_not_know_is_named(tmp_path):
    with pytest.raises(InputError, match="protects pupil, school; units has leerling"):
        Release("s", folder=tmp_path / "draft", units={"leerling": "pupil"})


def test_a_level_that_is_left_out_needs_review(tmp_path, data):
    release = Release("s", folder=tmp_path / "draft", units={"pupil": "pupil"})
    assert release.table("t", data, by="sex").outcome is REVIEW


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_exception_takes_a_reason(release, data, reason):
    release.table("t", data, by="school")
    with pytest.raises(InputError, match="needs a reason"):
        release.request_exception("t", reason)


def test_only_what_fails_takes_an_exception(release, data):
    release.table("t", data, by="sex")
    with pytest.raises(InputError, match="does not fail"):
        release.request_exception("t", "to be sure")


def test_what_is_not_a_frame_is_named(release):
    with pytest.raises(InputError, match="not a str"):
        release.table("t", "pupils.csv", by="sex")


def test_an_absent_key_column_is_named(release, data):
    with pytest.raises(InputError, match="'school' of the unit level 'school' is not in the data"):
        release.table("t", data.drop(columns="school"), by="sex")


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": [5]},
        {"by": None},
        {"by": 0},
        {"by": "sex", "population": None},
        {"by": "sex", "title": 5},
        {"by": [["track"]]},
        {"by": "lists"},
        {"by": "sex", "statistic": 5},
        {"by": "sex", "decimals": -1},
        {"by": "sex", "decimals": 1.5},
        {"by": "sex", "value": "score", "statistic": np.mean},
        {"by": "n"},
        {"by": "mean", "value": "score", "statistic": "mean"},
        {"by": "twice"},
    ],
    ids=lambda value: getattr(value, "__name__", None) or re.sub(r" at 0x[0-9a-f]+", "", str(value)),
)
def test_what_cannot_be_tabulated_is_told_in_a_line_without_values(release, data, wrong):
    data = data.assign(lists=[["p00001"]] * 1000, n="a", mean="b", twice="c")
    data = pd.concat([data, data[["twice"]]], axis=1)
    with pytest.raises(InputError) as told:
        release.table("t", data, **wrong)
    assert "p0000" not in str(told.value)


@pytest.mark.parametrize("units", [["pupil"], {"pupil": 5}, {"pupil": []}, {"pupil": ""}, {}], ids=str)
def test_units_that_name_no_column_are_told(tmp_path, units):
    with pytest.raises(InputError):
        Release("s", folder=tmp_path / "draft", units=units)


def test_a_figure_does_not_replace_its_table(release, data):
    from matplotlib.figure import Figure

    release.table("t", data, by="sex")
    with pytest.raises(InputError, match="other than its table"):
        release.figure("t", Figure(), of="t")
