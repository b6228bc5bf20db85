"""What the evidence needs of a fitted model, whatever package fitted it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from output_checks.measuring.units import Codes
from output_checks.model.evidence import Floats

NO_COLUMN = -1
"""Of a parameter that no column of the design belongs to: a variance, a cut point."""


class Explains(StrEnum):
    """What a model explains, which says which of its values may not be rare."""

    NUMBER = "a number"
    COUNT = "a count"  # those above zero are what it tells of
    EVENT = "when something happens"  # those to whom it happened
    CATEGORY = "a category"  # each of them, by a model of chances


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """A fitted model. n observations, k columns, p parameters."""

    package: str
    description: Mapping[str, str]
    """What was fitted, in words: estimator, outcome, effects, standard errors."""
    terms: tuple[str, ...]
    """p names, each once."""
    estimates: Floats
    standard_errors: Floats
    columns: Codes
    """Per parameter, the column of the design that it belongs to, or `NO_COLUMN`."""
    names: tuple[str, ...]
    """Per column its name, so that it can be looked up in the researcher's data."""
    design: Floats
    """n × k, as the columns entered the model, effects not yet removed."""
    within: Floats
    """n × k or more: what leverage is measured in. Effects removed, times the square roots of the weights."""
    outcome: Floats
    """n values; a category as its number, an event as 1 where it happened."""
    outcome_name: str
    explains: Explains = Explains.NUMBER
    residual: Floats | None = None
    """n, in the scale of `within`; None where a single outcome cannot weigh much."""
    unexplained: float
    """Share (0–1) of the variance of the outcome, effects removed, that the model leaves; NaN where there is none."""
    weights: Floats
    """n; the same for all where the model has none."""
    rows: "pd.Index[Any] | None"
    """Label in the researcher's data of each observation. None where the model kept no labels: its n rows in order."""
    by_number: bool = False
    """Whether the labels are positions in the data, for packages that number the rows they are given."""
    residual_degrees_of_freedom: float
    effects: int = 0
    """Absorbed effects: parameters that are estimated but not reported."""
    instruments: Floats | None = None
    """n × q, columns that decide on the coefficients though they have none."""
    groups: Codes | None = None
    """n, where observations are groups of records (their means): the group of each record."""
    clusters: float = np.inf
    """How many clusters or random groups the standard errors and variances rest on; NaN where that cannot be told."""
    questions: tuple[str, ...] = field(default=())
    """What an output checker has to answer: what a model of this kind may give away that is not measured."""


def share_unexplained(outcome: Floats, predicted: Floats, weights: Floats | None = None) -> float:
    """Sum of squares around the prediction over that around the mean; 0 where all outcomes are the same.

    Efron's measure for outcomes of two values, R² from 1 for numbers (Efron 1978, JASA 73). `outcome` and `predicted`
    are n, or n × categories.
    """
    even = np.ones(len(outcome)) if weights is None else weights
    shape = (-1,) + (1,) * (outcome.ndim - 1)
    squares = (outcome - np.average(outcome, axis=0, weights=even)) ** 2 * even.reshape(shape)
    total = float(squares.sum())
    left = float((((outcome - predicted) ** 2) * even.reshape(shape)).sum())
    return left / total if total > 0 else 0.0


def indicators(codes: Codes, size: int) -> Floats:
    """n × size, 1 in the column of each row's category."""
    matrix = np.zeros((len(codes), size))
    matrix[np.arange(len(codes)), codes] = 1.0
    return matrix


def as_floats(values: object) -> Floats:
    """Numbers of any package's container as one array of float64."""
    return np.asarray(values, dtype=np.float64)
