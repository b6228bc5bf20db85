"""A cohort made in the database is the one that plain loops over the same rows make, whatever the data."""

import datetime as dt

import pandas as pd
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from nco_research import Cohort
from nco_research.cohort import off_level, repetition, retention, school_changes
from output_checks.errors import InputError
from tests.cohort_factories import Register

QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
FIRST = dt.date(2014, 1, 1)
ids = st.integers(1, 8).map(lambda number: f"{number:03d}")
grade = st.none() | st.integers(1, 3)
starts = st.dictionaries(ids, st.tuples(grade, st.sampled_from("ab")), min_size=1, max_size=8)
tests = st.lists(st.tuples(ids, st.integers(1, 2), st.integers(1, 3)), max_size=10)
waves = st.dictionaries(
    st.tuples(ids, st.integers(2014, 2017)), st.tuples(grade, st.none() | st.sampled_from("xy")), max_size=20
)
spells = st.lists(st.tuples(ids, st.integers(-2, 6), st.none() | st.integers(-2, 6), st.sampled_from("pq")), max_size=8)


def frame(rows, columns):
    return pd.DataFrame(list(rows), columns=columns, dtype=object).infer_objects()


def records(made):
    """Rows as tuples, missing as None, whole numbers as such."""

    def plain(value):
        if pd.isna(value):
            return None
        return int(value) if isinstance(value, float) and value.is_integer() else value

    return [tuple(plain(value) for value in row) for row in made.astype(object).to_numpy().tolist()]


def started(rows):
    data = frame([(key, *values) for key, values in rows.items()], ["pupil", "grade", "school"])
    # As a register the pupils come in the order of their key.
    return Cohort.starting("start", Register(data.astype({"pupil": object, "grade": float})), key="pupil")


def outcome(ask):
    try:
        return ask()
    except InputError:
        return "refused"


@QUICK
@given(starts, st.integers(1, 3))
def test_conditions_keep_the_pupils_that_a_loop_keeps(pupils, least):
    expected = [key for key in sorted(pupils) if pupils[key][0] is not None and pupils[key][0] >= least]
    for condition in (f"grade >= {least}", lambda rows: rows["grade"] >= least):
        made = started(pupils).where("old", condition)
        found = outcome(lambda made=made: made.frame["pupil"].tolist())
        assert found == (expected or "refused")


@QUICK
@given(starts, tests, st.booleans(), st.sampled_from(["", "day DESC", "day, score"]))
def test_links_match_lose_and_refuse_as_a_loop_does(pupils, register, required, prefer):
    expected, refused = [], False
    for key in sorted(pupils):
        rows = [row for row in register if row[0] == key]
        if prefer:
            rows = sorted(set(rows), key=lambda row: (-row[1] if prefer == "day DESC" else row[1], row[2]))
            best = [row for row in rows if row[1] == rows[0][1]] if prefer == "day DESC" else rows[:1]
        else:
            best = rows
        refused |= len(best) > 1
        if best or not required:
            score = best[0][2] if best else None
            expected.append((key, *pupils[key], score))
    made = started(pupils).link(
        "tests", Register(frame(register, ["pupil", "day", "score"]).astype({"day": int, "score": int})),
        on="pupil", required=required, prefer=prefer, columns=["score"],
    )  # fmt: skip
    found = outcome(lambda: records(made.frame))
    assert found == (expected if expected and not refused else "refused")


