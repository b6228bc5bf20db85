"""Subtraction: groups of which each is safe, and that leave a few units when they are taken from one another.

Works from who is in which cell, so it does not matter what the groups, variables or tables are called, nor whether two
or many groups have to be put together. Only groups of which it is known that one lies within the other are taken from
one another: nobody can subtract what only happens to be in it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from output_checks.model.atoms import Rows
from output_checks.model.combinations import in_span, known_combination
from output_checks.model.evidence import Output, Tabulation
from output_checks.model.finding import Finding, Outcome
from output_checks.model.policy import Policy
from output_checks.model.rule import ReleaseRule
from output_checks.model.statistic import Statistic
from output_checks.rules.groups import Group, Groups

_CODE = "DIF2"
_MOST_GROUPS = 2_000
_MOST_WORK = 20_000_000
"""Groups, and groups times atoms, of which all combinations are looked at."""
_MOST_PARTS = 100
"""Groups that are put together to be taken from one; beyond, a reader would have to be very patient."""


@dataclass(frozen=True, kw_only=True)
class _Table:
    """A tabulation that counts, where it stands, and whose it is."""

    output: str
    position: int
    tabulation: Tabulation

    @property
    def repeats(self) -> bool:
        """Whether one record may be in several of its cells."""
        members = self.tabulation.members
        return members is not None and members.repeated


def _small_remainders(outputs: Sequence[Output], policy: Policy) -> list[tuple[str, Finding]]:
    tables = [
        _Table(output=output.name, position=position, tabulation=tabulation)
        for output in outputs
        for position, tabulation in enumerate(output.tabulations)
        if tabulation.statistic is Statistic.COUNT and tabulation.members is not None
    ]
    if not tables or (len({table.output for table in tables}) < 2 and not any(table.repeats for table in tables)):
        return []
    minimum = {level: policy.limits(level)["minimum_contributors"] for level in policy.units}
    finest = policy.units[0]
    groups = Groups.of([table.tabulation for table in tables], minimum=minimum[finest])
    found: dict[tuple[int, str, Outcome, str], list[int]] = defaultdict(list)
    for later, cell, others, level, outcome in (
        *_differences(groups, tables, minimum=minimum, finest=finest),
        *_remainders(groups, tables, minimum=minimum[finest], finest=finest),
        *_combined(groups, tables, minimum=minimum, finest=finest),
    ):
        found[later, others, outcome, level].append(cell)
    return [
        (tables[table].output, _finding(tables[table], cells, others, level, outcome))
        for (table, others, outcome, level), cells in found.items()
    ]


_Found = tuple[int, int, str, str, Outcome]
"""Table, cell, what it is set against, level, outcome."""


def _differences(
    groups: Groups, tables: Sequence[_Table], *, minimum: Mapping[str, float], finest: str
) -> Iterator[_Found]:
    """Two groups of which one holds the other and few more."""
    sizes, weights = groups.sizes, sparse.diags_array(groups.atoms.sizes)
    common = (groups.rows @ weights @ groups.rows.T).tocoo()
    perturbed = _perturbed(groups, tables)
    first, second = common.row, common.col
    more, less = sizes[first] - common.data, sizes[second] - common.data
    few = (more > 0) & (more < minimum[finest]) & (less < minimum[finest])
    nearly = {
        (int(one), int(other)) for one, other in zip(first[few & (less > 0)], second[few & (less > 0)], strict=True)
    }
    for one, other in zip(first[few].tolist(), second[few].tolist(), strict=True):
        outer, inner = groups.groups[one], groups.groups[other]
        if (other, one) in nearly and one > other:
            continue  # each has few that the other lacks: once is enough
        if not _comparable(outer, inner, tables) or not groups.lies_within(inner, outer):
            continue
        if _is_perturbed(groups.rows[[one]] - groups.rows[[other]], (outer, inner), perturbed):
            continue
        outcome = Outcome.REVIEW if (one, other) in nearly else _outcome((outer, inner), tables)
        yield (*_latest((outer, inner), tables), finest, outcome)
    coarser = [level for level in minimum if level != finest and level in groups.atoms.coarser]
    nested = (less == 0) & (more >= minimum[finest]) if coarser else np.zeros(len(more), dtype=bool)
    whole = np.array([len(group.kept) == 0 for group in groups.groups], dtype=bool)
    single = np.array([len(group.kept) <= 1 for group in groups.groups], dtype=bool)
    nested &= (whole[first] & whole[second]) | (single[first] & single[second] & (sizes[second] > sizes[first] / 2))
    for one, other in zip(first[nested].tolist(), second[nested].tolist(), strict=True):
        outer, inner = groups.groups[one], groups.groups[other]
        if not _comparable(outer, inner, tables) or not groups.lies_within(inner, outer):
            continue
        rest = groups.rows[[one]] - groups.rows[[other]]
        rest.eliminate_zeros()
        for level in coarser:
            units = float(groups.atoms.units(rest, level=level)[0])
            if 0 < units < minimum[level]:
                yield (*_latest((outer, inner), tables), level, Outcome.REVIEW)


def _remainders(groups: Groups, tables: Sequence[_Table], *, minimum: float, finest: str) -> Iterator[_Found]:
    """A group of which others that do not overlap leave few."""
    sizes, perturbed = groups.sizes, _perturbed(groups, tables)
    for place, outer in enumerate(groups.groups):
        if sizes[place] < 2 * minimum:
            continue
        inside = groups.rows @ (groups.rows[[place]].T * groups.atoms.sizes[:, np.newaxis])
        inside = np.asarray(inside.todense()).ravel()
        held = np.flatnonzero((inside == sizes) & (sizes < sizes[place]) & (sizes > 0))
        parts = [
            int(other)
            for other in held[np.argsort(-sizes[held], kind="stable")]
            if _comparable(outer, groups.groups[other], tables) and groups.lies_within(groups.groups[other], outer)
        ]
        if len(parts) < 2 or sizes[parts].sum() <= sizes[place] - minimum:
            continue
        chosen, rest = _put_together(groups, place, parts)
        if len(chosen) > 1 and 0 < rest < minimum:
            involved = (outer, *(groups.groups[part] for part in chosen))
            left = groups.rows[[place]] - groups.rows[chosen].sum(axis=0)[np.newaxis, :]
            if _is_perturbed(sparse.csr_array(left), involved, perturbed):
                continue
            yield (*_latest(involved, tables), finest, _outcome(involved, tables))


def _combined(
    groups: Groups, tables: Sequence[_Table], *, minimum: Mapping[str, float], finest: str
) -> Iterator[_Found]:
    """Few units that no table sets apart, and several together do: of three sets that overlap in pairs, half a sum."""
    shown, sizes = groups.rows, groups.atoms.sizes
    if shown.shape[0] > _MOST_GROUPS or shown.shape[0] * shown.shape[1] > _MOST_WORK:
        return
    single = sparse.eye_array(len(sizes), format="csr")
    of_few = np.where(sizes < minimum[finest], finest, "")
    for level in (level for level in minimum if level != finest and level in groups.atoms.coarser):
        of_few = np.where((of_few == "") & (groups.atoms.units(single, level=level) < minimum[level]), level, of_few)
    shown_already = {_atoms(shown[[place]]) for place in range(shown.shape[0])}
    places = [place for place in np.flatnonzero(of_few != "") if _atoms(single[[place]]) not in shown_already]
    if not places or len(places) > _MOST_GROUPS:
        return
    asked = single[places]
    for place in np.flatnonzero(in_span(shown, asked)):
        weights = known_combination(shown, asked[[place]])
        involved = [] if weights is None else [groups.groups[used] for used in np.flatnonzero(np.abs(weights) > 1e-6)]
        if not involved or any(tables[group.table].tabulation.perturbed is not None for group in involved):
            continue
        if len({group.table for group in involved}) > 1 or tables[involved[0].table].repeats:
            level = str(of_few[places[place]])
            outcome = _outcome(involved, tables) if level == finest else Outcome.REVIEW
            yield (*_latest(involved, tables), level, outcome)


def _put_together(groups: Groups, place: int, parts: Sequence[int]) -> tuple[list[int], float]:
    """Parts that do not overlap, the largest first, and how many units of the group they leave."""
    free = np.zeros(groups.rows.shape[1], dtype=bool)
    free[groups.rows[[place]].indices] = True
    chosen = []
    for part in parts:
        own = groups.rows[[part]].indices
        if free[own].all():
            free[own] = False
            chosen.append(part)
        if len(chosen) == _MOST_PARTS:
            break
    return chosen, float(groups.atoms.sizes[free].sum())


def _perturbed(groups: Groups, tables: Sequence[_Table]) -> Mapping[int, set[bytes]]:
    """By table of perturbed counts, the atoms of each of its groups."""
    found: dict[int, set[bytes]] = defaultdict(set)
    for place, group in enumerate(groups.groups):
        if tables[group.table].tabulation.perturbed is not None:
            found[group.table].add(_atoms(groups.rows[[place]]))
    return found


def _is_perturbed(rest: Rows, involved: Sequence[Group], perturbed: Mapping[int, set[bytes]]) -> bool:
    """Whether what is left is a group of one of the tables with perturbed counts: PER1 says how closely it is known."""
    return any(_atoms(rest) in perturbed.get(group.table, ()) for group in involved)


def _atoms(row: Rows) -> bytes:
    return np.flatnonzero(row.toarray().ravel()).astype(np.int64).tobytes()


def _comparable(outer: Group, inner: Group, tables: Sequence[_Table]) -> bool:
    """Whether the two may be subtracted, and no other rule looks at them.

    In one table a total less its parts leaves other parts, which are judged themselves.
    """
    if outer.table == inner.table:
        return tables[outer.table].repeats and outer.kept == inner.kept
    return tables[outer.table].output != tables[inner.table].output


def _latest(involved: Sequence[Group], tables: Sequence[_Table]) -> tuple[int, int, str]:
    """The table that was registered last, its cell, and the names of the other outputs."""
    last = max(involved, key=lambda group: group.table)
    names = dict.fromkeys(tables[group.table].output for group in sorted(involved, key=lambda group: group.table))
    others = [name for name in names if name != tables[last.table].output]
    return last.table, last.cell, ", ".join(others)


def _outcome(involved: Sequence[Group], tables: Sequence[_Table]) -> Outcome:
    """A person looks where numbers of different things are subtracted, or records may be in several cells."""
    used = [tables[group.table] for group in involved]
    alike = len({(item.tabulation.variable, item.tabulation.parts) for item in used}) == 1
    return Outcome.FAIL if alike and not any(item.repeats for item in used) else Outcome.REVIEW


def _finding(table: _Table, cells: Sequence[int], others: str, level: str, outcome: Outcome) -> Finding:
    where = f"those of {others}" if others else "other rows of the same table"
    return Finding(
        rule=_CODE,
        outcome=outcome,
        tabulation=table.position,
        cells=tuple(sorted(set(cells))),
        message=(
            f"{len(set(cells))} of its groups and {where} leave only a few {level}s when they are taken from one "
            "another."
        ),
        advice=RULE.advice,
    )


RULE = ReleaseRule(
    code=_CODE,
    title="A few units left over by subtraction",
    aim="Two selections that differ by a few pupils, or a total and its parts but one, tell of these few.",
    advice="Use the same selections and categories in all tables, or publish one of the groups fewer.",
    rationale=(
        "Every count that is published, or follows as a total of published parts, is a set of units. Where one set is "
        "known to lie within another, or several that do not overlap do, what remains is a group as if it were "
        "published. It is known to lie within it where each population and category that describes the outer one "
        "holds one of the inner one, but for a few units. It fails where what remains has fewer of the finest units "
        "than the minimum. It needs a person where the counts are of valid values of different variables, where "
        "records are in several cells of a table, where one is a model, where each group has a few that the other "
        "lacks, and where few coarser units remain."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, differencing; linked tables",
    thresholds=("minimum_contributors",),
    check=_small_remainders,
)

RULES = (RULE,)
