"""Direct identifiers are refused, and what merely looks like one is not."""

import numpy as np
import pandas as pd
import pytest
from stdnum.nl import bsn

from nco_research import identifiers, refuse_identifiers
from output_checks.errors import InputError

RANDOM = [f"{number:09d}" for number in np.random.default_rng(1).integers(0, 10**9, 3000)]
VALID = [number for number in RANDOM if bsn.is_valid(number)]
N = 40


def found(**columns):
    return [item.column for item in identifiers(pd.DataFrame(columns))]


@pytest.mark.parametrize(
    "columns",
    [
        {"nummer": VALID[:N]},
        {"nummer": [int(number) for number in VALID[:N]]},
        {"nummer": VALID[:N] + RANDOM[:N]},
        {"BSN": ["x"] * 3},
        {"burgerservicenummer": ["x"] * 3},
        {"onderwijsnummer": ["x"] * 3},
        {"achternaam": ["x"] * 3},
        {"firstName": ["x"] * 3},
        {"geboortedatum": ["2011-05-01", "2012-06-30"]},
        {"date_of_birth": pd.to_datetime(["2011-05-01", "2012-06-30"])},
        {"contact": ["a@b.nl", "c@d.nl"]},
        {"woont": ["1234 AB 12", "2345 CD 7a"]},
    ],
    ids=str,
)
def test_a_direct_identifier_is_found(columns):
    assert found(**columns) == list(columns)


@pytest.mark.parametrize(
    "columns",
    [
        {"RINPERSOON": RANDOM},
        {"pupil": RANDOM},
        {"nummer": VALID[:3]},
        {"ONDERWIJSNR_crypt": RANDOM},
        {"WPOBRIN_crypt": ["12AB", "13CD"]},
        {"geboortejaar": [2011, 2012]},
        {"GBAGEBOORTEMAAND": [5, 6]},
        {"birth_date": ["2011-05", "2012-06"]},
        {"postcode": ["1234 AB", "2345 CD"]},
        {"huisnummer": [1, 2]},
        {"test_date": ["2011-05-01", "2012-06-30"]},
        {"username_hash": ["a", "b"]},
        {"score": [12345678, 23456789]},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_what_only_looks_like_one_is_not(columns):
    assert found(**columns) == []


def test_postcode_with_house_number_and_a_birthday_in_three_parts_identify_together():
    assert found(postcode=["1234 AB", "2345 CD"], huisnummer=[1, 2]) == ["postcode"]
    assert found(postcode=["1234", "2345"], huisnummer=[1, 2]) == []
    assert found(GBAGEBOORTEJAAR=[2011], GBAGEBOORTEMAAND=[5], GBAGEBOORTEDAG=[1]) == ["GBAGEBOORTEDAG"]
    assert found(GBAGEBOORTEJAAR=[2011], GBAGEBOORTEMAAND=[5]) == []


def test_the_refusal_names_the_column_and_no_value():
    with pytest.raises(InputError, match="'nummer' holds citizen service numbers") as caught:
        refuse_identifiers(pd.DataFrame({"nummer": VALID[:N]}), source="pupils.csv")
    assert not any(number in str(caught.value) for number in VALID)


def test_running_numbers_pass_although_every_eleventh_has_a_valid_check_digit():
    assert found(pupil=[str(100_000_000 + i) for i in range(0, 200_000, 11)]) == []
