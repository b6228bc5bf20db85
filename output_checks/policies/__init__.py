"""The policies there are, one TOML file each, and how they are read.

This folder belongs to those who approve. A file elsewhere is a project's own, and is accepted only where it is at least
as strict as the policy it was tightened from.
"""

import tomllib
from pathlib import Path
from typing import Any

from output_checks.errors import PolicyError
from output_checks.model.nearest import nearest
from output_checks.model.policy import Policy
from output_checks.model.policy_file import policy_from_mapping

FOLDER = Path(__file__).parent


def policy_names() -> list[str]:
    """Names of the policies that come with the package."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_policy(name_or_path: str | Path) -> Policy:
    """Read a policy by its name, or from a file of your own.

    A file that says `tightened_from` holds what it changes; everything else is that of the policy it names.

    Raises
    ------
    PolicyError
        The policy does not exist, is not TOML, has a key or value that cannot be meant, or is looser than the policy it
        was tightened from. Names the file, the key, what was expected and what was found.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        if str(name_or_path) not in policy_names():
            raise PolicyError(
                f"There is no policy {str(name_or_path)!r}.",
                remedy=f"{', '.join(policy_names())}, or the path of a .toml file",
            )
        path = FOLDER / f"{name_or_path}.toml"
    content = _read(path)
    if "for_datasets" in content:
        raise PolicyError(
            f"{path.name}: for_datasets: expected nothing in a file; it is chosen for each release.",
            remedy="Release(..., dataset=...)",
        )
    base = content.get("tightened_from")
    if base is not None and base not in policy_names():
        raise PolicyError(
            f"{path.name}: tightened_from: expected a policy that is here; found {base!r}.",
            remedy=nearest(str(base), policy_names()),
        )
    return policy_from_mapping(content, base=load_policy(base) if base else None, source=path.name)


def expect_sound(policy: Policy) -> Policy:
    """The policy of this folder that this one is, or was tightened from.

    Raises
    ------
    PolicyError
        It is neither, or it is looser somewhere.
    """
    names = policy_names()
    if policy.name in names:
        known = load_policy(policy.name)
        if policy.sha256 != known.for_dataset(*policy.for_datasets).sha256:
            raise PolicyError(
                f"The policy calls itself {policy.name} but is not the one in force.",
                remedy=f'another name, and tightened_from = "{policy.name}"',
            )
        return known
    base = policy.tightened_from.partition(" ")[0]
    if base not in names:
        raise PolicyError(
            f"The policy {policy.name} is not in force, and not tightened from one that is.",
            remedy=f'tightened_from = "{names[0]}" in its file',
        )
    known = load_policy(base)
    policy.expect_as_strict_as(known)
    return known


def expect_accepted(policy: Policy) -> None:
    """Raise PolicyError unless output checkers here take submissions under this policy.

    It must be sound, and a policy of this folder that `accepts_submissions`, or tightened from one: nobody may choose
    the rules of another institution because they are laxer.
    """
    known = expect_sound(policy)
    if not known.accepts_submissions:
        accepted = [name for name in policy_names() if load_policy(name).accepts_submissions]
        raise PolicyError(
            f"Output checkers here take no submissions under the policy {known.name}.",
            remedy=f"{', '.join(accepted) or 'ask them under which'}; or, where they want it, they set "
            f"accepts_submissions = true in policies/{known.name}.toml",
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name} is not valid TOML ({error}).", remedy="mend that line") from error
    except OSError as error:
        raise PolicyError(
            f"There is no policy file {path} ({error.strerror}).",
            remedy=f"{', '.join(policy_names())}, or the path of a .toml file",
        ) from None
