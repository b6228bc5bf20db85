"""Nothing that identifies anybody comes out of a cohort, whatever it was put together from."""

import time

import numpy as np
import pandas as pd
import pytest

from nco_research import Cohort
from output_checks.errors import InputError
from tests.cohort_factories import Register, numbered

N = 200
PERSONS = numbered(N)
POSTCODES = numbered(N, postcode=[f"{1000 + number}AB" for number in range(N)])
HOUSES = numbered(N, huisnummer=range(1, N + 1))
BORN = numbered(N, GBAGEBOORTEJAAR=np.arange(N) % 5 + 2008, GBAGEBOORTEMAAND=np.arange(N) % 12 + 1)
DAYS = numbered(N, GBAGEBOORTEDAG=np.arange(N) % 28 + 1)
FIRST = ["Jan", "Fatima", "Mohamed", "Sanne", "Daan", "Emma", "Piet", "Noor", "Youssef", "Lotte"]
LAST = ["de Vries", "Jansen", "van den Berg", "El Idrissi", "Bakker"]
ADDRESS = r"'postcode' holds full postcodes, and 'huisnummer' the house number"


def start(data=PERSONS):
    return Cohort.starting("all", data, key="pupil")


def both(first, second, how=pd.DataFrame):
    return start().link("a", how(first), on="pupil").link("b", how(second), on="pupil")


def years(data):
    return pd.concat([data.assign(year=2014), data.assign(year=2015)])


def test_columns_linked_one_by_one_that_identify_together_are_not_handed_out():
    for how in (pd.DataFrame, Register):
        made = both(POSTCODES, HOUSES, how)
        with pytest.raises(InputError, match=ADDRESS) as said:
            _ = made.frame
        assert "1000AB" not in str(said.value)
        assert len(made) == N  # counting shows nobody
        with pytest.raises(InputError, match="'GBAGEBOORTEDAG' holds the day of birth, beside month and year"):
            _ = both(BORN, DAYS, how).frame


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (POSTCODES.assign(postcode=POSTCODES["postcode"].str[:4]), HOUSES),
        (POSTCODES, HOUSES.rename(columns={"huisnummer": "score"})),
        (BORN, DAYS.rename(columns={"GBAGEBOORTEDAG": "day_of_test"})),
        (BORN[["pupil", "GBAGEBOORTEJAAR"]], DAYS),
    ],
    ids=["digits", "scores", "day of the test", "no month"],
)
def test_columns_that_do_not_identify_together_are_handed_out(first, second):
    made = both(first, second)
    assert made.frame.shape == (N, 1 + len(first.columns) + len(second.columns) - 2)
    assert len(made.where("x", lambda rows: rows["pupil"] > "p00099")) == 100


def test_columns_of_the_pupils_and_of_their_years_are_looked_at_together():
    made = start(POSTCODES).follow("lives", years(HOUSES))
    assert made.frame.columns.tolist() == ["pupil", "postcode"]
    for hand_out in (lambda: made.waves, made.panel, lambda: made.panel(pupils="postcode")):
        with pytest.raises(InputError, match=ADDRESS):
            hand_out()
    within = start().follow("lives", years(HOUSES)).follow("there", years(POSTCODES))
    with pytest.raises(InputError, match=ADDRESS):
        _ = within.waves
    near = start(POSTCODES).follow("scores", years(HOUSES), columns={"score": "huisnummer"})
    assert near.waves.shape == (2 * N, 3)
    assert near.panel(pupils="postcode").columns.tolist() == ["score", "postcode"]


def test_a_function_is_not_given_columns_that_identify_together():
    seen = []
    made = both(POSTCODES, HOUSES)
    for late in (made.where("x", lambda rows: seen.append(1)), made.with_columns(lambda rows: seen.append(1))):
        with pytest.raises(InputError, match=ADDRESS):
            len(late)
    assert seen == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda rows: rows.assign(naam="x"), "'naam' holds a person's name"),
        (lambda rows: rows.assign(v=[f"{a} {b}" for a in FIRST for b in LAST] * 4), "'v' holds people's names"),
        (lambda rows: rows.assign(huisnummer=range(1, N + 1)), ADDRESS),
        (lambda rows: rows.__setitem__("kept", [f"a{i}@b.nl" for i in range(N)]) or rows, "'kept' holds e-mail"),
    ],
    ids=["by name", "by value", "together", "changed in place"],
)
def test_what_a_function_makes_is_looked_at(change, what):
    made = start(POSTCODES.assign(kept=1)).with_columns(change)
    with pytest.raises(InputError, match=what):
        _ = made.frame


def test_what_a_function_makes_that_identifies_nobody_passes():
    given = start(POSTCODES.assign(kept=1))
    made = given.with_columns(
        lambda rows: rows.assign(track=["vmbo", "havo"] * 100, score=range(N)).drop(columns="kept")
    )
    assert made.frame.columns.tolist() == ["pupil", "postcode", "track", "score"]


def test_what_an_expression_makes_is_looked_at():
    parts = numbered(N, a=[name for name in FIRST for _ in range(20)], pc4=range(1000, 1000 + N), letters="AB")
    made = start(Register(parts))
    with pytest.raises(InputError, match="'who' holds people's names") as said:
        len(made.with_columns(who="a || ' Jansen'"))
    assert "Jan" not in str(said.value)
    with pytest.raises(InputError, match="'where' holds postcodes with house numbers"):
        len(made.with_columns(where="pc4::VARCHAR || letters || ' 12'"))
    assert made.with_columns(next="pc4 + 1", district="pc4::VARCHAR || letters").frame.shape == (N, 6)


def test_the_few_values_of_a_column_that_is_nearly_empty_are_seen():
    n = 60_000
    few = {"postcode": [None] * n, "hnr": [None] * n}
    for place in range(100):
        few["postcode"][600 * place + 7], few["hnr"][600 * place + 7] = f"{1000 + place}AB", str(place)
    columns = numbered(n, **{name: pd.Series(values, dtype=object) for name, values in few.items()})
    with pytest.raises(InputError, match="'postcode' holds full postcodes, and 'hnr' the house number"):
        _ = start(Register(columns[["pupil", "postcode"]])).link("b", columns[["pupil", "hnr"]], on="pupil").frame
    grades = columns.assign(hnr=columns["hnr"].mask(columns["hnr"].notna(), "mavo"))
    assert (
        len(start(Register(grades[["pupil", "postcode"]])).link("b", grades[["pupil", "hnr"]], on="pupil").frame) == n
    )


def test_looking_takes_a_small_part_of_handing_out():
    """A tenth of what fetching a million pupils takes; of these fewer, and beside other work, less than half."""
    from nco_research.cohort import guarding

    n = 300_000
    columns = {f"t{number}": [f"s{place % (100 + number)}" for place in range(n)] for number in range(6)}
    made = start(numbered(n, **columns, **{f"c{number}": np.arange(n) / 8 for number in range(6)}))
    node = made._node
    len(made)
    looking, fetching = [], []
    for _ in range(4):
        begun = time.perf_counter()
        guarding.expect_no_combination(node.session, node.state, step="x")
        looked = time.perf_counter()
        _ = made.frame
        looking.append(looked - begun)
        fetching.append(time.perf_counter() - looked)
    assert min(looking) < 0.5 * min(fetching)
