"""Ends and ticks of axes are round, published, or those that matplotlib chooses; others are somebody's numbers."""

import numpy as np
import pytest
from matplotlib.ticker import FormatStrFormatter, MultipleLocator, PercentFormatter, StrMethodFormatter

from output_checks.measuring.figures import unexplained
from output_checks.measuring.figures.scales import is_round
from tests.figure_factories import HIGHEST, LOWEST, SCORES, axes, table


def bars():
    tabulations, frame = table("track")
    figure, ax = axes()
    ax.bar(frame["track"], frame["mean"])
    return figure, ax, tabulations, frame


def round_ends(ax, _):
    ax.set_ylim(20, 100)


def room_above_a_published_number(ax, frame):
    ax.set_ylim(0, 1.1 * frame["mean"].max())


def ends_at_published_numbers(ax, frame):
    ax.set_ylim(frame["mean"].min(), frame["mean"].max())


def ends_of_the_bars(ax, _):
    ax.set_xlim(-0.5, 2.5)


def room_beside_the_names(ax, _):
    ax.set_xticks([0, 1, 2], ["havo", "vmbo", "vwo"])
    ax.set_xlim(-0.6, 2.7)


def more_room(ax, _):
    ax.margins(y=0.1)


def round_ticks(ax, _):
    ax.set_yticks(range(0, 101, 5))


def ticks_at_published_numbers(ax, frame):
    ax.set_yticks(frame["mean"])


def ticks_of_a_locator(ax, _):
    ax.yaxis.set_major_locator(MultipleLocator(5))
    ax.minorticks_on()


def percentages(ax, _):
    ax.yaxis.set_major_formatter(PercentFormatter(100))


def decimals(ax, _):
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:.1f} points"))


def upside_down(ax, _):
    ax.invert_yaxis()


def logarithmic(ax, _):
    ax.set_yscale("log")
    ax.set_ylim(1, 100)


HARMLESS = [
    round_ends,
    room_above_a_published_number,
    ends_at_published_numbers,
    ends_of_the_bars,
    room_beside_the_names,
    more_room,
    round_ticks,
    ticks_at_published_numbers,
    ticks_of_a_locator,
    percentages,
    decimals,
    upside_down,
    logarithmic,
]


@pytest.mark.parametrize("change", HARMLESS)
def test_ends_and_ticks_that_tell_nothing_raise_no_question(change):
    figure, ax, tabulations, frame = bars()
    change(ax, frame)
    assert unexplained(figure, tabulations) == ()


def ends_at_the_lowest_and_highest(ax):
    ax.set_ylim(LOWEST, HIGHEST)


def end_at_the_highest(ax):
    ax.set_ylim(top=HIGHEST)


def end_beside_the_categories(ax):
    ax.set_xlim(-HIGHEST / 100, 2.5)


def ends_of_something_taken_away(ax):
    ax.plot([0, 1], [LOWEST, HIGHEST])[0].remove()


def ends_made_wider(ax):
    ax.update_datalim([(0, HIGHEST)])
    ax.autoscale_view()


def room_that_is_a_number(ax):
    ax.margins(y=HIGHEST / 1000)


def ends_of_axes_within(ax):
    ax.inset_axes([0.5, 0.5, 0.3, 0.3]).set_ylim(LOWEST, HIGHEST)


def ends_of_second_axes(ax):
    ax.twinx().set_ylim(LOWEST, HIGHEST)


def ticks_at_the_lowest_and_highest(ax):
    ax.set_yticks([LOWEST, HIGHEST])


def small_ticks(ax):
    ax.set_yticks([LOWEST, HIGHEST], minor=True)


def ticks_without_numbers(ax):
    ax.set_yticks([LOWEST, HIGHEST], ["lowest", "highest"])


def ticks_at_multiples_of_a_score(ax):
    ax.yaxis.set_major_locator(MultipleLocator(LOWEST))


def names_at_the_scores_of_three(ax):
    ax.set_xticks(SCORES[:3] / 30, ["havo", "vmbo", "vwo"])


def a_number_in_a_format(ax):
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:.0f} (highest 97.3)"))


def a_number_in_an_old_format(ax):
    ax.yaxis.set_major_formatter(FormatStrFormatter("%d of 97.3"))


def percentages_of_a_score(ax):
    ax.yaxis.set_major_formatter(PercentFormatter(HIGHEST))


def ticks_less_a_score(ax):
    ax.ticklabel_format(axis="y", useOffset=HIGHEST)


def a_second_scale(ax):
    ax.secondary_yaxis("right", functions=(lambda y: y * LOWEST, lambda y: y / LOWEST))


def a_scale_to_a_base(ax):
    ax.set_yscale("log", base=LOWEST)


def a_scale_of_ones_own(ax):
    ax.set_yscale("function", functions=(lambda y: y**2, lambda y: np.sqrt(np.maximum(y, 0))))


def a_side_at_a_score(ax):
    ax.spines["left"].set_position(("data", SCORES[0] / 100))


def a_side_from_the_lowest_to_the_highest(ax):
    ax.spines["left"].set_bounds(LOWEST, HIGHEST)


HARMFUL = [
    ends_at_the_lowest_and_highest,
    end_at_the_highest,
    end_beside_the_categories,
    ends_of_something_taken_away,
    ends_made_wider,
    room_that_is_a_number,
    ends_of_axes_within,
    ends_of_second_axes,
    ticks_at_the_lowest_and_highest,
    small_ticks,
    ticks_without_numbers,
    ticks_at_multiples_of_a_score,
    names_at_the_scores_of_three,
    a_number_in_a_format,
    a_number_in_an_old_format,
    percentages_of_a_score,
    ticks_less_a_score,
    a_second_scale,
    a_scale_to_a_base,
    a_scale_of_ones_own,
    a_side_at_a_score,
    a_side_from_the_lowest_to_the_highest,
]


@pytest.mark.parametrize("change", HARMFUL)
def test_ends_and_ticks_at_unpublished_numbers_are_a_question(change):
    figure, ax, tabulations, _ = bars()
    assert unexplained(figure, tabulations) == ()
    change(ax)
    assert unexplained(figure, tabulations)


@pytest.mark.parametrize(
    ("number", "ends", "expected"),
    [
        (20, (20, 100), True),
        (23, (23, 97), False),
        (97, (23, 97), False),
        (0.5, (0, 3), True),
        (0.53, (0, 3), False),
        (2020, (2019, 2022), True),
        (1000, (0, 50_000), False),
        (5000, (0, 50_000), True),
        (3, (3, 3), False),
    ],
)
def test_a_number_is_round_as_a_multiple_of_about_a_tenth_of_the_scale(number, ends, expected):
    assert bool(is_round(np.array([number], dtype=float), ends)[0]) is expected
