"""What figures are drawn from: densities and binned scatters, as tables."""

from collections.abc import Sequence

import pandas as pd

from output_checks.arguments import expect_decimals, expect_texts
from output_checks.asked.keeping import Keeping
from output_checks.errors import InputError
from output_checks.measuring.binned import tabulate_bins
from output_checks.measuring.bins import edge_questions
from output_checks.measuring.densities import curves
from output_checks.measuring.density_tables import tabulate_density
from output_checks.measuring.twins import twin_questions
from output_checks.model.evidence import OutputKind
from output_checks.registered import Registered


class DrawingCalls(Keeping):
    """Tables that are made to be drawn: `release.figure(of=...)` takes a picture of any of them."""

    def density(
        self,
        name: str,
        data: pd.DataFrame,
        *,
        value: str,
        by: Sequence[str] | str = (),
        bandwidth: float | None = None,
        points: int = 200,
        title: str = "",
        population: str = "all records",
    ) -> Registered:
        """Register a kernel density of `value` for each group of `by`: a table of points, n and density.

        The kernel is normal. The bandwidth, by Silverman's rule if none is given, is rounded up; the points are half a
        bandwidth apart, and no curve has more `points`. The curve is rounded to what two pupils add to it, and ends
        where fewer are left than the policy asks for.

        Raises
        ------
        InputError
            A column is absent or of the wrong kind, or the bandwidth or points suit no curve.
        """
        expect_texts(title=title, population=population)
        if isinstance(points, bool) or not isinstance(points, int) or points < 2:
            raise InputError("The number of points is a whole number from 2 up.", remedy="points=200")
        groups = _names(by)
        found, rows = curves(
            data,
            value=value,
            by=groups,
            units=self.units,
            minimum={level: self.policy.limits(level)["minimum_contributors"] for level in self.policy.units},
            bandwidth=bandwidth,
            most_points=points,
        )
        tabulations = tabulate_density(found, rows, value=value, by=groups, population=population)
        return self._register_cells(
            name,
            OutputKind.TABLE,
            title or f"density of {value}" + (f" by {' × '.join(groups)}" if groups else ""),
            tabulations,
            questions=self._questions(data, groups),
            definition={"density": f"normal kernel, bandwidth {found[0].bandwidth:g}"},
        )

    def binned_scatter(
        self,
        name: str,
        data: pd.DataFrame,
        *,
        x: str,
        y: str,
        by: Sequence[str] | str = (),
        bins: int = 20,
        decimals: int = 1,
        title: str = "",
        population: str = "all records",
    ) -> Registered:
        """Register the means of `x` and `y` in bins of `x` with equally many records, within each group of `by`.

        What a scatter plot shows, without the persons. The bins are numbered: their edges are values of single records.

        Raises
        ------
        InputError
            A column is absent or of the wrong kind, or the bins cannot be made.
        """
        expect_decimals(decimals)
        expect_texts(title=title, population=population)
        groups = _names(by)
        tabulations = tabulate_bins(
            data, x=x, y=y, by=groups, bins=bins, units=self.units, decimals=decimals, population=population
        )
        title = title or f"means of {x} and {y} in bins of {x}" + (f" by {' × '.join(groups)}" if groups else "")
        questions = self._questions(data, groups)
        return self._register_cells(name, OutputKind.TABLE, title, tabulations, questions=questions)

    def _questions(self, data: pd.DataFrame, by: Sequence[str]) -> tuple[str, ...]:
        """Questions about groups that are bins or numbers of few, and about records that seem to be there twice."""
        minimum = self.policy.limits(self.units.levels[0]).get("minimum_contributors", 0.0)
        edges = edge_questions(data, by=by, units=self.units, minimum=minimum) if by else ()
        return (*edges, *twin_questions(data, units=self.units))


def _names(by: Sequence[str] | str) -> tuple[str, ...]:
    if not isinstance(by, str | list | tuple):
        raise InputError("Variables are named by text.", remedy='by=["sex", "track"]')
    return (by,) if isinstance(by, str) else tuple(by)
