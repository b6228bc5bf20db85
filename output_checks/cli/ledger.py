"""`output-checks ledger`: what a project has released before. Lists, checks, shows and imports; mends nothing."""

import argparse
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from output_checks.errors import InputError
from output_checks.model.evidence import Output
from output_checks.rendering.csv import table_csv
from output_checks.store.keys import load_public_keys
from output_checks.store.ledger import Ledger
from output_checks.store.ledger_checking import check_ledger
from output_checks.store.ledger_entry import Entry
from output_checks.workflow.bare_tables import BareTable
from output_checks.workflow.importing import from_sealed, from_tables
from output_checks.workflow.remembering import astray


def configure(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    ledger = subparsers.add_parser(
        "ledger",
        help="what the project released before: list, check, show, import",
        description="The ledger remembers what left, so that a new release is set against it. It is only added to.",
        epilog="example: output-checks ledger list ledger",
    )
    actions = ledger.add_subparsers(title="actions", metavar="ACTION", required=True)
    _configure_create(actions)
    for name, run, about, epilog in (
        ("list", _list, "list the releases in it", "ledger list ledger"),
        ("show", _show, "show a release, or the numbers of one output of it", "ledger show ledger 2 --output by_track"),
        ("check", _check, "compute every hash anew", "ledger check ledger --submissions submissions"),
        ("import", _import, "add an earlier release from its files", "ledger import ledger released/study-1-release"),
    ):
        action = actions.add_parser(name, help=about, epilog=f"example: output-checks {epilog}")
        action.add_argument("folder", type=Path, metavar="LEDGER", help="the ledger's folder")
        action.set_defaults(run=run)
        _OPTIONS[name](action)


def _configure_create(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    create = actions.add_parser(
        "create",
        help="make an empty ledger for a project",
        epilog="example: output-checks ledger create ledger --unit pupil=RINPERSOONS,RINPERSOON "
        "--unit school=WPOBRIN_crypt",
    )
    create.add_argument("folder", type=Path, metavar="LEDGER", help="a folder that does not exist yet")
    create.add_argument(
        "--unit",
        action="append",
        required=True,
        metavar="LEVEL=COLUMNS",
        help="a unit level with its key columns, as in Release(units=...); the finest first",
    )
    create.set_defaults(run=_create)


def _show_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("release", metavar="RELEASE", help="its number or its name")
    parser.add_argument("--output", metavar="NAME", help="print what was published of one output")
    parser.add_argument("--json", action="store_true", help="print what the entry says as JSON")


def _list_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def _check_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--hash", action="append", default=[], metavar="HASH", help="of an entry that must be there, as it was printed"
    )
    parser.add_argument(
        "--submissions", type=Path, metavar="FOLDER", help="where submissions are: all that was released must be there"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def _import_options(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Add a release that was sealed by this toolkit, from its folder or a zip of it, or bare csv and Excel tables. "
        "With its submission, who is in which cell is remembered too; otherwise only the published numbers."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a sealed release, or tables")
    sealed = parser.add_argument_group("a sealed release")
    sealed.add_argument("--submission", type=Path, metavar="FOLDER", help="the submission that it came from")
    sealed.add_argument("--keys", type=Path, metavar="FOLDER", help="public keys, to check who approved and sealed it")
    bare = parser.add_argument_group("bare tables")
    bare.add_argument("--name", help="what the release was called")
    bare.add_argument("--date", help="when it left, as 2025-06-30")
    bare.add_argument("--population", help="whose records they are, in words")
    bare.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="HEADING=STATISTIC",
        help='what a column is: "aantal=count", "gemiddelde=mean of score"; headings of this toolkit need none',
    )
    bare.add_argument("--total", default="", metavar="LABEL", help="what a total is called, other than Total or Totaal")
    bare.add_argument("--decimal", default=".", choices=[".", ","], help="the sign before decimals (default: .)")


_OPTIONS = {"list": _list_options, "show": _show_options, "check": _check_options, "import": _import_options}


def _create(arguments: argparse.Namespace) -> int:
    units = _pairs(arguments.unit, what="--unit pupil=RINPERSOON")
    columns = {level: tuple(text.split(",")) for level, text in units.items()}
    ledger = Ledger.create(arguments.folder, units=columns, time=_now())
    print(
        f"Written: {ledger.folder}. Keep a copy of its key apart from it, and name the folder in "
        "Release(..., ledger=) and in `output-checks release --ledger`."
    )
    return 0


def _list(arguments: argparse.Namespace) -> int:
    entries = Ledger.open(arguments.folder).entries()
    if arguments.json:
        print(json.dumps([_as_json(entry) for entry in entries], indent=2))
        return 0
    for entry in entries:
        print(f"{entry.number:4}  {entry.date[:10]}  {entry.name}  ({len(entry.outputs)} outputs, {entry.origin})")
    if not entries:
        print("Nothing has been released yet.")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    """Print what an entry says, and of each output what is kept of it."""
    for entry, outputs in Ledger.open(arguments.folder).read():
        if arguments.release not in {str(entry.number), entry.name}:
            continue
        if arguments.output is not None:
            output = next((item for item in outputs if item.name == arguments.output), None)
            if output is None or not output.tabulations:
                raise InputError(
                    f"{entry.name} has no output {arguments.output!r} with numbers.",
                    remedy=f"one of {', '.join(entry.outputs)}",
                )
            for item in output.tabulations:
                print(table_csv([item]).decode("utf-8"), end="")
        elif arguments.json:
            print(json.dumps(_as_json(entry), indent=2))
        else:
            print("\n".join(_as_text(entry, outputs)))
        return 0
    raise InputError(f"The ledger has no release {arguments.release!r}.", remedy="output-checks ledger list")


def _check(arguments: argparse.Namespace) -> int:
    """Print what is wrong; the exit code is 1 if anything is."""
    ledger = Ledger.open(arguments.folder)
    checked = check_ledger(ledger)
    problems, notes = list(checked.problems), list(checked.notes)
    known = {ledger.start, *(entry.hash for entry in checked.entries)}
    problems += [f"There is no entry with the hash {own}." for own in arguments.hash if own.strip() not in known]
    if arguments.submissions is not None and not checked.problems:
        problems += [f"{item.submission} {item.problem}." for item in astray(ledger, arguments.submissions)]
    head = checked.entries[-1].hash if checked.entries else ledger.start
    if arguments.json:
        result = {"whole": not problems, "entries": len(checked.entries), "head": head}
        print(json.dumps(result | {"problems": problems, "notes": notes}, indent=2))
        return 1 if problems else 0
    for problem in problems:
        print(f"Wrong: {problem}")
    for note in notes:
        print(f"Note: {note}")
    if problems:
        print("Nothing was changed. Try: the copy in a backup.")
        return 1
    print(f"Whole: {len(checked.entries)} releases, the last with the hash {head}")
    return 0


def _import(arguments: argparse.Namespace) -> int:
    ledger = Ledger.open(arguments.folder)
    first, *others = arguments.files
    units = None
    if not others and (first.is_dir() or first.suffix.lower() == ".zip"):
        keys = None if arguments.keys is None else load_public_keys(arguments.keys)
        left, units = from_sealed(first, submission=arguments.submission, keys=keys)
    else:
        if not (arguments.name and arguments.date and arguments.population):
            raise InputError("Bare tables do not say what release they were.", remedy="--name, --date and --population")
        table = BareTable(
            statistics=_pairs(arguments.column, what='--column "aantal=count"'),
            population=arguments.population,
            total=arguments.total,
            decimal=arguments.decimal,
        )
        left = from_tables(arguments.files, table, name=arguments.name, date=_day(arguments.date))
    appended = ledger.append(left, units=units)
    entry = appended.entry
    print(
        f"Added as entry {entry.number}: {entry.name}. Note its hash elsewhere: {entry.hash}"
        if appended.added
        else f"Nothing was added: {entry.name} is there already, as entry {entry.number}."
    )
    if appended.strangers:
        print("None of its units is in an earlier release. Are the keys those of this project?")
    return 0


def _as_text(entry: Entry, outputs: Sequence[Output]) -> list[str]:
    lines = [
        f"{entry.name}, entry {entry.number}, {entry.date}",
        f"  {entry.origin}; policy {entry.policy or 'not known'}",
    ]
    for output in outputs:
        lines.append(f"  {output.name}: {output.kind.value}, files {', '.join(item.name for item in output.files)}")
        if not output.tabulations:
            lines.append("    its numbers are not known")
        for item in output.tabulations:
            hidden = int(item.hidden.sum())
            known = "" if item.members is None else ", with who is in which"
            lines.append(f"    {item.title}: {len(item.cells)} cells, {hidden} hidden{known}; {item.population}")
    return lines


def _as_json(entry: Entry) -> dict[str, object]:
    said = asdict(entry)
    return {name: said[name] for name in ("number", "name", "date", "policy", "origin", "toolkit", "outputs", "hash")}


def _pairs(texts: Sequence[str], *, what: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not (name and sign and value) or name in pairs:
            raise InputError("An argument is not one NAME=VALUE, or names something twice.", remedy=what)
        pairs[name] = value
    return pairs


def _day(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise InputError("The date is not a day.", remedy="--date 2025-06-30") from None


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
