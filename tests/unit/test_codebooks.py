"""Codebooks say what registers hold, refuse files that contradict themselves, and tell how a real file differs."""

import argparse
import json
import re
from dataclasses import fields, replace

import pytest

from nco_research.cli import codebooks as cli_codebook
from nco_research.codebooks import (
    ColumnFacts,
    Confidence,
    DifferenceKind,
    PhysicalType,
    SpecialCategory,
    Spell,
    Variable,
    VariableType,
    YearMeaning,
    check_file,
    codebook,
    compare,
    components,
    describe,
    describe_as_json,
    describe_as_markdown,
    digest,
)
from nco_research.codebooks.fields import FILE_FIELDS, REGISTER_FIELDS, VARIABLE_FIELDS
from nco_research.codebooks.loading import FOLDER
from nco_research.codebooks.model import Codebook
from nco_research.keys import is_key
from output_checks.errors import InputError

SHIPPED = [codebook(name) for name in components()]
VARIABLES = [pytest.param(book, item, id=f"{book.component}.{item.name}") for book in SHIPPED for item in book]

GOOD = """
[TOETSTAB]
label = "tests of a project"
label_nl = "toetsen van een project"
year_means = "school_year"
reference_day = "10-01"
key = ["RINPERSOON", "START"]
spell = { start = "START", end = "EIND" }
formerly = ["PROEFTAB"]

[TOETSTAB.RINPERSOON]
type = "key"
label = "person"
label_nl = "persoon"

[TOETSTAB.SOORT]
type = "category"
label = "kind of test"
label_nl = "soort toets"
codes = { 01 = { nl = "Eerste", en = "first" }, 02 = "Tweede" }
missing = ["99"]
written = { "zie externe link" = "01" }

[TOETSTAB.SCORE]
type = "number"
label = "score"
label_nl = "score"
unit = "points"
within = [0, 100]
missing = ["999"]
only_where = { SOORT = ["01"] }
formerly = ["PUNTEN"]
first_year = 2014
last_year = 2018

[TOETSTAB.START]
type = "date"
label = "first day"
label_nl = "eerste dag"

[TOETSTAB.EIND]
type = "date"
label = "last day"
label_nl = "laatste dag"
open_end = ["88888888"]
"""


