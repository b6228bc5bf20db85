"""Judging from evidence and bytes: nothing that a file or a neighbour gives away passes."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from output_checks.measuring.statistics import statistics_named
from output_checks.measuring.table import tabulate
from output_checks.model.evidence import CellStatus, FactName, Output, OutputKind
from output_checks.model.finding import Outcome
from output_checks.readers import read_content
from output_checks.rendering.csv import published_frame, table_csv
from output_checks.workflow.bounds import with_bounds
from output_checks.workflow.judge import judge
from output_checks.workflow.protect import protect
from tests.factories import UNITS, policy, pupils

POLICY = policy()


def small_cells(seed=3):
    """Pupils of whom three, in three schools, are in a track of their own."""
    data = pupils(900, seed=seed)
    data.loc[[0, 1, 2], "track"] = "sbo"
    return data


def table(data, *, name="t", by=("track", "sex"), statistic="count", value="", margins=True, hide=True):
    tables = tabulate(data, by=by, value=value, statistics=statistics_named(statistic), units=UNITS, margins=margins)
    tables = protect(tables, POLICY) if hide else tables
    content = table_csv(tables)
    made = Output(
        name=name, kind=OutputKind.TABLE, title=name, tabulations=tables, files=(read_content(f"{name}.csv", content),)
    )
    return made, {f"{name}.csv": content}


def verdicts(*made):
    outputs = [output for output, _ in made]
    contents = {name: content for _, files in made for name, content in files.items()}
    return judge(outputs, contents, POLICY)[1]


def test_a_table_with_a_small_cell_fails_and_its_protected_version_passes():
    assert verdicts(table(small_cells(), hide=False)).outcome is Outcome.FAIL
    protected = table(small_cells())
    assert verdicts(protected).outcome is Outcome.PASS
    assert protected[0].tabulations[0].hidden.sum() >= 4


def test_hiding_only_the_small_cell_fails_because_the_total_gives_it_back():
    output, _ = table(small_cells(), hide=False, by=("track",))
    (count,) = output.tabulations
    status = tuple(CellStatus.PRIMARY_SUPPRESSED if cell == ("sbo",) else CellStatus.PUBLISHED for cell in count.cells)
    bare = dataclasses.replace(output, tabulations=(count.with_status(status),))
    content = table_csv(bare.tabulations)
    report = judge([bare], {"t.csv": content}, POLICY)[1]
    assert "SUP1" in {finding.rule for finding in report.outputs[0].reasons if finding.outcome is Outcome.FAIL}


def hiding(data, *tracks, name):
    """A table by track, with these tracks hidden whatever a protection would choose."""
    output, _ = table(data, name=name, hide=False, by=("track",))
    status = tuple(
        CellStatus.PRIMARY_SUPPRESSED if cell[0] in tracks else CellStatus.PUBLISHED
        for cell in output.tabulations[0].cells
    )
    tabulations = tuple(item.with_status(status) for item in output.tabulations)
    return dataclasses.replace(output, tabulations=tabulations), {f"{name}.csv": table_csv(tabulations)}


def test_of_two_tables_that_give_each_other_away_the_later_fails_though_each_passes_alone():
    first = hiding(small_cells(), "sbo", "havo", name="first")
    second = hiding(small_cells(), "sbo", "vwo", name="second")
    for alone in (first, second, hiding(small_cells(), "sbo", "havo", name="first_again")):
        assert verdicts(alone).outcome is Outcome.PASS
    assert verdicts(first, hiding(small_cells(), "sbo", "havo", name="first_again")).outcome is Outcome.PASS
    report = verdicts(first, second)
    assert report.of("first").outcome is Outcome.PASS
    assert report.of("second").outcome is Outcome.FAIL
    assert verdicts(second, first).of("second").outcome is Outcome.PASS


def test_a_selection_that_leaves_just_the_hidden_cells_over_fails():
    """Leaving the small track out and publishing the rest is the careless way to give the small track back."""
    data = small_cells()
    protected = table(data, name="protected")
    rest = table(data[data["track"] != "sbo"], name="rest", by=("track",), hide=False, margins=False)
    report = verdicts(protected, rest)
    assert report.of("rest").outcome is Outcome.FAIL
    assert {finding.rule for finding in report.of("rest").reasons} & {"SUP1", "DIF1"}
    assert verdicts(rest).outcome is Outcome.PASS


def test_a_regrouped_variable_that_gives_a_hidden_cell_back_fails():
    """Hidden in one table: sbo and havo. The other adds sbo to vmbo: less the vmbo of the first, that is sbo."""
    data = small_cells()
    data["level"] = data["track"].replace(
        {"sbo": "practical", "vmbo": "practical", "havo": "havo or vwo", "vwo": "havo or vwo"}
    )
    first = hiding(data, "sbo", "havo", name="first")
    regrouped = table(data, name="regrouped", by=("level",), hide=False, margins=False)
    assert verdicts(first).outcome is Outcome.PASS
    assert verdicts(regrouped).outcome is Outcome.PASS
    assert verdicts(first, regrouped).of("regrouped").outcome is Outcome.FAIL
    safe = table(data, name="by_sex", by=("sex",), hide=False, margins=False)
    assert verdicts(first, safe).outcome is Outcome.PASS


def test_a_refused_output_does_not_leave_so_it_cannot_betray_the_others():
    protected, refused = table(small_cells(), name="protected"), table(small_cells(), name="bare", hide=False)
    report = verdicts(protected, refused)
    assert report.of("bare").outcome is Outcome.FAIL
    assert report.of("protected").outcome is Outcome.PASS
    asked = (dataclasses.replace(refused[0], exception_request="needed for the ministry"), refused[1])
    for order in ((protected, asked), (asked, protected)):
        report = verdicts(*order)
        assert report.of("protected").outcome is Outcome.PASS
        assert report.of("bare").outcome is Outcome.FAIL
    assert any("protected" in finding.message for finding in verdicts(protected, asked).of("bare").reasons)


@pytest.mark.parametrize("missing", [0, 1, 9])
def test_counts_beside_means_over_other_groups_give_no_small_count_away(missing):
    """Without totals: the n of the means add up to everyone, and less the counts shown that is the hidden one."""
    data = small_cells()
    data.loc[data.index[10 : 10 + missing], "score"] = np.nan
    data["region"] = np.where(data.index % 2, "north", "south")
    counts = table(data, name="counts", by=("track",), margins=False)
    means = table(data, name="means", by=("region",), statistic="mean", value="score", margins=False)
    assert verdicts(counts).outcome is Outcome.PASS
    assert verdicts(means).outcome is Outcome.PASS
    assert verdicts(counts, means).of("means").outcome is Outcome.FAIL


@pytest.mark.parametrize("name", ["term", "region"])
def test_what_a_column_is_called_makes_no_difference(name):
    data = small_cells()
    data[name] = np.where(data.index % 2, "north", "south")
    counts = table(data, name="counts", by=("track",), margins=False)
    others = table(data, name="others", by=(name,), margins=False)
    assert verdicts(counts, others).of("others").outcome is Outcome.FAIL


@pytest.mark.parametrize(("missing", "expected"), [(1, Outcome.FAIL), (9, Outcome.FAIL), (10, Outcome.PASS)])
def test_the_n_of_a_means_table_bounds_a_hidden_count(missing, expected):
    """295 valid scores of the 296 pupils in a hidden cell leave at most 5 for the 4 beside it."""
    data = small_cells()
    data.loc[data.index[data["track"] == "havo"][:missing], "score"] = np.nan
    counts = hiding(data, "sbo", "havo", name="counts")
    means = table(data, name="means", by=("track",), statistic="mean", value="score", margins=False)
    assert verdicts(means).outcome is Outcome.PASS
    assert verdicts(counts, means).of("means").outcome is expected


@pytest.mark.parametrize("reading", ["as text", "as a number", "as a fraction", "without zeros"])
def test_pupils_are_the_same_however_their_key_was_read(reading):
    data = small_cells()
    data["pupil"] = [f"{number:09d}" for number in range(len(data))]
    again = data.assign(level=np.where(data["track"] == "havo", "havo", "other"))
    again["pupil"] = {
        "as text": again["pupil"],
        "as a number": again["pupil"].astype(int),
        "as a fraction": again["pupil"].astype(float),
        "without zeros": again["pupil"].str.lstrip("0").replace("", "0"),
    }[reading]
    protected = hiding(data, "sbo", "havo", name="protected")
    other = table(again, name="other", by=("level",), hide=False, margins=False)
    assert verdicts(protected, other).of("other").outcome is Outcome.FAIL


@pytest.mark.parametrize(("shift", "expected"), [(0, Outcome.FAIL), (100_000, Outcome.PASS)])
def test_nearly_equal_counts_matter_only_where_the_data_share_pupils(shift, expected):
    """Two cohorts of nearly the same size are no difference; a cohort less a few of its pupils is."""
    data = pupils(900)
    later = data.iloc[3:].assign(pupil=[f"p{int(key[1:]) + shift:06d}" for key in data["pupil"].iloc[3:]])
    data["pupil"] = [f"p{int(key[1:]):06d}" for key in data["pupil"]]
    first, second = table(data, name="first", by=("sex",)), table(later, name="second", by=("sex",))
    assert verdicts(first, second).of("second").outcome is expected


def test_means_are_hidden_where_their_counts_are_and_the_frame_shows_neither():
    output, _ = table(small_cells(), statistic=["mean", "standard deviation"], value="score")
    frame = published_frame(output.tabulations)
    hidden = output.tabulations[0].hidden
    assert hidden.any()
    assert frame.loc[hidden, ["n", "mean", "standard_deviation"]].isna().all(axis=None)
    assert verdicts((output, {"t.csv": table_csv(output.tabulations)})).outcome is Outcome.PASS


def test_a_dominant_pupil_is_hidden_from_a_sum_though_many_stand_behind_it():
    data = pupils(900)
    data.loc[0, "score"] = 1e6
    output, _ = table(data, statistic="sum", value="score")
    cells = output.tabulations[0].cells
    assert output.tabulations[0].hidden[cells.index((data.loc[0, "track"], data.loc[0, "sex"]))]


def test_bounds_that_came_in_with_the_evidence_are_not_believed():
    output, _ = table(small_cells(), hide=False, by=("track",))
    (count,) = output.tabulations
    status = tuple(CellStatus.PRIMARY_SUPPRESSED if cell == ("sbo",) else CellStatus.PUBLISHED for cell in count.cells)
    claimed = [
        dataclasses.replace(count.facts[0], name=FactName.LOWER_BOUND, values=np.zeros(len(count.cells))),
        dataclasses.replace(count.facts[0], name=FactName.UPPER_BOUND, values=np.full(len(count.cells), 900.0)),
    ]
    claiming = dataclasses.replace(output, tabulations=(count.with_status(status).with_facts(*claimed),))
    (attacked,) = with_bounds([claiming], POLICY)
    bounds = attacked.tabulations[0].fact(FactName.UPPER_BOUND)
    assert bounds.values[count.cells.index(("sbo",))] == 3


def test_a_file_that_differs_by_one_digit_from_its_evidence_fails():
    output, files = table(pupils(900))
    assert verdicts((output, files)).outcome is Outcome.PASS
    content = files["t.csv"]
    changed = content.replace(b"900", b"901")
    assert changed != content
    assert verdicts((output, {"t.csv": changed})).outcome is Outcome.FAIL


def test_a_file_that_is_not_there_fails():
    output, _ = table(pupils(900))
    assert verdicts((output, {})).outcome is Outcome.FAIL


def test_the_same_table_without_one_pupil_fails():
    data = pupils(900)
    report = verdicts(table(data, name="before"), table(data.iloc[1:], name="after"))
    assert report.of("after").outcome is Outcome.FAIL
    assert "DIF1" in {finding.rule for finding in report.of("after").reasons}
    other = verdicts(table(data, name="before"), table(pupils(2000, seed=8), name="another_year"))
    assert other.outcome is Outcome.PASS


def test_a_table_of_schools_fails_on_the_schools():
    report = verdicts(table(pupils(900), by=("school",), margins=False, hide=False))
    reasons = report.outputs[0].reasons
    assert report.outcome is Outcome.FAIL
    assert "schools" in reasons[0].message


@pytest.mark.parametrize("seed", range(5))
def test_protecting_twice_hides_the_same_cells(seed):
    data = small_cells(seed)
    assert table(data)[1] == table(data)[1]


def test_the_same_pupils_less_one_record_fails():
    data = pd.concat([pupils(900), pupils(900, seed=2)])
    first = table(data, name="first", by=("sex",), statistic="sum", value="score", hide=False)
    second = table(data.iloc[:-1], name="second", by=("sex",), statistic="sum", value="score", hide=False)
    assert verdicts(first, second).of("second").outcome is Outcome.FAIL


def test_the_same_table_less_one_school_needs_review_and_less_some_pupils_does_not():
    data = pupils(900)
    first = table(data, name="first", by=("sex",))
    less_a_school = table(data[data["school"] != "s003"], name="second", by=("sex",))
    assert verdicts(first, less_a_school).of("second").outcome is Outcome.REVIEW
    assert "schools" in verdicts(first, less_a_school).of("second").reason
    less_pupils = table(data.iloc[90:], name="second", by=("sex",))
    assert verdicts(first, less_pupils).of("second").outcome is Outcome.PASS


def test_one_pupil_less_of_a_small_selection_of_much_data_fails():
    """Few of the hashes by which data sets are told apart are shared by a large one and a small part of it."""
    data = pupils(60_000, schools=300)
    data["area"] = data.index % 200
    some = data[data["area"].isin([3, 4])]
    first = table(data, name="first", by=("area",), statistic="sum", value="score", margins=False, hide=False)
    second = table(
        some.iloc[1:], name="second", by=("area",), statistic="sum", value="score", margins=False, hide=False
    )
    assert verdicts(first, second).of("second").outcome is Outcome.FAIL


def test_two_cohorts_without_a_pupil_in_common_are_not_compared():
    first, later = pupils(900), pupils(903, seed=4)
    later["pupil"] = "next-" + later["pupil"]
    assert (
        verdicts(table(first, name="first", by=("sex",)), table(later, name="later", by=("sex",))).outcome
        is Outcome.PASS
    )


def test_a_group_that_is_whole_in_a_selection_needs_review():
    """All of the special group are repeaters, as the two tables of equal counts say together."""
    data = pupils(900).assign(kind=lambda d: np.where(d.index < 45, "special", "regular"))
    repeaters = data[(data["kind"] == "special") | (data.index % 3 == 0)]
    everyone = table(data, name="everyone", by=("kind",), statistic="mean", value="score", margins=False)
    selected = table(repeaters, name="selected", by=("kind",), statistic="mean", value="score", margins=False)
    report = verdicts(everyone, selected)
    assert report.of("selected").outcome is Outcome.REVIEW
    assert "same as in everyone" in report.of("selected").reason


def test_two_waves_of_the_same_pupils_are_judged_each_by_itself():
    """The records have the same fingerprints and other values: they are not one table in two forms."""
    first = small_cells()
    second = first.assign(track=np.roll(first["track"], 7), score=first["score"] + 5)
    shown = [
        table(data, name=name, by=("track",), statistic="mean", value="score")
        for name, data in (("first", first), ("second", second))
    ]
    report = verdicts(*shown)
    assert [item.outcome for item in report.outputs] == [Outcome.PASS, Outcome.PASS]


def test_all_waves_beside_one_wave_of_the_same_pupils_pass():
    data = pupils(900)
    both = table(pd.concat([data, data]), name="both", by=("sex",))
    one = table(data, name="one", by=("sex",))
    assert verdicts(both, one).outcome is Outcome.PASS


def regrouped(seed=1):
    """Tracks in two levels, and one small cell in each level."""
    data = pupils(1200, seed=seed)
    data["track"] = np.random.default_rng(seed).choice(["bb", "kb", "tl", "havo", "vwo"], len(data))
    data["ses"] = np.where(data.index % 2, "low", "high")
    data.loc[(data["track"] == "kb") & (data["ses"] == "low"), "ses"] = "high"
    data.loc[(data["track"] == "vwo") & (data["ses"] == "low"), "ses"] = "high"
    for track, few in (("kb", 4), ("vwo", 7)):
        data.loc[data.index[data["track"] == track][:few], "ses"] = "low"
    data["level"] = data["track"].map({"bb": "vmbo", "kb": "vmbo", "tl": "vmbo", "havo": "high", "vwo": "high"})
    return data


@pytest.mark.parametrize("margins", [True, False])
def test_a_coarser_grouping_gives_a_hidden_cell_of_each_group_back(margins):
    """By tracks, one cell is hidden in each level; by levels, each total less the tracks shown is that cell."""
    data = regrouped()
    (count,) = tabulate(data, by=["track", "ses"], statistics=statistics_named("count"), units=UNITS, margins=margins)
    small = {("kb", "low"), ("vwo", "low")} | ({("kb", None), ("vwo", None)} if margins else set())
    status = tuple(CellStatus.PRIMARY_SUPPRESSED if cell in small else CellStatus.PUBLISHED for cell in count.cells)
    tabulations = (count.with_status(status),)
    content = table_csv(tabulations)
    files = (read_content("fine.csv", content),)
    made = Output(name="fine", kind=OutputKind.TABLE, title="", tabulations=tabulations, files=files)
    fine = (made, {"fine.csv": content})
    coarse = table(data, name="coarse", by=("level", "ses"), statistic="mean", value="score", margins=False)
    other = table(data, name="other", by=("sex",), statistic="mean", value="score", margins=False)
    for safe in (verdicts(fine), verdicts(coarse), verdicts(fine, other)):
        assert safe.outcome is not Outcome.FAIL  # nearly everyone of a track is high, which a person has to see
    assert verdicts(fine, coarse).of("coarse").outcome is Outcome.FAIL


def test_a_coarser_grouping_of_which_nothing_is_hidden_passes():
    data = regrouped()
    fine = table(data, name="fine", by=("track",), margins=True)
    coarse = table(data, name="coarse", by=("level",), margins=True)
    assert verdicts(fine, coarse).outcome is Outcome.PASS


def test_another_wave_beside_them_does_not_part_two_tables_that_give_each_other_away():
    """The attack may only get stronger with more tables: a third of other numbers must not undo it."""
    data = small_cells()
    first = hiding(data, "sbo", "havo", name="first")
    second = hiding(data, "sbo", "vwo", name="second")
    later = data.assign(track=np.random.default_rng(9).choice(["havo", "vmbo", "vwo"], len(data), p=[0.6, 0.2, 0.2]))
    wave = table(later, name="wave", by=("track",), hide=False)
    for order in ((first, second, wave), (wave, first, second), (first, wave, second)):
        assert verdicts(*order).of("second").outcome is not Outcome.PASS
