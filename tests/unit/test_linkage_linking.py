"""Every ambiguity and every conflict, beside the near miss that is linked."""

import pandas as pd
import pytest

from nco_research.linkage.linking import Count, Outcome, Step, link_pupils
from nco_research.sql import connect
from tests.linkage_factories import BSNS, EDUCATION_NUMBERS

A, B, UNKNOWN = BSNS[:3]
E, F = EDUCATION_NUMBERS[:2]
NOBODY = None


def who(bsn="", education="", *, sex="V", birth="20120131", postcode="1811KL", house="12", delivery=0):
    """A pupil or a person."""
    return {
        "bsn": bsn,
        "education": education,
        "sex": sex,
        "birth": birth,
        "postcode": postcode,
        "house": house,
        "delivery": delivery,
    }


def link(pupils, people, *, objecting=(), doubtful=()):
    """Step, outcome and identity per pupil; None where nobody was found. And the counts.

    `people` are known by their own numbers, as though the population file said nothing else of them.
    """
    frame = pd.DataFrame(people, dtype=object)
    frame["identity"] = [("R" + one["bsn"]) if one["bsn"] else ("S" + one["education"]) for one in people]
    frame["certain"] = ~frame.identity.isin(doubtful)
    frame.loc[frame.bsn + frame.education == "", "identity"] = ""
    delivered = pd.DataFrame(pupils).assign(pupil=range(len(pupils)), rows=10)
    with connect() as connection:
        connection.register("given", frame)
        connection.execute("CREATE TEMP TABLE people AS SELECT * FROM given")
        connection.execute("CREATE TEMP TABLE objecting (identity VARCHAR)")
        for identity in objecting:
            connection.execute("INSERT INTO objecting VALUES (?)", [identity])
        connection.register("pupils", delivered)
        links = link_pupils(connection)
        rows = connection.execute("SELECT pupil, step, outcome, identity FROM decided").fetchall()
    found = {pupil: (Step[step], Outcome[outcome], identity) for pupil, step, outcome, identity in rows}
    return [found.get(place, NOBODY) for place in range(len(pupils))], links


def by(step, identity):
    return (step, Outcome.LINKED, identity)


def test_a_pupil_is_linked_by_the_first_step_that_finds_somebody():
    people = [who(A, E), who(B, F, house="13"), who("", EDUCATION_NUMBERS[2], house="14")]
    pupils = [
        who(A, F, delivery=1),
        who(UNKNOWN, F, delivery=2),
        who("", F, delivery=3),
        who("", EDUCATION_NUMBERS[2], delivery=4),
        who(UNKNOWN, "", delivery=5),
        who("", "", house="13", delivery=6),
        who("", "", house="15", delivery=7),
    ]
    assert link(pupils, people)[0] == [
        by(Step.BSN, "R" + A),
        by(Step.EDUCATION_NUMBER, "R" + B),
        by(Step.EDUCATION_NUMBER, "R" + B),
        by(Step.EDUCATION_NUMBER, "S" + EDUCATION_NUMBERS[2]),
        by(Step.DETAILS, "R" + A),
        by(Step.DETAILS, "R" + B),
        NOBODY,
    ]


@pytest.mark.parametrize(("number", "step"), [("bsn", Step.BSN), ("education", Step.EDUCATION_NUMBER)])
def test_a_number_of_two_persons_is_ambiguous_and_goes_to_no_later_step(number, step):
    pupil = who(**{number: A if number == "bsn" else E})
    people = [who(A), who(A, birth="20120201")] if number == "bsn" else [who(A, E), who(B, E, house="13")]
    assert link([pupil], people)[0] == [(step, Outcome.AMBIGUOUS, "")]
    # Near miss: the same person twice, at two addresses.
    assert link([pupil], [people[0], people[0] | {"house": "13"}])[0] == [by(step, "R" + A)]


def test_details_of_two_persons_are_ambiguous_and_of_one_at_two_addresses_are_not():
    assert link([who()], [who(A), who(B)])[0] == [(Step.DETAILS, Outcome.AMBIGUOUS, "")]
    assert link([who()], [who(A), who(B, house="13")])[0] == [by(Step.DETAILS, "R" + A)]
    assert link([who()], [who(A), who(A, postcode="1811KM")])[0] == [by(Step.DETAILS, "R" + A)]


@pytest.mark.parametrize("detail", ["sex", "birth", "postcode", "house"])
def test_details_link_only_where_all_four_are_known_and_equal(detail):
    other = {"sex": "M", "birth": "20120201", "postcode": "1811KM", "house": "13"}[detail]
    assert link([who()], [who(A)])[0] == [by(Step.DETAILS, "R" + A)]
    for value in (other, ""):
        assert link([who(**{detail: value})], [who(A)])[0] == [NOBODY]
    assert link([who(**{detail: ""})], [who(A, **{detail: ""})])[0] == [NOBODY]


def test_empty_numbers_are_nobodys_number():
    assert link([who(house="13")], [who("", E), who(A, "")])[0] == [NOBODY]


def test_two_pupils_of_a_delivery_for_one_person_by_details_are_ambiguous_and_of_two_deliveries_are_not():
    people = [who(A)]
    both = [who(UNKNOWN), who("", E)]
    assert link(both, people)[0] == [(Step.DETAILS, Outcome.AMBIGUOUS, "")] * 2
    assert link([both[0], both[1] | {"delivery": 1}], people)[0] == [by(Step.DETAILS, "R" + A)] * 2


