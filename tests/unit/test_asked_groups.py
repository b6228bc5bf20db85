"""release.groupby: groups as pandas makes them, with a verdict on every statistic."""

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
    rng = np.random.default_rng(4)
    made = pupils(900).assign(growth=lambda frame: rng.normal(size=len(frame)))
    return made.assign(band=pd.cut(made.score, [0, 45, 55, 100], labels=["low", "middle", "high"]))


def expect_equal(found, expected) -> None:
    same = pd.testing.assert_frame_equal if isinstance(expected, pd.DataFrame) else pd.testing.assert_series_equal
    same(found, expected)


CALLS = {
    "a column": lambda groups, **name: groups["score"].mean(**name),
    "a column as an attribute": lambda groups, **name: groups.score.sum(**name),
    "several columns": lambda groups, **name: groups[["score", "growth"]].mean(**name),
    "records": lambda groups, **name: groups.size(**name),
    "valid values": lambda groups, **name: groups[["score"]].count(**name),
    "a list": lambda groups, **name: groups["score"].agg(["mean", "std", "count"], **name),
    "a list of functions": lambda groups, **name: groups[["score"]].agg([np.mean, np.std], **name),
    "a mapping": lambda groups, **name: groups.agg({"score": "mean", "growth": ["std", "sum"]}, **name),
    "named": lambda groups, **name: groups.agg(middle=("score", "mean"), spread=("growth", "std"), **name),
    "named as pandas names it": lambda groups, **name: groups.agg(middle=pd.NamedAgg("score", "mean"), **name),
    "named of a column": lambda groups, **name: groups["score"].agg(middle="mean", **name),
    "a variance": lambda groups, **name: groups["score"].var(**name),
    "a size by agg": lambda groups, **name: groups["score"].agg("size", **name),
}


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("as_index", [True, False])
def test_a_method_of_pandas_gives_what_pandas_gives(release, data, call, as_index):
    given = {"observed": True, "as_index": as_index}
    answer = call(release.groupby(data, ["sex", "track"], **given), name="t")
    assert answer.outcome is PASS
    expect_equal(answer.result, call(data.groupby(["sex", "track"], **given)))


def test_what_divides_the_groups_can_be_counted_and_nothing_else(release, data):
    answer = release.groupby(data, "sex")["sex"].count("t")
    expect_equal(answer.result, data.groupby("sex")["sex"].count())
    assert answer.tables[0].output.definition["records"] == "all records"
    rated = data.assign(mark=data.index % 5)
    with pytest.raises(InputError, match="what divides the table and what is measured"):
        release.groupby(rated, "mark")["mark"].mean("t")


def test_groups_by_series_arrays_levels_and_categories(release, data):
    band = data.band.astype(str)
    for by in (data.band, band.to_numpy(), [data.sex, "track"], "band"):
        answer = release.groupby(data, by, observed=False).growth.mean("t")
        expect_equal(answer.result, data.groupby(by, observed=False).growth.mean())
        assert answer.outcome is not FAIL
    indexed = data.set_index(["pupil", "sex"])
    expect_equal(release.groupby(indexed, "sex").growth.mean("t").result, indexed.groupby("sex").growth.mean())
    expect_equal(
        release.groupby(indexed, level="sex").growth.mean("t").result, indexed.groupby(level="sex").growth.mean()
    )
    expect_equal(release.groupby(indexed, level=1).growth.mean("t").result, indexed.groupby(level=1).growth.mean())


@pytest.mark.parametrize("observed", [True, False])
def test_categories_that_nobody_has_are_listed_as_pandas_lists_them(release, data, observed):
    wide = data.assign(band=data.band.cat.add_categories(["none"]))
    answer = release.groupby(wide, ["sex", "band"], observed=observed).growth.agg(["sum", "mean"], name="t")
    expect_equal(answer.result, wide.groupby(["sex", "band"], observed=observed).growth.agg(["sum", "mean"]))
    assert answer.outcome is PASS


