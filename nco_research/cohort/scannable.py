"""What a cohort can be made of besides a frame: anything that DuckDB can scan, and that says what it is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import duckdb


class SourceFile(Protocol):
    """A file that data comes from, as a plan names it."""

    @property
    def path(self) -> str: ...

    @property
    def version(self) -> int: ...


@runtime_checkable
class Scannable(Protocol):
    """A register that is scanned when a step runs, and not before. `open_microdata` gives one.

    A `book` (a Codebook) is used where there is one: for the types of columns, for labels in their order, and for the
    first and last day of spells.
    """

    @property
    def component(self) -> str:
        """The register's name."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that were asked for; `year` and `school_year` need not be among them."""

    @property
    def sources(self) -> Sequence[SourceFile]:
        """The files."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out or mended, in words without values."""

    @property
    def objections(self) -> int:
        """Persons removed because they objected."""

    def relation(self, connection: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyRelation":
        """The records, for that connection to scan."""
