"""How much one request may bring, and how much all requests together may hold."""

from services.http_problem import HttpProblem

BODY = 8 * 1024 * 1024  # bytes
EVENTS = 1_000
EVENT = 256 * 1024  # bytes of one event's JSON, as it goes into the log
EXPORTED = 256  # bytes that an export adds to an event, and a restore takes away again
BODY_SECONDS = 30  # a body that trickles must not hold its room for ever
IN_FLIGHT = 64 * 1024 * 1024  # bytes of bodies at once; each unfolds to several times that
REQUEST = 16 * 1024  # what a request costs beside its body, so that many small ones are bounded too


def too_large(what: str, limit: str) -> HttpProblem:
    """Make the 413 problem, which states the limit."""
    detail = f"{what} is too large: the limit is {limit}. Send it in several requests, or smaller."
    return HttpProblem(413, "too-large", "Too large", detail)


def too_many_events() -> HttpProblem:
    """Make the 413 problem for a batch of too many events."""
    return too_large("The batch", f"{EVENTS} events per request")


def too_large_event(index: int) -> HttpProblem:
    """Make the 413 problem for one event."""
    return too_large(f"Event {index}", f"{EVENT} bytes per event")
