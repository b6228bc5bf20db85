"""Every worked example runs from its first cell to its last, and is kept without outputs."""

from pathlib import Path

import nbformat
import pytest

from nco_research.execution import execute

NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"
TEMPLATES = NOTEBOOKS.parent / "templates"

pytestmark = pytest.mark.end_to_end


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_worked_example_runs(path, tmp_path):
    study = execute(path, {}, folder=tmp_path)
    shown = study.page.read_text(encoding="utf-8")
    assert "by_repeated" in shown
    assert "submission.json" in shown


@pytest.mark.parametrize(
    "path", [*sorted(NOTEBOOKS.glob("*.ipynb")), *sorted(TEMPLATES.glob("*.ipynb"))], ids=lambda path: path.stem
)
def test_a_notebook_is_kept_without_outputs(path):
    cells = nbformat.read(path, as_version=4).cells
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)