@pytest.mark.parametrize(("dropna", "population"), [(True, "girls with a known track"), (False, "girls")])
def test_missing_categories_follow_pandas_and_the_population_says_so(release, data, dropna, population):
    girls = data[data.sex == "girl"]
    gaps = girls.assign(track=girls.track.where(girls.growth < 1))
    answer = release.groupby(gaps, "track", dropna=dropna).score.mean("t", population="girls")
    expect_equal(answer.result, gaps.groupby("track", dropna=dropna).score.mean())
    assert answer.tables[0].output.definition["records"] == population
    assert ("(missing)" in set(answer.frame["track"])) is not dropna


def test_all_columns_are_counted_as_pandas_counts_them_keys_too(release, data):
    """`count()` of everything is what many begin with. A key is not missing, so its count is one of records."""
    numbered = data.assign(school=data.school.str[1:].astype(int), score=data.score.where(data.growth < 1))
    answer = release.groupby(numbered, "track").count("t")
    assert answer.outcome is not FAIL
    expect_equal(answer.result, numbered.groupby("track").count())
    with pytest.raises(InputError, match="'school' is a key"):
        release.groupby(numbered, "track").mean("t", numeric_only=True)


def test_bins_that_begin_at_somebodys_value_are_asked_about_as_in_any_table(release, data):
    bins = pd.cut(data.score, 3)
    table = release.table("table", data.assign(bins=bins), by="bins")
    groups = release.groupby(data, bins.rename("bins"), observed=True).size("groups")
    assert any("bins of bins begin or end" in question for question in table.output.questions)
    assert groups.tables[0].output.questions == table.output.questions
    even = pd.cut(data.score, [-100, 40, 60, 200]).rename("bins")
    assert release.groupby(data, even, observed=True).size("even").tables[0].output.questions == ()


def test_a_minimum_is_hidden_and_a_median_is_left_to_people(release, data):
    lowest = release.groupby(data, "track").score.agg(["mean", "min"], name="t")
    assert lowest.outcome is FAIL
    assert lowest.result.isna().all(axis=None)
    median = release.groupby(data, "track").score.median("t")
    assert median.outcome is not FAIL
    expect_equal(median.result, data.groupby("track").score.median())


def test_a_hidden_group_that_nobody_is_in_is_not_told_by_its_absence(release, data):
    """Pandas lists no empty group, so that its being left out would say that it is empty."""
    few = data.assign(track=np.where((data.index < 6) & (data.sex == "boy"), "pro", data.track))
    few = few[few.sex.eq("boy") | few.track.ne("pro")]
    answer = release.groupby(few, ["track", "sex"]).size("t", suppress=True)
    assert answer.outcome is not FAIL
    hidden = answer.frame.loc[answer.frame["n"].isna(), ["track", "sex"]]
    assert ("pro", "girl") in set(hidden.itertuples(index=False, name=None))
    assert set(hidden.itertuples(index=False, name=None)) == set(answer.result[answer.result.isna()].index)
    flat = release.groupby(few, ["track", "sex"], as_index=False).size("t", suppress=True).result
    assert list(flat.columns) == ["track", "sex", "size"]
    assert flat["size"].isna().sum() == len(hidden)


def test_the_frame_that_was_given_is_not_changed(release, data):
    before = data.copy(deep=True)
    answer = release.groupby(data, "track").score.mean("t")
    changed = answer.result
    changed.iloc[:] = 0.0
    pd.testing.assert_frame_equal(data, before)
    assert (answer.result > 0).all()


def test_the_verdict_is_the_gravest_and_says_of_which_table(release, data):
    answer = release.groupby(data, "track").agg({"score": ["mean", "max"], "growth": "mean"}, name="t")
    assert answer.outcome is FAIL
    assert "t-score:" in answer.reason
    assert "t-growth" not in answer.reason
    assert "t-growth: pass" in repr(answer)
    assert "✗ fail" in answer._repr_html_()
    assert answer.result["growth", "mean"].notna().all()
    assert answer.result["score"].isna().all(axis=None)


