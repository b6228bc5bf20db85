"""Output checking: evidence, rules, protection, proof, review by output checkers and sealed release."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from output_checks.policies import load_policy
    from output_checks.registered import Registered
    from output_checks.release import Release

__all__ = ["Registered", "Release", "load_policy"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Load the front door when it is used: `output-checks --help` needs no pandas."""
    if name in __all__:
        from output_checks import release  # noqa: PLC0415 - on first use

        return getattr(release, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
