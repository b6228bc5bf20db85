"""The attacker: how closely can an outsider work out each hidden cell from all that is published?

It shares no code with the suppression that it judges. It sees the published numbers only, and knows what anyone knows:
a total is the sum of its cells, in every table of the same records, and a count is a whole number of at least 0.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, sparse
from scipy.sparse import csgraph

from output_checks.errors import InputError
from output_checks.model.evidence import Flags, Floats, Tabulation
from output_checks.protection.knowledge import (
    TOLERANCE,
    ContradictionError,
    Indices,
    Knowledge,
    public_numbers,
    readings,
)

_LARGEST_ELIMINATION = 600
_LARGEST_WHOLE_NUMBER_PROBLEM = 300
_ALWAYS_WHOLE = 40
_FEW_LEFT = 20
_WORTH_IT = 0.02
"""Cells that are settled one by one; and the share of cells two programmes must settle to go on with many at once."""
_NODES, _FEW_NODES = 5_000, 20
"""Branches of the search for whole numbers, in problems of at most so many unknowns and in larger ones."""
_FAR = 2.0
"""In larger problems an interval of fractions that is so many times as wide as it has to be is believed: whole numbers
seldom take more than one or two off it, and proving that takes minutes."""


class ContradictingTablesError(InputError):
    """No numbers at all fit what these tables publish: they are not of the same records and values."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AttackResult:
    """What an outsider can prove."""

    bounds: tuple[tuple[Floats, Floats], ...]
    """Per tabulation: the lowest and the highest possible value of each cell; for published cells their own value."""
    solved_by: tuple[Mapping[int, str], ...]
    """Per tabulation: for each hidden cell that can be worked out, how, in a sentence without values."""
    complete: bool
    """False where tables overlap in a ring and are too large to be set beside each other whole: bounds are proven,
    but a better attacker might narrow them."""


def attack(
    tabulations: Sequence[Tabulation],
    *,
    whole_numbers: bool = True,
    lower: float = 0.0,
    own_knowledge: Sequence[Flags] | None = None,
    enough: Sequence[Floats] | None = None,
) -> AttackResult:
    """Bound every hidden cell of counts or sums from what is published of all these tables together.

    Parameters
    ----------
    tabulations
        Tables of the same number of the same records (equal `data` and `population`). Used are their cells, their
        `published` numbers and `decimals`. A published cell without a number is an empty one, and counts as 0.
    whole_numbers
        True for counts: published numbers are exact (unless rounded to tens or more), bounds are whole. Otherwise a
        published number is known to half a unit of its last decimal.
    lower
        0 where contributions cannot be negative, otherwise -inf.
    own_knowledge
        Per tabulation and cell: hidden cells that this attacker knows exactly, such as its own. Only here are true
        values used.

    Returns
    -------
    Bounds are exact for whole numbers in tables of up to a few hundred unknowns; beyond, they are the bounds for
    fractions, rounded inwards, which may be wider but are never wrong. A bound that does not exist is infinite.

    An outsider takes combinations that a table does not list for empty, and listed categories for all there are,
    as long as the published numbers allow.

    Raises
    ------
    ContradictingTablesError
        The published numbers contradict each other.
    InputError
        They cannot be what they are said to be, or the bounds could not be computed.
    """
    if lower not in {0.0, -np.inf}:
        raise InputError("The lower bound of contributions must be 0 or -inf.", remedy="lower=0.0")
    contradiction = ""
    for reading in readings(tabulations):
        try:
            knowledge = Knowledge.of(tabulations, reading, whole=whole_numbers, lower=lower, own=own_knowledge)
            return _attack(tabulations, knowledge, enough)
        except ContradictionError as found:
            contradiction = contradiction or str(found)
    raise ContradictingTablesError(
        f"The published numbers contradict each other{contradiction}.",
        remedy="make all tables from one selection of records, and give a regrouped variable a name of its own",
    )


