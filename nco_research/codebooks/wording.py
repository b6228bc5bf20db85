"""The words around a codebook, in Dutch and in English."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from nco_research.codebooks.model import Confidence, SpecialCategory, VariableType, YearMeaning

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("en", "nl")

WORDS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "row": "one row is",
            "year": "year in the name",
            "state": "state on",
            "key": "once in a file",
            "spell": "holds from and to",
            "formerly": "formerly",
            "source": "source",
            "remark": "note",
            "variables": "Variables",
            "variable": "variable",
            "type": "type",
            "label": "label",
            "details": "details",
            "unit": "unit",
            "codes": "codes",
            "code": "code",
            "missing": "missing",
            "written": "in words",
            "open_end": "not ended",
            "within": "from {0:g} to {1:g}",
            "only_where": "only where {0} is {1}",
            "from": "from {0}",
            "until": "until {0}",
            "between": "{0} to {1}",
            "years": "years",
            "special": "special category, needs a recorded basis",
            "many_codes": "{0} codes",
            "or": "or",
            "nothing": "No variables are described.",
        },
        "nl": {
            "row": "een rij is",
            "year": "jaar in de naam",
            "state": "stand op",
            "key": "eenmaal per bestand",
            "spell": "geldt van en tot en met",
            "formerly": "voorheen",
            "source": "bron",
            "remark": "let op",
            "variables": "Variabelen",
            "variable": "variabele",
            "type": "soort",
            "label": "omschrijving",
            "details": "bijzonderheden",
            "unit": "eenheid",
            "codes": "codes",
            "code": "code",
            "missing": "ontbreekt",
            "written": "in woorden",
            "open_end": "niet beëindigd",
            "within": "van {0:g} tot en met {1:g}",
            "only_where": "alleen waar {0} {1} is",
            "from": "vanaf {0}",
            "until": "tot en met {0}",
            "between": "{0} tot en met {1}",
            "years": "jaren",
            "special": "bijzonder persoonsgegeven, vraagt een vastgelegde grondslag",
            "many_codes": "{0} codes",
            "or": "of",
            "nothing": "Er zijn geen variabelen beschreven.",
        },
    }
)

_MONTHS_NL = "januari februari maart april mei juni juli augustus september oktober november december"
_MONTHS_EN = "January February March April May June July August September October November December"
MONTHS: Mapping[Language, tuple[str, ...]] = MappingProxyType(
    {"nl": tuple(_MONTHS_NL.split()), "en": tuple(_MONTHS_EN.split())}
)

TYPES_NL: Mapping[VariableType, str] = MappingProxyType(
    {
        VariableType.KEY: "sleutel",
        VariableType.CATEGORY: "categorie",
        VariableType.NUMBER: "getal",
        VariableType.DATE: "datum",
        VariableType.TEXT: "tekst",
    }
)
MEANINGS_NL: Mapping[YearMeaning, str] = MappingProxyType(
    {
        YearMeaning.SCHOOL_YEAR: "het schooljaar dat in dat jaar begint",
        YearMeaning.CALENDAR_YEAR: "dat kalenderjaar; het schooljaar dat het jaar ervoor begint, eindigt erin",
        YearMeaning.STATE: "de stand van het register in dat jaar",
    }
)
CONFIDENCE_NL: Mapping[Confidence, str] = MappingProxyType(
    {
        Confidence.FOUND: "gevonden in de genoemde bron",
        Confidence.MEMORY: "uit het hoofd, niet nagegaan",
        Confidence.INFERRED: "door ons afgeleid",
        Confidence.ASSUMED: "aangenomen: het codeboek van het register kon niet worden gelezen",
    }
)
SPECIAL_NL: Mapping[SpecialCategory, str] = MappingProxyType(
    {
        SpecialCategory.HEALTH: "gezondheid",
        SpecialCategory.RELIGION: "geloof",
        SpecialCategory.ETHNICITY: "etniciteit",
    }
)
