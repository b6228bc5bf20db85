"""A table made elsewhere: what its own numbers tell is judged, the rest is asked for, and nothing of it passes."""

import io
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest

from output_checks.errors import InputError
from output_checks.measuring.brought import derive
from output_checks.model.evidence import CellStatus, FactName, Origin, Output, OutputKind
from output_checks.model.finding import Outcome
from output_checks.readers import read_content, read_sheets
from output_checks.release import Release
from output_checks.rules.threshold import TOO_FEW_CONTRIBUTORS
from output_checks.workflow.inbox import open_submission
from output_checks.workflow.judge import judge
from tests.factories import policy
from tests.unit.test_rules_oracles import ORACLES, oracle

FAIL, REVIEW = Outcome.FAIL, Outcome.REVIEW


def judged(text, name="t.csv", **stated):
    content = text.encode("utf-8") if isinstance(text, str) else text
    output = Output(name="t", kind=OutputKind.FILE, title="t", files=(), stated=stated)
    output = read(output, name, content)
    outputs, report = judge([output], {name: content}, policy())
    return outputs[0], report.of("t")


def read(output, name, content):
    return replace(output, files=(read_content(name, content),))


def fails(report, rule=""):
    return [item for item in report.findings if item.outcome is FAIL and rule in item.rule]


def failing(text, **stated):
    """The rules that fail, and the message of the first."""
    found = fails(judged(text, **stated)[1])
    return {item.rule for item in found}, " ".join(item.message for item in found)


def book(*sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return made


def saved(made):
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


@pytest.mark.parametrize(("n", "expected"), [(0, REVIEW), (1, FAIL), (9, FAIL), (10, REVIEW), (11, REVIEW)])
def test_a_small_count_in_a_column_named_n_fails_and_a_large_one_needs_review(n, expected):
    report = judged(f"track,sex,n\nvmbo,boy,120\nvmbo,girl,{n}\nhavo,boy,80\nhavo,girl,90\n")[1]
    assert [item for item in report.findings if item.outcome is Outcome.PASS and item.rule == "THR1"] == []
    assert (FAIL if fails(report, "THR1") else REVIEW) is expected


@pytest.mark.parametrize(
    "heading", ["n", "N", "Aantal", "count", "freq", "aantal leerlingen", "n_obs", "Number of pupils"]
)
def test_counts_are_known_by_the_heading(heading):
    assert failing(f"track,{heading}\nvmbo,120\nhavo,4\n")[0] == {"THR1"}


def test_the_finding_says_where_and_never_what():
    _, message = failing("track,sex,n\nvmbo,boy,120\nvmbo,girl,7\nhavo,boy,80\nhavo,girl,90\n")
    assert "vmbo × girl" in message
    assert "7" not in message


def test_a_place_that_may_be_a_key_is_not_named():
    _, message = failing("label,n\nvmbo,120\nhavo,80\nhbo,60\n12AB,7\n")
    assert "12AB" not in message
    assert "(withheld)" in message


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("margins", [True, False])
def test_a_crosstab_of_pandas_fails_at_exactly_its_small_cells(separator, margins):
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"region": rng.choice(list("NESW"), 900), "track": rng.choice(["vmbo", "havo", "vwo"], 900)})
    data.loc[:5, "track"] = "pro"
    table = pd.crosstab(data["region"], data["track"], margins=margins)
    output, report = judged(table.to_csv(sep=separator))
    (tabulation,) = output.tabulations
    found = {tabulation.cells[cell] for item in fails(report, "THR1") for cell in item.cells}
    named = table.rename(index={"All": None}, columns={"All": None}) if margins else table
    expected = (
        {
            (row, column)
            for row in named.index
            for column in named.columns
            if 0 < named.loc[[row], [column]].iloc[0, 0] < 10
        }
        if not margins
        else {
            (None if row == "All" else row, None if column == "All" else column)
            for row in table.index
            for column in table.columns
            if 0 < table.loc[row, column] < 10
        }
    )
    assert found == expected
    assert found


def test_nothing_wrong_is_review_with_the_questions_that_are_left():
    report = judged("track,n,mean\nvmbo,120,12.1\nhavo,80,13.4\nvwo,90,14.0\n")[1]
    assert report.outcome is REVIEW
    assert "Does it count pupils, or records of them, and how many schools stand behind each?" in report.reason
    assert "How many pupils and schools with a value stand behind each number of mean?" in report.reason
    assert "Which population" in report.reason


