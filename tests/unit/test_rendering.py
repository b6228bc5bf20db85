"""The notebook's view of an output: what it shows, what it never shows, and what it does with strange names."""

import html.parser
import re
import time

import numpy as np
import pytest

from output_checks.model.evidence import CellStatus, FactName, Output, OutputKind, Tabulation
from output_checks.model.finding import Finding, Outcome, OutputReport
from output_checks.model.statistic import Statistic
from output_checks.rendering.csv import table_csv
from output_checks.rendering.grid import grid_of
from output_checks.rendering.html import Advice, output_html
from output_checks.rendering.words import shortened
from tests.factories import tabulation

VOID = {"img", "br", "meta"}


class Page(html.parser.HTMLParser):
    """The tags, the text and the table of a page; fails on a tag that is not closed."""

    def __init__(self, content):
        super().__init__()
        self.open, self.text, self.rows, self.cells = [], "", [], []
        self.feed(content)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self.cells.append((dict(attrs).get("class", ""), len(self.rows) - 1, len(self.rows[-1]) - 1))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.text += data
        if self.open and {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data.strip()

    def with_class(self, name):
        return [self.rows[row][column] for names, row, column in self.cells if name in names.split()]


def table(numbers, *, by=("sex", "track"), cells=None, hidden=(), statistic=Statistic.COUNT, decimals=0):
    cells = cells or [(sex, track) for sex in ("boy", "girl", None) for track in ("havo", "pro", None)]
    status = [CellStatus.PRIMARY_SUPPRESSED if at in hidden else CellStatus.PUBLISHED for at in range(len(cells))]
    return Tabulation(
        statistic=statistic,
        by=by,
        cells=tuple(cells),
        values=np.asarray(numbers, dtype=float),
        status=tuple(status),
        decimals=decimals,
    )


def finding(outcome, cells, *, rule="THR1", tabulation=0, detail="", advice="", message="These cells are small."):
    return Finding(
        rule=rule, outcome=outcome, message=message, tabulation=tabulation, cells=cells, detail=detail, advice=advice
    )


def report(*findings):
    return OutputReport(output="t", findings=findings)


def output(*tabulations, **more):
    return Output(name="t", kind=OutputKind.TABLE, title="count by sex × track", tabulations=tabulations, **more)


COUNTS = [30, 3, 33, 40, 20, 60, 70, 23, 93]
PASSES = report(finding(Outcome.PASS, ()))


def view(*tabulations, said=PASSES, **more):
    return output_html(output(*tabulations, **more), said, {})


def test_two_variables_are_shown_as_rows_and_columns():
    page = Page(view(table(COUNTS)))
    assert page.rows == [
        ["sex", "havo", "pro", "Total"],
        ["boy", "30", "3", "33"],
        ["girl", "40", "20", "60"],
        ["Total", "70", "23", "93"],
    ]


def test_several_statistics_stand_side_by_side_within_each_column():
    means = table([50.0] * 9, statistic=Statistic.MEAN, decimals=1)
    page = Page(view(table(COUNTS), means))
    assert page.rows[:3] == [
        ["sex", "havo", "pro", "Total"],
        ["n", "mean"] * 3,
        ["boy", "30", "50.0", "3", "50.0", "33", "50.0"],
    ]


def test_a_third_variable_is_not_repeated_in_every_row():
    cells = [(a, b, c) for a in "xy" for b in "pq" for c in "st"]
    page = Page(view(table(range(1, 9), by=("a", "b", "c"), cells=cells)))
    assert page.rows == [
        ["a", "b", "s", "t"],
        ["x", "p", "1", "2"],
        ["q", "3", "4"],
        ["y", "p", "5", "6"],
        ["q", "7", "8"],
    ]


def test_one_variable_is_shown_down():
    page = Page(view(table([12, 30], by=("sex",), cells=[("boy",), ("girl",)])))
    assert page.rows == [["sex", "n"], ["boy", "12"], ["girl", "30"]]


def test_too_many_columns_are_shown_down():
    cells = [(sex, str(year)) for sex in ("boy", "girl") for year in range(20)]
    page = Page(view(table(range(40), by=("sex", "year"), cells=cells)))
    assert page.rows[0] == ["sex", "year", "n"]
    assert page.rows[2] == ["1", "1"]


def test_cells_that_fail_have_a_mark_beside_their_colour_and_others_none():
    page = Page(view(table(COUNTS), said=report(finding(Outcome.FAIL, (1,)), finding(Outcome.REVIEW, (3,)))))
    assert page.with_class("oc-cell-fail") == ["▲3"]
    assert page.with_class("oc-cell-review") == ["?40"]
    assert len(page.with_class("oc-cell-pass")) == 7
    assert "fails: 1 cell" in page.text
    assert "needs review: 1 cell" in page.text


def test_a_finding_on_one_statistic_marks_that_statistic_only():
    means = table([50.0] * 9, statistic=Statistic.MEAN, decimals=1)
    page = Page(view(table(COUNTS), means, said=report(finding(Outcome.FAIL, (1,), tabulation=1))))
    assert page.with_class("oc-cell-fail") == ["▲50.0"]


def test_hidden_cells_are_dots_and_their_numbers_are_nowhere():
    shown = view(table([30, 7777, 33, 40, 20, 60, 70, 23, 93], hidden=(1,)))
    page = Page(shown)
    assert page.with_class("oc-cell-hidden") == ["·"]
    assert "hidden: 1 cell" in page.text
    assert "7777" not in shown.replace(",", "")
    assert "7,777" not in shown


def test_a_hidden_cell_that_can_be_worked_out_is_marked():
    page = Page(view(table(COUNTS, hidden=(1,)), said=report(finding(Outcome.FAIL, (1,), rule="SUP1"))))
    assert page.with_class("oc-cell-fail") == ["▲·"]


def test_a_passing_table_has_no_mark_and_no_legend():
    page = Page(view(table(COUNTS)))
    assert "▲" not in page.text
    assert "oc-legend" not in view(table(COUNTS)).split("</style>")[1]
    assert "Mending" not in page.text


def test_reasons_are_shown_and_the_counts_behind_them_are_not():
    item = tabulation([3, 40], facts={(FactName.CONTRIBUTORS, "pupil"): [987654, 40]})
    said = report(finding(Outcome.FAIL, (0,), detail="contributors (pupil) 987654", advice="Merge categories."))
    shown = view(item, said=said)
    assert "987654" not in shown
    assert "987,654" not in shown
    page = Page(shown)
    assert "THR1" in page.text
    assert "Merge categories." in page.text


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", '"quoted"', "it's", "two\nlines", "🎓", "&amp;", "é" * 10_000, "{{ 1 + 1 }}", "  "],
    ids=range(9),
)
def test_a_category_is_text_whatever_it_is_called(name):
    cells = [(sex, track) for sex in ("boy", name) for track in ("havo", name)]
    shown = view(table([1, 2, 3, 4], by=("sex", name), cells=cells), said=report(finding(Outcome.FAIL, (1,))))
    page = Page(shown)
    assert "<script" not in shown
    assert page.rows[0][2] == shortened(name, 40)
    assert page.rows[2] == [shortened(name, 40), "3", "4"]
    assert len(shown) < 20_000


