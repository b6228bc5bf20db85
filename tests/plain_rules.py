"""Rules worked out again in plain Python from the records of a cell: no arrays, no facts, nothing of the package.

Slow and obvious. A record is a dictionary with its pupil, school, categories, value `v`, denominator `d` and weight
`w`; missing is None. Limits are those of a policy by name, per unit level.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, TypeAlias

Record: TypeAlias = Mapping[str, Any]
Cell: TypeAlias = tuple[str | None, ...]
Limits: TypeAlias = Mapping[str, Mapping[str, float]]
Flag: TypeAlias = tuple[str, str, Cell]
"""Code of the rule, `fail` or `review`, and the cell."""
LEVELS = ("pupil", "school")
MISSING = "(missing)"

LINEAR, SHAPE, POSITION, END = "linear", "shape", "position", "end"
FAMILY = {
    "count": "count",
    "percent of row": "percentage",
    "percent of column": "percentage",
    "percent of total": "percentage",
    "cumulative count": "cumulative",
    "cumulative percent": "cumulative",
    "share": LINEAR,
    "percentage": LINEAR,
    "sum": LINEAR,
    "mean": LINEAR,
    "standard deviation": LINEAR,  # judged by the total: who is most of it is furthest from the mean
    "skewness": SHAPE,
    "kurtosis": SHAPE,
    "weighted sum": "weighted",
    "weighted mean": "weighted",
    "weighted count": "weighted count",
    "ratio": "ratio",
    "minimum": END,
    "maximum": END,
    "range": END,
    "median": POSITION,
    "percentile 10": POSITION,
    "percentile 25": POSITION,
    "percentile 75": POSITION,
    "percentile 90": POSITION,
    "mode": "mode",
    "gini": "concentration",
    "concentration ratio": "concentration",
    "top decile share": "concentration",
}


def cells_of(records: Sequence[Record], by: Sequence[str], *, margins: bool) -> list[Cell]:
    """Every combination of the categories that occur, and the totals."""
    parts: list[list[str | None]] = []
    for name in by:
        found: list[str | None] = [*sorted({category(record, name) for record in records})]
        parts.append([*found, *([None] if margins else [])])
    return list(product(*parts))


def category(record: Record, name: str) -> str:
    return MISSING if record[name] is None else str(record[name])


def inside(records: Iterable[Record], by: Sequence[str], cell: Cell) -> list[Record]:
    return [
        record
        for record in records
        if all(part is None or category(record, name) == part for name, part in zip(by, cell, strict=True))
    ]


def units(records: Iterable[Record], level: str) -> int:
    return len({record[level] for record in records})


def flags(
    records: Sequence[Record],
    *,
    by: Sequence[str],
    margins: bool,
    statistic: str,
    asked: Sequence[str],
    limits: Limits,
    of_value: bool,
    of_second: bool = False,
    decimals: int = 0,
) -> set[Flag]:
    """What the rules must say of every cell of one statistic; `asked` are the statistics of the whole table."""
    family = FAMILY[statistic]
    valid = [record for record in records if not of_value or record["v"] is not None]
    if of_second:
        valid = [record for record in valid if record["d"] is not None]
    found: set[Flag] = set()
    for cell in cells_of(records, by, margins=margins):
        of_cell = inside(valid, by, cell)
        judge: Callable[..., Iterator[tuple[str, str]]] = _JUDGES[family]
        found |= {
            (code, outcome, cell)
            for code, outcome in judge(
                of_cell, limits, valid=valid, by=by, cell=cell, statistic=statistic, asked=asked, decimals=decimals
            )
        }
        weighed = [record for record in of_cell if record["w"] > 0] if family.startswith("weighted") else of_cell
        found |= {("THR1", "fail", cell) for level in LEVELS if few(units(weighed, level), limits[level])}
    # The gravest alone: a cell that fails a rule for pupils is not under review by it for schools.
    return found - {(code, "review", cell) for code, outcome, cell in found if outcome == "fail"}


def few(number: float, limits: Mapping[str, float]) -> bool:
    return 0 < number < limits["minimum_contributors"]


# --- one family of statistics each -----------------------------------------------------------------------------------


def _count(of_cell: Sequence[Record], limits: Limits, *, valid: Any, by: Any, cell: Cell, **_: Any) -> Any:
    """Class disclosure: pupils in the cell as a share of those in the parts of its line, along each variable."""
    for position, name in enumerate(by):
        if cell[position] is None or not of_cell:
            continue
        parts = defaultdict(set)
        line = inside(valid, by, tuple(None if at == position else part for at, part in enumerate(cell)))
        for record in line:
            parts[category(record, name)].add(record["pupil"])
        share = Fraction(units(of_cell, "pupil"), sum(map(len, parts.values())))
        if share * 100 >= Fraction(limits["pupil"]["class_disclosure_percent"]):
            yield "CLS1", "fail"
        elif share * 100 >= Fraction(limits["pupil"]["class_disclosure_review_percent"]):
            yield "CLS1", "review"


def _percentage(
    of_cell: Sequence[Record], limits: Limits, *, valid: Any, by: Any, cell: Cell, statistic: str, **_: Any
) -> Any:
    """The rest of a percentage: units in the other innermost cells of what it is a percentage of."""
    whole = {"percent of row": [len(by) - 1], "percent of column": [0], "percent of total": range(len(by))}[statistic]
    if all(cell[position] is None for position in whole):
        return
    # Units are added up over the cells of the total, as their counts are.
    for level in LEVELS:
        own = units(of_cell, level)
        parts = {
            tuple(category(record, by[at]) if at in whole else cell[at] for at in range(len(by)))
            for record in inside(valid, by, tuple(None if at in whole else part for at, part in enumerate(cell)))
        }
        total = sum(units(inside(valid, by, part), level) for part in parts)
        if few(total - own, limits[level]):
            yield "PCT1", "fail"


def _cumulative(of_cell: Sequence[Record], limits: Limits, **_: Any) -> Any:
    """Nothing but the units behind it, which `flags` counts."""
    return iter(())


def _magnitude(
    of_cell: Sequence[Record],
    limits: Limits,
    *,
    asked: Sequence[str],
    statistic: str,
    amount: Callable[[Record], float] = lambda record: record["v"],
    **_: Any,
) -> Any:
    values = [record["v"] for record in of_cell]
    if 0 < len(set(values)) < limits["pupil"]["minimum_distinct_values"]:
        yield "CLS2", "fail"
    for level in LEVELS:
        rarest = _rarest(of_cell, level)
        if len(set(values)) <= _few_values(asked) and few(rarest, limits[level]):
            yield "THR2", "fail"
        if few(_away(of_cell, level, lambda record: record["v"]), limits[level]):
            yield "THR3", "fail"
        if FAMILY[statistic] != SHAPE:
            yield from _dominance(of_cell, level, limits, amount)


def _concentration(of_cell: Sequence[Record], limits: Limits, *, statistic: str, **how: Any) -> Any:
    yield from _magnitude(of_cell, limits, statistic=statistic, **how)
    pupils = units(of_cell, "pupil")
    top = {"concentration ratio": min(pupils, 4), "top decile share": math.ceil(Fraction(pupils, 10))}
    if few(top.get(statistic, math.inf), limits["pupil"]):
        yield "EXT5", "fail"


def _weighted(of_cell: Sequence[Record], limits: Limits, **how: Any) -> Any:
    counting = [record for record in of_cell if record["w"] > 0]
    yield from _magnitude(counting, limits, amount=lambda record: record["w"] * record["v"], **how)
    for level in LEVELS:
        if few(_away(of_cell, level, lambda record: record["w"]), limits[level]):
            yield "THR3", "fail"
        if few(units(counting, level), limits[level]):
            yield "RAT1", "fail"
        yield from _dominance(counting, level, limits, lambda record: record["w"], ("RAT2", "RAT3"))


def _weighted_count(of_cell: Sequence[Record], limits: Limits, **_: Any) -> Any:
    for level in LEVELS:
        if few(_away(of_cell, level, lambda record: record["w"]), limits[level]):
            yield "THR3", "fail"


def _ratio(of_cell: Sequence[Record], limits: Limits, **_: Any) -> Any:
    shares = {Fraction(record["v"]) / Fraction(record["d"]) for record in of_cell if record["d"] != 0}
    if 0 < len(shares) < limits["pupil"]["minimum_distinct_values"]:
        yield "CLS2", "fail"
    binary = bool(of_cell) and all({record["v"], record["d"]} <= {0, 1} for record in of_cell)
    for level in LEVELS:
        sides = [
            units([record for record in of_cell if record["d"] == 1 and record["v"] == side], level) for side in (0, 1)
        ]
        if binary and any(sides) and few(min(side for side in sides if side), limits[level]):
            yield "THR2", "fail"
        if few(_away(of_cell, level, lambda record: record["v"]), limits[level]):
            yield "THR3", "fail"
        yield from _dominance(of_cell, level, limits, lambda record: record["v"])
        if few(units([record for record in of_cell if record["d"] != 0], level), limits[level]):
            yield "RAT1", "fail"
        if few(units([record for record in of_cell if record["v"] != 0], level), limits[level]):
            yield "RAT4", "fail"
        yield from _dominance(of_cell, level, limits, lambda record: record["d"], ("RAT2", "RAT3"))


def _end(of_cell: Sequence[Record], limits: Limits, *, statistic: str, decimals: int, **_: Any) -> Any:
    yield from _same(of_cell, limits)
    values = [record["v"] for record in of_cell]
    if not values:
        return
    ends = {"minimum": [min(values)], "maximum": [max(values)], "range": [min(values), max(values)]}[statistic]
    for level in LEVELS:
        if any(few(_having(of_cell, level, end, decimals), limits[level]) for end in ends):
            yield "EXT1", "fail"


def _mode(of_cell: Sequence[Record], limits: Limits, *, decimals: int, **_: Any) -> Any:
    yield from _same(of_cell, limits)
    if not of_cell:
        return
    counts = Counter(record["v"] for record in of_cell)
    value = min(counts, key=lambda item: (-counts[item], item))
    share = Fraction(counts[value] * 100, len(of_cell))
    if share >= Fraction(limits["pupil"]["class_disclosure_percent"]):
        yield "CLS4", "fail"
    elif share >= Fraction(limits["pupil"]["class_disclosure_review_percent"]):
        yield "CLS4", "review"
    for level in LEVELS:
        if few(_having(of_cell, level, value, decimals), limits[level]):
            yield "EXT4", "fail"


def _position(
    of_cell: Sequence[Record], limits: Limits, *, statistic: str, asked: Sequence[str], decimals: int, **_: Any
) -> Any:
    yield from _same(of_cell, limits)
    values = sorted(record["v"] for record in of_cell)
    if not values:
        return
    lower, upper, found = _percentile(values, _share(statistic))
    earlier = [_share(item) for item in asked if FAMILY[item] == POSITION and _share(item) < _share(statistic)]
    before = _percentile(values, max(earlier))[0] if earlier else None
    for level in LEVELS:
        below = units([record for record in of_cell if record["v"] <= lower], level)
        above = units([record for record in of_cell if record["v"] >= upper], level)
        between = math.inf if before is None else units([row for row in of_cell if before <= row["v"] <= upper], level)
        if any(few(number, limits[level]) for number in (below, above, between)):
            yield "EXT2", "fail"
        having = min(_having(of_cell, level, end, decimals) for end in (lower, upper))
        if few(max(having, _having(of_cell, level, found, decimals)), limits[level]):
            yield "EXT3", "review"


_JUDGES: Mapping[str, Callable[..., Iterator[tuple[str, str]]]] = {
    "count": _count,
    "percentage": _percentage,
    "cumulative": _cumulative,
    LINEAR: _magnitude,
    SHAPE: _magnitude,
    "concentration": _concentration,
    "weighted": _weighted,
    "weighted count": _weighted_count,
    "ratio": _ratio,
    END: _end,
    "mode": _mode,
    POSITION: _position,
}


# --- what they are made of -------------------------------------------------------------------------------------------


def _same(of_cell: Sequence[Record], limits: Limits) -> Iterator[tuple[str, str]]:
    if 0 < len({record["v"] for record in of_cell}) < limits["pupil"]["minimum_distinct_values"]:
        yield "CLS2", "fail"


def _few_values(asked: Sequence[str]) -> int:
    """With n, a mean gives away the counts of two values; each further moment those of one value more."""
    equations = [
        {"standard deviation"},
        {"skewness"},
        {"kurtosis"},
        {"gini"},
    ]
    return 2 + sum(bool(equation & set(asked)) for equation in equations)


def _rarest(of_cell: Sequence[Record], level: str) -> int:
    by_value = defaultdict(set)
    for record in of_cell:
        by_value[record["v"]].add(record[level])
    return min(map(len, by_value.values()), default=0)


def _away(of_cell: Sequence[Record], level: str, value: Callable[[Record], float]) -> float:
    counts = Counter(value(record) for record in of_cell)
    common = [item for item, number in counts.items() if 2 * number > len(of_cell)]
    return units([record for record in of_cell if value(record) != common[0]], level) if common else math.inf


def _dominance(
    of_cell: Sequence[Record],
    level: str,
    limits: Limits,
    amount: Callable[[Record], float],
    codes: tuple[str, str] = ("DOM1", "DOM2"),
) -> Iterator[tuple[str, str]]:
    per_unit: dict[str, Fraction] = defaultdict(Fraction)
    for record in of_cell:
        per_unit[record[level]] += Fraction(amount(record))
    largest, second, *_ = [*sorted((abs(item) for item in per_unit.values()), reverse=True), Fraction(0), Fraction(0)]
    total = sum((abs(item) for item in per_unit.values()), Fraction(0))
    held = largest + (second if limits[level]["n_largest"] >= 2 else 0)
    if largest > 0 and held > Fraction(limits[level]["k_percent"]) / 100 * total:
        yield codes[0], "fail"
    if largest > 0 and total - largest - second < Fraction(limits[level]["p_percent"]) / 100 * largest:
        yield codes[1], "fail"


def _having(of_cell: Sequence[Record], level: str, value: float, decimals: int) -> int:
    return units(
        [
            record
            for record in of_cell
            if record["v"] == value or round(record["v"], decimals) == round(value, decimals)
        ],
        level,
    )


def _share(statistic: str) -> Fraction:
    return Fraction(1, 2) if statistic == "median" else Fraction(int(statistic.split()[1]), 100)


def _percentile(values: Sequence[float], share: Fraction) -> tuple[float, float, float]:
    """The two values that it lies between, and itself."""
    place = (len(values) - 1) * share
    lower, upper = values[math.floor(place)], values[math.ceil(place)]
    return lower, upper, lower + (upper - lower) * float(place - math.floor(place))
