"""Input that is unusual or wrong: a right answer or a clear error, never a silent pass."""

import numpy as np
import pandas as pd
import pytest

from output_checks.errors import InputError
from output_checks.measuring.table import tabulate
from output_checks.measuring.units import Units
from output_checks.model.evidence import FactName
from output_checks.model.finding import Outcome
from output_checks.model.statistic import Statistic
from output_checks.release import Release
from tests.factories import UNITS, pupils

COUNT = [Statistic.COUNT]


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"}, author="researcher")


STRANGE = {
    "quotes": "the \"so-called\" 'gifted', and; others",
    "newlines": "one\nline\r\nand another",
    "emoji": "🎓 graduates 👩‍🎓",
    "long": "x" * 10_000,
    "formula": "=1+2",
    "blank": " ",
    "braces": "{cells} {unit} %s",
}


@pytest.mark.parametrize("name", STRANGE.values(), ids=STRANGE)
def test_strange_names_of_categories_and_variables_change_nothing(release, name):
    data = pupils(1000)
    plain = release.table("plain", data, by=["track", "sex"], value="score", statistic="mean")
    assert plain.outcome is Outcome.PASS
    renamed = data.assign(track=data["track"].replace("vwo", name)).rename(columns={"sex": name[:50].strip() or "s"})
    strange = release.table("strange", renamed, by=["track", name[:50].strip() or "s"], value="score", statistic="mean")
    assert sorted(strange.output.tabulations[1].values) == pytest.approx(sorted(plain.output.tabulations[1].values))
    renamed.loc[:2, "track"] = name + "?"
    few = release.table("few", renamed, by=["track"])
    assert few.outcome is Outcome.FAIL
    assert name not in few.report.reason or name == " "


def test_a_thousand_columns_of_which_three_are_needed(release):
    data = pd.concat([pupils(500), pd.DataFrame(np.zeros((500, 1000)), columns=[f"c{i}" for i in range(1000)])], axis=1)
    assert release.table("t", data, by="track").outcome is Outcome.PASS


@pytest.mark.parametrize("margins", [True, False])
def test_a_table_by_a_hundred_variables_is_refused_before_it_is_made(margins):
    data = pd.concat([pupils(50)] + [pd.Series(np.arange(50) % 4, name=f"c{i}") for i in range(100)], axis=1)
    with pytest.raises(InputError, match="cells, more than"):
        tabulate(data, by=[f"c{i}" for i in range(100)], statistics=COUNT, units=UNITS, margins=margins)


def test_a_category_that_nobody_has_is_no_cell():
    data = pupils(100).assign(track=lambda d: pd.Categorical(d["track"], categories=["vwo", "havo", "vmbo", "pro"]))
    (table,) = tabulate(data, by=["track"], statistics=COUNT, units=UNITS)
    assert table.cells == (("vwo",), ("havo",), ("vmbo",))


def test_negative_values_are_contributions_as_large_as_positive_ones():
    data = pupils(100).assign(everyone="all", v=1.0)
    data.loc[0, "v"] = -1000.0
    table = tabulate(data, by=["everyone"], value="v", statistics=[Statistic.SUM], units=UNITS)[1]
    assert table.values.tolist() == [-901.0]
    assert table.fact(FactName.TOTAL, "pupil").values.tolist() == [1099.0]
    assert table.fact(FactName.LARGEST, "pupil").values.tolist() == [1000.0]


@pytest.mark.parametrize("keys", [[1, "a"], [1.5, "x"], [None, 1], [np.nan, "p"], [pd.NaT, pd.Timestamp("2020")]])
def test_keys_of_mixed_kinds_are_counted_or_refused(keys):
    """Different keys are different units whatever their kind; a key that is missing is nobody's."""
    data = pupils(40).assign(pupil=pd.Series(keys * 20, dtype=object), everyone="all")
    if data["pupil"].isna().any():
        with pytest.raises(InputError, match="missing keys"):
            tabulate(data, by=["everyone"], statistics=COUNT, units=UNITS)
    else:
        (table,) = tabulate(data, by=["everyone"], statistics=COUNT, units=UNITS)
        assert table.fact(FactName.CONTRIBUTORS, "pupil").values.tolist() == [2]


@pytest.mark.parametrize("keys", [[7, "7"], ["7", "07"], ["7", " 7"], [7, 7.0, "7.0"], ["p1", "p1 "]])
def test_one_key_in_two_writings_is_an_error_and_not_two_pupils(keys):
    data = pupils(len(keys) * 20).assign(pupil=pd.Series(keys * 20, dtype=object))
    with pytest.raises(InputError, match="several writings"):
        tabulate(data, by=["track"], statistics=COUNT, units=UNITS)


@pytest.mark.parametrize("low", [0, 1, -500, 2**31, -(2**40)])
@pytest.mark.parametrize("kind", ["int8", "uint8", "int16", "int32", "int64", "uint64", "Int64", "float64", "str"])
def test_keys_and_categories_of_every_kind_of_number(kind, low):
    """Shifted keys are the same units, however they are kept."""
    rng = np.random.default_rng(5)
    pupil, track = rng.integers(0, 60, 400), rng.integers(0, 5, 400)
    plain = pd.DataFrame({"pupil": [f"p{i}" for i in pupil], "school": "s", "track": track})
    narrow = np.iinfo(kind) if kind in {"int8", "uint8", "int16", "int32", "uint64"} else None
    if narrow and not (narrow.min <= low and low + 60 <= narrow.max):
        low = int(narrow.min)
    shifted = pd.DataFrame(
        {"pupil": pd.Series(pupil + low, dtype=kind), "school": "s", "track": pd.Series(track + low, dtype=kind)}
    )
    (one,) = tabulate(plain, by=["track"], statistics=COUNT, units=UNITS, margins=True)
    (other,) = tabulate(shifted, by=["track"], statistics=COUNT, units=UNITS, margins=True)
    rank = sorted(range(5), key=lambda place: str(place + low)) if kind == "str" else range(5)
    assert [other.values[place] for place in (*np.argsort(rank), 5)] == one.values.tolist()
    for level in ("pupil", "school"):
        found = other.fact(FactName.CONTRIBUTORS, level).values
        assert [found[place] for place in (*np.argsort(rank), 5)] == one.fact(
            FactName.CONTRIBUTORS, level
        ).values.tolist()