@pytest.fixture
def write(tmp_path):
    def put(text, name="team.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="\n")
        return path

    return put


# what a file may say


def test_every_field_of_a_file_arrives(write):
    (book,) = check_file(write(GOOD))
    assert (book.component, book.label_nl, book.formerly) == ("TOETSTAB", "toetsen van een project", ("PROEFTAB",))
    assert book.year_means is YearMeaning.SCHOOL_YEAR
    assert (book.reference_day.month, book.reference_day.day) == (10, 1)
    assert book.spell == Spell(start="START", end="EIND")
    assert [item.name for item in book] == ["RINPERSOON", "SOORT", "SCORE", "START", "EIND"]
    assert book.variable("SOORT").labels == {"01": "Eerste", "02": "Tweede"}
    assert book.variable("SOORT").labels_en == {"01": "first"}
    assert book.variable("SOORT").written == {"zie externe link": "01"}
    assert book.variable("punten") == Variable(
        name="SCORE",
        label="score",
        label_nl="score",
        type=VariableType.NUMBER,
        unit="points",
        missing=frozenset({"999"}),
        within=(0.0, 100.0),
        only_where={"SOORT": ("01",)},
        formerly=("PUNTEN",),
        years=(2014, 2018),
        source="file team.toml",
        confidence=Confidence.MEMORY,
    )
    assert book.variable("EIND").open_end == {"88888888"}


MENDED = [
    ("a field that is not known", "unit = ", "unti = ", r"\[TOETSTAB.SCORE\] `unti` is not known. Try: 'unit'"),
    ("a field of the register that is not known", "key = ", "keys = ", r"\[TOETSTAB\] `keys` is not known. Try: 'key'"),
    ("text that is a number", 'label = "score"', "label = 7", "`label` must be text; found a number"),
    ("text that is empty", 'unit = "points"', 'unit = " "', "`unit` is empty"),
    ("a type that is not known", '"number"', '"numeric"', "'numeric', which is none of key, category, number"),
    ("a meaning that is not known", '"school_year"', '"schoolyear"', "'schoolyear', which is none of .*school_year"),
    ("a type that is no text", '"number"', "5", "`type` must be text; found a number"),
    ("a code that is a number", '["999"]', "[999]", r'Codes are text, so that 01 stays 01. Try: missing = \["999"\]'),
    ("codes that are no list", '["999"]', '"999"', "`missing` must be a list of texts; found text"),
    ("a code with padding", '["999"]', '["999 "]', "compared without padding"),
    ("a code twice", '["999"]', '["999", "999"]', "the same text twice"),
    ("a range the wrong way round", "[0, 100]", "[100, 0]", r"wrong way round: 100 is more than 0. Try: \[0, 100\]"),
    ("a range of one number", "[0, 100]", "[100]", "must be the lowest and the highest number"),
    ("a range of texts", "[0, 100]", '["0", "100"]', "must be the lowest and the highest number"),
    ("a range without a number", "[0, 100]", "[0, nan]", "must be the lowest and the highest number"),
    (
        "years the wrong way round",
        "last_year = 2018",
        "last_year = 2013",
        "`last_year` is 2013, before its first year 2014",
    ),
    ("a year in two digits", "first_year = 2014", "first_year = 14", "`first_year` must be a year"),
    (
        "a condition on nothing",
        "SOORT = [",
        "SORT = [",
        "`only_where` names 'SORT', which is no variable.*Try: 'SOORT'",
    ),
    ("a condition on itself", "SOORT = [", "SCORE = [", "`only_where` names the variable itself"),
    (
        "a condition that never holds",
        '{ SOORT = ["01"] }',
        '{ SOORT = ["1"] }',
        "the code '1', for which SOORT has no label",
    ),
    ("a condition without codes", '{ SOORT = ["01"] }', "{ SOORT = [] }", "no codes of 'SOORT'"),
    ("a condition that is no table", '{ SOORT = ["01"] }', '["SOORT"]', "must be a table of another variable"),
    ("a key that is no variable", '"RINPERSOON", "START"', '"RINPERSON"', r"\[TOETSTAB\] `key` names 'RINPERSON'"),
    ("a spell that is no variable", 'end = "EIND"', 'end = "EINDE"', "`spell` names 'EINDE'.*Try: 'EIND'"),
    (
        "a spell that is no date",
        'end = "EIND"',
        'end = "SCORE"',
        "`spell` names 'SCORE', which is a number and not a date",
    ),
    ("a spell without an end", ', end = "EIND" }', " }", "must name the columns `start` and `end`"),
    ("labels on a number", "within = [0, 100]", 'codes = { 1 = "een" }', "`codes` means nothing for a number"),
    ("a range on a category", 'missing = ["99"]', "within = [1, 2]", "`within` means nothing for a category"),
    ("a unit on a category", 'missing = ["99"]', 'unit = "points"', "`unit` means nothing for a category"),
    ("an open end on a number", 'unit = "points"', 'open_end = ["8"]', "`open_end` means nothing for a number"),
    ("a code labelled and missing", '["99"]', '["99", "01"]', "the code '01' both labelled and called missing"),
    (
        "an open end that is missing",
        '["88888888"]',
        '["8"]\nmissing = ["8"]',
        "both called missing and called an open end",
    ),
    ("a label in no language", '02 = "Tweede"', '02 = { de = "Zweite" }', "a label in 'de', which is not known"),
    ("no Dutch label", '02 = "Tweede"', '02 = { en = "second" }', "gives code '02' no Dutch label"),
    ("a label that is a number", '02 = "Tweede"', "02 = 2", "must give code '02' a text"),
    ("words that are no table", '{ "zie externe link" = "01" }', '["01"]', "must be a table of words and the codes"),
    ("words for a code that is a number", 'link" = "01"', 'link" = 1', "a code as text; found a number"),
    ("words for nothing", 'link" = "01"', 'link" = " "', "words or a code that are empty"),
    ("words for a code without a label", 'link" = "01"', 'link" = "03"', "code '03', for which SOORT has no label"),
    (
        "words for words",
        'link" = "01"',
        'link" = "een", "een" = "01"',
        "'zie externe link' a meaning that is itself words",
    ),
    ("words that are missing", '"zie externe link"', '"99"', "'99' both called missing and said to be written for"),
    ("words on a number", 'unit = "points"', 'written = { nul = "0" }', "`written` means nothing for a number"),
    ("no type", 'type = "number"', "", "`type` is needed for a variable that no codebook describes"),
    ("no label of the register", 'label_nl = "toetsen van een project"', "", r"\[TOETSTAB\] `label_nl` is needed"),
    ("a former name of another", '["PUNTEN"]', '["SOORT"]', "'SOORT', which .* has or had too"),
    ("a former name twice", '["PUNTEN"]', '["score"]', "repeats its own name 'score'; case does not matter"),
    ("a variable twice", "[TOETSTAB.EIND]", "[TOETSTAB.START]", "something is there twice"),
    ("a variable twice in another case", "[TOETSTAB.EIND]", "[TOETSTAB.Start]", "has the variable Start twice"),
    ("a day that is none", '"10-01"', '"31-10"', "`reference_day` is no day"),
    ("a day in another form", '"10-01"', '"1 October"', "`reference_day` must be a month and a day"),
    ("what is no TOML", "within = [0, 100]", "within = [0, 100", "is not valid TOML"),
    (
        "years without a place",
        'unit = "points"',
        "for_years = [2014, 2016]",
        "for several years, without {year} in its name",
    ),
    ("a place without years", "[TOETSTAB.SOORT]", '[TOETSTAB."SOORT{year}"]', "{year} in its name and no years"),
    (
        "codes of nobody",
        'missing = ["99"]',
        'codes_of = "SCORE"',
        "`codes_of` names 'SCORE', which has no codes to share",
    ),
    ("to replace what is not given", 'unit = "points"', 'replace = ["codes"]', "'codes', which is not given here"),
    ("to replace what is replaced anyway", 'unit = "points"', 'replace = ["label"]', "any other field replaces"),
    ("a source of the file that is a number", "\n[TOETSTAB]", "source = 3\n[TOETSTAB]", "`source` must be text"),
    ("a word above the tables", "\n[TOETSTAB]", 'author = "x"\n[TOETSTAB]', "`author` is not known"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), [item[1:] for item in MENDED], ids=[item[0] for item in MENDED])
def test_one_thing_that_is_not_as_it_must_be_is_refused_with_its_place_and_what_to_write(write, right, wrong, said):
    assert right in GOOD
    with pytest.raises(InputError, match=re.compile(said, re.DOTALL)) as caught:
        check_file(write(GOOD.replace(right, wrong, 1)))
    assert "team.toml" in caught.value.problem
    assert caught.value.remedy


NEAR = [
    ("a range of one value", "[0, 100]", "[7, 7]"),
    ("a range with decimals", "[0, 100]", "[-0.5, 0.5]"),
    ("one year only", "last_year = 2018", "last_year = 2014"),
    ("the earliest year", "first_year = 2014", "first_year = 1900"),
    ("the latest year", "last_year = 2018", "last_year = 2099"),
    ("a leap day", '"10-01"', '"02-29"'),
    ("no missing codes", '["999"]', "[]"),
    ("a code inside the range that is missing", '["999"]', '["99"]'),
    ("a condition in another case", "SOORT = [", "soort = ["),
    ("a condition on what has no labels", '{ SOORT = ["01"] }', '{ RINPERSOON = ["x"] }'),
    ("a key in another case", '"RINPERSOON", "START"', '"rinpersoon", "Start"'),
    ("a spell in another case", 'end = "EIND"', 'end = "eind"'),
    ("labels on a key", 'label_nl = "persoon"', 'label_nl = "persoon"\ncodes = { 1 = "een" }'),
    ("a label in English too", '02 = "Tweede"', '02 = { nl = "Tweede", en = "second" }'),
    ("a code that looks like another", '["99"]', '["1"]'),
    ("words for a missing code", 'link" = "01"', 'link" = "99"'),
    ("words on a key", 'label_nl = "persoon"', 'label_nl = "persoon"\nwritten = { nul = "0" }'),
    ("another open end", '["88888888"]', '["88888888", "99999999"]\nmissing = ["00000000"]'),
    ("a former name that no other has", '["PUNTEN"]', '["SCORES"]'),
    ("a source of the whole file", "\n[TOETSTAB]", 'source = "x"\nconfidence = "found"\n[TOETSTAB]'),
    (
        "codes of another",
        'missing = ["99"]',
        'missing = ["99"]\n[TOETSTAB.B]\ntype = "key"\nlabel = "b"\nlabel_nl = "b"\ncodes_of = "SOORT"',
    ),
]


@pytest.mark.parametrize(("old", "new"), [item[1:] for item in NEAR], ids=[item[0] for item in NEAR])
def test_what_is_nearly_wrong_is_accepted(write, old, new):
    assert old in GOOD
    assert check_file(write(GOOD.replace(old, new, 1)))


def test_a_file_that_is_not_there_or_not_utf8_is_refused(tmp_path, write):
    with pytest.raises(InputError, match="cannot be read"):
        check_file(tmp_path / "none.toml")
    path = write(GOOD)
    path.write_bytes(GOOD.replace("eerste dag", "één dag").encode("cp1252"))
    with pytest.raises(InputError, match=r"team.toml is not UTF-8"):
        check_file(path)
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode("utf-8"))
    assert check_file(path), "as Windows editors write it"


