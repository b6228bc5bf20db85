"""Arguments of pandas' own calls, one by one: where nothing is sensitive, exactly what pandas gives comes back."""

import numpy as np
import pandas as pd
import pytest

from output_checks.model.finding import Outcome
from output_checks.release import Release
from tests.factories import pupils

pytestmark = pytest.mark.filterwarnings("ignore")


def records() -> pd.DataFrame:
    """Many pupils in every cell, with unused categories, integers, single precision and years."""
    data = pupils(3000, schools=40).assign(
        level=lambda d: pd.Categorical(d["track"], categories=["vwo", "havo", "vmbo", "pro"], ordered=True),
        year=lambda d: np.arange(len(d)) % 3 + 2019,
        points=lambda d: (d["score"] * 10).astype("int32"),
        single=lambda d: d["score"].astype("float32"),
        nullable=lambda d: d["score"].astype("Float64"),
        passed=lambda d: d["score"] > 50,
    )
    data["region"] = np.where(np.arange(len(data)) % 7 < 3, "north", "south")
    return data


def with_gaps() -> pd.DataFrame:
    data = records()
    data.loc[data.index % 5 == 0, "region"] = None
    return data


def range_of(values):
    return values.max() - values.min()


CROSSTAB = {
    "one by one": {"index": "track", "columns": "sex"},
    "lists": {"index": ["track", "year"], "columns": ["sex", "region"]},
    "margins": {"index": "track", "columns": ["sex", "region"], "margins": True},
    "margins by another name": {"index": "track", "columns": "sex", "margins": True, "margins_name": "everyone"},
    "names": {"index": "track", "columns": "sex", "rownames": ["t"], "colnames": ["s"]},
    "several statistics": {"index": "track", "columns": "sex", "values": "score", "aggfunc": ["mean", "std"]},
    "statistics with margins": {
        "index": "track",
        "columns": "sex",
        "values": "score",
        "aggfunc": "sum",
        "margins": True,
    },
    "a function of numpy": {"index": "track", "columns": "sex", "values": "score", "aggfunc": np.mean},
    "unused categories": {"index": "level", "columns": "sex"},
    "unused categories, kept": {"index": "level", "columns": "sex", "dropna": False},
    "shares of all": {"index": "track", "columns": "sex", "normalize": True},
    "shares of all, in words": {"index": "track", "columns": "sex", "normalize": "all", "margins": True},
    "shares of rows": {"index": "track", "columns": "sex", "normalize": "index", "margins": True},
    "shares of columns": {"index": "track", "columns": "sex", "normalize": "columns"},
    "shares of columns, by number": {"index": "track", "columns": "sex", "normalize": 1},
    "numbers as categories": {"index": "year", "columns": "passed"},
}
PIVOT = {
    "one": {"values": "score", "index": "track"},
    "two ways": {"values": "score", "index": "track", "columns": "sex"},
    "several values": {"values": ["score", "points"], "index": "track", "columns": "sex"},
    "several statistics": {"values": "score", "index": "track", "aggfunc": ["mean", "sum", "count"]},
    "values with statistics of their own": {
        "values": ["score", "points"],
        "index": "track",
        "aggfunc": {"score": ["mean", "std"], "points": "sum"},
    },
    "margins": {"values": "score", "index": "track", "columns": "sex", "margins": True, "margins_name": "everyone"},
    "unused categories, observed": {"values": "score", "index": "level", "observed": True},
    "unused categories": {"values": "points", "index": "level", "columns": "sex", "observed": False, "aggfunc": "sum"},
    "filled": {"values": "score", "index": "track", "columns": "sex", "fill_value": 0},
    "not sorted": {"values": "score", "index": "track", "sort": False},
    "integers": {"values": "points", "index": ["track", "sex"], "aggfunc": "sum"},
    "single precision": {"values": "single", "index": "track"},
    "nullable": {"values": "nullable", "index": "track", "aggfunc": "mean"},
    "yes and no": {"values": "passed", "index": "track", "aggfunc": "sum"},
}
GROUPS = {
    "a mean": ({"by": "track"}, lambda groups, **how: groups["score"].agg("mean", **how)),
    "a list of one": ({"by": ["track"]}, lambda groups, **how: groups["score"].agg(["mean"], **how)),
    "several": ({"by": ["track", "sex"]}, lambda groups, **how: groups["score"].agg(["mean", "std", "count"], **how)),
    "a frame": ({"by": "track"}, lambda groups, **how: groups[["score", "points"]].agg("sum", **how)),
    "a frame of one": ({"by": "track"}, lambda groups, **how: groups[["score"]].agg("mean", **how)),
    "a mapping": (
        {"by": "track"},
        lambda groups, **how: groups.agg({"score": ["mean", "std"], "points": "sum"}, **how),
    ),
    "named": (
        {"by": "track"},
        lambda groups, **how: groups.agg(
            average=("score", "mean"), n=("pupil", "count"), total=pd.NamedAgg("points", "sum"), **how
        ),
    ),
    "named of one": ({"by": "track"}, lambda groups, **how: groups["score"].agg(average="mean", spread="std", **how)),
    "functions": ({"by": "track"}, lambda groups, **how: groups["score"].agg([np.mean, "sum", len], **how)),
    "as columns": (
        {"by": ["track", "sex"], "as_index": False},
        lambda groups, **how: groups.agg({"score": "mean"}, **how),
    ),
    "unused categories": ({"by": "level", "observed": False}, lambda groups, **how: groups["score"].agg("sum", **how)),
    "observed": ({"by": ["level", "sex"], "observed": True}, lambda groups, **how: groups["score"].agg("mean", **how)),
    "not sorted": ({"by": "track", "sort": False}, lambda groups, **how: groups["score"].agg("mean", **how)),
    "integers": ({"by": "year"}, lambda groups, **how: groups["points"].agg("sum", **how)),
}
UNKNOWN = {
    "a function of one's own": ({"by": "track"}, lambda groups, **how: groups["score"].agg(range_of, **how)),
    "one without a name": (
        {"by": "track"},
        lambda groups, **how: groups["score"].agg(lambda values: values.max() - values.min(), **how),
    ),
    "named by hand": (
        {"by": "track"},
        lambda groups, **how: groups.agg(width=("score", lambda values: values.max() - values.min()), **how),
    ),
    "beside a known one": ({"by": "track"}, lambda groups, **how: groups["score"].agg(["mean", range_of], **how)),
}


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"}, author="researcher")


