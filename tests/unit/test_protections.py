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
from output_checks.store.ledger_entry import needed
from output_checks.workflow.bounds import with_bounds
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
    """3 pupils are 0 by every rounding: they stay one of 0 to 10 by multiples of 21, of 0 to 9 by those of 20."""
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
    assert (
        "multiples of 25"
        in release.table("t", tracks(), **SEX_TRACK, protect="round").output.definition["counts are published"]
    )


# Rounding and noise


def test_controlled_rounding_publishes_multiples_that_add_up(release):
    numbers = release.table("t", tracks(pro=7), **SEX_TRACK, protect="round", round=5).frame.set_index(
        ["sex", "track"]
    )["n"]
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
    three = release.table("three", boys, by="level", population="boys", protect="cell key").frame.set_index("level")[
        "n"
    ]
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
    return frame({("boy", "pro"): boys, ("girl", "pro"): girls, ("boy", "vwo"): 30, ("girl", "vwo"): 40})


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
    table = release.table("t", data, by=["sex", "track"], protect="round")
    assert rule(table, "PER1") == rule(table, "DIF2") == {PASS}


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


def are_believed(release, data, *, of_boys, of_others):
    """Whether bounds are believed of a table of boys beside one of all pupils and one of girls."""
    girls, boys = data[data["sex"] == "girl"], data[data["sex"] == "boy"]
    outputs = [
        release.table("all", data, by="track", **of_others).output,
        release.table("girls", girls, by="track", population="girls", **of_others).output,
        release.table("boys", boys, by="track", population="boys", **of_boys).output,
    ]
    bound = with_bounds(outputs, release.policy)[-1].tabulations[0].fact(FactName.LOWER_BOUND)
    return bound is not None and not np.isnan(bound.values).any()


@pytest.mark.parametrize("of_boys", [{"protect": "round"}, {"suppress": True}])
def test_a_count_that_two_roundings_of_other_records_narrow_down_is_not_believed_to_be_wide(release, of_boys):
    """20 of 29 are girls, and both are published nearly exactly: 9 boys are left, or one or two more or fewer."""
    data = frame(
        {("boy", t): n for t, n in zip("abcd", (9, 8, 60, 70), strict=True)} | {("girl", t): 20 for t in "abcd"}
    )
    assert not are_believed(release, data, of_boys=of_boys, of_others={"protect": "round", "round": 3})
    assert are_believed(release, data, of_boys=of_boys, of_others={"protect": "round", "round": 50})


def as_it_left(registered):
    """What a ledger keeps of a table: published numbers and members."""
    (kept,) = needed([registered.output])
    (item,), (members,) = kept.tabulations, [one.members for one in registered.output.tabulations]
    return replace(kept, name="before/t", tabulations=(replace(item, members=members),))


@pytest.mark.parametrize(("boys", "girls", "expected"), [(9, 11, FAIL), (5, 6, PASS)])
def test_an_exact_total_may_not_narrow_what_left_rounded_before(release, boys, girls, expected):
    data = pro_of(boys, girls)
    before = as_it_left(release.table("t", data, by=["sex", "track"], protect="round"))
    release.remove("t")
    exact = release.table("exact", data, by="track")
    judged = judge([exact.output], exact.files, release.policy, earlier=[before])[1].of("exact")
    assert judged.outcome is expected


def test_two_noises_of_the_same_group_are_left_to_people(release):
    """Both are drawn by one key, so their difference says how far each is from the truth."""
    data = tracks(pro=9)
    one = release.table("one", data, by=["sex", "track"], protect="cell key", noise={"variance": 20, "deviation": 40})
    lower = {name: with_bounds([one.output], release.policy)[0].tabulations[0].fact(name).values
             for name in (FactName.LOWER_BOUND, FactName.UPPER_BOUND)}  # fmt: skip
    assert not np.isnan(list(lower.values())).any()
    two = release.table("two", data, by="track", protect="cell key", noise={"variance": 90, "deviation": 100})
    both = with_bounds([one.output, two.output], release.policy)[0].tabulations[0].fact(FactName.LOWER_BOUND).values
    assert np.isnan(both).any()


def test_tables_of_other_pupils_do_each_other_no_harm(release):
    data, others = pro_of(9, 20), pro_of(8, 30)
    others = others.assign(pupil="q" + others["pupil"])
    release.table("t", data, by=["sex", "track"], protect="round")
    assert release.table("u", others, by=["sex", "track"], population="a later year", protect="round").outcome is PASS


def test_wide_roundings_of_overlapping_records_pass_where_they_are_proved_wide(release):
    data = pro_of(9, 40).assign(
        region=lambda pupils: pupils["pupil"].str[-1].map(lambda digit: "N" if digit < "5" else "S")
    )
    assert release.table("all", data, by=["sex", "track"], protect="round").outcome is PASS
    girls = data[data["sex"] == "girl"]
    release.table("girls", girls, by="region", population="girls")
    assert rule(release.table("all", data, by=["sex", "track"], protect="round"), "PER1") == {PASS}


@pytest.mark.parametrize(("base", "expected"), [(25, FAIL), (39, FAIL), (41, PASS)])
def test_counts_of_one_school_are_no_secret_when_they_are_rounded_a_little(release, base, expected):
    """400 pupils, of whom 390 to 410 would be told by multiples of 25: a tenth of 400 is asked for."""
    data = frame({(sex, track): 200 for sex in ("boy", "girl") for track in ("havo", "vwo")}).assign(school="s")
    assert release.table("t", data, by="track", population="one school").outcome is FAIL
    assert rule(release.table("t", data, by="track", population="one school", protect="round", round=base), "PER1") == {
        expected
    }


def test_a_regrouping_under_another_name_narrows_too(release):
    """Pairs of twenty tracks, rounded to threes: each pair leaves what its small track has."""
    data = frame({("all", f"t{i:02d}"): 9 if i == 3 else 30 for i in range(20)}, names=("sex", "track"))
    data["pair"] = data["track"].map(lambda track: f"p{int(track[1:]) // 2}")
    exact = release.table("exact", data, by="pair")
    assert exact.outcome is PASS
    rounded = release.table("t", data, by="track", protect="round", round=25)
    assert rule(rounded, "PER1") == {PASS}
    near = release.table("near", data[data["track"] != "t03"], by="track", population="others")
    assert FAIL in {near.outcome, release.check().of("t").outcome}


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
