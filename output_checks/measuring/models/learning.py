"""Which model of machine learning is measured by which module."""

from collections.abc import Mapping

import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.models.clusters import CLUSTERS, tabulate_clusters
from output_checks.measuring.models.learned import Learned, refused
from output_checks.measuring.models.trees import CLASSIFIER, REGRESSOR, tabulate_tree
from output_checks.measuring.units import Units


def tabulate_learned(
    fitted: object,
    *,
    data: pd.DataFrame,
    outcome: str,
    units: Units,
    minimum: Mapping[str, float],
    decimals: int = 4,
    population: str = "all records",
) -> Learned:
    """A tree or clusters of scikit-learn as tables of what is measured in `data`.

    `minimum` is the fewest units of each level, for questions about splits.

    Raises
    ------
    InputError
        It is another model, or was not fitted on these data.
    """
    name = type(fitted).__name__ if type(fitted).__module__.startswith("sklearn.") else ""
    if name in {CLASSIFIER, REGRESSOR}:
        return tabulate_tree(
            fitted,
            data=data,
            outcome=outcome,
            units=units,
            minimum=minimum,
            decimals=decimals,
            population=population,
        )
    if name == CLUSTERS:
        if outcome:
            raise InputError("Clusters explain nothing.", remedy="leave `outcome` out")
        return tabulate_clusters(fitted, data=data, units=units, decimals=decimals, population=population)
    raise refused(fitted)
