"""What a researcher gets back: the view, the mendings in it, the rounded version, and words that change no verdict."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from output_checks.cli import main
from output_checks.errors import InputError
from output_checks.model.finding import Outcome
from output_checks.release import Release
from output_checks.workflow import mending
from tests.factories import pupils

PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path / "draft", units={"pupil": "pupil", "school": "school"}, author="researcher")


@pytest.fixture
def data():
    made = pupils(600)
    made.loc[:5, "track"] = "pro"
    return made


def test_a_failing_table_shows_what_mends_it(release, data):
    shown = release.table("t", data, by=["sex", "track"])._repr_html_()
    assert "✗ fail" in shown
    assert "oc-cell-fail" in shown.split("</style>")[1]
    assert "Merge “havo” and “pro” of track." in shown
    assert "tried: passes; 2 numbers fewer" in shown
    assert "it has not been changed" in shown


def test_a_passing_table_shows_none_and_keeps_no_data(release, data):
    table = release.table("t", data, by="sex")
    shown = table._repr_html_()
    assert "✓ pass" in shown
    assert "What mends it" not in shown
    assert table.search is None


def test_a_table_that_cannot_be_mended_says_so(release, data):
    shown = release.table("t", data[:6], by="sex")._repr_html_()
    assert "changes that were tried makes it pass." in shown


def test_changes_to_a_large_table_wait_until_they_are_asked_for(release, data, monkeypatch):
    monkeypatch.setattr(mending, "_QUICK", 100)
    table = release.table("t", data, by=["sex", "track"])
    assert "changes are tried when you ask for .mendings" in table._repr_html_()
    assert table.mendings.found
    assert "What mends it" in table._repr_html_()


def test_a_suppressed_table_shows_dots(release, data):
    table = release.table("t", data, by=["sex", "track"], margins=True, suppress=True)
    assert table.outcome is PASS
    assert table._repr_html_().count('class="oc-cell-hidden') == int(table.frame["n"].isna().sum())


def test_models_and_files_are_shown_without_mendings(release, data, tmp_path):
    (tmp_path / "notes.txt").write_text("<b>hello</b>", encoding="utf-8")
    shown = release.file("f", tmp_path / "notes.txt")
    assert shown.mendings.found == ()
    assert "&lt;b&gt;hello" in shown._repr_html_()


def test_words_are_shown_and_change_no_verdict(release, data):
    table = release.table("t", data, by=["sex", "track"])
    explained = release.explain("t", "It is a <b>special</b> track.")
    asked = release.request_exception("t", "The ministry asked for it.")
    for registered in (explained, asked):
        assert registered.report.outcome is FAIL
        assert registered.report.findings == table.report.findings
        assert registered.frame.equals(table.frame)
    assert "&lt;b&gt;special&lt;/b&gt;" in asked._repr_html_()
    assert "The ministry asked for it." in asked._repr_html_()
    assert "✗ fail" in asked._repr_html_()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(min_size=1, max_size=60).filter(lambda text: text.strip() and text.isprintable()))
def test_no_words_turn_a_fail_into_a_pass(text, tmp_path_factory):
    folder = tmp_path_factory.mktemp("draft")
    release = Release("s", folder=folder, units={"pupil": "pupil", "school": "school"}, author="researcher")
    data = pupils(200).assign(few=lambda frame: np.where(frame.index < 4, "few", "many"))
    release.table("fails", data, by="few")
    release.table("passes", data, by="sex")
    release.table("median", data, by="sex", value="score", statistic="median")
    before = {report.output: report.outcome for report in release.check().outputs}
    assert before["fails"] is FAIL
    for name in before:
        release.explain(name, text)
    release.request_exception("fails", text)
    assert {report.output: report.outcome for report in release.check().outputs} == before


def test_rounded_counts_leave_and_the_evidence_stays_exact(release, data):
    table = release.table("t", data, by="track", round=5, statistic="count")
    counts = data["track"].value_counts().sort_index()
    assert table.frame["n"].tolist() == [5 * np.round(number / 5) for number in counts]
    assert table.output.tabulations[0].values.tolist() == counts.tolist()
    rows = table.files["t.csv"].decode().split()[1:]
    assert [int(row.split(",")[1]) % 5 for row in rows] == [0] * len(counts)
    assert "counts rounded to: 5" in table._repr_html_()
    assert release.check().of("t") == table.report


@pytest.mark.parametrize(("few", "expected"), [(9, FAIL), (10, PASS), (11, PASS)])
@pytest.mark.parametrize("base", [1, 5, 10, 100])
def test_rounding_changes_no_verdict(release, few, expected, base):
    data = pupils(60).assign(track=lambda frame: np.where(frame.index < few, "few", "many"))
    assert release.table("t", data, by="track", round=base).outcome is expected


def test_a_rounded_table_is_judged_beside_others_as_if_it_were_exact(release, data):
    """What one table rounds another may show: the few who differ are as visible as without rounding."""
    release.table("all", data, by="sex", margins=True)
    assert release.table("selection", data[data["track"] != "pro"], by="sex", margins=True, round=5).outcome is FAIL


def test_hidden_cells_of_a_rounded_table_are_protected_as_in_an_exact_one(release, data):
    exact = release.table("t", data, by=["sex", "track"], margins=True, suppress=True)
    rounded = release.table("t", data, by=["sex", "track"], margins=True, suppress=True, round=10)
    assert rounded.outcome is PASS
    assert rounded.output.tabulations[0].status == exact.output.tabulations[0].status
    bounds = [[fact for fact in one.output.tabulations[0].facts if "prove" in fact.name] for one in (exact, rounded)]
    for first, second in zip(*bounds, strict=True):
        assert np.array_equal(first.values, second.values)


@pytest.mark.parametrize("wrong", [0, 3, -5, 5.0, True, "5", None], ids=str)
def test_counts_are_rounded_to_what_makes_sense(release, data, wrong):
    with pytest.raises(InputError, match="rounded to one of 5, 10, 100"):
        release.table("t", data, by="sex", round=wrong)


@pytest.mark.parametrize("statistic", ["mean", ["percent of row", "percent of column"], ["count", "sum"]], ids=str)
def test_statistics_that_give_the_count_back_are_not_rounded(release, data, statistic):
    with pytest.raises(InputError, match="Only a table of counts is rounded"):
        release.table("t", data, by=["sex", "track"], value="score", statistic=statistic, round=5)


def test_a_rounded_table_is_submitted_and_judged_again(release, data, tmp_path):
    release.table("t", data[data["track"] != "pro"], by="track", round=10)
    folder = release.submit(tmp_path / "submissions")
    assert Release.open(release.folder).check().of("t").outcome is PASS
    assert main(["review", str(folder)]) == 0


def test_the_frame_that_was_given_is_never_changed(release, data):
    before = data.copy(deep=True)
    release.table("t", data, by=["sex", "track"], margins=True, suppress=True)
    release.table("u", data, by="sex", round=5)
    release.table("v", data, by=["sex", "track"])._repr_html_()
    pd.testing.assert_frame_equal(data, before)


def test_names_may_be_those_of_numpy(release, data):
    by = list(np.array(["sex", "track"]))
    table = release.table(
        np.str_("t"),
        data,
        by=by,
        value=np.str_("score"),
        statistic=list(np.array(["mean", "sum"])),
        title=np.str_("Scores"),
        population=np.str_("everyone"),
    )
    assert table.mendings.found
    assert release.explain("t", np.str_("So it is.")).output.explanation == "So it is."
    assert release.table("u", data, by=np.array(["sex"]), round=5).outcome is PASS
    assert release.table("v", data, by=data.columns[2:3]).output.tabulations[0].by == ("track",)
    release.crosstab("w", "sex", "track", data=data, title=np.str_("x"), population=np.str_("y"))
    assert {output.output for output in Release.open(release.folder).check().outputs} == {"t", "u", "v", "w"}


@pytest.mark.parametrize("wrong", [1, None, ["sex", 2], {"sex"}], ids=str)
def test_variables_are_named_by_text(release, data, wrong):
    with pytest.raises(InputError, match="named by text"):
        release.table("t", data, by=wrong)


def test_changes_are_tried_on_a_frame_of_another_library(release, data):
    pyarrow = pytest.importorskip("pyarrow")
    table = release.table("t", pyarrow.Table.from_pandas(data), by=["sex", "track"])
    assert table.mendings.found[0].what == "Merge “havo” and “pro” of track."
    assert table.mendings.remark == "In these calls data is a pandas frame with the columns that you gave."


def test_changes_are_tried_on_a_relation_of_duckdb(release, data):
    duckdb = pytest.importorskip("duckdb")
    table = release.table("t", duckdb.from_df(data), by=["sex", "track"])
    assert [mending.outcome for mending in table.mendings.found] == [PASS] * 3


def test_every_number_of_the_view_has_headings_that_a_screen_reader_finds(release, data):
    shown = release.table("t", data, by=["sex", "track"], value="score", statistic="mean")._repr_html_()
    table = shown.split("<table", 1)[1].split("</table>")[0]
    assert table.count("<th ") == table.count("<th scope=") > 4
    assert "<caption" in table
    assert table.count('aria-label="fails"') == table.count('class="oc-mark"') > 0


def test_what_is_drawn_of_a_large_table_has_a_limit(release):
    many = pupils(4000).assign(area=lambda frame: [f"a{i % 250:03d}" for i in range(len(frame))])
    with pd.option_context("display.max_rows", None, "display.max_columns", None):
        shown = release.crosstab("t", "area", ["sex", "track"], data=many)._repr_html_()
    assert len(shown) < 60_000


def test_a_wide_file_is_cut(release, tmp_path):
    lines = [",".join(f"column{i}" for i in range(1000)), ",".join("12" for _ in range(1000))]
    (tmp_path / "wide.csv").write_text("\n".join(lines), encoding="utf-8")
    shown = release.file("wide", tmp_path / "wide.csv")._repr_html_()
    assert "30 of 1000 columns." in shown
    assert "column29" in shown
    assert "column30" not in shown.split("What")[0]


def test_what_is_registered_again_keeps_its_place_and_its_verdict(release, data):
    """First come, first served: the verdict that is shown is the one that the release has."""
    first = release.table("first", data, by=["sex", "track"], margins=True, suppress=True)
    tells = release.table("tells", data, by=["sex", "track"], statistic="count", margins=True)
    merged = data.assign(track=data["track"].replace({"pro": "low", "vmbo": "low"}))
    release.table("second", merged, by=["sex", "track"], margins=True)
    again = release.table("first", data, by=["sex", "track"], margins=True, suppress=True)
    assert (first.outcome, tells.outcome) == (PASS, FAIL)
    assert again.report == release.check().of("first")
    assert again.outcome is PASS


def test_names_of_categories_are_text_in_the_view_of_a_call_too(release, data):
    odd = data.assign(sex=data["sex"].replace("boy", "<script>1</script>")).rename(columns={"track": "<script>2"})
    shown = release.crosstab("t", "sex", "<script>2", data=odd, title="<script>3", margins=True)._repr_html_()
    assert "<script" not in shown
    assert "&lt;script&gt;1" in shown