def _attack(tabulations: Sequence[Tabulation], known: Knowledge, enough: Sequence[Floats] | None) -> AttackResult:
    hidden = np.zeros(len(known.keys), dtype=bool)
    wide = np.full(len(known.keys), np.inf if enough is None else 0.0)
    for place, (tabulation, position) in enumerate(zip(tabulations, known.positions, strict=True)):
        hidden[position[tabulation.hidden]] = True
        if enough is not None:
            np.maximum.at(wide, position, enough[place])
    reasons: dict[int, str] = {}
    low, high = known.low.copy(), known.high.copy()
    for node in np.flatnonzero(hidden & known.shown):
        reasons[int(node)] = f"{known.label(int(node))} is known: it is published elsewhere."
    _recalculate(known, low, high, reasons)
    _bound(known, low, high, wanted=hidden & ~known.shown, wide=wide)
    for node in np.flatnonzero(hidden & (low == high)):
        reasons.setdefault(
            int(node), f"{known.label(int(node))} is known: its bounds meet, as nothing can be below the lower bound."
        )
    bounds, solved_by = [], []
    for tabulation, position in zip(tabulations, known.positions, strict=True):
        own, gone = public_numbers(tabulation, whole=known.whole)[0], tabulation.hidden
        bounds.append((np.where(gone, low[position], own), np.where(gone, high[position], own)))
        nodes = {int(cell): int(position[cell]) for cell in np.flatnonzero(gone)}
        solved_by.append({cell: reasons[node] for cell, node in nodes.items() if node in reasons})
    return AttackResult(bounds=tuple(bounds), solved_by=tuple(solved_by), complete=known.complete)


def _recalculate(known: Knowledge, low: Floats, high: Floats, reasons: dict[int, str]) -> None:
    """Find what follows from the sums alone: line by line first, then from lines together.

    With exact numbers the values are filled in; with rounded ones only the reasons are, and `_bound` does the rest.
    """
    exact = bool((low[known.shown] == high[known.shown]).all())
    settled = known.shown | (low == high)
    values = np.where(settled, np.where(low == high, low, 0.0), 0.0)
    members = abs(known.equations)
    while True:
        unknowns = members @ (~settled).astype(float)
        gap = known.equations @ values
        slack = TOLERANCE * np.maximum(1.0, members @ np.abs(values))
        if exact:
            broken = np.flatnonzero((unknowns == 0) & (np.abs(gap) > slack))
            if len(broken):
                raise ContradictionError(f" along {known.along[broken[0]]}")
        new: dict[int, tuple[float, str]] = {}
        for equation in np.flatnonzero(unknowns == 1):
            node, sign = _only(known.equations, int(equation), settled)
            parent = known.parents[equation] == node
            how = "as the sum of its cells" if parent else f"from {known.label(int(known.parents[equation]))} less the"
            how += f" along {known.along[equation]}" if parent else f" other cells along {known.along[equation]}"
            new.setdefault(node, (-gap[equation] / sign, f"{known.label(node)} is known {how}."))
        if exact and known.lower == 0.0:
            full = settled[known.parents] & (unknowns > 0) & (gap <= slack)
            for equation in np.flatnonzero(full):
                row = known.equations[[int(equation)]]
                for node in row.indices[~settled[row.indices]]:
                    reason = f"{known.label(int(node))} is known: the other cells of {known.line(int(equation))}"
                    new.setdefault(int(node), (gap[equation], f"{reason} already make up the sum."))
        if not new:
            break
        for node, (value, reason) in new.items():
            settled[node] = True
            reasons.setdefault(node, reason)
            if exact:
                _settle(known, low, high, node, value)
                values[node] = low[node]
    _combine_lines(known, low, high, settled=settled, values=values, reasons=reasons, exact=exact)


def _settle(known: Knowledge, low: Floats, high: Floats, node: int, value: float) -> None:
    value = float(np.round(value)) if known.whole else value
    if value < known.lower - TOLERANCE * max(1.0, abs(value)):
        raise ContradictionError(": a cell would be negative")
    low[node] = high[node] = max(value, known.lower)


def _only(equations: Any, equation: int, settled: Flags) -> tuple[int, float]:  # noqa: ANN401 - scipy has no stubs
    """The one unsettled cell of an equation, and its sign."""
    row = equations[[equation]]
    place = int(np.flatnonzero(~settled[row.indices])[0])
    return int(row.indices[place]), float(row.data[place])


def _combine_lines(
    known: Knowledge,
    low: Floats,
    high: Floats,
    *,
    settled: Flags,
    values: Floats,
    reasons: dict[int, str],
    exact: bool,
) -> None:
    """Find cells that follow from several lines together: those that no solution of the equations can move."""
    for nodes, equations in _components(known.equations, ~settled):
        if len(nodes) > _LARGEST_ELIMINATION:
            continue
        matrix = known.equations[equations][:, nodes].toarray()
        squares, directions = np.linalg.eigh(matrix.T @ matrix)
        moving = squares < 1e-9 * max(1.0, float(squares.max(initial=0.0)))
        fixed = np.flatnonzero((np.abs(directions[:, moving]) < 1e-7).all(axis=1))
        still = directions[:, ~moving]
        for place in fixed:
            unit = np.zeros(len(nodes))
            unit[place] = 1.0
            weights = matrix @ (still @ ((still.T @ unit) / squares[~moving]))
            if (np.abs(matrix.T @ weights - unit) > TOLERANCE).any():
                continue
            node = int(nodes[place])
            lines = [known.line(int(equations[used])) for used in _fewest(matrix, unit)]
            reasons.setdefault(node, f"{known.label(node)} is known from these lines together: {'; '.join(lines)}.")
            if exact:
                gap = known.equations[equations] @ values
                _settle(known, low, high, node, -float(weights @ gap))


