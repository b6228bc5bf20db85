"""Densities: a curve of many passes, and nobody can take the values of few out of it."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy.optimize import linprog

from output_checks.errors import InputError
from output_checks.measuring.densities import curves, rounded_up
from output_checks.model.evidence import FactName
from output_checks.model.finding import Outcome
from output_checks.model.statistic import Statistic
from output_checks.release import Release
from tests.factories import UNITS, pupils, tabulation
from tests.unit.test_rules import outcome_of

PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW
DATA = pupils(900)


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"}, author="researcher")


def rules(registered):
    return {finding.rule for finding in registered.report.reasons}


def one_curve(values, **how):
    data = pupils(len(values)).assign(value=values)
    return curves(data, value="value", by=(), units=UNITS, minimum=how.pop("minimum", {}), **how)[0][0]


@pytest.mark.parametrize("by", [(), "track", ["track", "sex"]])
def test_a_density_of_many_passes_and_so_does_its_figure(release, by):
    table = release.density("d", DATA, value="score", by=by, bandwidth=5)
    assert table.outcome is PASS, table.reason
    figure = Figure()
    axes = figure.subplots()
    frame = table.frame.assign(score=lambda d: d["score"].astype(float))
    for _, part in frame.groupby(by or (lambda _: 0)):
        axes.plot(part["score"], part["density"])
        axes.fill_between(part["score"], 0, part["density"], alpha=0.2)
    assert release.figure("f", figure, of="d").outcome is PASS


def test_a_curve_of_the_records_beside_it_is_a_question(release):
    frame = release.density("d", DATA, value="score").frame
    figure = Figure()
    axes = figure.subplots()
    axes.plot(frame["score"].astype(float), frame["density"])
    axes.plot(np.sort(DATA["score"]), np.linspace(0, 1, 900))
    assert release.figure("f", figure, of="d").outcome is REVIEW


def test_a_density_is_the_mean_of_normal_curves_in_steps():
    curve = one_curve(DATA["score"].to_numpy())
    apart = (curve.points[:, None] - DATA["score"].to_numpy()[None, :]) / curve.bandwidth
    exact = np.exp(-0.5 * apart**2).mean(axis=1) / np.sqrt(2 * np.pi) / curve.bandwidth
    assert np.allclose(curve.exact(), exact)
    assert np.abs(curve.published() - exact).max() <= curve.step() / 2 + 1e-12
    assert curve.step() >= 2 / np.sqrt(2 * np.pi) / 900 / curve.bandwidth
    assert np.allclose(np.diff(curve.points), curve.bandwidth / 2)


def test_units_are_counted_around_a_point_and_on_either_side_as_by_hand():
    rng = np.random.default_rng(5)
    data = pd.DataFrame({"pupil": rng.integers(0, 40, 200), "school": rng.integers(0, 9, 200)})
    data["value"] = rng.integers(0, 30, 200)
    curve = curves(data, value="value", by=(), units=UNITS, minimum={}, bandwidth=2)[0][0]
    for level in ("pupil", "school"):
        for number, point in enumerate(curve.points):
            near = data[(data["value"] - point).abs() <= 2]
            assert curve.within_bandwidth(level)[number] == near[level].nunique()
            assert curve.at_or_below(level)[number] == data[data["value"] <= point][level].nunique()
            assert curve.at_or_above(level)[number] == data[data["value"] >= point][level].nunique()
        parts = np.exp(-0.5 * ((data["value"].to_numpy()[None, :] - curve.points[:, None]) / 2) ** 2)
        sums = pd.DataFrame(parts.T).groupby(data[level]).sum() / np.sqrt(2 * np.pi) / 200 / 2
        total, largest, second = curve.contributions(level)
        assert np.allclose(total, sums.sum())
        assert np.allclose(largest, sums.max())
        assert np.allclose(second, np.sort(sums.to_numpy(), axis=0)[-2])


LEAST = {"pupil": 10.0}
HUMP = np.repeat(np.arange(10.0), 40)


@pytest.mark.parametrize(("number", "expected"), [(0, PASS), (1, FAIL), (9, FAIL), (10, PASS), (11, PASS)])
def test_a_curve_over_few_between_others_fails(release, number, expected):
    values = np.concatenate([HUMP, np.full(number, 50.0), HUMP + 90])
    table = release.density("d", pupils(len(values)).assign(value=values), value="value", bandwidth=2)
    assert table.outcome is expected, table.reason


@pytest.mark.parametrize(("number", "end"), [(1, 12), (9, 12), (10, 50)])
def test_a_curve_ends_before_few_at_the_edge(release, number, end):
    values = np.concatenate([HUMP, np.full(number, 50.0)])
    table = release.density("d", pupils(len(values)).assign(value=values), value="value", bandwidth=2)
    assert table.outcome is PASS, table.reason
    assert table.frame["value"].astype(float).max() <= end


@pytest.mark.parametrize(("number", "expected"), [(9, FAIL), (40, PASS)])
def test_a_group_too_small_for_a_curve_fails(release, number, expected):
    table = release.density("d", pupils(number, schools=3), value="score", bandwidth=20)
    assert table.outcome is expected, table.reason


def test_a_density_of_equal_values_fails(release):
    assert "CLS2" in rules(release.density("d", DATA.assign(value=7), value="value"))


def test_a_density_of_one_school_fails(release):
    table = release.density("d", DATA, value="score", by="school")
    assert table.outcome is FAIL
    assert "THR1" in rules(table)


def test_a_curve_ends_before_the_pupils_of_one_school(release):
    data = DATA.assign(score=np.where(DATA["school"] == "s000", DATA["score"] + 80, DATA["score"]))
    table = release.density("d", data, value="score", bandwidth=4)
    assert table.outcome is PASS, table.reason
    assert table.frame["score"].astype(float).max() < DATA["score"].max() < 90
    between = DATA.assign(score=DATA["score"] + 80 * (DATA["school"] == "s000") + 160 * (DATA.index % 2))
    assert "THR1" in rules(release.density("e", between.assign(other=between["score"]), value="other", bandwidth=4))


def test_two_densities_of_the_same_pupils_need_review_and_of_others_pass(release):
    assert release.density("a", DATA, value="score").outcome is PASS
    assert rules(release.density("b", DATA, value="score", bandwidth=4)) == {"DEN3"}
    others = pupils(900, seed=2).assign(pupil=lambda d: "q" + d["pupil"])
    release.remove("b")
    assert release.density("c", others, value="score").outcome is PASS
    second = DATA.assign(growth=np.random.default_rng(9).normal(0, 5, 900))
    assert release.density("d", second, value="growth").outcome is PASS


def test_a_density_with_and_without_one_pupil_fails(release):
    release.density("a", DATA, value="score", by="track")
    found = release.density("b", DATA.drop(DATA.index[5]), value="score", by="track")
    assert found.outcome is FAIL
    assert "DIF1" in rules(found)


def test_the_n_of_a_curve_gives_no_hidden_count_away(release):
    data = DATA.copy()
    data.loc[data.index[:3], "track"] = "pro"
    table = release.table("t", data, by="track", value="score", margins=True, suppress=True)
    assert table.frame["n"].isna().sum() == 2
    assert release.density("d", data[data["track"] != "pro"], value="score", by="track").outcome is FAIL
    shown = table.frame.dropna()["track"]
    assert release.density("d", data[data["track"].isin(shown)], value="score", by="track").outcome is not FAIL


@pytest.mark.parametrize(("hidden", "expected"), [(1.99, FAIL), (2, PASS), (2.01, PASS)])
def test_the_steps_of_a_density_hide_two_units(hidden, expected):
    table = tabulation([0.1], facts={FactName.HIDDEN_BY_ROUNDING: [hidden]}, statistic=Statistic.DENSITY)
    assert outcome_of("DEN2", table)[0].outcome is expected


@pytest.mark.parametrize(("beyond", "expected"), [(0, FAIL), (9, FAIL), (10, PASS), (11, PASS)])
@pytest.mark.parametrize("side", [FactName.AT_OR_BELOW, FactName.AT_OR_ABOVE])
def test_a_density_has_ten_pupils_on_either_side(side, beyond, expected):
    facts = {(name, "pupil"): [50] for name in (FactName.AT_OR_BELOW, FactName.AT_OR_ABOVE)} | {
        (side, "pupil"): [beyond]
    }
    table = tabulation([0.1], facts=facts, statistic=Statistic.DENSITY)
    assert outcome_of("DEN1", table)[0].outcome is expected


@pytest.mark.parametrize(("number", "expected"), [(1, 1), (1.01, 1.5), (0.021, 0.03), (81, 100), (0.8, 0.8), (6.5, 8)])
def test_bandwidths_and_steps_are_rounded_up_to_numbers_that_tell_nothing(number, expected):
    assert rounded_up(number) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "how", [{"bandwidth": 0}, {"bandwidth": "wide"}, {"bandwidth": 1e-9}, {"points": 1}, {"value": "sex"}]
)
def test_what_makes_no_curve_is_an_error(release, how):
    with pytest.raises(InputError):
        release.density("d", DATA, **{"value": "score"} | how)


def test_records_without_a_value_are_in_no_curve(release):
    data = DATA.assign(score=DATA["score"].where(DATA.index % 3 > 0))
    assert (release.density("d", data, value="score").frame["n"] == 600).all()


@pytest.mark.parametrize("points", [5, 20, 200])
def test_a_curve_of_fewer_points_is_wider_and_they_are_half_a_bandwidth_apart(points):
    curve = one_curve(DATA["score"].to_numpy(), most_points=points, minimum=LEAST)
    assert len(curve.points) <= points
    assert np.allclose(np.diff(curve.points), curve.bandwidth / 2)


def test_a_bandwidth_that_takes_more_points_is_an_error_and_one_outlier_takes_none(release):
    with pytest.raises(InputError):
        release.density("d", DATA, value="score", bandwidth=2, points=10)
    values = np.append(DATA["score"].to_numpy()[:-1], 1e12)
    curve = one_curve(values, minimum=LEAST)
    assert curve.points.max() < 100
    assert curve.bandwidth < 5


def provable(values, curve, *, widest):
    """The most that a reader can prove to be in an interval, at most so wide, that holds one to nine.

    Whoever reads the curve knows the kernel, the bandwidth, n, and that values are whole numbers. Every number of
    pupils at each value that agrees with the curve is possible; linear programming finds the fewest in an interval.
    """
    places = np.arange(values.min() - 5, values.max() + 6)
    true = np.array([(values == place).sum() for place in places])
    weights = np.exp(-0.5 * ((curve.points[:, None] - places[None, :]) / curve.bandwidth) ** 2)
    one = curve.most_of_one()
    slack, published = curve.step() / one / 2 + 1e-9, curve.published() / one
    found = 0.0
    for width in {1, max(1, int(widest / 2)), int(widest)}:
        for start in range(len(places) - width + 1):
            if 0 < true[start : start + width].sum() < 10:
                chosen = np.zeros(len(places))
                chosen[start : start + width] = 1
                lowest = linprog(
                    chosen,
                    A_ub=np.vstack([weights, -weights]),
                    b_ub=np.concatenate([published + slack, slack - published]),
                    A_eq=np.ones((1, len(places))),
                    b_eq=[len(values)],
                )
                assert lowest.status == 0
                found = max(found, lowest.fun)
    return found


@pytest.mark.parametrize("shape", ["one hump", "two humps"])
@pytest.mark.parametrize("number", [60, 300])
def test_nobody_can_prove_that_a_few_have_values_in_a_narrow_interval(shape, number):
    rng = np.random.default_rng(number)
    middle = np.where(rng.random(number) < 0.5, 35, 65) if shape == "two humps" else np.full(number, 50)
    values = np.round(rng.normal(middle, 4 if shape == "two humps" else 10))
    curve = one_curve(values).cut(LEAST)
    assert provable(values, curve, widest=1.25 * curve.bandwidth) < 0.5


def test_the_proof_finds_few_in_a_curve_that_is_too_narrow():
    values = np.round(np.random.default_rng(1).normal(50, 10, 200))
    assert provable(values, one_curve(values, bandwidth=1), widest=2) > 2


@pytest.mark.parametrize("bandwidth", [1, 1.5, 2])
@pytest.mark.parametrize("number", [200, 1000])
def test_a_narrow_curve_of_whole_numbers_proves_nothing_or_fails(number, bandwidth):
    values = np.round(np.random.default_rng(1).normal(50, 10, number))
    curve = one_curve(values, bandwidth=bandwidth).cut(LEAST)
    enough = np.minimum(curve.within_bandwidth("pupil"), curve.at_the_rarest("pupil")).min() >= 10
    assert not enough or provable(values, curve, widest=2 * bandwidth) < 0.5


@pytest.mark.parametrize(("number", "expected"), [(9, FAIL), (10, PASS)])
def test_values_that_are_further_apart_than_a_bandwidth_are_each_of_ten_pupils(release, number, expected):
    values = np.concatenate([np.repeat([1.0, 2.0, 4.0, 5.0], 100), np.full(number, 3.0)])
    table = release.density("d", pupils(len(values)).assign(value=values), value="value", bandwidth=1)
    assert table.outcome is expected, table.reason


@pytest.mark.parametrize(("edges", "expected"), [([0, 50, 100], PASS), (2, REVIEW)])
def test_groups_that_end_at_the_lowest_score_are_a_question(release, edges, expected):
    data = DATA.assign(band=pd.cut(DATA["score"], edges), other=DATA["score"] ** 0.5, hours=DATA.index % 30)
    assert release.density("d", data, value="other", by="band", bandwidth=1).outcome is expected
    assert release.binned_scatter("b", data, x="hours", y="other", by="band", bins=3).outcome is expected


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1, 1e3, 1e9])
def test_a_density_is_the_same_on_any_scale(release, scale):
    table = release.density("d", DATA.assign(income=DATA["score"] * scale), value="income")
    assert table.outcome is PASS, table.reason
    plain = release.density("e", DATA, value="score").frame
    assert np.allclose(table.frame["income"].astype(float) / scale, plain["score"].astype(float))
    assert np.allclose(table.frame["density"] * scale, plain["density"])


def test_a_variable_that_is_called_as_a_heading_of_the_table_is_an_error(release):
    for name in ("n", "density"):
        with pytest.raises(InputError):
            release.density("d", DATA.assign(**{name: DATA["score"]}), value=name)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("number", [120, 300, 1000])
def test_a_density_of_ordinary_scores_passes_with_the_bandwidth_it_has_by_itself(release, seed, number):
    values = np.round(np.random.default_rng(seed).normal(50, 10, number))
    table = release.density("d", pupils(number).assign(value=values), value="value")
    assert table.outcome is PASS, table.reason
    assert len(table.frame) > 8
