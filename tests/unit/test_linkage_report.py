"""What a school is told: where to look and what to do, and no value, name or count that tells of others."""

import html.parser

import pytest

from nco_research.linkage.report import as_html, as_text
from nco_research.linkage.validation import validate_delivery
from output_checks.errors import InputError
from tests.linkage_factories import BSNS, csv_of, row

SECRETS = ("Jan Jansen", "9999ZZ", "<b>77", BSNS[7])


@pytest.fixture
def checked(tmp_path):
    path = tmp_path / "LVS_18AB00_2021.csv"
    rows = [row(BSN=BSNS[place]) for place in range(40)]
    rows[3] |= {"REEKS": "Jan Jansen", "POSTCODE": "9999ZZ1"}
    for place in range(10, 35):
        rows[place] |= {"GROEP": "<b>77"}
    path.write_text(csv_of(rows), encoding="cp1252")
    return validate_delivery(path)


def test_the_report_in_english_says_lines_and_what_to_do(checked):
    text = as_text(checked, language="en")
    assert "Report on delivery LVS_18AB00_2021.csv" in text
    assert "School year: 2021/22" in text
    assert "rows with an error are left out" in text
    lines = ", ".join(map(str, range(12, 32)))
    assert f"- GROEP is not a number from 1 to 8. (25 rows: line {lines}, and further)" in text
    assert "(1 row: line 5)" in text
    assert "What to do: fill in the grade that the pupil was in." in text
    assert text.index("GROEP") < text.index("POSTCODE") < text.index("REEKS")


def test_the_report_in_dutch_is_the_default(checked):
    assert as_text(checked) == as_text(checked, language="nl")
    assert "GROEP is geen getal van 1 tot en met 8. (25 regels: regel 12, " in as_text(checked)
    assert "Wat te doen: vul de groep in" in as_text(checked)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_value_is_in_a_report(checked, language):
    for made in (as_text(checked, language=language), as_html(checked, language=language)):
        assert not any(secret in made for secret in SECRETS)


class Reader(html.parser.HTMLParser):
    """Refuses tags that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert tag not in {"script", "link", "img"}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_the_page_says_what_the_text_says_and_is_whole(checked):
    reader = Reader()
    reader.feed(as_html(checked, language="en"))
    assert not reader.open
    shown = " ".join(reader.words)
    assert "25 rows: line 12, 13" in shown
    assert "What to do: fill in the grade" in shown
    assert '<html lang="nl">' in as_html(checked)


def test_a_file_name_cannot_put_anything_into_the_page(tmp_path):
    path = tmp_path / "<b>&.csv"
    try:
        path.write_text(csv_of([row()]), encoding="cp1252")
    except OSError:
        pytest.skip("no such file name here")
    assert "<b>&.csv" not in as_html(validate_delivery(path))
    assert "&lt;b&gt;&amp;.csv" in as_html(validate_delivery(path))


def test_sound_refused_and_merely_remarked_deliveries_have_verdicts_of_their_own(tmp_path):
    path = tmp_path / "LVS_18AB00_2021.csv"
    verdicts = {}
    for name, content in (
        ("sound", csv_of([row()])),
        ("remarks", csv_of([row(NIVEAU="X")])),
        ("rows", csv_of([row(GROEP="X")])),
        ("refused", ""),
    ):
        path.write_text(content, encoding="cp1252")
        verdicts[name] = as_text(validate_delivery(path), language="en")
    assert "Nothing was found" in verdicts["sound"]
    assert "There are remarks" in verdicts["remarks"]
    assert "rows with an error" in verdicts["rows"]
    assert "cannot be used" in verdicts["refused"]


def test_a_language_that_is_not_there_is_an_error(checked):
    with pytest.raises(InputError, match="'fy'"):
        as_text(checked, language="fy")
