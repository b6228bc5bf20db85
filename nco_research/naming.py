"""Names for outputs, made from the names of columns."""

import re
import unicodedata


def slug(text: str) -> str:
    """Lower-case letters, digits and `_` only, for the name of an output: `Leerweg (advies)` becomes `leerweg_advies`.

    Accents are dropped; a text without any letter or digit becomes `column`.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:30].rstrip("_") or "column"


def slugs(texts: list[str]) -> list[str]:
    """A slug for each text, all different: a second `leerweg` becomes `leerweg_2`."""
    made: list[str] = []
    for text in texts:
        base, name, number = slug(text), slug(text), 1
        while name in made:
            number += 1
            name = f"{base}_{number}"
        made.append(name)
    return made
