"""What the page on figures tells people to run works as it says."""

from output_checks.model.finding import Outcome
from tests.test_docs import ROOT, Reader, write_pupils


def test_the_page_on_figures_works_as_it_says(tmp_path):
    write_pupils(tmp_path)
    reader = Reader(tmp_path)
    reader.follow(ROOT / "docs/how-to/draw-a-figure.md")
    assert reader.names["curve"].outcome is Outcome.PASS
    assert reader.names["bins"].outcome is Outcome.PASS