def test_a_variable_for_each_year_is_described_once(write):
    text = GOOD + '\n[TOETSTAB."wijk{year}"]\nfor_years = [2019, 2021]\ntype = "category"\n'
    text += 'label = "district of {year}"\nlabel_nl = "wijk van {year}"\n'
    (book,) = check_file(write(text))
    assert [item.name for item in book][-3:] == ["wijk2019", "wijk2020", "wijk2021"]
    assert book.variable("WIJK2020").label == "district of 2020"
    assert not book.variable("wijk2020").expected_in(2019)
    assert book.variable("wijk2020").expected_in(2021)


def test_codes_are_shared_without_those_that_are_missing_here(write):
    text = GOOD + '\n[TOETSTAB.SOORT2]\ntype = "category"\nlabel = "b"\nlabel_nl = "b"\ncodes_of = "soort"\n'
    (book,) = check_file(write(text + 'missing = ["02"]\ncodes = { 03 = "Derde" }\n'))
    assert book.variable("SOORT2").labels == {"01": "Eerste", "03": "Derde"}
    assert book.variable("SOORT").labels == {"01": "Eerste", "02": "Tweede"}


# a team's file on top


def test_a_team_adds_a_variable_a_code_and_a_missing_code(write):
    path = write(
        '[INSCHRWPOTAB.WPOREKENEN]\nmissing = ["9"]\ncodes = { 5 = { nl = "Hoger", en = "higher" } }\n'
        '[INSCHRWPOTAB.KLAS]\ntype = "text"\nlabel = "class"\nlabel_nl = "klas"\n'
    )
    plain, book = codebook("INSCHRWPOTAB"), codebook("INSCHRWPOTAB", extensions=[path])
    assert book.variable("WPOREKENEN").labels == {**plain.variable("WPOREKENEN").labels, "5": "Hoger"}
    assert book.variable("WPOREKENEN").missing == plain.variable("WPOREKENEN").missing | {"9"}
    assert book.variables[-1].name == "KLAS"
    assert book.variables[-1].source == "file team.toml"
    assert len(book.variables) == len(plain.variables) + 1
    assert codebook("INSCHRWPOTAB") == plain, "what comes with the toolkit is as it was"


def test_a_variable_that_a_team_changes_says_so_and_keeps_the_rest(write):
    path = write('source = "codebook of CBS, 2026"\n[CITOTAB.CitoStandaardScore]\nwithin = [500, 550]\n')
    before, after = (codebook("CITOTAB", extensions=paths).variable("CitoStandaardScore") for paths in ([], [path]))
    assert after.source == f"{before.source}; within from codebook of CBS, 2026"
    changed = {item.name for item in fields(before) if getattr(before, item.name) != getattr(after, item.name)}
    assert changed == {"source", "within"}


