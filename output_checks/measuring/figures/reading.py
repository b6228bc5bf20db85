"""What stands in axes: bars, lines, points, shapes and areas, as points in the numbers of the axes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from output_checks.model.evidence import Floats

ARROW = "an arrow"
_CLOSES = 79
_STRAIGHT = {1, 2, _CLOSES}
"""Codes of a path: begin, draw a straight line, close. All others are curves."""
_MOST_CORNERS = 30
"""Of the marks that matplotlib has; letters and figures have more."""
_AREAS = {"PolyCollection", "FillBetweenPolyCollection", "PatchCollection"}
_Box: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, width, height."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """One thing that is drawn. Its points are 2-D; None where they could not be read."""

    what: str
    points: Floats | None
    other_ways: tuple[Floats, ...] = ()
    """The same drawing as it would look elsewhere: a bar on top of another as if it stood alone."""
    box: bool = False
    persons: bool = False
    """Whether each point may be a person."""
    placeless: bool = False
    """Whether its places are no data: the shapes of a map, the squares of a table that is coloured."""
    plain: bool = False
    """Whether it is all of one colour."""
    colours: Floats | None = None
    """Numbers that its colours stand for."""
    number: int = 1
    """How many shapes or points it is."""
    colouring: Any = None
    """What turns these numbers into colours, for which a colour scale may be drawn."""


def drawn(axes: Any) -> Iterator[Drawn]:  # noqa: ANN401 - matplotlib is optional
    """Everything in the axes; what breaks the reading is something that could not be read."""
    try:
        yield from _all(axes)
    except (AttributeError, TypeError, ValueError, IndexError):
        yield Drawn(what="something", points=None)


def _all(axes: Any) -> Iterator[Drawn]:  # noqa: ANN401
    if axes.name != "rectilinear":
        yield Drawn(what="something round or in three dimensions", points=None)
        return
    yield from _patches(axes)
    if any(_several(axes.patches, get) for get in ("get_linewidth", "get_alpha")):
        yield Drawn(what="shapes of different strengths", points=None)
    for line in axes.lines:
        if not isinstance(line.get_marker(), str | int):
            yield Drawn(what="points of a shape of their own", points=None)
        in_place = _in_place(line.get_transform(), axes)
        points = np.asarray(line.get_xydata(), dtype=float) if in_place else None
        yield Drawn(what="a line or points", points=points, persons=_marked(line))
    for collection in axes.collections:
        yield _collection(collection, axes)
    for image in axes.images:
        yield _image(image)
    for text in axes.texts:
        if getattr(text, "arrow_patch", None) is not None:
            yield Drawn(what=ARROW, points=np.array([text.xy], dtype=float) if text.xycoords == "data" else None)
    if axes.tables or axes.artists:
        yield Drawn(what="a table or other object", points=None)


def _in_place(transform: Any, axes: Any) -> bool:  # noqa: ANN401
    """Whether something stands at its numbers along the axes, or from one end to the other along one of them."""
    return any(transform == known for known in (axes.transData, axes.get_xaxis_transform(), axes.get_yaxis_transform()))


def _marked(line: Any) -> bool:  # noqa: ANN401
    """Whether a line shows its points by themselves."""
    return str(line.get_marker()) not in {"None", "", " ", "|", "_"}


def _patches(axes: Any) -> Iterator[Drawn]:  # noqa: ANN401
    bars = [patch for patch in axes.patches if _is_bar(patch)]
    boxes: list[_Box] = [(bar.get_x(), bar.get_y(), bar.get_width(), bar.get_height()) for bar in bars]
    ends = _Ends(boxes)
    if not all(_in_place(bar.get_data_transform(), axes) for bar in bars):
        yield Drawn(what="bars", points=None)
    for box in boxes:
        yield Drawn(what="bars", points=_corners(box), other_ways=tuple(map(_corners, ends.unstacked(box))), box=True)
    for patch in axes.patches:
        if _is_bar(patch):
            continue
        if patch.get_data_transform() != axes.transData:
            yield Drawn(what="a shape", points=None)
        else:
            path = patch.get_patch_transform().transform_path(patch.get_path())
            yield Drawn(what="a shape", points=_vertices([path]))


def _is_bar(patch: Any) -> bool:  # noqa: ANN401
    return type(patch).__name__ == "Rectangle" and patch.get_angle() == 0


def _corners(box: _Box) -> Floats:
    left, bottom, width, height = box
    return np.array([[left, bottom], [left + width, bottom + height]], dtype=float)


class _Ends:
    """Where bars end, to know those that begin there: such a bar says no more than its own length."""

    def __init__(self, boxes: Sequence[_Box]) -> None:
        self.above = {_place(left, width, bottom + height) for left, bottom, width, height in boxes}
        self.beside = {_place(bottom, height, left + width) for left, bottom, width, height in boxes}

    def unstacked(self, box: _Box) -> Iterator[_Box]:
        """The bar as it would stand alone, where it begins at the end of another."""
        left, bottom, width, height = box
        if bottom != 0 and _place(left, width, bottom) in self.above:
            yield left, 0.0, width, height
        if left != 0 and _place(bottom, height, left) in self.beside:
            yield 0.0, bottom, width, height


def _place(*numbers: float) -> tuple[float, ...]:
    return tuple(round(float(number), 9) for number in numbers)


def _vertices(paths: Sequence[Any]) -> Floats | None:
    """Where straight lines of these paths begin and end; None where one is curved."""
    found = [np.empty((0, 2))]
    for path in paths:
        vertices = np.asarray(path.vertices, dtype=float)
        if path.codes is not None:
            if not set(np.unique(path.codes).tolist()) <= _STRAIGHT:
                return None
            vertices = vertices[path.codes != _CLOSES]
        found.append(vertices)
    return np.concatenate(found)


def _collection(collection: Any, axes: Any) -> Drawn:  # noqa: ANN401
    """Points, segments or areas; with the numbers behind their colours where there are any."""
    if any(_several([collection], get) for get in ("get_sizes", "get_linewidths", "get_alpha")):
        return Drawn(what="points or areas of different sizes or strengths", points=None)
    known = {"colours": _numbers(collection), "colouring": collection}
    name = type(collection).__name__
    if hasattr(collection, "get_segments"):
        segments = collection.get_segments()
        if not _in_place(collection.get_transform(), axes) or len(collection.get_offsets()) > 1:
            return Drawn(what="intervals", points=None)
        points = np.concatenate(segments) if segments else np.empty((0, 2))
        return Drawn(what="intervals", points=np.asarray(points, dtype=float), **known)
    if name == "PathCollection":
        return _marks(collection, known)
    if name == "QuadMesh":
        return _mesh(collection, known)
    return _areas(collection, axes, known) if name in _AREAS else Drawn(what="something", points=None)


def _marks(collection: Any, known: dict[str, Any]) -> Drawn:  # noqa: ANN401
    """Points, each with one of the marks that matplotlib has."""
    if not _in_place(collection.get_offset_transform(), collection.axes):
        return Drawn(what="points", points=None)
    if any(len(path.vertices) > _MOST_CORNERS for path in collection.get_paths()):
        return Drawn(what="points of a shape of their own", points=None)
    points = np.asarray(np.ma.filled(collection.get_offsets(), np.nan), dtype=float)
    return Drawn(what="points", points=points, persons=True, number=len(points), **known)


def _areas(collection: Any, axes: Any, known: dict[str, Any]) -> Drawn:  # noqa: ANN401
    """Shapes; without points where they stand somewhere else than their corners say."""
    in_place = len(collection.get_offsets()) <= 1 and collection.get_transform() == axes.transData
    paths = collection.get_paths() if in_place else []
    colours = len(np.unique(np.asarray(collection.get_facecolor()), axis=0))
    return Drawn(
        what="areas",
        points=_vertices(paths) if in_place else None,
        placeless=in_place,
        plain=colours <= 1,
        number=max(len(paths), len(collection.get_offsets())),
        **known,
    )


def _mesh(collection: Any, known: dict[str, Any]) -> Drawn:  # noqa: ANN401
    """Squares beside each other; None where they are not all of one size."""
    corners = np.asarray(collection.get_coordinates(), dtype=float)
    rows, columns = corners.shape[0] - 1, corners.shape[1] - 1
    down, across = np.meshgrid(np.arange(rows + 1.0), np.arange(columns + 1.0), indexing="ij")
    plain = np.array_equal(corners, np.stack([across, down], axis=-1))
    return Drawn(
        what="areas",
        points=corners[[0, -1], [0, -1]] if plain else None,
        number=rows * columns,
        placeless=True,
        **known,
    )


def _several(artists: Sequence[Any], get: str) -> bool:
    """Whether they have different sizes, widths or strengths among them."""
    found: list[Any] = [getattr(artist, get, list)() for artist in artists]
    numbers = [np.ravel(np.asarray(item, dtype=float)) for item in found if item is not None]
    return len(np.unique(np.concatenate(numbers))) > 1 if numbers else False


def _numbers(mappable: Any) -> Floats | None:  # noqa: ANN401
    """The numbers behind colours; None where colours were given as such."""
    array = mappable.get_array()
    if array is None:
        return None
    return np.asarray(np.ma.filled(np.ma.asarray(array, dtype=float), np.nan), dtype=float).ravel()


def _image(image: Any) -> Drawn:  # noqa: ANN401
    array = image.get_array()
    left, right, bottom, top = image.get_extent()
    if type(image).__name__ != "AxesImage" or array is None or np.ndim(array) != 2:
        return Drawn(what="a picture", points=None)
    rows, columns = np.shape(array)
    plain = sorted([left, right]) == [-0.5, columns - 0.5] and sorted([bottom, top]) == [-0.5, rows - 0.5]
    return Drawn(
        what="a picture",
        points=np.array([[left, bottom], [right, top]]) if plain else None,
        colours=_numbers(image),
        colouring=image,
        number=rows * columns,
        placeless=True,
    )
