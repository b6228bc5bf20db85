"""A density as a table: one row per point of a curve, with the units around it and on either side of it."""

from collections.abc import Iterable, Sequence

import numpy as np

from output_checks.measuring.densities import Curve
from output_checks.measuring.inside import Facts
from output_checks.measuring.named import named_by_keys
from output_checks.measuring.units import UnitRows, sum_of_hashes
from output_checks.model.evidence import CellStatus, Fact, FactName, Floats, Origin, Tabulation
from output_checks.model.statistic import Statistic


def tabulate_density(
    curves: Sequence[Curve], rows: UnitRows, *, value: str, by: Sequence[str], population: str = "all records"
) -> tuple[Tabulation, ...]:
    """The count behind each curve, and the density, over the points of all curves.

    The points are no parts of a whole: every one is about all records of its group, as a term of a model is.
    """
    cells = tuple((*curve.group, text) for curve in curves for text in point_texts(curve.points))
    sizes = [len(curve.points) for curve in curves]
    steps = [decimals_of(curve.step()) for curve in curves]
    first = np.repeat(np.cumsum([0, *sizes[:-1]]), [len(curve.rows) for curve in curves]).astype(np.int32)
    chosen = np.concatenate([curve.rows for curve in curves])
    place = np.empty(len(chosen), dtype=np.int32)
    place[chosen] = first
    values = np.empty(len(chosen))
    values[chosen] = np.concatenate([curve.values for curve in curves])
    count = _behind(curves, rows, by=by, value=value) | named_by_keys(rows, cells)

    def tabulation(statistic: Statistic, numbers: Floats, facts: Facts, decimals: int) -> Tabulation:
        return Tabulation(
            statistic=statistic,
            variable=value,
            by=(*by, value),
            cells=cells,
            values=numbers,
            status=(CellStatus.PUBLISHED,) * len(cells),
            decimals=decimals,
            facts=tuple(
                Fact(name=name, of=of, values=array, origin=Origin.COMPUTED) for (name, of), array in facts.items()
            ),
            population=population,
            data=rows.fingerprint,
            sketch=rows.sketch,
            parts=False,
            members=rows.members(place, values=values) if statistic is Statistic.COUNT else None,
        )

    density = np.concatenate([curve.published() for curve in curves])
    return (
        tabulation(Statistic.COUNT, count[FactName.RECORDS, ""], count, 0),
        tabulation(Statistic.DENSITY, density, _around(curves, density), max(steps)),
    )


def decimals_of(step: float) -> int:
    """How many decimals it takes to write multiples of this."""
    return len(np.format_float_positional(step, trim="-").partition(".")[2])


def point_texts(points: Floats) -> list[str]:
    """The points in plain digits, as they stand in the table."""
    return [np.format_float_positional(point + 0.0, trim="-") for point in points.tolist()]


def _behind(curves: Sequence[Curve], rows: UnitRows, *, by: Sequence[str], value: str) -> Facts:
    """What stands behind each curve as a whole, repeated at each of its points."""
    sizes = np.array([len(curve.points) for curve in curves])
    members = [sum_of_hashes(rows.hashes[curve.rows], np.zeros(len(curve.rows), dtype=int), 1)[0] for curve in curves]
    facts: Facts = {
        (FactName.RECORDS, ""): np.repeat([float(len(curve.rows)) for curve in curves], sizes),
        (FactName.MEMBERS, ""): np.repeat(members, sizes),
        (FactName.SHARE_OF_LINE, value): np.zeros(int(sizes.sum())),
    }
    for level in rows.codes:
        units = np.array([float(len(np.unique(curve.units[level]))) for curve in curves])
        facts[FactName.CONTRIBUTORS, level] = np.repeat(units, sizes)
    finest = next(iter(rows.codes))
    units = np.array([float(len(np.unique(curve.units[finest]))) for curve in curves])
    for position, name in enumerate(by):
        lines = [curve.group[:position] + curve.group[position + 1 :] for curve in curves]
        totals = [sum(number for number, other in zip(units, lines, strict=True) if other == line) for line in lines]
        facts[FactName.SHARE_OF_LINE, name] = np.repeat(units / totals, sizes)
    return facts


def _around(curves: Sequence[Curve], density: Floats) -> Facts:
    """What stands around each point. Where the curve is published as 0 nobody is the largest: nothing is shown."""
    facts: Facts = {
        (FactName.RECORDS, ""): _joined(np.full(len(curve.points), float(len(curve.rows))) for curve in curves),
        (FactName.DISTINCT_VALUES, ""): _joined(
            np.full(len(curve.points), float(len(np.unique(curve.values)))) for curve in curves
        ),
        (FactName.HIDDEN_BY_ROUNDING, ""): _joined(
            np.full(len(curve.points), curve.step() / curve.most_of_one()) for curve in curves
        ),
    }
    for level in curves[0].units:
        facts[FactName.CONTRIBUTORS, level] = _joined(curve.within_bandwidth(level) for curve in curves)
        facts[FactName.RARE_SIDE, level] = _joined(curve.at_the_rarest(level) for curve in curves)
        facts[FactName.AT_OR_BELOW, level] = _joined(curve.at_or_below(level) for curve in curves)
        facts[FactName.AT_OR_ABOVE, level] = _joined(curve.at_or_above(level) for curve in curves)
        parts = [curve.contributions(level) for curve in curves]
        total, largest, second = (_joined(part[number] for part in parts) for number in range(3))
        facts[FactName.TOTAL, level] = total
        facts[FactName.LARGEST, level] = np.where(density > 0, largest, 0.0)
        facts[FactName.SECOND_LARGEST, level] = np.where(density > 0, second, 0.0)
    return facts


def _joined(parts: Iterable[Floats]) -> Floats:
    return np.concatenate(list(parts))
