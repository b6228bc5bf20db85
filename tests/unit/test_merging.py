"""Merging by one argument: what costs least and passes, with all that is registered, said in the definition."""

from itertools import product

import numpy as np
import pytest

from output_checks.errors import InputError
from output_checks.model.finding import Outcome
from tests.unit.test_mending import frame, tracks
from tests.unit.test_protections import release, release_in

PASS = Outcome.PASS
__all__ = ["release"]


def partitions(labels):
    """Every way to put labels into groups."""
    if not labels:
        yield []
        return
    first, *rest = labels
    for parts in partitions(rest):
        yield [[first], *parts]
        for at, part in enumerate(parts):
            yield [*parts[:at], [first, *part], *parts[at + 1 :]]


@pytest.mark.parametrize("seed", range(2))
def test_no_merging_of_any_variables_that_costs_less_passes(tmp_path, seed):
    """All groupings of three and four categories into two or more are tried."""
    rng = np.random.default_rng(seed)
    sizes = rng.choice([0, 3, 6, 12, 25], (3, 4), p=[0.1, 0.2, 0.2, 0.2, 0.3])
    cells = {(a, b): int(sizes["xyz".index(a), "defg".index(b)]) for a, b in product("xyz", "defg")}
    data = frame(cells, names=("one", "two"))
    release = release_in(tmp_path)
    best = np.inf
    for first, second in product(partitions(list("xyz")), partitions(list("defg"))):
        if min(len(first), len(second)) < 2:
            continue
        names = {label: "/".join(sorted(group)) for group in [*first, *second] for label in group}
        table = release.table(
            "t", data.assign(one=data["one"].map(names), two=data["two"].map(names)), by=["one", "two"]
        )
        if table.outcome is PASS:
            best = min(best, 12 - len(first) * len(second))
    release.remove("t")
    if np.isinf(best):
        with pytest.raises(InputError, match="merging"):
            release.table("t", data, by=["one", "two"], protect="merge")
        return
    merged = release.table("t", data, by=["one", "two"], protect="merge")
    assert merged.outcome is PASS
    counted = {name: merged.frame[name].nunique() for name in ("one", "two")}
    assert 12 - counted["one"] * counted["two"] == best


def test_what_was_merged_is_said(release):
    table = release.table("t", tracks(), by=["sex", "track"], protect="merge")
    assert table.output.definition["categories merged"] == "Merge “havo” and “pro” of track."
    assert set(table.frame["track"]) == {"havo or pro", "vmbo", "vwo"}


def test_a_table_that_passes_is_not_merged(release):
    table = release.table("t", tracks(pro=10), by=["sex", "track"], protect="merge")
    assert "categories merged" not in table.output.definition
    assert len(table.frame) == 8


def test_levels_are_merged_with_their_neighbours_only(release):
    data = frame({(sex, 2019 + y): n for sex in ("boy", "girl") for y, n in enumerate([30, 3, 40, 12])})
    table = release.table("t", data.rename(columns={"track": "year"}), by=["sex", "year"], protect="merge")
    assert table.outcome is PASS
    assert set(table.frame["year"]) == {"2019–2020", "2021", "2022"}


def test_where_one_variable_is_not_enough_two_are_merged(release):
    sizes = {("a", "d"): 30, ("a", "e"): 30, ("a", "f"): 4, ("b", "d"): 30, ("b", "e"): 30, ("b", "f"): 3}
    sizes |= {("c", "d"): 2, ("c", "e"): 3, ("c", "f"): 1}
    table = release.table("t", frame(sizes, names=("one", "two")), by=["one", "two"], protect="merge")
    assert table.outcome is PASS
    said = table.output.definition["categories merged"]
    assert "of one" in said
    assert "of two" in said


def test_in_a_large_table_the_merging_passes_and_need_not_be_the_smallest(release):
    """Eight by twelve categories: there are more mergings than can be looked at."""
    rng = np.random.default_rng(4)
    cells = [(f"a{i}", f"b{j:02d}") for i in range(8) for j in range(12)]
    sizes = dict(zip(cells, rng.geometric(0.04, 96).tolist(), strict=True))
    table = release.table("t", frame(sizes, names=("one", "two")), by=["one", "two"], protect="merge")
    assert table.outcome is PASS
    assert "A smaller merging may do." in table.output.definition["categories merged"]
    assert len(table.frame) >= 30


def test_without_any_merging_that_passes_it_says_what_else_does(release):
    data = frame({("boy", "a"): 30, ("boy", "b"): 3, ("girl", "a"): 30, ("girl", "b"): 40})
    with pytest.raises(InputError) as error:
        release.table("t", data, by=["sex", "track"], protect="merge")
    assert "No merging" in str(error.value)
    assert "Leave out the variable" in str(error.value) or "Hide" in str(error.value)
    assert release.summary().empty


def test_a_merging_that_gives_away_what_is_registered_is_none(release):
    """Without the pupils of the smallest track, every merged table less the first leaves these few."""
    data = tracks()
    release.table("first", data[data["track"] != "pro"], by="track", population="without practical education")
    with pytest.raises(InputError, match="No merging"):
        release.table("t", data, by=["sex", "track"], protect="merge")
    assert release.summary()["output"].tolist() == ["first"]