def test_a_code_means_what_was_said_of_it_last(write):
    first = write('[TOETSTAB.SOORT]\nmissing = ["02"]\n', "second.toml")
    again = write('[TOETSTAB.SOORT]\ncodes = { 02 = "Toch tweede" }\n', "third.toml")
    base = write(GOOD)
    soort = codebook("toetstab", extensions=[base, first]).variable("SOORT")
    assert (soort.labels, soort.missing) == ({"01": "Eerste"}, {"99", "02"})
    soort = codebook("toetstab", extensions=[base, first, again]).variable("SOORT")
    assert (soort.labels, soort.missing) == ({"01": "Eerste", "02": "Toch tweede"}, {"99"})


def test_words_for_a_code_grow_and_mean_what_was_said_of_them_last(write):
    base = write(GOOD)
    more = write('[TOETSTAB.SOORT]\nwritten = { twee = "02" }\n', "second.toml")
    none = write('[TOETSTAB.SOORT]\nmissing = ["zie externe link"]\n', "third.toml")
    soort = codebook("toetstab", extensions=[base, more]).variable("SOORT")
    assert soort.written == {"zie externe link": "01", "twee": "02"}
    soort = codebook("toetstab", extensions=[base, more, none]).variable("SOORT")
    assert (soort.written, soort.missing) == ({"twee": "02"}, {"99", "zie externe link"})


def test_a_list_begins_anew_only_where_that_is_asked_for(write):
    added = write('[INPATAB.INPPERSBRUT]\nmissing = ["-1"]\n')
    anew = write('[INPATAB.INPPERSBRUT]\nmissing = ["-1"]\nreplace = ["missing"]\n', "anew.toml")
    shipped = codebook("INPATAB").variable("INPPERSBRUT").missing
    assert codebook("INPATAB", extensions=[added]).variable("INPPERSBRUT").missing == shipped | {"-1"}
    assert codebook("INPATAB", extensions=[anew]).variable("INPPERSBRUT").missing == {"-1"}


def test_a_team_may_write_names_in_any_case_and_by_former_names_of_a_register(write):
    path = write('[persoonink.inppersbrut]\nunit = "guilders"\n')
    assert codebook("INPATAB", extensions=[path]).variable("INPPERSBRUT").unit == "guilders"
    with pytest.raises(InputError, match=r"`type` is needed"):
        check_file(write('[persoonink.inppersbruto]\nunit = "guilders"\n'))


def test_an_extension_is_held_to_the_whole_codebook(write):
    wrong = '[INSCHRWPOTAB.WPOUITSLAGEINDTOETS]\nonly_where = { WPOCODEEINDTOETS = ["%s"] }\n'
    with pytest.raises(InputError, match=r"team.toml: \[INSCHRWPOTAB.WPOUITSLAGEINDTOETS\] `only_where`.*'14'"):
        codebook("INSCHRWPOTAB", extensions=[write(wrong % "14")])
    assert codebook("INSCHRWPOTAB", extensions=[write(wrong % "12")])
    with pytest.raises(InputError, match=r"'OPLNIVSOI2016AGG4HBMETNIRWO', which .* has or had too"):
        check_file(
            write('[HOOGSTEOPLTAB.OPLNIVSOI2016AGG4HBMETNIRWO]\ntype = "category"\nlabel = "a"\nlabel_nl = "a"\n')
        )


def test_a_file_about_another_register_changes_nothing(write):
    path = write(GOOD)
    assert codebook("CITOTAB", extensions=[path]) is codebook("CITOTAB")


def test_a_changed_file_is_read_anew(write):
    path = write(GOOD)
    assert codebook("TOETSTAB", extensions=[path]).variable("SCORE").within == (0, 100)
    write(GOOD.replace("[0, 100]", "[0, 999]"))
    assert codebook("TOETSTAB", extensions=[path]).variable("SCORE").within == (0, 999)


# finding one


def test_registers_are_found_in_any_case_and_by_former_names():
    assert codebook("citotab") is codebook("CitoTab")
    assert codebook("vtvpersoontab").component == "VTVPERSOONTAB"
    assert codebook("persoonink") is codebook("INPATAB")


def test_a_register_that_nobody_describes_is_empty_and_named_as_asked():
    assert codebook("Nergenstab") == Codebook(component="NERGENSTAB", label="NERGENSTAB", label_nl="NERGENSTAB")


# the digest


def _changed(book, **what):
    return replace(book, variables=(replace(book.variables[0], **what), *book.variables[1:]))


@pytest.mark.parametrize(
    "what",
    [
        {"name": "X"},
        {"type": VariableType.TEXT},
        {"labels": {"R": "anders"}},
        {"labels_en": {"R": "other"}},
        {"missing": frozenset({"-"})},
        {"written": {"niets": "0"}},
        {"open_end": frozenset({"8"})},
        {"within": (0.0, 1.0)},
        {"only_where": {"RINPERSOON": ("1",)}},
        {"formerly": ("Y",)},
        {"years": (2010, None)},
        {"special": SpecialCategory.HEALTH},
    ],
    ids=lambda what: next(iter(what)),
)
def test_the_digest_follows_what_changes_the_reading(what):
    book = codebook("CITOTAB")
    assert digest(_changed(book, **what)) != digest(book)


@pytest.mark.parametrize("field", ["label", "label_nl", "unit", "remark", "source"])
def test_the_digest_does_not_follow_texts_for_people(field):
    book = codebook("CITOTAB")
    assert digest(_changed(book, **{field: "other words"})) == digest(book)


@pytest.mark.parametrize(
    "what",
    [
        {"component": "X"},
        {"year_means": YearMeaning.STATE},
        {"key": ("RINPERSOON",)},
        {"spell": Spell(start="a", end="b")},
        {"formerly": ("X",)},
        {"variables": codebook("CITOTAB").variables[::-1]},
    ],
    ids=lambda what: next(iter(what)),
)
def test_the_digest_follows_the_register(what):
    assert digest(replace(codebook("CITOTAB"), **what)) != digest(codebook("CITOTAB"))


