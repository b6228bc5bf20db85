"""A study file is checked strictly, says what may be read and on what basis, and nothing is read beside it."""

import datetime as dt
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nco_research import cli
from nco_research.codebooks import Codebook, SpecialCategory, Variable, VariableType, codebook
from nco_research.study import Basis, BasisKind, Study, basis, expect_basis, special_category
from nco_research.study.sections import written_years
from output_checks.errors import InputError, PolicyError

LINES = {
    "name": 'name = "growth-2026"',
    "purpose": 'purpose = "Learning growth in reading"',
    "data": 'data = "microdata"',
    "units": 'units = {pupil = ["RINPERSOONS", "RINPERSOON"], school = "WPOBRIN_crypt"}',
}
CONSENT = """
[[basis]]
category = "{category}"
kind = "{kind}"
reference = "Form of 12 March 2025"
date = 2025-03-12
{more}
"""
PERSONS, SCHOOLS = codebook("GBAPERSOONTAB"), codebook("INSCHRWPOTAB")


@pytest.fixture
def write(tmp_path):
    (tmp_path / "microdata").mkdir()

    def make(*more, folder=tmp_path, **changed):
        """A valid study file; lines may be replaced, or left out with None."""
        lines = [line for line in (LINES | changed).values() if line is not None]
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "study.toml"
        path.write_text("\n".join([*lines, *more]), encoding="utf-8")
        return path

    return make


def test_a_study_is_what_its_file_declares(write, tmp_path):
    for name in ("team.toml", "objections.csv", "strict.toml"):
        (tmp_path / name).touch()
    path = write(
        'cache = "elsewhere"',
        'policy = "strict.toml"',
        'codebooks = ["team.toml"]',
        'objections = "objections.csv"',
        'sensitive = ["SES"]',
        '[registers]\ninschrwpotab = ["2014-2016", 2020]\nGBAPERSOONTAB = 2020',
        CONSENT.format(category="ethnicity", kind="law", more='variables = ["GBAGENERATIE"]'),
    )
    study = Study.read(path)
    assert (study.name, study.purpose) == ("growth-2026", "Learning growth in reading")
    assert (study.data, study.cache) == (tmp_path / "microdata", tmp_path / "elsewhere")
    assert (study.policy, study.codebooks) == (tmp_path / "strict.toml", (tmp_path / "team.toml",))
    assert (study.objections, study.sensitive) == (tmp_path / "objections.csv", ("SES",))
    assert list(study.units.items()) == [("pupil", ("RINPERSOONS", "RINPERSOON")), ("school", ("WPOBRIN_crypt",))]
    assert study.registers == {"INSCHRWPOTAB": (2014, 2015, 2016, 2020), "GBAPERSOONTAB": (2020,)}
    assert study.bases == (
        Basis(
            category=SpecialCategory.ETHNICITY,
            kind=BasisKind.LAW,
            reference="Form of 12 March 2025",
            date=dt.date(2025, 3, 12),
            variables=("GBAGENERATIE",),
        ),
    )
    assert study.content == path.read_text(encoding="utf-8")
    assert study.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_not_declared_has_its_default(write, tmp_path):
    study = Study.read(write())
    assert (study.cache, study.policy) == (tmp_path / ".nco-cache", "cbs-export")
    assert (study.registers, study.bases, study.objections, study.codebooks) == ({}, (), None, ())
    assert study.read_objections() is None


