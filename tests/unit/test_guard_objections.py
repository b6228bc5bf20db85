"""Whoever is on the list of objections is known by a key, however it is written, and never shown."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.nl import bsn

from nco_research.guard import Objections
from nco_research.guard.objections import rounded
from output_checks.errors import InputError

ONE, TWO, THREE = ("R", "012345678"), ("S", "987654321"), ("R", "000000042")
HEADER = "RINPERSOONS;RINPERSOON\n"
keys = st.tuples(st.sampled_from("RS"), st.integers(1, 10**9 - 1).map(lambda number: f"{number:09d}"))


@pytest.fixture
def read(tmp_path):
    def of(content):
        path = tmp_path / "objections.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return Objections.read(path)

    return of


@pytest.mark.parametrize(
    "content",
    [
        HEADER + "R;012345678\nS;987654321\nR;000000042\n",
        "rinpersoons;RinPersoon\r\nR;012345678\r\nS;987654321\r\nR;000000042\r\n",
        "\ufeff" + HEADER + "R;012345678\nS;987654321\nR;000000042",
        HEADER + " r ; 012345678 \nS;987654321\nR;000000042\nR;12345678\n",
        HEADER + "R;12345678\nS;987654321\nR;42\n",
        HEADER + "R;12345678.0\nS;987654321,0\nR;42.00\n",
        HEADER + '"R";"012345678"\n\n;\n"S";"987654321"\nR;42\n',
        "reden;RINPERSOON;datum;RINPERSOONS\nniets;012345678;20230101;R\n;987654321;;S\n;42;;R\n",
        "reden;RINPERSOON;RINPERSOONS\nouder één;012345678;R\n;987654321;S\n;42;R\n".encode("cp1252"),
    ],
    ids=["plain", "case", "mark", "padded", "zeros", "spreadsheet", "quoted", "other columns", "cp1252"],
)
def test_a_list_is_read_however_it_was_saved(read, content):
    objections = read(content)
    assert objections.persons == {ONE, TWO, THREE}
    assert len(objections) == 3


def test_a_number_and_its_kind_identify_together(read):
    assert read(HEADER + "R;012345678\nS;012345678\n").persons == {("R", "012345678"), ("S", "012345678")}


def test_a_number_with_letters_is_a_key_and_keeps_its_case(read):
    assert read(HEADER + "S;aB3456789\n").persons == {("S", "aB3456789")}


def test_an_empty_list_is_a_list_and_an_empty_file_is_not(read):
    nobody = read(HEADER)
    assert (len(nobody), nobody.count_rounded, repr(nobody)) == (0, "none", "Objections(none)")
    with pytest.raises(InputError, match="RINPERSOONS must be in the list"):
        read("")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (HEADER + "R;012345678\nR;\n", 3),
        (HEADER + ";012345678\n", 2),
        (HEADER + "R;0123456789\n", 2),
        (HEADER + "R;1,23E+08\n", 2),
        (HEADER + "R;12-345-78\n", 2),
        (HEADER + "R;000000000\n", 2),
        (HEADER + "RS;012345678\n", 2),
        (HEADER + "1;012345678\n", 2),
        (HEADER + "\n\nR;012345678\n\nR\n", 6),
    ],
)
def test_a_line_without_a_valid_key_is_named_by_its_number_and_not_by_its_value(read, content, line):
    with pytest.raises(InputError, match=f"line {line}: there is no valid key") as caught:
        read(content)
    assert "01234" not in str(caught.value)
    assert "1,23" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("RINPERSOON\n012345678\n", "RINPERSOONS must be in the list of objections once; it is not there"),
        ("RINPERSOONS,RINPERSOON\nR,012345678\n", "RINPERSOONS must be in the list of objections once; it is not"),
        (
            "RINPERSOONS;RINPERSOON;rinpersoon\nR;1;2\n",
            "RINPERSOON must be in the list of objections once; it is twice",
        ),
        (b"PK\0\0", "is not a csv file"),
    ],
)
def test_a_list_without_key_columns_is_refused(read, content, message):
    with pytest.raises(InputError, match=message):
        read(content)


def test_the_list_from_before_linkage_is_refused_as_identifying(read):
    numbers = [f"{number:09d}" for number in range(123_456_000, 123_457_000) if bsn.is_valid(f"{number:09d}")][:20]
    disguised = HEADER + "".join(f"R;{number}\n" for number in numbers)
    for content in ("BSN;ONDERWIJSNUMMER\n123456782;\n", HEADER[:-1] + ";BSN\nR;012345678;123456782\n", disguised):
        with pytest.raises(InputError, match=r"Direct identifiers in objections\.csv") as caught:
            read(content)
        assert "12345" not in str(caught.value)
    assert len(read(HEADER + "".join(f"R;{int(number) + 1:09d}\n" for number in numbers))) == 20


def test_a_list_that_is_not_there_stops_everything(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        Objections.read(tmp_path / "none.csv")
    with pytest.raises(InputError, match="cannot be read"):
        Objections.read(tmp_path)


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "none"),
        (1, "fewer than 10"),
        (9, "fewer than 10"),
        (10, "about 10"),
        (14, "about 10"),
        (1236, "about 1,240"),
    ],
)
def test_the_count_is_told_rounded(count, told):
    assert rounded(count) == told
    objections = Objections(frozenset(("R", f"{number:09d}") for number in range(1, count + 1)))
    assert objections.count_rounded == told
    assert repr(objections) == f"Objections({told})"
    assert str(objections) == repr(objections)


@settings(max_examples=20, deadline=None)
@given(st.lists(keys, unique=True, min_size=1, max_size=30), st.randoms())
def test_the_digest_depends_on_the_persons_and_not_on_their_order(tmp_path_factory, persons, random):
    path = tmp_path_factory.mktemp("list") / "objections.csv"
    shuffled = [*persons, persons[0]]
    random.shuffle(shuffled)
    path.write_text(HEADER + "".join(f"{kind};{number}\n" for kind, number in shuffled), encoding="utf-8")
    read = Objections.read(path)
    assert read.digest == Objections(frozenset(persons)).digest
    assert read.digest != Objections(frozenset(persons[1:])).digest


def test_frames_for_an_anti_join_have_text_columns_also_where_nobody_objected():
    for persons in ([ONE, TWO], []):
        objections = Objections(frozenset(persons))
        table = objections.as_arrow()
        assert [str(field.type) for field in table.schema] == ["string", "string"]
        assert table.column_names == ["RINPERSOONS", "RINPERSOON"]
        assert objections.as_frame().to_dict("list") == table.to_pydict()
        assert set(zip(*table.to_pydict().values(), strict=True)) == set(persons)


def bridge(*links):
    return pd.DataFrame([[*one, *other] for one, other in links], columns=["a", "b", "c", "d"])


def test_an_objection_counts_for_the_other_numbers_of_the_person_in_both_directions():
    s, r, old, other = ("S", "111111111"), ("R", "222222222"), ("S", "333333333"), ("R", "444444444")
    links = bridge((s, r), (old, r), (other, ("S", "555555555")))
    for objector in (s, r, old):
        assert Objections(frozenset([objector])).with_bridge(links).persons == {s, r, old}
    assert Objections(frozenset([ONE])).with_bridge(links).persons == {ONE}
    assert Objections(frozenset()).with_bridge(links).persons == frozenset()


def test_rows_of_a_bridge_without_a_key_link_nobody():
    blank = bridge((ONE, ("R", None)), (TWO, ("R", None)), (THREE, (None, "")), (ONE, ("R", "000000000")))
    assert Objections(frozenset([ONE])).with_bridge(blank).persons == {ONE}
    assert Objections(frozenset([ONE])).with_bridge(bridge()).persons == {ONE}


def test_a_bridge_with_numbers_that_lost_their_zeros_is_mended():
    links = pd.DataFrame({"kind": ["R"], "number": [12345678], "to_kind": ["s"], "to_number": [5]})
    assert Objections(frozenset([ONE])).with_bridge(links).persons == {ONE, ("S", "000000005")}


def test_a_bridge_with_other_columns_is_refused():
    with pytest.raises(InputError, match="four columns"):
        Objections(frozenset()).with_bridge(pd.DataFrame({"a": [1]}))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=14), st.sets(st.integers(1, 12), max_size=3)
)
def test_links_are_followed_as_by_brute_force(links, objectors):
    def key(number):
        return ("R", f"{number:09d}")

    reached = set(objectors)
    for _ in range(12):
        reached |= {b for a, b in links if a in reached} | {a for a, b in links if b in reached}
    made = Objections(frozenset(map(key, objectors))).with_bridge(bridge(*((key(a), key(b)) for a, b in links)))
    assert made.persons == set(map(key, reached))
