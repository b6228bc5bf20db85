"""Codebooks from what files say: a later file adds to an earlier one, or says something else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nco_research.codebooks.fields import ADDED, VARIABLE_FIELDS, Codes
from nco_research.codebooks.model import Codebook, Confidence, Variable, VariableType
from nco_research.codebooks.soundness import expect_sound
from nco_research.codebooks.statements import Statement
from nco_research.columns import closest

_REQUIRED = ("type", "label", "label_nl")
_OF_A_TYPE = {
    "codes": (VariableType.CATEGORY, VariableType.KEY),
    "codes_of": (VariableType.CATEGORY, VariableType.KEY),
    "written": (VariableType.CATEGORY, VariableType.KEY),
    "within": (VariableType.NUMBER,),
    "unit": (VariableType.NUMBER,),
    "open_end": (VariableType.DATE,),
}
"""Fields that mean something for some types only."""


@dataclass(kw_only=True)
class _Draft:
    """A variable while it is put together."""

    name: str
    source: str
    confidence: Confidence
    fields: dict[str, Any] = field(default_factory=dict)
    said_by: Statement


def built(component: str, statements: Sequence[Statement]) -> Codebook:
    """The codebook that statements about one register make, the later ones on top.

    Raises
    ------
    InputError
        A new variable lacks its type or a label, a field does not go with its type, or the whole contradicts itself.
    """
    first, last = statements[0], statements[-1]
    fields: dict[str, Any] = {}
    drafts: dict[str, _Draft] = {}
    for statement in statements:
        fields |= statement.fields
        for name, said in statement.variables.items():
            _say(drafts, statement, name, said)
    for field_name in ("label", "label_nl"):
        if field_name not in fields:
            first.place(field=field_name).refuse("is needed for a register.", remedy=f'{field_name} = "..."')
    whole = {name: value for name, value in fields.items() if name not in {"source", "confidence"}}
    whole["formerly"] = tuple(name.upper() for name in fields.get("formerly", ()))
    book = Codebook(
        component=component,
        variables=tuple(_variable(draft, drafts) for draft in drafts.values()),
        source="; ".join(dict.fromkeys(statement.source for statement in statements)),
        confidence=first.confidence or Confidence.MEMORY,
        **whole,
    )
    expect_sound(book, last, {draft.name: draft.said_by for draft in drafts.values()})
    return book


def _say(drafts: dict[str, _Draft], statement: Statement, name: str, said: Mapping[str, Any]) -> None:
    """Put what a statement says of a variable on what was said before."""
    _expect_replaced(statement, name, said)
    draft = drafts.get(name.casefold())
    if draft is None:
        drafts[name.casefold()] = _Draft(
            name=name,
            source=said.get("source", statement.source),
            confidence=said.get("confidence", statement.confidence or Confidence.MEMORY),
            fields=dict(said),
            said_by=statement,
        )
        return
    changed = ", ".join(
        key for key in VARIABLE_FIELDS if key in said and key not in {"source", "confidence", "replace"}
    )
    draft.source = f"{draft.source}; {changed or 'source'} from {said.get('source', statement.source)}"
    draft.confidence = said.get("confidence", draft.confidence)
    draft.fields = _on_top(draft.fields, said)
    draft.said_by = statement


def _expect_replaced(statement: Statement, name: str, said: Mapping[str, Any]) -> None:
    """Do nothing, unless `replace` names what does not grow, or is not given."""
    place = statement.place(name, "replace")
    for replaced in said.get("replace", ()):
        if replaced not in ADDED:
            place.refuse(
                f"names {replaced!r}; any other field replaces what was there.", remedy=closest(replaced, ADDED)
            )
        if replaced not in said:
            place.refuse(f"names {replaced!r}, which is not given here.", remedy=f"{replaced} = ...")


def _on_top(before: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with those of a later file: lists and codes grow, and a code means what was said of it last."""
    after = {**before, **said}
    for name in set(ADDED) & set(said) & set(before) - set(said.get("replace", ())):
        old, new = before[name], said[name]
        after[name] = {**old, **new} if isinstance(old, dict) else tuple(dict.fromkeys((*old, *new)))
    meanings = ("codes", "missing", "open_end", "written")
    for name in meanings:
        others = {code for other in meanings if other != name for code in said.get(other, ())}
        kept = [code for code in after.get(name, ()) if code not in others]
        if name in after:
            after[name] = {code: after[name][code] for code in kept} if isinstance(after[name], dict) else tuple(kept)
    return after


def _variable(draft: _Draft, drafts: Mapping[str, _Draft]) -> Variable:
    said, place = draft.fields, draft.said_by.place
    for name in _REQUIRED:
        if name not in said:
            place(draft.name, name).refuse(
                "is needed for a variable that no codebook describes yet.",
                remedy="; ".join(f'{item} = "..."' for item in _REQUIRED if item not in said),
            )
    for name, types in _OF_A_TYPE.items():
        if said.get(name) and said["type"] not in types:
            place(draft.name, name).refuse(
                f"means nothing for a {said['type'].value}.",
                remedy=f'type = "{types[0].value}", or take `{name}` out',
            )
    labels = _labels(draft, drafts)
    return Variable(
        name=draft.name,
        labels={code: nl for code, (nl, _) in labels.items()},
        labels_en={code: en for code, (_, en) in labels.items() if en},
        missing=frozenset(said.get("missing", ())),
        open_end=frozenset(said.get("open_end", ())),
        years=(said.get("first_year"), said.get("last_year")),
        source=draft.source,
        confidence=draft.confidence,
        **{
            name: said[name]
            for name in (*_REQUIRED, "unit", "written", "within", "only_where", "formerly", "special", "remark")
            if name in said
        },
    )


def _labels(draft: _Draft, drafts: Mapping[str, _Draft]) -> Codes:
    """The labels of its own, after those of the variable that it shares its codes with."""
    own: Codes = dict(draft.fields.get("codes", {}))
    name = draft.fields.get("codes_of")
    if name is None:
        return own
    other = drafts.get(name.casefold())
    if other is None or other is draft or "codes" not in other.fields:
        draft.said_by.place(draft.name, "codes_of").refuse(
            f"names {name!r}, which has no codes to share.",
            remedy=closest(
                name, [item.name for item in drafts.values() if "codes" in item.fields and item is not draft]
            ),
        )
    without = {*draft.fields.get("missing", ()), *own}
    shared: Codes = {code: label for code, label in other.fields["codes"].items() if code not in without}
    return shared | own
