"""What is wrong with events, and the problem document that says so without quoting a value."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from services.http_problem import MOST_ERRORS, HttpProblem

NOTHING_STORED = "Nothing of this request was stored."


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: in the event at `index` (from 0; None: in none), its JSON pointer, what was expected."""

    index: int | None
    pointer: str
    detail: str


class Invalid(Exception):  # noqa: N818  it says what the request is
    """At least one event of the request is not valid, so none is appended."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults

    def problem(self) -> HttpProblem:
        """Make the 422 problem."""
        events = len({fault.index for fault in self.faults})
        count = f"{len(self.faults)} errors in {events} events" if len(self.faults) > 1 else "1 error"
        if len(self.faults) >= MOST_ERRORS:  # judging ends there
            count = f"There are at least {MOST_ERRORS} errors, of which the first {MOST_ERRORS} are listed"
        return HttpProblem(
            422,
            "invalid-event",
            "Invalid event",
            f"{count}. {NOTHING_STORED}",
            errors=listed(self.faults),
        )


def listed(faults: Sequence[Fault]) -> list[dict[str, object]]:
    """Write faults as the `errors` of a problem."""
    return [asdict(fault) for fault in faults[:MOST_ERRORS]]


def pointer(path: Sequence[str | int]) -> str:
    """Write a path as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
