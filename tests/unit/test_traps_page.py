"""The page of traps names each test of a trap, and no test that is not there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "traps.md").read_text(encoding="utf-8")


def named_in(path):
    return set(re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_each_section_has_the_tests_of_its_file_and_no_others():
    files = [path for path in sorted(Path(__file__).parent.glob("test_traps_*.py")) if path != Path(__file__)]
    sections = {
        re.search(r"test_traps_\w+\.py", text)[0]: text for text in PAGE.split("\n## ") if "test_traps_" in text
    }
    assert sorted(sections) == [path.name for path in files]
    for path in files:
        last_cells = [line.rsplit("|", 2)[1] for line in sections[path.name].splitlines() if line.startswith("|")]
        assert set(re.findall(r"`(test_\w+)`", "".join(last_cells))) == named_in(path)


def test_a_test_of_another_file_is_there():
    for name, file in re.findall(r"`(test_\w+)` in `(tests/[\w/]+\.py)`", PAGE):
        assert name in named_in(ROOT / file)
