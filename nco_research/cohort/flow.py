"""The flow of a cohort: how many pupils each step kept and lost, rounded."""

from dataclasses import dataclass
from html import escape
from typing import Any

_BASE = 10


@dataclass(frozen=True)
class Rounded:
    """A number of pupils or schools to the nearest ten; of one to nine only that they are fewer than ten."""

    tens: int
    few: bool = False

    @classmethod
    def of(cls, number: int) -> "Rounded":
        """The number is not kept."""
        if 0 < number < _BASE:
            return cls(0, few=True)
        return cls((number + _BASE // 2) // _BASE * _BASE)

    def __str__(self) -> str:
        return f"fewer than {_BASE}" if self.few else f"{self.tens:,}"

    def __bool__(self) -> bool:
        return self.few or self.tens > 0


NONE = Rounded(0)
OBJECTED = "Who objected is not in the registers"
"""Of all persons in them, and not of the pupils of a cohort."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a selection, in pupils, rounded to ten."""

    label: str
    kept: Rounded
    lost: Rounded = NONE
    unlinked: Rounded = NONE
    """Kept without a match, where a match was not required."""
    chosen: Rounded = NONE
    """Pupils with several rows that differ, of which one was chosen as asked."""
    objections: Rounded = NONE
    """Removed from the whole register before anything else, because they objected: never pupils of this cohort."""
    register: str = ""
    """The register that the step read; empty for a frame or none."""
    schools: Rounded | None = None
    """Schools with a pupil in the cohort; None where no school column was named."""
    notes: tuple[str, ...] = ()

    @property
    def remark(self) -> str:
        """What happened beside keeping, in words; empty where nothing did."""
        parts = [f"{self.lost} lost"] if self.lost else []
        parts += [f"{self.unlinked} without a match"] if self.unlinked else []
        parts += [f"one of several rows chosen for {self.chosen}"] if self.chosen else []
        return ", ".join([*parts, *self.notes])

    @property
    def reached(self) -> str:
        """Who is left: pupils, and schools where they are counted."""
        return f"{self.kept}" if self.schools is None else f"{self.kept} in {self.schools} schools"


@dataclass(frozen=True, kw_only=True, repr=False)
class Flow:
    """Every step of a cohort. Prints as aligned text, and draws itself in a notebook.

    Numbers are rounded to ten and the real ones are not kept here. It is for inside all the same: nobody has judged
    it. `Cohort.register_flow` makes a table and a figure that are judged.
    """

    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        width = max((len(step.label) for step in self.steps), default=0)
        digits = max((len(step.reached) for step in self.steps), default=0)
        lines = [f"{step.label:<{width}}  {step.reached:>{digits}}  {step.remark}".rstrip() for step in self.steps]
        return "\n".join([*lines, self.foot]).rstrip()

    __repr__ = __str__

    @property
    def foot(self) -> str:
        """Who is in none of the numbers, because they objected: once per register; empty where nobody did."""
        most: dict[str, Rounded] = {}
        for step in self.steps:
            known = most.get(step.register, NONE)
            most[step.register] = max(known, step.objections, key=lambda number: (number.tens, number.few))
        said = [f"{number} persons of {name}" for name, number in most.items() if number]
        return f"{OBJECTED}: {', '.join(said)}" if said else ""

    def figure(self) -> Any:  # noqa: ANN401 - matplotlib
        """A matplotlib figure: a box per step from top to bottom, the lost at the side. For inside."""
        from nco_research.cohort.drawing import Box, draw  # noqa: PLC0415 - only where somebody draws

        return draw(
            [
                Box(
                    title=step.label,
                    count=f"{step.kept} pupils" + ("" if step.schools is None else f" in {step.schools} schools"),
                    lost=step.remark if step.lost else "",
                    remark="" if step.lost else step.remark,
                )
                for step in self.steps
            ],
            foot=self.foot,
        )

    def _repr_html_(self) -> str:
        start = max((step.kept.tens for step in self.steps), default=0) or 1
        rows = "".join(
            f'<tr><td style="text-align:left;padding:2px 12px 2px 0">{escape(step.label)}</td>'
            f'<td style="text-align:right;padding:2px 8px">{step.reached}</td>'
            f'<td style="width:260px;padding:2px 0"><div style="background:#0072b2;height:14px;'
            f'width:{100 * step.kept.tens / start:.1f}%"></div></td>'
            f'<td style="text-align:left;padding:2px 0 2px 12px;color:#595959">{escape(step.remark)}</td></tr>'
            for step in self.steps
        )
        foot = f'<p style="color:#595959">{escape(self.foot)}</p>' if self.foot else ""
        return f'<table style="border-collapse:collapse;border:0" aria-label="Flow of the cohort">{rows}</table>{foot}'
