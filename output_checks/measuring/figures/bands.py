"""Areas on top of each other: one that begins where another ends says no more than its own height."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from output_checks.measuring.figures.reading import Drawn
from output_checks.model.evidence import Floats


def unstacked(items: Sequence[Drawn]) -> list[Drawn]:
    """The same things, areas that lie on others with a second way to read them: as if they stood alone."""
    bands = [_Band.of(item) for item in items]
    tops = [band.top for band in bands if band is not None]
    found = []
    for item, band in zip(items, bands, strict=True):
        on_another = band is not None and any(_same(band.bottom, top) for top in tops)
        found.append(replace(item, other_ways=(*item.other_ways, band.alone())) if band and on_another else item)
    return found


class _Band:
    """The lower and upper edge of an area: two points per place, in the order of the places."""

    def __init__(self, bottom: Floats, top: Floats) -> None:
        self.bottom = bottom
        self.top = top

    @classmethod
    def of(cls, item: Drawn) -> "_Band | None":
        if item.what != "areas" or item.points is None or item.colours is not None or len(item.points) < 4:
            return None
        places, at = np.unique(item.points[:, 0], return_inverse=True)
        low, high = np.full(len(places), np.inf), np.full(len(places), -np.inf)
        np.minimum.at(low, at, item.points[:, 1])
        np.maximum.at(high, at, item.points[:, 1])
        # Every point is on one of the two edges, or it is no band.
        if not (np.isclose(item.points[:, 1], low[at]) | np.isclose(item.points[:, 1], high[at])).all():
            return None
        return cls(np.column_stack([places, low]), np.column_stack([places, high]))

    def alone(self) -> Floats:
        """The band as it would stand on the base line."""
        height = np.column_stack([self.top[:, 0], self.top[:, 1] - self.bottom[:, 1]])
        return np.concatenate([height, height * np.array([1.0, 0.0])])


def _same(one: Floats, other: Floats) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=1e-9, atol=1e-9))
