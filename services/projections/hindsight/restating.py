"""Which tellings restated the past: told late or without a date, corrected or retracted; and for whom. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from schemas.account import AccountMerged
from services.projections.history import Recorded
from services.projections.models.periods import moments
from services.projections.models.tellings import Telling, tellings
from services.projections.question import AccountQuestion, Parameters
from services.projections.questions import ACCOUNT
from services.projections.views import sees

RestatingKind = Literal["late", "since", "merged", "corrected", "retracted"]
DEFAULT = ("attitude", "strength", "stages")
PASSED_ON = ("contact", "opportunity", "tz")  # the parameters that a question is given if it takes them


class Restating(NamedTuple):
    """A telling about the past, and the moments of it that it concerns: from when on, and just before it was told."""

    telling: Telling
    kind: RestatingKind
    earliest: datetime
    learned: datetime

    @property
    def moments(self) -> list[datetime]:
        """The two moments, or the one that both are."""
        return sorted({self.earliest, self.learned})

    @property
    def turning(self) -> set[datetime]:
        """When what was believed may part from what was, or meet it again."""
        told = self.telling.target or self.telling.fact
        return {self.earliest, told.recorded_at, self.telling.fact.recorded_at, *(self.telling.moved or ())}


def restating(facts: Iterable[Recorded], late: str, as_of: datetime) -> Iterator[Restating]:
    """Yield, in the order of telling, what was amended or merged, or came `late` (ISO 8601) or later, up to `as_of`.

    What has no date says something else from the first fact of all on, and is late from then.
    """
    facts = list(facts)
    first = min((fact.event.time for fact in facts if not fact.undated), default=None)
    for each in tellings(facts):
        earliest, learned = _earliest(each, first), min(each.fact.recorded_at, as_of)
        if earliest is None or earliest > learned:
            continue
        if kind := each.kind or _kind(each, earliest, late):
            yield Restating(each, kind, earliest, learned)


def _earliest(each: Telling, first: datetime | None) -> datetime | None:
    undated = any(fact.undated for fact in (each.was, each.now) if fact is not None)
    return min(first, each.earliest) if undated and first and each.earliest else each.earliest


def _kind(each: Telling, earliest: datetime, late: str) -> RestatingKind | None:
    """Return how an original restates the past, if it does."""
    fact, recorded_at = each.now or each.fact, each.fact.recorded_at
    if fact.event.data.timeless:
        return "merged" if earliest < recorded_at else None
    if len(list(islice(moments(earliest, recorded_at, late), 2))) < 2:  # noqa: PLR2004 -- the start alone
        return None
    return "since" if fact.undated else "late"


def concerned(telling: Telling, names: Iterable[str]) -> list[AccountQuestion[Any]]:
    """Return the questions, of those named, that read what a telling is about."""
    fact = telling.target or telling.fact
    payload = type(fact.event.data)
    questions = [ABOUT_THE_PAST[name] for name in names]
    return [each for each in questions if payload is AccountMerged or sees(each, payload)]


def deals(telling: Telling) -> list[str | None]:
    """Return the opportunities that a telling is about: one, two where a correction changed that, or none."""
    stood = [each.event.data for each in (telling.was, telling.now) if each is not None]
    return list(dict.fromkeys(getattr(data, "opportunity", None) for data in stood)) or [None]


def parameters(question: AccountQuestion[Any], given: Mapping[str, Any]) -> Parameters:
    """Return those of the parameters given that a question takes; ValueError names one that it lacks."""
    taken = {name: each for name, each in given.items() if name in question.parameters.model_fields and each}
    try:
        asked: Parameters = question.parameters.model_validate(taken)
    except ValidationError as error:
        lacking = ", ".join(str(each["loc"][0]) for each in error.errors())
        raise ValueError(f"expected {lacking} beside it") from None
    return asked


def _answerable(question: AccountQuestion[Any]) -> bool:
    fields = question.parameters.model_fields.items()
    return not question.told and {name for name, field in fields if field.is_required()} <= set(PASSED_ON)


ABOUT_THE_PAST = {name: question for name, question in ACCOUNT.items() if _answerable(question)}
