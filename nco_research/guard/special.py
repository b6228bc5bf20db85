"""Which variables are of a special category, by their names: for files that no codebook describes.

What a codebook says goes before this (`Study.expect_basis`). The categories are those of `SpecialCategory`, by value.
"""

import re

from nco_research.guard.values import plain_name

_NOT_ORIGIN = r"(?!_?(?:school|brin|vest|opl|onderwijs|bestand|bron|adres|gemeente|groep_?\d|code_?bron))"
_PATTERNS = {
    "health": re.compile(
        r"ziekte|ziekenhuis|diagnos(?!ti)|medicat|medicijn|geneesmiddel|zorgkosten|zorggebruik|zorgzwaarte|gezondheid|handicap"
        r"|beperking|stoornis|dood_?s?_?oorza|zwanger|dyslexi|dyscalculi|autis|adhd|diabet|astma|asthma|epilep|depressi"
        r"|psychiatr|obesit|overgewicht|rugzak|(?:^|_)(?:ggz|wlz|lgf|zvw(?!_?(?:premie|bijdrage)))"
        r"|(?:^|_)(?:atc\d?|icd\d*|dsm_?(?:\d|iv|v)?|bmi\d?)(?:_|$)|disease|illness|disabilit|disorder|health|hospital|pregnan"
    ),
    "religion": re.compile(
        r"geloof(?!waard)|religie|religi(?:on|ous)|kerk(?!rade|dorp|driel|straat|laan)|gezindte|levensbeschouw|moskee|synagoge"
        r"|church|faith"
    ),
    "ethnicity": re.compile(
        rf"(?:herkomst|afkomst(?!ig)){_NOT_ORIGIN}|etnic|ethnic|etnisch|(?:^|_)etn_?gr|nationalit|gbageneratie"
        r"|geb(?:oorte)?_?land(?!bouw|schap|elijk)|allochtoon|autochtoon|migr?(?:atie)?_?achtergrond|migration_?background"
        r"|thuis_?taal|taal_?thuis|moeder_?taal|home_language|language_?(?:at_?)?home|ouders?_?buitenland"
        r"|country_?(?:of_?)?(?:birth|origin)|birth_?country"
    ),
}
_REGISTERS = {"health": re.compile(r"^(?:zvw|medicijn|doodoorz)")}
"""Registers of which every variable is special: who is in them, or what is said of them there, is about it."""


def special_by_name(name: str) -> str:
    """`"health"`, `"religion"` or `"ethnicity"` where the name says so, else nothing.

    The denomination of a school (WPODENOMINATIE) says nothing of a pupil's religion and is none of these.
    """
    words = plain_name(name)
    return next((category for category, pattern in _PATTERNS.items() if pattern.search(words)), "")


def special_by_register(component: str) -> str:
    """The category of a register as a whole, whatever its variables are called: of care, medicines, causes of death."""
    words = plain_name(component)
    return next((category for category, pattern in _REGISTERS.items() if pattern.search(words)), "")
