"""How findings are said to a school, in Dutch and in English: what is the matter, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from nco_research.linkage.kinds import Kind

LANGUAGES = ("nl", "en")


@dataclass(frozen=True)
class Wording:
    """What is the matter, and what to do about it."""

    problem: str
    remedy: str


def said(kind: Kind, language: str) -> Wording:
    """The words for a kind of finding, in one of LANGUAGES."""
    return _WORDS[kind][language == "nl"]


def _words(problem: str, remedy: str, probleem: str, oplossing: str) -> tuple[Wording, Wording]:
    return Wording(problem, remedy), Wording(probleem, oplossing)


_AGAIN, _OPNIEUW = "make the export again", "maak de export opnieuw"
_WORDS: Mapping[Kind, tuple[Wording, Wording]] = {
    Kind.FIELDS: _words(
        "The line has too few or too many fields, or a quotation mark that is not closed.",
        f"{_AGAIN}; do not edit it by hand",
        "De regel heeft te weinig of te veel velden, of een aanhalingsteken dat niet wordt gesloten.",
        f"{_OPNIEUW}; pas het bestand niet met de hand aan",
    ),
    Kind.WITHOUT_IDENTITY: _words(
        "Nobody can tell which pupil this is: no valid BSN or education number, and not all of sex, date of birth, "
        "postcode and house number.",
        "fill in the BSN or the education number",
        "Niet te zien is om welke leerling het gaat: geen geldig BSN of onderwijsnummer, en geslacht, geboortedatum, "
        "postcode en huisnummer zijn niet alle vier (juist) ingevuld.",
        "vul het BSN of het onderwijsnummer in",
    ),
    Kind.TWO_PERSONS: _words(
        "The same BSN or education number stands with two sexes or two dates of birth.",
        "check whose number it is, and correct the other lines",
        "Hetzelfde BSN of onderwijsnummer staat bij twee geslachten of twee geboortedata.",
        "ga na van wie het nummer is, en verbeter de andere regels",
    ),
    Kind.SCHOOL: _words(
        "BRIN or VESTIGING is not a school number: two digits and two letters, and two digits.",
        "fill in the BRIN, as 12AB, and the branch, as 00",
        "BRIN of VESTIGING is geen schoolnummer: twee cijfers en twee letters, en twee cijfers.",
        "vul het BRIN-nummer in, zoals 12AB, en de vestiging, zoals 00",
    ),
    Kind.OTHER_SCHOOL: _words(
        "The line belongs to another school or branch than the file name says.",
        "deliver one file per school and branch, and check its name",
        "De regel hoort bij een andere school of vestiging dan de bestandsnaam zegt.",
        "lever één bestand per school en vestiging, en controleer de naam",
    ),
    Kind.GRADE: _words(
        "GROEP is not a number from 1 to 8.",
        "fill in the grade that the pupil was in",
        "GROEP is geen getal van 1 tot en met 8.",
        "vul de groep in waarin de leerling zat",
    ),
    Kind.DOMAIN: _words(
        "DOMEIN is none of RW, BL and SP.",
        "leave out tests of other domains",
        "DOMEIN is niet RW, BL of SP.",
        "laat toetsen van andere domeinen weg",
    ),
    Kind.TEST: _words(
        "TOETS is none of M3, E3, M4, ..., E8.",
        "fill in the test: M or E, and the grade that it was made for",
        "TOETS is niet M3, E3, M4, ..., E8.",
        "vul de toets in: M of E, en de groep waarvoor hij is gemaakt",
    ),
    Kind.TEST_DATE: _words(
        "AFNAMEDATUM is not a date, written as year, month, day without anything between them.",
        "fill in the day on which the test was taken, as 20220131",
        "AFNAMEDATUM is geen datum, geschreven als jaar, maand, dag zonder iets ertussen.",
        "vul de dag in waarop de toets is afgenomen, zoals 20220131",
    ),
    Kind.OUTSIDE_YEAR: _words(
        "The test was not taken in the school year that the file name says (1 August to 31 July).",
        "deliver each school year in a file of its own",
        "De toets is niet afgenomen in het schooljaar van de bestandsnaam (1 augustus tot en met 31 juli).",
        "lever elk schooljaar in een eigen bestand",
    ),
    Kind.SCORE: _words(
        "SCORE is not a number.",
        "fill in the skill score, with a comma before decimals, or nothing",
        "SCORE is geen getal.",
        "vul de vaardigheidsscore in, met een komma voor decimalen, of niets",
    ),
    Kind.SCORE_RANGE: _words(
        "SCORE is lower or higher than any skill score of that domain.",
        "check that the column holds skill scores of the domain that is named",
        "SCORE is lager of hoger dan elke vaardigheidsscore van dat domein.",
        "controleer of de kolom vaardigheidsscores bevat, van het genoemde domein",
    ),
    Kind.COPY: _words(
        "The line is the same as an earlier one; the earlier one is kept.",
        "nothing; or find out why the export has lines twice",
        "De regel is gelijk aan een eerdere; de eerdere telt.",
        "niets; of ga na waarom de export regels dubbel bevat",
    ),
    Kind.TWICE: _words(
        "The same pupil has the same test more than once, with different details; it is not known which one counts.",
        "keep the line that counts, and remove the others",
        "Dezelfde leerling heeft dezelfde toets meer dan eens, met andere gegevens; welke telt, is niet bekend.",
        "laat de regel staan die telt, en verwijder de andere",
    ),
    Kind.BSN: _words(
        "BSN is not a citizen service number: its digits do not pass the check. The number is not used.",
        "correct the number, or leave it empty",
        "BSN is geen burgerservicenummer: de cijfers voldoen niet aan de elfproef. Het nummer wordt niet gebruikt.",
        "verbeter het nummer, of laat het leeg",
    ),
    Kind.EDUCATION_NUMBER: _words(
        "ONDERWIJSNUMMER is not an education number: its digits do not pass the check. The number is not used.",
        "correct the number, or leave it empty; a BSN belongs in the column BSN",
        "ONDERWIJSNUMMER is geen onderwijsnummer: de cijfers voldoen niet aan de controle. Het nummer wordt niet "
        "gebruikt.",
        "verbeter het nummer, of laat het leeg; een BSN hoort in de kolom BSN",
    ),
    Kind.SEX: _words(
        "GESLACHT is neither M nor V. It is not used.",
        "fill in M or V",
        "GESLACHT is niet M of V. Het wordt niet gebruikt.",
        "vul M of V in",
    ),
    Kind.SEX_CODES: _words(
        "GESLACHT is M in a file that has J: M may stand for girls (meisje) here. It is not used.",
        "fill in M for boys and V for girls",
        "GESLACHT is M in een bestand waarin ook J staat: M kan hier voor meisje staan. Het wordt niet gebruikt.",
        "vul M in voor jongens en V voor meisjes",
    ),
    Kind.BIRTH: _words(
        "GEBOORTEDATUM is not a date, as 20120131, or not of a child of primary school. It is not used.",
        "fill in the date of birth",
        "GEBOORTEDATUM is geen datum, zoals 20120131, of niet van een kind op de basisschool. Hij wordt niet gebruikt.",
        "vul de geboortedatum in",
    ),
    Kind.POSTCODE: _words(
        "POSTCODE is not a Dutch postcode with its letters. It is not used.",
        "fill in the postcode, as 1234AB",
        "POSTCODE is geen Nederlandse postcode met letters. Hij wordt niet gebruikt.",
        "vul de postcode in, zoals 1234AB",
    ),
    Kind.HOUSE: _words(
        "HUISNUMMER is not a house number. It is not used.",
        "fill in the house number; what follows it (12 B) may be there",
        "HUISNUMMER is geen huisnummer. Het wordt niet gebruikt.",
        "vul het huisnummer in; een toevoeging (12 B) mag erbij staan",
    ),
    Kind.WINDOW: _words(
        "The test was taken outside the usual months: December to March for M, April to July for E.",
        "check the date and the test; leave it as it is if it is right",
        "De toets is buiten de gebruikelijke maanden afgenomen: december tot en met maart voor M, april tot en met "
        "juli voor E.",
        "controleer datum en toets; laat het zo als het klopt",
    ),
    Kind.SCORE_ABSENT: _words(
        "There is no SCORE. The row counts as a test without a result.",
        "fill in the skill score if it is known",
        "Er is geen SCORE. De regel telt als een toets zonder uitslag.",
        "vul de vaardigheidsscore in als die bekend is",
    ),
    Kind.DECIMAL_POINT: _words(
        "SCORE has a point before its decimals instead of a comma. It is read as decimals.",
        "check that the point does not part thousands",
        "SCORE heeft een punt voor de decimalen in plaats van een komma. Het is als decimalen gelezen.",
        "controleer dat de punt geen duizendtallen scheidt",
    ),
    Kind.LEVEL: _words(
        "NIVEAU is none of I, II, III, IV and V. It is left out.",
        "fill in the level, or leave it empty",
        "NIVEAU is niet I, II, III, IV of V. Het wordt weggelaten.",
        "vul het niveau in, of laat het leeg",
    ),
    Kind.SERIES: _words(
        "REEKS is not a name of a test series that is known. It is left out.",
        "fill in the series as the test has it, as LVS 3.0",
        "REEKS is geen bekende naam van een toetsreeks. Hij wordt weggelaten.",
        "vul de reeks in zoals die op de toets staat, zoals LVS 3.0",
    ),
    Kind.NAME: _words(
        "The file name is not LVS_, BRIN with branch, _ and the year in which the school year starts.",
        "name the file as LVS_12AB00_2021.csv",
        "De bestandsnaam is niet LVS_, BRIN met vestiging, _ en het jaar waarin het schooljaar begint.",
        "noem het bestand zoals LVS_12AB00_2021.csv",
    ),
    Kind.UNFINISHED_NAME: _words(
        "The file has the name of one that is still being sent or saved.",
        "wait until it is complete; then it has its own name",
        "Het bestand heeft de naam van een bestand dat nog wordt verzonden of opgeslagen.",
        "wacht tot het compleet is; dan heeft het zijn eigen naam",
    ),
    Kind.UNREADABLE: _words(
        "The file cannot be read.",
        "check that it is there and may be read",
        "Het bestand kan niet worden gelezen.",
        "controleer of het er is en gelezen mag worden",
    ),
    Kind.BEING_WRITTEN: _words(
        "The file changed while it was read.",
        "wait until it is complete",
        "Het bestand veranderde terwijl het werd gelezen.",
        "wacht tot het compleet is",
    ),
    Kind.EMPTY: _words(
        "The file has no rows.",
        f"{_AGAIN}, or do not deliver it",
        "Het bestand heeft geen regels.",
        f"{_OPNIEUW}, of lever het niet",
    ),
    Kind.NOT_TEXT: _words(
        "The file is not csv text: it is a spreadsheet, compressed, or in UTF-16.",
        "save it as csv",
        "Het bestand is geen csv-tekst: het is een spreadsheet, gecomprimeerd, of in UTF-16.",
        "sla het op als csv",
    ),
    Kind.SEPARATOR: _words(
        "The fields are not parted by semicolons.",
        "save it as csv with semicolons",
        "De velden zijn niet gescheiden door puntkomma's.",
        "sla het op als csv met puntkomma's",
    ),
    Kind.NO_HEADER: _words(
        "The first line does not name the columns.",
        f"{_AGAIN}, with column names",
        "De eerste regel noemt de kolommen niet.",
        f"{_OPNIEUW}, met kolomnamen",
    ),
    Kind.COLUMN_ABSENT: _words(
        "Columns are absent.",
        f"{_AGAIN}, with all columns",
        "Er ontbreken kolommen.",
        f"{_OPNIEUW}, met alle kolommen",
    ),
    Kind.COLUMN_TWICE: _words(
        "Columns are there twice.",
        "keep one of each",
        "Er zijn kolommen dubbel.",
        "laat er van elk één staan",
    ),
    Kind.CUT_OFF: _words(
        "The last line is cut off, so rows may be lacking.",
        f"{_AGAIN}, or send it again",
        "De laatste regel is afgebroken; er kunnen dus regels ontbreken.",
        f"{_OPNIEUW}, of stuur het opnieuw",
    ),
    Kind.DELIVERED_TWICE: _words(
        "There are two deliveries of this school and branch for this school year.",
        "keep the one that counts",
        "Er zijn twee leveringen van deze school en vestiging voor dit schooljaar.",
        "bewaar de levering die telt",
    ),
    Kind.COLUMN_UNKNOWN: _words(
        "There are columns that were not asked for. They are not read.",
        "leave them out of the export: do not send what is not needed",
        "Er zijn kolommen die niet zijn gevraagd. Ze worden niet gelezen.",
        "laat ze weg uit de export: stuur niet wat niet nodig is",
    ),
    Kind.UTF8: _words(
        "The file is in UTF-8 instead of cp1252. It was read as such.",
        "nothing",
        "Het bestand is in UTF-8 in plaats van cp1252. Het is zo gelezen.",
        "niets",
    ),
    Kind.LAST_LINE: _words(
        "The last line does not end. It has all its fields, but the last may be cut off.",
        "check the last line and whether rows are lacking",
        "De laatste regel eindigt niet. Alle velden zijn er, maar het laatste kan zijn afgebroken.",
        "controleer de laatste regel en of er regels ontbreken",
    ),
}
