"""release.pivot_table: several values and statistics, each with its own missing values and so its own n."""

import numpy as np
import pandas as pd
import pytest

from output_checks.errors import InputError
from output_checks.model.evidence import FactName
from output_checks.model.finding import Outcome
from output_checks.release import Release
from tests.factories import pupils

PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path / "draft", units={"pupil": "pupil", "school": "school"}, author="researcher")


@pytest.fixture
def data():
    rng = np.random.default_rng(4)
    return pupils(900).assign(growth=lambda frame: rng.normal(size=len(frame)))


def names(answer) -> list[str]:
    return [table.output.name for table in answer.tables]


@pytest.mark.parametrize(
    "given",
    [
        {"values": "score", "index": "sex"},
        {"values": ["score", "growth"], "index": ["sex"], "columns": ["track"], "aggfunc": ["mean", "std"]},
        {"values": ["score"], "index": ["sex", "track"], "aggfunc": {"score": ["mean", "sum"]}},
        {"values": "score", "index": "sex", "columns": "track", "aggfunc": {"score": ["count", "std"]}},
        {"values": "score", "index": "sex", "columns": "track", "aggfunc": len, "fill_value": 0, "margins": True},
        {
            "values": ["growth", "score"],
            "index": "track",
            "aggfunc": {"score": "sum", "growth": "mean"},
            "margins": True,
        },
    ],
    ids=str,
)
def test_the_arguments_of_pandas_give_what_pandas_gives(release, data, given):
    answer = release.pivot_table("t", data, **given)
    assert answer.outcome is PASS
    pd.testing.assert_frame_equal(answer.result, pd.pivot_table(data, **given))


def test_an_array_to_group_by_need_not_be_in_the_data(release, data):
    half = pd.Series(np.where(data.score > 50, "high", "low"), index=data.index, name="half").sample(
        frac=1, random_state=1
    )
    answer = release.pivot_table("t", data, values="growth", index=half, columns=data.track.to_numpy())
    expected = pd.pivot_table(data, values="growth", index=half, columns=data.track.to_numpy())
    pd.testing.assert_frame_equal(answer.result, expected)
    assert answer.tables[0].output.tabulations[0].by == ("half", "group_2")


def test_each_variable_is_a_table_with_its_own_n(release, data):
    gaps = data.assign(growth=data.growth.where(data.index % 3 > 0))
    answer = release.pivot_table("t", gaps, values=["score", "growth"], index="sex")
    assert names(answer) == ["t-growth", "t-score"]
    counts = [table.output.tabulations[0].values.sum() for table in answer.tables]
    assert counts == [gaps.growth.notna().sum(), len(gaps)]
    with pytest.raises(InputError, match="a table for each variable"):
        _ = answer.frame


def test_registering_again_forgets_what_the_call_no_longer_has(release, data):
    release.table("mine", data, by="sex")
    release.pivot_table("t", data, values=["score", "growth"], index="sex")
    release.pivot_table("t", data, values="score", index="sex")
    assert list(release.summary()["output"]) == ["mine", "t"]
    release.pivot_table("t", data, values=["score", "growth"], index="sex")
    assert list(release.summary()["output"]) == ["mine", "t-growth", "t-score"]


def test_a_table_never_takes_the_place_of_an_output_of_something_else(release, data):
    release.table("t-score", data, by="sex")
    with pytest.raises(InputError, match="another output called t-score"):
        release.pivot_table("t", data, values=["score", "growth"], index="sex")
    assert release.pivot_table("t", data, values="score", index="sex").outcome is PASS
    assert list(release.summary()["output"]) == ["t-score", "t"]


def test_totals_that_pandas_counts_over_other_records_are_tables_of_their_own(release, data):
    """With several values, pandas' totals are of records that have all of them."""
    gaps = data.assign(growth=data.growth.where(data.index % 3 > 0))
    given = {"values": ["score", "growth"], "index": "sex", "columns": "track", "margins": True}
    answer = release.pivot_table("t", gaps, **given)
    pd.testing.assert_frame_equal(answer.result, pd.pivot_table(gaps, **given))
    assert names(answer) == ["t-growth", "t-score", "t-score_by_sex", "t-score_by_track"]
    of_all, of_known = (table.output.tabulations[0] for table in answer.tables[1:3])
    assert of_all.values.sum() == len(gaps)
    assert of_known.values.sum() == 2 * gaps.growth.notna().sum()  # two rows and their total
    assert of_known.population == "all records with a known growth"
    whole = release.pivot_table("t", gaps.dropna(), **given)
    assert names(whole) == ["t-growth", "t-score"]


