"""The flow of a cohort: how many pupils each step kept and lost."""

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a selection, in pupils."""

    label: str
    kept: int
    lost: int
    unlinked: int = 0
    """Kept without a match, where a match was not required."""

    @property
    def remark(self) -> str:
        """What happened beside keeping, in words; empty where nothing did."""
        parts = [f"{self.lost:,} lost"] if self.lost else []
        parts += [f"{self.unlinked:,} without a match"] if self.unlinked else []
        return ", ".join(parts)


@dataclass(frozen=True, kw_only=True, repr=False)
class Flow:
    """Every step of a cohort. Prints as aligned text, and draws itself in a notebook.

    For inside only: numbers of pupils lost may be small, and nobody has judged them.
    """

    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        width = max((len(step.label) for step in self.steps), default=0)
        digits = max((len(f"{step.kept:,}") for step in self.steps), default=0)
        lines = [f"{step.label:<{width}}  {step.kept:>{digits},}  {step.remark}".rstrip() for step in self.steps]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        start = max((step.kept for step in self.steps), default=1)
        rows = "".join(
            f'<tr><td style="text-align:left;padding:2px 12px 2px 0">{escape(step.label)}</td>'
            f'<td style="text-align:right;padding:2px 8px">{step.kept:,}</td>'
            f'<td style="width:260px;padding:2px 0"><div style="background:#0072b2;height:14px;'
            f'width:{100 * step.kept / start:.1f}%"></div></td>'
            f'<td style="text-align:left;padding:2px 0 2px 12px;color:#595959">{escape(step.remark)}</td></tr>'
            for step in self.steps
        )
        return f'<table style="border-collapse:collapse;border:0" aria-label="Flow of the cohort">{rows}</table>'
