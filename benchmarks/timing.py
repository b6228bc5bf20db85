"""Time ways of doing one thing against each other, and refuse to compare ways that do not give the same."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

_SMALL = 1.0


def ratios(calls: Mapping[str, Callable[[], object]], *, floor: str, title: str, repeats: int = 3) -> str:
    """A Markdown table of median seconds and the ratio of each call to the one named `floor`.

    The calls take turns, so that a slow moment of the machine hits all of them alike.
    """
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    return table({name: statistics.median(taken) for name, taken in seconds.items()}, floor=floor, title=title)


def table(
    seconds: Mapping[str, float], *, floor: str, title: str, peaks: Mapping[str, float | None] | None = None
) -> str:
    """The Markdown table of seconds, and of the most memory (GB) that each took where that was measured."""
    head, rule = "| what | seconds | times the floor |", "|---|---:|---:|"
    if peaks is not None:
        head, rule = f"{head} most memory |", f"{rule}---:|"
    lines = [f"**{title}**", "", head, rule]
    for name, taken in seconds.items():
        label = f"{name} (floor)" if name == floor else name
        digits = 3 if taken < _SMALL else 1
        line = f"| {label} | {taken:.{digits}f} | {taken / seconds[floor]:.2f} |"
        if peaks is not None:
            peak = peaks.get(name)
            line += f" {f'{peak:.1f} GB' if peak is not None else 'not known'} |"
        lines.append(line)
    return "\n".join(lines)


def expect_same(answers: Mapping[str, Sequence[object]]) -> None:
    """Do nothing, unless ways that are compared answer differently: their times would mean nothing."""
    (first, answer), *others = answers.items()
    for name, other in others:
        if list(other) != list(answer):
            raise RuntimeError(f"{name!r} and {first!r} do not give the same, so that their times say nothing.")
