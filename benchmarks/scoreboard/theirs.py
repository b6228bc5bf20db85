"""Ask ACRO about the same records. Run by ACRO's own interpreter (it wants pandas 2): prints its verdicts as JSON."""

import contextlib
import io
import json
import logging
import platform
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.scoreboard import data as invented

Ask = Callable[[Any], object]
"""Registers one output, or several, with an `acro.ACRO`."""


def crosstab(made: Callable[[], pd.DataFrame], *, rows: str = "school", columns: str = "track", **how: object) -> Ask:
    def ask(acro: Any) -> object:  # noqa: ANN401 - another environment's package
        data = made()
        return acro.crosstab(data[rows], data[columns], **how)

    return ask


def of_scores(made: Callable[[], pd.DataFrame], aggregation: object) -> Ask:
    def ask(acro: Any) -> object:  # noqa: ANN401
        data = made()
        return acro.crosstab(data["school"], data["track"], values=data["score"], aggfunc=aggregation)

    return ask


def mean_by_school(acro: Any) -> object:  # noqa: ANN401
    data = invented.two_pupils_with_20_records()
    return acro.pivot_table(data, index=["school"], values=["score"], aggfunc="mean")


def two_tables(acro: Any) -> object:  # noqa: ANN401
    data = invented.pupils()
    acro.crosstab(data["school"], data["track"])
    return acro.crosstab(data["school"].iloc[1:], data["track"].iloc[1:])


def ols(made: Callable[[], pd.DataFrame], *columns: str) -> Ask:
    def ask(acro: Any) -> object:  # noqa: ANN401
        data = made().assign(constant=1.0)
        names = columns or tuple(str(name) for name in data if str(name).startswith("effect_"))
        return acro.ols(data["score"], data[["constant", *names]])

    return ask


def logit(acro: Any) -> object:  # noqa: ANN401
    data = invented.dummy_of_five().assign(constant=1.0)
    return acro.logit(data["passed"], data[["constant", "five"]])


def histogram(made: Callable[[], pd.DataFrame], **how: object) -> Ask:
    return lambda acro: acro.hist(made(), "score", **how)


def survival(made: Callable[[], pd.DataFrame]) -> Ask:
    def ask(acro: Any) -> object:  # noqa: ANN401
        data = made()
        return acro.surv_func(data["term"], data["left"], output="table")

    return ask


def raw_rows(acro: Any) -> None:  # noqa: ANN401
    invented.rows_to_take().to_csv("rows.csv", index=False)
    acro.custom_output("rows.csv")


ASK: Mapping[str, Ask] = {
    "1": crosstab(invented.track_of_three),
    "2": of_scores(invented.four_scores, "mean"),
    "3": of_scores(invented.one_score, "median"),
    "4": of_scores(invented.pupils, "max"),
    "5": of_scores(invented.all_scored_61, "mean"),
    "6": crosstab(invented.everyone_in_havo),
    "7": crosstab(invented.nearly_everyone_in_havo),
    "8": crosstab(invented.float_key, columns="year"),
    "9": crosstab(invented.date_key, columns="day"),
    "10": of_scores(invented.track_of_three, np.mean),
    "11": of_scores(invented.one_pupil_holds_a_cell, "sum"),
    "12": mean_by_school,
    "13": two_tables,
    "14": ols(invented.dummy_of_one, "hours", "one"),
    "15": ols(invented.dummies_of_tracks, "pro", "vmbo", "vwo"),
    "16": ols(invented.effects_of_300),
    "17": logit,
    "18": histogram(invented.group_of_two, by_val="group"),
    "19": histogram(invented.even_scores),
    "20": survival(invented.twelve_pupils),
    "21": raw_rows,
    "s1": crosstab(invented.pupils),
    "s2": of_scores(invented.pupils, "mean"),
    "s3": ols(invented.pupils, "hours"),
    "s4": histogram(invented.five_scores, bins=5),
    "s5": survival(invented.many_leave),
    "s6": crosstab(invented.pupils, normalize="index"),
}
SMALL = {"1": "pro", "8": 2011.0, "9": pd.Timestamp("2011-09-01")}
"""The column of the table that holds the few pupils, where suppression can be asked for."""


def verdicts() -> dict[str, dict[str, str]]:
    """Per case, the verdicts of ACRO with its defaults, and what its suppression leaves to be seen."""
    acro = import_module("acro")  # only in an environment that has it

    found: dict[str, dict[str, str]] = {}
    for number, ask in ASK.items():
        session = acro.ACRO()
        try:
            ask(session)
        except Exception as error:  # noqa: BLE001 - whatever it raises is its answer
            found[number] = {"verdict": f"error: {type(error).__name__}", "suppressed": ""}
            continue
        given = ", ".join(record.status for record in session.results.results.values())
        found[number] = {"verdict": given or "nothing registered", "suppressed": ""}
        if number in SMALL:
            found[number]["suppressed"] = _after_suppression(acro.ACRO(suppress=True), ask, SMALL[number])
        elif number == "20":
            found[number]["suppressed"] = _after_rounding(acro.ACRO(suppress=True), ask)
    return found


def _after_suppression(session: Any, ask: Ask, column: object) -> str:  # noqa: ANN401
    table = ask(session)
    if not isinstance(table, pd.DataFrame) or column not in table.columns:
        return "hidden"
    return "still shown" if table[column].between(1, 9).any() else "hidden"


def _after_rounding(session: Any, ask: Ask) -> str:  # noqa: ANN401
    table = ask(session)
    raw = isinstance(table, pd.DataFrame) and {"num at risk", "num events"} <= set(map(str.lower, table.columns))
    return "raw rows still shown" if raw else "hidden"


def main() -> int:
    """Run in a folder that is gone afterwards; ACRO writes pictures into the working folder."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        found = verdicts()
    versions = {name: version(name) for name in ("acro", "pandas", "statsmodels")}
    json.dump({"versions": {**versions, "python": platform.python_version()}, "verdicts": found}, sys.stdout, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