def test_details_of_somebody_whom_another_pupil_of_the_delivery_is_by_number_are_ambiguous():
    people = [who(A)]
    assert link([who(A), who()], people)[0] == [by(Step.BSN, "R" + A), (Step.DETAILS, Outcome.AMBIGUOUS, "")]
    assert link([who(A), who(delivery=1)], people)[0] == [by(Step.BSN, "R" + A), by(Step.DETAILS, "R" + A)]


def test_two_pupils_of_a_delivery_with_one_number_are_one_person():
    assert link([who(A), who(A, house="13")], [who(A)])[0] == [by(Step.BSN, "R" + A)] * 2


@pytest.mark.parametrize("detail", [{"sex": "M"}, {"birth": "20110505"}])
def test_a_pupil_by_education_number_who_cannot_be_the_pupil_by_bsn_is_ambiguous(detail):
    people = [who(A, E)]
    other = who("", E, **detail)
    by_bsn = by(Step.BSN, "R" + A)
    by_education = by(Step.EDUCATION_NUMBER, "R" + A)
    assert link([who(A), other], people)[0] == [by_bsn, (Step.EDUCATION_NUMBER, Outcome.AMBIGUOUS, "")]
    # Near misses: nothing known that differs; another delivery; another person; a slip of the pen on its own.
    for same in (who("", E), who("", E, house="77"), who("", E, sex="", birth="")):
        assert link([who(A), same], people)[0] == [by_bsn, by_education]
    assert link([who(A), other | {"delivery": 1}], people)[0] == [by_bsn, by_education]
    assert link([who(B), other], [*people, who(B, house="13")])[0] == [by(Step.BSN, "R" + B), by_education]
    assert link([other], people)[0] == [by_education]


def test_two_pupils_by_two_education_numbers_of_one_person_who_cannot_both_be_it_are_ambiguous():
    people = [who(A, E), who(A, F)]
    both = [who("", E), who("", F, birth="20110505")]
    assert link(both, people)[0] == [(Step.EDUCATION_NUMBER, Outcome.AMBIGUOUS, "")] * 2
    assert link([both[0], who("", F)], people)[0] == [by(Step.EDUCATION_NUMBER, "R" + A)] * 2


def test_nobody_is_linked_to_somebody_whose_number_the_population_gives_to_two_at_whatever_step():
    people = [who(A, E), who(B, F, house="13")]
    pupils = [who(A), who("", E, delivery=1), who("", "", delivery=2), who(B, delivery=3)]
    doubted = [(step, Outcome.AMBIGUOUS, "") for step in Step]
    assert link(pupils, people, doubtful=["R" + A])[0] == [*doubted, by(Step.BSN, "R" + B)]
    assert link(pupils, people)[0][:3] == [by(step, "R" + A) for step in Step]


def test_somebody_without_number_makes_details_ambiguous_and_is_nobodys_link():
    assert link([who()], [who(A), who()])[0] == [(Step.DETAILS, Outcome.AMBIGUOUS, "")]
    assert link([who()], [who(A, house="13"), who()])[0] == [NOBODY]
    assert link([who()], [who(A), who(house="13")])[0] == [by(Step.DETAILS, "R" + A)]


@pytest.mark.parametrize("number", ["bsn", "education"])
def test_a_number_of_somebody_of_the_other_sex_with_another_birth_date_conflicts_and_goes_to_no_later_step(number):
    step = Step.BSN if number == "bsn" else Step.EDUCATION_NUMBER
    given = {number: A if number == "bsn" else E}
    people = [who(A, E, house="50"), who(B, sex="M", birth="20120201")]
    both = who(**given, sex="M", birth="20120201")
    assert link([both], people)[0] == [(step, Outcome.CONFLICTING, "")]
    for near in ({"sex": "M"}, {"birth": "20120201"}, {"sex": "M", "birth": ""}, {"sex": "", "birth": "20120201"}):
        assert link([who(**given, **near)], people)[0] == [by(step, "R" + A)]
    unknown = [who(A, E, sex="", birth="20100101")]
    assert link([both], unknown)[0] == [by(step, "R" + A)]


def test_counts_are_of_pupils_and_rows_and_add_up():
    people = [who(A), who(B, E, sex="M", birth="20130303")]
    pupils = [who(A), who(B), who("", "", postcode="9999ZZ"), who("", E, sex="M")]
    _, links = link(pupils, people)
    bsn, education, details = links.steps
    assert links.pupils == Count(pupils=4, rows=40)
    assert (bsn.linked, bsn.conflicting, bsn.left) == (
        Count(pupils=1, rows=10),
        Count(pupils=1, rows=10),
        Count(pupils=2, rows=20),
    )
    assert (education.linked.pupils, education.left.pupils) == (1, 1)
    assert (details.linked.pupils, details.ambiguous.pupils, details.left) == (0, 0, Count(pupils=1, rows=10))
    assert links.objected == Count()


def test_a_link_to_an_objector_that_slipped_through_is_taken_back_and_counted_nowhere_else():
    found, links = link([who(A), who(B, house="13")], [who(A), who(B, house="13")], objecting=["R" + A])
    assert found == [(Step.BSN, Outcome.OBJECTED, ""), by(Step.BSN, "R" + B)]
    assert links.objected == links.pupils == Count(pupils=1, rows=10)
    assert links.steps[0].linked == Count(pupils=1, rows=10)
    assert links.steps[-1].left == Count()
