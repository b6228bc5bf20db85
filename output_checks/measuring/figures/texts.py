"""What a person wrote in a figure: titles, labels, legends and notes, with the numbers in them."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from output_checks.measuring.figures.explaining import NUMERIC, has_named_ticks
from output_checks.measuring.figures.parts import all_axes, all_figures, is_second_scale
from output_checks.measuring.figures.published import Published, without_word

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_HARMLESS = re.compile(r"(?<![\w.])(95 ?%|(19|20)\d\d)(?![\w.])")  # an interval's level; a year
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:[.,]\d+)?")


def texts(figure: Any) -> Iterator[str]:  # noqa: ANN401 - matplotlib is optional
    """Every text that a person wrote, titles and legends among them; not the ticks of a numeric axis."""
    legends = []
    for part in all_figures(figure):
        yield from (text.get_text() for text in part.texts)  # the overall title is one of them
        legends += part.legends
    for axes in all_axes(figure):
        yield from (text.get_text() for text in axes.texts)
        yield from (str(line.get_marker()) for line in axes.lines if str(line.get_marker()).startswith("$"))
        if not is_second_scale(axes):
            yield from (axes.get_title(loc=place) for place in ("left", "center", "right"))
        legends += [axes.get_legend()] if axes.get_legend() else []
        for axis in (axes.xaxis, axes.yaxis):
            yield axis.get_label().get_text()
            if type(axis.get_minor_formatter()).__name__ not in NUMERIC:
                yield from (label.get_text() for label in axis.get_ticklabels(minor=True))
            if has_named_ticks(axis):
                yield from (label.get_text() for label in axis.get_ticklabels())
    for legend in legends:
        yield from (text.get_text() for text in [*legend.get_texts(), legend.get_title()])


def is_explained(text: str, published: Published) -> bool:
    """Whether each number in a text is published, or is (in) the name of a category."""
    text = _THOUSANDS.sub("", text)
    for word in sorted(published.words, key=len, reverse=True):
        text = without_word(text, word)
    for found in _NUMBER.findall(_HARMLESS.sub("", text)):
        plain = found.replace("−", "-").replace(",", ".")
        decimals = len(plain.partition(".")[2])
        if not np.isclose(np.round(published.numbers, decimals), float(plain), atol=1e-9).any():
            return False
    return True
