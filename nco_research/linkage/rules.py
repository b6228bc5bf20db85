"""The rules for the rows of a delivery, as SQL: how values are cleaned, and what is a finding of which kind.

`CLEANED` reads the relations `delivered` (the columns DELIVERED as text, `line`, `file`) and `files` (`file`,
`file_brin`, `file_branch`, `school_year`). `JUDGED` reads it, without those who objected, and adds `mask`: a bit per
kind of finding. The others are queries for (file, line) of rows that do not agree with other rows.
"""

from collections.abc import Iterable

from nco_research.linkage import cleaning
from nco_research.linkage.kinds import ROW_KINDS, Kind, Severity
from nco_research.linkage.layout import LEVELS, SCORE_MISSING, SCORES, SERIES_WORDS, TESTS, WINDOWS
from nco_research.linkage.objections import is_objector
from nco_research.sql import literal

BIT = {kind: 1 << place for place, kind in enumerate(ROW_KINDS)}
ERRORS = sum(bit for kind, bit in BIT.items() if kind.severity is Severity.ERROR)
DETAILS = "bsn, education, sex, birth, postcode, house"
"""What a pupil is recognised by."""
RESULTS = "school_year, brin, branch, domain, test, grade, taken, score, level, series"
"""What is kept of a row beside the pupil."""

_AGES = (3, 16)
"""Youngest and oldest, in years reached in the year in which the school year starts."""
_VERSION, _YEAR = r"[0-9](\.[0-9]{1,2}|E)?", "(19|20)[0-9]{2}"
_WORD = f"({'|'.join(SERIES_WORDS)})"
_SERIES = f"(?i){_VERSION}|({_VERSION}[ -]?)?({_WORD}[ /-]?)+({_VERSION}|{_YEAR})?([ -]?{_WORD})*"
"""Known words, a version and a year: what else landed in that column could be a name, a date or a postcode."""


def _list(values: Iterable[object]) -> str:
    return ", ".join(map(literal, values))


_TEXTS = f"""
    SELECT file, line, file_brin, file_branch, school_year,
        {cleaning.text("BSN")} AS t_bsn,
        {cleaning.text("ONDERWIJSNUMMER")} AS t_education,
        {cleaning.text("GESLACHT")} AS t_sex,
        {cleaning.text("GEBOORTEDATUM")} AS t_birth,
        {cleaning.text("POSTCODE")} AS t_postcode,
        {cleaning.text("HUISNUMMER")} AS t_house,
        {cleaning.text("BRIN")} AS brin,
        CASE WHEN length(trim(VESTIGING)) = 1 THEN '0' || trim(VESTIGING) ELSE trim(VESTIGING) END AS branch,
        trim(GROEP) AS t_grade,
        {cleaning.text("DOMEIN")} AS domain,
        {cleaning.text("TOETS")} AS test,
        trim(AFNAMEDATUM) AS t_taken,
        trim(SCORE) AS t_score,
        {cleaning.text("NIVEAU")} AS t_level,
        trim(REEKS) AS t_series
    FROM delivered JOIN files USING (file)
"""

_DIGITS = f"""
    SELECT *, {cleaning.digits("t_bsn")} AS given_bsn, {cleaning.digits("t_education")} AS given_education
    FROM ({_TEXTS})
"""

_J_AND_M = f"SELECT file FROM delivered GROUP BY file HAVING {cleaning.boys_are_j(cleaning.text('GESLACHT'))}"

_VALID = f"""
    SELECT *,
        CASE WHEN {cleaning.passes_as_bsn("given_bsn")} AND {cleaning.looks_like_number("t_bsn")}
            THEN given_bsn ELSE '' END AS bsn,
        CASE WHEN {cleaning.passes_as_education_number("given_education")}
            AND {cleaning.looks_like_number("t_education")} THEN given_education ELSE '' END AS education,
        CASE WHEN t_sex = 'M' AND file IN ({_J_AND_M}) THEN '' ELSE {cleaning.sex("t_sex")} END AS sex,
        {cleaning.date("t_birth")} AS born,
        {cleaning.postcode("t_postcode")} AS postcode,
        {cleaning.house_number("t_house")} AS house,
        {cleaning.date("t_taken")} AS taken,
        CASE WHEN regexp_full_match(t_score, '[+\\-]?[0-9]{{1,6}}([.,][0-9]{{1,6}})?')
            THEN CAST(replace(t_score, ',', '.') AS DOUBLE) END AS number
    FROM ({_DIGITS})
"""

_PLAUSIBLE = f"""
    SELECT * EXCLUDE (born, number),
        CASE WHEN born <> '' AND CAST(born[:4] AS INTEGER) BETWEEN school_year - {_AGES[1]} AND school_year - {_AGES[0]}
            THEN born ELSE '' END AS birth,
        coalesce(number, {SCORE_MISSING}) AS score
    FROM ({_VALID})
"""

CLEANED = f"SELECT *, {is_objector('plausible')} AS objected FROM ({_PLAUSIBLE}) AS plausible"

