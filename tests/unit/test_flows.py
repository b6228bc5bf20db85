"""Flows: the tables of successive steps are right, judged and protected as tables of the same pupils."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from output_checks import Release
from output_checks.errors import InputError
from output_checks.model.evidence import CellStatus
from output_checks.model.finding import Outcome
from output_checks.workflow.protect_together import protect_together
from tests.factories import policy

STEPS = ["advice", "track", "diploma"]
LEVELS = np.array(["havo", "vmbo", "vwo"])


def pupils(n: int = 1500, *, rare: int = 0, seed: int = 4) -> pd.DataFrame:
    """Pupils who stay where they are or go anywhere else; but from vmbo to vwo only those who are `rare`."""
    rng = np.random.default_rng(seed)
    advice = rng.choice(3, n)
    track = np.where(rng.random(n) < 0.6, advice, rng.choice(3, n))
    track = np.where((advice == 1) & (track == 2), 0, track)
    diploma = np.where(rng.random(n) < 0.6, track, rng.choice(3, n))
    track[np.flatnonzero(advice == 1)[:rare]] = 2
    return pd.DataFrame(
        {
            "pupil": [f"p{number:05d}" for number in range(n)],
            "school": [f"s{number % 12:03d}" for number in range(n)],
            **{name: LEVELS[codes] for name, codes in zip(STEPS, (advice, track, diploma), strict=True)},
            "sex": np.where(np.arange(n) % 2 == 0, "boy", "girl"),
        }
    )


@pytest.fixture
def release(tmp_path):
    return Release("flows", folder=tmp_path / "draft", units={"pupil": "pupil", "school": "school"})


def test_each_step_is_the_crosstab_of_pandas_with_its_row_percentages(release):
    data = pupils()
    found = release.flows("flow", data, steps=STEPS)
    assert [table.output.name for table in found.tables] == ["flow_1", "flow_2"]
    for table, (start, end) in zip(found.tables, (STEPS[:2], STEPS[1:]), strict=True):
        theirs = pd.crosstab(data[start], data[end], margins=True, margins_name="Total")
        shares = pd.crosstab(data[start], data[end], normalize="index") * 100
        for row in table.frame.itertuples(index=False):
            assert row.n == theirs.loc[row[0], row[1]]
            if "Total" not in row[:2]:
                assert row.percent_of_row == pytest.approx(round(shares.loc[row[0], row[1]], 1))


def test_a_flow_of_many_passes_and_one_with_few_somewhere_fails(release):
    assert release.flows("flow", pupils(), steps=STEPS).outcome is Outcome.PASS
    found = release.flows("flow", pupils(rare=9), steps=STEPS)
    assert found.outcome is Outcome.FAIL
    assert [table.outcome for table in found.tables] == [Outcome.FAIL, Outcome.PASS]
    assert release.flows("flow", pupils(rare=10), steps=STEPS).outcome is Outcome.PASS


def test_paths_are_all_steps_at_once(release):
    data = pupils(6000)
    found = release.flows("flow", data, steps=STEPS, paths=True, round=5)
    paths = found.tables[-1]
    assert paths.output.name == "flow_paths"
    inner = paths.output.tabulations[0]
    sizes = data.groupby(STEPS).size()
    for cell, value in zip(inner.cells, inner.values, strict=True):
        if None not in cell:
            assert value == sizes.get(cell, 0)
    assert "percent_of_row" not in paths.frame
    assert (paths.frame["n"] % 5 == 0).all()


def test_groups_have_flows_of_their_own(release):
    data = pupils(3000)
    frame = release.flows("flow", data, steps=STEPS[:2], by="sex").tables[0].frame
    boys = frame[(frame["sex"] == "boy") & (frame["advice"] == "vwo") & (frame["track"] == "vwo")]
    assert boys["n"].item() == ((data["sex"] == "boy") & (data["advice"] == "vwo") & (data["track"] == "vwo")).sum()


def bounds_by_hand(tables, place):
    """Lowest and highest count of one cell of the first table that agree with every published count of all tables."""
    paths = list(product(LEVELS, repeat=3))

    def row(by, cell):
        wanted = {STEPS.index(name): part for name, part in zip(by, cell, strict=True) if part is not None}
        return [float(all(path[at] == part for at, part in wanted.items())) for path in paths]

    rows, right = [], []
    for table in tables:
        count = table[0]
        for cell, value, status in zip(count.cells, count.values, count.status, strict=True):
            if status is CellStatus.PUBLISHED:
                rows.append(row(count.by, cell))
                right.append(value)
    goal = np.array(row(tables[0][0].by, tables[0][0].cells[place]))
    low, high = (optimize.linprog(sign * goal, A_eq=rows, b_eq=right, bounds=(0, None)).fun for sign in (1, -1))
    return low, -high


@pytest.mark.parametrize("rare", [1, 6])
def test_what_is_hidden_in_one_step_does_not_follow_from_the_others(release, rare):
    data = pupils(rare=rare)
    found = release.flows("flow", data, steps=STEPS, suppress=True)
    assert found.outcome is not Outcome.FAIL
    tables = [table.output.tabulations for table in found.tables]
    secret = [place for place, item in enumerate(tables[0][0].status) if item is CellStatus.PRIMARY_SUPPRESSED]
    assert secret
    for place in secret:
        low, high = bounds_by_hand(tables, place)
        assert high - low >= policy().limits()["minimum_interval_width"] - 1e-6


def test_a_margin_that_is_rare_is_hidden_in_both_of_its_tables(release):
    data = pupils(2400)
    data.loc[data.index[:6], "track"] = "pro"
    found = release.flows("flow", data, steps=STEPS, suppress=True)
    assert found.outcome is not Outcome.FAIL
    for table in found.tables:
        frame = table.frame
        other = "advice" if "advice" in frame else "diploma"
        total = frame[(frame["track"] == "pro") & (frame[other] == "Total")]
        assert total["n"].isna().all()
        assert total["percent_of_row"].isna().all()


def test_protecting_each_step_by_itself_would_not_do(release):
    data = pupils(2400)
    data.loc[data.index[:6], "track"] = "pro"
    first = release.table("first", data, by=["advice", "track"], margins=True, suppress=True)
    second = release.table("second", data, by=["track", "diploma"], margins=True)
    assert first.outcome is not Outcome.FAIL
    assert second.outcome is Outcome.FAIL


def test_tables_without_a_sensitive_cell_are_left_as_they_are(release):
    found = release.flows("flow", pupils(), steps=STEPS, suppress=True)
    assert not any(item.hidden.any() for table in found.tables for item in table.output.tabulations)
    tables = [table.output.tabulations for table in found.tables]
    assert protect_together(tables, policy()) == tuple(tables)


def test_the_same_flow_without_one_pupil_is_not_passed_beside_it(release):
    data = pupils()
    assert release.flows("flow", data, steps=STEPS).outcome is Outcome.PASS
    assert release.flows("again", data.drop(data.index[3]), steps=STEPS).outcome is Outcome.FAIL


def test_mendings_are_those_of_tables(release):
    found = release.flows("flow", pupils(rare=5), steps=STEPS[:2])
    assert found.tables[0].mendings.found
    assert "flow_1: fail" in repr(found)
    assert "flow_1" in found._repr_html_()


@pytest.mark.parametrize(
    "how",
    [
        {"steps": ["advice"]},
        {"steps": "advice"},
        {"steps": ["advice", "advice"]},
        {"steps": ["advice", "track"], "by": "track"},
        {"steps": ["advice", "absent"]},
        {"steps": ["advice", 3]},
        {"steps": ["advice", "track"], "round": 3},
    ],
)
def test_what_makes_no_flow_is_a_clear_error(release, how):
    with pytest.raises(InputError):
        release.flows("flow", pupils(), **how)


def test_a_pupil_with_two_records_has_no_one_path(release):
    data = pupils()
    with pytest.raises(InputError, match="1 pupils have more than one record"):
        release.flows("flow", pd.concat([data, data.iloc[:1]]), steps=STEPS)
    with pytest.raises(InputError, match="no records"):
        release.flows("flow", data.iloc[:0], steps=STEPS)


@pytest.mark.parametrize("seed", range(6))
def test_flows_of_any_shape_are_protected_and_not_refused(release, seed):
    chance = np.random.default_rng(seed)
    n = int(chance.integers(150, 800))
    codes = [chance.choice(3, n, p=chance.dirichlet([2.0] * 3))]
    for _ in range(2):
        moves = chance.dirichlet([0.4] * 3, 3)
        codes.append(np.array([chance.choice(3, p=moves[code]) for code in codes[-1]]))
    data = pd.DataFrame({name: LEVELS[code] for name, code in zip(STEPS, codes, strict=True)})
    data = data.assign(pupil=[f"p{number}" for number in range(n)], school=[f"s{number % 12}" for number in range(n)])
    found = release.flows("flow", data, steps=STEPS, suppress=True)
    assert "SUP1" not in {item.rule for output in release.check().outputs for item in output.reasons}
    tables = [table.output.tabulations for table in found.tables]
    for number, table in enumerate(tables):
        for place, status in enumerate(table[0].status):
            if status is CellStatus.PRIMARY_SUPPRESSED:
                low, high = bounds_by_hand([table, tables[1 - number]], place)
                assert high - low >= 10 - 1e-6
