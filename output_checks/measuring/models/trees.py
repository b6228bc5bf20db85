"""Decision trees: a leaf is a cell of a table, and a split may lie between the values of two persons."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring import columns
from output_checks.measuring.models.features import expect_free, features_of, not_the_same
from output_checks.measuring.models.learned import Learned
from output_checks.measuring.table import tabulate
from output_checks.measuring.units import Codes, Units
from output_checks.model.evidence import Flags, Floats
from output_checks.model.statistic import Statistic

CLASSIFIER, REGRESSOR = "DecisionTreeClassifier", "DecisionTreeRegressor"
LEAF = "leaf"
_EVERYONE = "everyone"


def tabulate_tree(
    tree: Any,  # noqa: ANN401 - an optional package
    *,
    data: pd.DataFrame,
    outcome: str,
    units: Units,
    minimum: Mapping[str, float],
    decimals: int = 4,
    population: str = "all records",
) -> Learned:
    """A fitted tree of scikit-learn as the table of its leaves.

    Of a classifier: records and percentages of each class in each leaf. Of a regressor: records, mean (median, where
    it was fitted by absolute errors) and standard deviation of the outcome. All of it is measured in `data`, not read
    from the tree. A leaf is called by the splits that lead to it, rounded to `decimals`.

    Raises
    ------
    InputError
        There is no outcome, or it or the data is not what the tree was fitted on.
    """
    features = features_of(tree, data, units=units)
    if not hasattr(tree, "tree_"):
        raise InputError("The tree is not fitted.", remedy="tree.fit(data[columns], data[outcome])")
    if not outcome:
        raise InputError("A tree does not know the name of what it explains.", remedy='outcome="track"')
    if outcome not in data.columns or getattr(tree, "n_outputs_", 1) != 1:
        raise InputError(f"The data has no column {outcome!r}, or the tree explains several.", remedy="outcome=...")
    if tree.tree_.node_count < 2:
        raise InputError("The tree has no split: its one leaf is everyone.", remedy="release.table(...) of the outcome")
    expect_free(LEAF, data)
    leaf = np.asarray(tree.apply(features), dtype=np.int64)
    nodes = tree.tree_
    if (np.bincount(leaf, minlength=nodes.node_count)[_leaves(nodes)] != nodes.n_node_samples[_leaves(nodes)]).any():
        raise not_the_same(tree)
    labels = _labels(nodes, list(features.columns), decimals)
    frame = data.assign(**{LEAF: pd.Categorical([labels[number] for number in leaf.tolist()], list(labels.values()))})
    kept = frame[[LEAF, outcome, *(name for name in units.key_columns if name in data.columns and name != outcome)]]
    if type(tree).__name__ == CLASSIFIER:
        _expect_classes(tree, data[outcome], leaf)
        tables = tabulate(
            kept,
            by=[LEAF, outcome],
            statistics=[Statistic.PERCENT_OF_ROW],
            units=units,
            decimals=1,
            population=population,
        )
    else:
        centre = Statistic.MEDIAN if getattr(tree, "criterion", "") == "absolute_error" else Statistic.MEAN
        _expect_values(tree, columns.numbers(data, outcome), leaf, centre)
        tables = tabulate(
            kept,
            by=[LEAF],
            value=outcome,
            statistics=[centre, Statistic.STANDARD_DEVIATION],
            units=units,
            decimals=decimals,
            population=population,
        )
    codes = units.identify(data).codes
    return Learned(
        tabulations=tables,
        title=f"{type(tree).__name__} of {outcome}",
        description={"estimator": type(tree).__name__, "outcome": outcome, "columns": ", ".join(features.columns)},
        questions=tuple(_questions(tree, features, codes, minimum=minimum, decimals=decimals)),
    )


def _leaves(nodes: Any) -> Flags:  # noqa: ANN401
    return np.asarray(nodes.children_left == -1)


def _expect_classes(tree: Any, outcome: "pd.Series[Any]", leaf: Codes) -> None:  # noqa: ANN401
    """Raise InputError where the classes in the leaves are not those of the tree. Weights are not known of, so only
    which classes there are is compared where it was fitted with any."""
    if outcome.isna().any() or not outcome.isin(tree.classes_).all():
        raise not_the_same(tree)
    code = np.searchsorted(tree.classes_, outcome.to_numpy())
    shares = pd.crosstab(leaf, code).reindex(columns=range(len(tree.classes_)), fill_value=0)
    found = shares.to_numpy(dtype=float)
    told = tree.tree_.value[shares.index.to_numpy(), 0, :]
    if _is_weighted(tree):
        different = ((found > 0) != (told > 0)).any()
    else:
        different = not np.allclose(found / found.sum(axis=1, keepdims=True), told / told.sum(axis=1, keepdims=True))
    if different:
        raise not_the_same(tree)


def _expect_values(tree: Any, outcome: Floats, leaf: Codes, centre: Statistic) -> None:  # noqa: ANN401
    groups = pd.Series(outcome).groupby(leaf)
    found = groups.median() if centre is Statistic.MEDIAN else groups.mean()
    told = tree.tree_.value[found.index.to_numpy(), 0, 0]
    scale = float(np.abs(outcome).max()) if len(outcome) else 1.0
    if np.isnan(outcome).any() or (not _is_weighted(tree) and not np.allclose(found, told, atol=1e-6 * scale)):
        raise not_the_same(tree)


def _is_weighted(tree: Any) -> bool:  # noqa: ANN401
    nodes = tree.tree_
    return bool((nodes.weighted_n_node_samples != nodes.n_node_samples).any())


@dataclass(frozen=True, kw_only=True)
class _Range:
    """What the splits say of one column: above `low`, at most `high`, as texts; empty where they do not say."""

    low: str = ""
    high: str = ""

    def words(self, name: str) -> str:
        if self.low and self.high:
            return f"{self.low} < {name} <= {self.high}"
        return f"{name} <= {self.high}" if self.high else f"{name} > {self.low}"


def _labels(nodes: Any, names: list[str], decimals: int) -> dict[int, str]:  # noqa: ANN401
    """Per leaf what it is called: its number, and the last split of each column on the way to it."""
    found: dict[int, str] = {}
    waiting: list[tuple[int, dict[str, _Range]]] = [(0, {})]
    while waiting:
        node, ranges = waiting.pop()
        left, right = int(nodes.children_left[node]), int(nodes.children_right[node])
        if left == -1:
            rule = " & ".join(own.words(name) for name, own in ranges.items()) or _EVERYONE
            found[node] = f"{len(found) + 1}: {rule}"
            continue
        name, split = names[nodes.feature[node]], _text(float(nodes.threshold[node]), decimals)
        own = ranges.get(name, _Range())
        waiting.append((right, {**ranges, name: _Range(low=split, high=own.high)}))
        waiting.append((left, {**ranges, name: _Range(low=own.low, high=split)}))
    return found


def _text(number: float, decimals: int) -> str:
    text = f"{number:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _questions(
    tree: Any,  # noqa: ANN401
    features: pd.DataFrame,
    codes: Mapping[str, Codes],
    *,
    minimum: Mapping[str, float],
    decimals: int,
) -> Iterator[str]:
    """Asks about splits that lie between two values which few units have: who has one of them knows the other."""
    nodes = tree.tree_
    path = tree.decision_path(features).tocsc()
    values = features.to_numpy(dtype=np.float32)
    few = dict.fromkeys(minimum, 0)
    for node in np.flatnonzero(~_leaves(nodes)).tolist():
        rows = path.indices[path.indptr[node] : path.indptr[node + 1]]
        column = values[rows, nodes.feature[node]].astype(np.float64)
        beside = _beside(column, float(nodes.threshold[node]), 10.0**-decimals)
        for level, least in minimum.items():
            if level in codes:
                few[level] += any(0 < len(np.unique(codes[level][rows[near]])) < least for near in beside)
    for level, number in few.items():
        if number:
            yield f"{number} of the tree's splits lie between two values that few {level}s have: whose are they?"


def _beside(values: Floats, split: float, step: float) -> tuple[Flags, Flags]:
    """Who has the value just below a split, and who that just above, as far as the rounded split tells them apart."""
    low, high = values[values <= split], values[values > split]
    below, above = low.max(initial=-np.inf), high.min(initial=np.inf)
    return np.abs(values - below) <= step, np.abs(values - above) <= step
