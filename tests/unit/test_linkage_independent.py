"""A whole linkage, compared with the same worked out by loops over dictionaries."""

import numpy as np
import pandas as pd
import pytest

from tests.linkage_factories import KEYED, Office, country


def pseudonym(number: str) -> str:
    return str(KEYED.persons([int(number)])[0])


DETAILS = ["GESLACHT", "GEBOORTEDATUM", "POSTCODE", "HUISNUMMER"]
NUMBERS = ["BSN", "ONDERWIJSNUMMER"]


def expected_rows(frame: pd.DataFrame, persons: list[dict[str, str]], objecting: set[str]) -> list[tuple[object, ...]]:
    """What must come out, by loops over dictionaries: objections, duplicates, contradictions, links."""
    by_details: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for one in persons:
        by_details.setdefault(tuple(one[name] for name in DETAILS), []).append(one)

    def objects(one: dict[str, str]) -> bool:
        if one["BSN"] in objecting or one["ONDERWIJSNUMMER"] in objecting:
            return True
        same = by_details.get(tuple(one[name] for name in DETAILS), [])
        theirs = [other for other in same if other["BSN"] in objecting or other["ONDERWIJSNUMMER"] in objecting]
        others = {other[name] for other in same if other not in theirs for name in NUMBERS} - {""}
        return bool(theirs) and not {one["BSN"], one["ONDERWIJSNUMMER"]} & others

    rows = [one for one in frame.to_dict("records") if not objects(one)]
    out = []
    for _, school in pd.DataFrame(rows).groupby("BRIN"):
        kept = contradictions_left_out(school.to_dict("records"))
        pupils = {tuple(one[name] for name in NUMBERS + DETAILS) for one in kept}
        links = {}
        for pupil in pupils:
            links[pupil] = linked_by_number(pupil, persons)
        for pupil in [one for one in pupils if links[one] == "next"]:
            found = {one["BSN"] or "S" + one["ONDERWIJSNUMMER"] for one in by_details.get(pupil[2:], [])}
            links[pupil] = found.pop() if len(found) == 1 else None
            links[pupil] = ("details", links[pupil]) if links[pupil] else None
        people = [one[1] for one in links.values() if one]
        for one in kept:
            link = links[tuple(one[name] for name in NUMBERS + DETAILS)]
            if link and (link[0] == "number" or people.count(link[1]) == 1):
                kind = "S" if link[1].startswith("S") else "R"
                number = pseudonym(link[1].removeprefix("S"))
                score = float(one["SCORE"].replace(",", "."))
                school_as = KEYED.schools([one["BRIN"]])[0]
                out.append((kind, number, school_as, one["DOMEIN"], one["TOETS"], one["AFNAMEDATUM"], score))
    return sorted(out)


def contradictions_left_out(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    two = set()
    for name in NUMBERS:
        seen: dict[str, set[tuple[str, str]]] = {}
        for one in rows:
            seen.setdefault(one[name], set()).add((one["GESLACHT"], one["GEBOORTEDATUM"]))
        two |= {(name, number) for number, who in seen.items() if number and len(who) > 1}
    rows = [one for one in rows if not {("BSN", one["BSN"]), ("ONDERWIJSNUMMER", one["ONDERWIJSNUMMER"])} & two]
    rows = [one for place, one in enumerate(rows) if one not in rows[:place]]

    def test_of(one: dict[str, str]) -> tuple[str, ...]:
        who = one["BSN"] or one["ONDERWIJSNUMMER"] or "/".join(one[name] for name in DETAILS)
        return (who, one["DOMEIN"], one["TOETS"])

    tests = [test_of(one) for one in rows]
    return [one for one in rows if tests.count(test_of(one)) == 1]


def linked_by_number(pupil: tuple[str, ...], persons: list[dict[str, str]]) -> object:
    for place, name in enumerate(NUMBERS):
        found = [one for one in persons if pupil[place] and one[name] == pupil[place]]
        if found:
            (one,) = found
            if one["GESLACHT"] != pupil[2] and one["GEBOORTEDATUM"] != pupil[3]:
                return None
            return ("number", one["BSN"] or "S" + one["ONDERWIJSNUMMER"])
    return "next"


@pytest.mark.parametrize("seed", range(4))
def test_what_is_written_is_what_an_independent_calculation_says(tmp_path, seed):
    office = Office(tmp_path)
    frame, persons, objecting = country(office, np.random.default_rng(seed))
    result = office.link()
    made = office.output()
    columns = ["RINPERSOONS", "RINPERSOON", "LVSBRIN_crypt", "LVSDOMEIN", "LVSTOETS", "LVSAFNAMEDATUM", "LVSSCORE"]
    expected = expected_rows(frame, persons, objecting)
    assert sorted(made[columns].itertuples(index=False, name=None)) == expected
    counts = result.counts
    assert counts.rows_delivered == len(frame) == counts.rows_refused + counts.objections.rows + counts.pupils.rows
    assert counts.linked.rows == counts.rows_written == len(expected)
    total = counts.linked + counts.ambiguous + counts.conflicting + counts.unlinked
    assert total == counts.pupils
    assert min(counts.ambiguous.pupils, counts.conflicting.pupils, counts.unlinked.pupils, counts.objections.rows) > 0
