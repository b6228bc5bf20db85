"""Clusters: a centroid is a mean of its members."""

from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.models.features import expect_free, features_of, not_the_same
from output_checks.measuring.models.learned import Learned
from output_checks.measuring.table import tabulate
from output_checks.measuring.units import Units
from output_checks.model.evidence import Tabulation
from output_checks.model.statistic import Statistic

CLUSTERS = "KMeans"
CLUSTER = "cluster"


def tabulate_clusters(
    clusters: Any,  # noqa: ANN401 - an optional package
    *,
    data: pd.DataFrame,
    units: Units,
    decimals: int = 4,
    population: str = "all records",
) -> Learned:
    """A fitted KMeans of scikit-learn as a table: members and means of each cluster, numbered from 1.

    The means are those of the members in `data`, which the centroids are too once the algorithm has settled.

    Raises
    ------
    InputError
        It is not fitted, or not on these data.
    """
    features = features_of(clusters, data, units=units)
    if not hasattr(clusters, "cluster_centers_"):
        raise InputError("The clusters are not fitted.", remedy="clusters.fit(data[columns])")
    if len(clusters.cluster_centers_) < 2:
        raise InputError("One cluster is everyone.", remedy="release.table(...) of the columns")
    expect_free(CLUSTER, data)
    own = np.asarray(clusters.predict(features), dtype=np.int64)
    size = len(clusters.cluster_centers_)
    if not np.array_equal(np.bincount(own, minlength=size), np.bincount(clusters.labels_, minlength=size)):
        raise not_the_same(clusters)
    labels = [str(number) for number in range(1, size + 1)]
    frame = data.assign(**{CLUSTER: pd.Categorical.from_codes(own, categories=pd.Index(labels), ordered=True)})
    kept = frame[[CLUSTER, *features.columns, *(name for name in units.key_columns if name in data.columns)]]
    (count,) = tabulate(kept, by=[CLUSTER], statistics=[], units=units, population=population)
    means: list[Tabulation] = []
    for name in features.columns:
        _, mean = tabulate(
            kept,
            by=[CLUSTER],
            value=str(name),
            statistics=[Statistic.MEAN],
            units=units,
            decimals=decimals,
            population=population,
        )
        means.append(mean)
    listed = ", ".join(map(str, features.columns))
    return Learned(
        tabulations=(count, *means),
        title=f"{size} clusters by {listed}",
        description={"estimator": CLUSTERS, "columns": listed},
    )