def test_answers_are_recorded_as_declared_and_change_the_question_only():
    text = "track,score,behind\nvmbo,12.1,4\nhavo,13.4,12\nvwo,12,15\n"
    assert judged(text)[1].outcome is REVIEW
    output, report = judged(text, n="behind", counts="pupil")
    assert fails(report, "THR1")
    assert "The researcher states that it counts pupils" in report.findings[1].message
    declared = [fact for item in output.tabulations for fact in item.facts if fact.origin is Origin.DECLARED]
    assert [fact.of for fact in declared] == ["pupil"]


@pytest.mark.parametrize("counts", ["", "pupil", "school"])
@pytest.mark.parametrize("n", ["", "n", "mean"])
def test_no_answer_turns_a_fail_into_anything_else(counts, n):
    assert judged("track,n,mean\nvmbo,120,12.1\nhavo,7,13.4\n", counts=counts, n=n)[1].outcome is FAIL


def test_counts_of_schools_are_held_to_the_minimum_of_schools():
    assert failing("track,pupils,schools\nvmbo,120,12\nhavo,110,2\n")[0] == {"THR1"}
    assert failing("track,pupils,schools\nvmbo,120,12\nhavo,110,4\n")[0] == set()


@pytest.mark.parametrize("mark", ["x", "X", ".", "*", "-", "", "n.v.t", "geheim"])
def test_one_hidden_cell_beside_a_total_is_worked_out(mark):
    found = failing(f"track,boys,girls,Total\nvmbo,120,{mark},123\nhavo,80,90,170\nTotal,200,93,293\n")[0]
    assert found == {"SUP1"} or mark == "n.v.t"


def test_two_hidden_cells_in_each_line_are_not_worked_out():
    text = "track,boys,girls,Total\nvmbo,x,x,173\nhavo,x,x,170\nvwo,80,90,170\nTotal,240,273,513\n"
    assert failing(text)[0] == set()


@pytest.mark.parametrize(("total", "expected"), [(125, {"SUP1"}), (131, set())])
def test_a_mark_that_tells_an_upper_bound_counts_where_a_total_settles_the_number(total, expected):
    rows = "vmbo,<10\nhavo,120\n" if total == 125 else "vmbo,<10\npro,<10\nhavo,120\n"
    assert failing(f"track,n\n{rows}Total,{total}\n")[0] == expected


def test_marks_that_are_full_to_the_brim_are_worked_out():
    assert failing("track,n\nvmbo,<5\npro,<5\nhavo,120\nTotal,128\n")[0] == {"SUP1"}


def test_hidden_counts_follow_from_shown_percentages():
    text = "track;aantal;%\nvmbo;1.200;60,0\nhavo;x;0,2\nvwo;795;39,8\nTotaal;1.999;100,0\n"
    assert failing(text)[0] == {"SUP1"}


def test_rows_that_add_up_without_a_name_are_totals():
    output = judged(
        "area,boys,girls\nNorth,120,130\nTown A,70,75\nTown B,50,55\nSouth,90,95\nTown C,30,40\nTown D,60,55\n"
    )[0]
    (tabulation,) = output.tabulations
    assert not tabulation.hidden.any()
    start = "area,boys,girls\nNorth,120,130\nTown A,70,75\nTown B,50,55\nSouth,90,95\n"
    hidden = f"{start}Town C,x,40\nTown D,85,55\nTotal,210,225\n"
    assert failing(hidden)[0] == {"SUP1"}


def test_a_subtotal_gives_a_hidden_part_away_and_two_hidden_parts_keep_each_other_safe():
    start = "area,n\nNorth,120\nTown A,70\nTown B,50\nSouth,90\n"
    assert failing(f"{start}Town C,x\nTown D,85\nTotal,210\n")[0] == {"SUP1"}
    assert failing(f"{start}Town C,x\nTown D,x\nTown E,30\nTotal,210\n")[0] == set()


def test_a_total_column_without_a_name_is_one():
    text = "track,boys,girls,whole\nvmbo,120,x,123\nhavo,80,90,170\nvwo,70,95,165\n"
    assert failing(text)[0] == {"SUP1"}


