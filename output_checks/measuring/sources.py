"""Where microdata may come from: pandas, polars, pyarrow or DuckDB. Only the columns that are needed are read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from output_checks.errors import InputError


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """A table of microdata, whatever holds it. Reading from it copies the columns asked for and nothing else."""

    held: Any
    columns: tuple[Any, ...]
    library: str

    @classmethod
    def of(cls, data: object) -> "Source":
        """Recognise a pandas or polars DataFrame, a polars LazyFrame, a pyarrow Table or a DuckDB relation.

        Raises
        ------
        InputError
            It is something else.
        """
        held: Any = data
        if isinstance(held, pd.DataFrame):
            return cls(held=held, columns=tuple(held.columns), library="pandas")
        library, name = type(held).__module__.split(".")[0].lstrip("_"), type(held).__name__
        if library == "polars" and name in {"DataFrame", "LazyFrame"}:
            names = held.collect_schema().names() if hasattr(held, "collect_schema") else held.columns
            return cls(held=held, columns=tuple(names), library=library)
        if library == "pyarrow" and name == "Table":
            return cls(held=held, columns=tuple(held.column_names), library=library)
        if library == "duckdb" and name == "DuckDBPyRelation":
            return cls(held=held, columns=tuple(held.columns), library=library)
        raise InputError(
            f"The data must be a table of records, not a {type(data).__name__}.",
            remedy="a pandas or polars DataFrame, a polars LazyFrame, a pyarrow Table or a DuckDB relation",
        )

    def read(self, names: Sequence[str]) -> pd.DataFrame:
        """These columns as a pandas frame, the rows in one order whatever is read.

        Columns are read in one go, because a lazy source need not give its rows in the same order twice. Of a pandas
        frame it is the frame itself, with all that its index may hold.

        Raises
        ------
        InputError
            A column is not there, or is there twice, or the library that holds the data cannot read it.
        """
        for name in dict.fromkeys(names):
            found = sum(column == name for column in self.columns if isinstance(column, str))
            in_index = self.library == "pandas" and name in self.held.index.names
            if found > 1:
                raise InputError(f"The data has two columns called {name!r}.", remedy="rename one of them")
            if not found and not in_index:
                known = ", ".join(map(str, self.columns[:20]))
                raise InputError(f"There is no column {name!r} in the data.", remedy=f"one of {known}")
        if self.library == "pandas":
            frame: pd.DataFrame = self.held
            return frame
        try:
            return _READERS[self.library](self.held, list(dict.fromkeys(names)))
        except Exception as error:  # noqa: BLE001 - each library has its own, and their words may hold values
            raise InputError(
                f"The data could not be read: {self.library} raised {type(error).__name__}.",
                remedy=f"let {self.library} read these columns by itself, to see what is wrong",
            ) from None

    def records_with(self, name: str, keys: Sequence[object]) -> pd.DataFrame:
        """All columns of the records that have one of these keys in the column, or in that level of a pandas index.

        Raises
        ------
        InputError
            The library that holds the data cannot read it.
        """
        if self.library == "pandas":
            frame: pd.DataFrame = self.held
            column = frame[name] if name in frame.columns else pd.Series(frame.index.get_level_values(name))
            return frame.loc[column.isin(keys).to_numpy(dtype=bool)]
        try:
            chosen = replace(self, held=_WITH[self.library](self.held, name, list(keys)))
            return chosen.read(self.columns)
        except Exception:  # noqa: BLE001 - kinds of keys that a library finds in no list, such as categories
            records = self.read(self.columns)
            return records.loc[records[name].isin(keys).to_numpy(dtype=bool)]


def _from_polars(held: Any, names: list[str]) -> pd.DataFrame:  # noqa: ANN401 - an optional package
    chosen = held.select(names)
    chosen = chosen.collect() if hasattr(chosen, "collect") else chosen
    try:
        frame: pd.DataFrame = chosen.to_pandas()
    except ImportError:  # polars needs pyarrow for that
        frame = pd.DataFrame({name: chosen[name].to_numpy() for name in names})
    return frame


def _from_arrow(held: Any, names: list[str]) -> pd.DataFrame:  # noqa: ANN401
    frame: pd.DataFrame = held.select(names).to_pandas()
    return frame


def _from_duckdb(held: Any, names: list[str]) -> pd.DataFrame:  # noqa: ANN401
    frame: pd.DataFrame = held.project(", ".join('"' + name.replace('"', '""') + '"' for name in names)).df()
    return frame


_READERS = {"polars": _from_polars, "pyarrow": _from_arrow, "duckdb": _from_duckdb}


def _polars_with(held: Any, name: str, keys: list[object]) -> Any:  # noqa: ANN401
    import polars as pl  # noqa: PLC0415 - it holds the data, so it is there

    return held.filter(pl.col(name).is_in(keys))


def _arrow_with(held: Any, name: str, keys: list[object]) -> Any:  # noqa: ANN401
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    return held.filter(pc.is_in(held[name], value_set=pa.array(keys).cast(held.schema.field(name).type)))


def _duckdb_with(held: Any, name: str, keys: list[object]) -> Any:  # noqa: ANN401
    import duckdb  # noqa: PLC0415

    return held.filter(duckdb.ColumnExpression(name).isin(*[duckdb.ConstantExpression(key) for key in keys]))


_WITH = {"polars": _polars_with, "pyarrow": _arrow_with, "duckdb": _duckdb_with}
