"""How Parquet files store columns, and up to where each whole number can be told from the next."""

from typing import TYPE_CHECKING

from nco_research.codebooks.comparing import PhysicalType

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]
    from pyarrow import parquet  # type: ignore[import-untyped, unused-ignore]

DOUBLE, SINGLE, HALF = 2**53, 2**24, 2**11
"""The largest whole number up to which numbers with decimals are exact, in 64, 32 and 16 bits."""
MOST_DIGITS = 15
"""Whole numbers of more digits are kept as text, unless a codebook calls them numbers."""


def physical_type(kind: "pa.DataType") -> PhysicalType:
    """Dates, numbers, or text: what is none of the two, such as a time of day."""
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return PhysicalType.DATE
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return PhysicalType.NUMBER if number else PhysicalType.TEXT


def largest_exact(kind: "pa.DataType") -> int:
    """Up to where each whole number of that type can be told from the next."""
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return 2**64
    return {pa.float16(): HALF, pa.float32(): SINGLE}.get(kind, DOUBLE)


def long_columns(file: "parquet.ParquetFile") -> set[str]:
    """Columns of whole numbers of which some have more than 15 digits: by what the file says of them, else by them."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import compute  # type: ignore[import-untyped, unused-ignore] # noqa: PLC0415

    found = set()
    for item in file.schema_arrow:
        if item.type not in {pa.int64(), pa.uint64()}:
            continue
        for group in range(file.num_row_groups):
            told = _bounds(file, group, item.name)
            if told is None:
                column = file.read_row_group(group, columns=[item.name]).column(0)
                bounds = compute.min_max(column).as_py()
                told = [bounds["min"] or 0, bounds["max"] or 0]
            if any(abs(value) >= 10**MOST_DIGITS for value in told):
                found.add(item.name)
                break
    return found


def _bounds(file: "parquet.ParquetFile", group: int, name: str) -> list[int] | None:
    about = file.metadata.row_group(group)
    for place in range(about.num_columns):
        column = about.column(place)
        if column.path_in_schema == name and column.is_stats_set and column.statistics.has_min_max:
            return [column.statistics.min, column.statistics.max]
    return None