@pytest.mark.parametrize("key", LINES)
def test_what_a_study_cannot_do_without_is_named_with_how_to_write_it(write, key):
    with pytest.raises(InputError, match=rf"study\.toml: `{key}`.*Try: (units\.pupil|{key}) = "):
        Study.read(write(**{key: None}))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('polcy = "x"', "`polcy` is not known. Try: 'policy'"),
        ("sensitive = [1]", "`sensitive` must be a list of texts that are not empty; found a whole number in the list"),
        ('sensitive = "SES"', "`sensitive` must be a list of texts; found the text 'SES'. Try: sensitive = ["),
        ('sensitive = ["a", "a"]', "`sensitive` has the same text twice"),
        ("policy = true", '`policy` must be text; found true or false. Try: policy = "cbs-export"'),
        ('policy = " "', "`policy` is empty"),
        ('policy = "none.toml"', "`policy` names 'none.toml', and there is no file"),
        ('objections = "none.csv"', "`objections` names 'none.csv', and there is no file"),
        ('objections = ""', "`objections` is empty"),
        ('codebooks = ["none.toml"]', "`codebooks` names 'none.toml', and there is no file"),
        ("registers = 3", "`registers` must be a table under [registers]; found a whole number"),
        ("registers = {CITOTAB = []}", "[registers]: `CITOTAB` must have years from 1900 to 2099"),
        ("registers = {CITOTAB = [214]}", "[registers]: `CITOTAB` must have years from 1900 to 2099"),
        ('registers = {CITOTAB = "2016-2014"}', '`CITOTAB` runs backwards. Try: CITOTAB = ["2014-2016"]'),
        ('registers = {CITOTAB = ["all"]}', "`CITOTAB` must be years; found the text 'all' in the list"),
        ("registers = {CITOTAB = [true]}", "`CITOTAB` must be years; found true or false in the list"),
        ("registers = {CITOTAB = 2014.0}", "`CITOTAB` must be years; found a number with decimals"),
        ("registers = {CITOTAB = 2014, citotab = 2015}", "CITOTAB is there twice"),
        ('basis = {category = "health"}', "`basis` must be written as [[basis]]"),
        ("basis = [1]", "`basis` must be written as [[basis]]"),
        ("name = 3", "is not valid TOML"),  # the key is there already
        ("x = é", "is not valid TOML"),
    ],
)
def test_a_wrong_key_is_named_with_what_was_expected_and_found(write, line, message):
    with pytest.raises(InputError) as caught:
        Study.read(write(line))
    assert message in str(caught.value)
    assert "study.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": 'name = "Growth 2026"'}, "`name` must be lower-case letters"),
        ({"purpose": 'purpose = ""'}, "`purpose` is empty"),
        ({"purpose": "purpose = 2026-01-01"}, "`purpose` must be text; found a date"),
        ({"data": 'data = "study.toml"'}, "`data` must be a folder"),
        ({"units": "units = {}"}, "`units` must have a level at least"),
        ({"units": "units = {pupil = []}"}, "[units]: `pupil` must be a column or several; found a list"),
        ({"units": "units = {pupil = 3}"}, "[units]: `pupil` must be a list of texts; found a whole number"),
        ({"units": 'units = {pupil = ""}'}, "[units]: `pupil` is empty"),
    ],
)
def test_a_wrong_value_is_named_as_well(write, changed, message):
    with pytest.raises(InputError) as caught:
        Study.read(write(**changed))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('category = "helth"\nkind = "consent"', "[[basis]] 1: `category` must be one of health, religion, ethnicity"),
        ('category = "health"\nkind = "law"', "health is read on \"consent\" only; found 'law'"),
        ('category = "religion"\nkind = "law"', 'religion is read on "consent" only'),
        ('category = "health"\nkind = "consent"', "[[basis]] 1: `reference` is absent"),
        ('category = "health"\nkind = "consent"\nreference = " "', "`reference` is empty"),
        ('category = "health"\nkind = "consent"\nreference = "x"', "`date` is absent"),
        (
            'category = "health"\nkind = "consent"\nreference = "x"\ndate = "2025-01-01"',
            "must be a date without quotes",
        ),
        (
            'category = "health"\nkind = "consent"\nreference = "x"\ndate = 2025-01-01T10:00:00',
            "found a date with a time",
        ),
        ('category = "health"\nkind = "consent"\nreference = "x"\ndate = 2999-01-01', "is a date in the future"),
        ('category = "health"\nkind = "consent"\nreference = "x"\ndate = 2025-01-01\nvariable = ["x"]', "'variables'"),
    ],
)
def test_a_basis_without_what_it_rests_on_is_refused(write, text, message):
    with pytest.raises(InputError) as caught:
        Study.read(write(f"[[basis]]\n{text}"))
    assert message in str(caught.value)