def test_a_table_hides_the_same_cells_in_every_variable(release, data):
    few = data.assign(
        track=data.track.where(data.index > 5, "pro"),
        growth=data.growth.where((data.index > 12) | (data.track != "vwo")),
    )
    answer = release.pivot_table(
        "t", few, values=["score", "growth"], index="sex", columns="track", margins=False, suppress=True
    )
    hidden = [table.output.tabulations[0].hidden for table in answer.tables]
    np.testing.assert_array_equal(*hidden)
    assert hidden[0].any()
    assert answer.result["score"].isna().equals(answer.result["growth"].isna())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"values": "score", "index": pd.Grouper(key="sex")}, "by a function, a mapping or a Grouper"),
        ({"values": "score", "index": [str.lower]}, "by a function, a mapping or a Grouper"),
        ({"values": "score", "columns": "sex"}, "needs an index"),
        ({"values": "scores", "index": "sex"}, "no column 'scores'"),
        ({"values": "pupil", "index": "sex", "aggfunc": "nunique"}, "is a key"),
        ({"index": "sex"}, "pandas cannot make this table|is a key"),
        ({"values": "score", "index": "sex", "aggfunc": "mode"}, "cannot be asked for by group"),
        ({"values": "score", "index": "score", "aggfunc": "mean"}, "pandas cannot|what divides the table"),
        ({"values": "growth", "index": "sex", "columns": "score", "fill_value": "none"}, "one number for each group"),
        ({"values": "score", "index": "sex", "margins": True, "margins_name": ""}, "cannot be told which records"),
        ({"values": "score", "index": ["sex", "sex"]}, "pandas cannot|names 'sex' twice"),
        ({"values": "score", "index": [np.array(["a", "b"])]}, "one category per record"),
    ],
    ids=str,
)
def test_what_cannot_be_told_is_refused(release, data, given, words):
    with pytest.raises(InputError, match=words):
        release.pivot_table("t", data, **given)
    assert release.summary().empty


def test_an_error_of_pandas_names_no_value(release, data):
    odd = data.assign(score=data.score.astype(str))
    with pytest.raises(InputError) as caught:
        release.pivot_table("t", odd, values="score", index="sex")
    assert odd.score[0] not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("function", ["nunique", "max"])
def test_where_a_number_does_not_tell_of_whom_it_is_pandas_is_asked_for_counts(release, data, function):
    """A highest value is that of many sets of records, and an unknown statistic may be that of any."""
    gaps = data.assign(track=data.track.where(data.index % 7 > 0), growth=data.growth.where(data.index % 3 > 0))
    given = {"values": ["score", "growth"], "index": "sex", "columns": "track", "aggfunc": function, "margins": True}
    answer = release.pivot_table("t", gaps, **given)
    assert answer.outcome is (REVIEW if function == "nunique" else FAIL)
    tables = {table.output.name: table.output.tabulations[0] for table in answer.tables}
    totals = next(item for name, item in tables.items() if name.startswith("t-score") and item.by == ("sex",))
    complete = gaps.dropna()
    assert dict(zip(totals.cells, totals.values, strict=True)) == {
        ("boy",): (complete.sex == "boy").sum(),
        ("girl",): (complete.sex == "girl").sum(),
        (None,): len(complete),
    }
    if function == "nunique":
        pd.testing.assert_frame_equal(answer.result, pd.pivot_table(gaps, **given))


def test_only_the_margins_that_pandas_prints_leave(release, data):
    big = data.assign(region=np.where(data.index % 2 == 0, "north", "south"))
    frame = release.pivot_table("t", big, values="score", index=["sex", "region"], columns="track", margins=True).frame
    kinds = set(map(tuple, (frame[["sex", "region", "track"]] == "Total").to_numpy()))
    assert kinds == {(False, False, False), (False, False, True), (True, True, False), (True, True, True)}


def test_units_and_not_records_are_counted(release, data):
    double = pd.concat([data, data], ignore_index=True)
    answer = release.pivot_table("t", double, values="score", index="sex", columns="track", aggfunc="count")
    first = answer.tables[0].output.tabulations[0]
    np.testing.assert_array_equal(first.values, 2 * first.fact(FactName.CONTRIBUTORS, "pupil").values)
