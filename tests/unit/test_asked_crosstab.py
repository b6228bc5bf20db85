"""release.crosstab: pandas' own arrays, counted in the data that they are of."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from output_checks.asked import crosstab as crosstab_module
from output_checks.errors import InputError
from output_checks.model.evidence import CellStatus, FactName
from output_checks.model.finding import Outcome
from output_checks.release import Release
from tests.asked_factories import records
from tests.factories import pupils

PRIMARY, PUBLISHED = CellStatus.PRIMARY_SUPPRESSED, CellStatus.PUBLISHED
PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path / "draft", units={"pupil": "pupil", "school": "school"}, author="researcher")


@pytest.fixture
def data():
    return pupils(800)


def pupils_behind(answer) -> dict:
    first = answer.tables[0].output.tabulations[0]
    return dict(zip(first.cells, first.fact(FactName.CONTRIBUTORS, "pupil").values, strict=True))


@pytest.mark.parametrize("share", ["index", "columns", "all", True, 0, 1])
@pytest.mark.parametrize("margins", [False, True])
def test_shares_come_back_as_pandas_gives_them(release, data, share, margins):
    answer = release.crosstab("t", data.sex, data.track, data=data, normalize=share, margins=margins)
    assert answer.outcome is PASS
    expected = pd.crosstab(data.sex, data.track, normalize=share, margins=margins)
    pd.testing.assert_frame_equal(answer.result, expected)


def test_shares_leave_with_the_counts_and_the_totals_they_are_of(release, data):
    frame = release.crosstab("t", data.sex, data.track, data=data, normalize="index").frame
    boys = frame[frame["sex"] == "boy"].set_index("track")
    assert boys["n"]["Total"] == (data.sex == "boy").sum()
    assert boys["percent_of_row"]["vwo"] == round(100 * boys["n"]["vwo"] / boys["n"]["Total"], 1)
    assert "Total" not in set(frame["sex"])


def test_shares_of_sums_leave_as_sums_with_their_totals(release, data):
    given = {"values": data.score, "aggfunc": "sum", "normalize": "columns"}
    answer = release.crosstab("t", data.sex, data.track, data=data, **given)
    pd.testing.assert_frame_equal(answer.result, pd.crosstab(data.sex, data.track, **given))
    assert list(answer.frame.columns[2:]) == ["n", "sum"]
    assert (answer.frame["sex"] == "Total").sum() == 3


@pytest.mark.parametrize("function", ["mean", np.std, ["sum"]])
def test_shares_of_anything_else_are_refused_or_are_sums(release, data, function):
    given = {"values": data.score, "aggfunc": function, "normalize": True}
    if function == ["sum"]:
        assert release.crosstab("t", data.sex, data.track, data=data, **given).outcome is PASS
    else:
        with pytest.raises(InputError, match="Only counts and sums"):
            release.crosstab("t", data.sex, data.track, data=data, **given)


def test_data_in_another_order_is_aligned_by_its_index(release, data):
    other = data.sample(frac=1, random_state=1)
    answer = release.crosstab("t", data.sex, data.track, data=other.drop(columns=["sex", "track"]))
    assert pupils_behind(answer)["boy", "vwo"] == ((data.sex == "boy") & (data.track == "vwo")).sum()
    pd.testing.assert_frame_equal(answer.result, pd.crosstab(data.sex, data.track))


def test_units_are_counted_of_the_records_that_the_series_are_of(release, data):
    """Two records of one pupil are one contributor, also where the index tells which records they are."""
    twice = pd.concat([data, data.assign(school="s000")], ignore_index=True)
    late = twice.loc[400:]
    answer = release.crosstab("t", late.sex, late.track, data=twice)
    expected = late.groupby(["sex", "track"])["pupil"].nunique()
    assert pupils_behind(answer) == expected.to_dict()


def test_series_of_other_records_are_a_question_and_recoded_ones_are_not(release, data):
    """Numbered anew, the selection seems to be the first records of the data."""
    chosen = data[data.track != "vwo"].reset_index(drop=True)
    assert release.crosstab("slip", chosen.sex, chosen.track, data=data).outcome is REVIEW
    assert release.crosstab("right", chosen.sex, chosen.track, data=chosen).outcome is not REVIEW
    recoded = data.track.replace({"vwo": "general", "havo": "general"})
    release.remove("slip")
    release.remove("right")
    assert release.crosstab("recoded", data.sex, recoded, data=data).outcome is PASS


def test_a_series_in_another_order_than_the_data_is_refused_and_a_changed_one_is_not(release, data):
    sorted_anew = data.sort_values("track").reset_index(drop=True)
    with pytest.raises(InputError, match="in another order"):
        release.crosstab("t", sorted_anew.sex, sorted_anew.track, data=data)
    with pytest.raises(InputError, match="in another order"):
        release.crosstab("t", data.sex, data.track, values=sorted_anew.score, aggfunc="mean", data=data)
    changed = data.track.where(data.score > 50, "low")
    assert release.crosstab("t", data.sex, changed, data=data).outcome is PASS


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"data": None}, "nobody can be counted"),
        ({"index": ["boy", "girl"] * 3}, "pandas cannot|not of the records"),
        ({"index": "sexe"}, "no column 'sexe'"),
        ({"aggfunc": "mean"}, "Values need a statistic"),
        ({"normalize": "rows"}, "Shares are of the index"),
        ({"rownames": ["a", "b"]}, "needs one name"),
        ({"values": 3, "aggfunc": "mean"}, "arrays or columns"),
    ],
)
def test_what_cannot_be_counted_is_refused(release, data, change, words):
    with pytest.raises(InputError, match=words):
        release.crosstab("t", **{"index": data.sex, "columns": data.track, "data": data} | change)


def test_an_index_with_repeated_labels_is_refused_unless_it_is_the_datas_own(release, data):
    repeated = data.set_axis([0] * len(data))
    expected = pd.crosstab(repeated.sex, repeated.track)
    pd.testing.assert_frame_equal(release.crosstab("t", repeated.sex, repeated.track, data=repeated).result, expected)
    with pytest.raises(InputError):
        release.crosstab("t", data.sex.iloc[:9], data.track.iloc[:9], data=repeated)


def test_columns_may_be_named_and_arrays_come_in_the_order_of_the_data(release, data):
    expected = pd.crosstab(data.sex, data.track)
    pd.testing.assert_frame_equal(release.crosstab("t", "sex", "track", data=data).result, expected)
    arrays = release.crosstab(
        "u", data.sex.to_numpy(), [data.track.to_numpy()], rownames=["sex"], colnames=["track"], data=data
    )
    pd.testing.assert_frame_equal(arrays.result, expected)


def test_a_key_fails_under_another_name_too_and_groups_of_schools_do_not(release, data):
    for name, rownames in (("own", None), ("other", ["place"])):
        answer = release.crosstab(name, data.school, data.sex, rownames=rownames, data=data, suppress=False)
        assert any(finding.rule == "FIL1" for finding in answer.tables[0].report.reasons)
    groups = data.school.str[-1].isin(list("01234")).map({True: "north", False: "south"}).rename("place")
    assert release.crosstab("groups", groups, data.sex, data=data).outcome is PASS


def test_a_category_called_as_the_totals_are_is_refused(release, data):
    odd = data.assign(track=data.track.replace("vwo", "All"))
    with pytest.raises(InputError, match="pandas cannot make this table"):
        release.crosstab("t", odd.sex, odd.track, data=odd, margins=True)
    named = release.crosstab("t", odd.sex, odd.track, data=odd, margins=True, margins_name="Everyone")
    pd.testing.assert_frame_equal(named.result, pd.crosstab(odd.sex, odd.track, margins=True, margins_name="Everyone"))


def test_a_number_of_pandas_that_no_records_give_is_refused(release, data, monkeypatch):
    wrong = SimpleNamespace(crosstab=lambda *arrays, **given: pd.crosstab(*arrays, **given) + 1)
    monkeypatch.setattr(crosstab_module, "PANDAS", wrong)
    with pytest.raises(InputError, match="which records pandas counted"):
        release.crosstab("t", data.sex, data.track, data=data)


def test_missing_categories_are_left_out_of_the_population_or_counted(release, data):
    gaps = data.assign(track=data.track.where(data.index % 9 > 0))
    left_out = release.crosstab("t", gaps.sex, gaps.track, data=gaps, margins=True)
    assert left_out.tables[0].output.definition["records"] == "all records with a known track"
    assert sum(count for cell, count in pupils_behind(left_out).items() if None not in cell) == gaps.track.notna().sum()
    counted = release.crosstab("t", gaps.sex, gaps.track, data=gaps, dropna=False)
    assert counted.tables[0].output.definition["records"] == "all records"
    assert pupils_behind(counted)["boy", "(missing)"] == ((gaps.sex == "boy") & gaps.track.isna()).sum()


@pytest.mark.parametrize("function", [None, "sum"])
def test_a_share_of_a_hidden_total_is_not_shown(release, data, function):
    """With its count, or its sum, it would tell the total."""
    values = {"values": data.score, "aggfunc": function} if function else {}
    answer = release.crosstab("t", data.sex, data.track, data=data, normalize="index", **values)
    (table,) = answer.tables
    status = [PRIMARY if cell == ("boy", None) else PUBLISHED for cell in table.output.tabulations[0].cells]
    hidden = tuple(item.with_status(tuple(status)) for item in table.output.tabulations)
    changed = replace(answer, tables=(replace(table, output=replace(table.output, tabulations=hidden)),))
    assert changed.result.loc["boy"].isna().all()
    pd.testing.assert_series_equal(changed.result.loc["girl"], answer.result.loc["girl"])


def test_percentages_do_not_leave_where_a_hidden_total_would_follow_from_them(release):
    data = records(np.random.default_rng(3), 130, missing=0.0, pupils=600)
    given = {"index": data.track, "columns": [data.region, data.sex], "normalize": "columns"}
    answer = release.crosstab("t", **given, data=data, suppress=True)
    assert answer.outcome is PASS
    frame = answer.frame.set_index(["track", "region", "sex"])
    assert list(frame.columns) == ["n"]
    assert "percentages are left out" in answer.tables[0].output.definition["statistics"]
    hidden = frame.loc["Total", "n"].isna()
    assert hidden.any()
    for region, sex in hidden.index[hidden]:
        assert answer.result[region, sex].isna().all()
    shown = release.crosstab(
        "u", pupils(800).track, pupils(800).sex, normalize="columns", data=pupils(800), suppress=True
    )
    assert list(shown.frame.columns) == ["track", "sex", "n", "percent_of_column"]


def test_hidden_cells_are_hidden_in_the_result_and_the_rest_is_as_pandas_gives_it(release, data):
    few = data.assign(track=data.track.where(data.index > 5, "pro"))
    plain = release.crosstab("t", few.sex, few.track, data=few, margins=True)
    assert plain.outcome is FAIL
    assert plain.result["pro"].isna().all()
    assert plain.result.loc["boy", "vwo"] == pd.crosstab(few.sex, few.track).loc["boy", "vwo"]
    protected = release.crosstab("t", few.sex, few.track, data=few, margins=True, suppress=True)
    assert protected.outcome is PASS
    assert protected.result["pro"].isna().all()
    assert protected.result.isna().sum().sum() == protected.frame["n"].isna().sum()
    assert protected.result.loc["All", "All"] == len(few)
