"""Bins that are cut at quantiles: their edges are percentiles, which must be the values of enough."""

import itertools

import numpy as np
import pandas as pd
import pytest

from output_checks.measuring.cuts import Edge, at_quantiles, one_sided, with_points
from output_checks.model.finding import Outcome
from output_checks.release import Release
from tests.factories import pupils

PASS, REVIEW = Outcome.PASS, Outcome.REVIEW


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"}, author="researcher")


@pytest.fixture
def data():
    rng = np.random.default_rng(5)
    return pupils(1000).assign(exact=rng.normal(50, 10, 1000), grade=rng.integers(1, 11, 1000) * 1.0)


def named(edges, decimals):
    """Labels that tell the inner edges only, as a careful researcher writes them."""
    texts = [f"{edge:.{decimals}f}" for edge in edges]
    inner = [f"{low} to {high}" for low, high in itertools.pairwise(texts)]
    return [f"below {texts[0]}", *inner, f"{texts[-1]} and over"]


def cut_at(data, shares, decimals, value="exact"):
    edges = np.quantile(data[value], shares).round(decimals)
    return pd.cut(data[value], [-np.inf, *edges, np.inf], labels=named(edges, decimals)).astype(str)


@pytest.mark.parametrize("shares", [[0.5], [1 / 3, 2 / 3], [0.2, 0.4, 0.6, 0.8], [0.1, 0.5, 0.9], [0.15, 0.85]])
@pytest.mark.parametrize(("decimals", "expected"), [(4, REVIEW), (2, REVIEW), (0, PASS)])
def test_edges_at_quantiles_pass_only_when_rounded_to_the_values_of_many(release, data, shares, decimals, expected):
    data["band"] = cut_at(data, shares, decimals)
    registered = release.table("t", data, by="band")
    assert registered.outcome is expected
    assert ("cut at quantiles of exact" in registered.reason) is (expected is REVIEW)


@pytest.mark.parametrize("decimals", [1, 2, 4])
def test_edges_that_somebody_chose_pass_however_they_are_written(release, data, decimals):
    edges = [35.0, 42.5, 50.0, 57.5, 65.0]
    data["band"] = pd.cut(data["exact"], [-np.inf, *edges, np.inf], labels=named(edges, decimals)).astype(str)
    assert release.table("t", data, by="band").outcome is PASS


def test_pandas_own_quantile_groups_need_review_and_those_of_marks_do_not(release, data):
    data["band"] = pd.qcut(data["exact"], 4)
    found = release.table("t", data, by="band")
    assert found.outcome is REVIEW
    assert "cut at quantiles of exact" in found.reason
    data["band"] = pd.qcut(data["grade"], 3)  # whole marks, which many have
    assert release.table("u", data, by="band").outcome is PASS


def test_an_edge_between_two_marks_that_many_have_passes(release, data):
    data["grade"] = np.arange(1000) % 2 + 4.0
    data["band"] = np.where(data["grade"] < 4.5, "below 4.5", "over 4.5")
    assert release.table("t", data, by="band").outcome is PASS


def test_edges_at_quantiles_are_recognised_in_one_go():
    values = np.random.default_rng(1).normal(size=500)
    edges = [Edge(value=float(edge), decimals=15) for edge in np.quantile(values, [0.25, 0.5, 0.75])]
    assert at_quantiles(edges, values) == tuple(edges)
    other = [*edges[:2], Edge(value=edges[2].value + 0.01, decimals=15)]
    assert at_quantiles(other, values) == ()
    outside = [Edge(value=float(values.min()), decimals=15), *edges]
    assert at_quantiles(outside, values) == tuple(edges)
    assert at_quantiles(edges, np.zeros(0)) == ()


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("below 42.50", Edge(value=42.5, decimals=2)),
        (">= -3", Edge(value=-3.0, decimals=0)),
        ("≤1e-3", Edge(value=0.001, decimals=3)),
        ("onder 7.5", Edge(value=7.5, decimals=1)),
    ],
)
def test_an_edge_is_read_with_its_decimals(label, expected):
    assert list(one_sided(label)) == [expected]


@pytest.mark.parametrize("label", ["havo", "school 12", "from Utrecht", "over the hill"])
def test_other_labels_have_no_edge(label):
    assert list(one_sided(label)) == []


def test_edges_are_read_with_decimal_commas_and_without_those_of_thousands(release, data):
    assert with_points("42,5 tot 50,25") == "42.5 tot 50.25"
    assert with_points("1,000 to 12,500") == "1000 to 12500"
    edges = np.quantile(data["exact"], [0.25, 0.5, 0.75]).round(2)
    labels = [label.replace(".", ",") for label in named(edges, 2)]
    data["band"] = pd.cut(data["exact"], [-np.inf, *edges, np.inf], labels=labels).astype(str)
    assert release.table("t", data, by="band").outcome is REVIEW
