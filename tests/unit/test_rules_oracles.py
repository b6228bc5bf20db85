"""The rules against tables that come with other packages, whose cells are flagged by these."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from output_checks.rules.dominance import DOMINANCE
from output_checks.rules.threshold import TOO_FEW_CONTRIBUTORS

ORACLES = Path(__file__).parents[3] / "shared" / "data" / "oracles"


def oracle(name, **options):
    if not (ORACLES / name).exists():
        pytest.skip(f"{name} is not here")
    return pd.read_csv(ORACLES / name, **options)


def dominated(total, largest, second, **limits):
    facts = [np.asarray(column, dtype=float) for column in (total, largest, second)]
    return DOMINANCE.check(facts, limits).fail


def test_dominance_gives_the_status_of_every_cell_of_the_table_that_ships_with_tau_argus():
    """Two largest over 75 percent: 9 of 162 cells are unsafe (U), the others safe (S) or empty (E)."""
    table = oracle("tauargus_pp.tab", sep=";", decimal=",", header=None)
    fail = dominated(table[2], table[6], table[7], n_largest=2, k_percent=75)
    assert fail.tolist() == (table[8] == "U").tolist()
    assert fail.sum() == 9


def test_threshold_and_dominance_give_every_flag_of_the_tables_that_ship_with_rtauargus():
    """Fewer than 3 units, or one over 85 percent. The total of one cell is below zero, and less than its largest."""
    table = oracle("rtauargus_datatest1.csv")
    few = TOO_FEW_CONTRIBUTORS.check([table["nb_obs"].to_numpy()], {"minimum_contributors": 3}).fail
    fail = dominated(table["pizzas_tot"], table["pizzas_max"], 0 * table["pizzas_max"], n_largest=1, k_percent=85)
    assert few.tolist() == table["is_secret_freq"].tolist()
    assert fail.tolist() == table["is_secret_dom"].tolist()
    assert (few | fail).tolist() == table["is_secret_prim"].tolist()
    assert (few.sum(), fail.sum()) == (79, 95)
