"""Further disclosures: the same few pupils under keys of every type, and statistics named in every way."""

import functools
import statistics

import numpy as np
import pandas as pd

from tests.spec.planting import cell, planted, pupils

MANY_AND_FEW = {
    "a_period": (pd.Period("2010", "Y"), pd.Period("2011", "Y")),
    "an_interval": (pd.Interval(0, 10), pd.Interval(10, 20)),
    "a_time_with_a_zone": (pd.Timestamp("2010-09-01", tz="UTC"), pd.Timestamp("2011-09-01", tz="UTC")),
    "a_length_of_time": (pd.Timedelta(days=1), pd.Timedelta(days=2)),
    "a_whole_number": (2010, 2011),
    "text_and_number": ("2010", 2010),
    "a_number_and_nothing": (2010.0, None),
    "text_with_a_space": ("vwo", "vwo "),
    "a_tuple": (("A", 1), ("A", 2)),
    "bytes": (b"many", b"few"),
}


def keyed(many, few):
    """Three pupils have one key, all others another."""
    keys = np.empty(1000, dtype=object)
    keys[:] = [few if position < 3 else many for position in range(1000)]
    return pupils().assign(key=pd.Series(keys, dtype="object"))


def plant_key(name, many, few):
    def by_this_key(release):
        return release.table("t", keyed(many, few), by="key")

    def by_this_key_suppressed(release):
        registered = release.table("t", keyed(many, few), by="key", suppress=True)
        assert not registered.frame["n"].between(1, 9).any()
        return registered

    by_this_key.__name__ = f"three_by_{name}"
    by_this_key_suppressed.__name__ = f"three_by_{name}_suppressed"
    planted("a count of 3")(by_this_key)
    planted("that everyone else has the other key")(by_this_key_suppressed)


for key_name, (many_key, few_key) in MANY_AND_FEW.items():
    plant_key(key_name, many_key, few_key)

FUNCTIONS = {
    "numpys_mean": np.mean,
    "pandas_mean": pd.Series.mean,
    "pythons_mean": statistics.mean,
    "a_partial_mean": functools.partial(np.mean),
    "a_mean_of_ones_own": lambda scores: scores.mean(),
    "numpys_median": np.median,
    "numpys_largest": np.max,
    "pythons_smallest": min,
    "pythons_sum": sum,
    "numpys_deviation": np.std,
    "numpys_percentile": functools.partial(np.percentile, q=99),
    "a_length": len,
    "a_trimmed_mean": lambda scores: scores[scores > 0].mean(),
}


def plant_function(name, function):
    def by_this_function(release):
        data = pupils()
        data.loc[cell(data)[2:], "track"] = "havo"
        return release.pivot_table("t", data, values="score", index="school", columns="track", aggfunc=function)

    by_this_function.__name__ = f"few_by_{name}"
    planted("what 2 pupils scored")(by_this_function)


for function_name, function_given in FUNCTIONS.items():
    plant_function(function_name, function_given)
