"""Through the toolkit's own front door: what is asked is registered as a researcher would, and what passes leaves."""

import datetime as dt
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.attack.inventing import Asked, World
from benchmarks.attack.public import Publication, Table
from output_checks import Release
from output_checks.errors import InputError
from output_checks.model.finding import Outcome
from output_checks.store.draft import load_outputs
from output_checks.store.ledger import Ledger
from output_checks.store.ledger_entry import Left

_UNITS = {"pupil": ("pupil",), "school": ("school",)}
_TIME = dt.datetime(2026, 1, 1, tzinfo=dt.UTC).isoformat()


def leave(world: World) -> Publication:
    """What has left after all was asked for: tables that pass beside each other and beside the ledger."""
    first = [asked for asked in world.asked if not asked.later]
    second = [asked for asked in world.asked if asked.later]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger = Ledger.create(folder / "ledger", units=_UNITS, time=_TIME).folder if second else None
        tables = _release(world, first, folder / "first", ledger)
        if ledger is not None:
            tables += _release(world, second, folder / "second", ledger)
    return Publication(
        variables=world.variables, regroupings=world.regroupings, selections=world.selections, tables=tuple(tables)
    )


def _release(world: World, asked: Sequence[Asked], folder: Path, ledger: Path | None) -> list[Table]:
    release = Release(folder.name, folder=folder, units=_UNITS, ledger=ledger, author="researcher")
    for one in asked:
        try:
            registered = release.table(one.name, world.of(one.population), population=one.population, **one.arguments)
        except InputError:  # it cannot be protected, or there is nothing to count
            continue
        if registered.outcome is not Outcome.PASS:
            release.remove(one.name)
    while len(load_outputs(folder)[0]) > 1:  # what is registered later may make an earlier one fall short
        short = [item.output for item in release.check().outputs if item.outcome is not Outcome.PASS]
        if not short:
            break
        release.remove(short[-1])
    outputs, contents = load_outputs(folder)
    if ledger is not None and outputs:
        left = Left(
            name=folder.name,
            date=_TIME,
            policy=release.policy.label,
            origin="sealed",
            outputs=outputs,
            submission="",
            toolkit="",
        )
        Ledger.open(ledger).append(left, units=_UNITS)
    return [_table(one, contents[f"{one.name}.csv"]) for one in asked if f"{one.name}.csv" in contents]


def _table(asked: Asked, content: bytes) -> Table:
    arguments = asked.arguments
    by = arguments["by"]
    return Table(
        name=asked.name,
        text=content.decode("utf-8"),
        by=tuple(by) if isinstance(by, list) else (),
        population=asked.population,
        value=str(arguments.get("value", "")),
        category=str(arguments.get("category", "")),
        rounded_to=5 if arguments.get("round") == 5 else 1,
    )