def test_totals_that_do_not_add_up_are_asked_about_and_nothing_is_worked_out():
    report = judged("track,boys,girls,Total\nvmbo,120,x,125\nhavo,80,90,175\nTotal,200,95,295\n")[1]
    assert report.outcome is REVIEW
    assert "do not add up" in report.reason


def test_a_group_in_one_category_fails_and_a_spread_one_does_not():
    assert failing("region,vmbo,havo,Total\nN,40,0,40\nS,30,50,80\nTotal,70,50,120\n")[0] == {"CLS1"}
    assert failing("region,vmbo,havo,Total\nN,20,20,40\nS,30,50,80\nTotal,50,70,120\n")[0] == set()


@pytest.mark.parametrize(
    ("percent", "n", "expected"),
    [
        ("97.5", 120, {"THR2"}),
        ("2.5", 120, {"THR2"}),
        ("97.5", 1200, set()),
        ("50.0", 40, set()),
        ("100.0", 40, {"CLS2"}),
    ],
)
def test_a_percentage_and_its_n_tell_the_numerator_and_the_rest(percent, n, expected):
    assert failing(f"track,n,% passed\nvmbo,{n},{percent}\nhavo,450,60.0\n")[0] == expected


@pytest.mark.parametrize(("n", "expected"), [(1000, set()), (50, {"THR1", "PCT1"})])
def test_shares_of_a_row_and_its_n_tell_the_parts(n, expected):
    text = f"region,n,% vmbo,% havo,% vwo\nN,{n},90.0,8.0,2.0\nS,800,40.0,30.0,30.0\n"
    found = failing(text)[0]
    assert found == expected or (expected and found <= expected and found)


def test_a_row_of_a_hundred_percent_fails_and_one_hidden_share_follows():
    assert "one category" in failing("region,vmbo,havo,vwo\nN,0.0,0.0,100.0\nS,40.0,30.0,30.0\nE,10,60,30\n")[1]
    assert "others of its row" in failing("region,vmbo,havo,vwo\nN,x,55.0,40.0\nS,40.0,30.0,30.0\nE,10,60,30\n")[1]
    assert failing("region,vmbo,havo,vwo\nN,x,x,40.0\nS,40.0,30.0,30.0\nE,10,60,30\n")[0] == set()


def test_a_deviation_of_nothing_says_that_all_are_equal():
    assert failing("track,n,mean,sd\nvmbo,120,12.0,2.1\nhavo,80,13.0,0\n")[0] == {"CLS2"}
    assert failing("track,n,mean,sd\nvmbo,120,12.0,2.1\nhavo,80,13.0,1.9\n")[0] == set()


def test_medians_that_are_whole_and_alike_are_asked_about():
    report = judged("track,boys,girls\nvmbo,7,8\nhavo,9,6\n")[1]
    assert report.outcome is REVIEW
    assert "Are the whole numbers in it counts" in report.reason


def test_a_count_in_a_text_is_a_count():
    assert failing("statistic,vmbo (n=120),havo (n=7)\nmean,12.1,13.2\nsd,2.1,2.2\n")[0] == {"THR1"}
    assert failing("statistic,vmbo (n=120),havo (n=70)\nmean,12.1,13.2\nsd,2.1,2.2\n")[0] == set()


def test_a_count_with_its_percentage_in_brackets_is_a_count():
    assert failing("track,N (%)\nvmbo,120 (60.0%)\nhavo,4 (2.0%)\nvwo,76 (38.0%)\n")[0] == {"THR1"}


def test_european_numbers_are_read_as_such():
    output = judged("track;aantal;gemiddelde\nvmbo;1.230;12,5\nhavo;945;13,1\n")[0]
    assert output.tabulations[0].values.tolist() == [1230, 945]
    assert output.tabulations[1].values.tolist() == [12.5, 13.1]


def test_years_are_categories_above_and_beside_the_numbers():
    above = judged("track,2019,2020,2021\nvmbo,120,130,140\nhavo,11,12,13\n")[0].tabulations[0]
    assert above.cells[0] == ("vmbo", "2019")
    beside = judged("year,n\n2019,120\n2020,130\n2021,140\n")[0].tabulations[0]
    assert beside.cells == (("2019",), ("2020",), ("2021",))


