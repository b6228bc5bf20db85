"""All protections of one table side by side: the verdict on each, and what it costs."""

from dataclasses import asdict, replace

import pandas as pd

from output_checks.errors import InputError
from output_checks.model.evidence import Tabulation
from output_checks.model.finding import Outcome
from output_checks.rendering.words import VERDICTS
from output_checks.workflow.loss import Loss, loss_of
from output_checks.workflow.mending import MendingSearch, Trials, standing_in
from output_checks.workflow.merging import least_merging
from output_checks.workflow.protections import PERTURBING, Protection
from output_checks.workflow.recoding import Merge, Merges

_COLUMNS = ("verdict", *Loss.__dataclass_fields__, "how")


def compare(asked: MendingSearch, data: pd.DataFrame) -> pd.DataFrame:
    """A row per protection, in the order of `Protection`, that of no protection first. Nothing is registered.

    The request of `asked` has no protection; its secret is that of cell keys.
    """
    registered = asked.beside()
    trials = Trials(asked=asked, data=data, registered=registered, standing=standing_in(registered, asked.policy))
    exact = asked.outputs[0].tabulations[0]
    rows = {item.value or "none": _row(item, trials, exact) for item in Protection}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(_COLUMNS))


def _row(protection: Protection, trials: Trials, exact: Tabulation) -> list[object]:
    try:
        verdict, loss, how = _tried(protection, trials, exact)
    except InputError as error:
        return ["cannot be protected so", *[None] * len(Loss.__dataclass_fields__), str(error)]
    return [VERDICTS[verdict], *asdict(loss).values(), how]


def _tried(protection: Protection, trials: Trials, exact: Tabulation) -> tuple[Outcome, Loss, str]:
    asked, data, merges, how = trials.asked.request, trials.data, list[Merge](), ""
    if protection is Protection.MERGE:
        result = least_merging(trials.asked, data)
        if result.change is None and result.outcome is Outcome.FAIL:
            raise InputError("No merging of categories makes this table pass.", remedy="another protection")
        if result.change is not None:
            edit = result.change.edit
            merges = list(edit.each) if isinstance(edit, Merges) else []
            data, how = result.change.frame(data), result.change.what
    request = replace(
        asked,
        suppress=protection is Protection.SUPPRESS,
        protect=protection.value if protection in PERTURBING else "",
    )
    output = request.output(data, units=trials.asked.units, policy=trials.asked.policy)
    (table,) = output.tabulations
    verdict = trials.judge(trials.make(request, data))[1]
    how = how or output.definition.get("counts are published", "")
    return verdict, loss_of(exact, table, merges=merges), how
