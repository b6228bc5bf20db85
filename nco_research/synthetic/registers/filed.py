"""A file to be written: its place among the microdata, and how its table is made."""

from collections.abc import Callable
from dataclasses import dataclass

from nco_research.synthetic.table import Table

CONVERTED = "geconverteerde data"
"""Folder in which converted files lie beside the originals."""


@dataclass(frozen=True, kw_only=True)
class Filed:
    """Made only when it is written, so that no more than a few tables are in memory."""

    path: str
    """Below the folder with microdata, with `/` between its parts. The extension is the format."""
    make: Callable[[], Table]
