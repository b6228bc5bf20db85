"""Linking keys: which columns are keys, and keeping them text."""

import re
from typing import Any

import pandas as pd

from output_checks.errors import InputError

_KEY = re.compile(r"^(rin.*|.*_crypt|brin.*|.*brin_?vest|huishoudnr|soortobjectnummer|beid)$", re.IGNORECASE)
_PERSON = re.compile(r"^rinpersoon(?!s($|hkw|ma|pa|vtv))", re.IGNORECASE)  # RINPERSOONS and its like are one letter
_LARGEST_EXACT = 2**53


def is_key(name: str) -> bool:
    """Whether a column of that name holds linking keys in CBS microdata."""
    return bool(_KEY.match(name))


def is_person_number(name: str) -> bool:
    """Whether a column of that name holds person numbers, of nine characters: RINPERSOON, RINPERSOONMa."""
    return bool(_PERSON.match(name))


def as_key(column: "pd.Series[Any]", name: str) -> "pd.Series[Any]":
    """The keys as text, stripped of padding, missing where empty.

    Numbers become text again without decimals, person numbers with the leading zeros that numbers lose (nine
    characters).

    Raises
    ------
    InputError
        The keys were stored as numbers that lost digits, so nobody can be linked by them.
    """
    if pd.api.types.is_numeric_dtype(column):
        values = column.dropna()
        if (values % 1 != 0).any() or (values.abs() > _LARGEST_EXACT).any():
            raise InputError(
                f"The key {name!r} is stored as numbers that are not whole or have lost digits.",
                remedy="a file in which that column is text",
            )
        column = column.astype("Int64")
    texts = column.astype("string").str.strip()
    if is_person_number(name):
        texts = texts.where(~texts.str.fullmatch(r"\d{1,8}").fillna(value=False), texts.str.zfill(9))
    texts = texts.mask(texts == "")
    return pd.Series(texts.astype(object).where(texts.notna(), None), index=column.index, name=name)
