"""Codebooks, to be replaced by registers/*.toml."""

from nco_research.codebooks.model import Codebook, Variable, VariableType

_LVSNCO = "Layout assumed"

def codebook(component: str) -> Codebook:
    """The codebook of a component; without variables where the toolkit has none."""
    nothing_known = Codebook(component=component, label=component, label_nl=component, variables=())
    return next((item for item in CODEBOOKS if item.component.casefold() == component.casefold()), nothing_known)


_KEY, _CATEGORY, _NUMBER = VariableType.KEY, VariableType.CATEGORY, VariableType.NUMBER

_PERSON = (
    Variable(
        name="RINPERSOONS",
        label="kind of person number: R is in the population register, S is not",
        label_nl="soort persoonsnummer",
        type=_KEY,
    ),
    Variable(
        name="RINPERSOON",
        label="person number, a pseudonym of nine characters",
        label_nl="persoonsnummer",
        type=_KEY,
    ),
)

INSCHRWPOTAB = Codebook(
    component="INSCHRWPOTAB",
    label="enrolments in primary education",
    label_nl="inschrijvingen in het basisonderwijs",
    variables=(
        *_PERSON,
        Variable(name="WPOBRIN_crypt", label="school, a pseudonym", label_nl="school", type=_KEY),
        Variable(name="WPOBRINVEST", label="branch of the school", label_nl="vestiging", type=_KEY),
        Variable(
            name="WPOLEERJAAR",
            label="grade (groep)",
            label_nl="leerjaar",
            type=_NUMBER,
            missing=frozenset({"", "-", "--"}),
        ),
        Variable(name="WPODENOMINATIE", label="denomination of the school", label_nl="denominatie", type=_CATEGORY),
        Variable(
            name="WPOADVIESVO",
            label="school's recommendation for secondary education",
            label_nl="advies voortgezet onderwijs",
            type=_CATEGORY,
            missing=frozenset({"80", "--"}),
        ),
        Variable(
            name="WPOVERBLIJFSJRBO",
            label="years in primary education",
            label_nl="verblijfsjaren in het basisonderwijs",
            type=_NUMBER,
            missing=frozenset({"99"}),
        ),
        Variable(name="WPOZITTENBLIJVEN", label="grades repeated", label_nl="zittenblijven", type=_CATEGORY),
    ),
)

GBAPERSOONTAB = Codebook(
    component="GBAPERSOONTAB",
    label="persons in the population register",
    label_nl="persoonskenmerken",
    variables=(
        *_PERSON,
        Variable(
            name="GBAGESLACHT",
            label="sex",
            label_nl="geslacht",
            type=_CATEGORY,
            missing=frozenset({"-", "3"}),
            labels={"1": "Man", "2": "Vrouw"},
        ),
        Variable(
            name="GBAGEBOORTEJAAR",
            label="year of birth",
            label_nl="geboortejaar",
            type=_NUMBER,
            missing=frozenset({"----", "0000"}),
        ),
        Variable(
            name="GBAGEBOORTEMAAND",
            label="month of birth",
            label_nl="geboortemaand",
            type=_NUMBER,
            missing=frozenset({"--", "00"}),
        ),
        Variable(
            name="GBAGENERATIE",
            label="generation of migrants",
            label_nl="generatie",
            type=_CATEGORY,
            missing=frozenset({"-"}),
            labels={"0": "Autochtoon", "1": "Eerste generatie allochtoon", "2": "Tweede generatie allochtoon"},
        ),
        Variable(
            name="GBAHERKOMSTGROEPERING",
            label="country of origin",
            label_nl="herkomstgroepering",
            type=_CATEGORY,
            missing=frozenset({"----", "0000"}),
        ),
    ),
)

LVSNCO = Codebook(
    component="LVSNCO",
    label="results of tests that follow pupils (LVS)",
    label_nl="toetsresultaten uit leerlingvolgsystemen",
    variables=(
        *_PERSON,
        *(
            Variable(
                name=name,
                label=f"{domain}, {moment}",
                label_nl=f"{domain_nl}, {moment_nl}",
                type=_NUMBER,
                missing=frozenset({"999"}),
                source=_LVSNCO,
            )
            for name, domain, domain_nl, moment, moment_nl in (
                ("TAALVOOR", "language", "taal", "first test", "voormeting"),
                ("TAALNA", "language", "taal", "second test", "nameting"),
                ("REKENENVOOR", "arithmetic", "rekenen", "first test", "voormeting"),
                ("REKENENNA", "arithmetic", "rekenen", "second test", "nameting"),
            )
        ),
        Variable(
            name="SES",
            label="socio-economic status of the parents",
            label_nl="sociaal-economische status van de ouders",
            type=_NUMBER,
            missing=frozenset({"999"}),
            source=_LVSNCO,
        ),
    ),
)

CODEBOOKS: tuple[Codebook, ...] = (INSCHRWPOTAB, GBAPERSOONTAB, LVSNCO)
