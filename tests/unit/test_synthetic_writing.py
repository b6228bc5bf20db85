"""What the writers of the synthetic country put into files is what others read from them."""

import string
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from nco_research.synthetic.numbers import citizen_numbers, education_numbers, remainders
from nco_research.synthetic.table import NEVER, Table, coded, constant, dates, day, number, padded, text
from nco_research.synthetic.writing import whole, write_table
from output_checks.errors import InputError

_WORDS = st.text(alphabet=string.ascii_letters + string.digits + "éëï€ -", max_size=20).map(str.rstrip)
_NUMBERS = st.one_of(
    st.integers(-200, 400).map(float),
    st.floats(-1e12, 1e12, allow_subnormal=False),
    st.just(float("nan")),
    st.just(-0.0),
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(_WORDS, _NUMBERS, st.integers(0, 2)), min_size=1, max_size=40),
    width=st.integers(1, 3),
)
def test_spss_files_give_back_what_was_written(
    rows: list[tuple[str, float, int]], width: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("sav") / "x.sav"
    words = np.array([word.encode("cp1252") for word, _, _ in rows], dtype="S24")
    numbers = np.array([value for _, value, _ in rows])
    codes = np.array([code for _, _, code in rows], dtype=np.int8)
    table = Table(
        columns={
            "WORD": text(words, label="een woord"),
            "NUMBER": number(numbers, decimals=2),
            "CODE": coded(codes, tuple(value.ljust(width) for value in ("a", "b", "c"))),
            "NAME_THAT_IS_LONGER_THAN_EIGHT": constant("R", len(rows)),
        }
    )
    write_table(path, table)
    frame, meta = pyreadstat.read_sav(str(path))
    assert frame["WORD"].tolist() == [word for word, _, _ in rows]
    np.testing.assert_array_equal(frame["NUMBER"].to_numpy(), numbers)
    assert frame["CODE"].str.strip().tolist() == ["abc"[code] for code in codes]
    assert frame["NAME_THAT_IS_LONGER_THAN_EIGHT"].tolist() == ["R"] * len(rows)
    assert meta.file_encoding == "windows-1252"
    assert meta.column_names_to_labels["WORD"] == "een woord"


def test_spss_files_larger_than_one_round_stay_in_order(tmp_path: Path) -> None:
    count = 140_001
    numbers = np.arange(count) % 400
    keys = padded(np.arange(count), 9)
    write_table(tmp_path / "x.sav", Table(columns={"K": text(keys), "N": number(numbers)}))
    frame, _ = pyreadstat.read_sav(str(tmp_path / "x.sav"))
    assert frame["K"].tolist() == [f"{value:09d}" for value in range(count)]
    assert frame["N"].astype(int).tolist() == numbers.tolist()


def test_spss_files_have_the_value_labels_of_the_codes_that_occur(tmp_path: Path) -> None:
    column = coded(np.array([0, 1, 0], dtype=np.int8), ("BO ", "SBO")).described(
        "soort", {"BO": "Basis é", "VO": "elders"}
    )
    write_table(tmp_path / "x.sav", Table(columns={"T": column}))
    frame, meta = pyreadstat.read_sav(str(tmp_path / "x.sav"), apply_value_formats=True)
    assert {key.strip(): label for key, label in meta.variable_value_labels["T"].items()} == {"BO": "Basis é"}
    assert [str(value).strip() for value in frame["T"]] == ["Basis é", "SBO", "Basis é"]


def test_csv_files_are_written_as_dutch_windows_does(tmp_path: Path) -> None:
    table = Table(
        columns={
            "NAAM": coded(np.array([0, 1]), ("één", "twee")),
            "BEDRAG": number(np.array([1.5, np.nan]), decimals=2),
            "DAG": dates(np.array([day(2020, 2, 29), NEVER], dtype=np.int32), open_end="88888888"),
        }
    )
    write_table(tmp_path / "x.csv", table)
    raw = (tmp_path / "x.csv").read_bytes()
    assert raw == "NAAM;BEDRAG;DAG\r\néén;1,50;20200229\r\ntwee;;88888888\r\n".encode("cp1252")


def test_csv_text_with_a_semicolon_is_quoted(tmp_path: Path) -> None:
    table = Table(columns={"A": coded(np.array([0, 1]), ('x; "y"', "z")), "N": number(np.array([1, 2]))})
    write_table(tmp_path / "x.csv", table)
    assert (tmp_path / "x.csv").read_bytes() == b'A;N\r\n"x; ""y""";1\r\n"z";2\r\n'


def test_parquet_files_keep_keys_as_text_and_whole_numbers_whole(tmp_path: Path) -> None:
    table = Table(
        columns={"K": text(padded(np.array([7]), 9)), "N": number(np.array([3.0])), "E": text(np.array([b""]))}
    )
    write_table(tmp_path / "x.parquet", table)
    assert parquet.read_table(tmp_path / "x.parquet").to_pylist() == [{"K": "000000007", "N": 3, "E": ""}]


def test_a_file_that_cannot_be_finished_leaves_nothing(tmp_path: Path) -> None:
    def fails(path: Path) -> None:
        path.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left"):
        whole(tmp_path / "x.csv", fails)
    assert list(tmp_path.iterdir()) == []


def test_numbers_pass_the_check_of_others_and_no_two_are_alike() -> None:
    from stdnum.nl import bsn, onderwijsnummer

    rng = np.random.default_rng(3)
    citizen, education = citizen_numbers(rng, 20_000), education_numbers(rng, 20_000)
    assert len(set(citizen.tolist())) == len(set(education.tolist())) == 20_000
    assert all(bsn.is_valid(f"{value:09d}") for value in citizen[:2000].tolist())
    assert all(onderwijsnummer.is_valid(f"{value:09d}") for value in education[:2000].tolist())
    assert set(remainders(citizen).tolist()) == {0}
    assert set(remainders(education).tolist()) == {5}
    # A digit more is no number any longer.
    assert not bsn.is_valid(f"{citizen[0] // 10 * 10 + (citizen[0] + 1) % 10:09d}")


def test_more_numbers_than_there_are_is_an_error() -> None:
    with pytest.raises(InputError, match="no 2,000,000 different numbers"):
        education_numbers(np.random.default_rng(1), 2_000_000)


def test_days_are_those_of_the_calendar() -> None:
    days = np.array([day(1999, 12, 31), day(2000, 2, 29), day(2000, 3, 1)], dtype=np.int32)
    found = [value.decode("ascii") for value in dates(days).as_bytes()]
    assert found == ["19991231", "20000229", "20000301"]
    assert pd.to_datetime(found, format="%Y%m%d").is_monotonic_increasing
