"""A cohort of the whole country: who was tested, where they lived, who their mothers are, and ten years before."""

import datetime as dt

import nco_research as nco

PERSON = ["RINPERSOONS", "RINPERSOON"]
SCHOOL = ["WPOBRIN_crypt", "WPOBRINVEST"]
ADDRESS = ["SOORTOBJECTNUMMER", "RINOBJECTNUMMER"]
DAYS = ["GBADATUMAANVANGADRESHOUDING", "GBADATUMEINDEADRESHOUDING"]


def build_cohort(study: nco.Study, *, year: int, first_year: int) -> nco.Cohort:
    """Pupils in grades 3 to 8 in a school year with a test of arithmetic in the middle of it, followed back in time.

    Columns besides the person and the school: grade, sex and year of birth, the mother's person number and income, the
    municipality of the address on 1 October, the score and test series. Years: grade and school from `first_year` on.
    """

    def read(component: str, years: list[int], columns: list[str]) -> nco.Microdata:
        return nco.open_microdata(component, years=years, columns=columns, study=study)

    enrolments = read("INSCHRWPOTAB", [*range(first_year, year + 1)], [*PERSON, *SCHOOL, "WPOLEERJAAR"])
    persons = read("GBAPERSOONTAB", [year + 1], [*PERSON, "GBAGESLACHT", "GBAGEBOORTEJAAR"])
    parents = read("KINDOUDERTAB", [year + 1], [*PERSON, "RINPERSOONSMa", "RINPERSOONMa"])
    incomes = read("INPATAB", [year], [*PERSON, "INPPERSBRUT"])
    homes = read("GBAADRESOBJECTBUS", [year + 1], [*PERSON, *ADDRESS, *DAYS])
    areas = read("VSLGWBTAB", [year + 1], [*ADDRESS, f"gem{year}"])
    tests = nco.open_microdata(
        "LVSNCO",
        years=[year],
        columns=[*PERSON, "LVSTOETS", "LVSSCORE", "LVSREEKS", "LVSAFNAMEDATUM"],
        where="LVSDOMEIN = 'Rekenen-wiskunde' AND LVSTOETS LIKE 'Midden%' AND LVSSCORE IS NOT NULL",
        study=study,
    )
    return (
        nco.Cohort.starting(
            "in grades 3 to 8",
            enrolments,
            key=PERSON,
            where=f"year = {year} AND WPOLEERJAAR >= 3",
            columns=[*SCHOOL, "WPOLEERJAAR"],
            school=SCHOOL,
        )
        .link("in the population register", persons, on=PERSON)
        .link(
            "with a test of arithmetic in the middle of the year",
            tests,
            on=PERSON,
            columns={"test": "LVSTOETS", "score": "LVSSCORE", "series": "LVSREEKS"},
            prefer="LVSAFNAMEDATUM",
        )
        .link("parents", parents, on=PERSON, required=False, columns=["RINPERSOONSMa", "RINPERSOONMa"])
        .link(
            "income of the mother",
            incomes,
            on={"RINPERSOONSMa": "RINPERSOONS", "RINPERSOONMa": "RINPERSOON"},
            required=False,
            columns={"mothers_income": "INPPERSBRUT"},
        )
        .at("address on 1 October", homes, date=dt.date(year, 10, 1), columns=ADDRESS)
        .link(
            "municipality",
            areas,
            on=ADDRESS,
            required=False,
            columns={"municipality": f"gem{year}"},
            prefer=f"gem{year}",
        )
        .follow("enrolled since", enrolments, columns={"grade": "WPOLEERJAAR", "school": "WPOBRIN_crypt"})
    )
