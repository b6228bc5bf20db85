"""Errors a person can act on: each says what is wrong and what to try, and never contains a record's values."""


class ExplainedError(Exception):
    """Something could not be done as asked.

    `problem` says what was expected and what was found; `remedy` says what to try. Neither may quote a record's values:
    errors end up in notebooks and logs, and those leave the environment more easily than data does.
    """

    exit_code = 2

    def __init__(self, problem: str, *, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem} Try: {self.remedy}"


class InputError(ExplainedError):
    """What was given cannot be read, or is not what was expected."""


class PolicyError(ExplainedError):
    """A policy is not valid. Nothing is judged under a policy that could not be read whole."""


class WorkflowError(ExplainedError):
    """An act that this person may not do, or not at this moment."""


class IntegrityError(ExplainedError):
    """Bytes are not what was recorded or signed."""

    exit_code = 1