def test_a_file_that_is_absent_or_no_text_is_named(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        Study.read(tmp_path / "none.toml")
    path = tmp_path / "study.toml"
    path.write_bytes("purpose = 'één'".encode("cp1252"))
    with pytest.raises(InputError, match=r"study\.toml is not UTF-8"):
        Study.read(path)


def test_a_file_as_a_windows_editor_saves_it_is_read(write):
    path = write()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    study = Study.read(path)
    assert study.name == "growth-2026"
    assert study.digest == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("cache", "how"),
    [("microdata", "inside"), ("microdata/x/y", "inside"), ("microdata/../microdata/x", "inside"), (".", "around")],
)
def test_a_cache_in_or_around_the_data_is_refused(write, cache, how):
    with pytest.raises(InputError, match=f"`cache` is {how} the data folder"):
        Study.read(write(f'cache = "{cache}"'))


def test_a_cache_beside_the_data_is_accepted_also_where_its_name_begins_alike(write, tmp_path):
    assert Study.read(write('cache = "microdata-cache"')).cache == tmp_path / "microdata-cache"


def test_a_study_file_inside_the_data_folder_needs_a_cache_elsewhere(write, tmp_path):
    inside = {"folder": tmp_path / "microdata" / "study", "data": 'data = ".."'}
    with pytest.raises(InputError, match="`cache` is inside the data folder"):
        Study.read(write(**inside))
    assert Study.read(write('cache = "../../cache"', **inside)).cache == tmp_path / "cache"


def test_a_cache_that_a_link_leads_into_the_data_is_refused(write, tmp_path):
    (tmp_path / "innocent").symlink_to(tmp_path / "microdata", target_is_directory=True)
    with pytest.raises(InputError, match="`cache` is inside the data folder"):
        Study.read(write('cache = "innocent/x"'))


def test_the_nearest_study_is_that_of_the_closest_folder_around(write, tmp_path, monkeypatch):
    outer, inner = tmp_path / "project", tmp_path / "project" / "study"
    write(folder=outer, name='name = "outer"')
    write(folder=inner, name='name = "inner"')
    (inner / "deep" / "er").mkdir(parents=True)
    (outer / "other").mkdir()
    assert Study.nearest(inner / "deep" / "er").name == "inner"
    assert Study.nearest(outer / "other").name == "outer"
    assert Study.nearest(tmp_path) is None
    monkeypatch.chdir(inner / "deep")
    assert Study.nearest().name == "inner"


def test_the_nearest_study_that_is_not_valid_stops_rather_than_the_next_counts(write, tmp_path):
    write(folder=tmp_path)
    write(folder=tmp_path / "inner", purpose=None)
    with pytest.raises(InputError, match="`purpose` is absent"):
        Study.nearest(tmp_path / "inner")


def test_the_release_of_a_study_has_its_name_units_and_policy(write, tmp_path):
    study = Study.read(write())
    release = study.release(tmp_path / "draft")
    assert (release.name, release.policy.name) == ("growth-2026", "cbs-export")
    assert release.units.columns == study.units
    with pytest.raises(PolicyError, match="no policy 'cbs-exprt'"):
        Study.read(write('policy = "cbs-exprt"')).release(tmp_path / "other")


def test_the_digest_changes_with_the_file(write):
    assert Study.read(write()).digest == Study.read(write()).digest
    assert Study.read(write()).digest != Study.read(write("# a remark")).digest


def test_a_register_or_year_that_is_not_declared_is_refused_with_the_line_to_add(write):
    study = Study.read(write('registers = {CITOTAB = ["2013-2015"], INPATAB = 2020}'))
    study.expect_register("citotab", [2013, 2015])
    study.expect_register("PERSOONINK", [2020])  # its former name
    with pytest.raises(InputError, match=r"for \[\"2013-2015\"\], not for \[2017\].*CITOTAB = \[\"2013-2015\", 2017\]"):
        study.expect_register("CITOTAB", [2014, 2017])
    with pytest.raises(InputError, match=r"does not declare VEHTAB.*VEHTAB = \[\"2019-2020\"\]"):
        study.expect_register("vehtab", range(2019, 2021))
    Study.read(write()).expect_register("VEHTAB", [2019])  # none is declared, so any may be read


