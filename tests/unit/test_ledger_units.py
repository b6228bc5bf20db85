"""Membership written small comes back as it was, whatever was written before it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output_checks.errors import InputError
from output_checks.model.evidence import CellStatus, Tabulation
from output_checks.model.members import Members
from output_checks.model.statistic import Statistic
from output_checks.store import ledger_units
from output_checks.store.ledger_units import Register

HASHES = st.one_of(st.integers(0, 12), st.integers(0, 2**64 - 1))


def tabulation(members, *, cells, by="way", variable=""):
    return Tabulation(
        statistic=Statistic.COUNT,
        variable=variable,
        by=(by,),
        cells=tuple((f"c{cell}",) for cell in range(cells)),
        values=np.zeros(cells),
        status=(CellStatus.PUBLISHED,) * cells,
        members=members,
    )


@st.composite
def tabulations(draw):
    """Few or many records, several of one unit too, of up to three levels, with marks or without."""
    n, cells = draw(st.integers(0, 25)), draw(st.integers(1, 400))
    array = st.lists(HASHES, min_size=n, max_size=n)
    levels = draw(st.sampled_from([("pupil",), ("pupil", "school"), ("pupil", "school", "board")]))
    own = draw(st.lists(st.integers(0, cells - 1), min_size=n, max_size=n))
    marks = draw(st.none() | st.lists(st.integers(0, 2**32 - 1), min_size=n, max_size=n))
    members = Members(
        units={level: np.array(draw(array), dtype=np.uint64) for level in levels},
        cells=np.array(own, dtype=np.int32),
        marks=None if marks is None else np.array(marks, dtype=np.uint32),
        repeated=draw(st.booleans()),
    )
    by, variable = draw(st.sampled_from("ab")), draw(st.sampled_from("xyz"))
    return tabulation(members, cells=cells, by=by, variable=variable)


def records(members):
    marks = [None] * len(members) if members.marks is None else members.marks.tolist()
    units = [hashes.tolist() for hashes in members.units.values()]
    return sorted(zip(*units, members.cells.tolist(), marks, strict=True), key=str)


@pytest.mark.parametrize("kept", [1, 64])
def test_whatever_is_written_in_a_row_is_read_in_that_row(kept, monkeypatch):
    """With room for one former classification too, so that forgetting is the same in writing and reading."""
    monkeypatch.setattr(ledger_units, "_FORMER", kept)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(tabulations(), min_size=1, max_size=6))
    def check(items):
        writing, reading = Register(), Register()
        for item, content in zip(items, [writing.write(item) for item in items], strict=True):
            back = reading.read(content, item)
            assert records(back) == records(item.members)
            assert list(back.units) == list(item.members.units)
            assert back.repeated == item.members.repeated

    check()


def made(n, *, seed=0, cells=50):
    rng = np.random.default_rng(seed)
    hashes = np.random.default_rng(9).integers(0, 2**52, n, dtype=np.uint64)
    own = rng.integers(0, cells, n).astype(np.int32)
    marks = rng.integers(0, 2**32, n, dtype=np.uint64).astype(np.uint32)
    return Members(units={"pupil": hashes, "school": hashes % np.uint64(97)}, cells=own, marks=marks)


def without(members, place):
    kept = np.arange(len(members)) != place
    units = {level: hashes[kept] for level, hashes in members.units.items()}
    return Members(units=units, cells=members.cells[kept], marks=members.marks[kept])


def test_the_same_pupils_less_one_take_next_to_no_room():
    register, whole = Register(), made(100_000)
    first = register.write(tabulation(whole, cells=50))
    again = register.write(tabulation(without(whole, 77), cells=50))
    other = register.write(tabulation(made(100_000, seed=1), cells=50))
    assert len(first) > 500_000
    assert len(again) < 3_000
    assert len(again) < len(other) < len(first)


def test_large_arrays_come_back_in_no_time_and_share_equal_units():
    writing, reading = Register(), Register()
    whole = tabulation(made(300_000), cells=50)
    contents = [writing.write(whole), writing.write(whole)]
    first, second = (reading.read(content, whole) for content in contents)
    assert first.finest is second.finest
    order = np.argsort(whole.members.finest, kind="stable")
    for before, after in ((whole.members.cells, first.cells), (whole.members.marks, second.marks)):
        np.testing.assert_array_equal(before[order], after[np.argsort(first.finest, kind="stable")])


def test_units_that_were_met_are_counted_once():
    register = Register()
    assert register.known("pupil", made(10).finest) == 0
    register.write(tabulation(made(10), cells=50))
    assert register.size("pupil") == 10
    assert register.known("pupil", np.concatenate([made(15).finest, made(15).finest])) == 10


@pytest.mark.parametrize("own", [-1, 50])
def test_members_of_cells_that_are_not_there_are_refused(own):
    members = Members(units={"pupil": np.array([1], dtype=np.uint64)}, cells=np.array([own], dtype=np.int32))
    with pytest.raises(InputError, match="cells that it lacks"):
        Register().write(tabulation(members, cells=50))


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all"])
def test_other_bytes_are_an_error(content):
    with pytest.raises(InputError, match="does not hold members"):
        Register().read(content, tabulation(None, cells=3))


def test_bytes_of_another_table_are_an_error():
    content = Register().write(tabulation(made(1000), cells=50))
    with pytest.raises(InputError, match="does not hold members"):
        Register().read(content, tabulation(None, cells=3))