def test_the_order_of_labels_counts_and_that_of_missing_codes_does_not():
    book = codebook("CITOTAB")
    one, other = (
        _changed(book, labels=dict(labels)) for labels in ([("a", "x"), ("b", "y")], [("b", "y"), ("a", "x")])
    )
    assert digest(one) != digest(other)
    one, other = (_changed(book, missing=frozenset(codes)) for codes in (["a", "b", "c"], ["c", "b", "a"]))
    assert digest(one) == digest(other)


# what comes with the toolkit

NAMED = {
    "INSCHRWPOTAB": "WPOLEERJAAR WPOTYPEPO WPODENOMINATIE WPOADVIESVO WPOADVIESHERZ WPOTOETSADVIES WPOCODEEINDTOETS "
    "WPOUITSLAGEINDTOETS WPOREKENEN WPOTAALLV WPOTAALTV WPOVERBLIJFSJRBO WPOVERBLIJFSJRINST WPOGROEPSGROOTTE WPOOPLNR "
    "WPOBRIN_crypt WPOBRINVEST ONDERWIJSNR_crypt",
    "LVSNCO": "RINPERSOONS RINPERSOON LVSBRIN_crypt LVSBRINVEST LVSDOMEIN LVSTOETS LVSLEERJAAR LVSAFNAMEDATUM LVSSCORE "
    "LVSNIVEAU LVSREEKS",
    "CITOTAB": "CitoStandaardScore CitoAdviesLeerkracht CitoSchooltypeadvies",
    "ONDERWIJSINSCHRTAB": "HOOFDINSCHR TYPEONDERWIJS OPLNR VOLEERJAAR AANVINSCHR EINDINSCHR BRIN_crypt VOBRINVEST",
    "INSCHRWECTAB": "RINPERSOON WECBRINVEST",
    "ONDERWIJSDEELNEMERSTAB": "RINPERSOON",
    "BRINADRESSEN": "BRIN_crypt BRINVest POSTCODE PLAATSNAAM",
    "HOOGSTEOPLTAB": "OPLNIVSOI2016AGG4HBMETNIRWO OPLNIVSOI2021AGG4HBmetNIRWO",
    "GBAPERSOONTAB": "GBAGESLACHT GBAGEBOORTEJAAR GBAGEBOORTEMAAND GBAGEBOORTEDAG GBAGENERATIE GBAHERKOMSTGROEPERING",
    "KINDOUDERTAB": "XKOPPELNUMMER RINPERSOONMa RINPERSOONpa RINPERSOONSMa RINPERSOONSpa",
    "GBAHUISHOUDENSBUS": "TYPHH HUISHOUDNR DATUMAANVANGHH DATUMEINDEHH",
    "GBAADRESOBJECTBUS": "SOORTOBJECTNUMMER RINOBJECTNUMMER GBADATUMAANVANGADRESHOUDING GBADATUMEINDEADRESHOUDING",
    "VSLGWBTAB": "SOORTOBJECTNUMMER RINOBJECTNUMMER gem2023 wc2023 bc2023",
    "INPATAB": "INPPERSBRUT PERSBRUT",
    "INHATAB": "RINPERSOONHKW INHGESTINKH",
    "VEHTAB": "RINPERSOONHKW VEHW1000VERH",
    "VTVPERSOONTAB": "RINPERSOONS RINPERSOON",
}


@pytest.mark.parametrize("component", NAMED)
def test_what_researchers_use_is_described(component):
    book = codebook(component)
    assert [name for name in NAMED[component].split() if book.variable(name) is None] == []


def test_each_register_is_one_file_named_after_it():
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(components())


@pytest.mark.parametrize("book", SHIPPED, ids=lambda book: book.component)
def test_a_register_says_what_it_is_and_where_that_comes_from(book):
    assert book.component == book.component.upper()
    for text in (book.label, book.label_nl, book.unit, book.source, book.remark):
        assert text.strip()
    assert book.key or book.spell
    if book.confidence is not Confidence.FOUND:
        assert re.search("assumed|memory|inferred", book.source + book.remark)


@pytest.mark.parametrize(("book", "item"), VARIABLES)
def test_a_variable_is_described_in_both_languages_and_has_a_source(book, item):
    assert item.label.strip()
    assert item.label_nl.strip()
    assert item.source
    assert set(item.labels_en) == set(item.labels), "each code in both languages"
    assert not set(item.labels) & item.missing
    assert not item.open_end & item.missing
    assert all(code == code.strip() for code in {*item.labels, *item.missing, *item.open_end})
    assert not item.remark or item.remark.endswith(".")
    if is_key(item.name):
        assert item.type is VariableType.KEY


def test_no_register_leaves_a_number_within_a_range_that_holds_its_missing_codes():
    inside = [
        (book.component, item.name, code)
        for book in SHIPPED
        for item in book
        if item.within
        for code in item.missing
        if re.fullmatch(r"-?\d+", code) and item.within[0] <= int(code) <= item.within[1]
    ]
    assert inside == []