def test_what_was_registered_is_judged_the_same_from_its_evidence_and_bytes(release, data, tmp_path):
    gaps = data.assign(track=data.track.where(data.index > 4, "pro"))
    registered = [
        release.groupby(gaps, ["sex", "track"])[["score", "growth"]].agg(["mean", "std"], name="g", suppress=True),
        release.crosstab("c", gaps.sex, gaps.track, data=gaps, normalize="all", suppress=True),
    ]
    report = Release.open(tmp_path / "draft").check()
    for table in (table for answer in registered for table in answer.tables):
        assert report.of(table.output.name).outcome is table.outcome
    assert release.submit(tmp_path / "submissions").is_dir()


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda groups: groups.agg(name="t"), "Which statistics"),
        (lambda groups: groups.agg(middle="mean", name="t"), "pandas cannot|must name a column"),
        (lambda groups: groups.agg("describe", name="t"), "cannot be asked for by group"),
        (lambda groups: groups["scores"], "no such column"),
        (lambda groups: groups.score.agg(lambda numbers: [1, 2], name="t"), "one number"),
        (lambda groups: groups.score.quantile("t", [0.1, 0.9]), "One quantile at a time"),
        (lambda groups: groups.score.mean("T"), "A name must be"),
        (lambda groups: groups.score.mean("t", engine="numba"), "'engine' cannot be given"),
        (lambda groups: groups.score.mean("t", decimals=99), "Decimals"),
        (lambda groups: groups[["score"]].agg(np.sort, name="t"), "pandas cannot|one number"),
    ],
)
def test_what_is_not_one_number_a_group_is_refused(release, data, ask, words):
    with pytest.raises(InputError, match=words):
        ask(release.groupby(data, "track"))
    assert release.summary().empty


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"by": lambda label: label % 2}, "by a function"),
        ({"by": {0: "a"}}, "by a function, a mapping"),
        ({"by": "tracks"}, "no column 'tracks'"),
        ({}, "by columns or by levels"),
        ({"by": "track", "squeeze": True}, "does not take 'squeeze'"),
        ({"by": [["a", "b"]]}, "one category per record"),
    ],
)
def test_groups_that_cannot_be_told_are_refused(release, data, given, words):
    with pytest.raises(InputError, match=words):
        release.groupby(data, **given).score.mean("t")


def test_a_method_that_groups_of_a_release_do_not_have_says_what_there_is(release, data):
    with pytest.raises(AttributeError, match="Try: agg, size, count"):
        release.groupby(data, "track").describe()
    with pytest.raises(InputError, match="pandas DataFrame"):
        release.groupby([1, 2], "track")


@pytest.mark.parametrize("name", ["pupil", "school"])
def test_a_missing_unit_key_is_an_error_by_the_name_of_its_column(release, data, name):
    gone = data.assign(**{name: data[name].where(data.index > 3)})
    with pytest.raises(InputError, match=f"'{name}'"):
        release.groupby(gone, "track").score.mean("t")
    with pytest.raises(InputError, match=f"'{name}'"):
        release.groupby(data.drop(columns=name), "track").score.mean("t")


def test_odd_categories_and_values_are_right_or_refused(release, data):
    odd = data.assign(track=data.track.map({"vwo": "a\n'\"b", "havo": "😀", "vmbo": "x" * 10_000}))
    expect_equal(release.groupby(odd, "track").score.mean("t").result, odd.groupby("track").score.mean())
    mixed = data.assign(track=data.track.map({"vwo": 1, "havo": "1", "vmbo": "x"}))
    with pytest.raises(InputError, match="differ as text"):
        release.groupby(mixed, "track").score.mean("t")
    with pytest.raises(InputError, match="infinite"):
        release.groupby(data.assign(score=np.inf), "track").score.mean("t")
    with pytest.raises(InputError, match="no records"):
        release.groupby(data.iloc[:0], "track").score.mean("t")
    for kind in ("float32", "Int64", "boolean", "bool"):
        made = data.assign(score=(data.score > 50).astype(kind))
        expect_equal(release.groupby(made, "track").score.mean("t").result, made.groupby("track").score.mean())
