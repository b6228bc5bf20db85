"""A codebook for other programs: as JSON, in both languages at once."""

from nco_research.codebooks.describing import chosen
from nco_research.codebooks.model import Codebook, Variable


def describe_as_json(book: Codebook, *, variable: str | None = None) -> dict[str, object]:
    """A register, or one variable of it, as text, numbers and lists, in both languages, for `json.dumps`.

    Raises
    ------
    InputError
        The register has no such variable.
    """
    if variable is not None:
        return {"component": book.component, **_variable_as_json(chosen(book, variable))}
    return {
        "component": book.component,
        "label": book.label,
        "label_nl": book.label_nl,
        "unit": book.unit,
        "year_means": book.year_means.name.lower(),
        "reference_day": book.reference_day.strftime("%m-%d") if book.reference_day else None,
        "key": list(book.key),
        "spell": {"start": book.spell.start, "end": book.spell.end} if book.spell else None,
        "formerly": list(book.formerly),
        "remark": book.remark,
        "source": book.source,
        "confidence": book.confidence.name.lower(),
        "variables": [_variable_as_json(item) for item in book],
    }


def _variable_as_json(item: Variable) -> dict[str, object]:
    return {
        "name": item.name,
        "formerly": list(item.formerly),
        "type": item.type.value,
        "label": item.label,
        "label_nl": item.label_nl,
        "unit": item.unit,
        "codes": {code: {"nl": nl, "en": item.labels_en.get(code, "")} for code, nl in item.labels.items()},
        "missing": sorted(item.missing),
        "written": dict(item.written),
        "open_end": sorted(item.open_end),
        "within": list(item.within) if item.within else None,
        "only_where": {name: list(codes) for name, codes in item.only_where.items()},
        "first_year": item.years[0],
        "last_year": item.years[1],
        "special": item.special.value if item.special else None,
        "remark": item.remark,
        "source": item.source,
        "confidence": item.confidence.name.lower(),
    }
