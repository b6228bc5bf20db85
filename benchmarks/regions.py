"""Tables of invented pupils by region, type of school, education of parents, background and year, with totals."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from output_checks.model.evidence import CellStatus, Tabulation
from output_checks.model.statistic import Statistic
from output_checks.protection.hierarchy import Hierarchy

_PROVINCES = 12
_AREAS = 40
_SCHOOLS, _EDUCATION, _BACKGROUND = 3, 5, 4


@dataclass(frozen=True, kw_only=True)
class Size:
    """How far the regions are divided, how many years there are, and how many pupils a year."""

    levels: tuple[str, ...]
    years: int
    municipalities: int = 340
    pupils: int = 180_000


SIZES = {
    "T1": Size(levels=("province",), years=1),
    "T2": Size(levels=("corop", "province"), years=1),
    "T3": Size(levels=("corop", "province"), years=5),
    "T4": Size(levels=("municipality", "corop", "province"), years=1),
    "T5": Size(levels=("municipality", "corop", "province"), years=5),
    "T6": Size(levels=("municipality", "corop", "province"), years=5, municipalities=1_250, pupils=650_000),
}


def table(size: Size, *, seed: int = 1) -> tuple[Tabulation, Hierarchy | None]:
    """Counts with every total of regions, schools, education, background and years."""
    inner = _pupils(size, np.random.default_rng(seed))
    others = ["school", "education", "background", *(["year"] if size.years > 1 else [])]
    by = [*size.levels, *others]
    parts = []
    for depth, *chosen in product(range(len(size.levels) + 1), *[(True, False)] * len(others)):
        names = [*size.levels[depth:], *(name for name, taken in zip(others, chosen, strict=True) if taken)]
        summed = inner.groupby(names, as_index=False)["n"].sum() if names else pd.DataFrame({"n": [inner["n"].sum()]})
        parts.append(summed.reindex(columns=[*by, "n"]))
    whole = pd.concat(parts, ignore_index=True)
    cells = whole[by].astype(object).where(whole[by].notna(), None)
    tabulation = Tabulation(
        statistic=Statistic.COUNT,
        by=tuple(by),
        cells=tuple(cells.itertuples(index=False, name=None)),
        values=whole["n"].to_numpy(dtype=float),
        status=(CellStatus.PUBLISHED,) * len(whole),
        decimals=0,
    )
    if len(size.levels) == 1:
        return tabulation, None
    rows = inner[list(size.levels)].drop_duplicates().itertuples(index=False, name=None)
    return tabulation, Hierarchy.from_columns(size.levels, list(rows))


def _pupils(size: Size, chance: np.random.Generator) -> pd.DataFrame:
    """Pupils per innermost combination: few large and many small municipalities, with their own mix of schools."""
    n = size.municipalities
    area = np.sort(np.concatenate([np.arange(_AREAS), chance.integers(0, _AREAS, n - _AREAS)]))
    province = np.sort(np.concatenate([np.arange(_PROVINCES), chance.integers(0, _PROVINCES, _AREAS - _PROVINCES)]))
    weight = chance.lognormal(0.0, 1.0, n)[:, None, None, None] * chance.lognormal(
        0.0, 0.5, (_SCHOOLS, _EDUCATION, _BACKGROUND)
    )
    mixes = ((0.45, 0.35, 0.20), (0.08, 0.17, 0.35, 0.27, 0.13), (0.78, 0.12, 0.07, 0.03))
    for axis, mix in enumerate(mixes):
        shape = [n, 1, 1, 1]
        shape[axis + 1] = len(mix)
        weight = weight * chance.dirichlet(np.array(mix) * 40, n).reshape(shape)
    frames = []
    for year in range(size.years):
        share = weight * chance.lognormal(0.0, 0.3, weight.shape)
        counts = chance.multinomial(size.pupils, (share / share.sum()).ravel())
        where = np.indices(weight.shape).reshape(4, -1)
        frames.append(
            pd.DataFrame(
                {
                    "municipality": [f"m{at:04d}" for at in where[0]],
                    "corop": [f"c{area[at]:02d}" for at in where[0]],
                    "province": [f"p{province[area[at]]:02d}" for at in where[0]],
                    "school": [f"s{at}" for at in where[1]],
                    "education": [f"e{at}" for at in where[2]],
                    "background": [f"b{at}" for at in where[3]],
                    "year": f"y{year}",
                    "n": counts,
                }
            )
        )
    names = [*size.levels, "school", "education", "background", "year"]
    return pd.concat(frames, ignore_index=True).groupby(names, as_index=False)["n"].sum()
