"""Read a data file as it is: which columns it has, how they are stored, and its records in batches of bounded size."""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nco_research.codebooks.comparing import PhysicalType
from nco_research.sql import literal, quoted
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]

_CELLS_PER_BATCH = 8_000_000
_CSV_BLOCK = 1 << 23
_RAW = "raw"
_STAT_FORMATS = {".sav": "read_sav", ".zsav": "read_sav", ".dta": "read_dta"}
FORMATS = (".sav", ".zsav", ".dta", ".parquet", ".csv")
"""What can be read; of one table in several formats, the earlier is taken: it carries labels and types."""


@dataclass(frozen=True, kw_only=True)
class RawColumn:
    """A column of a file, as the file says it."""

    name: str
    physical: PhysicalType
    labels: Mapping[str, str] = field(default_factory=dict)
    """Value labels by code, as text without padding."""


@dataclass(frozen=True, kw_only=True)
class RawFile:
    """A data file that was opened, not yet read."""

    path: Path
    columns: tuple[RawColumn, ...]
    rows: int | None = None
    """Number of records where the file says it."""
    encoding: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def in_ranges(self) -> bool:
        """Whether part of its records can be read by itself."""
        return self.path.suffix.lower() in _STAT_FORMATS and self.rows is not None

    def register(
        self,
        connection: "duckdb.DuckDBPyConnection",
        columns: Sequence[str],
        rows: range | None = None,
        *,
        failures: list[InputError] | None = None,
    ) -> str:
        """Make the records known to a database; returns what to select from. They can be read once.

        Why reading stopped half-way is added to `failures`: the database itself only tells that it did.
        """
        if self.path.suffix.lower() == ".parquet":
            return f"read_parquet({literal(self.path)})"
        import pyarrow as pa  # noqa: PLC0415 - only researchers install it

        kinds = {item.name: item.physical for item in self.columns}
        types = {PhysicalType.TEXT: pa.string(), PhysicalType.NUMBER: pa.float64(), PhysicalType.DATE: pa.date32()}
        schema = pa.schema([(name, types[kinds[name]]) for name in columns])
        batches = self._csv(columns) if self.path.suffix.lower() == ".csv" else self._statistical(schema, rows)
        told = _told(batches, failures if failures is not None else [])
        connection.register(_RAW, pa.RecordBatchReader.from_batches(schema, told))
        return quoted(_RAW)

    def _statistical(self, schema: "pa.Schema", rows: range | None) -> "Iterator[pa.RecordBatch]":
        import pyarrow as pa  # noqa: PLC0415

        wanted = rows if rows is not None else range(self.rows if self.rows is not None else 2**62)
        size = max(_CELLS_PER_BATCH // max(len(schema), 1), 1)
        at = wanted.start
        while at < wanted.stop:
            limit = min(size, wanted.stop - at)
            content, _ = _stat(
                self.path,
                encoding=self.encoding,
                usecols=schema.names,
                row_offset=at,
                row_limit=limit,
                output_format="dict",
            )
            arrays = [pa.array(content[item.name], item.type, from_pandas=True) for item in schema]
            read = len(arrays[0]) if arrays else 0
            yield pa.record_batch(arrays, schema=schema)
            at += read
            if read < limit:
                break
        if self.rows is not None and at < wanted.stop:
            raise cut_off(self.path, f"it says it has {self.rows:,} records, and ends before")

    def _csv(self, columns: Sequence[str]) -> "Iterator[pa.RecordBatch]":
        import pyarrow as pa  # noqa: PLC0415
        from pyarrow import csv  # type: ignore[import-untyped, unused-ignore] # noqa: PLC0415

        try:
            reader = csv.open_csv(
                self.path,
                read_options=csv.ReadOptions(encoding=self.encoding or "utf8", block_size=_CSV_BLOCK),
                parse_options=csv.ParseOptions(delimiter=";"),
                convert_options=csv.ConvertOptions(
                    include_columns=list(columns),
                    column_types={name: pa.string() for name in columns},
                    strings_can_be_null=False,
                ),
            )
            yield from reader
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:  # their messages quote the line
            raise cut_off(
                self.path,
                f"a line has more or fewer fields than there are columns, or its characters are "
                f"not {self.encoding} ({type(error).__name__})",
            ) from None


def _told(batches: "Iterator[pa.RecordBatch]", failures: list[InputError]) -> "Iterator[pa.RecordBatch]":
    try:
        yield from batches
    except InputError as error:
        failures.append(error)
        raise


def open_raw(path: Path) -> RawFile:
    """Look at the head of a file.

    Raises
    ------
    InputError
        It cannot be read as what its name says it is, or two of its columns have one name.
    """
    suffix = path.suffix.lower()
    openers = {".parquet": _open_parquet, ".csv": _open_csv}
    try:
        raw = openers.get(suffix, _open_statistical)(path)
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be read ({error.strerror}).", remedy="ask who looks after the data"
        ) from None
    names = [item.name.casefold() for item in raw.columns]
    twice = sorted({item.name for item in raw.columns if names.count(item.name.casefold()) > 1})
    if twice:
        raise InputError(
            f"{path.name} has columns with the same name: {', '.join(twice)}.", remedy="a file with each name once"
        )
    return raw


