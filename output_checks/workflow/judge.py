"""From what was handed in to a verdict: read the files, attack what is hidden, run the rules.

The researcher's session and the output checker's machine both run exactly this, each from the evidence and the bytes
in front of it, so that nobody's verdict is taken on trust.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version

from output_checks.checking import check
from output_checks.model.evidence import FileContent, Output, OutputKind
from output_checks.model.finding import CheckReport, Finding, Outcome, OutputReport
from output_checks.model.policy import Policy
from output_checks.readers import read_content
from output_checks.rendering.csv import table_csv
from output_checks.rules.suppression import HIDDEN_BUT_KNOWN
from output_checks.workflow.bounds import with_bounds

TOOLKIT = f"nco-research {version('nco-research')}"


def judge(
    outputs: Sequence[Output], contents: Mapping[str, bytes], policy: Policy
) -> tuple[tuple[Output, ...], CheckReport]:
    """Judge outputs in their order, each beside those before it that pass. `contents` has every file's bytes.

    What fails does not count against the others: it is refused, or left to people, who see what it would give away. So
    an output that passes by itself and gives away what an earlier one hides fails: first come, first served.

    Returns the outputs with what was derived on the way (file contents, bounds of hidden cells), and the report.
    """
    read = [replace(output, files=_read_files(output, contents)) for output in outputs]
    failed: dict[str, tuple[Output, OutputReport]] = {}
    standing: list[Output] = []
    for output in read:
        judged, report = _judge_together([*standing, output], policy)
        own = _with_betrayals(judged[-1], report)
        if own.outcome is Outcome.FAIL:
            failed[output.name] = (judged[-1], own)
        else:
            standing.append(output)
    judged, report = _judge_together(standing, policy)
    final = failed | {item.name: (item, report.of(item.name)) for item in judged}
    return tuple(final[output.name][0] for output in outputs), CheckReport(
        policy=policy.name,
        policy_sha256=policy.sha256,
        toolkit=TOOLKIT,
        outputs=tuple(final[output.name][1] for output in outputs),
    )


def is_refused(output: Output, report: OutputReport) -> bool:
    """Whether the toolkit withholds it: it fails, and nobody asked that people judge it all the same."""
    return report.outcome is Outcome.FAIL and not output.exception_request


def _judge_together(outputs: Sequence[Output], policy: Policy) -> tuple[tuple[Output, ...], CheckReport]:
    attacked = with_bounds(outputs, width=policy.limits()["minimum_interval_width"])
    return attacked, check(attacked, policy, toolkit=TOOLKIT)


def _with_betrayals(newest: Output, report: CheckReport) -> OutputReport:
    """The report on the newest output, with the harm it does to those before it, none of which fails without it."""
    own = report.of(newest.name)
    harmed = [item.output for item in report.outputs if item.output != newest.name and item.outcome is Outcome.FAIL]
    if not harmed:
        return own
    betrayal = Finding(
        rule=HIDDEN_BUT_KNOWN.code,
        outcome=Outcome.FAIL,
        message=f"Beside it, suppressed cells of {', '.join(harmed)} can be worked out.",
        advice=f"Use the same records and categories as {harmed[0]}, or publish one of the two.",
    )
    return replace(own, findings=(*own.findings, betrayal))


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
