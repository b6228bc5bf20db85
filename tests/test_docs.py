"""What the documents say is so: links resolve, everything is documented, and what readers are told to run works."""

import contextlib
import fnmatch
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from docs import generate
from output_checks.model.policy import KINDS
from output_checks.policies import load_policy, policy_names
from output_checks.rules import RULES

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sys.executable).parent
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob("docs/**/*.md")]
    if "_build" not in path.parts
)
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w+)\n(?P<body>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
VERDICT_CODES = {0, 1, 3}
"""Exit codes of commands that show verdicts; any other command must end with 0, unless its page says otherwise."""


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """Language and text of each fenced block of a page."""
    for found in FENCE.finditer(page.read_text(encoding="utf-8")):
        yield found["language"], re.sub(rf"^{found['indent']}", "", found["body"], flags=re.MULTILINE)


def python_of(page: Path) -> list[str]:
    return [text for language, text in blocks(page) if language == "python"]


class Reader:
    """Somebody who does what a page says, in an empty folder, from its beginning to its end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, object] = {"__name__": "__main__"}
        self.said = ""

    def follow(self, page: Path) -> None:
        """Run each block; where a block of text follows, what was printed must agree with it."""
        for language, text in blocks(page):
            if language == "python":
                self.said += self._run_python(text)
            elif language == "sh":
                self.said += "".join(self._run_command(line) for line in text.splitlines() if line.strip())
            elif language == "text" and self.said:
                expect_said(text, self.said)
                self.said = ""

    def _run_python(self, text: str) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.chdir(self.folder):
            exec(compile(text, "<page>", "exec"), self.names)
        return printed.getvalue()

    def _run_command(self, line: str) -> str:
        words = shlex.split(line, comments=True)
        if not words or words[0] == "make":
            return ""
        assert words[0].startswith(".venv/bin/"), f"not a command of the environment: {line}"
        program = SCRIPTS / words[0].removeprefix(".venv/bin/")
        environment = os.environ | {"PYTHONUTF8": "1", "COLUMNS": "200"}
        done = subprocess.run(
            [program, *words[1:]],
            cwd=self.folder,
            env=environment,
            encoding="utf-8",
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        said = done.stdout + done.stderr
        tampered = "is not what was approved" in said
        accepted = VERDICT_CODES if shows_verdicts(words) else {1} if tampered else {0}
        assert done.returncode in accepted, f"exit code {done.returncode}: {line}\n{said}"
        return said


def shows_verdicts(words: list[str]) -> bool:
    votes = any(word in {"--approve", "--return", "--reject", "--approve-rest"} for word in words)
    return words[1] in {"draft", "check"} or (words[1] == "review" and not votes)


def expect_said(page: str, said: str) -> None:
    """Each line of the page was printed, in that order. `…` stands for anything: within a line, or for lines."""
    lines = iter(line.rstrip() for line in said.splitlines())
    for expected in page.splitlines():
        if expected.strip() in {"", "…"}:
            continue
        pattern = "*".join(re.sub(r"([*?[])", r"[\1]", part) for part in expected.rstrip().split("…"))
        assert any(fnmatch.fnmatchcase(line, pattern) for line in lines), f"not printed: {expected}\n\nbut: {said}"


def write_pupils(folder: Path) -> pd.DataFrame:
    """Invented pupils as the README describes them."""
    rng = np.random.default_rng(7)
    school = rng.integers(1, 25, 600)
    before = rng.normal(50, 10, 600).round()
    pupils = pd.DataFrame(
        {
            "pupil": [f"p{i:04d}" for i in range(600)],
            "school": [f"s{i:02d}" for i in school],
            "sex": rng.choice(["boy", "girl"], 600),
            "track": np.where(np.arange(600) < 6, "pro", rng.choice(["vmbo", "havo", "vwo"], 600)),
            "score_2023": before,
            "score_2024": (before + 5 + school % 5 + rng.normal(0, 6, 600)).round(),
        }
    )
    pupils.to_csv(folder / "pupils.csv", index=False, encoding="utf-8")
    return pupils


def test_generated_pages_say_what_the_code_says():
    assert generate.out_of_date() == []


def test_a_page_that_is_left_over_is_out_of_date(tmp_path):
    assert generate.main(["--folder", str(tmp_path)]) == 0
    assert generate.out_of_date(tmp_path) == []
    (tmp_path / "rules/old1.md").write_text("# OLD1: A rule that is no more\n", encoding="utf-8")
    (tmp_path / "policies/sacro.md").unlink()
    assert generate.out_of_date(tmp_path) == ["policies/sacro.md", "rules/old1.md"]
    assert generate.main(["--folder", str(tmp_path)]) == 0
    assert generate.out_of_date(tmp_path) == []


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_every_rule_has_a_page_with_all_it_says_of_itself(rule):
    text = (ROOT / f"docs/reference/rules/{rule.code.lower()}.md").read_text(encoding="utf-8")
    for said in (rule.title, rule.aim, rule.advice, rule.rationale, rule.source):
        assert said in text
    for fact in getattr(rule, "needs", ()):
        assert fact.value in text
    for kind in getattr(rule, "kinds", ()):
        assert f"| {kind.value} |" in text
    for name in rule.thresholds:
        for policy in policy_names():
            for item in load_policy(policy).thresholds:
                level = f" {item.of} |" if item.of else ""
                row = f"| [{policy}](../policies/{policy}.md) |{level} {item.value:g} | {item.confidence} |"
                assert item.name != name or row in text


@pytest.mark.parametrize("name", policy_names())
def test_every_policy_has_a_page_with_each_limit_its_side_and_its_source(name):
    text = (ROOT / f"docs/reference/policies/{name}.md").read_text(encoding="utf-8")
    policy = load_policy(name)
    assert policy.sha256 in text
    for item in (*policy.thresholds, *(item for items in policy.datasets.values() for item in items)):
        row = next(line for line in text.splitlines() if f"`{item.key}`" in line and f"| {item.value:g} |" in line)
        assert item.side in row
        assert item.source in row
        assert item.confidence in row


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_every_rule_has_a_section_and_is_in_the_changes(code):
    assert f"\n## {code}: " in (ROOT / "docs/reference/rules.md").read_text(encoding="utf-8")
    family, number = code[:3], int(code[3:])
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    ranges = re.findall(rf"{family}(\d+) to {family}(\d+)", changes)
    assert code in changes or any(int(first) <= number <= int(last) for first, last in ranges)


@pytest.mark.parametrize("name", KINDS)
def test_every_threshold_has_a_section_with_its_values(name):
    text = (ROOT / "docs/reference/policies.md").read_text(encoding="utf-8")
    section = text.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
    assert section
    for policy in policy_names():
        assert f"`{policy}`" in section


def test_the_version_of_every_policy_is_in_the_changes():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for name in policy_names():
        assert f"`{name}`, version {load_policy(name).version}" in changes


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for link in LINK.finditer(text):
        target = (page.parent / link["path"]).resolve() if link["path"] else page
        assert target.exists(), f"{page.name}: {link[0]}"
        if link["anchor"] and target.suffix == ".md":
            assert link["anchor"] in anchors(target), f"{page.name}: {link[0]}"


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and the documentation site make them."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_table_of_contents():
    docs = ROOT / "docs"
    listed = (docs / "index.md").read_text(encoding="utf-8")
    for page in PAGES:
        if docs not in page.parents or page.name == "index.md" or page.parent.name == "decisions":
            continue
        if page.parent.parent.name == "reference":  # rules and policies, one page each
            above = page.parent.with_suffix(".md").read_text(encoding="utf-8")
            assert f"{page.parent.name}/*" in above
            assert f"]({page.parent.name}/{page.name})" in above
        else:
            assert page.relative_to(docs).with_suffix("").as_posix() in listed


def test_the_readme_can_be_followed_from_beginning_to_end(tmp_path):
    write_pupils(tmp_path)
    Reader(tmp_path).follow(ROOT / "README.md")
    assert list((tmp_path / "released").glob("*/release.json"))


def test_the_tutorial_can_be_followed_and_prints_what_it_says(tmp_path):
    Reader(tmp_path).follow(ROOT / "docs/tutorials/first-release.md")
    assert list((tmp_path / "released").glob("*/release.json"))


def test_the_code_of_protect_a_table_runs(tmp_path):
    write_pupils(tmp_path)
    reader = Reader(tmp_path)
    for text in python_of(ROOT / "docs/how-to/protect-a-table.md"):
        reader._run_python(text)


def test_the_rule_that_is_added_as_an_example_works_as_its_tests_say():
    threshold, rule, test = python_of(ROOT / "docs/how-to/add-a-rule.md")
    names: dict[str, object] = {"__name__": "example"}
    for text in (threshold, rule, test):
        exec(compile(text, "<page>", "exec"), names)
    assert set(names["kind"]) == set(names["FEW_VALUES"].thresholds)
    limits = {"review_distinct_values": 4.0}
    (parameters,) = [mark.args[1] for mark in names["test_an_average_of_three_values_needs_review"].pytestmark]
    for distinct, expected in parameters:
        judgement = names["FEW_VALUES"].check([np.array([float(distinct)])], limits)
        assert judgement.review.any() == (expected is names["REVIEW"])
        assert not judgement.fail.any()
