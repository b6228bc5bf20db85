"""Mendings of calls in pandas' own words: the call with a changed line, which passes when the researcher runs it."""

import numpy as np
import pandas as pd
import pytest

from output_checks.errors import InputError
from output_checks.model.finding import Outcome
from output_checks.release import Release
from tests.factories import pupils

PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path / "draft", units={"pupil": "pupil", "school": "school"}, author="researcher")


@pytest.fixture
def data():
    made = pupils(400)
    made.loc[:5, "track"] = "pro"
    return made.assign(other=made["score"] + 1)


def run(mending, release, data, **given):
    """What the call gives, run to the letter as the notebook shows it."""
    *before, call = mending.call.split("\n")
    names = {"release": release, "data": data, "np": np, "pd": pd, **given}
    exec("\n".join(before), names)
    return eval(call, names)


CALLS = {
    "crosstab": lambda r, d: r.crosstab("t", "sex", "track", data=d, margins=True),
    "crosstab of Series": lambda r, d: r.crosstab("t", d.sex, d.track, data=d, normalize="index"),
    "crosstab of values": lambda r, d: r.crosstab("t", d.sex, d.track, data=d, values=d.score, aggfunc="mean"),
    "pivot": lambda r, d: r.pivot_table("t", d, values=["score", "other"], index="sex", columns="track"),
    "mapping": lambda r, d: r.pivot_table("t", d, index="track", aggfunc={"score": ["mean", "std"], "other": "sum"}),
    "groups": lambda r, d: r.groupby(d, ["sex", "track"])["score"].mean("t"),
    "named": lambda r, d: r.groupby(d, "track").agg(a=("score", "mean"), b=("other", np.mean), name="t"),
    "flat": lambda r, d: r.groupby(d, "track", as_index=False).size("t"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_what_is_said_to_pass_passes_when_it_is_run(release, data, call):
    before = data.copy(deep=True)
    answer = call(release, data)
    assert answer.outcome is FAIL
    assert answer.mendings.found[0].what == "Merge “havo” and “pro” of track."
    for mending in answer.mendings.found:
        assert mending.call.split("\n")[-1].split("(")[0].split(".")[1] in {"crosstab", "pivot_table", "groupby"}
        assert run(mending, release, data).outcome is mending.outcome is PASS
    pd.testing.assert_frame_equal(data, before)


def test_a_call_that_passes_has_no_mendings_and_keeps_no_data(release, data):
    answer = release.crosstab("t", "sex", "track", data=data[data["track"] != "pro"])
    assert answer.outcome is PASS
    assert answer.mendings.found == ()
    assert [table.search for table in answer.tables] == [None]


def test_a_variable_is_left_out_of_a_crosstab_by_grouping(release, data):
    answer = release.crosstab("t", "sex", "school", data=data)
    (mending,) = answer.mendings.found
    assert mending.call == 'release.groupby(data, "sex").size("t")'
    assert run(mending, release, data).outcome is PASS


def test_an_array_is_made_a_column_on_a_line_of_its_own(release, data):
    codes = data["track"].to_numpy()
    first = release.crosstab("t", "sex", codes, data=data).mendings.found[0]
    assert first.call.split("\n")[0] == "data = data.assign(col_0=col_0)  # what you gave as col_0"
    assert run(first, release, data, col_0=codes).outcome is PASS


def test_an_array_with_the_name_of_another_column_gets_a_name_of_its_own(release, data):
    bands = pd.cut(data["score"], [0, 20, 60, 100]).astype(str)
    answer = release.crosstab("t", bands, "sex", data=data)
    assert answer.outcome is FAIL
    for mending in answer.mendings.found:
        assert "data = data.assign(score_given=score_given)" in mending.call
        assert run(mending, release, data, score_given=bands).outcome is PASS


def test_a_level_of_the_index_becomes_a_column_first(release, data):
    indexed = data.set_index("track")
    first = release.groupby(indexed, level="track").size("t").mendings.found[0]
    assert first.call.startswith('data = data.reset_index(["track"])\n')
    assert run(first, release, indexed).outcome is PASS


def test_a_statistic_that_does_not_pass_is_left_out(release, data):
    known = data[data["track"] != "pro"]
    answer = release.groupby(known, "sex")["score"].agg(["mean", "max"], name="t")
    assert answer.mendings.found[0].call == 'release.groupby(data, "sex")["score"].agg(["mean"], name="t")'
    assert run(answer.mendings.found[0], release, known).outcome is PASS


def test_a_mending_makes_every_table_of_the_call_pass(release, data):
    answer = release.groupby(data, "track").agg({"score": "mean", "other": "median"}, name="t")
    assert [table.outcome for table in answer.tables] == [FAIL, FAIL]
    for mending in answer.mendings.found:
        assert run(mending, release, data).outcome is mending.outcome
    assert answer.tables[0].mendings is answer.tables[1].mendings


def test_a_function_of_ones_own_has_none(release, data):
    answer = release.groupby(data, "track")["score"].agg(lambda x: x.max() - x.min(), name="t")
    assert answer.outcome is not PASS
    assert answer.mendings.found == ()


def test_arrays_of_part_of_the_records_have_none(release, data):
    part = data["track"].iloc[:200]
    assert release.crosstab("t", data["sex"], part, data=data).mendings.found == ()


def test_categories_that_are_keys_under_another_name_are_not_named(release, data):
    answer = release.crosstab("t", "sex", data["school"].rename("where"), data=data)
    assert answer.outcome is FAIL
    assert "s00" not in "".join(mending.what + mending.call for mending in answer.mendings.found)


def test_a_name_with_a_line_of_its_own_does_not_break_the_call(release, data):
    odd = data.assign(sex=data["sex"].replace("boy", 'bo"y\n'))
    found = release.crosstab("t", "sex", odd["track"].rename("a\nb"), data=odd).mendings.found
    assert found
    for mending in found:
        assert len(mending.call.split("\n")) == 2


def test_the_first_table_that_does_not_pass_shows_the_mendings_once(release, data):
    shown = release.groupby(data, "track").agg({"score": "mean", "other": "mean"}, name="t")._repr_html_()
    assert shown.count("What mends it") == 1
    assert shown.count("As pandas gives it, without what may not leave") == 1


def test_mendings_stay_after_an_explanation_and_an_exception_request(release, data):
    call = release.crosstab("t", "sex", "track", data=data)
    explained = release.explain("t", "A small track.")
    asked = release.request_exception("t", "It is asked for.")
    for registered in (explained, asked):
        assert registered.mendings.found == call.mendings.found != ()
        assert registered.outcome is FAIL
    assert "What mends it" in asked._repr_html_()


def test_what_is_registered_anew_has_mendings_of_its_own(release, data):
    release.table("t", data, by=["sex", "track"])
    release.table("t", data, by="sex")
    assert release.explain("t", "Fine.").search is None


def test_tables_of_one_call_are_judged_beside_one_another_and_not_beside_their_former_selves(release, data):
    release.pivot_table("t", data, values=["score", "other"], index="sex", columns="track")
    assert (
        release.pivot_table("t", data, values=["score", "other"], index="sex", columns="track", suppress=True).outcome
        is PASS
    )


def test_a_change_that_gives_another_output_away_mends_nothing(release):
    """The total that one table publishes, and the girls that the other would, are together the boys."""
    data = pupils(40).assign(sex=lambda frame: np.where(frame.index < 5, "boy", "girl"))
    table = release.table("t", data, by="sex")
    alone = [mending.what for mending in table.mendings.found]
    release.table("s", data, by="sex", margins=True, suppress=True)
    beside = release.table("t", data, by="sex")
    assert alone == ["Hide what does not pass, and what would give it away."]
    assert beside.mendings.found == ()
    assert release.check().of("s").outcome is PASS


def test_what_is_hidden_in_one_table_of_a_call_is_hidden_in_all(release):
    """Pandas counts the totals of `score` over those with a `growth`: other tables, with nearly the same groups."""
    data = pupils(900)
    data.loc[:3, ["track", "sex"]] = ["pro", "boy"]
    data["growth"] = np.random.default_rng(3).normal(size=900)
    data.loc[data[data["sex"] == "girl"].index[:60], "growth"] = np.nan
    answer = release.pivot_table(
        "t", data, values=["score", "growth"], index="sex", columns="track", margins=True, suppress=True
    )
    assert len(answer.tables) == 4
    assert answer.outcome is PASS
    hidden = [
        {
            frozenset((name, label) for name, label in zip(item.by, cell, strict=True) if label is not None): flag
            for cell, flag in zip(item.cells, item.hidden.tolist(), strict=True)
        }
        for item in (table.output.tabulations[0] for table in answer.tables)
    ]
    for one in hidden:
        for other in hidden:
            assert all(one[key] == other[key] for key in one.keys() & other.keys())


@pytest.mark.parametrize("margins", [False, True])
def test_counts_of_a_pandas_call_are_rounded_each_by_itself(release, data, margins):
    known = data[data["track"] != "pro"]
    answer = release.crosstab("t", "sex", "track", data=known, margins=margins, round=10)
    exact = pd.crosstab(known["sex"], known["track"], margins=margins)
    assert (answer.result == (exact / 10).round() * 10).all(axis=None)
    assert answer.frame["n"].tolist() == [10 * np.round(n / 10) for n in answer.tables[0].output.tabulations[0].values]
    assert "each by itself, so that totals need not be the sums of their cells" in answer._repr_html_()
    assert answer.outcome is PASS


def test_rounding_leaves_a_fail_a_fail_and_hides_what_fails(release, data):
    answer = release.groupby(data, "track").size("t", round=5)
    assert answer.outcome is FAIL
    assert np.isnan(answer.result["pro"])
    assert answer.result["vwo"] % 5 == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda r, d: r.crosstab("t", "sex", "track", data=d, normalize="index", round=5),
        lambda r, d: r.crosstab("t", "sex", ["track", "school"], data=d, normalize="all", round=5),
        lambda r, d: r.groupby(d, "sex")["score"].mean("t", round=5),
        lambda r, d: r.groupby(d, "sex").size("t", round=3),
        lambda r, d: r.groupby(d, "sex").size("t", round=True),
    ],
)
def test_what_gives_the_exact_counts_back_is_not_rounded(release, data, call):
    with pytest.raises(InputError, match="rounded"):
        call(release, data)
