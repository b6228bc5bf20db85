"""The notebook in Dutch and English: nothing but the words differs, and the words of rules are all there."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from output_checks.errors import InputError
from output_checks.model.finding import Outcome
from output_checks.release import Release
from output_checks.rendering.dutch import ADVICE, MENDING, RULES, VIEW
from output_checks.rendering.words import retold, said
from output_checks.rules import CELL_RULES
from tests.factories import pupils

UNITS = {"pupil": "pupil", "school": "school"}
FIRST = ("THR1", "THR2", "THR3", "DOM1", "DOM2", "CLS1", "CLS2", "EXT1", "EXT2", "PCT1", "COR1", "MOD1", "MOD3", "SUP1")


def text_of(page):
    return re.sub(r"<[^>]+>", " ", page.split("</style>", 1)[1])


@pytest.fixture
def data():
    made = pupils(300)
    made.loc[:5, "track"] = "pro"
    return made


def release(tmp_path, language=""):
    return Release("s", folder=tmp_path / language / "draft", units=UNITS, author="researcher", language=language)


@pytest.mark.parametrize("code", FIRST)
def test_what_a_rule_says_has_dutch(code):
    rule = next(rule for rule in CELL_RULES if rule.code == code)
    sentence = rule.message.format(cells="12 cells", unit="school", variable="track") + "."
    told = retold(sentence, "nl")
    assert told != sentence
    assert ("cells" not in told and "12 cellen" in told) or "{cells}" not in rule.message
    assert retold(rule.advice, "nl") != rule.advice


@pytest.mark.parametrize("texts", [VIEW, MENDING, RULES, ADVICE], ids=["view", "mending", "rules", "advice"])
def test_a_translation_has_the_gaps_of_its_english(texts):
    def gaps(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for english, dutch in texts.items():
        assert gaps(dutch) - {"units"} <= gaps(english), english
        assert gaps(english) - gaps(dutch) <= {"unit", "title", "code"}, english


def test_what_stands_in_a_gap_is_kept():
    assert retold("3 cells with fewer pupils behind them than the policy asks for.", "nl") == (
        "3 cellen met minder leerlingen erachter dan het beleid vraagt."
    )
    assert retold("1 cell holding (nearly) everyone of their group along track.", "nl") == (
        "1 cel met (bijna) iedereen van hun groep langs track."
    )


def test_sentences_are_told_one_by_one():
    assert retold("Leave out the maximum. Merge “a” and “b” of x.", "nl") == (
        "Laat het maximum weg. Voeg “a” en “b” van x samen."
    )


def test_what_has_no_dutch_stays_english_and_says_so():
    assert retold("Something quite new.", "nl") == "Something quite new."


@given(st.text(max_size=80))
def test_any_text_can_be_told(text):
    assert isinstance(retold(text, "nl"), str)
    assert retold(text, "en") == text
    assert said("{n} cells", "nl", n=text) == f"{text} cellen"


def test_a_notebook_in_dutch_shows_the_same_verdicts_and_numbers(tmp_path, data):
    english, dutch = (
        release(tmp_path, language).crosstab("t", "sex", "track", data=data, margins=True) for language in ("en", "nl")
    )
    assert dutch.tables[0].report == english.tables[0].report
    assert dutch.tables[0].files == english.tables[0].files
    shown = text_of(dutch._repr_html_())
    for words in ("niet akkoord", "Wat dit herstelt", "van track samen.", "Totaal", "Waarom"):
        assert words in shown
    for words in ("fails", "What mends it", "Merge", "Why", "needs review", "cells with"):
        assert words not in shown
    assert 'lang="nl"' in dutch._repr_html_()
    assert 'lang="en"' in english._repr_html_()
    assert repr(dutch).startswith("t: niet akkoord: 3 cellen met minder")


def test_what_leaves_is_the_same_in_both_languages(tmp_path, data):
    files = []
    for language in ("en", "nl"):
        draft = release(tmp_path, language)
        draft.table("t", data, by=["sex", "track"], margins=True, suppress=True)
        folder = draft.submit(tmp_path / language / "out")
        files.append((folder / "evidence.json").read_bytes())
    assert files[0] == files[1]


def test_the_language_comes_from_the_session_where_it_is_not_given(tmp_path, monkeypatch):
    monkeypatch.setenv("OUTPUT_CHECKS_LANGUAGE", "nl")
    assert release(tmp_path).language == "nl"
    assert release(tmp_path, "en").language == "en"
    monkeypatch.setenv("OUTPUT_CHECKS_LANGUAGE", "fr")
    with pytest.raises(InputError, match="English or Dutch"):
        Release("s", folder=tmp_path / "other", units=UNITS)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["1 of 3 outputs pass.", "It fails; people decide on the exception.", "An output checker has to judge it."],
        ),
        ("nl", ["1 van 3 uitvoeren zijn akkoord.", "mensen beslissen over de uitzondering.", "moet dit beoordelen."]),
    ],
)
def test_a_release_shows_what_is_in_it_and_what_falls_short(tmp_path, data, language, words):
    draft = release(tmp_path, language)
    draft.table("passes", data, by="sex")
    draft.table("fails", data, by="track")
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    draft.file("notes", tmp_path / "notes.txt", title="<b>")
    fails = draft._repr_html_()
    assert said("It fails and would be withheld.", language) in fails
    draft.request_exception("fails", "It is asked for.")
    shown = draft._repr_html_()
    assert all(text in shown for text in words)
    assert [shown.index(f"<code>{name}</code>") for name in ("fails", "notes", "passes")] == sorted(
        shown.index(f"<code>{name}</code>") for name in ("fails", "notes", "passes")
    )
    assert {one.outcome for one in draft.check().outputs} == {Outcome.PASS, Outcome.FAIL, Outcome.REVIEW}


def test_an_empty_release_says_so_and_one_that_passes_too(tmp_path, data):
    draft = release(tmp_path, "en")
    assert "Nothing is registered yet." in draft._repr_html_()
    draft.table("passes", data, by="sex")
    assert "1 of 1 outputs pass. Nothing falls short." in draft._repr_html_()