@settings(max_examples=50, deadline=None)
@given(st.sets(st.integers(1900, 2099), min_size=1))
def test_years_are_read_as_they_are_written(tmp_path_factory, years):
    folder = tmp_path_factory.mktemp("study")
    path = folder / "study.toml"
    written = written_years(sorted(years))
    path.write_text("\n".join([*LINES.values(), f"registers = {{CITOTAB = {written}}}"]), encoding="utf-8")
    assert set(Study.read(path).registers["CITOTAB"]) == years


def test_nothing_special_is_read_without_a_study(write):
    plain = Study.read(write())
    for expect in (expect_basis, plain.expect_basis):
        assert expect(PERSONS, ["GBAGESLACHT", "GBAGEBOORTEJAAR"]) == ()
        with pytest.raises(InputError, match="'gbageneratie' of GBAPERSOONTAB is about ethnicity"):
            expect(PERSONS, ["GBAGESLACHT", "gbageneratie"])
        left_out = expect(PERSONS, None)
        assert {"GBAGENERATIE", "GBAHERKOMSTGROEPERING"} <= set(left_out)
        assert not {"GBAGESLACHT", "GBAGEBOORTEJAAR", "RINPERSOON"} & set(left_out)
        assert expect(SCHOOLS, ["WPODENOMINATIE"]) == ()
        assert "WPODENOMINATIE" not in expect(SCHOOLS, None)


def test_the_lines_that_an_error_asks_for_make_the_variables_readable(write):
    study = Study.read(write())
    wanted = ["GBAGENERATIE", "GBAHERKOMSTGROEPERING", "Diagnose"]
    with pytest.raises(InputError) as caught:
        study.expect_basis(PERSONS, wanted)
    lines = caught.value.remedy.partition(":\n")[2]
    assert lines.count("[[basis]]") == 2
    filled = lines.replace("YYYY-MM-DD", "2025-03-12").replace('"consent" or "law"', '"law"')
    amended = Study.read(write(filled))
    assert amended.expect_basis(PERSONS, wanted) == ()
    assert "GBAGENERATIE" not in amended.expect_basis(PERSONS, None)


def test_a_basis_counts_for_its_category_and_the_variables_it_is_limited_to(write):
    limited = Study.read(write(CONSENT.format(category="ethnicity", kind="law", more='variables = ["gbaGeneratie"]')))
    assert limited.expect_basis(PERSONS, ["GBAGENERATIE"]) == ()
    with pytest.raises(InputError, match="GBAHERKOMSTGROEPERING"):
        limited.expect_basis(PERSONS, ["GBAGENERATIE", "GBAHERKOMSTGROEPERING"])
    health = Study.read(write(CONSENT.format(category="health", kind="consent", more="")))
    with pytest.raises(InputError, match="about ethnicity"):
        health.expect_basis(PERSONS, ["GBAGENERATIE"])
    assert health.expect_basis(codebook("INSCHRWECTAB"), ["WECSOORTIND"]) == ()


def test_columns_that_no_codebook_describes_are_judged_by_their_names():
    unknown = codebook("NOSUCHTAB")
    present = ["RINPERSOON", "HOOFDDIAGNOSE", "KERKBEZOEK", "DENOMINATIE"]
    assert expect_basis(unknown, None, present=present) == ("HOOFDDIAGNOSE", "KERKBEZOEK")
    with pytest.raises(InputError, match="'hoofddiagnose' of NOSUCHTAB is about health"):
        expect_basis(unknown, ["hoofddiagnose"])
    assert expect_basis(PERSONS, None, present=["GBAGESLACHT", "ziekte"]) == ("ziekte",)


def variable(name, **options):
    return Variable(name=name, label=name, label_nl=name, type=VariableType.TEXT, **options)