def test_the_traps_that_are_known_are_declared():
    wpo, cito = codebook("INSCHRWPOTAB"), codebook("CITOTAB")
    assert wpo.year_means is YearMeaning.SCHOOL_YEAR
    assert cito.year_means is YearMeaning.CALENDAR_YEAR
    assert "80" in wpo.variable("WPOADVIESVO").missing
    assert wpo.variable("WPOUITSLAGEINDTOETS").only_where == {"WPOCODEEINDTOETS": ("01", "11")}
    assert wpo.variable("WPOUITSLAGEINDTOETS").within == (500, 550)
    assert wpo.variable("WPOGROEPSGROOTTE").expected_in(2017)
    assert not wpo.variable("WPOGROEPSGROOTTE").expected_in(2018)
    assert wpo.variable("WPODENOMINATIE").special is None
    assert codebook("ONDERWIJSINSCHRTAB").variable("EINDINSCHR").open_end == {"99999999", "Niet uitgeschreven"}
    assert "88888888" in codebook("GBAADRESOBJECTBUS").variable("GBADATUMEINDEADRESHOUDING").open_end
    assert {"999999999", "9999999999"} <= codebook("INPATAB").variable("INPPERSBRUT").missing
    assert "99999999999" in codebook("VEHTAB").variable("VEHW1000VERH").missing
    for name in ("GBAHERKOMSTGROEPERING", "GBAGENERATIE"):
        assert codebook("GBAPERSOONTAB").variable(name).special is SpecialCategory.ETHNICITY
    assert codebook("LVSNCO").confidence is Confidence.ASSUMED


# what a real file has


def test_a_column_that_was_not_read_is_not_said_to_be_absent():
    columns = {item.name: item for item in (facts("RIN"), facts("SCORE", PhysicalType.NUMBER), facts("DAG"))}
    absent = {item.column for item in compare(check_book(), year=2015, columns=columns, left_out=["ouder"])}
    assert absent == {"SOORT"}
    assert {item.column for item in compare(check_book(), year=2015, columns=columns)} == {"SOORT", "OUD"}


def facts(name, physical=PhysicalType.TEXT, **known):
    return ColumnFacts(name=name, physical=physical, **known)


def differences(*columns, book=None, year=2015):
    book = book or check_book()
    return compare(book, year=year, columns={item.name: item for item in columns})


def check_book():
    return Codebook(
        component="T",
        label="t",
        label_nl="t",
        variables=(
            Variable(name="RIN", label="person", label_nl="persoon", type=VariableType.KEY),
            Variable(
                name="SOORT",
                label="kind",
                label_nl="soort",
                type=VariableType.CATEGORY,
                labels={"1": "Een", "2": "Twee"},
                missing=frozenset({"9"}),
            ),
            Variable(name="SCORE", label="score", label_nl="score", type=VariableType.NUMBER, within=(0, 10)),
            Variable(name="DAG", label="day", label_nl="dag", type=VariableType.DATE),
            Variable(
                name="OUD", label="old", label_nl="oud", type=VariableType.TEXT, formerly=("OUDER",), years=(None, 2015)
            ),
        ),
    )


def agreeing(**other):
    known = {
        "RIN": facts("RIN"),
        "SOORT": facts("soort", codes={"1": 50, "2": 12, "9": 3}, labels={"1": " een", "9": "Onbekend"}, n_records=65),
        "SCORE": facts("SCORE", PhysicalType.NUMBER),
        "DAG": facts("DAG", PhysicalType.NUMBER),
        "OUD": facts("OUDER"),
    }
    return [item for item in {**known, **other}.values() if item is not None]


def test_a_file_that_is_as_the_codebook_says_has_no_differences():
    found = differences(*agreeing())
    assert not found
    assert str(found) == "T 2015, 5 columns: the file is as the codebook says."


def test_columns_that_one_of_the_two_lacks_are_named():
    found = differences(*agreeing(DAG=None, NIEUW=facts("NIEUW", labels={"a": "A"})))
    assert [(item.kind, item.column) for item in found] == [
        (DifferenceKind.ABSENT_COLUMN, "DAG"),
        (DifferenceKind.UNKNOWN_COLUMN, "NIEUW"),
    ]
    assert "NIEUW: stored as text, with 1 value labels" in str(found)


def test_a_column_is_missed_only_in_the_years_that_should_have_it():
    without = agreeing(OUD=None)
    assert [item.column for item in differences(*without, year=2015)] == ["OUD"]
    assert not differences(*without, year=2016)
    assert [item.kind for item in differences(*agreeing(), year=2016)] == [DifferenceKind.OTHER_YEAR]


@pytest.mark.parametrize(
    ("name", "column", "said"),
    [
        ("RIN", facts("RIN", PhysicalType.NUMBER), "leading zeros are lost"),
        ("SCORE", facts("SCORE", PhysicalType.DATE), "a number, stored as dates"),
        ("SCORE", facts("SCORE", n_not_numeric=12), "about 10 records hold no number"),
        ("SCORE", facts("SCORE", n_not_numeric=9), "fewer than 10 records hold no number"),
        ("DAG", facts("DAG", n_not_date=10), "about 10 records hold no date"),
        ("SOORT", facts("SOORT", PhysicalType.DATE), "a category, stored as dates"),
    ],
)
def test_what_does_not_fit_the_type_is_said(name, column, said):
    (item,) = differences(*agreeing(**{name: column}))
    assert item.kind is DifferenceKind.TYPE
    assert said in item.text


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 code in fewer than 10 records each"),
        (9, "1 code in fewer than 10 records each"),
        (10, "'7': about 10 records"),
    ],
)
def test_a_code_is_named_from_ten_records_on(count, said):
    (item,) = differences(*agreeing(SOORT=facts("SOORT", codes={"1": 50, "7": count})))
    assert (item.kind, item.text) == (DifferenceKind.CODE, said)


