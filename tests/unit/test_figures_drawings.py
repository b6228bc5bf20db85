"""Pictures of a published table raise no question, whatever their kind; those of other numbers do."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Ellipse, Rectangle
from matplotlib.transforms import Affine2D

from output_checks.measuring.figures import unexplained
from tests.factories import pupils
from tests.figure_factories import DATA, EDGES, SCORES, axes, binned_table, table, wide


def box_plot(**how):
    """Boxes of five published numbers each."""
    tabulations, frame = table("track", "boxplot")
    figure, ax = axes()
    boxes = [
        {
            "med": row.median,
            "q1": row.percentile_25,
            "q3": row.percentile_75,
            "whislo": row.lower_whisker,
            "whishi": row.upper_whisker,
            "label": row.track,
        }
        for row in frame.itertuples()
    ]
    ax.bxp(boxes, showfliers=False, **how)
    return figure, tabulations


def box_plot_filled():
    return box_plot(patch_artist=True)


def histogram_as_stairs():
    tabulations, frame = binned_table()
    figure, ax = axes()
    ax.stairs(frame["n"], EDGES, fill=True)
    return figure, tabulations


def histogram_as_bars():
    tabulations, frame = binned_table()
    figure, ax = axes()
    ax.hist(EDGES[:-1], bins=EDGES, weights=frame["n"])
    return figure, tabulations


def histogram_as_an_outline():
    tabulations, frame = binned_table()
    figure, ax = axes()
    ax.hist(EDGES[:-1], bins=EDGES, weights=frame["n"], histtype="step")
    return figure, tabulations


def line_with_a_band():
    tabulations, frame = table("year", "mean interval")
    figure, ax = axes()
    years = frame["year"].astype(int)
    ax.plot(years, frame["mean"], marker="o")
    ax.fill_between(years, frame["lower_95"], frame["upper_95"], alpha=0.2)
    return figure, tabulations


def line_of_steps():
    tabulations, frame = table("year")
    figure, ax = axes()
    ax.step(frame["year"].astype(int), frame["mean"], where="mid")
    ax.vlines(frame["year"].astype(int), 0, frame["mean"])
    return figure, tabulations


def bars_of_years_beside_each_other():
    tabulations, frame = table(["year", "sex"])
    figure, ax = axes()
    for place, (sex, part) in enumerate(frame.groupby("sex")):
        ax.bar(part["year"].astype(int) + (-0.2, 0.2)[place], part["mean"], width=0.4, label=sex)
    ax.legend()
    return figure, tabulations


def bars_stacked():
    tabulations, frame = table(["year", "track"], "count")
    figure, ax = axes()
    wide(frame, "year", "track", "n").plot.bar(stacked=True, ax=ax)
    return figure, tabulations


def areas_stacked():
    tabulations, frame = table(["year", "track"], "count")
    figure, ax = axes()
    counts = wide(frame, "year", "track", "n")
    ax.stackplot(counts.index.astype(int), counts.to_numpy().T)
    return figure, tabulations


def bars_lying_down():
    tabulations, frame = table(["year", "track"])
    figure, ax = axes()
    wide(frame, "year", "track").plot.barh(ax=ax)
    return figure, tabulations


def points_beside_each_other():
    tabulations, frame = table(["track", "sex"], "mean interval")
    figure, ax = axes()
    for place, (sex, part) in enumerate(frame.groupby("sex")):
        half = [part["mean"] - part["lower_95"], part["upper_95"] - part["mean"]]
        ax.errorbar(np.arange(3) + (-0.1, 0.1)[place], part["mean"], yerr=half, fmt="o", capsize=3, label=sex)
    ax.set_xticks(range(3), sorted(frame["track"].unique()))
    return figure, tabulations


def bars_on_a_logarithmic_axis():
    tabulations, frame = table("track", "count")
    figure, ax = axes()
    ax.bar(frame["track"], frame["n"], log=True)
    return figure, tabulations


def two_numbers_of_each_cell():
    tabulations, frame = table(["year", "track"], ["mean", "standard deviation"])
    figure, ax = axes()
    ax.scatter(frame["mean"], frame["standard_deviation"])
    return figure, tabulations


def two_axes_of_one_year():
    tabulations, frame = table("year")
    figure, ax = axes()
    ax.plot(frame["year"].astype(int), frame["mean"])
    ax.twinx().bar(frame["year"].astype(int), frame["n"], alpha=0.3)
    return figure, tabulations


def stems():
    tabulations, frame = table("year")
    figure, ax = axes()
    ax.stem(frame["year"].astype(int), frame["mean"])
    return figure, tabulations


HONEST = [
    box_plot,
    box_plot_filled,
    histogram_as_stairs,
    histogram_as_bars,
    histogram_as_an_outline,
    line_with_a_band,
    line_of_steps,
    bars_of_years_beside_each_other,
    bars_stacked,
    areas_stacked,
    bars_lying_down,
    points_beside_each_other,
    bars_on_a_logarithmic_axis,
    two_numbers_of_each_cell,
    two_axes_of_one_year,
    stems,
]


@pytest.mark.parametrize("draw", HONEST)
def test_a_picture_of_a_published_table_raises_no_question(draw):
    assert unexplained(*draw()) == ()


def bars():
    tabulations, frame = table("track")
    figure, ax = axes()
    ax.bar(frame["track"], frame["mean"])
    return figure, ax, tabulations, frame


def a_box_plot_of_records(ax, _):
    ax.boxplot(SCORES)


def a_violin_of_records(ax, _):
    ax.violinplot(SCORES)


def a_histogram_of_records(ax, _):
    ax.hist(SCORES, bins=40)


def stairs_of_records(ax, _):
    ax.stairs(SCORES[:20])


def a_cumulative_curve(ax, _):
    ax.ecdf(SCORES)


def a_rug(ax, _):
    ax.eventplot(SCORES[:30])


def a_band_from_the_lowest_to_the_highest(ax, _):
    ax.fill_between([0, 2], SCORES.min(), SCORES.max())


def bands_that_lie_on_nothing_published(ax, frame):
    ax.stackplot([0, 1, 2], SCORES[:3], frame["mean"])


def an_ellipse(ax, _):
    ax.add_patch(Ellipse((0, 0), SCORES[0], 1))


def a_shape_in_parts_of_the_axes(ax, _):
    ax.add_patch(Rectangle((0, 0), 0.5, SCORES[0] / 100, transform=ax.transAxes))


def a_line_in_parts_of_the_axes(ax, _):
    ax.plot([0.1, 0.2], SCORES[:2] / 100, transform=ax.transAxes)


def a_turned_bar(ax, frame):
    ax.add_patch(Rectangle((0, 0), 1, frame["mean"][0], angle=SCORES[0]))


def a_line_at_an_angle(ax, _):
    ax.axline((0, 0), slope=SCORES[0])


def arrows(ax, _):
    ax.annotate("", (0, SCORES[0]), (1, SCORES[1]), arrowprops={})


def a_field_of_arrows(ax, _):
    ax.quiver([0], [0], SCORES[:1], SCORES[1:2])


def lines_of_different_widths(ax, frame):
    ax.vlines([0, 1, 2], 0, frame["mean"], linewidths=SCORES[:3] / 10)


def bars_with_edges_of_different_widths(ax, frame):
    ax.bar(frame["track"], frame["mean"], linewidth=list(SCORES[:3] / 10))


def points_of_different_strengths(ax, frame):
    ax.scatter([0, 1, 2], frame["mean"], alpha=list(SCORES[:3] / 100))


def points_that_are_written(ax, frame):
    ax.plot([0, 1, 2], frame["mean"], marker="$97.31$")


def points_with_a_number_of_corners(ax, frame):
    ax.plot([0, 1, 2], frame["mean"], marker=(int(SCORES[0]), 0))


def many_notes(ax, _):
    for place, score in enumerate(SCORES[:50]):
        ax.text(place / 25, score, "x")


def three_dimensions(ax, frame):
    ax.figure.add_subplot(projection="3d").plot([0, 1, 2], frame["mean"], SCORES[:3], "o")


def a_circle_of_values(ax, frame):
    ax.figure.add_subplot(projection="polar").plot(SCORES[:3], frame["mean"])


def a_line_that_is_stretched(ax, frame):
    ax.plot([0, 1, 2], frame["mean"], transform=Affine2D().scale(1, SCORES[0] / 100) + ax.transData)


def bars_that_are_stretched(ax, frame):
    for bar in ax.bar(frame["track"], frame["mean"]):
        bar.set_transform(Affine2D().scale(1, SCORES[0] / 100) + ax.transData)


def points_that_are_moved(ax, frame):
    ax.scatter([0, 1, 2], frame["mean"]).set_offset_transform(Affine2D().translate(0, SCORES[0]) + ax.transData)


def a_table_within(ax, _):
    ax.table([[str(SCORES[0])]])


DISHONEST = [
    a_box_plot_of_records,
    a_violin_of_records,
    a_histogram_of_records,
    stairs_of_records,
    a_cumulative_curve,
    a_rug,
    a_band_from_the_lowest_to_the_highest,
    bands_that_lie_on_nothing_published,
    an_ellipse,
    a_shape_in_parts_of_the_axes,
    a_line_in_parts_of_the_axes,
    a_turned_bar,
    a_line_at_an_angle,
    arrows,
    a_field_of_arrows,
    lines_of_different_widths,
    bars_with_edges_of_different_widths,
    points_of_different_strengths,
    points_that_are_written,
    points_with_a_number_of_corners,
    many_notes,
    three_dimensions,
    a_circle_of_values,
    a_line_that_is_stretched,
    bars_that_are_stretched,
    points_that_are_moved,
    a_table_within,
]


@pytest.mark.parametrize("spoil", DISHONEST)
def test_what_no_table_publishes_is_a_question(spoil):
    figure, ax, tabulations, frame = bars()
    assert unexplained(figure, tabulations) == ()
    spoil(ax, frame)
    assert unexplained(figure, tabulations)


def test_points_that_are_persons_come_with_the_advice_to_bin_them():
    figure, ax, tabulations, _ = bars()
    ax.scatter(np.arange(900) / 7, SCORES)
    assert any("the points are persons" in question and "binned_scatter" in question
               for question in unexplained(figure, tabulations))  # fmt: skip


def test_two_numbers_of_different_cells_are_no_point():
    tabulations, frame = table(["year", "track"], ["mean", "standard deviation"])
    figure, ax = axes()
    ax.scatter(frame["mean"], np.roll(frame["standard_deviation"], 1))
    assert unexplained(figure, tabulations)


@pytest.mark.parametrize("step", [0.0, 0.2])
def test_bars_are_as_wide_as_each_other_or_ask_what_their_widths_show(step):
    tabulations, frame = table("track")
    figure, ax = axes()
    ax.bar(frame["track"], frame["mean"], width=0.4 + step * np.arange(3))
    assert bool(unexplained(figure, tabulations)) is (step > 0)


@pytest.mark.parametrize("shift", [0.0, 0.013])
@pytest.mark.parametrize("draw", ["bar", "scatter"])
def test_each_category_has_the_same_places_or_they_ask_what_the_distances_show(shift, draw):
    tabulations, frame = table("track")
    figure, ax = axes()
    getattr(ax, draw)(np.arange(3) + shift * np.array([1, -3, 2]), frame["mean"])
    ax.set_xticks(range(3), frame["track"])
    assert bool(unexplained(figure, tabulations)) is (shift > 0)


def test_a_histogram_from_one_category_to_another_is_as_wide_as_its_bins():
    tabulations, frame = binned_table()
    figure, ax = axes()
    ax.bar(EDGES[:-1], frame["n"], width=np.diff(EDGES), align="edge")
    assert unexplained(figure, tabulations) == ()
    figure, ax = axes()
    ax.bar(EDGES[:-1], frame["n"], width=np.diff(EDGES) + SCORES[:6] / 100, align="edge")
    assert unexplained(figure, tabulations)


def test_a_bar_that_is_hidden_is_not_drawn_and_the_others_raise_no_question():
    data = pd.concat([pupils(900), pupils(3, seed=2).assign(track="pro", pupil=["q1", "q2", "q3"])])
    tabulations, frame = table(["track", "sex"], data=data)
    figure, ax = axes()
    wide(frame[frame["track"] != "pro"], "track", "sex").plot.bar(ax=ax)
    assert unexplained(figure, tabulations) == ()


def test_small_pictures_side_by_side_are_each_read():
    tabulations, frame = table(["sex", "year"])
    figure = axes()[0].figure
    figure.clear()
    for ax, (sex, part) in zip(figure.subplots(1, 2, sharey=True), frame.groupby("sex"), strict=True):
        ax.plot(part["year"].astype(int), part["mean"])
        ax.set_title(sex)
    assert unexplained(figure, tabulations) == ()
    figure.axes[1].plot([2019], [DATA["score"][0]], "o")
    assert unexplained(figure, tabulations)


def fine_table():
    """A table of so many means that nearly every score is one of them."""
    data = pupils(6000, schools=60).assign(year=lambda d: 2019 + d.index // 60 % 10)
    return data, *table(["school", "year"], data=data)


@pytest.mark.parametrize("persons", [False, True])
def test_a_point_at_a_category_is_a_number_of_that_category(persons):
    data, tabulations, frame = fine_table()
    means = set(frame["mean"])
    drawn = data[data["score"].isin(means)] if persons else frame
    assert len(drawn) >= 600
    figure, ax = axes()
    ax.plot(drawn["school"], drawn["score"] if persons else drawn["mean"], "o")
    assert bool(unexplained(figure, tabulations)) is persons


@pytest.mark.parametrize(("number", "asked"), [(5, False), (30, True)])
def test_many_lines_from_one_end_to_the_other_are_a_question(number, asked):
    _, tabulations, frame = fine_table()
    figure, ax = axes()
    ax.plot(frame["school"], frame["mean"], "o")
    for mean in sorted(set(frame["mean"]))[:number]:
        ax.axhline(mean)
    assert bool(unexplained(figure, tabulations)) is asked


@pytest.mark.parametrize(
    ("title", "asked"), [("Pupils of 3 and 12", False), ("The best had 91.3", True), ("1.2", True)]
)
def test_a_category_that_is_a_number_is_no_part_of_another_number(title, asked):
    data = DATA.assign(month=DATA.index % 10)
    tabulations, frame = table(["month"], data=data.assign(month=np.where(data["month"] == 0, 12, data["month"])))
    figure, ax = axes()
    ax.plot(frame["month"].astype(int), frame["mean"], "o")
    ax.set_title(title)
    assert bool(unexplained(figure, tabulations)) is asked


@pytest.mark.parametrize(("arrows", "axis", "asked"), [(3, "off", False), (60, "off", True), (3, "on", True)])
def test_a_diagram_of_notes_and_few_arrows_without_axes_raises_no_question(arrows, axis, asked):
    tabulations, frame = table("track")
    figure, ax = axes()
    for place, count in enumerate(frame["n"]):
        ax.text(0.5, place, f"{count:.0f} pupils")
    for score in SCORES[:arrows]:
        ax.annotate("", (0.5, score / 50), (0.5, 0.1), arrowprops={})
    ax.axis(axis)
    assert bool(unexplained(figure, tabulations)) is asked