def cut_off(path: Path, why: str) -> InputError:
    """The error of a file that is damaged."""
    kind = "an SPSS file" if path.suffix.lower() in {".sav", ".zsav"} else f"a {path.suffix.lower()[1:]} file"
    return InputError(
        f"{path.name} cannot be read as {kind}: {why}.", remedy="copy the file anew; it may be cut off or still growing"
    )


def _open_statistical(path: Path) -> RawFile:
    """SPSS and Stata: with the encoding that the file declares; where its bytes do not fit, as Windows wrote them."""
    for encoding in (None, "WINDOWS-1252"):
        try:
            _stat(path, encoding=encoding, row_limit=1000)
            _, meta = _stat(path, encoding=encoding, metadataonly=True)
        except InputError:
            if encoding is not None:
                raise
            continue
        break
    labels = {
        str(name): {_code(value): str(label) for value, label in values.items()}
        for name, values in meta.variable_value_labels.items()
    }
    columns = tuple(
        RawColumn(name=str(name), physical=_physical(meta, str(name)), labels=labels.get(str(name), {}))
        for name in meta.column_names
    )
    rows = meta.number_rows if meta.number_rows is not None and meta.number_rows >= 0 else None
    note = (f"{path.name}: its text was read as Windows wrote it (cp1252).",) if encoding else ()
    return RawFile(path=path, columns=columns, rows=rows, encoding=encoding, notes=note)


def _physical(meta: Any, name: str) -> PhysicalType:  # noqa: ANN401 - pyreadstat has no types
    if meta.readstat_variable_types[name] == "string":
        return PhysicalType.TEXT
    written = str(meta.original_variable_types.get(name, "")).upper()
    dates = written.startswith(("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "%TD", "%D"))
    return PhysicalType.DATE if dates else PhysicalType.NUMBER


def _stat(path: Path, **options: Any) -> tuple[Any, Any]:  # noqa: ANN401
    import pyreadstat  # noqa: PLC0415 - only researchers install it

    read = getattr(pyreadstat, _STAT_FORMATS[path.suffix.lower()])
    try:
        content, meta = read(str(path), **options)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError, ValueError) as error:
        raise cut_off(path, type(error).__name__) from None
    return content, meta


def _code(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _open_parquet(path: Path) -> RawFile:
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # type: ignore[import-untyped, unused-ignore] # noqa: PLC0415

    try:
        file = parquet.ParquetFile(path)
    except pa.ArrowInvalid:
        raise cut_off(path, "ArrowInvalid") from None
    with file:
        columns = tuple(RawColumn(name=item.name, physical=_arrow_physical(item.type)) for item in file.schema_arrow)
        return RawFile(path=path, columns=columns, rows=file.metadata.num_rows)


def _arrow_physical(kind: "pa.DataType") -> PhysicalType:
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_temporal(kind):
        return PhysicalType.DATE
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return PhysicalType.NUMBER if number else PhysicalType.TEXT


def _open_csv(path: Path) -> RawFile:
    encoding, note = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        header = file.readline().rstrip("\r\n")
    names = [name.strip('"') for name in header.split(";")]
    if not header.strip():
        raise cut_off(path, "its first line is empty")
    if len(names) == 1 and ("," in header or "\t" in header):
        raise InputError(
            f"{path.name} has no ';' in its first line; fields are parted by ';' in CBS csv files.",
            remedy="a file with ';' between its fields",
        )
    columns = tuple(RawColumn(name=name, physical=PhysicalType.TEXT) for name in names)
    return RawFile(path=path, columns=columns, encoding=encoding, notes=note)


def _encoding(path: Path) -> tuple[str, tuple[str, ...]]:
    """UTF-8 where all of it is, with a note where that makes a difference; else cp1252, as CBS writes csv."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    plain = True
    with path.open("rb") as file:
        begin = file.read(3)
        file.seek(0)
        try:
            while block := file.read(1 << 20):
                plain = plain and block.isascii()
                if not plain:
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252", ()
    if begin == codecs.BOM_UTF8:
        return "utf-8-sig", (f"{path.name} is UTF-8, not cp1252 as CBS writes csv; read as UTF-8.",)
    if plain:
        return "utf-8", ()
    return "utf-8", (f"{path.name} is UTF-8, not cp1252 as CBS writes csv; read as UTF-8.",)
