"""Every flag of every rule about tables, against plain Python on small random microdata.

Thresholds are drawn as well, so that cells are below, on and above them.
"""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from output_checks.checking import check
from output_checks.measuring.statistics import statistics_named
from output_checks.measuring.table import tabulate
from output_checks.model.evidence import Output, OutputKind
from output_checks.model.finding import Outcome
from output_checks.policies import load_policy
from tests import plain_rules
from tests.factories import UNITS

JUDGED = {"THR1", "THR2", "THR3", "DOM1", "DOM2", "RAT1", "RAT2", "RAT3", "RAT4", "PCT1"}
JUDGED |= {"CLS1", "CLS2", "CLS4", "EXT1", "EXT2", "EXT3", "EXT4", "EXT5"}
"""The rules that plain_rules works out again. Those about hidden cells are in test_protection."""
NOT_HERE = {"COR1", "COR3", "CLS3", "PCT2", "SUP1", "THR4", "MOD1"}
TABLES = {
    "count": {"statistic": ["count"]},
    "count of a value": {"statistic": ["count"], "value": "v"},
    "percentages": {"statistic": ["percent of row", "percent of column", "percent of total"]},
    "running totals": {"statistic": ["cumulative count", "cumulative percent"]},
    "share of a category": {"statistic": ["share", "percentage"], "value": "h", "category": "x"},
    "sum": {"statistic": ["sum"], "value": "v"},
    "mean and spread": {"statistic": ["mean", "standard deviation"], "value": "v"},
    "moments": {"statistic": ["mean", "standard deviation", "skewness", "kurtosis"], "value": "v"},
    "ends": {"statistic": ["minimum", "maximum", "range", "mode"], "value": "v"},
    "percentiles": {"statistic": ["percentile 10", "median", "percentile 75"], "value": "v"},
    "quartiles": {"statistic": ["percentile 25", "median", "percentile 75", "percentile 90"], "value": "v"},
    "ratio": {"statistic": ["ratio"], "value": "v", "second": "d"},
    "weighted": {"statistic": ["weighted sum", "weighted mean"], "value": "v", "weight": "w"},
    "weighted count": {"statistic": ["weighted count"], "weight": "w"},
    "concentration": {"statistic": ["gini", "concentration ratio", "top decile share"], "value": "v"},
}
AT_LEAST_ZERO = {"concentration"}
VALUES = {
    "two values": st.sampled_from([0, 1]),
    "few values": st.sampled_from([-1, 0, 0, 0, 2]),
    "many values": st.integers(-20, 40),
    "one large": st.sampled_from([1, 2, 3, 4, 5, 60]),
}


@st.composite
def microdata(draw, *, lowest):
    n = draw(st.integers(1, 60))
    values = VALUES[draw(st.sampled_from(sorted(VALUES)))]
    pupils = draw(st.integers(1, 40))
    rows = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "pupil": st.integers(0, pupils).map("p{}".format),
                    "school": st.sampled_from(["s1", "s1", "s2", "s3", "s4"]),
                    "g": st.sampled_from(["a", "a", "a", "b", None]),
                    "h": st.sampled_from(["x", "x", "y"]),
                    "v": st.one_of(values, values, values, st.none()),
                    "d": st.one_of(st.sampled_from([0, 1, 1, 2]), st.none()),
                    "w": st.sampled_from([1.0, 1.0, 1.0, 0.5, 0.0]),
                }
            ),
            min_size=n,
            max_size=n,
        )
    )
    if lowest is not None:
        rows = [{**row, "v": None if row["v"] is None else max(row["v"], lowest)} for row in rows]
    return rows


