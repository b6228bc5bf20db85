"""One release in sentences: what left, what is known that was not to be, and from which published cells."""

from collections.abc import Iterator

from benchmarks.attack.inventing import World
from benchmarks.attack.public import Publication
from benchmarks.attack.scoring import Broken, Score


def tell(world: World, publication: Publication, score: Score) -> Iterator[str]:
    """Line by line."""
    yield f"Release {world.number}: {len(world.pupils)} pupils in {world.pupils['school'].nunique()} schools."
    for item in publication.regroupings:
        yield f"  {item.name} regroups {item.of}: " + ", ".join(f"{a} -> {b}" for a, b in item.groups.items())
    left = {table.name: table for table in publication.tables}
    for asked in world.asked:
        when = " a year later" if asked.later else ""
        how = ", ".join(f"{name}={value!r}" for name, value in asked.arguments.items())
        yield f"\n{asked.name}{when}, of {asked.population}: {how}"
        yield left[asked.name].text.rstrip() if asked.name in left else "  did not leave"
    yield ""
    for broken in score.broken:
        yield sentence(broken)
    for wrong in score.wrong:
        yield f"The attack and the truth disagree: {wrong}."
    if not score.broken and not score.wrong:
        yield f"None of its {score.hidden} hidden cells can be worked out."


def sentence(broken: Broken) -> str:
    """What is known, to whom, and from what."""
    who = f"The one pupil of ({broken.knower}) knows" if broken.knower else "Anybody knows"
    what = f"is {broken.low:g}" if broken.low == broken.high else f"lies between {broken.low:g} and {broken.high:g}"
    lines = "".join(f"\n    {line}" for line in broken.why)
    return f"{broken.what}: {who} that ({broken.where}) {what}; it is {broken.truth:g}. That follows from:{lines}"
