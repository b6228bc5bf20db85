"""What must hold of linkage whatever is delivered: check digits, pseudonyms, and who is linked to whom."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.nl import bsn, onderwijsnummer

from nco_research.linkage import cleaning
from nco_research.linkage.linking import link_pupils
from nco_research.linkage.objections import _plain
from nco_research.linkage.pseudonyms import Pseudonymiser
from nco_research.sql import connect

QUICK = settings(max_examples=20, deadline=None)
KEYS = st.binary(min_size=32, max_size=32)


def in_sql(expression: str, texts: Sequence[str]) -> list[object]:
    with connect() as connection:
        connection.register("given", pd.DataFrame({"place": range(len(texts)), "text": pd.Series(texts, dtype=object)}))
        return [one for (one,) in connection.execute(f"SELECT {expression} FROM given ORDER BY place").fetchall()]


def test_check_digits_are_those_of_python_stdnum_for_many_numbers():
    drawn = np.random.default_rng(1).integers(0, 10**9, 20_000).tolist()
    texts = [f"{number:09d}" for number in [0, *range(100_000_000, 100_001_000), *drawn]]
    assert in_sql(cleaning.passes_as_bsn("text"), texts) == [bsn.is_valid(text) for text in texts]
    passing = in_sql(cleaning.passes_as_education_number("text"), texts)
    assert passing == [onderwijsnummer.is_valid(text) for text in texts]
    assert any(passing)


@QUICK
@given(st.lists(st.text(alphabet="0123456789 .-x,", max_size=13), min_size=1, max_size=30))
def test_what_is_not_nine_digits_passes_neither_check_and_breaks_nothing(texts):
    digits = in_sql(cleaning.digits("text"), texts)
    for check, valid in (("passes_as_bsn", bsn), ("passes_as_education_number", onderwijsnummer)):
        passing = in_sql(getattr(cleaning, check)("text"), [str(number) for number in digits])
        assert passing == [len(str(number)) == 9 and valid.is_valid(str(number)) for number in digits]


SPELLINGS = st.sampled_from(
    [
        "{0}",
        "{1}",
        " {0} ",
        "{2} {3} {4}",
        "{2}.{3}.{4}",
        "{2}-{3}-{4}",
        "{0},00",
        "{1}.0",
        "'{0}",
        "00{0}",
        "{2}/{3}/{4}",
    ]
)


@QUICK
@given(st.lists(st.tuples(st.integers(1, 10**9 - 1), SPELLINGS), min_size=1, max_size=20))
def test_a_number_is_the_same_in_every_spelling_in_deliveries_and_in_objections(written):
    numbers = [f"{number:09d}" for number, _ in written]
    texts = [
        spelling.format(number, number.lstrip("0"), number[:4], number[4:6], number[6:])
        for number, (_, spelling) in zip(numbers, written, strict=True)
    ]
    assert in_sql(cleaning.digits("text"), texts) == numbers
    assert [_plain(text) for text in texts] == numbers


@settings(max_examples=3, deadline=None)  # a key takes a moment
@given(KEYS, KEYS, st.sets(st.integers(0, 10**9 - 1), min_size=5, max_size=300))
def test_pseudonyms_are_nine_digits_of_one_person_each_and_another_key_makes_others(key, other, numbers):
    chosen = np.array(sorted(numbers))
    one, another = Pseudonymiser(key), Pseudonymiser(other)
    made = one.persons(chosen)
    assert all(len(text) == 9 and text.isdigit() for text in made)
    assert len(set(made)) == len(chosen)
    assert one.persons(chosen[::-1]).tolist() == made[::-1].tolist()
    if key != other:
        assert another.persons(chosen).tolist() != made.tolist()
        assert another.schools(["12AB"]) != one.schools(["12AB"])


DETAILS = ("sex", "birth", "postcode", "house")


@dataclass(frozen=True)
class One:
    """Somebody in the register or in a delivery."""

    bsn: str
    education: str
    sex: str
    birth: str
    postcode: str
    house: str


FEW = st.builds(
    One,
    bsn=st.sampled_from(["", "111111110", "111222333", "123456782"]),
    education=st.sampled_from(["", "101234011", "101234023"]),
    sex=st.sampled_from(["M", "V", "M", ""]),
    birth=st.sampled_from(["20120101", "20120202", "20120101", ""]),
    postcode=st.sampled_from(["1234AB", "1234AB", "1234AC", ""]),
    house=st.sampled_from(["1", "1", "2", ""]),
)


def contradicted(pupils: pd.DataFrame, linked: dict[int, str]) -> list[int]:
    """Pupils who are somebody whom pupils of the same delivery are with two sexes or birth dates."""
    same = pupils[pupils.pupil.isin(linked)]
    same = same.assign(who=same.pupil.map(linked).astype(object))
    return [
        int(pupil)
        for _, group in same.groupby(["delivery", "who"])
        if any(len(set(group[name]) - {""}) > 1 for name in ("sex", "birth"))
        for pupil in group.pupil
    ]


def by_hand(pupils: pd.DataFrame, people: pd.DataFrame) -> dict[int, tuple[str, str, str]]:
    """The same links, worked out with pandas and loops from what is promised, step by step."""
    delivery = dict(zip(pupils.pupil, pupils.delivery, strict=True))
    decided: dict[int, tuple[str, str, str]] = {}
    for column, step in (("bsn", "BSN"), ("education", "EDUCATION_NUMBER")):
        todo = pupils[~pupils.pupil.isin(decided) & (pupils[column] != "")]
        found = todo.merge(people[people[column] != ""], on=column, suffixes=("", "_q"))
        for pupil, candidates in found.groupby("pupil"):
            if len(candidates[["identity", "sex_q", "birth_q"]].drop_duplicates()) > 1:
                decided[int(pupil)] = (step, "AMBIGUOUS", "")
                continue
            one = candidates.iloc[0]
            other_sex = "" not in {one.sex, one.sex_q} and one.sex != one.sex_q
            other_birth = "" not in {one.birth, one.birth_q} and one.birth != one.birth_q
            outcome = ("CONFLICTING", "") if other_sex and other_birth else ("LINKED", one.identity)
            decided[int(pupil)] = (step, *outcome)
        for pupil in contradicted(pupils, {one: who for one, (_, _, who) in decided.items() if who}):
            if decided[pupil][0] == step:
                decided[pupil] = (step, "AMBIGUOUS", "")
    whole = (pupils[list(DETAILS)] != "").all(axis=1)
    found = pupils[~pupils.pupil.isin(decided) & whole].merge(people, on=list(DETAILS), suffixes=("", "_q"))
    candidates = {int(pupil): set(rows.identity) for pupil, rows in found.groupby("pupil")}
    linked = [(delivery[pupil], who) for pupil, (_, outcome, who) in decided.items() if outcome == "LINKED"]
    linked += [(delivery[pupil], next(iter(who))) for pupil, who in candidates.items() if len(who) == 1]
    for pupil, who in candidates.items():
        identity = next(iter(who))
        alone = len(who) == 1 and linked.count((delivery[pupil], identity)) == 1
        decided[pupil] = ("DETAILS", "LINKED", identity) if alone else ("DETAILS", "AMBIGUOUS", "")
    return decided


def expect_same_links(pupils: pd.DataFrame, people: pd.DataFrame) -> dict[int, tuple[str, str, str]]:
    """Link with the database and by hand, and compare; returns what was decided."""
    columns = ["identity", "bsn", "education", *DETAILS]
    with connect() as connection:
        connection.register("given", people)
        texts = ", ".join(["true AS certain", *(f"{name}::VARCHAR AS {name}" for name in columns)])
        connection.execute(f"CREATE TEMP TABLE people AS SELECT {texts} FROM given")
        connection.execute("CREATE TEMP TABLE objecting (identity VARCHAR)")
        connection.register("pupils", pupils)
        links = link_pupils(connection)
        found = connection.execute("SELECT pupil, step, outcome, identity FROM decided").fetchall()
    made = {pupil: (step, outcome, who) for pupil, step, outcome, who in found}
    assert made == by_hand(pupils, people)
    assert len(found) == len(made)
    total = links.steps[-1].left
    for step in links.steps:
        total += step.linked + step.ambiguous + step.conflicting
    assert (total.pupils, total.rows) == (len(pupils), int(pupils["rows"].sum()))
    return made


def frames(registered: Sequence[One], delivered: Sequence[tuple[int, One]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    columns = ["bsn", "education", *DETAILS]
    people = pd.DataFrame([vars(one) for one in registered if one.bsn + one.education], columns=columns, dtype=object)
    identities = [("R" + b) if b else ("S" + e) for b, e in zip(people.bsn, people.education, strict=True)]
    people["identity"] = pd.Series(identities, dtype=object)
    pupils = pd.DataFrame([{"delivery": place} | vars(one) for place, one in dict.fromkeys(delivered)])
    pupils.insert(0, "pupil", range(len(pupils)))
    pupils["rows"] = pupils.pupil + 1
    return pupils, people


@settings(max_examples=30, deadline=None)
@given(st.lists(FEW, max_size=7), st.lists(st.tuples(st.integers(0, 1), FEW), min_size=1, max_size=7))
def test_links_are_those_of_an_independent_calculation(registered, delivered):
    expect_same_links(*frames(registered, delivered))


def test_links_of_a_crowded_population_are_those_of_an_independent_calculation():
    rng = np.random.default_rng(5)

    def anybody(at_most: int) -> One:
        number = f"{rng.integers(1, at_most):09d}"
        return One(
            bsn=number if rng.random() < 0.5 else "",
            education=f"1{rng.integers(1, at_most):08d}" if rng.random() < 0.3 else "",
            sex=str(rng.choice(["M", "V"])),
            birth=f"201201{rng.integers(1, 8):02d}",
            postcode=str(rng.choice(["1234AB", "1234AC", ""], p=[0.5, 0.4, 0.1])),
            house=str(rng.integers(1, 12)),
        )

    people = [anybody(400) for _ in range(300)]
    pupils = [(int(rng.integers(0, 30)), people[rng.integers(0, 300)]) for _ in range(300)]
    pupils += [(int(rng.integers(0, 30)), anybody(600)) for _ in range(600)]
    made = expect_same_links(*frames(people, pupils))
    seen = {(step, outcome) for step, outcome, _ in made.values()}
    numbers = {
        (step, outcome) for step in ("BSN", "EDUCATION_NUMBER") for outcome in ("LINKED", "AMBIGUOUS", "CONFLICTING")
    }
    assert seen == numbers | {("DETAILS", "LINKED"), ("DETAILS", "AMBIGUOUS")}
    assert len(made) < len(pupils)