def test_titles_reasons_and_what_the_researcher_says_are_text_too():
    bad = "<script>x</script>"
    made = Output(name="t", kind=OutputKind.TABLE, title=bad, explanation=bad, exception_request=bad)
    said = report(finding(Outcome.FAIL, (), message=bad, advice=bad))
    shown = output_html(made, said, {}, advice=[Advice(what=bad, call=bad, came_of_it=bad)], remark=bad)
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") >= 9


def test_an_explanation_and_an_exception_are_shown_with_what_they_cannot_do():
    page = Page(view(table(COUNTS), explanation="It is so.", exception_request="We need it."))
    assert "it changes no verdict): It is so." in page.text
    assert "it stays a fail): We need it." in page.text
    assert "Exception" not in Page(view(table(COUNTS))).text


def test_advice_is_a_sentence_what_came_of_it_and_the_call():
    advice = [Advice(what="Merge “a” and “b” of x.", call="release.table(...)", came_of_it="tried: passes")]
    shown = output_html(output(table(COUNTS)), report(finding(Outcome.FAIL, (1,))), {}, advice=advice)
    page = Page(shown)
    assert "What mends it" in page.text
    assert "Merge “a” and “b” of x. tried: passes" in page.text
    assert "<code>release.table(...)</code>" in shown