def _fewest(matrix: Floats, unit: Floats) -> Indices:
    """Few equations that together give one cell: the combination with the smallest sum of absolute weights."""
    both = np.hstack([matrix.T, -matrix.T])
    result = optimize.milp(
        np.ones(both.shape[1]), constraints=[optimize.LinearConstraint(both, unit, unit)], bounds=optimize.Bounds(0)
    )
    weights = np.ones(len(matrix)) if result.x is None else np.abs(np.subtract(*np.split(result.x, 2)))
    return np.flatnonzero(weights > TOLERANCE)


def _bound(known: Knowledge, low: Floats, high: Floats, *, wanted: Flags, wide: Floats) -> None:
    """Replace the bounds of wanted cells by the narrowest that the equations allow, one linked part at a time.

    A cell for which possible numbers turned up that are `wide` apart is left at that.
    """
    settled = low == high
    gap = known.equations @ np.where(settled, low, 0.0)
    for nodes, equations in _components(known.equations, ~settled):
        part = _Part(
            matrix=known.equations[equations][:, nodes],
            right=-gap[equations],
            low=low[nodes],
            high=high[nodes],
            whole=known.whole,
        )
        found, fences = part.feasible(), part.fences()
        lowest, highest = found.copy(), found.copy()
        if len(nodes) > _LARGEST_WHOLE_NUMBER_PROBLEM:
            _spread(part, lowest, highest, wanted=wanted[nodes], wide=wide[nodes])
        for place in np.flatnonzero(wanted[nodes]):
            node = nodes[place]
            for sign in (1.0, -1.0):
                if len(nodes) > _ALWAYS_WHOLE and highest[place] - lowest[place] >= wide[node]:
                    low[node], high[node] = max(low[node], fences[0][place]), min(high[node], fences[1][place])
                    break
                # A bound that some solution has reached needs no search.
                reached = lowest[place] <= low[nodes[place]] if sign > 0 else highest[place] >= high[nodes[place]]
                if reached:
                    continue
                far = highest[place] - _FAR * wide[node] if sign > 0 else lowest[place] + _FAR * wide[node]
                bound, solution = part.extreme(int(place), sign=sign, far=far)
                if solution is not None:
                    lowest, highest = np.minimum(lowest, solution), np.maximum(highest, solution)
                (low if sign > 0 else high)[node] = bound


def _spread(part: "_Part", lowest: Floats, highest: Floats, *, wanted: Flags, wide: Floats) -> None:
    """Widen what is known to be possible of many cells at a time: solutions that lie far out in random directions.

    One programme moves most of the cells, where one per cell and end would be thousands. It goes on as long as it pays.
    """
    chance = np.random.default_rng(0)
    narrow = wanted & (highest - lowest < wide)
    while (before := int(narrow.sum())) > _FEW_LEFT:
        for sign in (1.0, -1.0):
            objective = np.where(narrow, sign * chance.choice([-1.0, 1.0], len(narrow)), 0.0)
            result = part.towards(objective)
            if result is None:
                return
            np.minimum(lowest, result, out=lowest)
            np.maximum(highest, result, out=highest)
        narrow = wanted & (highest - lowest < wide)
        if before - int(narrow.sum()) < _WORTH_IT * before:
            return


