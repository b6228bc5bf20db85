"""Provinces, municipalities and neighbourhoods; which of them are better off."""

from dataclasses import dataclass

import numpy as np

from nco_research.synthetic.draws import Floats, Ints, generator, pick
from nco_research.synthetic.plan import Plan

PROVINCES = 12
_SCHOOLS_PER_MUNICIPALITY = 19
_NEIGHBOURHOODS_PER_SCHOOL = 0.6
_BETWEEN_MUNICIPALITIES, _BETWEEN_NEIGHBOURHOODS = 0.25, 0.45
"""Standard deviations of background; that of all families together is 1."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Geography:
    """Neighbourhoods, in the order of their municipalities."""

    municipality: Ints
    """Of each neighbourhood."""
    size: Floats
    """Share of families, of each neighbourhood."""
    background: Floats
    """Mean of the families, of each neighbourhood."""
    province: Ints
    """Of each municipality."""

    @property
    def municipalities(self) -> int:
        """How many there are."""
        return len(self.province)

    @property
    def size_of_municipalities(self) -> Floats:
        """Share of families, of each municipality."""
        return np.bincount(self.municipality, weights=self.size, minlength=self.municipalities).astype(np.float64)


def make_geography(plan: Plan) -> Geography:
    """Municipalities of very different size; at least two neighbourhoods in each."""
    rng = generator(plan.seed, "geography")
    municipalities = max(2, round(plan.schools / _SCHOOLS_PER_MUNICIPALITY))
    weights = rng.lognormal(0.0, 0.8, municipalities)
    wanted = max(2 * municipalities, round(plan.schools * _NEIGHBOURHOODS_PER_SCHOOL))
    further = pick(rng, weights, wanted - 2 * municipalities)
    municipality = np.sort(np.r_[np.repeat(np.arange(municipalities), 2), further]).astype(np.int32)
    size = weights[municipality] / np.bincount(municipality)[municipality] * rng.uniform(0.5, 1.5, len(municipality))
    between = rng.normal(0.0, _BETWEEN_MUNICIPALITIES, municipalities)[municipality]
    background = between + rng.normal(0.0, _BETWEEN_NEIGHBOURHOODS, len(municipality))
    return Geography(
        municipality=municipality,
        size=size / size.sum(),
        background=background - np.average(background, weights=size),
        province=np.sort(rng.integers(0, PROVINCES, municipalities)),
    )
