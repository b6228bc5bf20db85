"""Members as bytes: a zip of plain arrays, apart from the evidence, so that no list of units is among what people read.

Per tabulation the cells in as few bytes as they need, the finest units as they are, and coarser ones by number.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from output_checks.errors import InputError
from output_checks.model.evidence import Output
from output_checks.model.members import Members

_CELLS, _REPEATED, _MARKS, _UNITS, _CODES, _KEYS = "cells", "repeated", "marks", "units", "codes", "keys"


def encode_members(found: Mapping[str, Members], *, compress: bool = False) -> bytes:
    """Members by the name of their tabulation, which is `<output>/<position>`. The same members give the same bytes."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for name, members in found.items():
        arrays[f"{name}/{_CELLS}"] = _narrowest(members.cells)
        arrays[f"{name}/{_REPEATED}"] = np.array([members.repeated])
        if members.marks is not None:
            arrays[f"{name}/{_MARKS}"] = members.marks
        for number, (level, hashes) in enumerate(members.units.items()):
            place = f"{name}/{number}/{level}"
            if number == 0:
                arrays[f"{place}/{_UNITS}"] = hashes
            else:
                keys, codes = np.unique(hashes, return_inverse=True)
                arrays[f"{place}/{_KEYS}"] = keys
                arrays[f"{place}/{_CODES}"] = _narrowest(codes)
    written = io.BytesIO()
    save = np.savez_compressed if compress else np.savez
    save(written, allow_pickle=False, **arrays)
    return written.getvalue()


def decode_members(content: bytes, *, source: str) -> dict[str, Members]:
    """Read what `encode_members` wrote.

    Raises
    ------
    InputError
        These are not its bytes.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        names = [name.removesuffix(f"/{_CELLS}") for name in arrays if name.endswith(f"/{_CELLS}")]
        return {name: _of(name, arrays) for name in names}
    except (ValueError, KeyError, OSError, IndexError, zipfile.BadZipFile, InputError):
        raise InputError(f"{source} does not hold members.", remedy="the file as output_checks wrote it") from None


def members_of(outputs: Sequence[Output]) -> dict[str, Members]:
    """The members of all tabulations that have them, each by its name."""
    return {
        f"{output.name}/{position}": tabulation.members
        for output in outputs
        for position, tabulation in enumerate(output.tabulations)
        if tabulation.members is not None
    }


def with_members(output: Output, found: Mapping[str, Members]) -> Output:
    """An output whose tabulations have the members found for them.

    Raises
    ------
    InputError
        They are in cells that a tabulation does not have.
    """
    tabulations = []
    for position, tabulation in enumerate(output.tabulations):
        members = found.get(f"{output.name}/{position}")
        if members is not None and len(members) and int(members.cells.max()) >= len(tabulation.cells):
            raise InputError(f"The members of {output.name} are not those of its cells.", remedy="register it again")
        tabulations.append(replace(tabulation, members=members))
    return replace(output, tabulations=tuple(tabulations))


def _of(name: str, arrays: Mapping[str, npt.NDArray[np.generic]]) -> Members:
    levels: dict[int, tuple[str, npt.NDArray[np.uint64]]] = {}
    for key in arrays:
        own, _, rest = key.removeprefix(f"{name}/").partition("/")
        if not key.startswith(f"{name}/") or not own.isdigit():
            continue
        level, _, what = rest.rpartition("/")
        if what == _UNITS:
            levels[int(own)] = level, arrays[key].astype(np.uint64, copy=False)
        elif what == _KEYS:
            codes = arrays[f"{name}/{own}/{level}/{_CODES}"]
            levels[int(own)] = level, arrays[key].astype(np.uint64, copy=False)[codes.astype(np.int64)]
    marks = arrays.get(f"{name}/{_MARKS}")
    return Members(
        units=dict(levels[number] for number in sorted(levels)),
        cells=arrays[f"{name}/{_CELLS}"].astype(np.int32, copy=False),
        marks=None if marks is None else marks.astype(np.uint32, copy=False),
        repeated=bool(arrays[f"{name}/{_REPEATED}"][0]),
    )


def _narrowest(numbers: npt.NDArray[np.integer]) -> npt.NDArray[np.generic]:
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))
