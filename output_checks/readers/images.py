"""Look inside a PNG for what an eye does not see."""

import struct

from output_checks.readers.tables import UnreadableError

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS_AND_COLOUR = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"pHYs", b"gAMA", b"sRGB", b"cHRM", b"tRNS", b"bKGD", b"sBIT"}


def read_png_remarks(content: bytes) -> tuple[str, ...]:
    """Sentences on anything in the file besides the picture: text, profiles, bytes after its end.

    Raises
    ------
    UnreadableError
        The bytes are not a PNG, or are cut short.
    """
    if not content.startswith(_SIGNATURE):
        raise UnreadableError("it is not a PNG picture")
    position = len(_SIGNATURE)
    kinds: list[bytes] = []
    while position < len(content) and (not kinds or kinds[-1] != b"IEND"):
        if position + 12 > len(content):
            raise UnreadableError("it is cut short")
        (length,) = struct.unpack(">I", content[position : position + 4])
        kinds.append(content[position + 4 : position + 8])
        position += 12 + length
    if position > len(content) or not kinds or kinds[-1] != b"IEND":
        raise UnreadableError("it is cut short")
    remarks = []
    extra = sorted({kind.decode("ascii", errors="replace") for kind in kinds if kind not in _PIXELS_AND_COLOUR})
    if extra:
        remarks.append(f"it carries more than a picture (PNG chunks {', '.join(extra)})")
    if position < len(content):
        remarks.append("it has bytes after the end of the picture")
    return tuple(remarks)
