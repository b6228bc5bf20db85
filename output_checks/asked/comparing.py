"""Look at the ways to protect a table before one is chosen."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from output_checks.arguments import names_of
from output_checks.asked.keeping import Keeping
from output_checks.store.noise_secret import noise_secret
from output_checks.workflow.comparing import compare
from output_checks.workflow.mending import as_pandas
from output_checks.workflow.tabling import TableRequest


class ComparingCalls(Keeping):
    """The call that sets protections side by side."""

    def compare_protections(
        self,
        data: Any,  # noqa: ANN401 - pandas, polars, pyarrow or DuckDB, of which only pandas must be installed
        *,
        by: Sequence[str] | str,
        margins: bool = False,
    ) -> pd.DataFrame:
        """A table of counts under each protection that `release.table` knows: the verdict on it, and what it costs.

        One row per protection: numbers that are gone, numbers that are changed, by how much in all, pupils in hidden
        cells, and how far the shares that a reader would take are from the true ones (Hellinger distance, 0 to 1).
        Nothing is registered. The numbers are for inside only.

        Raises
        ------
        InputError
            A column is absent or cannot be tabulated.
        """
        request = TableRequest(
            name="comparison",
            by=names_of(by, remedy='by=["sex", "track"]'),
            margins=margins,
            secret=noise_secret(self.folder, self.ledger),
        )
        outputs = request.outputs(data, units=self.units, policy=self.policy)
        frame = data if isinstance(data, pd.DataFrame) else as_pandas(data, request, self.units)
        return compare(self._search_of(request, frame, outputs), frame)