def test_several_heading_rows_titles_and_notes_are_told_from_the_table():
    rows = "vmbo,120,60.0,4,3.0\nhavo,80,40.0,116,97.0"
    text = f"Table 1. Pupils by track\n\n,boys,,girls,\ntrack,n,%,n,%\n{rows}\n\nSource: CBS\n"
    found = failing(text)
    assert "THR1" in found[0]
    assert "vmbo × girls" in found[1]


@pytest.mark.parametrize("margins", [True, False])
def test_merged_headings_and_labels_of_excel_are_filled_in(margins):
    rng = np.random.default_rng(5)
    options = {"a": "NS", "b": "xy", "c": "pqr"}
    data = pd.DataFrame({name: rng.choice(list(own), 900) for name, own in options.items()})
    data.loc[:4, "c"] = "small"
    content = io.BytesIO()
    table = pd.crosstab([data["a"], data["b"]], data["c"], margins=margins)
    table.to_excel(content)
    (tabulation,) = judged(content.getvalue(), "t.xlsx")[0].tabulations
    assert ("N", "y", "small") in tabulation.cells
    assert tabulation.values[tabulation.cells.index(("N", "y", "p"))] == table.loc[("N", "y"), "p"]
    assert ((None, None, None) in tabulation.cells) is margins


def test_every_sheet_is_judged_hidden_ones_too():
    made = book(
        ("a", [["track", "n"], ["vmbo", 120], ["havo", 90]]), ("b", [["track", "n"], ["vmbo", 120], ["havo", 3]])
    )
    made["b"].sheet_state = "hidden"
    output, report = judged(saved(made), "t.xlsx")
    assert fails(report, "THR1")
    assert len(output.tabulations) == 2
    assert "it has hidden sheets" in report.findings[1].message


def test_rows_of_records_without_a_key_fail_and_a_long_table_does_not():
    rng = np.random.default_rng(1)
    rows = pd.DataFrame({"sex": rng.choice(["boy", "girl"], 60), "score": rng.normal(50, 10, 60).round(1)})
    assert "records of single units" in failing(rows.to_csv(index=False))[1]
    means = rows.assign(track=[f"track {i % 30}" for i in range(60)]).groupby(["track", "sex"])["score"].mean()
    assert failing(means.to_csv())[0] == set()


def test_bounds_and_tabulations_that_come_with_a_submission_are_not_relied_on():
    content = b"track,n\nvmbo,120\nhavo,7\n"
    output = judged(content)[0]
    shown = output.tabulations[0].with_status((CellStatus.PRIMARY_SUPPRESSED,) * 2)
    forged = replace(output, tabulations=(shown,))
    assert judge([forged], {"t.csv": content}, policy())[1].of("t").outcome is FAIL


def test_a_table_made_elsewhere_is_set_beside_the_same_groups_of_a_registered_table(tmp_path):
    data = pd.DataFrame({"pupil": [f"p{i:04d}" for i in range(300)], "school": [f"s{i % 10}" for i in range(300)]})
    data["track"] = np.where(data.index % 3, "havo", "vwo")
    release = Release("r", folder=tmp_path / "d", units={"pupil": "pupil", "school": "school"})
    release.table("a", data, by="track")
    path = tmp_path / "b.csv"
    path.write_text("track,n\nhavo,199\nvwo,100\n", encoding="utf-8")
    found = release.file("b", path)
    assert any(item.rule == "DIF1" for item in found.report.reasons)
    path.write_text("track,n\nhavo,150\nvwo,60\n", encoding="utf-8")
    assert not any(item.rule == "DIF1" for item in release.file("b", path).report.reasons)


def test_answers_must_be_a_unit_level_and_a_heading(tmp_path):
    release = Release("r", folder=tmp_path / "d", units={"pupil": "pupil", "school": "school"})
    path = tmp_path / "b.csv"
    path.write_text("track,score,k\nhavo,19.1,150\nvwo,10.2,160\n", encoding="utf-8")
    with pytest.raises(InputError, match="unit levels"):
        release.file("b", path, counts="class")
    with pytest.raises(InputError, match="no column of numbers"):
        release.file("b", path, n="track")
    assert release.file("b", path, counts="pupil", n="k").outcome is REVIEW