def test_a_call_is_shown_to_the_letter_and_a_very_long_one_is_said_to_be_cut():
    calls = ['f("two  spaces")', "x" * 900]
    advice = [Advice(what="Do.", call=call, came_of_it="tried: passes") for call in calls]
    page = Page(output_html(output(table(COUNTS)), PASSES, {}, advice=advice))
    assert calls[0] in page.text
    assert calls[1] not in page.text
    assert page.text.count("the whole call is in .mendings.found[") == 1
    assert "the whole call is in .mendings.found[1].call" in page.text


def test_nothing_is_fetched():
    shown = view(table(COUNTS), said=report(finding(Outcome.FAIL, (1,))))
    assert not re.search(r"https?:|url\(|@import|<link|<script|src=", shown)


def test_light_and_dark_have_the_same_colours_defined():
    style = view(table(COUNTS)).split("</style>")[0]
    light, *others = re.findall(r"\{([^{}]*--oc-ink:[^{}]*)\}", style)
    assert len(others) == 3
    for other in others:
        assert re.findall(r"(--oc-[a-z-]+):", other) == re.findall(r"(--oc-[a-z-]+):", light)


@pytest.mark.parametrize("theme", [0, 1])
def test_text_can_be_read_on_every_background(theme):
    """Contrast of at least 4.5 to 1, as the Web Content Accessibility Guidelines ask (1.4.3)."""
    style = view(table(COUNTS)).split("</style>")[0]
    colours = dict(
        re.findall(r"(--oc-[a-z-]+): (#[0-9a-f]+)", re.findall(r"\{([^{}]*--oc-ink:[^{}]*)\}", style)[theme])
    )
    pairs = [(f"--oc-{state}-ink", f"--oc-{state}") for state in ("pass", "fail", "review", "hidden")]
    for ink, paper in [*pairs, ("--oc-ink", "--oc-card"), ("--oc-soft", "--oc-card"), ("--oc-ink", "--oc-code")]:
        assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)


def contrast(one, other):
    first, second = sorted((luminance(one), luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def test_a_large_table_is_cut_with_the_cells_to_look_at_first_and_all_of_them_counted():
    cells = [(f"s{school:04d}", track) for school in range(6441) for track in "abcdef"]
    item = table(np.arange(38_646), by=("school", "track"), cells=cells)
    failing = tuple(range(30_000, 31_200))
    began = time.perf_counter()
    shown = view(item, said=report(finding(Outcome.FAIL, failing)))
    assert time.perf_counter() - began < 5
    page = Page(shown)
    assert len(page.rows) == 41
    assert page.rows[1][:2] == ["s5000", "▲30,000"]
    assert "40 of 6,441 rows" in page.text
    assert "fails: 1,200 cells" in page.text
    assert len(shown) < 60_000


def test_a_table_at_the_limit_is_shown_whole():
    def rows(number):
        cells = [(str(at),) for at in range(number)]
        grid = grid_of([table(range(number), by=("x",), cells=cells)], PASSES)
        return len(grid.rows), grid.cut

    assert rows(40) == (40, 0)
    assert rows(41) == (40, 1)


def test_a_table_without_variables_is_one_number():
    assert Page(view(table([93], by=(), cells=[()]))).rows == [["n"], ["93"]]


def test_rounded_counts_are_published_in_the_file_and_the_view():
    item = Tabulation(
        statistic=Statistic.COUNT,
        by=("x",),
        cells=(("a",), ("b",), ("c",)),
        values=np.array([12.0, 13.0, 1_208.0]),
        status=(CellStatus.PUBLISHED, CellStatus.PUBLISHED, CellStatus.PRIMARY_SUPPRESSED),
        decimals=0,
        rounded_to=5,
    )
    assert table_csv([item]) == b"x,n\na,10\nb,15\nc,x\n"
    assert Page(view(item)).rows[1:] == [["a", "10"], ["b", "15"], ["c", "·"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("short", "short"), ("x" * 10, "x" * 10), ("x" * 11, "x" * 9 + "…"), ("a\n b", "a b"), ("", "")],
    ids=range(5),
)
def test_a_text_is_cut_to_one_line(text, expected):
    assert shortened(text, 10) == expected
