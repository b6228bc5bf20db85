"""Records that are in the data twice: a question, and none where pupils have several of their own."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from output_checks.measuring.twins import twin_questions
from output_checks.model.evidence import FactName
from output_checks.model.finding import Outcome
from output_checks.release import Release
from tests.factories import UNITS, pupils
from tests.unit.test_measuring_sources import arrow, duckdb, polars_frame, polars_lazy

CALLS = {
    "table": lambda release, data: release.table("t", data, by="track"),
    "crosstab": lambda release, data: release.crosstab("t", "track", "sex", data=data),
    "pivot_table": lambda release, data: release.pivot_table("t", data, values="score", index="track"),
    "groupby": lambda release, data: release.groupby(data, "track").score.mean("t"),
    "density": lambda release, data: release.density("t", data, value="score"),
    "test": lambda release, data: release.test(
        "t",
        stats.ttest_ind(*[data.loc[data["sex"] == sex, "score"] for sex in ("boy", "girl")]),
        data=data,
        by="sex",
        value="score",
    ),
}


def doubled(data: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([data, data], ignore_index=True)


def waves(data: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([data.assign(year=year) for year in (2019, 2020)], ignore_index=True)


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"}, author="researcher")


@pytest.mark.parametrize("call", CALLS)
def test_a_frame_that_holds_every_record_twice_is_a_question(call, release):
    answer = CALLS[call](release, doubled(pupils(900)))
    assert answer.outcome is Outcome.REVIEW
    assert "more than once" in answer.reason


@pytest.mark.parametrize("call", CALLS)
def test_pupils_with_a_record_in_each_of_two_years_are_no_question(call, release):
    assert CALLS[call](release, waves(pupils(900))).outcome is Outcome.PASS


def test_units_of_doubled_records_are_counted_once(release):
    table = release.table("t", doubled(pupils(900)), by="track").output.tabulations[0]
    assert (table.fact(FactName.CONTRIBUTORS, "pupil").values * 2 == table.values).all()
    assert release.table("u", doubled(pupils(24)), by="track").outcome is Outcome.FAIL


@pytest.mark.parametrize("make", [polars_frame, polars_lazy, arrow, duckdb], ids=lambda make: make.__name__)
@pytest.mark.parametrize("keys", ["text", "number", "category"])
def test_doubled_records_are_seen_in_every_source_by_columns_that_the_table_does_not_need(make, keys):
    data = pupils(900)
    if keys == "number":
        data["pupil"] = np.arange(900)
    if keys == "category":
        data["pupil"] = data["pupil"].astype("category")
    assert twin_questions(make(data), units=UNITS) == ()
    assert twin_questions(make(waves(data)), units=UNITS) == ()
    assert len(twin_questions(make(doubled(data)), units=UNITS)) == 1


def test_a_year_in_the_index_tells_two_records_of_a_pupil_apart():
    panel = waves(pupils(300))
    assert twin_questions(panel.set_index(["pupil", "year"]), units=UNITS) == ()
    assert len(twin_questions(panel.set_index("year").drop(columns="score").iloc[:0], units=UNITS)) == 0
    assert len(twin_questions(doubled(pupils(300)).set_index("pupil"), units=UNITS)) == 1


@pytest.mark.parametrize(("share", "asked"), [(0.2, 0), (0.45, 1), (1.0, 1)])
def test_it_is_a_question_from_half_of_the_records_up(share, asked):
    data = pupils(2000)
    part = data.iloc[: int(share * len(data))]  # with these, 33, 62 and 100 percent of all records have a twin
    assert len(twin_questions(pd.concat([data, part]), units=UNITS)) == asked


def test_missing_values_and_lists_are_compared_too():
    data = pupils(300).assign(score=np.nan, several=[[1, 2]] * 300)
    assert len(twin_questions(doubled(data), units=UNITS)) == 1
    told_apart = pd.concat([data, data.assign(several=[[1, 3]] * 300)])
    assert twin_questions(told_apart, units=UNITS) == ()


def test_a_key_in_two_columns_is_looked_at_by_the_one_that_tells_most_apart():
    units = UNITS.of({"pupil": ["kind", "number"], "school": "school"})
    data = pupils(900).assign(kind="R", number=range(900))
    assert twin_questions(waves(data), units=units) == ()
    assert len(twin_questions(doubled(data), units=units)) == 1
