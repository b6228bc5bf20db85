"""Which variables are of a special category, by their names: for files that no codebook describes.

What a codebook says goes before this (`Study.expect_basis`). The categories are those of `SpecialCategory`, by value.
"""

import re

from nco_research.guard.values import plain_name

_PATTERNS = {
    "health": re.compile(
        r"ziekte|ziekenhuis|diagnos(?!ti)|medicat|medicijn|geneesmiddel|zorgkosten|zorggebruik|zorgzwaarte|gezondheid|handicap"
        r"|beperking|stoornis|doodsoorzaak|zwanger|dyslexi|dyscalculi|autis|adhd|(?:^|_)(?:ggz|wlz|zvw|atc\d?|icd\d*)(?:_|$)"
        r"|disease|illness|disabilit|disorder|health|hospital|pregnan"
    ),
    "religion": re.compile(
        r"geloof(?!waard)|religie|religi(?:on|ous)|kerk(?!rade|dorp|driel|straat|laan)|gezindte|levensbeschouw|moskee|synagoge"
        r"|church|faith"
    ),
    "ethnicity": re.compile(
        r"herkomst(?!_?(?:school|brin|vest|opl|onderwijs|bestand|bron|adres|gemeente|groep_?\d|code_?bron))|etnic|ethnic|etnisch"
        r"|nationalit|gbageneratie|geboorteland|allochtoon|autochtoon|migratieachtergrond|migration_?background"
        r"|thuistaal|moedertaal|home_language|ouders?_?buitenland|country_?of_?(?:birth|origin)"
    ),
}


def special_by_name(name: str) -> str:
    """`"health"`, `"religion"` or `"ethnicity"` where the name says so, else nothing.

    The denomination of a school (WPODENOMINATIE) says nothing of a pupil's religion and is none of these.
    """
    words = plain_name(name)
    return next((category for category, pattern in _PATTERNS.items() if pattern.search(words)), "")