def test_rare_codes_are_counted_together_and_never_named():
    codes = {"1": 50, "7": 20, "r": 2, "s": 9, "t": 0}
    found = differences(*agreeing(SOORT=facts("SOORT", codes=codes, labels={"7": "Zeven"})))
    assert [item.text for item in found] == [
        "'7', which the file labels 'Zeven': about 20 records",
        "2 further codes in fewer than 10 records each",
    ]
    assert not {"'r'", "'s'", "'t'"} & set(str(found).split())


def test_what_is_longer_than_any_code_is_no_code_and_is_never_named_unless_the_file_labels_it():
    codes = {"1": 50, "300000000": 12, "300000001": 13}
    found = differences(*agreeing(SOORT=facts("SOORT", codes=codes)))
    assert [item.text for item in found] == ["about 20 records hold something longer than any code"]
    found = differences(*agreeing(SOORT=facts("SOORT", codes={"1": 50, "11": 12}, labels={"11": "Elf"})))
    assert [item.text for item in found] == ["'11', which the file labels 'Elf': about 10 records"]


def test_a_category_without_labels_in_the_codebook_is_let_be():
    book = replace(check_book(), variables=tuple(replace(item, labels={}) for item in check_book()))
    assert not differences(*agreeing(SOORT=facts("SOORT", codes={"0363": 400})), book=book)


def test_labels_are_compared_without_regard_to_case_and_blanks():
    same = facts("SOORT", labels={"1": "EEN ", "2": "twee"})
    other = facts("SOORT", labels={"1": "Eén", "3": "Drie"})
    assert not differences(*agreeing(SOORT=same))
    assert [(item.kind, item.text) for item in differences(*agreeing(SOORT=other))] == [
        (DifferenceKind.CODE, "'3', which the file labels 'Drie'"),
        (DifferenceKind.LABEL, "'1' is 'Eén' in the file, 'Een' in the codebook"),
    ]


def test_values_out_of_range_are_counted_from_ten_on():
    for count, said in (
        (0, None),
        (9, "fewer than 10 records outside 0 to 10"),
        (1234, "about 1,230 records outside 0 to 10"),
    ):
        found = differences(*agreeing(SCORE=facts("SCORE", n_outside_range=count)))
        assert [item.text for item in found] == ([said] if said else [])


def test_a_column_that_is_empty_in_this_year_is_said():
    assert not differences(*agreeing(SCORE=facts("SCORE", n_records=20, n_missing=19)))
    (item,) = differences(*agreeing(SCORE=facts("SCORE", n_records=20, n_missing=20)))
    assert item.kind is DifferenceKind.EMPTY
    assert not differences(*agreeing(SCORE=facts("SCORE", n_records=0, n_missing=0)))


def test_differences_as_json_say_the_same():
    found = differences(*agreeing(DAG=None))
    assert json.loads(json.dumps(found.as_json())) == {
        "component": "T",
        "year": 2015,
        "columns": 4,
        "differences": [{"kind": "absent_column", "column": "DAG", "text": "day"}],
    }


# reading one


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("book", SHIPPED, ids=lambda book: book.component)
def test_a_register_is_described_within_the_width_and_with_every_variable(book, language):
    text = describe(book, language=language)
    assert max(map(len, text.splitlines())) <= 100
    assert all(line == line.rstrip() for line in text.splitlines())
    assert [item.name for item in book if not re.search(rf"^  {re.escape(item.name)} ", text, re.MULTILINE)] == []
    for item in book:
        alone = describe(book, language=language, variable=item.name)
        assert max(map(len, alone.splitlines())) <= 100
        assert len(re.findall(r"^  \S", alone.partition("\ncodes\n")[2], re.MULTILINE)) == len(item.labels)


def test_a_variable_is_described_with_all_its_codes_in_either_language():
    book = codebook("inschrwpotab")
    assert "  70  Vwo" in describe(book, language="nl", variable="wpoadviesvo")
    assert "  22  vmbo basic to advanced vocational (bl-kl)" in describe(book, variable="WPOADVIESVO")
    text = " ".join(describe(book, variable="WPOUITSLAGEINDTOETS").split())
    assert "from 500 to 550; only where WPOCODEEINDTOETS is 01 or 11" in text
    words = "00 (geen codelijst beschikbaar, zie externe link)"
    assert f"in words: {words}" in " ".join(describe(book).split())
    assert f"in words {words}" in " ".join(describe(book, variable="WPOBRINVEST").split())
    with pytest.raises(InputError, match="Try: 'WPOADVIESVO'"):
        describe(book, variable="WPOADVIES")


def test_a_special_category_and_its_need_of_a_basis_are_said():
    special = "special category, needs a recorded basis: ethnicity"
    assert special in " ".join(describe(codebook("GBAPERSOONTAB")).split())
    assert "special category" not in describe(codebook("INSCHRWPOTAB"))


def test_a_narrow_terminal_loses_nothing():
    wide, narrow = (describe(codebook("CITOTAB"), width=width) for width in (100, 60))
    assert max(map(len, narrow.splitlines())) <= 60
    assert narrow.split() == wide.split()


def test_markdown_has_a_row_per_variable_and_a_table_of_each_list_of_codes():
    book = codebook("INSCHRWPOTAB")
    text = describe_as_markdown(book, language="nl")
    assert len(re.findall(r"^\| `WPO\w+` \|", text, re.MULTILINE)) == sum(item.name.startswith("WPO") for item in book)
    assert "### `WPOADVIESVO`" in text
    assert "| `70` | Vwo |" in text