LIMITS = st.fixed_dictionaries(
    {
        "minimum_contributors.pupil": st.sampled_from([1, 2, 3, 5, 10]),
        "minimum_contributors.school": st.sampled_from([1, 2, 3]),
        "n_largest": st.sampled_from([1, 2]),
        "k_percent.pupil": st.sampled_from([25, 50, 75]),
        "k_percent.school": st.sampled_from([50, 75, 100]),
        "p_percent.pupil": st.sampled_from([0, 12.5, 25, 50]),
        "p_percent.school": st.sampled_from([0, 12.5, 50]),
        "class_disclosure_percent": st.sampled_from([75, 95, 100]),
        "class_disclosure_review_percent": st.sampled_from([50, 75]),
        "minimum_distinct_values": st.sampled_from([2, 3]),
    }
)


def policy_with(limits):
    """cbs-export with these limits, laxer ones too: as no project can have it."""
    policy = load_policy("cbs-export")
    changed = tuple(replace(item, value=float(limits.get(item.key, item.value))) for item in policy.thresholds)
    return replace(policy, thresholds=changed)


def frame_of(rows):
    numbers = {"v": float, "d": float, "w": float}
    return pd.DataFrame(rows).astype(numbers)


def flagged(tables, policy):
    """Per statistic, what the rules say: code, outcome and cell."""
    report = check([Output(name="t", kind=OutputKind.TABLE, title="", tabulations=tables)], policy, toolkit="test")
    found = {table.statistic.value: set() for table in tables}
    for finding in report.of("t").findings:
        if finding.tabulation is not None and finding.outcome in {Outcome.FAIL, Outcome.REVIEW}:
            table = tables[finding.tabulation]
            for place in finding.cells:
                found[table.statistic.value].add((finding.rule, finding.outcome.value, table.cells[place]))
    for flags in found.values():
        flags -= {(code, "review", cell) for code, outcome, cell in flags if outcome == "fail"}
    return found


def expect_same_flags(rows, limits, table, by, *, margins) -> tuple[int, int]:
    """Compare, and say how many cells were flagged, and how many were not."""
    how = TABLES[table]
    named = statistics_named(how["statistic"])
    columns = {name: how[name] for name in ("value", "second", "weight", "category") if name in how}
    policy = policy_with(limits)
    tables = tabulate(frame_of(rows), by=by, statistics=named, units=UNITS, margins=margins, decimals=0, **columns)
    per_level = {level: policy.limits(level) for level in UNITS.levels}
    plain = [{**row, "v": int(row["h"] == how["category"])} for row in rows] if "category" in how else rows
    flagged_cells, others = 0, 0
    for statistic, found in flagged(tables, policy).items():
        expected = (
            plain_rules.flags(
                plain,
                by=by,
                margins=margins,
                statistic=statistic,
                asked=[item.value for item in named],
                limits=per_level,
                of_value="value" in how,
                of_second="second" in how,
            )
            if statistic in plain_rules.FAMILY
            else set()
        )
        judged = {item for item in found if item[0] in JUDGED}
        assert (judged - expected, expected - judged) == (set(), set()), (statistic, "too many, too few")
        assert {item[0] for item in found} <= JUDGED | NOT_HERE
        of_statistic = len({cell for _, _, cell in expected})
        flagged_cells, others = flagged_cells + of_statistic, others + len(tables[0].cells) - of_statistic
    return flagged_cells, others


@pytest.mark.parametrize("table", TABLES)
def test_every_flag_is_what_plain_python_makes_of_the_records(table):
    seen = []

    @settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(
        rows=microdata(lowest=0 if table in AT_LEAST_ZERO else None),
        limits=LIMITS,
        by=st.sampled_from([["g"]] if "category" in TABLES[table] else [["g"], ["h"], ["g", "h"]]),
        margins=st.booleans(),
    )
    def every_table(rows, limits, by, margins):
        needed = [name for name in ("v", "d") if name in {TABLES[table].get("value"), TABLES[table].get("second")}]
        assume(any(all(row[name] is not None for name in needed) for row in rows))
        assume("category" not in TABLES[table] or any(row["h"] == "x" for row in rows))
        seen.append(expect_same_flags(rows, limits, table, by, margins=margins))

    every_table()
    flagged_cells, others = map(sum, zip(*seen, strict=True))
    assert min(flagged_cells, others) >= 15
