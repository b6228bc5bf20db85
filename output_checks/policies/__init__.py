"""The policies in force, one TOML file each, and how they are read.

This folder belongs to those who approve. A file elsewhere is a project's own, and is accepted only where it is at least
as strict as the policy it was tightened from.
"""

import tomllib
from pathlib import Path

from output_checks.errors import PolicyError
from output_checks.model.policy import Policy, policy_from_mapping

FOLDER = Path(__file__).parent


def policy_names() -> list[str]:
    """Names of the policies that come with the package."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_policy(name_or_path: str | Path) -> Policy:
    """Read a policy by its name, or from a file of your own.

    Raises
    ------
    PolicyError
        The policy does not exist, is not TOML, or is not complete and known in every key.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = FOLDER / f"{name_or_path}.toml"
    if not path.is_file():
        raise PolicyError(
            f"There is no policy {str(name_or_path)!r}.",
            remedy=f"{', '.join(policy_names())}, or the path of a .toml file",
        )
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name} is not valid TOML ({error}).", remedy="mend that line") from error
    return policy_from_mapping(content)


def expect_accepted(policy: Policy) -> None:
    """Raise PolicyError unless this is a policy of this folder, or one tightened from it that is nowhere looser."""
    if policy.name in policy_names():
        if policy.sha256 != load_policy(policy.name).sha256:
            raise PolicyError(
                f"The policy calls itself {policy.name} but is not the one in force.",
                remedy=f'another name, and tightened_from = "{policy.name}"',
            )
        return
    base = policy.tightened_from.partition(" ")[0]
    if base not in policy_names():
        raise PolicyError(
            f"The policy {policy.name} is not in force, and not tightened from one that is.",
            remedy=f'tightened_from = "{policy_names()[0]}" in its file',
        )
    policy.expect_as_strict_as(load_policy(base))