@QUICK
@given(starts, waves)
def test_waves_and_progress_are_those_of_a_loop(pupils, register):
    rows = frame(
        [(*key, *values) for key, values in register.items()], ["pupil", "year", "grade_now", "school_now"]
    ).astype({"year": "int64", "grade_now": float})
    made = started(pupils).follow("years", Register(rows, component="Y"))
    mine = {key: values for key, values in sorted(register.items()) if key[0] in pupils}
    assert records(made.waves) == [(*key, *values) for key, values in mine.items()]
    assume(mine)
    steps, changes = [], []
    for (key, year), (now, school) in mine.items():
        before, school_before = mine.get((key, year - 1), (None, None))
        known = now is not None and before is not None
        steps.append(kind(now - before) if known else None)
        known = school is not None and school_before is not None
        changes.append(("same school" if school == school_before else "changed") if known else None)
    assert records(repetition(made, grade="grade_now").columns[["grade_step"]]) == [(step,) for step in steps]
    assert records(school_changes(made, school="school_now").columns) == [(change,) for change in changes]
    assert retention(made).summary.reset_index().to_numpy().tolist() == kept(pupils, set(mine))


def kind(change):
    return "lower" if change < 0 else {0: "repeated", 1: "moved up"}.get(change, "skipped")


def kept(pupils, present):
    """Per year in the data: in the cohort, present, entered, left, returned, lost for good."""
    years = sorted({year for _, year in present})
    table = []
    for place, year in enumerate(years):
        counts = [0] * 5
        for key in pupils:
            was = [(key, earlier) in present for earlier in years[:place]]
            now, later = (key, year) in present, any((key, after) in present for after in years[place:])
            counts[0] += now
            counts[1] += now and not any(was)
            counts[2] += bool(was) and was[-1] and not now
            counts[3] += now and any(was) and not was[-1]
            counts[4] += bool(was) and was[-1] and not later
        table.append([year, len(pupils), *counts])
    return table


@QUICK
@given(starts, spells, st.integers(-2, 6), st.sampled_from(["refuse", "latest start"]))
def test_the_value_on_a_date_is_that_of_a_loop(pupils, register, number, several):
    def date(offset):
        return FIRST + dt.timedelta(days=offset)

    rows = frame(
        [(key, date(first), None if last is None else date(last), home) for key, first, last, home in register],
        ["pupil", "from", "to", "home"],
    ).astype({"from": "datetime64[ns]", "to": "datetime64[ns]"})
    expected, refused = [], False
    for key in sorted(pupils):
        held = [
            (first, 99 if last is None else last, home)
            for whose, first, last, home in register
            if whose == key and first <= number and (last is None or number <= last)
        ]
        refused |= several == "refuse" and len({home for *_, home in held}) > 1
        best = min(held, key=lambda item: (-item[0], -item[1], item[2])) if held else (0, 0, None)
        expected.append((key, *pupils[key], best[2]))
    made = started(pupils).at(
        "home", rows, date=date(number), columns=["home"], start="from", end="to", several=several
    )
    assert outcome(lambda: records(made.frame)) == ("refused" if refused else expected)


@QUICK
@given(starts, tests, waves, st.integers(1, 3))
def test_a_whole_chain_is_the_same_from_frames_and_from_registers_and_each_time(pupils, register, years, least):
    start = frame([(key, *values) for key, values in sorted(pupils.items())], ["pupil", "grade", "school"])
    scores = frame(register, ["pupil", "day", "score"]).astype({"day": int, "score": int})
    rows = frame([(*key, *values) for key, values in years.items()], ["pupil", "year", "LVSLEERJAAR", "LVSTOETS"])
    rows = rows.astype({"year": "int64", "LVSLEERJAAR": float})
    rows["LVSTOETS"] = rows["LVSTOETS"].map({"x": "M2", "y": "E3"})

    def made(wrap):
        cohort = Cohort.starting("start", wrap(start.astype({"grade": float})), key="pupil", where=f"grade <= {least}")
        cohort = cohort.link("scores", wrap(scores), on="pupil", required=False, prefer="day, score")
        cohort = cohort.with_columns(double="2 * score").follow("years", wrap(rows)).where("b", "school = 'b'")
        return records(cohort.frame), records(cohort.waves), str(cohort.flow), records(off_level(cohort).columns)

    answers = [outcome(lambda wrap=wrap: made(wrap)) for wrap in (lambda data: data, Register, Register)]
    assert answers[0] == answers[1] == answers[2]