@pytest.mark.parametrize("book", SHIPPED, ids=lambda book: book.component)
def test_json_has_all_that_a_codebook_says(book):
    said = json.loads(json.dumps(describe_as_json(book)))
    assert [item["name"] for item in said["variables"]] == [item.name for item in book]
    for item, told in zip(book, said["variables"], strict=True):
        assert {code: label["nl"] for code, label in told["codes"].items()} == item.labels
        assert set(told["missing"]) == item.missing
        assert told["written"] == item.written
        assert (told["first_year"], told["last_year"]) == item.years


def test_a_register_without_variables_says_so():
    assert describe(codebook("nergenstab")).endswith("No variables are described.")


# the command


@pytest.fixture
def nco(capsys):
    parser = argparse.ArgumentParser()
    cli_codebook.add(parser.add_subparsers())

    def run(*arguments):
        given = parser.parse_args(["codebook", *map(str, arguments)])
        code = given.run(given)
        return code, capsys.readouterr().out

    return run


def test_the_command_lists_the_registers_and_those_of_a_team(nco, write):
    code, out = nco()
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == list(components())
    assert "TOETSTAB" not in out
    assert "TOETSTAB" in nco("--extend", write(GOOD))[1]
    assert "toetsen van een project" in nco("--extend", write(GOOD), "--language", "nl")[1]


def test_the_command_describes_a_register_in_each_form(nco):
    assert nco("citotab") == (0, describe(codebook("CITOTAB")) + "\n")
    assert nco("citotab", "--language", "nl", "--variable", "CitoThuistaal")[1].startswith("CitoThuistaal: thuistaal")
    assert json.loads(nco("citotab", "--json")[1])["component"] == "CITOTAB"
    assert nco("citotab", "--markdown")[1].startswith("## CITOTAB: ")


def test_the_command_checks_a_teams_file(nco, write):
    code, out = nco("--check", write(GOOD))
    assert code == 0
    assert "TOETSTAB: 5 variables" in out
    with pytest.raises(InputError, match="`unti` is not known"):
        nco("--check", write(GOOD.replace("unit", "unti")))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["INSCHRWPO"], "No codebook describes 'INSCHRWPO'. Try: 'INSCHRWPOTAB'"),
        (["--variable", "X"], "--variable is of one register"),
        (["CITOTAB", "--check", "x.toml"], "--check is of a whole file"),
        (["CITOTAB", "--markdown", "--variable", "CitoThuistaal"], "--markdown is of a whole register"),
    ],
)
def test_the_command_says_what_cannot_be_asked(nco, arguments, said):
    with pytest.raises(InputError, match=re.escape(said)):
        nco(*arguments)


def test_the_demos_own_codebook_adds_what_its_data_has():
    path = FOLDER.parents[2] / "demo" / "codebook.toml"
    assert {book.component for book in check_file(path)} == {"INSCHRWPOTAB", "LVSNCO"}
    assert codebook("LVSNCO").variable("TAALVOOR") is None
    assert codebook("LVSNCO", extensions=[path]).variable("TAALVOOR").missing == {"999"}
    enrolments = codebook("INSCHRWPOTAB", extensions=[path])
    assert enrolments.variable("WPOZITTENBLIJVEN").labels == {"0": "Geen", "1": "Eén keer", "2": "Twee keer"}
    assert enrolments.variable("WPODENOMINATIE").labels["3"] == "Rooms-katholiek"


@pytest.mark.parametrize("book", SHIPPED, ids=lambda book: book.component)
def test_a_file_on_top_of_itself_changes_nothing_but_the_source(book):
    (again,) = check_file(FOLDER / f"{book.component}.toml")
    assert digest(again) == digest(book)
    assert [replace(item, source="") for item in again] == [replace(item, source="") for item in book]
    assert [list(item.labels) for item in again] == [list(item.labels) for item in book]


def test_a_category_can_become_a_number_once_its_codes_are_taken_away(write):
    text = '[ONDERWIJSINSCHRTAB.VOLEERJAAR]\ntype = "number"\n'
    with pytest.raises(InputError, match="`codes` means nothing for a number"):
        codebook("ONDERWIJSINSCHRTAB", extensions=[write(text)])
    path = write(text + 'codes = {}\nreplace = ["codes"]\n')
    assert codebook("ONDERWIJSINSCHRTAB", extensions=[path]).variable("VOLEERJAAR").type is VariableType.NUMBER


PAGE = (FOLDER.parents[2] / "docs/how-to/extend-a-codebook.md").read_text(encoding="utf-8")


def test_the_page_shows_a_file_that_is_as_it_must_be(nco, write):
    (example,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    path = write(example, "codebook.toml")
    assert [book.component for book in check_file(path)] == ["INSCHRWPOTAB", "PROJECTTAB"]
    assert nco("INSCHRWPOTAB", "--extend", path, "--variable", "WPOCODEEINDTOETS")[1].endswith("  14  Dia end test\n")
    assert codebook("INSCHRWPOTAB", extensions=[path]).variable("WPOGEWICHT").label_nl == "leerlinggewicht"


def test_the_page_prints_what_the_command_prints(nco):
    shown = re.findall(r"^```text\n(WPOCODEEINDTOETS.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[0]
    printed = nco("INSCHRWPOTAB", "--variable", "WPOCODEEINDTOETS", "--language", "nl")[1]
    begin, _, end = shown.partition("…")
    assert printed.startswith(begin)
    assert printed.endswith(end)


def test_the_page_has_every_field_and_every_word_that_a_field_may_have():
    for name in {**FILE_FIELDS, **REGISTER_FIELDS, **VARIABLE_FIELDS}:
        assert f"`{name}`" in PAGE
    for kind in (VariableType, YearMeaning, Confidence, SpecialCategory):
        for item in kind:
            assert f"`{item.name.lower()}`" in PAGE