def test_a_file_is_submitted_with_its_answers_and_judged_again(tmp_path):
    release = Release("r", folder=tmp_path / "d", units={"pupil": "pupil", "school": "school"})
    path = tmp_path / "b.csv"
    path.write_text("track,score,k\nhavo,19.1,150\nvwo,10.2,160\n", encoding="utf-8")
    release.file("b", path, counts="pupil", n="k")
    submission = open_submission(release.submit(tmp_path / "out"))
    assert submission.outputs[0].stated == {"counts": "pupil", "n": "k"}
    assert "The researcher states that it counts pupils" in submission.report.of("b").reason


def test_the_cells_that_rtauargus_flags_for_their_counts_are_flagged_in_its_table_as_a_file():
    table = oracle("rtauargus_datatest1.csv")
    found = derive(
        read_sheets("t.csv", (ORACLES / "rtauargus_datatest1.csv").read_bytes()),
        source="t",
        levels=["pupil"],
        stated={},
    )
    (tabulation,) = [item for item in found.tabulations if item.variable == "nb_obs"]
    bound = tabulation.fact(FactName.CONTRIBUTORS, "pupil").values
    flags = TOO_FEW_CONTRIBUTORS.check([bound], {"minimum_contributors": 3}).fail
    assert flags.tolist() == table["is_secret_freq"].tolist()
    assert flags.sum() == 79


def test_tau_argus_s_table_is_read_with_its_decimal_commas():
    table = oracle("tauargus_pp.tab", sep=";", decimal=",", header=None)
    table.columns = ["activity", "region", "turnover", "n", *[f"v{i} score" for i in range(7)]]
    content = table.to_csv(sep=";", decimal=",", index=False).encode()
    found = derive(read_sheets("t.csv", content), source="t", levels=["pupil"], stated={})
    (tabulation,) = [item for item in found.tabulations if item.variable == "n"]
    assert tabulation.values.tolist() == table["n"].tolist()


def test_sheets_of_different_sizes_with_hidden_means_are_judged():
    first = [["track", "n", "mean"], ["vmbo", 120, 12.1], ["havo", 90, 13], ["Total", 210, 12.3]]
    second = [["sex", "n", "mean"], ["boy", 120, 12.1], ["girl", "x", "x"], ["unknown", "x", 1.0], ["Total", 300, 11.0]]
    output, report = judged(saved(book(("a", first), ("b", second))), "t.xlsx")
    assert report.outcome is REVIEW
    assert [item.statistic.value for item in output.tabulations] == ["count", "mean", "count", "mean"]


def test_what_one_sheet_hides_another_one_tells():
    first = [["track", "n"], ["vmbo", 120], ["havo", "x"], ["pro", "x"], ["vwo", 90], ["Total", 300]]
    second = [["track", "boy", "girl", "Total"], ["vmbo", 60, 60, 120], ["havo", 40, 44, 84], ["vwo", 45, 45, 90]]
    assert failing_book(first, [["sex", "n"], ["boy", 140], ["girl", 160]]) == set()
    both = [[row[0], row[-1]] for row in second]
    both[0] = ["track", "n"]
    assert failing_book(first, both) == {"SUP1"}


def failing_book(*sheets):
    made = book(*[(f"sheet {number}", rows) for number, rows in enumerate(sheets)])
    return {item.rule for item in fails(judged(saved(made), "t.xlsx")[1])}


@pytest.mark.parametrize("text", ["-7", "(7)", "seven", "7?"])
def test_what_stands_among_counts_and_is_no_count_is_asked_about(text):
    report = judged(f"track,n\nvmbo,120\nhavo,80\nvwo,70\npro,{text}\n")[1]
    assert report.outcome is REVIEW
    assert "no numbers as the others are" in report.reason


@pytest.mark.parametrize("text", ["7 pupils", "7*", "7 [1]", " 7 ", "7.0"])
def test_a_small_count_in_another_writing_fails(text):
    assert failing(f"track,n\nvmbo,120\nhavo,80\nvwo,70\npro,{text}\n")[0] == {"THR1"}


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"track\n", b"a,b\n", b'"', b"1\n2\n3\n", b",,,\n,,,\n", b"\r\n\r\n"]
)
def test_scraps_are_review_and_never_an_error(content):
    assert judged(content)[1].outcome is REVIEW