def test_the_fingerprint_of_a_pupil_is_the_same_however_the_key_is_kept():
    texts = pd.DataFrame({"pupil": ["0011", "0012", "1013"], "school": "s", "g": "all"})
    numbers = texts.assign(pupil=[11, 12, 1013])
    far = texts.assign(pupil=[11.0, 12.0, 1013.0])
    tables = [tabulate(data, by=["g"], statistics=COUNT, units=UNITS)[0] for data in (texts, numbers, far)]
    assert len({table.data for table in tables}) == 1
    assert len({table.fact(FactName.MEMBERS).values[0] for table in tables}) == 1


def test_a_third_level_is_counted_too_and_stands_beside_the_cells(tmp_path):
    data = pupils(600).assign(board=lambda d: d["school"].str[-1].astype(int) // 5)
    levels = {"pupil": "pupil", "school": "school", "board": "board"}
    (table,) = tabulate(data, by=["sex"], statistics=COUNT, units=Units.of(levels))
    assert table.fact(FactName.CONTRIBUTORS, "board").values.tolist() == [2, 2]
    release = Release("s", folder=tmp_path, units=levels)
    assert release.table("t", data, by="sex").outcome is Outcome.PASS
    with pytest.raises(InputError, match="protects pupil, school"):
        Release("s", folder=tmp_path / "other", units={"student": "pupil", "school": "school"})


BOARDS = """\
name = "boards"
title = "Boards are protected too"
version = "1"
tightened_from = "cbs-export"
units = ["pupil", "school", "board"]
"""


@pytest.mark.parametrize(("boards", "expected"), [(2, Outcome.FAIL), (3, Outcome.PASS), (4, Outcome.PASS)])
def test_a_project_policy_can_ask_for_school_boards_as_well(boards, expected, tmp_path):
    """Below, on and above three boards. The policy that it was tightened from counts boards and judges them not."""
    limits = (("minimum_contributors", 3), ("k_percent", 80), ("p_percent", 10))
    text = BOARDS + "".join(
        f'[thresholds.{name}.board]\nvalue = {value}\nsource = "As for schools"\nconfidence = "inferred"\n'
        for name, value in limits
    )
    (tmp_path / "boards.toml").write_text(text, encoding="utf-8")
    data = pupils(1200, schools=12).assign(board=lambda d: d["school"].str[-2:].astype(int) % boards)
    levels = {"pupil": "pupil", "school": "school", "board": "board"}
    ours = Release("s", folder=tmp_path / "ours", units=levels, policy=tmp_path / "boards.toml")
    asked = {"by": "track", "value": "score", "statistic": "mean"}
    table = ours.table("t", data, **asked)
    assert table.outcome is expected
    assert ("board" in table.reason) is (expected is Outcome.FAIL)
    assert ours.crosstab("c", "track", "sex", data=data).outcome is expected
    theirs = Release("s", folder=tmp_path / "theirs", units=levels)
    assert theirs.table("t", data, **asked).outcome is Outcome.PASS
    unsaid = Release(
        "s", folder=tmp_path / "unsaid", units={"pupil": "pupil", "school": "school"}, policy=tmp_path / "boards.toml"
    )
    assert unsaid.table("t", data, **asked).outcome is Outcome.REVIEW


@pytest.mark.parametrize("weights", [1.0, [1.0, 2.0] * 200])
def test_few_with_another_value_than_most_are_seen_whatever_the_weights(weights, release):
    """Weights that are all equal set nobody apart, and must not hide those whom the values set apart."""
    data = pupils(400).assign(hours=0.0, weight=weights)
    data.loc[:4, "hours"] = [7.0, 8.0, 9.0, 7.5, 8.5]
    asked = {"by": "track", "value": "hours", "weight": "weight", "statistic": "weighted mean", "decimals": 3}
    few = release.table("few", data, **asked)
    assert few.outcome is Outcome.FAIL
    assert "another value" in " ".join(item.message for item in few.report.findings if item.rule == "THR3")
    data["hours"] = np.where(data.index % 3 == 0, 7.0 + data.index % 5, 0.0)
    assert release.table("many", data, **asked).outcome is Outcome.PASS


@pytest.mark.parametrize("key", ["", "  ", "\t"])
def test_a_key_of_nothing_is_a_missing_key(key):
    data = pupils(100)
    data.loc[3, "pupil"] = key
    with pytest.raises(InputError, match="has 1 missing keys"):
        tabulate(data, by=["track"], statistics=COUNT, units=UNITS)


@pytest.mark.parametrize(("value", "refused"), [(1e69, False), (1e71, True), (-1e71, True)])
def test_values_that_cannot_be_added_up_are_refused(value, refused):
    data = pupils(100)
    data.loc[3, "score"] = value
    asked = {"by": ["track"], "value": "score", "statistics": [Statistic.SUM, Statistic.KURTOSIS], "units": UNITS}
    if refused:
        with pytest.raises(InputError, match="too large to be added up"):
            tabulate(data, **asked)
    else:
        assert np.isfinite(tabulate(data, **asked)[1].values).all()
