"""Nothing that a test reads is kept where a user's own cache is."""

import pytest


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("NCO_CACHE", str(tmp_path_factory.mktemp("cache") / "cache"))
