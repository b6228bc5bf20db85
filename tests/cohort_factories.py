"""Invented registers for tests of cohorts: scanned like the real ones, and counting how often they are."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pandas as pd
import pyarrow as pa

from nco_research.codebooks import Codebook


@dataclass
class Register:
    """A register over a frame, as `open_microdata` gives one over files."""

    data: pd.DataFrame
    component: str = "REGISTER"
    notes: tuple[str, ...] = ()
    objections: int = 0
    book: Codebook | None = None
    opened: int = field(default=0, init=False)
    """How often it was scanned."""

    @property
    def columns(self):
        return tuple(name for name in self.data.columns if name not in {"year", "school_year"})

    @property
    def sources(self):
        return (SimpleNamespace(path=f"{self.component}/{self.component}2014V2.sav", version=2),)

    def relation(self, connection):
        self.opened += 1
        table = pa.Table.from_pandas(self.data, preserve_index=False)
        # Where nothing says what a column holds, it is text, as in a file.
        types = [pa.string() if pa.types.is_null(field.type) else field.type for field in table.schema]
        return connection.from_arrow(table.cast(pa.schema(list(zip(table.column_names, types, strict=True)))))


PUPILS = pd.DataFrame({"pupil": ["1", "2", "3", "4"], "school": ["a", "a", "b", "c"], "grade": [8, 8, 7, 8]})


def numbered(n: int, **columns) -> pd.DataFrame:
    """`n` pupils, `p00000` and on, with these columns besides."""
    return pd.DataFrame({"pupil": [f"p{number:05d}" for number in range(n)], **columns})
