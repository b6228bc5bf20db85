"""Linking keys: which columns are keys, and keeping them text."""

import re
from typing import Any

import pandas as pd

from output_checks.errors import InputError

_KEY = re.compile(
    r"^(rin.*|(?!aantal|geen|heeft|is_|n_).*rin_?persoon.*|.*_crypt|brin.*|.*brin_?vest|huishoudnr|soortobjectnummer|beid)$",
    re.IGNORECASE,
)
# RINPERSOONS and its like are one letter.
_PERSON = re.compile(
    r"^(?:(?!aantal|geen|heeft).*?rinpersoon(?!s(?:$|hkw|ma|pa|vtv)).*"
    r"|rin(?:(?:nr|num|nummer|ma|pa)?|(?:moeder|vader|ouder|kind|partner|leerling).*))$"
)
_LARGEST_EXACT = {"float16": 2**11, "float32": 2**24, "halffloat[pyarrow]": 2**11, "float[pyarrow]": 2**24}
_LARGEST_EXACT_DOUBLE = 2**53
_DECIMALS = r"^(\d{1,9})[.,]0+$"  # what a spreadsheet appends to a whole number
AROUND = "\"'`\u00a0\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""Quotes, blanks and signs that nobody sees, which are no part of a key."""


def is_key(name: str) -> bool:
    """Whether a column of that name holds linking keys in CBS microdata."""
    return bool(_KEY.match(name))


def plain_key(name: str) -> str:
    """A name without case and without what is neither letter nor digit: `RIN_Persoon` is `rinpersoon`."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def is_person_number(name: str) -> bool:
    """Whether a column of that name holds person numbers, of nine characters: RINPERSOON, RINPERSOONMa, RIN."""
    return bool(_PERSON.match(plain_key(name)))


def as_key(column: "pd.Series[Any]", name: str) -> "pd.Series[Any]":
    """The keys as text, stripped of padding, missing where empty.

    Numbers become text again without decimals, person numbers with the leading zeros that numbers lose (nine
    characters) and without the decimals and quotes that other programs add.

    Raises
    ------
    InputError
        The keys were stored as numbers that lost digits, so nobody can be linked by them.
    """
    if pd.api.types.is_numeric_dtype(column):
        values = column.dropna()
        largest = _LARGEST_EXACT.get(str(column.dtype).lower(), _LARGEST_EXACT_DOUBLE)
        if (values % 1 != 0).any() or (values.abs() > largest).any():
            raise InputError(
                f"The key {name!r} is stored as numbers that are not whole or have lost digits.",
                remedy="a file in which that column is text",
            )
        column = column.astype("Int64")
    texts = column.astype("string").str.strip()
    if is_person_number(name):
        texts = texts.str.replace(rf"[\s{AROUND}]+", "", regex=True).str.replace(_DECIMALS, r"\1", regex=True)
        texts = texts.where(~texts.str.fullmatch(r"\d{1,8}").fillna(value=False), texts.str.zfill(9))
    texts = texts.mask(texts == "")
    return pd.Series(texts.astype(object).where(texts.notna(), None), index=column.index, name=name)
