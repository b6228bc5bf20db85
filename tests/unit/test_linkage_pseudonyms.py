"""Keys and pseudonyms: who has no key learns nothing, and nothing is overwritten."""

import os
import stat

import numpy as np
import pytest

from nco_research.linkage.pseudonyms import Pseudonymiser, create_key, read_key
from output_checks.errors import InputError
from tests.linkage_factories import KEYED

MADE = KEYED


def test_pseudonyms_stay_what_they_were_in_earlier_versions():
    # Files of different years are joined by them: a change here parts every cohort.
    assert MADE.persons([0, 123456782, 999_999_999]).tolist() == ["924444156", "650823651", "637675185"]
    assert MADE.schools(["18AB"]) == ["D5BBRLCY3N"]


def test_a_hundred_thousand_persons_have_as_many_pseudonyms_of_nine_digits():
    made = MADE.persons(np.arange(10_000_000, 10_100_000))
    assert len(set(made)) == 100_000
    assert all(len(text) == 9 and text.isdigit() for text in made)


def test_numbers_that_need_walking_back_into_the_range_stay_apart():
    # Of a hundred thousand, one or two fall outside nine digits at first.
    assert (MADE._permuted(np.arange(300_000)) >= 10**9).any()
    assert len(set(MADE.persons(np.arange(300_000)))) == 300_000


def test_a_school_is_the_same_however_its_number_is_written_and_pseudonyms_do_not_show_it():
    first, second, other = MADE.schools(["18AB", " 18ab ", "18AC"])
    assert first == second != other
    assert len(first) == 10
    assert "18A" not in first


@pytest.mark.parametrize("numbers", [[-1], [10**9]])
def test_a_number_of_more_than_nine_digits_is_refused(numbers):
    with pytest.raises(InputError, match="nine digits at most") as caught:
        MADE.persons(numbers)
    assert str(numbers[0]) not in str(caught.value)


def test_no_numbers_make_no_pseudonyms():
    assert MADE.persons([]).tolist() == []


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(length):
    with pytest.raises(InputError, match="32 bytes"):
        Pseudonymiser(bytes(length))


def test_the_key_is_not_shown():
    assert repr(MADE) == str(MADE) == "Pseudonymiser(key hidden)"


def test_a_new_key_is_random_private_and_never_overwrites_another(tmp_path):
    for name in ("one", "two"):
        create_key(tmp_path / name)
    assert (tmp_path / "one").read_bytes() != (tmp_path / "two").read_bytes()
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o600
    before = (tmp_path / "one").read_bytes()
    with pytest.raises(InputError, match="exists already"):
        create_key(tmp_path / "one")
    assert (tmp_path / "one").read_bytes() == before
    assert read_key(tmp_path / "one").persons([1])[0] != read_key(tmp_path / "two").persons([1])[0]


def test_a_key_that_is_not_there_or_not_a_key_is_an_error(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_key(tmp_path / "none")
    (tmp_path / "short").write_bytes(b"secret words")
    with pytest.raises(InputError, match="32 bytes") as caught:
        read_key(tmp_path / "short")
    assert "secret" not in str(caught.value)
    with pytest.raises(InputError, match="cannot be written"):
        create_key(tmp_path / "no folder" / "key")
