"""Write what a country measures beside what it was calibrated to, into the page about the synthetic country.

`python -m docs.calibration` makes a country of 300,000 pupils in memory (half a minute) and prints the table; with
`--write` it also goes into the page. Exit code 1 where a figure is outside its limits.
"""

import argparse
import sys
from pathlib import Path

from nco_research.linkage.pseudonyms import Pseudonymiser
from nco_research.synthetic import Plan
from nco_research.synthetic.calibration import Calibrated, calibration
from nco_research.synthetic.country import key_of
from nco_research.synthetic.world import make_world

PAGE = Path(__file__).parent / "explanation" / "synthetic-country.md"
BEGIN, END = "<!-- calibration: begin -->", "<!-- calibration: end -->"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m docs.calibration", description=__doc__)
    parser.add_argument("--pupils", type=int, default=300_000, help="default: %(default)s")
    parser.add_argument("--write", action="store_true", help="write it into the page")
    arguments = parser.parse_args()
    plan = Plan(pupils=arguments.pupils, schools=max(1, arguments.pupils // 230), first_year=2013, years=10, seed=1)
    found = calibration(make_world(plan, pseudonymiser=Pseudonymiser(key_of(plan.seed))))
    text = table(found)
    print(text)
    if arguments.write:
        page = PAGE.read_text(encoding="utf-8")
        before, rest = page.split(BEGIN)
        after = rest.split(END)[1]
        caption = f"{plan.pupils:,} pupils, {plan.schools:,} schools, 2013/14 to 2022/23, seed 1:"
        PAGE.write_text(f"{before}{BEGIN}\n{caption}\n\n{text}\n{END}{after}", encoding="utf-8", newline="\n")
    return int(not all(item.holds for item in found))


def table(found: list[Calibrated]) -> str:
    """Markdown."""
    lines = ["| what | limits | source | measured |", "|---|---:|---|---:|"]
    for item in found:
        limits = f"{item.lowest:.{item.decimals}f} to {item.highest:.{item.decimals}f}"
        marked = f"{item.measured:.{item.decimals}f}{'' if item.holds else ' (outside)'}"
        lines.append(f"| {item.what} | {limits} | {item.source} | {marked} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
