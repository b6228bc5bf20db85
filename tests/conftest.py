"""Nothing that a test reads is kept where a user's own cache is, and the same tests try the same examples."""

import os

import pytest
from hypothesis import settings

# What a change broke must not depend on chance. `EXPLORE=1 make test` tries other examples each time.
settings.register_profile("repeatable", derandomize=True, database=None)
if not os.environ.get("EXPLORE"):
    settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("NCO_CACHE", str(tmp_path_factory.mktemp("cache") / "cache"))
