"""`nco synthesize`: make a country of invented people."""

import argparse
import sys
from pathlib import Path

import msgspec


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `nco synthesize`."""
    synthesize = subparsers.add_parser(
        "synthesize",
        help="make a country of invented people: registers, deliveries of schools, and the truth",
        description=(
            "Make CBS-like registers (names, versions, formats, traps) and deliveries of schools about people who do "
            "not exist. The same arguments give the same files, byte for byte. A small country takes seconds; a whole "
            "one (1,500,000 pupils, 6,500 schools, 10 years) minutes, 14 GB on disk and 5 GB of memory."
        ),
        epilog="example: nco synthesize --pupils 2_000 --schools 10 --first-year 2013 --years 10 --seed 1 --to country",
    )
    synthesize.add_argument(
        "--pupils", type=int, default=20_000, metavar="N", help="in primary education each year; default: 20_000"
    )
    synthesize.add_argument(
        "--schools", type=int, metavar="N", help="locations of primary schools; default: one for 230 pupils"
    )
    synthesize.add_argument("--first-year", type=int, default=2013, metavar="YEAR", help="default: 2013")
    synthesize.add_argument("--years", type=int, default=10, metavar="N", help="school years; default: 10")
    synthesize.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    synthesize.add_argument(
        "--deliveries",
        type=int,
        default=1,
        metavar="N",
        help="last school years whose tests schools have yet to deliver, for `nco link`; default: 1",
    )
    synthesize.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="a new folder")
    synthesize.add_argument("--json", action="store_true", help="print what was made as JSON")
    synthesize.set_defaults(run=_synthesize)


def _synthesize(arguments: argparse.Namespace) -> int:
    from nco_research.synthetic import Plan, synthesize  # noqa: PLC0415 - quick start of other commands

    schools = max(1, arguments.pupils // 230) if arguments.schools is None else arguments.schools
    plan = Plan(
        pupils=arguments.pupils,
        schools=schools,
        first_year=arguments.first_year,
        years=arguments.years,
        seed=arguments.seed,
        deliveries=arguments.deliveries,
    )
    show = _progress if sys.stderr.isatty() else None
    try:
        country = synthesize(plan, to=arguments.to, progress=show)
    finally:
        if show is not None:
            show("")
    if arguments.json:
        print(msgspec.json.format(msgspec.json.encode(country.described), indent=2).decode("utf-8"))
        return 0
    print(f"Made {arguments.to}: a country of invented people, {country.bytes / 1e6:,.0f} MB.")
    print(f"  {len(country.rows)} files of microdata, {sum(country.rows.values()):,} rows")
    print(f"  {country.pupils[plan.last_year]:,} pupils in {plan.last_year}, {plan.schools:,} schools")
    print(f"  {country.delivered:,} deliveries to be linked, {country.objections:,} objections")
    if country.delivered:
        identified = arguments.to / "identified"
        print(
            f"Next: nco link {identified / 'deliveries'} --persons {identified / 'persons.parquet'} "
            f"--objections {identified / 'objections.csv'} --key {arguments.to / 'secret' / 'key'} "
            f"--to {arguments.to / 'microdata' / 'Onderwijs' / 'LVSNCO'}"
        )
    return 0


def _progress(text: str) -> None:
    """One line that changes. For a terminal only: elsewhere it would fill a log."""
    print(f"\r{text[:78]:<78}\r", end="", file=sys.stderr, flush=True)