def _components(equations: Any, unknown: Flags) -> Iterator[tuple[Indices, Indices]]:  # noqa: ANN401 - scipy: no stubs
    """Unknown cells that no equation links to the others, with their equations."""
    nodes = np.flatnonzero(unknown)
    if not len(nodes):
        return
    matrix = abs(equations[:, nodes])
    used = np.flatnonzero(np.diff(matrix.indptr))
    matrix = matrix[used]
    graph = sparse.block_array([[None, matrix], [matrix.T, None]], format="csr")
    _, labels = csgraph.connected_components(graph, directed=False)
    for label in np.unique(labels):
        inside = labels == label
        yield nodes[inside[len(used) :]], used[inside[: len(used)]]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    """One linear programme: `matrix @ x == right` with x between `low` and `high`."""

    matrix: Any
    right: Floats
    low: Floats
    high: Floats
    whole: bool

    def feasible(self) -> Floats:
        """Any solution; for a small problem in whole numbers a whole one."""
        objective = np.zeros(len(self.low))
        result = self._solve(objective)
        if result.status == 2:
            raise ContradictionError("")
        if self._needs_whole(result.x):
            whole = self._solve(objective, whole=True)
            if whole.status == 2:
                raise ContradictionError("")
            result = result if whole.x is None else whole
        return _solution(result)

    def fences(self) -> tuple[Floats, Floats]:
        """What a single line says of each cell: no part of a sum is more than the sum less the lowest of the others."""
        low, high = self.low, self.high.copy()
        matrix = self.matrix.tocsr()
        for row in range(matrix.shape[0]):
            start, end = matrix.indptr[row], matrix.indptr[row + 1]
            cells, signs = matrix.indices[start:end], matrix.data[start:end]
            if (signs == signs[0]).all() and np.isfinite(low[cells]).all():
                rest = self.right[row] / signs[0] - low[cells].sum()
                high[cells] = np.minimum(high[cells], low[cells] + max(rest, 0.0))
        return low, high

    def towards(self, objective: Floats) -> Floats | None:
        """A solution far out in a direction; None where there is no end to it."""
        result = self._solve(objective)
        return None if result.x is None else np.asarray(result.x, dtype=float)

    def extreme(self, place: int, *, sign: float, far: float) -> tuple[float, Floats | None]:
        """The lowest (sign 1) or highest (sign -1) value at `place`, and a whole or any solution that reaches it.

        In a problem that is not small, a bound for fractions that lies beyond `far` is left at that.
        """
        objective = np.zeros(len(self.low))
        objective[place] = sign
        result = self._solve(objective)
        if result.x is None:
            return self._far_out(objective, place, sign)
        bound = sign * float(result.fun)
        if not self.whole:
            return bound, result.x
        if _is_whole(result.x):
            return float(np.round(bound)), np.round(result.x)
        bound = _inwards(bound, sign)
        if len(self.low) > _ALWAYS_WHOLE and (bound <= far if sign > 0 else bound >= far):
            return bound, None
        if self._needs_whole(result.x):
            better = self._solve(objective, whole=True)
            if better.status == 2:
                raise ContradictionError("")
            if better.status == 0:
                return float(np.round(sign * better.fun)), np.round(better.x)
            if better.mip_dual_bound is not None and np.isfinite(better.mip_dual_bound):
                proven = _inwards(sign * float(better.mip_dual_bound), sign)
                bound = max(bound, proven) if sign > 0 else min(bound, proven)
        return bound, None

    def _far_out(self, objective: Floats, place: int, sign: float) -> tuple[float, Floats | None]:
        """The solver gave no number: either there is no bound, which a distant fence shows, or it failed."""
        fence = 1e3 * (1.0 + float(np.abs(self.right).sum()) + float(np.abs(self.low[np.isfinite(self.low)]).sum()))
        low, high = self.low.copy(), self.high.copy()
        low[place], high[place] = max(low[place], -fence), min(high[place], fence)
        result = self._solve(objective, bounds=(low, high))
        if result.x is None:
            raise InputError(
                "The bounds of a hidden cell could not be computed.", remedy="a smaller table, or fewer tables at once"
            )
        if abs(result.x[place]) >= 0.999 * fence:
            return -sign * np.inf, None
        return sign * float(result.fun), None

    def _needs_whole(self, solution: Floats | None) -> bool:
        small = len(self.low) <= _LARGEST_WHOLE_NUMBER_PROBLEM
        return self.whole and small and solution is not None and not _is_whole(solution)

    def _solve(self, objective: Floats, *, whole: bool = False, bounds: tuple[Floats, Floats] | None = None) -> Any:  # noqa: ANN401 - a scipy result, which has no stubs
        return optimize.milp(
            objective,
            constraints=[optimize.LinearConstraint(self.matrix, self.right, self.right)],
            bounds=optimize.Bounds(*(bounds or (self.low, self.high))),
            integrality=np.full(len(objective), int(whole)),
            options={"node_limit": _NODES if len(self.low) <= _ALWAYS_WHOLE else _FEW_NODES},
        )


def _solution(result: Any) -> Floats:  # noqa: ANN401 - a scipy result, which has no stubs
    if result.x is None:
        raise InputError("Whether the published numbers agree could not be computed.", remedy="fewer tables at once")
    return np.asarray(result.x, dtype=float)


def _inwards(bound: float, sign: float) -> float:
    return float(np.ceil(bound - TOLERANCE) if sign > 0 else np.floor(bound + TOLERANCE))


def _is_whole(numbers: Floats) -> bool:
    return bool((np.abs(numbers - np.round(numbers)) <= TOLERANCE).all())
