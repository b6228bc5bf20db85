"""Hand in: write the export zip that would leave, and beside it the evidence that never does."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from output_checks.errors import InputError
from output_checks.model.evidence import Output
from output_checks.model.policy import Policy
from output_checks.policies import expect_accepted
from output_checks.rendering.control_form import control_form
from output_checks.store.audit import extend
from output_checks.store.codec import encode
from output_checks.store.files import expect_distinct_names, sha256
from output_checks.store.members import encode_members, members_of
from output_checks.store.submission import FORM, Manifest, content_hashes, write_submission
from output_checks.workflow.judge import TOOLKIT, is_refused, judge
from output_checks.workflow.remembering import remembered

SUBMIT = "submit"


def submit(
    outputs: Sequence[Output],
    contents: Mapping[str, bytes],
    *,
    name: str,
    author: str,
    policy: Policy,
    units: Mapping[str, tuple[str, ...]],
    folder: Path,
    now: dt.datetime,
    ledger: str = "",
) -> Path:
    """Write `<folder>/<name>-<number>` and return its path. The number is the first that is free.

    Raises
    ------
    InputError
        Nothing is registered, every output is refused, or it cannot be written; then nothing is written at all.
    PolicyError
        The policy is not one that output checkers accept.
    """
    expect_accepted(policy)
    if not outputs:
        raise InputError("No output is registered.", remedy="release.table(...) first")
    earlier = remembered(Path(ledger) if ledger else None, units=units)
    judged, report = judge(outputs, contents, policy, earlier=earlier)
    leaving = [output for output in judged if not is_refused(output, report.of(output.name))]
    if not leaving:
        raise InputError(
            "Every output fails, so there is nothing to submit.",
            remedy="release.summary() for the reasons; table(..., suppress=True) mends most",
        )
    expect_distinct_names([FORM, *(item.name for output in judged for item in output.files)])
    number = _free_number(folder, name)
    title, time = f"{name}-{number}", now.isoformat(timespec="seconds")
    form = control_form(leaving, report, policy, title=title, author=author, date=time)
    export = {FORM: form} | _files(leaving, contents)
    withheld = _files([output for output in judged if output not in leaving], contents)
    evidence, members = encode(judged), encode_members(members_of(judged), compress=True)
    manifest = Manifest(
        name=name,
        number=number,
        author=author,
        submitted=time,
        toolkit=TOOLKIT,
        policy=policy.as_mapping(),
        units=units,
        salt=secrets.token_hex(32),
        files=content_hashes(title, evidence=evidence, members=members, export=export, withheld=withheld),
        ledger=ledger,
    )
    trail = extend((), time=time, actor=author, act=SUBMIT, details=sha256(encode(manifest)))
    written = folder / title
    write_submission(
        written, manifest, evidence=evidence, members=members, export=export, withheld=withheld, trail=trail
    )
    return written


def _files(outputs: Sequence[Output], contents: Mapping[str, bytes]) -> dict[str, bytes]:
    return {item.name: contents[item.name] for output in outputs for item in output.files}


def _free_number(folder: Path, name: str) -> int:
    number = 1
    while (folder / f"{name}-{number}").exists():
        number += 1
    return number
