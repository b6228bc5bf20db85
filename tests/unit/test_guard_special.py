"""Special categories are recognised by the names of variables, and what merely sounds like one is not."""

import pytest

from nco_research.codebooks import codebook, components
from nco_research.guard.special import special_by_name


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("ZIEKTEVERZUIM", "health"),
        ("hoofddiagnose", "health"),
        ("Medicatie_2019", "health"),
        ("ATC4", "health"),
        ("ZVWKTOTAAL_zorgkosten", "health"),
        ("has_disability", "health"),
        ("dyslexieverklaring", "health"),
        ("geloof", "religion"),
        ("RELIGIEOUDERS", "religion"),
        ("kerkbezoek", "religion"),
        ("kerkelijkeGezindte", "religion"),
        ("GBAGENERATIE", "ethnicity"),
        ("GBAHERKOMSTGROEPERING", "ethnicity"),
        ("etnische_groep", "ethnicity"),
        ("ethnicity", "ethnicity"),
        ("NATIONALITEIT1", "ethnicity"),
        ("GBAGEBOORTELANDMOEDER", "ethnicity"),
    ],
)
def test_a_special_variable_is_recognised_by_its_name(name, category):
    assert special_by_name(name) == category


@pytest.mark.parametrize(
    "name",
    [
        *("WPODENOMINATIE", "denominatie", "RINPERSOON", "GBAGESLACHT", "GBAGEBOORTEJAAR", "LVSSCORE", "VEHW1000VERH"),
        *("diagnostische_toets", "verzorging", "geloofwaardigheid", "gem_kerkrade", "herkomst_school", "herkomstbrin"),
        *("generatie_methode", "technisch", "psychologie", "zorgteam", "ziek", "landbouw", "WPOADVIESHERZ", "atcode"),
    ],
)
def test_what_only_sounds_like_one_is_none(name):
    assert special_by_name(name) == ""


def test_no_variable_that_the_toolkit_describes_as_ordinary_is_called_special_by_its_name():
    wrong = [
        f"{component}.{variable.name}"
        for component in components()
        for variable in codebook(component)
        if variable.special is None and special_by_name(variable.name)
    ]
    assert wrong == []
