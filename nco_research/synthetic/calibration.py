"""What a country measures, beside what it was made to measure: published figures, and assumptions that say so."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from nco_research.synthetic import parameters
from nco_research.synthetic.careers import SchoolYear
from nco_research.synthetic.draws import Bools, Floats
from nco_research.synthetic.ending import CITO
from nco_research.synthetic.scores import LEVELS
from nco_research.synthetic.truth import school_weights
from nco_research.synthetic.world import World

_BEFORE_PANDEMIC = 2019
_PANDEMIC = 2019
_PUBLISHED, _MEMORY, _ASSUMED = "published", "from memory", "assumed"


@dataclass(frozen=True, kw_only=True)
class Calibrated:
    """One figure: within the limits, both included, or not."""

    what: str
    lowest: float
    highest: float
    measured: float
    source: str
    decimals: int = 2

    @property
    def holds(self) -> bool:
        """Whether it is within the limits; also where nothing could be measured."""
        return bool(np.isnan(self.measured) or self.lowest <= self.measured <= self.highest)


def calibration(world: World) -> list[Calibrated]:
    """Measure a country. NaN where the years have nothing to measure, as the pandemic before 2020."""
    years = list(world.careers.since(world.plan.first_year))
    tests = pd.concat([_tests(world, item) for item in years], ignore_index=True)
    return [
        *_score_means(tests),
        *_between_schools(tests),
        *_levels(tests),
        *_growth(world, tests),
        *_missing(world, years, tests),
        *_schools(world),
        *_pupils(world, years),
        *_end_test(world, years),
    ]


def _tests(world: World, item: SchoolYear) -> pd.DataFrame:
    scores = world.scores(item)
    frame = pd.DataFrame(
        {
            "year": np.full(len(scores), item.year, dtype=np.int16),
            "child": item.child[scores.pupil],
            "school": item.school[scores.pupil],
            "grade": item.grade[scores.pupil],
            "domain": scores.domain,
            "test": scores.test,
            "score": scores.score.astype(np.float32),
            "level": scores.level,
            "newer": scores.newer,
        }
    )
    return frame[frame["score"] < 999]


def _score_means(tests: pd.DataFrame) -> Iterator[Calibrated]:
    newer = tests[tests["newer"] & (tests["year"] < _BEFORE_PANDEMIC)]
    for domain, name, test, mean in (
        ("BL", "reading, end of grade 3", "E3", 121),
        ("BL", "reading, end of grade 8", "E8", 207),
        ("SP", "spelling, end of grade 3", "E3", 166),
        ("SP", "spelling, end of grade 8", "E8", 375),
    ):
        of = newer[
            (newer["domain"] == parameters.DOMAINS.index(domain)) & (newer["test"] == parameters.TESTS.index(test))
        ]
        yield Calibrated(
            what=f"mean score, {name}", lowest=mean - 3, highest=mean + 3, measured=of["score"].mean(),
            source=_PUBLISHED, decimals=1,
        )  # fmt: skip


def _between_schools(tests: pd.DataFrame) -> Iterator[Calibrated]:
    for domain, name in (("RW", "arithmetic"), ("BL", "reading")):
        for test in ("E3", "E7"):
            of = tests[
                tests["newer"]
                & (tests["domain"] == parameters.DOMAINS.index(domain))
                & (tests["test"] == parameters.TESTS.index(test))
            ]
            yield Calibrated(
                what=f"variance between schools, {name} {test}", lowest=0.08, highest=0.20,
                measured=_share_between(of["score"].to_numpy(), of["school"].to_numpy()), source=_MEMORY,
            )  # fmt: skip


def _share_between(values: Floats, school: Floats) -> float:
    """Intraclass correlation by analysis of variance, for groups of unequal size."""
    groups = pd.Series(values).groupby(school)
    sizes = groups.size().to_numpy()
    if len(sizes) < 2 or len(values) <= len(sizes):
        return float("nan")
    within = float(((values - groups.transform("mean").to_numpy()) ** 2).sum()) / (len(values) - len(sizes))
    means = groups.mean().to_numpy()
    between = float((sizes * (means - values.mean()) ** 2).sum()) / (len(sizes) - 1)
    typical = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(sizes) - 1)
    variance = max(0.0, (between - within) / typical)
    return float(variance / (variance + within))


def _levels(tests: pd.DataFrame) -> Iterator[Calibrated]:
    before = tests[tests["year"] < _BEFORE_PANDEMIC]
    for place, level in enumerate(LEVELS):
        yield Calibrated(
            what=f"share of tests at level {level}", lowest=0.17, highest=0.23,
            measured=(before["level"] == place).mean() if len(before) else float("nan"), source=_PUBLISHED,
        )  # fmt: skip


def _growth(world: World, tests: pd.DataFrame) -> Iterator[Calibrated]:
    """From the M to the E test of 2019/20 beside the years before, in standard deviations of the E test."""
    spread = np.array([parameters.SCALES[name].deviations for name in parameters.DOMAINS])
    usual = np.array([parameters.SCALES[name].means for name in parameters.DOMAINS])
    newer = tests[tests["newer"]].copy()
    domain, test = newer["domain"].to_numpy(), newer["test"].to_numpy()
    newer["z"] = (newer["score"] - usual[domain, test]) / spread[domain, test]
    newer["moment"] = newer["test"] % 2
    wide = newer.pivot_table(index=["year", "child", "domain"], columns="moment", values="z")
    gained = (wide[1] - wide[0]).dropna().reset_index(name="gain") if {0, 1} <= {*wide.columns} else pd.DataFrame()
    if not len(gained) or not (gained["year"] == _PANDEMIC).any() or not (gained["year"] < _PANDEMIC).any():
        loss, gap = float("nan"), float("nan")
    else:
        closed, before = gained[gained["year"] == _PANDEMIC], gained[gained["year"] < _PANDEMIC]
        loss = closed["gain"].mean() - before["gain"].mean()
        background = world.families.background[world.children.family[closed["child"].to_numpy()]]
        low, high = np.quantile(background, [1 / 3, 2 / 3])
        gap = closed["gain"][background < low].mean() - closed["gain"][background > high].mean()
    yield Calibrated(
        what="growth in spring 2020 less that of earlier years, in standard deviations", lowest=-0.17, highest=-0.06,
        measured=loss, source=_PUBLISHED,
    )  # fmt: skip
    yield Calibrated(
        what="the same, lowest third of backgrounds less highest third", lowest=-0.20, highest=0.0, measured=gap,
        source=_ASSUMED,
    )  # fmt: skip


def _missing(world: World, years: list[SchoolYear], tests: pd.DataFrame) -> Iterator[Calibrated]:
    """Of tests at the end of grades 3 to 7, at schools that take part."""
    ends = tests[(tests["grade"] <= 7) & (tests["test"] % 2 == 1)]
    for what, pandemic, lowest, highest in (
        ("tests missing in an ordinary spring", False, 0.02, 0.06),
        ("tests missing in spring 2020", True, 0.30, 0.60),
    ):
        expected = len(parameters.DOMAINS) * sum(
            np.count_nonzero((item.grade >= 3) & (item.grade <= 7) & (world.schools.joins[item.school] <= item.year))
            for item in years
            if (item.year == _PANDEMIC) is pandemic
        )
        taken = np.count_nonzero((ends["year"] == _PANDEMIC) == pandemic)
        yield Calibrated(
            what=what, lowest=lowest, highest=highest, measured=1 - taken / expected if expected else float("nan"),
            source=_ASSUMED,
        )  # fmt: skip


def _schools(world: World) -> Iterator[Calibrated]:
    weights = school_weights(world)
    known = weights[~np.isnan(weights)]
    for what, lowest, highest, measured, source in (
        ("school weighting, lowest", 20, 30, known.min(), _PUBLISHED),
        ("school weighting, mean", 29, 31, known.mean(), _ASSUMED),
        ("school weighting, highest", 30, 40, known.max(), _PUBLISHED),
    ):
        yield Calibrated(what=what, lowest=lowest, highest=highest, measured=float(measured), source=source, decimals=1)
    per_board = np.bincount(world.schools.board)
    yield Calibrated(
        what="schools per board, mean", lowest=2, highest=12, measured=float(per_board[per_board > 0].mean()),
        source=_ASSUMED, decimals=1,
    )  # fmt: skip


def _pupils(world: World, years: list[SchoolYear]) -> Iterator[Calibrated]:
    last = years[-1]
    family = world.children.family[last.child]
    siblings: Bools = np.bincount(family, minlength=len(world.families))[family] > 1
    repeats = _repeats(years)
    special = world.schools.special_primary[last.school]
    outside = ~world.people.in_register(last.child, last.year)
    for what, lowest, highest, measured in (
        ("pupils with a brother or sister in primary education", 0.40, 0.75, siblings.mean()),
        ("pupils who repeat a grade, per year", 0.010, 0.030, repeats),
        ("pupils in special primary education", 0.0, 0.04, special.mean()),
        ("pupils in special education, beside those in primary", 0.002, 0.02, len(last.special) / max(len(last), 1)),
        ("pupils known by an education number only", 0.0, 0.01, outside.mean()),
    ):
        yield Calibrated(
            what=what, lowest=lowest, highest=highest, measured=float(measured), source=_ASSUMED, decimals=3
        )


def _repeats(years: list[SchoolYear]) -> float:
    repeated, followed = 0, 0
    for before, after in pairwise(years):
        _, first, second = np.intersect1d(before.child, after.child, assume_unique=True, return_indices=True)
        followed += len(first)
        repeated += int((before.grade[first] == after.grade[second]).sum())
    return repeated / followed if followed else float("nan")


def _end_test(world: World, years: list[SchoolYear]) -> Iterator[Calibrated]:
    scores = np.concatenate([ending.score[np.isin(ending.test, CITO)] for ending in map(world.endings, years)])
    for what, lowest, highest, measured in (
        ("Cito's end test, mean", 533, 537, scores.mean() if len(scores) else np.nan),
        ("Cito's end test, standard deviation", 8.5, 11.5, scores.std() if len(scores) else np.nan),
    ):
        yield Calibrated(
            what=what, lowest=lowest, highest=highest, measured=float(measured), source=_MEMORY, decimals=1
        )
