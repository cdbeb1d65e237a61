"""Judging events: may this caller send them, and are they what the contract says? All of them, or none."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from schemas import POLICY, Event, Fact, catalogue
from schemas.account import AccountMerged, AccountProfileChanged, AccountRegistered
from schemas.correction import Amendment, EventCorrected
from services.access import Caller, forbidden
from services.faults import NOTHING_STORED, Fault, Invalid, listed
from services.http_problem import MOST_ERRORS
from services.unsound import sound


class Judged(NamedTuple):
    """What appending needs of a valid event; `value` is what was sent plus the stamps, exactly as validated."""

    id: str
    source: str
    type: str
    account: str
    value: bytes
    recorded_at: datetime | None = None  # of a restored event: when it was first recorded


# Reads the event at an index: its JSON as it goes into the log, and if it is restored, when it was first recorded.
Reading = Callable[[int, dict[str, Any]], tuple[bytes, Event, datetime | None]]


def judge(documents: Sequence[dict[str, Any]], caller: Caller) -> list[Judged]:
    """Stamp and validate every event; Invalid, or HttpProblem 403 or 413, say what is wrong with any of them."""
    stamps = {"submittedby": caller.subject, "catalogueversion": catalogue().version}
    return judge_each(documents, caller, lambda index, document: (*sound(index, document, stamps), None))


def judge_each(documents: Sequence[dict[str, Any]], caller: Caller, read: Reading) -> list[Judged]:
    """Read every event, and judge whether this caller may send it; raises as `judge`."""
    judged: list[Judged] = []
    faults: list[Fault] = []
    refusals: list[Fault] = []
    for index, document in enumerate(documents):
        if len(faults) >= MOST_ERRORS:  # nobody is told of more
            break
        try:
            value, event, recorded_at = read(index, document)
        except Invalid as invalid:
            faults += invalid.faults
        else:  # a thousand events are dropped one by one: kept, they would make the garbage collector work
            refusals += _refusals(index, event, caller)
            judged.append(Judged(event.id, event.source, event.type, event.account, value, recorded_at))
    if faults:
        raise Invalid(faults)
    if refusals:
        raise forbidden(f"The token does not allow this. {NOTHING_STORED}", errors=listed(refusals))
    return judged


def _refusals(index: int, event: Event, caller: Caller) -> Iterator[Fault]:
    if not caller.may_send(event.source, event.account):
        wrong = "/partitionkey" if not caller.may_see(event.account) else "/source"
        yield Fault(index, wrong, "expected one that the token is for")
    if (joined := _joined(event)) and not caller.may_see(joined[1]):
        yield Fault(index, joined[0], "expected an account that the token is for")
    if caller.role == "admin":
        return
    if event.account == POLICY:
        yield Fault(index, "/partitionkey", "expected an account: policies take the role admin")
    if isinstance(event.data, Amendment) and event.data.target.source != event.source:
        yield Fault(index, "/data/target/source", "expected the event's own source: else it takes admin")


# Where an account says to which other one it belongs.
_JOINING: dict[type[Fact], str] = {
    AccountMerged: "into",
    AccountRegistered: "parent_account",
    AccountProfileChanged: "parent_account",
}


def _joined(event: Event) -> tuple[str, str] | None:
    """Return where it says that this account belongs to another one, itself or as a correction, and to which."""
    place, said = "/data", event.data
    if isinstance(said, EventCorrected):
        place, said = "/data/data", said.replacement
    field = _JOINING.get(type(said))
    account = getattr(said, field) if field else None
    return (f"{place}/{field}", account) if account else None
