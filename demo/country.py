"""From the deliveries of schools to a cohort, in a country of invented people: `make country PUPILS=20000`."""

import argparse
import shutil
import sys
import time
from pathlib import Path

import nco_research as nco
from demo.country_cohort import build_cohort
from demo.country_search import search
from demo.progress import Progress
from nco_research.linkage.certificate import verify_certificate
from nco_research.linkage.counts import Counts, as_text
from nco_research.linkage.pipeline import link_deliveries
from nco_research.synthetic import Country, Plan, synthesize
from output_checks.cli.streams import survive_any_locale
from output_checks.errors import ExplainedError, InputError

_PUPILS_PER_SCHOOL = 230
MARK = "country.json"
_MADE_HERE = {
    "microdata",
    "identified",
    "secret",
    "truth",
    "schools.csv",
    "study.toml",
    "objections.csv",
    "country.json",
    ".nco-cache",
}


def main() -> int:
    """Synthesise, link, read, build; the exit code is 0 only if every step did what it should."""
    survive_any_locale()
    parser = argparse.ArgumentParser(prog="python -m demo.country", description=__doc__)
    parser.add_argument("--pupils", type=int, default=20_000, help="in primary education (default: %(default)s)")
    parser.add_argument("--schools", type=int, help="default: one for 230 pupils")
    parser.add_argument("--first-year", type=int, default=2013, help="default: %(default)s")
    parser.add_argument("--years", type=int, default=10, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--to", type=Path, default=Path("country"), help="folder to write (default: %(default)s)")
    arguments = parser.parse_args()
    try:
        plan = Plan(
            pupils=arguments.pupils,
            schools=arguments.schools or max(1, arguments.pupils // _PUPILS_PER_SCHOOL),
            first_year=arguments.first_year,
            years=arguments.years,
            seed=arguments.seed,
        )
        print(_run(plan, arguments.to))
    except ExplainedError as error:
        print(f"country: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _run(plan: Plan, folder: Path) -> str:
    progress = Progress(steps=4)
    _start_clean(folder)
    with progress.step("Make a country: registers, and deliveries of schools that have yet to be linked") as say:
        country = synthesize(plan, to=folder)
        say(_made(country))
    with progress.step("Link the deliveries to persons, under pseudonyms, and destroy what identifies") as say:
        counts = link(folder)
        say(as_text(counts))
    with progress.step("Read registers and linked tests, and build a cohort") as say:
        started = time.monotonic()
        cohort = build_cohort(nco.Study.read(folder), year=plan.last_year, first_year=plan.first_year)
        size = len(cohort)
        say(str(cohort.flow))
        say(f"{len(cohort.waves):,} years of pupils, {time.monotonic() - started:.0f} s with reading")
    with progress.step("Look for what identifies in everything that researchers get") as say:
        looked, found = search(folder / "microdata")
        left = counts.identifiers_left + len(found)
        say("\n".join([f"{looked} files, {len(found)} columns that identify", *found]))
    print(f"\nThe country is in {folder}: work from there, as docs/how-to/read-microdata.md tells.")
    return (
        f"pupils {counts.pupils.pupils + counts.objections.pupils:,}, linked {counts.linked.pupils:,}, "
        f"ambiguous {counts.ambiguous.pupils:,}, objections dropped {counts.objections.pupils:,}, "
        f"identifiers left {left}, cohort {size:,}"
    )


def _start_clean(folder: Path) -> None:
    """Remove a country that was made before, if nothing else is with it; anything else is left alone."""
    if not folder.exists():
        return
    found = {path.name for path in folder.iterdir()}
    if found and (MARK not in found or found - _MADE_HERE):
        others = sorted(found - _MADE_HERE) or ["no country.json"]
        raise InputError(
            f"{folder} holds more than a country ({', '.join(others[:3])}), so it is not emptied.",
            remedy="--to another-folder, or move those files away",
        )
    shutil.rmtree(folder)


def _made(country: Country) -> str:
    plan = country.plan
    return (
        f"{country.pupils[plan.last_year]:,} pupils a year for {plan.years} years, {plan.schools:,} schools\n"
        f"{len(country.rows)} files of microdata, {sum(country.rows.values()):,} rows, {country.bytes / 1e6:,.0f} MB\n"
        f"{country.delivered:,} deliveries, {country.objections:,} objections"
    )


def link(folder: Path) -> Counts:
    """Link what schools delivered: the deliveries go, LVSNCO of the last year comes in their place."""
    identified = folder / "identified"
    result = link_deliveries(
        identified / "deliveries",
        persons=identified / "persons.parquet",
        objections=identified / "objections.csv",
        key=folder / "secret" / "key",
        to=folder / "microdata" / "Onderwijs" / "LVSNCO",
        destroy_deliveries=True,
    )
    verify_certificate(result.certificate)
    return result.counts


if __name__ == "__main__":
    sys.exit(main())