def test_a_team_can_call_a_variable_special_and_cannot_take_that_away():
    harmless = Codebook(
        component="GBAPERSOONTAB",
        label="",
        label_nl="",
        variables=(
            variable("GBAGENERATIE"),
            variable("GBAGESLACHT", special=SpecialCategory.HEALTH),
            variable("diagnose"),
            variable("code", formerly=("geloof",)),
            variable("other"),
        ),
    )
    names = ["GBAGENERATIE", "GBAGESLACHT", "diagnose", "code", "other", "GBAGEBOORTEJAAR"]
    found = [special_category(harmless, name) for name in names]
    assert found == [
        *(SpecialCategory.ETHNICITY, SpecialCategory.HEALTH, SpecialCategory.HEALTH, SpecialCategory.RELIGION),
        *(None, None),
    ]


def test_a_variable_that_the_toolkit_describes_as_ordinary_is_not_judged_by_its_name(monkeypatch):
    monkeypatch.setattr(basis, "special_by_name", lambda name: "health")
    assert special_category(PERSONS, "GBAGESLACHT") is None
    assert special_category(PERSONS, "GBAGENERATIE") is SpecialCategory.ETHNICITY
    assert special_category(PERSONS, "undescribed") is SpecialCategory.HEALTH


def test_the_file_that_nco_study_new_writes_is_valid_once_it_is_filled_in(tmp_path, capsys, monkeypatch):
    folder = tmp_path / "Groei 2026"
    assert cli.main(["study", "new", str(folder)]) == 0
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    assert cli.main(["study", "check", str(path)]) == 2
    assert "`data` is empty" in capsys.readouterr().err
    filled = text.replace('purpose = ""', 'purpose = "x"').replace('data = ""', 'data = "../microdata"')
    path.write_text(filled, encoding="utf-8")
    monkeypatch.chdir(folder)
    assert cli.main(["study", "check"]) == 0
    told = capsys.readouterr().out
    assert "groei_2026: x" in told
    assert "(not there now)" in told

    (folder / "codebook.toml").touch()
    (folder / "objections.csv").write_text("RINPERSOONS;RINPERSOON\nR;12345678\n", encoding="utf-8")
    keys = [line.partition(" = ")[0] for line in text.splitlines() if line.startswith("# ") and " = " in line]
    whole = "\n".join(
        line.removeprefix("# ") if line.startswith(("# [", *(f"{key} = " for key in keys))) else line
        for line in filled.splitlines()
    )
    path.write_text(whole, encoding="utf-8")
    study = Study.read(path)
    assert study.registers == {"INSCHRWPOTAB": tuple(range(2014, 2021)), "GBAPERSOONTAB": (2020,)}
    assert (len(study.bases), len(study.read_objections()), study.sensitive) == (1, 1, ("INPPERSBRUT",))


