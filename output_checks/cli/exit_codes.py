"""What a verdict means to the shell."""

from collections.abc import Mapping

from output_checks.model.finding import Outcome

EXIT_CODES: Mapping[Outcome, int] = {
    Outcome.PASS: 0,
    Outcome.FAIL: 1,
    Outcome.REVIEW: 3,
    Outcome.NOT_APPLICABLE: 3,
}
