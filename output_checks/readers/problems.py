"""What is wrong with a file that cannot be read, and how large one may be."""

CELL_LIMIT = 1_000_000
"""Cells of a file at most; a table for publication has far fewer."""
BYTE_LIMIT = 50_000_000


class UnreadableError(Exception):
    """The file is not what its name says; the message is a sentence without values."""


def expect_size(rows: int, columns: int) -> None:
    """Refuse what is too large to be a table for publication.

    Raises
    ------
    UnreadableError
        It has more than a million cells.
    """
    if rows * columns > CELL_LIMIT:
        raise UnreadableError("it is too large to be a table for publication")


def expect_bytes(size: int) -> None:
    """Refuse a file that is too large to be read.

    Raises
    ------
    UnreadableError
        It has more than fifty million bytes.
    """
    if size > BYTE_LIMIT:
        raise UnreadableError("it is too large to be a table for publication")