def test_a_study_file_that_is_there_is_never_overwritten(write, tmp_path, capsys):
    before = write().read_bytes()
    assert cli.main(["study", "new", str(tmp_path)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "study.toml").read_bytes() == before
    assert cli.main(["study", "new", str(tmp_path / "study.toml")]) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["microdata", "study.toml"]


def test_nco_study_check_says_what_may_be_read_and_shows_nobody(write, tmp_path, capsys):
    rows = "".join(f"R;{number}\n" for number in range(500_000_001, 500_000_044))
    (tmp_path / "objections.csv").write_text("RINPERSOONS;RINPERSOON\n" + rows, encoding="utf-8")
    path = write(
        'objections = "objections.csv"',
        'registers = {CITOTAB = ["2013-2015", 2017]}',
        CONSENT.format(category="ethnicity", kind="law", more='variables = ["GBAGENERATIE"]'),
    )
    assert cli.main(["study", "check", str(path)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for part in (
        "growth-2026: Learning growth in reading",
        'register CITOTAB ["2013-2015", 2017]',
        "ethnicity GBAGENERATIE; law: Form of 12 March 2025 (2025-03-12)",
        "health may not be read: no basis is recorded",
        "objections about 40 on the list",
        "policy cbs-export, version ",
    ):
        assert part in told
    assert cli.main(["study", "check", str(tmp_path), "--json"]) == 0
    printed = capsys.readouterr().out
    found = json.loads(printed)
    assert (found["objections"], found["registers"]) == ("about 40", {"CITOTAB": [2013, 2014, 2015, 2017]})
    assert found["special"]["health"] == []
    assert "5000000" not in printed + told


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('policy = "none"', "There is no policy 'none'"),
        ('objections = "wrong.csv"', "wrong.csv, line 2: there is no valid key"),
        ('codebooks = ["wrong.csv"]', "wrong.csv"),
    ],
)
def test_nco_study_check_looks_into_all_that_the_file_names(write, tmp_path, capsys, line, message):
    (tmp_path / "wrong.csv").write_text("RINPERSOONS;RINPERSOON\nR;x\n", encoding="utf-8")
    assert cli.main(["study", "check", str(write(line))]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1


def test_nco_study_check_refuses_a_basis_for_a_variable_that_is_misspelt(write, capsys):
    def checked(name, category="ethnicity"):
        path = write(CONSENT.format(category=category, kind="consent", more=f'variables = ["{name}"]'))
        code = cli.main(["study", "check", str(path)])
        return code, capsys.readouterr()

    code, told = checked("GBAGENERATION")
    assert code == 2
    assert "a basis for ethnicity names 'GBAGENERATION', which no codebook describes. Try: 'GBAGENERATIE'" in told.err
    code, told = checked("gbageneratie")
    assert code == 0
    assert "no codebook says that" not in told.out
    for name in ("HERKOMST_VADER", "EIGENVRAAG", "GBAGESLACHT"):  # of a file that nobody described, or a mistake
        code, told = checked(name)
        assert code == 0
        assert f"no codebook says that of {name}: is it spelt so?" in told.out
    code, told = checked("GBAGENERATIE", category="health")
    assert "no codebook says that of GBAGENERATIE" in told.out


def test_nco_study_check_knows_what_a_codebook_of_the_team_calls_special(write, tmp_path, capsys):
    (tmp_path / "team.toml").write_text(
        '[PROJ]\nlabel = "p"\nlabel_nl = "p"\n[PROJ.VRAAG12]\ntype = "text"\nlabel = "q"\nlabel_nl = "v"\n'
        'special = "health"\n',
        encoding="utf-8",
    )
    basis = CONSENT.format(category="health", kind="consent", more='variables = ["VRAAG12"]')
    assert cli.main(["study", "check", str(write('codebooks = ["team.toml"]', basis)), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["special"]["health"]
    assert found["not_described"] == []
    assert cli.main(["study", "check", str(write(basis)), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["special"]["health"]
    assert found["not_described"] == ["VRAAG12"]


def test_nco_study_check_needs_a_study(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["study", "check"]) == 2
    assert "Try: nco study new FOLDER" in capsys.readouterr().err


def test_every_column_of_a_register_about_care_is_special_its_keys_too_and_no_other_registers_are(tmp_path):
    care = Codebook(component="ZVWZORGKOSTENTAB", label="", label_nl="", variables=())
    other = Codebook(component="KLANTTAB", label="", label_nl="", variables=())
    columns = ["RINPERSOONS", "RINPERSOON", "TOTAAL"]
    with pytest.raises(InputError, match="'TOTAAL' of ZVWZORGKOSTENTAB is about health"):
        expect_basis(care, columns)
    assert expect_basis(care, None, present=columns) == tuple(columns)
    assert expect_basis(other, columns) == ()
    consent = Basis(
        category=SpecialCategory.HEALTH,
        kind=BasisKind.CONSENT,
        reference="form",
        date=dt.date(2026, 1, 1),
        variables=("TOTAAL",),
    )
    assert expect_basis(care, columns, bases=[consent]) == ()
    with pytest.raises(InputError, match="'ANDERS'"):
        expect_basis(care, [*columns, "ANDERS"], bases=[consent])
