"""From what was handed in to a verdict: read the files, attack what is hidden, run the rules.

The researcher's session and the output checker's machine both run exactly this, each from the evidence and the bytes
in front of it, so that nobody's verdict is taken on trust.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TypeAlias

from output_checks.checking import check
from output_checks.model.evidence import CellStatus, FactName, FileContent, Output, OutputKind, Tabulation
from output_checks.model.finding import CheckReport, Finding, Outcome, OutputReport
from output_checks.model.policy import Policy
from output_checks.model.statistic import Statistic
from output_checks.readers import read_content
from output_checks.rendering.csv import table_csv
from output_checks.rules.suppression import HIDDEN_BUT_KNOWN
from output_checks.workflow.bounds import with_bounds
from output_checks.workflow.bringing import counts_only, with_derived, with_own_bounds

TOOLKIT = f"nco-research {version('nco-research')}"

_Verdicts: TypeAlias = dict[str, tuple[Output, OutputReport]]
"""Per output, what was derived of it and the report on it."""


def judge(
    outputs: Sequence[Output], contents: Mapping[str, bytes], policy: Policy, *, earlier: Sequence[Output] = ()
) -> tuple[tuple[Output, ...], CheckReport]:
    """Judge outputs in their order, each beside those before it that pass. `contents` has every file's bytes.

    What fails does not count against the others: it is refused, or left to people, who see what it would give away. So
    an output that passes by itself and gives away what an earlier one hides fails: first come, first served. First of
    all come the outputs of `earlier` releases, which have left: they are not judged, and nothing may give them away.

    Returns the outputs with what was derived on the way (file contents, bounds of hidden cells), and the report.
    """
    read = [
        with_derived(
            replace(output, files=_read_files(output, contents)), contents, levels=policy.units, beside=outputs
        )
        for output in outputs
    ]
    verdicts: _Verdicts = {}
    for output in read:
        verdicts |= _judge_together([output], policy).verdicts
    past = _Past.of(earlier, policy)
    standing = [output for output in read if not _fails(verdicts[output.name])]
    together = _judge_together(standing, policy, past)
    # Whoever sees more can prove more: where none fails beside all others, none fails beside those before it.
    if together.betrayed or any(_fails(verdict) for verdict in together.verdicts.values()):
        standing = _in_order(standing, policy, verdicts, past)
        together = _judge_together(standing, policy, past)
    verdicts |= together.verdicts
    for output in read:
        if output.exception_request and _fails(verdicts[output.name]):
            verdicts[output.name] = _beside(output, standing, policy, past)
    return tuple(verdicts[output.name][0] for output in outputs), CheckReport(
        policy=policy.label,
        policy_sha256=policy.sha256,
        toolkit=TOOLKIT,
        outputs=tuple(verdicts[output.name][1] for output in outputs),
    )


@dataclass(frozen=True, kw_only=True)
class _Past:
    """What left before, and those outputs of which hidden cells could be worked out already."""

    outputs: tuple[Output, ...] = ()
    lost: frozenset[str] = frozenset()

    @classmethod
    def of(cls, earlier: Sequence[Output], policy: Policy) -> "_Past":
        if not any(
            item.hidden.any() or item.perturbed is not None for output in earlier for item in output.tabulations
        ):
            return cls(outputs=tuple(earlier))
        return cls(outputs=tuple(earlier), lost=_worked_out(with_bounds(earlier, policy), policy))


@dataclass(frozen=True, kw_only=True)
class _Together:
    """Verdicts on outputs beside one another and what left before, and which of the latter they give away."""

    verdicts: _Verdicts
    betrayed: frozenset[str] = frozenset()


def _worked_out(attacked: Sequence[Output], policy: Policy) -> frozenset[str]:
    """Outputs of which a cell hidden or perturbed for its own sake has narrower bounds than the policy asks for."""
    width = policy.limits()["minimum_interval_width"]
    return frozenset(
        output.name
        for output in attacked
        for item in output.tabulations
        if item.statistic is Statistic.COUNT and _is_worked_out(item, width)
    )


def _is_worked_out(item: Tabulation, width: float) -> bool:
    stake = [place for place, status in enumerate(item.status) if status is CellStatus.PRIMARY_SUPPRESSED]
    stake += item.perturbed.at_stake if item.perturbed is not None else ()
    lower, upper = item.fact(FactName.LOWER_BOUND), item.fact(FactName.UPPER_BOUND)
    if lower is None or upper is None:  # an attack that could not be completed proves nothing safe
        return bool(stake)
    return not bool((upper.values[stake] - lower.values[stake] >= width).all())


def _in_order(outputs: Sequence[Output], policy: Policy, verdicts: _Verdicts, past: _Past) -> list[Output]:
    """Those that do not fail beside the ones before them; the verdicts on the others are noted."""
    standing: list[Output] = []
    for output in outputs:
        judged, report = _beside(output, standing, policy, past)
        if report.outcome is Outcome.FAIL:
            verdicts[output.name] = (judged, report)
        else:
            standing.append(output)
    return standing


def is_refused(output: Output, report: OutputReport) -> bool:
    """Whether the toolkit withholds it: it fails, and nobody asked that people judge it all the same."""
    return report.outcome is Outcome.FAIL and not output.exception_request


def _fails(verdict: tuple[Output, OutputReport]) -> bool:
    return verdict[1].outcome is Outcome.FAIL


def _judge_together(outputs: Sequence[Output], policy: Policy, past: _Past | None = None) -> _Together:
    past = past or _Past()
    everything = [*past.outputs, *outputs]
    attacked = with_own_bounds(everything, with_bounds(counts_only(everything), policy))
    before, new = attacked[: len(past.outputs)], attacked[len(past.outputs) :]
    report = check(new, policy, toolkit=TOOLKIT, beside=before)
    return _Together(
        verdicts={output.name: (output, report.of(output.name)) for output in new},
        betrayed=_worked_out(before, policy) - past.lost,
    )


def _beside(newest: Output, standing: Sequence[Output], policy: Policy, past: _Past) -> tuple[Output, OutputReport]:
    """The verdict on one output beside others, none of which fails without it, with the harm that it does to them."""
    together = _judge_together([*standing, newest], policy, past)
    output, report = together.verdicts[newest.name]
    harmed = [name for name, verdict in together.verdicts.items() if name != newest.name and _fails(verdict)]
    harmed += sorted(together.betrayed)
    if not harmed:
        return output, report
    betrayal = Finding(
        rule=HIDDEN_BUT_KNOWN.code,
        outcome=Outcome.FAIL,
        message=f"Beside it, suppressed cells of {', '.join(harmed)} can be worked out.",
        advice=f"Use the same records and categories as {harmed[0]}, or publish one of the two.",
    )
    return output, replace(report, findings=(*report.findings, betrayal))


def _read_files(output: Output, contents: Mapping[str, bytes]) -> tuple[FileContent, ...]:
    return tuple(_read_file(output, content.name, contents) for content in output.files)


def _read_file(output: Output, name: str, contents: Mapping[str, bytes]) -> FileContent:
    """What the bytes tell; a file that is not there is not what was measured."""
    if name not in contents:
        return FileContent(name=name, sha256="", size=0, matches_evidence=False)
    content = read_content(name, contents[name])
    measured = output.kind in {OutputKind.TABLE, OutputKind.MODEL}
    if not measured:
        return content
    same = bool(output.tabulations) and contents[name] == table_csv(output.tabulations)
    return replace(content, matches_evidence=same)
