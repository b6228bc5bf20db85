"""Releases of several tables, some perturbed, against somebody with a solver and nothing of ours but the files."""

import io
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from output_checks.model.finding import Outcome
from output_checks.release import Release
from tests.unit.test_mending import UNITS

_SIZES = {"a": 2, "b": 3, "c": 2}
_WIDTH = 10
_EVERY = list(product(*[[f"{name}{at}" for at in range(size)] for name, size in _SIZES.items()]))
_WAYS = (
    {},
    {"suppress": True},
    {"protect": "round", "round": 25},
    {"protect": "round", "round": 41},
    {"protect": "midpoint", "round": 21},
    {"protect": "cell key", "noise": {"variance": 12, "deviation": 24}},
)


def invented(rng):
    """Pupils of three variables, some of whose combinations are small."""
    sizes = rng.choice([2, 5, 8, 15, 30, 45], len(_EVERY))
    rows = [combination for combination, size in zip(_EVERY, sizes, strict=True) for _ in range(size)]
    made = pd.DataFrame(rows, columns=list(_SIZES))
    return made.assign(pupil=[f"p{at}" for at in range(len(made))], school=[f"s{at % 9}" for at in range(len(made))])


def published(release, data, rng):
    """What of up to three random tables passes, as files: (file, variables, selection, way, exact counts by cell)."""
    found = []
    for number in range(3):
        by = list(rng.choice(list(_SIZES), rng.integers(1, 4), replace=False))
        chosen = rng.choice(["", "a0", "b1"])
        records = data[(data == chosen).any(axis=1)] if chosen else data
        way = _WAYS[rng.integers(len(_WAYS))]
        margins = bool(rng.integers(2))
        table = release.table(f"t{number}", records, by=by, population=chosen or "all", margins=margins, **way)
        found.append((table, by, chosen, way))
    report = release.check()
    return [item for item in found if report.of(item[0].output.name).outcome is not Outcome.FAIL], report


def behind(number, way):
    """Between which counts the true one is certain to be possible, by the definitions of the methods alone."""
    if way.get("protect") == "round":
        return max(0, number - (way["round"] - 1) // 2), number + (way["round"] - 1) // 2
    if way.get("protect") == "midpoint":
        return (number - 10, number + 10) if number else (0, 0)
    if way.get("protect") == "cell key":
        return (max(1, number - 24), number + 24) if number else (0, 24)
    return number, number


def attacked(files):
    """Rows over all combinations with the interval of each published number, and the rows of perturbed tables."""
    rows, low, high, sensitive = [], [], [], []
    for table, by, chosen, way in files:
        (content,) = table.files.values()
        frame = pd.read_csv(io.BytesIO(content), dtype=str)
        for _, cell in frame.iterrows():
            inside = [all(cell[name] in ("Total", part[list(_SIZES).index(name)]) for name in by) for part in _EVERY]
            row = np.array(
                [within and (not chosen or chosen in part) for within, part in zip(inside, _EVERY, strict=True)]
            )
            if cell["n"] != "x":
                least, most = behind(int(cell["n"]), way)
                rows.append(row.astype(float))
                low.append(least)
                high.append(most)
            if "protect" in way:
                sensitive.append((table.output.name, row.astype(float)))
    return rows, low, high, sensitive


def width_of(row, rows, low, high):
    """How far apart two tables of whole numbers that fit everything are in a cell."""
    ends = []
    for sign in (1, -1):
        result = optimize.milp(
            sign * row,
            constraints=[optimize.LinearConstraint(np.array(rows), low, high)],
            integrality=np.ones(len(row)),
            bounds=optimize.Bounds(0, 500),
        )
        assert result.x is not None
        ends.append(row @ np.round(result.x))
    return ends[1] - ends[0]


@pytest.mark.parametrize("seed", range(6))
def test_no_small_count_of_a_release_that_passes_is_narrowed_down_from_its_files(tmp_path, seed):
    rng = np.random.default_rng(seed)
    data = invented(rng)
    release = Release("s", folder=tmp_path / "draft", units=UNITS, author="researcher")
    files, report = published(release, data, rng)
    passed = {table.output.name for table, *_ in files if report.of(table.output.name).outcome is Outcome.PASS}
    sizes = data.groupby(list(_SIZES)).size().reindex(_EVERY, fill_value=0).to_numpy()
    rows, low, high, perturbed = attacked(files)
    for name, row in perturbed:
        if name in passed and 0 < row @ sizes < _WIDTH:
            assert width_of(row, rows, low, high) >= _WIDTH
