"""Look at a workbook as the zip archive that it is: parts, and bytes, that no cell shows."""

import re
import zipfile

from openpyxl.utils import range_boundaries

from output_checks.readers.problems import UnreadableError, expect_size

_UNPACKED_LIMIT = 80_000_000
_TIMES_ITS_SIZE = 100
_DESCRIPTOR, _HAS_DESCRIPTOR = 24, 8
_LOCAL_HEADER, _END_OF_DIRECTORY = 30, 22
_FAULTS = {
    "pivotCache": "it carries a pivot cache, which holds the records behind a table",
    "embeddings": "it carries an embedded file",
    "vbaProject": "it carries macros",
    "macrosheets": "it carries macros",
    "externalLink": "it carries values of another workbook that it is linked to",
    "connections": "it carries a connection to a database",
    "queryTables": "it carries a query",
    "activeX": "it carries controls",
    "/model/": "it carries a data model, which holds the records behind a table",
    "customXml": "it carries data of another program",
}
_REMARKS = {
    "omments": "it has comments",
    "drawings/": "it has drawings, figures or text boxes",
    "media/": "it has pictures",
    "charts/": "it has figures, which keep a copy of what they draw",
    "licer": "it has slicers",
    "revisions": "it keeps its earlier versions",
    "thumbnail": "it has a picture of what it was before",
}
_USUAL = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core|custom)\.xml"
    r"|xl/(_rels/workbook\.xml\.rels|(workbook|styles|sharedStrings|calcChain|metadata)\.xml|theme/theme\d+\.xml"
    r"|worksheets/(sheet\d+\.xml|_rels/sheet\d+\.xml\.rels)|tables/table\d+\.xml|persons/person\d*\.xml"
    r"|printerSettings/printerSettings\d+\.bin)"
)
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=\"([A-Z]+\d+:[A-Z]+\d+)\"")
_TEXT = re.compile(rb"<(?:\w+:)?si\b")
_USED = re.compile(rb"\bt=\"s\"[^>]*>\s*(?:<[^v][^>]*>[^<]*</[^>]*>\s*)*<(?:\w+:)?v>\s*(\d+)\s*<")


def package_problems(archive: zipfile.ZipFile, content: bytes) -> tuple[list[str], list[str]]:
    """Faults and remarks about the parts of a workbook, of which those that are not usual are remarked on.

    Raises
    ------
    UnreadableError
        It unpacks to far more than its size, or merges more cells than a table can have.
    """
    size = sum(item.file_size for item in archive.infolist())
    if size > min(_UNPACKED_LIMIT, _TIMES_ITS_SIZE * max(len(content), 1_000_000)):
        raise UnreadableError("it unpacks to far more than its size")
    names = archive.namelist()
    faults = [text for part, text in _FAULTS.items() if any(part in name for name in names)]
    remarks = [text for part, text in _REMARKS.items() if any(part in name for name in names)]
    told = [*_FAULTS, *_REMARKS]
    if any(not _USUAL.fullmatch(name) and not any(part in name for part in told) for name in names):
        remarks.append("it has a part that a workbook usually lacks")
    if _has_loose_bytes(archive, content):
        faults.append("it has bytes that belong to no part of it")
    sheets = [archive.read(name) for name in dict.fromkeys(names) if re.match(r"xl/worksheets/[^/]+\.xml$", name)]
    _expect_few_merged(sheets)
    if "xl/sharedStrings.xml" in names:
        texts = len(_TEXT.findall(archive.read("xl/sharedStrings.xml")))
        used = {int(number) for sheet in sheets for number in _USED.findall(sheet)}
        if texts > len(used):
            faults.append("it keeps texts that no cell shows")
    return list(dict.fromkeys(faults)), list(dict.fromkeys(remarks))


def _has_loose_bytes(archive: zipfile.ZipFile, content: bytes) -> bool:
    """Whether there are bytes before, between or after the parts, two parts of one name, or a comment."""
    items = sorted(archive.infolist(), key=lambda item: item.header_offset)
    end = allowed = 0
    for item in items:
        if not 0 <= item.header_offset - end <= allowed:
            return True
        allowed = _DESCRIPTOR if item.flag_bits & _HAS_DESCRIPTOR else 0
        header = content[item.header_offset : item.header_offset + _LOCAL_HEADER]
        lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        end = item.header_offset + _LOCAL_HEADER + lengths + item.compress_size
    directory = content.find(b"PK\x01\x02", end)
    after = content.rfind(b"PK\x05\x06") + _END_OF_DIRECTORY
    names = archive.namelist()
    return bool(archive.comment or len(set(names)) < len(names) or directory - end > allowed or after != len(content))


def _expect_few_merged(sheets: list[bytes]) -> None:
    """Refuse merged cells of which there would be more than a table has: each is made when the workbook is read."""
    total = 0
    for sheet in sheets:
        for reference in _MERGED.findall(sheet):
            left, top, right, bottom = range_boundaries(reference.decode("ascii"))
            total += (int(right or 0) - int(left or 0) + 1) * (int(bottom or 0) - int(top or 0) + 1)
    expect_size(total, 1)
