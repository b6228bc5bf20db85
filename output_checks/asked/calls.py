"""Pandas' own calls on a release: what pandas gives comes back, judged."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, Unpack

import pandas as pd

from output_checks.arguments import expect_decimals, expect_name, expect_texts
from output_checks.asked.answer import Answer
from output_checks.asked.call import Call
from output_checks.asked.crosstab import crosstab_call
from output_checks.asked.evidence import Part
from output_checks.asked.grouped import Grouping
from output_checks.asked.groups import Grouped, How
from output_checks.asked.keeping import Keeping
from output_checks.asked.pivot import pivot_call
from output_checks.asked.recipe import Recipe
from output_checks.asked.registering import ASKED, PART_OF, Wish, outputs_of
from output_checks.asked.requests import crosstab_recipe, pivot_recipe, request_of
from output_checks.errors import InputError
from output_checks.model.finding import Outcome
from output_checks.registered import Registered
from output_checks.rendering.csv import table_csv
from output_checks.store.draft import load_outputs


class PandasCalls(Keeping):
    """What a release takes of pandas: `crosstab`, `pivot_table` and `groupby`, with pandas' own arguments."""

    def crosstab(  # noqa: PLR0917 - as pandas has it
        self,
        name: str,
        index: object,
        columns: object,
        values: object = None,
        rownames: Sequence[str] | None = None,
        colnames: Sequence[str] | None = None,
        aggfunc: object = None,
        *,
        data: pd.DataFrame | None = None,
        margins: bool = False,
        margins_name: str = "All",
        dropna: bool = True,
        normalize: bool | str | int = False,
        **how: Unpack[How],
    ) -> Answer:
        """Register what `pandas.crosstab` gives for these arguments.

        `data` has the unit keys of the same records; Series are aligned with it by their index, arrays by their order.
        A text is the name of one of its columns. With `normalize`, what leaves are counts (or sums) with the totals
        that the shares are of. `suppress`, `decimals`, `title` and `population` are as in `release.table`.

        Raises
        ------
        InputError
            The arrays are not of the records of the data, or the call asks for what cannot be measured.
        """
        call = crosstab_call(
            index,
            columns,
            data=data,
            values=values,
            rownames=rownames,
            colnames=colnames,
            aggfunc=aggfunc,
            margins=margins,
            margins_name=margins_name,
            dropna=dropna,
            normalize=normalize,
        )
        given = {
            "rownames": rownames,
            "colnames": colnames,
            "aggfunc": aggfunc,
            "margins": margins,
            "margins_name": margins_name,
            "dropna": dropna,
            "normalize": normalize,
        }
        return self._answer(call, name, how, lambda: crosstab_recipe(call, _expect_frame(data), given))

    def pivot_table(  # noqa: PLR0917 - as pandas has it
        self,
        name: str,
        data: pd.DataFrame,
        values: object = None,
        index: object = None,
        columns: object = None,
        aggfunc: object = "mean",
        fill_value: float | None = None,
        *,
        margins: bool = False,
        dropna: bool = True,
        margins_name: str = "All",
        observed: bool | None = None,
        sort: bool = True,
        **how: Unpack[How],
    ) -> Answer:
        """Register what `pandas.pivot_table` gives for these arguments: one table for each variable in `values`.

        Raises
        ------
        InputError
            A column is not there, or the call asks for what cannot be measured.
        """
        given: dict[str, Any] = {
            "values": values,
            "index": index,
            "columns": columns,
            "aggfunc": aggfunc,
            "fill_value": fill_value,
            "margins": margins,
            "dropna": dropna,
            "margins_name": margins_name,
            "observed": observed,
            "sort": sort,
        }
        call = pivot_call(_expect_frame(data), **given)
        return self._answer(call, name, how, lambda: pivot_recipe(call, data, given))

    def groupby(
        self,
        data: pd.DataFrame,
        by: object = None,
        *,
        level: object = None,
        as_index: bool = True,
        **options: bool,
    ) -> Grouped:
        """Group records as `data.groupby` does; `.agg(..., name="means")`, `.mean("means")` and so on register a table.

        `options` are pandas' `sort`, `observed`, `dropna` and `group_keys`.

        Raises
        ------
        InputError
            An option is not one of pandas', or there is nothing to group by.
        """
        unknown = sorted(set(options) - {"sort", "observed", "dropna", "group_keys"})
        if unknown:
            raise InputError(f"groupby does not take {unknown[0]!r} here.", remedy="sort, observed, dropna or as_index")
        if (by is None) == (level is None):
            raise InputError("Records are grouped by columns or by levels of the index.", remedy='by=["sex", "track"]')
        grouping = Grouping(data=_expect_frame(data), by=by, level=level, options=options, flat=not as_index)
        return Grouped(grouping, self._answer)

    def _answer(self, call: Call, name: str, how: How, recipe: Callable[[], Recipe | None]) -> Answer:
        """Register every part of a call, and forget those that the same call had before and has no more."""
        unknown = sorted(set(how) - set(How.__annotations__))
        if unknown:
            known = "suppress, decimals, round, title or population"
            raise InputError(f"{unknown[0]!r} cannot be given here.", remedy=known)
        wish = Wish(name=expect_name(name), **how)
        expect_decimals(wish.decimals)
        expect_texts(title=wish.title, population=wish.population)
        wish = replace(wish, title=str(wish.title), population=str(wish.population))
        made = outputs_of(call, wish, units=self.units, policy=self.policy)
        self._make_room(name, {output.name for _, output in made})
        parts = tuple(part for part, _ in made)
        tables = self._register_all([(one, {f"{one.name}.csv": table_csv(one.tabulations)}) for _, one in made])
        if any(table.outcome is not Outcome.PASS for table in tables):
            tables = self._with_mendings(tables, parts, wish, recipe)
        return Answer(tables=tables, _call=call, _parts=parts)

    def _with_mendings(
        self, tables: tuple[Registered, ...], parts: tuple[Part, ...], wish: Wish, recipe: Callable[[], Recipe | None]
    ) -> tuple[Registered, ...]:
        """The tables with a search for a call that passes; as they are where the call cannot be written again."""
        try:
            written = recipe()
            request = None if written is None else request_of(written, parts, wish)
        except InputError:
            return tables
        return tables if written is None or request is None else self._searchable(tables, request, written.frame)

    def _make_room(self, name: str, names: AbstractSet[str]) -> None:
        """Take out what the same call had before and has no more.

        Raises
        ------
        InputError
            An output of something else has the name of one of these tables.
        """
        outputs = load_outputs(self.folder)[0]
        own = [item.name for item in outputs if item.definition.get(PART_OF) == name]
        own += [item.name for item in outputs if item.name == name and ASKED in item.definition]
        others = [item.name for item in outputs if item.name in names - {name, *own}]
        if others:
            raise InputError(
                f"There is another output called {others[0]}, as a table of this call would be.",
                remedy=f"another name than {name}, or release.remove({others[0]!r})",
            )
        for old in own:
            if old not in names:
                self.remove(old)


def _expect_frame(data: object) -> pd.DataFrame:
    if not isinstance(data, pd.DataFrame):
        raise InputError(
            f"The data must be a pandas DataFrame, not a {type(data).__name__}.",
            remedy="data.to_pandas(), or release.table(...)",
        )
    return data
