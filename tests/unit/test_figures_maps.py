"""Maps: the shapes of areas are no data, their colours are."""

import numpy as np
import pytest
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PatchCollection, PolyCollection
from matplotlib.colors import BoundaryNorm, Normalize
from matplotlib.patches import Polygon

from output_checks.measuring.figures import unexplained
from tests.figure_factories import HIGHEST, LOWEST, SCORES, axes, squares, table, wide

TABLES, FRAME = table("track")


def coloured(values, *, number=3, **how):
    """A map with areas in the colours of these values."""
    figure, ax = axes()
    areas = PatchCollection([Polygon(corners) for corners in squares(number)], **how)
    areas.set_array(np.asarray(values, dtype=float))
    ax.add_collection(areas)
    ax.autoscale_view()
    return figure, ax, areas


def test_areas_in_the_colours_of_published_means_raise_no_question():
    figure, _, areas = coloured(FRAME["mean"])
    figure.colorbar(areas, label="mean score")
    assert unexplained(figure, TABLES) == ()


def test_areas_in_the_colours_of_other_numbers_are_a_question():
    assert unexplained(coloured(SCORES[:3])[0], TABLES)


def test_more_areas_than_cells_are_a_question():
    assert unexplained(coloured(np.repeat(FRAME["mean"], 3), number=9)[0], TABLES)


def test_areas_coloured_by_hand_are_a_question():
    figure, ax = axes()
    shades = [[score / 100, 0.2, 0.2] for score in SCORES[:3]]
    ax.add_collection(PatchCollection([Polygon(corners) for corners in squares(3)], facecolor=shades))
    assert unexplained(figure, TABLES)


@pytest.mark.parametrize(("without", "asked"), [(1, False), (2, True)])
def test_areas_without_a_number_are_a_background_where_there_are_cells_for_them(without, asked):
    figure, ax, _ = coloured(FRAME["mean"][:2], number=2)
    ax.add_collection(PolyCollection(squares(without), facecolor="lightgrey"))
    ax.autoscale_view()
    assert bool(unexplained(figure, TABLES)) is asked


def test_areas_alone_without_a_number_are_a_question():
    figure, ax = axes()
    ax.add_collection(PolyCollection(squares(2), facecolor="lightgrey"))
    assert unexplained(figure, TABLES)


@pytest.mark.parametrize(("ends", "asked"), [((40, 60), False), ((LOWEST, HIGHEST), True)])
def test_colours_begin_and_end_at_round_numbers_or_are_a_question(ends, asked):
    figure, _, areas = coloured(FRAME["mean"])
    areas.set_clim(*ends)
    assert bool(unexplained(figure, TABLES)) is asked


@pytest.mark.parametrize(("bounds", "asked"), [([40, 45, 50, 55, 60], False), ([40, SCORES[0] + 0.017, 60], True)])
def test_colours_in_steps_are_at_round_numbers_or_a_question(bounds, asked):
    figure, _, areas = coloured(FRAME["mean"], norm=BoundaryNorm(bounds, 256))
    figure.colorbar(areas)
    assert bool(unexplained(figure, TABLES)) is asked


def ticks(figure, areas):
    figure.colorbar(areas).set_ticks([FRAME["mean"].min() + 0.0137])


def a_line(figure, areas):
    figure.colorbar(areas).ax.axhline(FRAME["mean"].min() + 0.0137)


def a_label(figure, areas):
    figure.colorbar(areas).set_label("up to 97.31")


def of_something_else(figure, areas):
    figure.colorbar(ScalarMappable(Normalize(LOWEST, HIGHEST)), ax=areas.axes)


@pytest.mark.parametrize("spoil", [ticks, a_line, a_label, of_something_else])
def test_a_scale_of_colours_with_other_numbers_is_a_question(spoil):
    figure, _, areas = coloured(FRAME["mean"])
    spoil(figure, areas)
    assert unexplained(figure, TABLES)


def test_points_in_the_colours_of_other_numbers_are_a_question():
    for colours, asked in ((FRAME["mean"], False), (SCORES[:3], True)):
        figure, ax = axes()
        ax.scatter(FRAME["track"], FRAME["mean"], c=colours)
        assert bool(unexplained(figure, TABLES)) is asked


def test_a_hexagon_map_of_records_is_a_question():
    figure, ax = axes()
    ax.hexbin(SCORES, SCORES[::-1], gridsize=30)
    assert unexplained(figure, TABLES)


@pytest.mark.parametrize("draw", ["imshow", "pcolormesh"])
def test_a_coloured_table_of_published_means_raises_no_question_and_one_of_scores_does(draw):
    tabulations, frame = table(["track", "sex"])
    means = wide(frame, "track", "sex")
    for values, asked in ((means.to_numpy(), False), (SCORES[:6].reshape(3, 2), True)):
        figure, ax = axes()
        figure.colorbar(getattr(ax, draw)(values))
        middle = 0.5 if draw == "pcolormesh" else 0.0
        ax.set_xticks(np.arange(2) + middle, means.columns)
        ax.set_yticks(np.arange(3) + middle, means.index)
        assert bool(unexplained(figure, tabulations)) is asked


def test_a_coloured_table_that_is_stretched_by_a_score_is_a_question():
    figure, ax = axes()
    ax.imshow(FRAME["mean"].to_numpy()[:, None], extent=(0, 1, LOWEST, HIGHEST))
    assert unexplained(figure, TABLES)
    figure, ax = axes()
    ax.pcolormesh([0, *np.cumsum(SCORES[:3])], [0, 1], FRAME["mean"].to_numpy()[None, :])
    assert unexplained(figure, TABLES)