_NO_DETAILS = "(sex = '' OR birth = '' OR postcode = '' OR house = '')"
_NO_SCHOOL = "NOT (regexp_full_match(brin, '[0-9]{2}[A-Z]{2}') AND regexp_full_match(branch, '[0-9]{2}'))"
_IN_YEAR = "taken BETWEEN school_year || '0801' AND (school_year + 1) || '0731'"
_IN_WINDOW = " OR ".join(
    f"(test[1] = {literal(half)} AND CAST(taken[5:6] AS INTEGER) IN ({_list(months)}))"
    for half, months in WINDOWS.items()
)
_TEST = f"test IN ({_list(TESTS)})"
_IN_RANGE = " OR ".join(
    f"(domain = {literal(domain)} AND score BETWEEN {limits.lowest} AND {limits.highest})"
    for domain, limits in SCORES.items()
)
_DOMAIN = f"domain IN ({_list(SCORES)})"
_SERIES_KNOWN = f"regexp_full_match(t_series, {literal(_SERIES)})"
_LEVEL = f"t_level IN ({_list(LEVELS)})"

_CONDITIONS = {
    Kind.WITHOUT_IDENTITY: f"bsn = '' AND education = '' AND {_NO_DETAILS}",
    Kind.SCHOOL: _NO_SCHOOL,
    Kind.OTHER_SCHOOL: f"NOT ({_NO_SCHOOL}) AND (brin <> file_brin OR branch <> file_branch)",
    Kind.GRADE: "NOT regexp_full_match(t_grade, '0?[1-8]')",
    Kind.DOMAIN: f"NOT {_DOMAIN}",
    Kind.TEST: f"NOT {_TEST}",
    Kind.TEST_DATE: "taken = ''",
    Kind.OUTSIDE_YEAR: f"taken <> '' AND NOT {_IN_YEAR}",
    Kind.SCORE: f"t_score <> '' AND score = {SCORE_MISSING} AND NOT {cleaning.is_missing_score('t_score')}",
    Kind.SCORE_RANGE: f"{_DOMAIN} AND score <> {SCORE_MISSING} AND NOT ({_IN_RANGE})",
    Kind.BSN: "t_bsn <> '' AND bsn = ''",
    Kind.EDUCATION_NUMBER: "t_education <> '' AND education = ''",
    Kind.SEX: "sex = '' AND t_sex <> 'M'",
    Kind.SEX_CODES: "sex = '' AND t_sex = 'M'",
    Kind.BIRTH: "birth = ''",
    Kind.POSTCODE: "postcode = ''",
    Kind.HOUSE: "house = ''",
    Kind.WINDOW: f"{_TEST} AND taken <> '' AND {_IN_YEAR} AND NOT ({_IN_WINDOW})",
    Kind.SCORE_ABSENT: f"t_score = '' OR {cleaning.is_missing_score('t_score')}",
    Kind.DECIMAL_POINT: f"contains(t_score, '.') AND score <> {SCORE_MISSING}",
    Kind.LEVEL: f"t_level <> '' AND NOT {_LEVEL}",
    Kind.SERIES: f"t_series <> '' AND NOT {_SERIES_KNOWN}",
}
_MASK = " | ".join(f"CASE WHEN {condition} THEN {BIT[kind]} ELSE 0 END" for kind, condition in _CONDITIONS.items())

JUDGED = f"""
    SELECT file, line, {DETAILS}, school_year, brin, branch, domain, test, taken, score,
        CASE WHEN regexp_full_match(t_grade, '0?[1-8]') THEN CAST(t_grade AS INTEGER) END AS grade,
        CASE WHEN {_LEVEL} THEN t_level ELSE '' END AS level,
        CASE WHEN {_SERIES_KNOWN} THEN t_series ELSE '' END AS series,
        CASE WHEN bsn <> '' THEN bsn WHEN education <> '' THEN education
            ELSE sex || birth || postcode || '/' || house END AS who,
        ({_MASK})::BIGINT AS mask
    FROM cleaned
    WHERE NOT objected
"""


def _disagreeing(number: str) -> str:
    """Rows whose number stands with two sexes or birth dates. Rows refused for other reasons count: who is who?"""
    return f"""
        SELECT file, line FROM judged SEMI JOIN (
            SELECT file, {number} FROM judged WHERE {number} <> '' GROUP BY file, {number}
            HAVING {cleaning.TWO_PERSONS}
        ) USING (file, {number})
    """


_USABLE = f"SELECT * FROM judged WHERE mask & {ERRORS} = 0"
_CONTENT = f"file, {DETAILS}, {RESULTS}"

BETWEEN_ROWS = {
    Kind.TWO_PERSONS: f"{_disagreeing('bsn')} UNION {_disagreeing('education')}",
    Kind.COPY: f"""
        SELECT file, line FROM ({_USABLE}) JOIN (
            SELECT {_CONTENT}, min(line) AS first FROM ({_USABLE}) GROUP BY {_CONTENT} HAVING count(*) > 1
        ) USING ({_CONTENT})
        WHERE line <> first
    """,
    Kind.TWICE: f"""
        SELECT file, line FROM ({_USABLE}) SEMI JOIN (
            SELECT file, who, domain, test FROM ({_USABLE}) GROUP BY ALL HAVING count(*) > 1
        ) USING (file, who, domain, test)
    """,
}
"""In this order: a copy is no second result, and a row that is refused is nobody's copy."""