def test_every_random_table_is_judged_and_never_passes():
    rng = np.random.default_rng(12)
    texts = [
        "",
        "x",
        "-",
        "<5",
        "7",
        "120",
        "1.234",
        "12,5",
        "45%",
        "Total",
        "n",
        "vmbo",
        "mean",
        "12 (4%)",
        "2019",
        "=A1",
    ]
    for _ in range(150):
        rows = rng.choice(texts, size=(rng.integers(1, 7), rng.integers(1, 6)))
        found = judged("\n".join(";".join(row) for row in rows))[1]
        assert found.outcome is not Outcome.PASS
        assert "could not run" not in found.reason
        assert "could not be taken apart" not in found.reason


@pytest.mark.parametrize(
    ("heading", "value", "n", "expected"),
    [
        ("share", "0.975", 40, {"THR2"}),
        ("share", "0.5", 90, set()),
        ("cases per 1000", "1.2", 2500, {"THR2"}),
        ("cases per 1000", "12.0", 2500, set()),
        ("% passed", "0.5", 900, set()),
    ],
)
def test_shares_and_rates_tell_their_numerators(heading, value, n, expected):
    other = "0.4" if heading == "share" else "0.6" if heading.startswith("%") else "80.0"
    assert failing(f"track,{heading},n\nvmbo,{value},{n}\nhavo,{other},800\n")[0] == expected


@pytest.mark.parametrize(("second", "expected"), [(123, {"THR1"}), (140, set())])
def test_running_totals_tell_the_counts_between_them(second, expected):
    assert failing(f"track,cumulative n\nvmbo,120\nhavo,{second}\nvwo,213\n")[0] == expected


def test_two_counts_of_the_same_rows_are_set_beside_each_other():
    text = "track,mean,n,valid n\nvmbo,1.1,120,117\nhavo,1.2,80,80\n"
    assert "Who is counted in one of" in judged(text)[1].reason
    assert "Who is counted in one of" not in judged(text.replace("117", "120"))[1].reason


def test_codes_among_the_labels_are_labels():
    text = "a,b,n\nx,1,120\nx,2,.\ny,1,.\ny,2,.\nx,Total,128\ny,Total,90\nTotal,1,150\nTotal,2,68\nTotal,Total,218\n"
    output, report = judged(text)
    assert output.tabulations[0].by == ("a", "b")
    assert {item.rule for item in fails(report)} == {"SUP1"}


def test_tables_beside_each_other_are_two_and_an_empty_column_within_one_is_none():
    two = "track,n,,sex,n\nvmbo,120,,boy,5\nhavo,70,,girl,185\n"
    output, report = judged(two)
    assert [item.by for item in output.tabulations] == [("track",), ("sex",)]
    assert "boy" in fails(report)[0].message
    one = judged("track,n,,n boys\nvmbo,120,,60\nhavo,70,,30\n")[0]
    assert one.tabulations[0].by == ("track",)


@pytest.mark.parametrize(("n", "expected"), [(7, {"THR1"}), (70, set())])
def test_a_table_whose_rows_are_statistics_is_read_by_columns(n, expected):
    assert failing(f"Statistic,vmbo,havo\nn,120,{n}\nmean,12.1,13.2\nsd,2.0,1.9\n")[0] == expected


def test_a_mean_with_its_deviation_in_brackets_is_no_percentage():
    text = "track,mean (sd),n\nvmbo,12.1 (2.0),120\nhavo,13.1 (1.9),80\n"
    output, report = judged(text)
    assert {item.statistic.value for item in output.tabulations} == {"count", "mean", "standard deviation"}
    assert not fails(report)


def test_a_title_over_merged_cells_is_no_heading():
    made = book(("a", [["Table 1: pupils"], ["track", "n", "mean"], ["vmbo", 120, 12.5], ["havo", 7, 13.5]]))
    made["a"].merge_cells("A1:C1")
    output = judged(saved(made), "t.xlsx")[0]
    assert output.tabulations[0].by == ("track",)
    assert [item.variable for item in output.tabulations] == ["n", "mean"]
