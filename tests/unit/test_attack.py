"""The independent attack: it knows what everybody knows, claims nothing that is not so, and finds what follows."""

import ast
import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.attack.__main__ import run
from benchmarks.attack.attacker import Attack
from benchmarks.attack.elimination import Elimination
from benchmarks.attack.inventing import invent
from benchmarks.attack.public import Publication, Regrouping, Table
from benchmarks.attack.scoring import Broken, Score
from benchmarks.attack.telling import sentence

FOLDER = Path(__file__).parents[2] / "benchmarks" / "attack"
KNOWS_THE_TOOLKIT = {"leaving"}


def modules_of(path):
    """The modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def publication(*tables, regroupings=(), selections=None, **variables):
    return Publication(
        variables={name: tuple(categories) for name, categories in variables.items()},
        regroupings=regroupings,
        selections={"all records": {}} | (selections or {}),
        tables=tables,
    )


def table(name, text, *by, population="all records", **more):
    return Table(name=name, text=text.replace(" ", "").replace("/", "\n"), by=by, population=population, **more)


def found(attack, label):
    """Bounds of a hidden cell."""
    (group,) = [group for group in attack.hidden if group.label == label]
    interval = attack.bounds(group)
    return interval.low, interval.high


def small(attack):
    return {known.group.label: known.number for known in attack.small_groups(10)}


def test_the_attack_imports_nothing_of_the_toolkit():
    seen, to_see = set(), ["attacker"]
    while to_see:
        name = to_see.pop()
        seen.add(name)
        for module in modules_of(FOLDER / f"{name}.py"):
            assert module.partition(".")[0] in {"benchmarks", "numpy", "scipy"} | sys.stdlib_module_names, module
            own = module.removeprefix("benchmarks.attack.")
            assert module != "benchmarks.attack"
            if own != module and own not in seen:
                to_see.append(own)
    assert seen == {"attacker", "bounds", "elimination", "public", "unknowns"}


def test_only_one_module_goes_through_the_front_door():
    asking = {path.stem for path in FOLDER.glob("*.py") if any(m.startswith("output_checks") for m in modules_of(path))}
    assert asking == KNOWS_THE_TOOLKIT


def test_a_hidden_cell_follows_from_its_total():
    attack = Attack(publication(table("t", "sex,n/b,x/g,20/Total,24", "sex"), sex="bg"))
    assert found(attack, "t: sex = b") == (4, 4)


def test_two_hidden_cells_keep_each_other_uncertain():
    attack = Attack(publication(table("t", "sex,n/b,x/g,x/n,20/Total,34", "sex"), sex="bgn"))
    assert found(attack, "t: sex = b") == (0, 14)


def test_a_pattern_with_two_hidden_in_each_line_that_can_be_solved_is_solved():
    # Rows and columns of 3 by 3 with two hidden each, of which one equation too many is independent: a published 0
    # in the corner of a block leaves a single solution.
    rows = ["a,p,x", "a,q,x", "a,r,9", "a,Total,12", "b,p,x", "b,q,x", "b,r,9", "b,Total,10"]
    rows += ["Total,p,3", "Total,q,1", "Total,r,18", "Total,Total,22"]
    attack = Attack(publication(table("t", "v,w,n/" + "/".join(rows), "v", "w"), v="ab", w="pqr"))
    assert found(attack, "t: v = a, w = p") == (2, 3)
    rows[4] = "b,p,0"
    attack = Attack(publication(table("t", "v,w,n/" + "/".join(rows), "v", "w"), v="ab", w="pqr"))
    assert found(attack, "t: v = a, w = p") == (3, 3)


def test_two_tables_that_are_safe_alone_give_a_cell_away_together():
    one = table("one", "track,n/a,x/b,x/c,30/Total,44", "track")
    two = table("two", "level,n/low,40/high,4/Total,44", "level")
    level = Regrouping(name="level", of="track", groups={"a": "low", "b": "high", "c": "low"})
    assert found(Attack(publication(one, track="abc")), "one: track = a") == (0, 14)
    attack = Attack(publication(one, two, regroupings=(level,), track="abc"))
    assert found(attack, "one: track = a") == (10, 10)
    assert "level = high" in small(attack) or "one: track = b" in small(attack)


def test_a_selection_that_leaves_few_is_found_and_one_that_leaves_enough_is_not():
    stayed = {"stayers": {"stayed": frozenset({"yes"})}}
    everyone = table("now", "sex,n/b,30/g,40", "sex")
    for left, expected in ((3, True), (10, False)):
        later = table("later", f"sex,n/b,{30 - left}/g,40", "sex", population="stayers")
        attack = Attack(publication(everyone, later, selections=stayed, sex="bg", stayed=("yes", "no")))
        assert (3.0 in small(attack).values()) is expected


def test_whole_numbers_narrow_what_fractions_leave_open():
    # 3 in each pair of a ring of three hidden cells: 1.5 each in fractions, which no whole numbers are.
    ring = {name: {"v": frozenset(name)} for name in ("ab", "bc", "ac")}
    pairs = [table(name, f"w,n/p,{number}", "w", population=name) for name, number in (("ab", 4), ("bc", 3), ("ac", 3))]
    attack = Attack(publication(*pairs, table("t", "v,n/a,x/b,x/c,x", "v"), selections=ring, v="abc", w="p"))
    assert found(attack, "t: v = a") == (2, 2)


def test_what_a_percentage_says_of_a_count_is_used():
    text = "sex,n,percentage/b,40,12.5/g,50,40.0"
    attack = Attack(publication(table("t", text, "sex", value="passed", category="1"), sex="bg", passed="10"))
    assert small(attack) == {"passed = 1, sex = b": 5}


def test_a_mean_gives_the_total_of_a_hidden_cell_away():
    text = "sex,n,mean/b,x,x/g,20,50.0/n,x,x/Total,60,50.0"
    attack = Attack(publication(table("t", text, "sex", value="score"), sex="bgn"))
    (group,) = [group for group in attack.hidden if group.label == "t: sex = b"]
    interval = attack.totals("score").bounds(group)
    assert interval.low == 0
    assert interval.high == pytest.approx(60 * 50.05 - 20 * 49.95, abs=0.01)


def test_who_knows_his_own_cell_knows_more():
    text = "sex,n/b,x/g,x/n,20/Total,34"
    attack = Attack(publication(table("t", text, "sex"), sex="bgn"))
    own, other = attack.hidden
    interval = attack.bounds(other, known=[(own, 1.0)])
    assert (interval.low, interval.high) == (13, 13)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=6, max_size=6), st.lists(st.booleans(), min_size=12, max_size=12))
def test_bounds_are_those_of_all_tables_that_fit(counts, hide):
    """Every table of whole numbers up to the total is tried."""
    cells = list(itertools.product(["a", "b", "Total"], ["p", "q", "r", "Total"]))
    grid = dict(zip(itertools.product("ab", "pqr"), counts, strict=True))

    def number(cell, values):
        return sum(n for key, n in values.items() if all(w in {v, "Total"} for v, w in zip(key, cell, strict=True)))

    hidden = {cell for cell, flag in zip(cells, hide, strict=True) if flag} - {("Total", "Total")}
    rows = [f"{v},{w},{'x' if (v, w) in hidden else number((v, w), grid)}" for v, w in cells]
    attack = Attack(publication(table("t", "v,w,n/" + "/".join(rows), "v", "w"), v="ab", w="pqr"))
    shown = {cell: number(cell, grid) for cell in cells if cell not in hidden}
    fitting = [
        values
        for chosen in _tables(sum(counts), len(grid))
        if all(number(cell, values := dict(zip(grid, chosen, strict=True))) == n for cell, n in shown.items())
    ]
    for group in attack.hidden:
        cell = tuple(category or "Total" for category in group.cell.categories)
        possible = [number(cell, values) for values in fitting]
        interval = attack.bounds(group)
        assert (interval.low, interval.high) == (min(possible), max(possible))


def _tables(total, size):
    if size == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in _tables(total - first, size - 1))


@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(2, 8))
def test_elimination_knows_exactly_what_follows(seed, equations, unknowns):
    rng = np.random.default_rng(seed)
    matrix = rng.integers(0, 2, (equations, unknowns))
    truth = rng.integers(0, 50, unknowns)
    targets = np.vstack([rng.integers(-2, 3, equations) @ matrix, np.eye(unknowns, dtype=np.int64)])
    values = Elimination(matrix, matrix @ truth).values(targets, at_most=5000)
    for target, value in zip(targets, values, strict=True):
        follows = np.linalg.matrix_rank(np.vstack([matrix, target])) == np.linalg.matrix_rank(matrix)
        assert (value == target @ truth) if follows else np.isnan(value)


def test_a_series_is_always_the_same():
    one, other = invent(7, 3), invent(7, 3)
    assert one.pupils.equals(other.pupils)
    assert one.asked == other.asked
    assert not one.pupils.equals(invent(7, 4).pupils)


def test_what_is_known_is_told_in_a_sentence():
    broken = Broken(what="recalculated", where="t: sex = b", low=4, high=4, truth=4, why=("t: everybody, n",))
    assert sentence(broken) == (
        "recalculated: Anybody knows that (t: sex = b) is 4; it is 4. That follows from:\n    t: everybody, n"
    )


def test_a_run_adds_up():
    broken = Broken(what="too narrow", where="t", low=1, high=4, truth=4, why=())
    assert Score(broken=[broken, broken]).count("too narrow") == 2
    assert Score().count("recalculated") == 0


def attacked(numbers):
    scores = [run(1, number) for number in numbers]
    broken = [(number, item.where) for number, found in zip(numbers, scores, strict=True) for item in found.broken]
    return sum(found.hidden for found in scores), broken, [wrong for found in scores for wrong in found.wrong]


def test_nothing_gives_way_in_two_releases():
    hidden, broken, wrong = attacked(range(2))
    assert hidden > 0
    assert (broken, wrong) == ([], [])


@pytest.mark.slow
def test_nothing_gives_way_in_a_hundred_releases():
    hidden, broken, wrong = attacked(range(100))
    assert hidden > 100
    assert (broken, wrong) == ([], [])
