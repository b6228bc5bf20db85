"""Choose the rules that apply, run each, and report every one: what passed, what failed, and what could not be told.

Whatever is not known ends in `REVIEW`. A rule that crashes, a fact that nobody established, a fact from an origin the
rule does not accept, a cell for which a fact is unknown, an output no rule applies to: none of these can pass.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from output_checks.measuring.brought.places import places
from output_checks.measuring.indices import hidden_bases
from output_checks.measuring.percentages import FROM_COUNTS, hidden_in_totals
from output_checks.model.evidence import (
    Cell,
    CellStatus,
    Fact,
    FactName,
    Flags,
    Floats,
    Origin,
    Output,
    OutputKind,
    Tabulation,
)
from output_checks.model.finding import CheckReport, Finding, Outcome, OutputReport
from output_checks.model.policy import Policy
from output_checks.model.rule import CellRule, Judgement, OfPerturbed, Rule
from output_checks.model.statistic import Kind
from output_checks.rules import CELL_RULES, FILE_RULES, RELEASE_RULES

_ELSEWHERE = "Say in release.explain how many there are, or make the table with release.table, which counts them."


def check(outputs: Sequence[Output], policy: Policy, *, toolkit: str, beside: Sequence[Output] = ()) -> CheckReport:
    """Judge outputs, each by itself and then together and beside others that left before, under one policy."""
    together = _check_together([*beside, *outputs], policy)
    reports = tuple(
        OutputReport(output=output.name, findings=(*_check_one(output, policy), *together[output.name]))
        for output in outputs
    )
    return CheckReport(policy=policy.label, policy_sha256=policy.sha256, toolkit=toolkit, outputs=reports)


def sensitive_cells(tabulations: Sequence[Tabulation], policy: Policy) -> Flags:
    """True for cells of which any statistic would fail if it were published: those that primary suppression must hide.

    The tabulations are over the same cells. Which cells are hidden now makes no difference.
    """
    sensitive = np.zeros(len(tabulations[0].cells), dtype=bool)
    for tabulation in tabulations:
        exact = replace(tabulation, perturbed=None, status=(CellStatus.PUBLISHED,) * len(tabulation.cells))
        shown = _with_hidden_in_totals(exact)
        for finding in _check_cells(shown, policy):
            if finding.outcome is Outcome.FAIL:
                sensitive[list(finding.cells)] = True
    return sensitive


def at_stake(tabulation: Tabulation, policy: Policy) -> Flags:
    """Of a perturbed table, the cells that nobody may narrow down: those that are sensitive, and their lines' others.

    The others are judged beside a group that is in one category: they are empty, which gives it away.
    """
    chosen = sensitive_cells([tabulation], policy)
    whole = policy.limits()["class_disclosure_percent"] / 100 - 1e-9
    for position, name in enumerate(tabulation.by):
        share = tabulation.fact(FactName.SHARE_OF_LINE, name)
        for line in _lines(tabulation, position).values() if share is not None else ():
            chosen[line] |= bool((share.values[line] >= whole).any())  # type: ignore[union-attr]
    return chosen


def _lines(tabulation: Tabulation, position: int) -> Mapping[Cell, list[int]]:
    """The cells along one variable, without their total, by what they have in common."""
    lines: dict[Cell, list[int]] = {}
    for place, cell in enumerate(tabulation.cells):
        if cell[position] is not None:
            lines.setdefault(cell[:position] + cell[position + 1 :], []).append(place)
    return lines


def _with_derived(tabulations: Sequence[Tabulation], policy: Policy) -> Sequence[Tabulation]:
    """Each with what follows from which cells are hidden: how many in each line, and whether a cell is sensitive.

    A count is sensitive if it fails itself, any other statistic also where the count beside it does. Unknown where a
    fact that decides it is unknown; left out where the cells of the statistics are not the same ones.
    """
    if not tabulations or any(item.cells != tabulations[0].cells for item in tabulations):
        return tabulations
    derived = []
    for item in tabulations:
        deciding = [item] if item.kind is Kind.FREQUENCY else tabulations
        unknown = np.any([_undecided(_with_hidden_in_totals(one), policy) for one in deciding], axis=0)
        stake = sensitive_cells(deciding, policy) if item.perturbed is None else at_stake(item, policy)
        values = np.where(stake, 1.0, np.where(unknown, np.nan, 0.0))
        sensitive = Fact(name=FactName.SENSITIVE, values=values, origin=Origin.DERIVED)
        derived.append(_with_hidden_in_totals(item).with_facts(sensitive, *_hidden_in_lines(item)))
    return derived


def _with_hidden_in_totals(item: Tabulation) -> Tabulation:
    if item.kind is Kind.INDEX:
        return item.with_facts(hidden_bases(item))
    return item.with_facts(hidden_in_totals(item)) if item.kind in FROM_COUNTS else item


def _hidden_in_lines(tabulation: Tabulation) -> list[Fact]:
    facts, hidden = [], tabulation.hidden
    for position, name in enumerate(tabulation.by):
        if not hidden.any():
            facts.append(
                Fact(name=FactName.HIDDEN_IN_LINE, of=name, values=np.zeros(len(hidden)), origin=Origin.DERIVED)
            )
            continue
        lines = [cell[:position] + cell[position + 1 :] for cell in tabulation.cells]
        counts = Counter(
            line
            for line, cell, is_hidden in zip(lines, tabulation.cells, hidden, strict=True)
            if is_hidden and cell[position] is not None
        )
        values = np.array([counts[line] for line in lines], dtype=float)
        facts.append(Fact(name=FactName.HIDDEN_IN_LINE, of=name, values=values, origin=Origin.DERIVED))
    return facts


def _undecided(tabulation: Tabulation, policy: Policy) -> Flags:
    """True for cells of which some rule for published cells could not tell, for want of a fact."""
    undecided = np.full(len(tabulation.cells), tabulation.kind is Kind.UNKNOWN)
    for rule in CELL_RULES:
        if tabulation.kind in rule.kinds and not (rule.judges_hidden or rule.judges_perturbed):
            for of in _subjects(rule, tabulation, policy):
                values = _facts(rule, of, tabulation)
                known = not isinstance(values, str) and not _bounded(rule, of, tabulation)
                undecided |= np.isnan(values).any(axis=0) if known else True
    return undecided


def _check_one(output: Output, policy: Policy) -> Iterator[Finding]:
    # The tables of a file made elsewhere have nothing in common but the file.
    parts = [[item] for item in output.tabulations] if output.kind is OutputKind.FILE else [output.tabulations]
    derived = [item for part in parts for item in _with_derived(part, policy)]
    cells = [
        replace(finding, tabulation=position)
        for position, tabulation in enumerate(derived)
        for finding in _check_cells(tabulation, policy)
    ]
    # Of a file made elsewhere, what has to be asked about the file is the reason for the verdict.
    if output.kind is not OutputKind.FILE:
        yield from cells
    for content in output.files:
        for rule in FILE_RULES:
            try:
                outcome, message = rule.check(content, output, policy)
            except Exception as error:  # noqa: BLE001 - a crashed rule must not pass, whatever crashed it
                yield _could_not_run(rule, error)
            else:
                yield Finding(rule=rule.code, outcome=outcome, message=message, advice=_advice(rule, outcome))
    if output.kind is OutputKind.FILE:
        yield from cells


def _check_cells(tabulation: Tabulation, policy: Policy) -> Iterator[Finding]:
    # Unknown ones among them: no rule is made for these, so a kind that somebody adds without rules cannot pass either.
    if not any(
        tabulation.kind in rule.kinds and not (rule.judges_hidden or rule.judges_perturbed) for rule in CELL_RULES
    ):
        yield Finding(
            rule="KND1",
            outcome=Outcome.REVIEW,
            message="The toolkit does not know this kind of statistic: what could it disclose?",
        )
    for rule in CELL_RULES:
        if tabulation.kind not in rule.kinds:
            continue
        judged = _judged(rule, tabulation)
        if not judged.any():
            yield Finding(
                rule=rule.code,
                outcome=Outcome.NOT_APPLICABLE,
                message="no cell to judge",
            )
            continue
        for of in _subjects(rule, tabulation, policy):
            try:
                yield from _apply(rule, of, tabulation, judged, policy)
            except Exception as error:  # noqa: BLE001 - as above
                yield _could_not_run(rule, error)


def _judged(rule: CellRule, tabulation: Tabulation) -> Flags:
    """The cells that a rule is about."""
    if rule.judges_hidden:
        return tabulation.hidden
    exact = tabulation.perturbed is None
    if rule.judges_perturbed if exact else rule.of_perturbed is OfPerturbed.NOTHING:
        return np.zeros(len(tabulation.cells), dtype=bool)
    return ~tabulation.hidden


def _apply(rule: CellRule, of: str, tabulation: Tabulation, judged: Flags, policy: Policy) -> Iterator[Finding]:
    """One rule on one tabulation, for one unit level or variable."""
    values = _facts(rule, of, tabulation)
    if isinstance(values, str) and _is_brought(tabulation):
        finding = _finding(rule, Outcome.REVIEW, f"{rule.title}? The file does not tell it.", judged)
        yield replace(finding, advice=_ELSEWHERE)
        return
    if isinstance(values, str):
        finding = _finding(rule, Outcome.REVIEW, f"{rule.title}? {values}", judged)
        missing_level = f", with the unit level {of} in `units`" if rule.per_unit else ""
        yield replace(
            finding, advice=f"Register it with release.table, release.model or release.figure{missing_level}."
        )
        return
    unknown = judged & np.isnan(values).any(axis=0)
    limits = policy.limits(of if rule.per_unit else "")
    judgement: Judgement = rule.check(values, limits)
    fail = judgement.fail & judged & ~unknown
    if tabulation.perturbed is not None and rule.of_perturbed is OfPerturbed.REVIEW:
        doubtful = fail & _in_company(tabulation, of)
        fail, judgement = fail & ~doubtful, replace(judgement, review=judgement.review | doubtful)
    review = ((judgement.review & ~fail) | unknown) & judged
    if _is_brought(tabulation):
        looked_at = judgement.review & judged & ~unknown & ~fail
        unsure = (judged if _bounded(rule, of, tabulation) else unknown) & ~fail & ~looked_at
        yield from _findings_on_brought(rule, of, tabulation, fail=fail, review=looked_at, unsure=unsure)
        return
    for outcome, flags in ((Outcome.FAIL, fail), (Outcome.REVIEW, review)):
        if flags.any():
            sentence = rule.message.format(cells=_count(int(flags.sum())), unit=of, variable=of) + "."
            yield _finding(rule, outcome, sentence, flags, _behind(rule, of, values, flags, limits))
    if not (fail | review).any():
        about = f" for {of}s" if rule.per_unit else f" along {of}" if rule.per_variable else ""
        yield _finding(rule, Outcome.PASS, f"{rule.title}: no{about}.", np.zeros_like(judged))


def _in_company(tabulation: Tabulation, variable: str) -> Flags:
    """True for cells beside which the table shows another one of their line: those it does not show are empty."""
    found = np.zeros(len(tabulation.cells), dtype=bool)
    for line in _lines(tabulation, tabulation.by.index(variable)).values():
        found[line] = len(line) > 1
    return found


def _findings_on_brought(
    rule: CellRule, of: str, tabulation: Tabulation, *, fail: Flags, review: Flags, unsure: Flags
) -> Iterator[Finding]:
    """One rule on numbers of a file made elsewhere: where it fails, and otherwise what is not known.

    What is shown is at most a bound of what the rule asks for. It can be too few, never enough.
    """
    about = f" of {of}s" if rule.per_unit else f" along {of}" if rule.per_variable else ""
    for outcome, flags in ((Outcome.FAIL, fail), (Outcome.REVIEW, review)):
        if flags.any():
            sentence = rule.message.format(cells=_count(int(flags.sum())), unit=of, variable=of)
            where = places(cell for cell, flag in zip(tabulation.cells, flags.tolist(), strict=True) if flag)
            yield _finding(rule, outcome, f"{sentence} ({where}).", flags)
    if unsure.any():
        message = f"{rule.title}? The file does not tell it{about} for {_count(int(unsure.sum()))}."
        yield replace(_finding(rule, Outcome.REVIEW, message, unsure), advice=_ELSEWHERE)
    if not (fail | review | unsure).any():
        yield _finding(rule, Outcome.PASS, f"{rule.title}: no{about}, as far as the file shows.", unsure)


def _is_brought(tabulation: Tabulation) -> bool:
    return any(fact.origin is Origin.AT_MOST for fact in tabulation.facts)


def _bounded(rule: CellRule, of: str, tabulation: Tabulation) -> bool:
    """Whether a fact that the rule needs is known as a bound only."""
    facts = [tabulation.fact(name, of) for name in rule.needs]
    return any(fact is not None and fact.origin is Origin.AT_MOST for fact in facts)


def _subjects(rule: CellRule, tabulation: Tabulation, policy: Policy) -> Sequence[str]:
    """What the rule is run once for: unit levels, variables, or just once."""
    return policy.units if rule.per_unit else tabulation.by if rule.per_variable else ("",)


def _facts(rule: CellRule, of: str, tabulation: Tabulation) -> list[Floats] | str:
    """The facts that the rule needs, in its order; or a sentence on the first that is not there to be relied on."""
    values: list[Floats] = []
    for name in rule.needs:
        fact = tabulation.fact(name, of)
        about = f"{name} ({of})" if of else str(name)
        if fact is None or fact.origin not in rule.accepts | {Origin.AT_MOST}:
            return f"The {about} {'is not known' if fact is None else 'was only declared'}."
        values.append(fact.values)
    return values


def _check_together(outputs: Sequence[Output], policy: Policy) -> Mapping[str, list[Finding]]:
    found: dict[str, list[Finding]] = {output.name: [] for output in outputs}
    for rule in RELEASE_RULES:
        try:
            findings = rule.check(outputs, policy)
        except Exception as error:  # noqa: BLE001 - as above
            findings = [(output.name, _could_not_run(rule, error)) for output in outputs]
        for name, finding in findings:
            found[name].append(finding)
        for output in outputs:
            if output.tabulations and not any(finding.rule == rule.code for finding in found[output.name]):
                found[output.name].append(Finding(rule=rule.code, outcome=Outcome.PASS, message=f"{rule.title}: no."))
    return found


def _finding(rule: Rule, outcome: Outcome, message: str, cells: Flags, detail: str = "") -> Finding:
    return Finding(
        rule=rule.code,
        outcome=outcome,
        message=message,
        cells=tuple(np.flatnonzero(cells).tolist()),
        detail=detail,
        advice=_advice(rule, outcome),
    )


def _behind(rule: CellRule, of: str, values: Sequence[Floats], flags: Flags, limits: Mapping[str, float]) -> str:
    """The numbers behind a finding, for output checkers only: each fact's range over the cells, and the limit."""
    ranges = []
    for name, fact in zip(rule.needs, values, strict=True):
        low, high = np.min(fact[flags]), np.max(fact[flags])
        ranges.append(f"{name}{f' ({of})' if of else ''} {_plain(low)}" + (f" to {_plain(high)}" if high > low else ""))
    asked = ", ".join(f"{name} {limits[name]:g}" for name in rule.thresholds)
    return "; ".join(ranges) + (f"; policy: {asked}" if asked else "")


def _plain(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"


def _could_not_run(rule: Rule, error: Exception) -> Finding:
    return Finding(
        rule=rule.code,
        outcome=Outcome.REVIEW,
        message=f"The rule {rule.code} ({rule.title}) could not run ({type(error).__name__}): nothing is known of it.",
    )


def _advice(rule: Rule, outcome: Outcome) -> str:
    return rule.advice if outcome in {Outcome.FAIL, Outcome.REVIEW} else ""


def _count(cells: int) -> str:
    return "1 cell" if cells == 1 else f"{cells} cells"
