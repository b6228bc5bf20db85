"""A figure may draw what its table publishes, and nothing else without a question."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from output_checks.measuring.figures import unexplained
from output_checks.measuring.statistics import statistics_named
from output_checks.measuring.table import tabulate
from output_checks.rendering.csv import published_frame
from tests.factories import UNITS, pupils

TABLES = tabulate(pupils(900), by=["track"], value="score", statistics=statistics_named("mean interval"), units=UNITS)
PUBLISHED = published_frame(TABLES)


def figure():
    made = Figure()
    return made, made.subplots()


def honest():
    made, axes = figure()
    places = np.arange(len(PUBLISHED))
    axes.bar(places, PUBLISHED["mean"])
    axes.errorbar(
        places,
        PUBLISHED["mean"],
        yerr=[PUBLISHED["mean"] - PUBLISHED["lower_95"], PUBLISHED["upper_95"] - PUBLISHED["mean"]],
        fmt="o",
    )
    axes.set_xticks(places, [f"{t}\nn = {n:.0f}" for t, n in zip(PUBLISHED["track"], PUBLISHED["n"], strict=True)])
    for place, mean in zip(places, PUBLISHED["mean"], strict=True):
        axes.text(place, mean, f"{mean:.1f}")
    axes.axhline(0)
    return made, axes


def test_bars_intervals_and_labels_of_published_numbers_raise_no_question():
    assert unexplained(honest()[0], TABLES) == ()


def scatter(axes):
    data = pupils(900)
    axes.scatter(range(len(data)), data["score"])


def line_of_scores(axes):
    axes.plot(pupils(900)["score"].to_numpy())


def an_unpublished_bar(axes):
    axes.bar([9], [43.21])


def a_number_in_a_label(axes):
    axes.text(0, 0, "lowest score 12.3")


def secrets_along_the_other_axis(axes):
    """Every x is published; the y are the secrets."""
    axes.plot([PUBLISHED["mean"][0]] * 3, [41.3, 55.2, 60.1], "o")


def a_number_in_the_title(axes):
    axes.set_title("The best pupil had 97.3")


def a_number_at_a_tick(axes):
    axes.set_xticks([0, 1, 2], ["havo", "vmbo", "vwo: lowest 12.3"])


def scores_between_named_ticks(axes):
    axes.plot([0.0] * 30, np.linspace(0, 90, 30), "o")
    axes.set_yticks([0, 45, 90], ["low", "middle", "high"])


def scores_around_a_category(axes):
    axes.plot(np.linspace(-0.4, 0.4, 40), [PUBLISHED["mean"][0]] * 40, "o")


def scores_on_an_axis_without_labels(axes):
    axes.plot([0.0] * 30, pupils(30)["score"], "o")
    axes.yaxis.set_major_formatter(lambda value, place: "")


def a_number_with_its_word(axes):
    axes.text(0, 0, "7pupils")


def a_minor_tick(axes):
    axes.set_xticks([0.5], ["n = 7"], minor=True)


def sizes_of_points(axes):
    axes.scatter([0, 1], list(PUBLISHED["mean"][:2]), s=[7, 93])


def an_inset(axes):
    axes.inset_axes([0.5, 0.5, 0.4, 0.4]).plot(pupils(20)["score"].to_numpy(), "o")


def outside_the_axes(axes):
    from matplotlib.lines import Line2D

    axes.figure.add_artist(Line2D([0.1, 0.43, 0.97], [0.2, 0.7, 0.3]))


def a_picture(axes):
    axes.imshow(np.ones((3, 3)))


def an_area(axes):
    axes.fill_between([0, 1], [0, 1])


def integer_points(axes):
    axes.scatter(np.arange(500) % 60, np.arange(500) % 45)


@pytest.mark.parametrize(
    "spoil",
    [
        scatter,
        line_of_scores,
        an_unpublished_bar,
        a_number_in_a_label,
        a_picture,
        an_area,
        integer_points,
        secrets_along_the_other_axis,
        a_number_in_the_title,
        a_number_at_a_tick,
        scores_between_named_ticks,
        scores_around_a_category,
        scores_on_an_axis_without_labels,
        a_number_with_its_word,
        a_minor_tick,
        sizes_of_points,
        an_inset,
        outside_the_axes,
    ],
)
def test_anything_else_is_a_question(spoil):
    made, axes = honest()
    spoil(axes)
    assert unexplained(made, TABLES)


def test_years_and_the_level_of_an_interval_are_no_secrets():
    made, axes = honest()
    axes.set_title("Growth in 2023, mean and 95 % interval")
    assert unexplained(made, TABLES) == ()


def test_a_line_over_numeric_categories_raises_no_question():
    """Years are categories too: they stand on an ordinary numeric axis."""
    data = pupils(900).assign(year=lambda d: 2019 + d.index % 3)
    tables = tabulate(data, by=["year"], value="score", statistics=statistics_named("mean"), units=UNITS)
    published = published_frame(tables)
    made, axes = figure()
    axes.plot(published["year"].astype(int), published["mean"])
    assert unexplained(made, tables) == ()
    axes.plot([2019.5], [published["mean"][0]], "o")
    assert unexplained(made, tables)


def test_a_figure_inside_a_figure_is_read_too():
    made = Figure()
    left, right = made.subfigures(1, 2)
    left.subplots().bar(np.arange(len(PUBLISHED)), PUBLISHED["mean"])
    left.axes[0].set_xticks(np.arange(len(PUBLISHED)), PUBLISHED["track"])
    assert unexplained(made, TABLES) == ()
    right.suptitle("n = 7")
    assert unexplained(made, TABLES)


def test_error_bars_with_caps_raise_no_question():
    made, axes = figure()
    half = [PUBLISHED["mean"] - PUBLISHED["lower_95"], PUBLISHED["upper_95"] - PUBLISHED["mean"]]
    axes.errorbar(PUBLISHED["track"], PUBLISHED["mean"], yerr=half, fmt="o", capsize=4)
    assert unexplained(made, TABLES) == ()
