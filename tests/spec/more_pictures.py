"""Further disclosures by figures and files."""

import json
import zipfile

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from openpyxl import Workbook

from tests.spec.planting import planted, pupils


def bars(release, data=None):
    """A safe table of means and a bar for each, as the tests then add something to."""
    data = pupils() if data is None else data
    table = release.table("t", data, by="track", value="score", statistic="mean").frame
    figure = Figure()
    axes = figure.subplots()
    axes.bar(table["track"], table["mean"].round(1))
    return figure, axes, data


@planted("everybody's score and hours")
def a_scatter_plot(release):
    figure, axes, data = bars(release)
    axes.scatter(data["hours"], data["score"])
    return release.figure("f", figure, of="t")


@planted("everybody's score, as far as the eye can tell")
def a_histogram_finer_than_its_table(release):
    figure, axes, data = bars(release)
    axes.hist(data["score"], bins=200)
    return release.figure("f", figure, of="t")


@planted("the outlying scores")
def a_box_plot(release):
    figure, axes, data = bars(release)
    axes.boxplot(data["score"])
    return release.figure("f", figure, of="t")


@planted("the lowest and highest score")
def limits_of_an_axis(release):
    figure, axes, data = bars(release)
    axes.set_ylim(data["score"].min(), data["score"].max())
    return release.figure("f", figure, of="t")


@planted("the lowest and highest score")
def ticks_of_an_axis(release):
    figure, axes, data = bars(release)
    axes.set_yticks([data["score"].min(), data["score"].max()])
    return release.figure("f", figure, of="t")


@planted("the highest score")
def a_number_in_a_title(release):
    figure, axes, data = bars(release)
    axes.set_title(f"Highest score: {data['score'].max()}")
    return release.figure("f", figure, of="t")


@planted("one pupil's score")
def a_note_in_a_figure(release):
    figure, axes, data = bars(release)
    axes.annotate(f"pupil of school {data['location'][7]}: {data['score'][7]}", (0.2, 0.4))
    return release.figure("f", figure, of="t")


@planted("a count of 3")
def a_number_in_a_legend(release):
    figure, axes, _ = bars(release)
    axes.plot([], [], label="pro (n = 3)")
    axes.legend()
    return release.figure("f", figure, of="t")


@planted("a mean that its table hides")
def a_bar_that_is_hidden_in_the_table(release):
    data = pupils()
    data.loc[[0, 1, 2, 20], "track"] = "pro"
    release.table("t", data, by="track", value="score", statistic="mean", suppress=True)
    means = data.groupby("track")["score"].mean().round(1)
    figure = Figure()
    figure.subplots().bar(means.index, means)
    return release.figure("f", figure, of="t")


@planted("everybody's place")
def a_map_of_hexagons(release):
    figure, axes, data = bars(release)
    axes.hexbin(data["hours"], data["score"], gridsize=60)
    return release.figure("f", figure, of="t")


@planted("everybody's score")
def a_heat_map_of_records(release):
    figure, axes, data = bars(release)
    axes.imshow(data["score"].to_numpy().reshape(25, 40))
    return release.figure("f", figure, of="t")


@planted("where the outlying scores are")
def a_density(release):
    figure, axes, data = bars(release)
    axes.plot(np.sort(data["score"]), np.linspace(0, 1, 1000))
    return release.figure("f", figure, of="t")


@planted("two pupils' scores, by the edges of its bins")
def a_figure_of_a_table_that_needs_review(release):
    data = pupils().assign(score=lambda d: (20 + 60 * d.index / 999).round(3))
    data["bin"] = pd.cut(data["score"], 5)
    counted = release.table("t", data, by="bin").frame
    figure = Figure()
    figure.subplots().bar(counted["bin"].astype(str), counted["n"])
    return release.figure("f", figure, of="t")


@planted("one pupil's score")
def a_line_across(release):
    figure, axes, data = bars(release)
    axes.axhline(data["score"].max())
    return release.figure("f", figure, of="t")


@planted("the highest score")
def a_number_beside_the_axes(release):
    figure, _, data = bars(release)
    figure.text(0.01, 0.01, f"max {data['score'].max()}", fontsize=1)
    return release.figure("f", figure, of="t")


@planted("the highest score")
def a_number_as_the_name_of_a_tick(release):
    figure, axes, data = bars(release)
    axes.yaxis.set_major_formatter(lambda at, _: f"{at:.0f} (highest {data['score'].max()})")
    return release.figure("f", figure, of="t")


@planted("a deviation that no table publishes")
def intervals_of_ones_own(release):
    figure, axes, data = bars(release)
    means = data.groupby("track")["score"].agg(["mean", "min", "max"])
    axes.errorbar(means.index, means["mean"], yerr=[means["mean"] - means["min"], means["max"] - means["mean"]])
    return release.figure("f", figure, of="t")


@planted("the lowest and highest score")
def an_area_between(release):
    figure, axes, data = bars(release)
    axes.fill_between([0, 2], data["score"].min(), data["score"].max(), alpha=0.1)
    return release.figure("f", figure, of="t")


@planted("3 pupils' scores, as the widths of the bars")
def widths_of_bars(release):
    data = pupils()
    table = release.table("t", data, by="track", value="score", statistic="mean").frame
    figure = Figure()
    figure.subplots().bar(table["track"], table["mean"].round(1), width=data["score"].head(3) / 100)
    return release.figure("f", figure, of="t")


@planted("a pupil's score, as where a bar stands")
def places_of_bars(release):
    data = pupils()
    table = release.table("t", data, by="track", value="score", statistic="mean").frame
    figure = Figure()
    figure.subplots().bar(data["score"].head(3), table["mean"].round(1))
    return release.figure("f", figure, of="t")


@planted("where every pupil lives")
def a_map(release):
    figure, axes, data = bars(release)
    axes.fill(data["hours"].head(3), data["score"].head(3))
    return release.figure("f", figure, of="t")


@planted("everything")
def rows_in_a_hidden_sheet(release):
    book = Workbook()
    sheet = book.active
    sheet.append(["track", "n"])
    for row in (["vmbo", 334], ["havo", 333], ["vwo", 333]):
        sheet.append(row)
    hidden = book.create_sheet("data")
    hidden.sheet_state = "veryHidden"
    for row in pupils()[["pupil", "school", "score"]].itertuples(index=False):
        hidden.append(list(row))
    path = release.folder / "report.xlsx"
    book.save(path)
    return release.file("f", path)


@planted("everything")
def rows_behind_a_picture(release):
    figure, _, data = bars(release)
    path = release.folder / "picture.png"
    figure.savefig(path)
    path.write_bytes(path.read_bytes() + data.to_csv(index=False).encode())
    return release.file("f", path)


@planted("everything")
def rows_in_an_archive(release):
    path = release.folder / "results.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("rows.csv", pupils().to_csv(index=False))
    return release.file("f", path)


@planted("everything")
def rows_in_a_notebook(release):
    path = release.folder / "analysis.ipynb"
    shown = {"output_type": "execute_result", "data": {"text/html": pupils(20).to_html()}}
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "outputs": [shown]}]}), encoding="utf-8")
    return release.file("f", path)


@planted("everything")
def rows_under_another_extension(release):
    path = release.folder / "notes.txt"
    pupils(20).to_csv(path, index=False)
    return release.file("f", path)


@planted("counts of few")
def a_table_made_elsewhere(release):
    path = release.folder / "table.csv"
    pd.crosstab(pupils(40)["location"], pupils(40)["track"]).to_csv(path)
    return release.file("f", path)
