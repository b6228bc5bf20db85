"""From three components to one cohort, with readable names."""

from pathlib import Path

import nco_research as nco

_PERSON = ["RINPERSOONS", "RINPERSOON"]
_SEX = {"Man": "boy", "Vrouw": "girl"}
_BACKGROUND = {
    "Autochtoon": "none",
    "Eerste generatie allochtoon": "migration",
    "Tweede generatie allochtoon": "migration",
}
_REPEATED = {"Geen": "never", "Eén keer": "once", "Twee keer": "twice"}
_DENOMINATION = {
    "Openbaar": "public",
    "Protestants-christelijk": "Protestant",
    "Rooms-katholiek": "Catholic",
    "Algemeen bijzonder": "non-denominational",
}
_COLUMNS = [
    *_PERSON,
    *("school", "sex", "background", "repeated_grade", "denomination", "ses"),
    *("language_before", "language_after", "arithmetic_before", "arithmetic_after"),
]


def build_cohort(folder: Path) -> nco.Cohort:
    """Pupils in grade 8 with both language tests, in the population register, one row each.

    Columns: RINPERSOONS, RINPERSOON, school, sex, background, repeated_grade, denomination, ses, language_before,
    language_after, arithmetic_before, arithmetic_after.
    """
    study = nco.Study.read(folder.parent)
    enrolments = nco.open_microdata("INSCHRWPOTAB", years=[2014], study=study).frame
    columns = [*_PERSON, "GBAGESLACHT", "GBAGENERATIE"]
    persons = nco.open_microdata("GBAPERSOONTAB", years=[2014], columns=columns, study=study).frame
    tests = nco.open_microdata("LVSNCO", years=[2014], study=study).frame
    cohort = (
        nco.Cohort.starting("enrolled in primary education", enrolments, key=_PERSON)
        .where("in grade 8", lambda pupils: pupils["WPOLEERJAAR"] == 8)
        .link("in the population register", persons.drop(columns="year"), on=_PERSON)
        .where("sex known", lambda pupils: pupils["GBAGESLACHT"].notna())
        .link("in a pupil monitoring system", tests.drop(columns=["year", "school_year"]), on=_PERSON)
        .where("both language tests", lambda pupils: pupils[["TAALVOOR", "TAALNA"]].notna().all(axis=1))
    )
    return cohort.with_columns(
        lambda pupils: pupils.assign(
            school=pupils["WPOBRIN_crypt"],
            sex=pupils["GBAGESLACHT"].map(_SEX),
            background=pupils["GBAGENERATIE"].map(_BACKGROUND),
            repeated_grade=pupils["WPOZITTENBLIJVEN"].map(_REPEATED),
            denomination=pupils["WPODENOMINATIE"].map(_DENOMINATION),
            ses=pupils["SES"],
            language_before=pupils["TAALVOOR"],
            language_after=pupils["TAALNA"],
            arithmetic_before=pupils["REKENENVOOR"],
            arithmetic_after=pupils["REKENENNA"],
        )[_COLUMNS]
    )
