"""Ways to protect a table by one argument: what each does to the numbers, and what verdict it deserves."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from output_checks.errors import InputError
from output_checks.model.evidence import FactName
from output_checks.model.finding import Outcome
from output_checks.release import Release
from output_checks.rendering.csv import table_csv
from output_checks.store.codec import decode, encode
from output_checks.store.ledger import Ledger
from output_checks.workflow.judge import judge
from output_checks.workflow.loss import loss_of
from tests.unit.test_mending import UNITS, frame, tracks

PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW
SEX_TRACK = {"by": ["sex", "track"], "margins": True}


def release_in(folder, **more):
    return Release("s", folder=folder / "draft", units=UNITS, author="researcher", **more)


@pytest.fixture
def release(tmp_path):
    return release_in(tmp_path)


def rule(registered, code):
    return {finding.outcome for finding in registered.report.findings if finding.rule == code}


def inner(table):
    shown = table.frame
    return shown[(shown["sex"] != "Total") & (shown["track"] != "Total")]["n"].tolist()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"protect": "suppress"}, PASS),
        ({"protect": "merge"}, PASS),
        ({"protect": "round"}, PASS),
        ({"protect": "round", "round": 5}, FAIL),
        ({"protect": "round", "round": 20}, FAIL),
        ({"protect": "round", "round": 21}, PASS),
        ({"protect": "midpoint"}, PASS),
        ({"protect": "midpoint", "round": 5}, FAIL),
        ({"protect": "cell key"}, REVIEW),
        ({"protect": "cell key", "noise": {"variance": 2, "deviation": 5}}, FAIL),
        ({"protect": "cell key", "noise": {"variance": 0.01, "deviation": 40}}, FAIL),
    ],
)
def test_a_protection_passes_only_where_what_is_left_is_as_wide_as_the_policy_asks(release, asked, expected):
    """3 pupils, which every rounding makes 0: they stay one of 0 to 10 by multiples of 21, and of 0 to 9 by those of 20."""
    assert release.table("t", tracks(), **SEX_TRACK, **asked).outcome is expected


@pytest.mark.parametrize("asked", [{"protect": "round", "round": 3}, {"protect": "midpoint", "round": 3}])
def test_a_table_that_passes_as_it_is_passes_perturbed(release, asked):
    assert release.table("t", tracks(pro=20), **SEX_TRACK, **asked).outcome is PASS


def test_suppress_is_the_same_by_either_name(release):
    one = release.table("one", tracks(), **SEX_TRACK, suppress=True)
    release.remove("one")
    assert release.table("one", tracks(), **SEX_TRACK, protect="suppress").frame.equals(one.frame)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"protect": "blur"}, "protect='cell key'"),
        ({"protect": 5}, "protect='merge'"),
        ({"protect": "round", "suppress": True}, "one of the two"),
        ({"protect": "round", "round": 2}, "round=25"),
        ({"protect": "round", "round": 2.5}, "round=25"),
        ({"protect": "round", "noise": {"variance": 1, "deviation": 2}}, "round=25"),
        ({"protect": "cell key", "round": 5}, "alone"),
        ({"protect": "cell key", "noise": {"variance": 1}}, "deviation"),
        ({"protect": "cell key", "noise": {"variance": 5, "deviation": 5}}, "deviation"),
        ({"protect": "cell key", "noise": {"variance": -1, "deviation": 5}}, "deviation"),
        ({"protect": "cell key", "noise": {"variance": 1, "deviation": 2.5}}, "deviation"),
        ({"protect": "cell key", "noise": {"variance": 1, "deviation": True}}, "deviation"),
        ({"protect": "midpoint", "statistic": "mean", "value": "score"}, "statistic='count'"),
        ({"protect": "cell key", "statistic": "percent of total"}, "statistic='count'"),
    ],
)
def test_what_cannot_be_asked_for_is_an_error_that_says_what_can(release, asked, words):
    with pytest.raises(InputError) as error:
        release.table("t", tracks(), by=["sex", "track"], **asked)
    assert words in str(error.value)


def test_how_the_numbers_were_made_is_said_with_the_table(release):
    said = release.table("t", tracks(), **SEX_TRACK, protect="cell key").output.definition["counts are published"]
    assert "variance 10" in said
    assert "totals need not be the sums" in said
    assert "multiples of 25" in release.table("t", tracks(), **SEX_TRACK, protect="round").output.definition[
        "counts are published"
    ]


# Merging


def partitions(labels):
    """Every way to put labels into groups."""
    if not labels:
        yield []
        return
    first, *rest = labels
    for parts in partitions(rest):
        yield [[first], *parts]
        for at, part in enumerate(parts):
            yield [*parts[:at], [first, *part], *parts[at + 1 :]]


@pytest.mark.parametrize("seed", range(4))
def test_no_merging_of_any_variables_that_costs_less_passes(tmp_path, seed):
    """All groupings of three and four categories into two or more are tried."""
    rng = np.random.default_rng(seed)
    sizes = rng.choice([0, 3, 6, 12, 25], (3, 4), p=[0.1, 0.2, 0.2, 0.2, 0.3])
    cells = {(a, b): int(sizes["xyz".index(a), "defg".index(b)]) for a, b in product("xyz", "defg")}
    data = frame(cells, names=("one", "two"))
    release = release_in(tmp_path)
    best = np.inf
    for first, second in product(partitions(list("xyz")), partitions(list("defg"))):
        if min(len(first), len(second)) < 2:
            continue
        names = {label: "/".join(sorted(group)) for group in [*first, *second] for label in group}
        table = release.table("t", data.assign(one=data["one"].map(names), two=data["two"].map(names)), by=["one", "two"])
        if table.outcome is PASS:
            best = min(best, 12 - len(first) * len(second))
    release.remove("t")
    if np.isinf(best):
        with pytest.raises(InputError, match="merging"):
            release.table("t", data, by=["one", "two"], protect="merge")
        return
    merged = release.table("t", data, by=["one", "two"], protect="merge")
    assert merged.outcome is PASS
    counted = {name: merged.frame[name].nunique() for name in ("one", "two")}
    assert 12 - counted["one"] * counted["two"] == best


def test_what_was_merged_is_said(release):
    table = release.table("t", tracks(), by=["sex", "track"], protect="merge")
    assert table.output.definition["categories merged"] == "Merge “havo” and “pro” of track."
    assert set(table.frame["track"]) == {"havo or pro", "vmbo", "vwo"}


def test_a_table_that_passes_is_not_merged(release):
    table = release.table("t", tracks(pro=10), by=["sex", "track"], protect="merge")
    assert "categories merged" not in table.output.definition
    assert len(table.frame) == 8


def test_levels_are_merged_with_their_neighbours_only(release):
    data = frame({(sex, 2019 + y): n for sex in ("boy", "girl") for y, n in enumerate([30, 3, 40, 12])})
    table = release.table("t", data.rename(columns={"track": "year"}), by=["sex", "year"], protect="merge")
    assert table.outcome is PASS
    assert set(table.frame["year"]) == {"2019–2020", "2021", "2022"}


def test_where_one_variable_is_not_enough_two_are_merged(release):
    sizes = {("a", "d"): 30, ("a", "e"): 30, ("a", "f"): 4, ("b", "d"): 30, ("b", "e"): 30, ("b", "f"): 3}
    sizes |= {("c", "d"): 2, ("c", "e"): 3, ("c", "f"): 1}
    table = release.table("t", frame(sizes, names=("one", "two")), by=["one", "two"], protect="merge")
    assert table.outcome is PASS
    said = table.output.definition["categories merged"]
    assert "of one" in said
    assert "of two" in said


def test_without_any_merging_that_passes_it_says_what_else_does(release):
    data = frame({("boy", "a"): 30, ("boy", "b"): 3, ("girl", "a"): 30, ("girl", "b"): 40})
    with pytest.raises(InputError) as error:
        release.table("t", data, by=["sex", "track"], protect="merge")
    assert "No merging" in str(error.value)
    assert "Leave out the variable" in str(error.value) or "Hide" in str(error.value)
    assert release.summary().empty


def test_a_merging_stands_beside_what_is_registered(release):
    """The other table has the same categories unmerged: the smallest pair would leave a few when it is subtracted."""
    data = tracks()
    release.table("first", data[data["track"] != "pro"], by="track", population="without practical education")
    table = release.table("t", data, by=["sex", "track"], protect="merge")
    assert table.outcome is not FAIL


# Rounding and noise


def test_controlled_rounding_publishes_multiples_that_add_up(release):
    numbers = release.table("t", tracks(pro=7), **SEX_TRACK, protect="round", round=5).frame.set_index(["sex", "track"])["n"]
    assert (numbers % 5 == 0).all()
    for sex in ("boy", "girl", "Total"):
        assert numbers[sex].drop("Total").sum() == numbers[sex, "Total"]


def test_midpoints_publish_the_middle_of_each_count_by_itself(release):
    table = release.table("t", tracks(), **SEX_TRACK, protect="midpoint", round=5)
    assert inner(table) == [28, 3, 38, 48] * 2
    assert table.frame["n"].iloc[-1] == 248


def test_the_same_records_get_the_same_noise_in_every_table(release):
    data = tracks(pro=12)
    one = release.table("one", data, **SEX_TRACK, protect="cell key").frame.set_index(["sex", "track"])["n"]
    two = release.table("two", data, by="track", protect="cell key").frame.set_index("track")["n"]
    boys = data[data["sex"] == "boy"].rename(columns={"track": "level"})
    three = release.table("three", boys, by="level", population="boys", protect="cell key").frame.set_index("level")["n"]
    assert (one["Total"].drop("Total") == two).all()
    assert (one["boy"].drop("Total") == three).all()
    assert (one["girl"] != one["boy"]).any()


def test_drafts_with_one_ledger_have_the_same_noise_and_others_have_their_own(tmp_path):
    ledger = tmp_path / "ledger"
    Ledger.create(ledger, units={level: [column] for level, column in UNITS.items()}, time="2026-11-25T12:00:00+00:00")
    drafts = [release_in(tmp_path / name, **more) for name, more in
              (("a", {"ledger": ledger}), ("b", {"ledger": ledger}), ("c", {}), ("d", {}))]  # fmt: skip
    a, b, c, d = [draft.table("t", tracks(), **SEX_TRACK, protect="cell key").frame["n"].tolist() for draft in drafts]
    assert a == b
    assert a != c != d
    assert drafts[2].table("u", tracks(), **SEX_TRACK, protect="cell key").frame["n"].tolist() == c


def test_the_noise_is_not_written_into_the_call_that_asks_for_it(release):
    table = release.table("t", tracks(), **SEX_TRACK, protect="cell key")
    assert table.mendings.found
    assert all("secret" not in mending.call for mending in table.mendings.found)


def test_what_left_is_written_again_from_the_evidence_alone(release):
    table = release.table("t", tracks(), **SEX_TRACK, protect="cell key")
    output = decode(encode(table.output), type(table.output), source="test")
    assert table_csv(output.tabulations) == table.files["t.csv"]
    (_,), report = judge([output], table.files, release.policy)
    assert report.of("t").outcome is REVIEW


def test_numbers_that_the_method_cannot_make_count_as_known(release):
    table = release.table("t", tracks(), **SEX_TRACK, protect="round")
    (item,) = table.output.tabulations
    forged = replace(item.perturbed, numbers=item.values)
    output = replace(table.output, tabulations=(replace(item, perturbed=forged),))
    files = {"t.csv": table_csv(output.tabulations)}
    assert judge([output], files, release.policy)[1].of("t").outcome is FAIL


# What else is published


def pro_of(boys, girls):
    return frame({("boy", "pro"): boys, ("girl", "pro"): girls, ("boy", "vwo"): 60, ("girl", "vwo"): 70})


def test_a_rounded_count_is_narrowed_by_an_exact_total_of_another_table(release):
    """9 and 11 are both rounded to 0, so 0 to 12; of 20 together neither can be less than 8."""
    data = pro_of(9, 11)
    assert release.table("t", data, by=["sex", "track"], protect="round").outcome is PASS
    exact = release.table("exact", data, by="track")
    assert exact.outcome is FAIL
    release.remove("exact")
    release.remove("t")
    assert release.table("exact", data, by="track").outcome is PASS
    assert rule(release.table("t", data, by=["sex", "track"], protect="round"), "PER1") == {FAIL}


def test_an_exact_total_that_leaves_enough_does_no_harm(release):
    data = pro_of(5, 6)
    release.table("exact", data, by="track")
    assert release.table("t", data, by=["sex", "track"], protect="round").outcome is PASS


def test_a_rounded_count_that_another_table_publishes_is_known(release):
    """Under another name of the variable and of the table, as one of several statistics."""
    data = pro_of(9, 11)
    release.table("t", data, by=["sex", "track"], protect="round")
    other = release.table("other", data.rename(columns={"sex": "s", "track": "level"}), by=["s", "level"])
    assert other.outcome is FAIL


def test_roundings_to_two_bases_narrow_each_other(release):
    data = pro_of(9, 60)
    assert release.table("one", data, by=["sex", "track"], protect="round", round=21).outcome is PASS
    second = release.table("two", data, by=["sex", "track"], protect="midpoint", round=11)
    assert second.outcome is FAIL


def test_totals_rounded_in_a_table_of_other_records_are_not_passed_over(release):
    """All less girls, both nearly exact, are the boys: 20 and 29 leave 9."""
    data = pro_of(9, 20)
    release.table("all", data, by="track", protect="round", round=3)
    release.table("girls", data[data["sex"] == "girl"], by="track", population="girls", protect="round", round=3)
    boys = release.table("boys", data[data["sex"] == "boy"], by="track", population="boys", protect="round")
    assert not rule(boys, "PER1") & {PASS}


def test_a_hidden_count_beside_rounded_ones_of_other_records_is_not_passed_over(release):
    data = pro_of(9, 20)
    more = data.assign(track=data["track"].where(data["track"] == "pro", data["pupil"].str[-1].map(lambda d: f"v{d}")))
    release.table("all", more, by="track", protect="round", round=3)
    release.table("girls", more[more["sex"] == "girl"], by="track", population="girls", protect="round", round=3)
    boys = release.table("boys", more[more["sex"] == "boy"], by="track", population="boys", suppress=True)
    assert boys.outcome is not PASS


def test_tables_of_other_pupils_do_each_other_no_harm(release):
    data, others = pro_of(9, 20), pro_of(8, 30)
    others = others.assign(pupil="q" + others["pupil"])
    release.table("t", data, by=["sex", "track"], protect="round")
    assert release.table("u", others, by=["sex", "track"], population="a later year", protect="round").outcome is PASS


def test_wide_roundings_of_overlapping_records_pass_where_they_are_proved_wide(release):
    data = pro_of(9, 40)
    assert release.table("all", data, by=["sex", "track"], protect="round").outcome is PASS
    girls = data[data["sex"] == "girl"]
    assert release.table("girls", girls, by="school", population="girls", protect="round", round=50).outcome is not FAIL


# Groups in one category


def school(**sizes):
    return frame({("a", track): n for track, n in sizes.items()} | {("b", "havo"): 40, ("b", "vwo"): 40})


def test_a_group_in_one_category_needs_review_when_its_zeros_are_rounded(release):
    data = school(havo=60, vwo=0)
    shown = release.table("t", data, **SEX_TRACK).frame
    assert len(shown[(shown["sex"] == "a")]) in {2, 3}
    table = release.table("t", data, **SEX_TRACK, protect="round")
    assert table.outcome is (REVIEW if len(shown[(shown["sex"] == "a")]) == 3 else FAIL)


def test_a_group_in_one_category_fails_when_its_zeros_stay_known(release):
    table = release.table("t", school(havo=60, vwo=0), **SEX_TRACK, protect="midpoint")
    assert table.outcome is FAIL


def test_a_rounding_that_could_not_be_next_to_the_counts_is_left_to_people(release):
    cube = {key: 2 * n for key, n in zip(product("xy", "de", "fg"), [0, 1, 1, 0, 0, 1, 1, 1], strict=True)}
    data = frame({key: n for key, n in cube.items() if n}, names=("a", "b", "c"))
    table = release.table("t", data, by=["a", "b", "c"], margins=True, protect="round", round=4)
    assert "further off" in table.output.definition["counts are published"]
    assert rule(table, "PER1") == {REVIEW}


# What it costs


def test_the_loss_of_each_protection_is_what_can_be_counted_by_hand(release):
    data = tracks()
    exact = release.table("t", data, **SEX_TRACK).output.tabulations[0]
    release.remove("t")
    rounded = release.table("t", data, **SEX_TRACK, protect="round", round=10).output.tabulations[0]
    loss = loss_of(exact, rounded)
    apart = np.abs(rounded.published - exact.values)
    assert (loss.fewer, loss.changed, loss.absolute_change) == (0, (apart > 0).sum(), apart.sum())
    hidden = release.table("t", data, **SEX_TRACK, suppress=True).output.tabulations[0]
    gone = [place for place, cell in enumerate(hidden.cells) if hidden.hidden[place] and None not in cell]
    loss = loss_of(exact, hidden)
    assert loss.contributors_hidden == exact.fact(FactName.CONTRIBUTORS, "pupil").values[gone].sum()
    assert (loss.fewer, loss.changed) == (hidden.hidden.sum(), 0)
    assert loss_of(exact, exact).hellinger == 0


def test_protections_are_set_side_by_side_without_registering_any(release):
    found = release.compare_protections(tracks(), by=["sex", "track"], margins=True)
    assert found.index.tolist() == ["none", "suppress", "merge", "round", "midpoint", "cell key"]
    assert found["verdict"].tolist() == ["fail", "pass", "pass", "pass", "pass", "needs review"]
    assert found.loc["merge", "how"] == "Merge “havo” and “pro” of track."
    assert found.loc["none", ["fewer", "changed", "hellinger"]].tolist() == [0, 0, 0]
    assert (found["hellinger"].drop("none") > 0).all()
    assert release.summary().empty


def test_a_protection_that_is_not_possible_says_so_in_its_row(release):
    data = pd.DataFrame(frame({("boy", "a"): 3, ("girl", "a"): 40}))
    found = release.compare_protections(data, by=["sex"])
    assert found.loc["merge", "verdict"] == "cannot be protected so"
    assert "No merging" in found.loc["merge", "how"]
