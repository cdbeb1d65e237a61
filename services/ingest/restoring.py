"""Judging the lines of an export: each an event as any other, and when it was first recorded."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from schemas import Event, catalogue
from schemas.values import moment
from services import logposition
from services.access import Caller
from services.faults import Fault, Invalid
from services.ingest.judging import Judged, judge_each
from services.validating import valid

RECORDED_AT = "recordedat"
KEPT = frozenset({"submittedby", "catalogueversion"})  # an export has them; the version is stamped anew
ABSENT = "expected this field, which is required: when the event was first recorded"
AHEAD = "expected a moment that is not in the future"
DISORDER = "expected none before that of the account's event before it: an export is in the order of its log"


def judge(documents: Sequence[dict[str, Any]], caller: Caller, now: datetime) -> list[Judged]:
    """Judge each as an event that is sent, and its `recordedat`: Invalid, or HttpProblem, say what is wrong.

    The order of an account's events is judged within the request; what earlier ones brought is not known here.
    """
    latest: dict[str, datetime] = {}

    def read(index: int, document: dict[str, Any]) -> tuple[bytes, Event, datetime]:
        recorded_at = _recorded_at(index, document, now)
        stamps = {"catalogueversion": catalogue().version}
        if document.get("submittedby") is None:
            stamps["submittedby"] = caller.subject
        told = {name: each for name, each in document.items() if name not in (RECORDED_AT, logposition.ATTRIBUTE)}
        value, event = valid(index, told, stamps, KEPT)
        if recorded_at < latest.setdefault(event.account, recorded_at):
            raise _fault(index, DISORDER)
        latest[event.account] = recorded_at
        return value, event, recorded_at

    return judge_each(documents, caller, read)


def _recorded_at(index: int, document: dict[str, Any], now: datetime) -> datetime:
    if RECORDED_AT not in document:
        raise _fault(index, ABSENT)
    try:
        recorded_at = moment(document[RECORDED_AT])
    except ValueError as error:
        raise _fault(index, str(error)) from None
    if recorded_at > now:
        raise _fault(index, AHEAD)
    return recorded_at


def _fault(index: int, detail: str) -> Invalid:
    return Invalid([Fault(index, f"/{RECORDED_AT}", detail)])
