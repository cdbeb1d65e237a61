"""How much one request may bring, how much all requests together may hold, and how many there may be."""

from services.http_problem import HttpProblem

BODY = 8 * 1024 * 1024  # bytes
EVENTS = 1_000
EVENT = 256 * 1024  # bytes of one event's JSON, as it goes into the log
DEPTH = 32  # levels of JSON: no event has ten
# Opening brackets of a body, those in texts included: as many as a single event can have, so that each can be sent by
# itself. A body of real events has two thirds of it at the most. An object of 7 bytes takes 200 once it is unfolded.
BRACKETS = EVENT
EXPORTED = 256  # bytes that an export adds to an event, and a restore takes away again
BODY_SECONDS = 30  # a body that trickles must not hold its room for ever
IN_FLIGHT = 64 * 1024 * 1024  # bytes of bodies at once; each unfolds to several times that
REQUEST = 16 * 1024  # what a request costs beside its body, so that many small ones are bounded too
HEAD = 64 * 1024  # bytes of request line and headers
HEAD_SECONDS = 30  # for a whole head to come, from when the connection has nothing to do
CONNECTIONS = 900  # of a process at once: below the 1,024 files that systems commonly allow one
PIPELINED = 64  # requests of one connection that wait for the answer to the one before
STREAMS, STREAMS_OF_CALLER = 200, 20  # of /v1/changes and /v1/replay at once
RATE = 200  # requests of a caller in a second
RATE_WINDOW = 5  # seconds over which that is counted, so that all of them may come at once
STATEMENT_SECONDS = 60  # that the database may work on one statement of a question

OF_A_BODY = (
    f"At most {BODY} bytes, {BRACKETS} opening brackets, {EVENTS} events, {EVENT} bytes and {DEPTH} levels an event;"
    " UTF-8, not compressed."
)


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
