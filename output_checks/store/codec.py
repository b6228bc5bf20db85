"""Types of the model as JSON, and back: strict, canonical, NaN as null."""

import json
from typing import Any, TypeVar, get_origin

import msgspec
import numpy as np

from output_checks.errors import InputError
from output_checks.model.members import Members

T = TypeVar("T")


def encode(value: object) -> bytes:
    """JSON in UTF-8. The same value gives the same bytes; mappings keep their order, which unit levels depend on."""
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=_to_plain), indent=1) + b"\n"


def decode(content: bytes, kind: type[T], *, source: str) -> T:
    """Read what `encode` wrote, checking every field's type.

    Raises
    ------
    InputError
        The content is not JSON, or not of this kind; the message says where, never what stood there.
    """
    try:
        return msgspec.json.decode(content, type=kind, dec_hook=_from_plain)
    except (msgspec.DecodeError, InputError, ValueError) as error:
        place = str(error).rpartition(" - at ")[2] if " - at " in str(error) else "an unknown place"
        raise InputError(
            f"{source} is not a valid {kind.__name__} (at {place}).", remedy="the file as output_checks wrote it"
        ) from None


def canonical_json(plain: object) -> bytes:
    """Plain data as the bytes that are hashed and signed."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def _to_plain(value: object) -> object:
    if isinstance(value, Members):
        return None  # they have a file of their own
    if isinstance(value, np.ndarray):
        return [None if not np.isfinite(number) and np.isnan(number) else _finite(number) for number in value.tolist()]
    raise NotImplementedError(type(value).__name__)


def _finite(number: float) -> float | str:
    return number if np.isfinite(number) else ("inf" if number > 0 else "-inf")


def _from_plain(kind: Any, value: object) -> object:  # noqa: ANN401 - msgspec hands over the annotation
    if (get_origin(kind) or kind) is np.ndarray and isinstance(value, list):
        return np.array([np.nan if number is None else float(number) for number in value], dtype=float)
    raise NotImplementedError(str(kind))
