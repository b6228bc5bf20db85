"""Read a data file as it is: which columns it has, how they are stored, and its records in batches of bounded size."""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nco_research.codebooks.comparing import PhysicalType
from nco_research.microdata.parquet_types import DOUBLE, SINGLE, largest_exact, long_columns, physical_type
from nco_research.sql import literal, quoted
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]

_CELLS_PER_BATCH = 8_000_000
_CSV_BLOCK = 1 << 23
_RAW = "raw"
_NAMELESS = "(no name)"
_AROUND_NAMES = ' \t"\u00a0\u200b\ufeff'
_MARK_AS_CP1252 = codecs.BOM_UTF8.decode("cp1252")
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
    stored: str = ""
    """Its name in the file, where that has blanks around it."""
    exact: int = DOUBLE
    """Of numbers: the largest up to which each whole one can be told from the next."""
    long: bool = False
    """Of whole numbers: some have more digits than a number of 64 bits with decimals keeps."""
    zoned: bool = False
    """Of dates: moments with a time zone, whose day depends on where they are read."""


@dataclass(frozen=True, kw_only=True)
class RawFile:
    """A data file that was opened, not yet read."""

    path: Path
    columns: tuple[RawColumn, ...]
    rows: int | None = None
    """Number of records where the file says it."""
    encoding: str | None = None
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    """Of csv: the names of all its columns, empty for one that has none."""

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
            # A folder called NAME=VALUE is no column.
            source = f"read_parquet({literal(self.path)}, hive_partitioning = false)"
            listed = [f"{quoted(item.stored or item.name)} AS {quoted(item.name)}" for item in self.columns]
            return f"(SELECT {', '.join(listed)} FROM {source})"
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
            arrays = [_array(content[item.name], item.type) for item in schema]
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

        # What is behind the last name holds nothing; if it does, the others are not what their names say.
        names = [name or f"{_NAMELESS} {place}" for place, name in enumerate(self.header)]
        nameless = names[max((place for place, name in enumerate(self.header) if name), default=-1) + 1 :]
        wanted, rows = [*columns, *nameless], 0
        try:
            reader = csv.open_csv(
                self.path,
                read_options=csv.ReadOptions(
                    encoding=self.encoding or "utf8", block_size=_CSV_BLOCK, column_names=names, skip_rows=1
                ),
                parse_options=csv.ParseOptions(delimiter=";"),
                convert_options=csv.ConvertOptions(
                    include_columns=wanted,
                    column_types={name: pa.string() for name in wanted},
                    strings_can_be_null=False,
                ),
            )
            for batch in reader:
                rows += batch.num_rows
                if any(any(value.as_py() for value in batch.column(name).unique()) for name in nameless):
                    raise cut_off(self.path, "a line has more fields than there are names of columns")
                yield batch.select(list(columns))
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:  # their messages quote the line
            raise cut_off(
                self.path,
                f"a line has more or fewer fields than there are columns, or its characters are "
                f"not {self.encoding} ({type(error).__name__})",
            ) from None
        if rows != _lines(self.path) - 1:
            raise InputError(
                f"{self.path.name} cannot be read as a csv file: it has a quotation mark that is opened and not "
                "closed on the same line, so that records would be lost in a text.",
                remedy="have it written anew, without quotation marks and ends of lines inside its fields",
            )


def _lines(path: Path) -> int:
    """How many lines of a file are not empty."""
    count, begun = 0, b""
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            lines = (begun + block).splitlines()
            begun = lines.pop() if block[-1:] not in b"\r\n" else b""
            count += sum(map(bool, lines))
    return count + bool(begun)


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
            _stat(path, encoding=encoding, row_limit=1000, output_format="dict")
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
        RawColumn(
            name=str(name),
            physical=_physical(meta, str(name)),
            labels=labels.get(str(name), {}),
            exact=SINGLE if meta.readstat_variable_types[str(name)] == "float" else DOUBLE,
        )
        for name in meta.column_names
    )
    rows = meta.number_rows if meta.number_rows is not None and meta.number_rows >= 0 else None
    notes = [f"{path.name}: its text was read as Windows wrote it (cp1252)."] if encoding else []
    if rows is None:
        notes.append(f"{path.name} does not say how many records it has, so that nobody can tell whether it is whole.")
    return RawFile(path=path, columns=columns, rows=rows, encoding=encoding, notes=tuple(notes))


def _physical(meta: Any, name: str) -> PhysicalType:  # noqa: ANN401 - pyreadstat has no types
    if meta.readstat_variable_types[name] == "string":
        return PhysicalType.TEXT
    written = str(meta.original_variable_types.get(name, "")).upper()
    if written.startswith(("TIME", "DTIME", "%TCHH")):  # a time of day, or how long something took
        return PhysicalType.TEXT
    dates = written.startswith(("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "YMDHMS", "%TD", "%D", "%TC"))
    return PhysicalType.DATE if dates else PhysicalType.NUMBER


def _stat(path: Path, **options: Any) -> tuple[Any, Any]:  # noqa: ANN401
    import pyreadstat  # noqa: PLC0415 - only researchers install it

    read = getattr(pyreadstat, _STAT_FORMATS[path.suffix.lower()])
    try:
        content, meta = read(str(path), **options)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError) or "encoding" in str(error):
            raise InputError(
                f"{path.name} has text that is not in the encoding that it says it has.",
                remedy="have it saved anew; where all text is cp1252, it must say so",
            ) from None
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
        long = long_columns(file)
        columns = tuple(
            RawColumn(
                name=item.name.strip(_AROUND_NAMES),
                stored=item.name,
                physical=physical_type(item.type),
                exact=largest_exact(item.type),
                long=item.name in long,
                zoned=pa.types.is_timestamp(item.type) and item.type.tz is not None,
            )
            for item in file.schema_arrow
        )
        return RawFile(path=path, columns=columns, rows=file.metadata.num_rows)


def _array(values: Sequence[Any], kind: "pa.DataType") -> "pa.Array":
    """Values as a column; times, which are kept as text, in words."""
    import pyarrow as pa  # noqa: PLC0415

    try:
        return pa.array(values, kind, from_pandas=True)
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        if not pa.types.is_string(kind):
            raise
        return pa.array([None if value is None else str(value) for value in values], kind)


def _open_csv(path: Path) -> RawFile:
    encoding, note = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        header = file.readline().rstrip("\r\n")
        first = file.readline().rstrip("\r\n")
    names = [name.strip(_AROUND_NAMES) for name in header.removeprefix(_MARK_AS_CP1252).split(";")]
    if first.endswith(";") and first.count(";") == len(names):
        names.append("")  # each line ends in a `;` that parts nothing
    if not header.strip():
        raise cut_off(path, "its first line is empty")
    if len(names) == 1 and ("," in header or "\t" in header):
        raise InputError(
            f"{path.name} has no ';' in its first line; fields are parted by ';' in CBS csv files.",
            remedy="a file with ';' between its fields",
        )
    columns = tuple(RawColumn(name=name, physical=PhysicalType.TEXT) for name in names if name)
    return RawFile(path=path, columns=columns, encoding=encoding, notes=note, header=tuple(names))


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
