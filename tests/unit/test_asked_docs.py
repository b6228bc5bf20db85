"""What the page on pandas' calls tells people to run works, and each of its one-line changes gives the same."""

import re

import pandas as pd

from output_checks.model.finding import Outcome
from output_checks.release import Release
from tests.test_docs import ROOT, Reader, write_pupils

PAGE = ROOT / "docs/how-to/use-pandas-calls.md"
ROW = re.compile(r"^\| `(?P<plain>p[^`]+)` \| `(?P<asked>release[^`]+)` \|$", re.MULTILINE)


def test_the_page_on_pandas_calls_works_as_it_says(tmp_path):
    write_pupils(tmp_path)
    reader = Reader(tmp_path)
    reader.follow(PAGE)
    assert reader.names["tracks"].outcome is Outcome.PASS
    assert {table.output.name for table in reader.names["scores"].tables} == {"scores-score_2023", "scores-score_2024"}


def test_each_change_of_one_line_on_the_page_gives_what_pandas_gives(tmp_path):
    pupils = write_pupils(tmp_path)
    pupils = pupils[pupils["track"] != "pro"]
    rows = [(found["plain"], found["asked"]) for found in ROW.finditer(PAGE.read_text(encoding="utf-8"))]
    assert len(rows) == 4
    for number, (plain, asked) in enumerate(rows):
        release = Release("s", folder=tmp_path / str(number), units={"pupil": "pupil", "school": "school"})
        names = {"pd": pd, "pupils": pupils, "release": release}
        answer, expected = eval(asked, names), eval(plain, names)
        assert answer.outcome is Outcome.PASS
        assert answer.result.equals(expected)
