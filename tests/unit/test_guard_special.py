"""Special categories are recognised by the names of variables, and what merely sounds like one is not."""

import pytest

from nco_research.codebooks import codebook, components
from nco_research.guard.special import special_by_name, special_by_register


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
        ("ZVWKTOTAAL", "health"),
        ("ZVWKFARMACIE", "health"),
        ("ZVWKGGZ", "health"),
        ("GGZZORG", "health"),
        ("WLZZORG", "health"),
        ("DOODOORZAAK", "health"),
        ("doodsoorzaak", "health"),
        ("LGF", "health"),
        ("RUGZAKJE", "health"),
        ("DIABETES", "health"),
        ("BMI", "health"),
        ("bmi_2019", "health"),
        ("DSM5", "health"),
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
        ("GEBLAND", "ethnicity"),
        ("GEBLANDMOEDER", "ethnicity"),
        ("ETNGRP", "ethnicity"),
        ("MIGACHTERGROND", "ethnicity"),
        ("TAALTHUIS", "ethnicity"),
        ("COUNTRY_BIRTH", "ethnicity"),
        ("AFKOMST", "ethnicity"),
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
        *("ZVWPREMIE", "bijdrage_wmo", "zvw_bijdrage", "gebied_landbouw", "aardrijkskunde", "rugnummer", "taaltoets"),
        *(
            "afkomst_school",
            "afkomstig_van",
            "country_of_school",
            "etnografie_les",
            "bmix",
            "dsmaat",
            "achtergrondmuziek",
        ),
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


@pytest.mark.parametrize(
    ("component", "category"),
    [
        ("ZVWZORGKOSTENTAB", "health"),
        ("MEDICIJNTAB", "health"),
        ("DOODOORZTAB", "health"),
        ("GBAOVERLIJDENTAB", ""),
        ("ZORGTAB", ""),
        ("INSCHRWPOTAB", ""),
    ],
)
def test_registers_of_care_medicines_and_causes_of_death_are_special_as_a_whole(component, category):
    assert special_by_register(component) == category
    assert special_by_register(component.lower()) == category


def test_no_register_that_the_toolkit_describes_is_special_as_a_whole():
    assert [component for component in components() if special_by_register(component)] == []
