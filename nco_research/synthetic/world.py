"""Everything that there is in a country, before anything is written."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from nco_research.linkage.pseudonyms import Pseudonymiser
from nco_research.synthetic.careers import Careers, SchoolYear, live
from nco_research.synthetic.draws import Ints
from nco_research.synthetic.ending import Endings, end, tracks
from nco_research.synthetic.families import Children, Families, make_families
from nco_research.synthetic.geography import Geography, make_geography
from nco_research.synthetic.homes import Homes, make_homes
from nco_research.synthetic.learning import Learning, learn
from nco_research.synthetic.people import People, make_people
from nco_research.synthetic.plan import Plan
from nco_research.synthetic.schools import Schools, make_schools
from nco_research.synthetic.scores import Scores, make_scores


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """A country in memory: about 150 bytes per child and 15 per pupil and year."""

    plan: Plan
    geography: Geography
    families: Families
    children: Children
    homes: Homes
    schools: Schools
    people: People
    careers: Careers
    learning: Learning

    @cached_property
    def tracks(self) -> Ints:
        """Position in `TRACKS`, of each child."""
        return tracks(self.plan, careers=self.careers, families=self.families, children=self.children)

    def scores(self, item: SchoolYear) -> Scores:
        """Tests of one school year."""
        return make_scores(
            self.plan,
            item,
            families=self.families,
            children=self.children,
            schools=self.schools,
            learning=self.learning,
        )

    def endings(self, item: SchoolYear) -> Endings:
        """End tests and recommendations of one school year."""
        return end(
            self.plan,
            item,
            families=self.families,
            children=self.children,
            schools=self.schools,
            learning=self.learning,
        )


def make_world(plan: Plan, *, pseudonymiser: Pseudonymiser, progress: Callable[[str], None] | None = None) -> World:
    """Make a country: places, families, homes, schools, numbers, careers, what was learnt."""
    say = progress or (lambda _: None)
    say("families and schools")
    geography = make_geography(plan)
    families, children = make_families(plan, geography)
    homes = make_homes(plan, families, geography)
    schools = make_schools(plan, geography, pseudonymiser)
    people = make_people(plan, families=families, children=children, pseudonymiser=pseudonymiser)
    say("school careers")
    careers = live(plan, families=families, children=children, homes=homes, geography=geography, schools=schools)
    learning = learn(plan, careers=careers, families=families, children=children, schools=schools)
    return World(
        plan=plan,
        geography=geography,
        families=families,
        children=children,
        homes=homes,
        schools=schools,
        people=people,
        careers=careers,
        learning=learning,
    )
