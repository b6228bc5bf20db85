"""One sheet of a file that somebody brings: its texts as they stand there, before anyone says what they mean."""

from dataclasses import dataclass

Row = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All rows have the same length; merged cells are filled in. Numbers are texts here too."""

    name: str = ""
    rows: tuple[Row, ...]
    decimal: str = ""
    """The decimal sign, where the file itself says so; empty where it has to be seen from the numbers."""
    european: bool = False
    """Whether its columns are separated by semicolons, as where the comma is the decimal sign."""
    hidden: bool = False
