"""What identifies a person, brought to one spelling, as SQL expressions.

The same expressions clean deliveries, the population file and objections, so that they agree on what is equal. An
empty text stands for what is absent or not valid: unlike NULL it joins and groups as any other value.
"""

_SHAPE = r"[0-9 .\-''/]*([.,]0{1,2})?"
_HOUSE = r"([0-9]{1,5})( *[A-Z][A-Z0-9]{0,3}| *[-/ ] *[A-Z0-9]{1,4})?"
_NO_NUMBER = "|".join(["0+", *(f"{digit}{{9}}" for digit in range(1, 10))])
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def text(column: str) -> str:
    """Without padding, in upper case."""
    return f"upper(trim({column}))"


def digits(column: str) -> str:
    """The digits of a number that a person is known by, nine with leading zeros; more where there are more.

    However it was written: `12345678`, `1234.56.782`, ` 123 456 782`, `123456782,00`. Whether it is valid is another
    question.
    """
    no_decimals = f"regexp_replace({column}, '[.,]0{{1,2}} *$', '')"
    bare = f"ltrim(regexp_replace({no_decimals}, '[^0-9]', '', 'g'), '0')"
    padded = f"CASE WHEN {bare} = '' THEN '' WHEN length({bare}) < 9 THEN lpad({bare}, 9, '0') ELSE {bare} END"
    return f"CASE WHEN {column} = '' OR regexp_full_match({column}, '[0-9]{{9}}') THEN {column} ELSE {padded} END"


def passes_as_bsn(number: str) -> str:
    """Whether nine digits are a citizen service number: the sum of `stdnum.nl.bsn`."""
    return f"({number} <> '000000000' AND {_remainder(number)} = 0)"


def passes_as_education_number(number: str) -> str:
    """Whether nine digits are an education number: the sum of `stdnum.nl.onderwijsnummer`."""
    return f"(starts_with({number}, '10') AND {_remainder(number)} = 5)"


def _remainder(number: str) -> str:
    """Modulo 11, from 0 to 10, of the weighted sum; -1 for a text that is not nine digits."""
    value = f"CAST({number} AS BIGINT)"
    terms = " + ".join(f"{weight} * ({value} // {10 ** (8 - place)} % 10)" for place, weight in enumerate(_WEIGHTS))
    return f"(CASE WHEN regexp_full_match({number}, '[0-9]{{9}}') THEN (11 + ({terms}) % 11) % 11 ELSE -1 END)"


def looks_like_number(column: str) -> str:
    """Whether nothing but digits, and what may part them, stands there."""
    return f"regexp_full_match({column}, '{_SHAPE}')"


def is_no_number(column: str) -> str:
    """Whether one digit stands there nine times, or zeros: what is filled in for a number that is not known."""
    return f"regexp_full_match({column}, '{_NO_NUMBER}')"


TWO_PERSONS = (
    "(min(nullif(sex, '')) <> max(nullif(sex, '')) OR min(nullif(birth, '')) <> max(nullif(birth, ''))) IS TRUE"
)
"""Whether rows that are grouped together have two sexes or two dates of birth, of those that are known."""


def boys_are_j(column: str) -> str:
    """Whether the sexes in a column (one row each, in upper case) are J and M, of *jongen* and *meisje*.

    Where J stands as often as V or more often, nobody knows whose M is.
    """
    return f"count(*) FILTER (starts_with({column}, 'J')) >= greatest(1, count(*) FILTER ({column} = 'V'))"


def sex(column: str) -> str:
    """`M` or `V`, else empty."""
    return f"CASE WHEN {column} IN ('M', 'V') THEN {column} ELSE '' END"


def date(column: str) -> str:
    """Eight digits that are a day of the calendar, else empty."""
    return (
        f"CASE WHEN regexp_full_match({column}, '[12][0-9]{{7}}') AND try_strptime({column}, '%Y%m%d') IS NOT NULL "
        f"THEN {column} ELSE '' END"
    )


def postcode(column: str) -> str:
    """`1234AB`, else empty. No postcode has the letters SA, SD or SS."""
    bare = f"replace({column}, ' ', '')"
    return (
        f"CASE WHEN regexp_full_match({column}, '[1-9][0-9]{{3}} ?[A-Z]{{2}}') AND right({column}, 2) NOT IN "
        f"('SA', 'SD', 'SS') THEN {bare} ELSE '' END"
    )


def house_number(column: str) -> str:
    """The number without what follows it and without leading zeros, else empty.

    `12 B` and `12-3` are 12: the number is the number, letter and addition are fields of their own in the register.
    """
    return (
        f"CASE WHEN regexp_full_match({column}, '{_HOUSE}') "
        f"THEN ltrim(regexp_extract({column}, '^[0-9]+'), '0') ELSE '' END"
    )


def is_missing_score(column: str) -> str:
    """Whether 999 stands there, with or without decimals: no result."""
    return f"regexp_full_match({column}, '999([.,]0+)?')"
