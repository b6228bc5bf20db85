"""Figures of published numbers, for a release, and of school effects, for inside only."""

from typing import Any

import numpy as np
import pandas as pd

# Okabe & Ito's colours, which people who are colour-blind can tell apart.
_BLUE, _ORANGE, _GREY = "#0072b2", "#d55e00", "#595959"


def interval_figure(published: pd.DataFrame, *, group: str, label: str) -> Any:  # noqa: ANN401 - matplotlib
    """Means with their 95 % intervals, one line per category, with the number of records below its name.

    `published` is the frame of a registered table with the statistics of a mean interval: what it hides is named and
    not drawn, and every number drawn is rounded as it is published.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - only researchers install it

    rows = published.iloc[::-1].reset_index(drop=True)
    shown = rows[rows["mean"].notna()]
    figure = Figure(figsize=(7, 1.2 + 0.6 * len(rows)), layout="constrained")
    axes = figure.subplots()
    places = shown.index.to_numpy(dtype=float)
    axes.hlines(places, shown["lower_95"], shown["upper_95"], color=_BLUE, linewidth=2)
    axes.plot(shown["mean"], places, "o", color=_BLUE, markersize=7)
    decimals = _decimals(shown["mean"])
    for place, mean in zip(places, shown["mean"], strict=True):
        text = f"{mean:.{decimals}f}"
        axes.annotate(text, (mean, place), xytext=(0, 7), textcoords="offset points", ha="center", color=_BLUE)
    names = [
        f"{name}\nn = {count:.0f}" if not np.isnan(mean) else f"{name}\n(suppressed)"
        for name, count, mean in zip(rows[group], rows["n"], rows["mean"], strict=True)
    ]
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(-0.6, len(rows) - 0.3)
    axes.set_xlabel(f"{label}: mean and 95 % interval")
    _open(axes)
    return figure


def caterpillar_figure(schools: pd.DataFrame, *, label: str) -> Any:  # noqa: ANN401 - matplotlib
    """All schools in a row, lowest effect first, each with its 95 % interval. Every point is one school: inside only.

    Schools whose interval lies above or below zero are in orange, with a triangle instead of a circle.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    rank = np.arange(1, len(schools) + 1)
    effect, half = schools["effect"].to_numpy(), 1.96 * schools["standard_error"].to_numpy()
    apart = np.abs(effect) > half
    for chosen, colour, marker in ((~apart, _GREY, "o"), (apart, _ORANGE, "^")):
        axes.errorbar(
            rank[chosen], effect[chosen], yerr=half[chosen], fmt=marker, color=colour, markersize=4, linewidth=1
        )
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xlabel("schools, from the lowest to the highest effect")
    axes.set_ylabel(label)
    _open(axes)
    return figure


def _open(axes: Any) -> None:  # noqa: ANN401
    axes.spines[["top", "right"]].set_visible(False)


def _decimals(values: "pd.Series[Any]") -> int:
    """The decimals that published values have."""
    return next((d for d in range(6) if np.allclose(values, values.round(d), rtol=0, atol=1e-9)), 6)
