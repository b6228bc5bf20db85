"""What a linkage did, in numbers, and the same as text for the staff who ran it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nco_research.linkage.kinds import Kind, Severity
from nco_research.linkage.linking import Count, StepCounts, total
from nco_research.linkage.validation import Checked
from nco_research.linkage.wording import said


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Numbers of a linkage. For inside only: they may be small, and nobody has judged them.

    `pupils` are those delivered that could be used: each distinct set of details of a school in a school year once,
    without objectors and refused rows. They are linked, ambiguous, conflicting or unlinked.
    """

    deliveries: int
    deliveries_refused: int
    rows_delivered: int
    rows_refused: int
    findings: Mapping[str, int] = field(default_factory=dict)
    """Rows per kind of finding or, of findings about files, files. Without objectors."""
    objections: Count = field(default_factory=Count)
    """Dropped before anything else."""
    pupils: Count = field(default_factory=Count)
    steps: tuple[StepCounts, ...] = ()
    rows_written: int = 0
    persons_written: int = 0
    """Persons with a test, counted in each school year."""
    repeated_tests: int = 0
    """Rows beyond the first of a person, domain and test in a school year, as a rule from two schools. All are kept."""
    identifiers_left: int = 0
    """Columns that identify in what was written."""

    @property
    def linked(self) -> Count:
        """Over all steps."""
        return total(step.linked for step in self.steps)

    @property
    def ambiguous(self) -> Count:
        """Over all steps."""
        return total(step.ambiguous for step in self.steps)

    @property
    def conflicting(self) -> Count:
        """Over all steps."""
        return total(step.conflicting for step in self.steps)

    @property
    def unlinked(self) -> Count:
        """Nobody found, after the last step."""
        return self.steps[-1].left if self.steps else self.pupils


def findings_counted(checked: Iterable[Checked]) -> dict[str, int]:
    """Rows (or files, of findings about files) per kind, in the order of the kinds."""
    totals: dict[Kind, int] = {}
    for delivery in checked:
        for item in delivery.findings:
            totals[item.kind] = totals.get(item.kind, 0) + max(item.rows, 1)
    return {kind.value: totals[kind] for kind in Kind if kind in totals}


def as_text(counts: Counts) -> str:
    """Aligned lines; the last one says what matters most."""
    facts = [
        ("deliveries", counts.deliveries, f"{counts.deliveries_refused:,} refused"),
        ("rows delivered", counts.rows_delivered, f"{counts.rows_refused:,} refused"),
        ("objections dropped", counts.objections.pupils, f"{counts.objections.rows:,} rows"),
        ("pupils to be linked", counts.pupils.pupils, f"{counts.pupils.rows:,} rows"),
        *((f"  by {step.step.value}", step.linked.pupils, _step_remark(step)) for step in counts.steps),
        ("linked", counts.linked.pupils, f"{counts.linked.rows:,} rows"),
        ("ambiguous", counts.ambiguous.pupils, f"{counts.ambiguous.rows:,} rows, refused"),
        ("conflicting", counts.conflicting.pupils, f"{counts.conflicting.rows:,} rows, refused"),
        ("unlinked", counts.unlinked.pupils, f"{counts.unlinked.rows:,} rows"),
        ("rows written", counts.rows_written, f"{counts.repeated_tests:,} of a test that the person has already"),
        ("identifiers left", counts.identifiers_left, ""),
    ]
    lines = _aligned(facts)
    if counts.findings:
        lines += ["", "findings", *_found(counts.findings)]
    return "\n".join(lines) + "\n"


def _step_remark(step: StepCounts) -> str:
    parts = [f"{step.linked.rows:,} rows"]
    for word, count in (("ambiguous", step.ambiguous), ("conflicting", step.conflicting)):
        parts += [f"{count.pupils:,} {word}"] if count.pupils else []
    return ", ".join([*parts, f"{step.left.pupils:,} left"])


def _found(findings: Mapping[str, int]) -> list[str]:
    """`  3 rows refused  TOETS is none of M3, E3, M4, ..., E8.`"""
    kinds = {kind.value: kind for kind in Kind}
    # A certificate may come of a later version, with kinds that are not known here.
    facts = [(number, *_in_words(kinds.get(name), name)) for name, number in findings.items()]
    digits = max(len(f"{number:,}") for number, _, _ in facts)
    width = max(len(effect) for _, effect, _ in facts)
    return [f"  {number:>{digits},} {effect:<{width}}  {problem}" for number, effect, problem in facts]


def _in_words(kind: Kind | None, name: str) -> tuple[str, str]:
    """What a finding does and what the matter is."""
    if kind is None:
        return "", name
    what = "files" if kind.whole_file else "rows"
    return (f"{what} refused" if kind.severity is Severity.ERROR else what), said(kind, "en").problem


def _aligned(facts: Sequence[tuple[str, int, str]]) -> list[str]:
    width = max(len(name) for name, _, _ in facts)
    digits = max(len(f"{number:,}") for _, number, _ in facts)
    return [f"{name:<{width}}  {number:>{digits},}  {remark}".rstrip() for name, number, remark in facts]
