"""A release stays proven when policies get new thresholds later; a submission that still waits does not."""

import datetime as dt
import re

import pytest

from output_checks import policies
from output_checks.errors import IntegrityError, PolicyError
from output_checks.model.policy import KINDS
from output_checks.model.review import Decision
from output_checks.release import Release
from output_checks.store.codec import decode, encode
from output_checks.store.keys import create_key, load_private_key, load_public_keys
from output_checks.store.sealed import SEAL, Seal
from output_checks.workflow.inbox import open_submission
from output_checks.workflow.seal import release, verify
from output_checks.workflow.vote import vote, votes_on
from tests.factories import pupils

NOW = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)
CHECKERS = ("first", "second")


@pytest.fixture
def today(tmp_path):
    """As the toolkit was before there was a limit on leverage, by which no table is judged; call it to be back."""
    folder, in_force, kinds = tmp_path / "policies", policies.FOLDER, dict(KINDS)
    folder.mkdir()
    for path in in_force.glob("*.toml"):
        text = re.sub(r"\[thresholds\.review_leverage\][^[]*", "", path.read_text(encoding="utf-8"))
        (folder / path.name).write_text(text, encoding="utf-8")

    def back():
        policies.FOLDER = in_force
        KINDS.clear()
        KINDS.update(kinds)  # in their order

    policies.FOLDER = folder
    del KINDS["review_leverage"]
    yield back
    back()


@pytest.fixture
def submitted(today, tmp_path):
    draft = Release(
        "study", folder=tmp_path / "draft", units={"pupil": "pupil", "school": "school"}, author="researcher"
    )
    draft.table("counts", pupils(900), by="track")
    return draft.submit(tmp_path / "submissions")


def seal_it(folder, tmp_path):
    for name in CHECKERS:
        create_key(name, tmp_path / "keys")
        submission = open_submission(folder)
        decision = Decision(checker=name, votes=votes_on(submission, {}, approve_rest=True), reasons={})
        vote(submission, decision, key=load_private_key(tmp_path / "keys" / f"{name}.key"), now=NOW)
    key = load_private_key(tmp_path / "keys/first.key")
    keys = load_public_keys(tmp_path / "keys")
    return release(
        open_submission(folder), keys=keys, checker="first", key=key, folder=tmp_path / "released", now=NOW
    ), keys


def test_a_release_is_still_proven_and_a_waiting_submission_has_to_be_made_again(submitted, today, tmp_path):
    sealed, keys = seal_it(submitted, tmp_path)
    assert verify(sealed, keys).checkers == CHECKERS
    today()
    assert "review_leverage" in KINDS
    assert verify(sealed, keys).checkers == CHECKERS
    with pytest.raises(PolicyError, match="review_leverage"):
        open_submission(submitted)


@pytest.mark.parametrize("votes", ["two", None, {}, float("1e400")])
def test_a_seal_whose_policy_asks_for_no_number_of_votes_proves_nothing(submitted, tmp_path, votes):
    sealed, keys = seal_it(submitted, tmp_path)
    seal = decode((sealed / SEAL).read_bytes(), Seal, source=SEAL)
    seal.policy["thresholds"]["votes_required"]["value"] = votes
    key = load_private_key(tmp_path / "keys/first.key")
    (sealed / SEAL).write_bytes(encode(seal.signed(key)))
    with pytest.raises(IntegrityError):
        verify(sealed, keys)


def test_a_seal_with_a_laxer_policy_than_was_approved_proves_nothing(submitted, tmp_path):
    sealed, keys = seal_it(submitted, tmp_path)
    seal = decode((sealed / SEAL).read_bytes(), Seal, source=SEAL)
    seal.policy["thresholds"]["minimum_contributors"]["pupil"]["value"] = 3.0
    (sealed / SEAL).write_bytes(encode(seal.signed(load_private_key(tmp_path / "keys/first.key"))))
    with pytest.raises(IntegrityError, match="of something else"):
        verify(sealed, keys)
