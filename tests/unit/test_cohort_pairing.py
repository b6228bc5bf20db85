"""Person numbers are matched whole: with their zeros, with their kind, the right way round; each beside a near miss."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from nco_research import Cohort
from nco_research.codebooks import codebook
from nco_research.cohort.pairing import kind_column
from output_checks.errors import InputError
from tests.cohort_factories import Register
from tests.microdata_factories import PERSON, people

N = 40


def pupils(n=N, **columns):
    return people(n, **columns)


def cohort(frame=None, key=PERSON):
    return Cohort.starting("enrolled", pupils() if frame is None else frame, key=key)


def shortened(frame, places):
    """The frame with the leading zeros of the numbers lost in those places."""
    numbers = frame["RINPERSOON"].astype(object).to_numpy().copy()
    numbers[places] = [number.lstrip("0") for number in numbers[places]]
    return frame.assign(RINPERSOON=numbers)


SPELL = {"from": pd.Timestamp("2014-01-01"), "to": pd.NaT}


def linked(start, data):
    return len(start.link("tests", data.assign(score=1.0), on=PERSON))


def followed(start, data):
    return len(start.follow("later", data.assign(year=2014)))


def dated(start, data):
    spells = data.assign(home="A", **SPELL).astype({"to": "datetime64[ns]"})
    days = {"start": "from", "end": "to"}
    return len(start.at("homes", spells, date=dt.date(2014, 10, 1), columns=["home"], **days))


@pytest.mark.parametrize("step", [linked, followed, dated])
@pytest.mark.parametrize("places", [[0], range(N)])
def test_person_numbers_without_their_zeros_are_refused_however_few_they_are(step, places):
    short = shortened(pupils(), list(places))
    with pytest.raises(InputError, match=r"in the data of .* have fewer than nine characters.*\.str\.zfill\(9\)"):
        step(cohort(), short)
    with pytest.raises(InputError, match=r"\(RINPERSOON\) in the cohort have fewer than nine characters"):
        step(cohort(short), pupils())
    assert step(cohort(), pupils()) == N


def test_a_register_is_looked_at_like_a_frame():
    with pytest.raises(InputError, match=r"^fewer than 10 person numbers .* fewer than nine characters"):
        len(cohort().link("tests", Register(shortened(pupils(), [3]).assign(score=1)), on=PERSON))


def test_numbers_that_are_short_on_both_sides_alike_match_and_a_mixture_does_not():
    numbers = pd.DataFrame({"RINPERSOON": ["12345", "123456789"], "score": [1, 2]})
    start = Cohort.starting("enrolled", numbers[["RINPERSOON"]], key="RINPERSOON")
    assert len(start.link("tests", numbers, on="RINPERSOON")) == 2
    mixed = pd.DataFrame({"RINPERSOON": ["000012345", "54321", "123456789"], "score": [1, 2, 3]})
    with pytest.raises(InputError, match="fewer than nine characters"):
        len(start.link("tests", mixed, on="RINPERSOON"))


def test_other_keys_may_have_any_length():
    frame = pd.DataFrame({"pupil": ["1", "123456789"], "school": ["a", "b"]})
    start = Cohort.starting("enrolled", frame, key="pupil")
    assert len(start.link("tests", pd.DataFrame({"pupil": ["000000001", "123456789"]}), on="pupil")) == 1


KINDS = ["R", "S"] * (N // 2)


def test_pupils_of_two_kinds_are_not_known_by_their_number_alone():
    two = pupils().assign(RINPERSOONS=KINDS)
    for data in (two, Register(two)):
        with pytest.raises(InputError, match=r"half a key .* Try: key=\['RINPERSOONS', 'RINPERSOON'\]"):
            len(cohort(data, key="RINPERSOON"))
    assert len(cohort(two)) == N
    assert len(cohort(pupils(), key="RINPERSOON")) == N
    one = Cohort.starting("R only", Register(two), key="RINPERSOON", where="RINPERSOONS = 'R'")
    assert len(one) == N // 2


def test_a_link_on_the_number_alone_is_refused_where_its_kind_differs():
    two = pupils().assign(RINPERSOONS=KINDS, score=1)
    own = pd.DataFrame({"RINPERSOON": pupils()["RINPERSOON"]})
    with pytest.raises(InputError, match=r"half a key .*on=\['RINPERSOONS', 'RINPERSOON'\], where the pupils have"):
        len(cohort(own, key="RINPERSOON").link("tests", two, on="RINPERSOON"))
    assert len(cohort(own, key="RINPERSOON").link("tests", two.assign(RINPERSOONS="R"), on="RINPERSOON")) == N
    with pytest.raises(InputError, match=r"half a key .*on=\['RINPERSOONS', 'RINPERSOON'\]$"):
        len(cohort().link("tests", two, on="RINPERSOON", columns=["score"]))
    with pytest.raises(InputError, match="half a key"):
        len(cohort(own, key="RINPERSOON").follow("later", two.assign(year=2014)))


def test_the_kind_of_another_person_counts_too():
    mothers = pupils(RINPERSOONSMa="R", RINPERSOONMa=pupils()["RINPERSOON"][::-1].tolist())
    incomes = pupils(income=np.arange(N)).assign(RINPERSOONS=KINDS)
    both = {"RINPERSOONSMa": "RINPERSOONS", "RINPERSOONMa": "RINPERSOON"}
    with pytest.raises(InputError, match=r"match on both: on=\{'RINPERSOONSMa': 'RINPERSOONS', 'RINPERSOONMa'"):
        len(cohort(mothers).link("income", incomes, on={"RINPERSOONMa": "RINPERSOON"}, columns=["income"]))
    assert len(cohort(mothers).link("income", incomes, on=both)) == N // 2


def test_a_frame_without_kinds_is_remarked_on_where_pupils_differ_in_it():
    tests = pupils(score=1).drop(columns="RINPERSOONS")
    two = cohort(pupils().assign(RINPERSOONS=KINDS)).link("tests", tests, on="RINPERSOON")
    assert "RINPERSOONS differs between pupils and was not compared" in two.flow.steps[-1].remark
    assert cohort().link("tests", tests, on="RINPERSOON").flow.steps[-1].remark == ""


def test_a_kind_that_would_come_twice_is_to_be_matched_on():
    with pytest.raises(InputError, match=r"match on both: on=\['RINPERSOONS', 'RINPERSOON'\]"):
        cohort().link("tests", pupils(score=1), on="RINPERSOON")
    with pytest.raises(InputError, match="leave it out, or rename it"):
        cohort(pupils(score=1)).link("tests", pupils(score=1), on=PERSON)


@pytest.mark.parametrize(
    ("number", "kind"),
    [("RINPERSOON", "RINPERSOONS"), ("RINPERSOONMa", "RINPERSOONSMa"), ("rinpersoon", "RINPERSOONS"),
     ("RINPERSOONVTV", None), ("school", None), ("RINPERSOONS", None)],
)  # fmt: skip
def test_the_kind_of_a_number_is_found_by_its_name(number, kind):
    assert kind_column(number, ["year", "RINPERSOONS", "RINPERSOONSMa", "RINPERSOONSPa", "RINPERSOONMa"]) == kind


def test_columns_that_are_the_wrong_way_round_are_turned():
    start = cohort(pupils(RINPERSOONMa=pupils()["RINPERSOON"]).drop(columns="RINPERSOONS"), key="RINPERSOON")
    incomes = pd.DataFrame({"person": pupils()["RINPERSOON"], "income": 1.0})
    turned = r"the wrong way round.* Try: on=\{'RINPERSOONMa': 'person'\}"
    with pytest.raises(InputError, match=turned):
        start.link("income", incomes, on={"person": "RINPERSOONMa"})
    with pytest.raises(InputError, match=r"the wrong way round.* Try: on=\{'RINPERSOON': 'person'\}"):
        start.follow("later", incomes.assign(year=2014), on={"person": "RINPERSOON"})
    with pytest.raises(InputError, match=r"no column 'persn' in the cohort"):
        start.link("income", incomes, on={"persn": "RINPERSOONMa"})
    assert len(start.link("income", incomes, on={"RINPERSOONMa": "person"})) == N


@pytest.mark.parametrize(("found", "said"), [(0, "nobody is in it"), (1, "nearly nobody is in it"), (2, ""), (3, "")])
def test_a_link_that_hardly_anybody_is_in_is_probably_on_the_wrong_key(found, said):
    start = Cohort.starting("enrolled", pd.DataFrame({"pupil": [f"p{n}" for n in range(200)]}), key="pupil")
    data = pd.DataFrame({"pupil": [f"p{n}" for n in range(found)] + ["x"], "score": 1})
    remark = start.link("tests", data, on="pupil", required=False).flow.steps[-1].remark
    assert ("pupil is probably the wrong key" in remark) is bool(said)
    assert said in remark


def test_the_years_of_a_frame_that_the_cohort_has_already_are_said_to_be_left_out():
    start = cohort(pupils(year=2014, school_year=2013))
    data = pupils(year=2014, school_year=2013, score=1.0, day=2.0)
    with pytest.raises(
        InputError, match=r"has 'year' and 'school_year' already.*columns=\['score', 'day'\], or rename it"
    ):
        start.link("tests", data, on=PERSON)
    with pytest.raises(InputError, match=r"has 'year', 'school_year' and 'day' already.*columns=\['score'\], or"):
        cohort(pupils(year=2014, school_year=2013, day=1.0)).link("tests", data, on=PERSON)
    assert len(start.link("tests", data, on=PERSON, columns=["score", "day"])) == N
    assert list(start.link("tests", Register(data), on=PERSON).frame.columns[4:]) == ["score", "day"]
    assert "year" in cohort().link("tests", data, on=PERSON).frame


def test_several_spells_of_a_pupil_are_a_question_of_a_day():
    book = codebook("GBAADRESOBJECTBUS")
    assert book.spell is not None
    rows = pd.concat([pupils(RINOBJECTNUMMER="A"), pupils(RINOBJECTNUMMER="B")])
    with pytest.raises(InputError, match=r"Try: take what holds on one day, cohort\.at\("):
        len(cohort().link("address", Register(rows, book=book), on=PERSON))
    with pytest.raises(InputError, match="Try: keep one row per key there"):
        len(cohort().link("address", Register(rows), on=PERSON))
