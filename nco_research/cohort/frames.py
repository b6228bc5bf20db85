"""Between pandas and DuckDB: what a frame's columns are, and getting them back as they were."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Labels:
    """A text column that comes back as a category: these labels first, in this order, as far as they occur."""

    order: tuple[str, ...]


Dtypes = Mapping[str, Any]
"""Per column how it comes back: a pandas dtype, or `Labels`."""


def expect_names(frame: pd.DataFrame, *, source: str) -> None:
    """Do nothing, unless columns differ only in case, which a database does not tell apart.

    Raises
    ------
    InputError
        Names the first such column.
    """
    seen: dict[str, str] = {}
    for name in map(str, frame.columns):
        if name.casefold() in seen:
            raise InputError(
                f"{source} has the columns {seen[name.casefold()]!r} and {name!r}, which differ at most in case.",
                remedy="rename one of the two",
            )
        seen[name.casefold()] = name


def to_arrow(frame: pd.DataFrame, *, source: str) -> "pa.Table":
    """The frame's columns as plain values, NaN as missing; categories as text or numbers.

    Raises
    ------
    InputError
        A column holds values of several kinds, or of a kind that a table cannot keep.
    """
    import pyarrow as pa  # noqa: PLC0415 - only researchers install it

    columns = {}
    for name in frame.columns:
        try:
            columns[str(name)] = _plain(frame[name])
        except (pa.ArrowException, TypeError, ValueError):
            raise InputError(
                f"The column {str(name)!r} of {source} holds values of several kinds, or of a kind that a table "
                "cannot keep.",
                remedy=f"leave it out, or make it text: frame[{str(name)!r}].astype(str)",
            ) from None
    return pa.table(columns)


def _plain(column: "pd.Series[Any]") -> "pa.Array":
    import pyarrow as pa  # noqa: PLC0415

    if isinstance(column.dtype, pd.CategoricalDtype):
        categories = column.cat.categories
        if not _is_plain(categories):
            column = column.cat.rename_categories([str(item) for item in categories])
        values = pa.DictionaryArray.from_arrays(
            pa.array(column.cat.codes.to_numpy(), mask=(column.cat.codes < 0).to_numpy()),
            pa.array(column.cat.categories, from_pandas=True),
        ).dictionary_decode()
    else:
        values = pa.array(column, from_pandas=True)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if pa.types.is_nested(values.type) or isinstance(values.type, pa.BaseExtensionType):
        raise TypeError
    return values.cast(pa.string()) if pa.types.is_null(values.type) else values


def _is_plain(categories: "pd.Index[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(categories) or pd.api.types.infer_dtype(categories) == "string"


def dtypes_of(frame: pd.DataFrame) -> dict[str, Any]:
    """How each column is to come back."""
    return {str(name): frame[name].dtype for name in frame.columns}


def to_frame(table: "pa.Table", dtypes: Dtypes) -> pd.DataFrame:
    """The table as a frame, each column of the type it had where its values allow; text as pandas has it."""
    frame = table.to_pandas(date_as_object=False)
    for name in frame.columns:
        if name in dtypes:
            frame[name] = _restored(frame[name], dtypes[name])
    return pd.DataFrame(frame)


def _restored(column: "pd.Series[Any]", dtype: Any) -> "pd.Series[Any]":  # noqa: ANN401 - any dtype
    if isinstance(dtype, Labels):
        present = set(column.dropna().unique())
        order = [label for label in dtype.order if label in present]
        categories = [*order, *sorted(present - set(order))]
        return pd.Series(pd.Categorical(column, categories=categories), index=column.index)
    if isinstance(dtype, pd.CategoricalDtype):
        if _is_plain(dtype.categories):
            return column.astype(dtype)
        texts = pd.Categorical(column, categories=[str(item) for item in dtype.categories])
        return pd.Series(pd.Categorical.from_codes(texts.codes, dtype=dtype), index=column.index)
    if isinstance(dtype, np.dtype):
        if dtype.kind in "iufb" and not (dtype.kind in "iub" and column.isna().any()):
            return column.astype(dtype)
        return column.astype(dtype) if dtype.kind == "M" else column
    return column.astype(dtype)


def sql_type(column: "pd.Series[Any]") -> str | None:
    """The type that the column will have in a database; None where only its values tell."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return sql_type(pd.Series(dtype.categories)) or "VARCHAR"
    if pd.api.types.is_bool_dtype(dtype):
        return "BOOLEAN"
    if pd.api.types.is_integer_dtype(dtype):
        return "BIGINT"
    if pd.api.types.is_numeric_dtype(dtype):
        return "DOUBLE"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "TIMESTAMP"
    return "VARCHAR" if pd.api.types.infer_dtype(column, skipna=True) == "string" else None
