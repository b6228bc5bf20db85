"""Whether a codebook agrees with itself: what it names is there, and each name stands for one thing."""

from collections.abc import Mapping

from nco_research.codebooks.model import Codebook, Variable, VariableType
from nco_research.codebooks.statements import Statement
from nco_research.columns import closest


def expect_sound(book: Codebook, last: Statement, said_by: Mapping[str, Statement]) -> None:
    """Do nothing, unless the codebook contradicts itself.

    Parameters
    ----------
    book
        The codebook as a whole.
    last
        What was last said of the register, and of each variable in `said_by`: errors name that file.

    Raises
    ------
    InputError
        A name stands for two variables, a column that is named is not described, years are the wrong way round, or
        a condition can never hold.
    """
    _expect_own_names(book, said_by)
    _expect_named_columns(book, last)
    for variable in book:
        statement = said_by[variable.name]
        first_year, last_year = variable.years
        if first_year is not None and last_year is not None and first_year > last_year:
            statement.place(variable.name, "last_year").refuse(
                f"is {last_year}, before its first year {first_year}.", remedy=f"last_year = {first_year}, or later"
            )
        _expect_condition(book, variable, statement)
        _expect_written(variable, statement)


def _expect_own_names(book: Codebook, said_by: Mapping[str, Statement]) -> None:
    owners: dict[str, Variable] = {}
    for variable in book:
        for name in variable.names:
            other = owners.setdefault(name.casefold(), variable)
            if other is not variable:
                said_by[variable.name].place(variable.name).refuse(
                    f"has the name {name!r}, which {other.name} has or had too.",
                    remedy=f"[{book.component}.{other.name}], or take {name!r} out of `formerly` of one of the two",
                )
            if name != variable.name and name.casefold() == variable.name.casefold():
                said_by[variable.name].place(variable.name, "formerly").refuse(
                    f"repeats its own name {name!r}; case does not matter.", remedy="take it out"
                )


def _expect_named_columns(book: Codebook, last: Statement) -> None:
    spell = (book.spell.start, book.spell.end) if book.spell else ()
    for field, names in (("key", book.key), ("spell", spell)):
        for name in names:
            variable = book.variable(name)
            if variable is None:
                last.place(field=field).refuse(
                    f"names {name!r}, which is no variable of {book.component}.", remedy=_meant(name, book)
                )
            if field == "spell" and variable.type is not VariableType.DATE:
                last.place(field=field).refuse(
                    f"names {name!r}, which is a {variable.type.value} and not a date.",
                    remedy=f'type = "date" in [{book.component}.{variable.name}], or another column',
                )


def _expect_condition(book: Codebook, variable: Variable, statement: Statement) -> None:
    place = statement.place(variable.name, "only_where")
    for name, codes in variable.only_where.items():
        other = book.variable(name)
        if other is None:
            place.refuse(f"names {name!r}, which is no variable of {book.component}.", remedy=_meant(name, book))
        if other is variable:
            place.refuse("names the variable itself.", remedy="missing = [...] for codes of its own")
        if not codes:
            place.refuse(f"gives no codes of {name!r}, so that it would always be missing.", remedy='["01", "11"]')
        unknown = [code for code in codes if other.labels and code not in other.labels]
        if unknown:
            place.refuse(
                f"gives the code {unknown[0]!r}, for which {other.name} has no label.",
                remedy=f"{closest(unknown[0], list(other.labels))}, or a label for it",
            )


def _expect_written(variable: Variable, statement: Statement) -> None:
    known = [*variable.labels, *sorted(variable.missing)]
    for code in variable.written.values():
        if variable.labels and code not in known:
            statement.place(variable.name, "written").refuse(
                f"gives the code {code!r}, for which {variable.name} has no label.",
                remedy=f"{closest(code, known)}, or a label for it",
            )


def _meant(name: str, book: Codebook) -> str:
    return closest(name, [variable.name for variable in book]) if book.variables else "describe that variable too"