def expect_same(found, expected) -> None:
    """Values, types, names of the index and its levels, and the order."""
    assert type(found) is type(expected)
    same = pd.testing.assert_frame_equal if isinstance(expected, pd.DataFrame) else pd.testing.assert_series_equal
    same(found, expected, check_exact=True, check_categorical=True)


@pytest.mark.parametrize("case", CROSSTAB)
@pytest.mark.parametrize("made", [records, with_gaps])
def test_a_crosstab_is_what_pandas_gives(case, made, release):
    data, given = made(), CROSSTAB[case]
    arrays = {
        name: [data[one] for one in item] if isinstance(item, list) else data[item]
        for name, item in given.items()
        if name in {"index", "columns", "values"}
    }
    answer = release.crosstab("t", data=data, **given)
    assert answer.outcome is Outcome.PASS
    expect_same(answer.result, pd.crosstab(**{**given, **arrays}))


@pytest.mark.parametrize("case", PIVOT)
def test_a_pivot_table_is_what_pandas_gives(case, release):
    data = records()
    answer = release.pivot_table("t", data, **PIVOT[case])
    assert answer.outcome is Outcome.PASS
    expect_same(answer.result, pd.pivot_table(data, **PIVOT[case]))


@pytest.mark.parametrize("dropna", [True, False])
def test_groups_without_a_category_are_what_pandas_makes_of_them(dropna, release):
    data = with_gaps()
    answer = release.groupby(data, ["region", "sex"], dropna=dropna)["score"].agg("mean", name="t")
    assert answer.outcome is Outcome.PASS
    expect_same(answer.result, data.groupby(["region", "sex"], dropna=dropna)["score"].agg("mean"))


@pytest.mark.parametrize("case", GROUPS)
def test_groups_are_what_pandas_gives(case, release):
    data, (given, ask) = records(), GROUPS[case]
    answer = ask(release.groupby(data, **given), name="t")
    assert answer.outcome is Outcome.PASS
    expect_same(answer.result, ask(data.groupby(**given)))


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_function_of_ones_own_gives_what_pandas_gives_and_needs_review(case, release):
    data, (given, ask) = records(), UNKNOWN[case]
    answer = ask(release.groupby(data, **given), name="t")
    assert answer.outcome is Outcome.REVIEW
    expect_same(answer.result, ask(data.groupby(**given)))
