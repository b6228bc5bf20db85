"""On what basis a study reads special categories of personal data (GDPR, article 9), and what it may not read."""

import datetime as dt
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from nco_research.codebooks import Codebook, SpecialCategory, VariableType, codebook
from nco_research.guard.special import special_by_name, special_by_register
from nco_research.keys import is_key
from nco_research.study.sections import Section
from output_checks.errors import InputError

_NEARLY = 0.8
_KEYS = ("category", "kind", "reference", "date", "variables")


class BasisKind(Enum):
    """What allows the use of special categories."""

    CONSENT = "consent"
    """The persons themselves, or their parents, agreed actively."""
    LAW = "law"


ACCEPTED = {
    SpecialCategory.HEALTH: (BasisKind.CONSENT,),
    SpecialCategory.RELIGION: (BasisKind.CONSENT,),
    SpecialCategory.ETHNICITY: (BasisKind.CONSENT, BasisKind.LAW),
}


@dataclass(frozen=True, kw_only=True)
class Basis:
    """A basis that a study recorded, with the document that proves it."""

    category: SpecialCategory
    kind: BasisKind
    reference: str
    date: dt.date
    variables: tuple[str, ...] = ()
    """The variables that it is limited to; all of the category where there are none."""

    @classmethod
    def of(cls, file: Path, number: int, values: dict[str, object]) -> "Basis":
        """Read one `[[basis]]` of a study file.

        Raises
        ------
        InputError
            A key is absent, unknown or wrong, or the kind is not accepted for the category.
        """
        section = Section(file=file, values=values, keys=_KEYS, place=f"[[basis]] {number}")
        category = SpecialCategory(section.choice("category", [item.value for item in SpecialCategory]))
        kind = BasisKind(section.choice("kind", [item.value for item in BasisKind]))
        if kind not in ACCEPTED[category]:
            accepted = " or ".join(f'"{item.value}"' for item in ACCEPTED[category])
            raise InputError(
                f"{file}: [[basis]] {number}: {category.value} is read on {accepted} only; found {kind.value!r}.",
                remedy=f"kind = {accepted}, with the document that proves it as reference",
            )
        return cls(
            category=category,
            kind=kind,
            reference=section.text("reference", example="Consent form of 12 March 2025, version 2"),
            date=section.date("date"),
            variables=section.texts("variables", example='["GBAGENERATIE"]'),
        )

    def covers(self, category: SpecialCategory, names: Iterable[str]) -> bool:
        """Whether it is a basis for a variable of that category, which has or had these names."""
        if category is not self.category:
            return False
        limited_to = {name.casefold() for name in self.variables}
        return not limited_to or any(name.casefold() in limited_to for name in names)


def special_category(book: Codebook, name: str) -> SpecialCategory | None:
    """Of which special category a column of a register is; None where it is of none.

    The toolkit's own codebook goes first, so that a codebook of a team can call a variable special, but cannot take
    that away. A column that the toolkit does not describe is judged by its name as well. In a register that is about
    care, medicines or causes of death, every column is special: being in it says something already.
    """
    own = codebook(book.component).variable(name)
    described = book.variable(name)
    for variable in (own, described):
        if variable is not None and variable.special is not None:
            return variable.special
    if own is not None:
        return None
    if about := special_by_register(book.component):
        return SpecialCategory(about)
    names = described.names if described is not None else (name,)
    return next((SpecialCategory(found) for item in (name, *names) if (found := special_by_name(item))), None)


def not_described(basis: Basis, books: Iterable[Codebook], *, file: Path) -> tuple[str, ...]:
    """The variables of a basis that no codebook describes as being of its category.

    They may be columns of a file that nobody described, or mistakes: whoever checks the study file should look.

    Raises
    ------
    InputError
        One is not described, nor special by its name, and nearly called like one that is: it would be a basis for
        nothing. Names it and the one that is probably meant.
    """
    described = {
        name.casefold(): name
        for book in books
        for variable in book
        if special_category(book, variable.name) is basis.category
        for name in variable.names
    }
    absent = tuple(name for name in basis.variables if name.casefold() not in described)
    for name in absent:
        close = difflib.get_close_matches(name.casefold(), described, n=1, cutoff=_NEARLY)
        if close and special_by_name(name) != basis.category.value:
            raise InputError(
                f"{file}: a basis for {basis.category.value} names {name!r}, which no codebook describes.",
                remedy=repr(described[close[0]]),
            )
    return absent


def expect_basis(
    book: Codebook,
    columns: Sequence[str] | None,
    *,
    present: Sequence[str] = (),
    bases: Sequence[Basis] = (),
    file: Path | None = None,
) -> tuple[str, ...]:
    """Do nothing, unless special variables are asked for without a basis. Returns what is to be left out.

    Parameters
    ----------
    book
        The codebook of the register.
    columns
        The columns asked for by name, those in conditions included. None: whatever there is.
    present
        The columns of the file. Where it is not given and `columns` is None, those of the codebook.
    bases
        Of the study; without a study file there are none, and nothing special can be read.
    file
        The study file; for the error.

    Returns
    -------
    tuple of str
        Where `columns` is None, the columns that may not be read. Else nothing: what was asked for may all be read.

    Raises
    ------
    InputError
        A column that was asked for by name is of a special category, and no basis for it is recorded. Names the column
        and its category, and what to add to the study file.
    """
    wanted = columns if columns is not None else present or [variable.name for variable in book]
    without = {name: category for name in wanted if (category := _unfounded(book, name, bases)) is not None}
    if columns is None or not without:
        return tuple(without)
    listed = "; ".join(f"{name!r} of {book.component} is about {category.value}" for name, category in without.items())
    recorded = f"{file} records none for this" if file is not None else "there is no study file to record one"
    raise InputError(
        f"{listed}. Such variables are read on a recorded basis only, and {recorded}.",
        remedy=f"other columns; or add to {file or 'a study.toml (nco study new FOLDER)'}:\n{_lines(without)}",
    )


def _unfounded(book: Codebook, name: str, bases: Sequence[Basis]) -> SpecialCategory | None:
    """The category of a special variable without a basis."""
    category = special_category(book, name)
    if category is None:
        return None
    variable = book.variable(name)
    names = (name, *(variable.names if variable is not None else ()))
    if (variable is not None and variable.type is VariableType.KEY) or is_key(name):
        # A basis for some variables of a register is one for knowing whose they are.
        return None if any(basis.category is category for basis in bases) else category
    return None if any(basis.covers(category, names) for basis in bases) else category


def _lines(without: dict[str, SpecialCategory]) -> str:
    """What a study file would have to say, once per category."""
    parts = []
    for category in dict.fromkeys(without.values()):
        names = ", ".join(f'"{name}"' for name, of in without.items() if of is category)
        kinds = " or ".join(f'"{kind.value}"' for kind in ACCEPTED[category])
        parts.append(
            f'[[basis]]\ncategory = "{category.value}"\nkind = {kinds}\n'
            f'reference = "the document, its date and version"\ndate = YYYY-MM-DD\nvariables = [{names}]'
        )
    return "\n".join(parts)
