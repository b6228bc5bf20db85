"""The page on models can be followed from its beginning to its end."""

from pathlib import Path

from tests.test_docs import Reader, write_pupils

PAGE = Path(__file__).parents[2] / "docs/how-to/publish-a-model.md"


def test_the_page_on_models_can_be_followed_and_prints_what_it_says(tmp_path):
    write_pupils(tmp_path)
    reader = Reader(tmp_path)
    reader.follow(PAGE)
    assert "difference: pass" in reader.said
    assert "moved: pass" in reader.said
