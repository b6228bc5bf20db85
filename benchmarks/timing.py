"""Time calls against each other."""

import statistics
import time
from collections.abc import Callable, Mapping


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
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    lines = [f"**{title}**", "", "| what | seconds | times the floor |", "|---|---:|---:|"]
    for name, median in medians.items():
        label = f"{name} (floor)" if name == floor else name
        lines.append(f"| {label} | {median:.2f} | {median / medians[floor]:.1f} |")
    return "\n".join(lines)
