"""The four key actions: who took part in which, and where the person stood before and after. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, get_args

from schemas.assessment import AttitudeAssessed
from schemas.interaction import InteractionRecorded
from services.projections.history import Recorded
from services.projections.models.latest import scopes

KeyAction = Literal["factory_visit", "technical_exchange", "solution_presentation", "executive_meeting"]
KEY_ACTIONS: tuple[KeyAction, ...] = get_args(KeyAction)
Courses = Mapping[tuple[str, str], Sequence[Recorded]]  # person and scope -> assessments, in fold order


class Acted(NamedTuple):
    """A key action that one person took part in, and the assessments of the person next to it."""

    fact: Recorded
    data: InteractionRecorded
    kind: KeyAction
    before: Recorded | None
    after: Recorded | None

    @property
    def shift(self) -> int | None:
        """By how many levels the attitude moved; None where it is not known both before and after."""
        one, other = level(self.before), level(self.after)
        return None if one is None or other is None else other - one


def level(assessed: Recorded | None) -> int | None:
    """Return the level of attitude of an assessment; None of none."""
    data = assessed.event.data if assessed else None
    return data.level if isinstance(data, AttitudeAssessed) else None


def key_actions(met: Iterable[Recorded], opportunity: str) -> Iterator[tuple[Recorded, InteractionRecorded, KeyAction]]:
    """Yield the key actions among interactions: for the purchase, or for none that we know."""
    for fact in met:
        data = fact.event.data
        if isinstance(data, InteractionRecorded) and data.opportunity in (None, opportunity):
            for kind in KEY_ACTIONS:
                if data.kind == kind:
                    yield fact, data, kind


def acted(met: Iterable[Recorded], person: str, opportunity: str, courses: Courses, span: timedelta) -> list[Acted]:
    """Return the key actions that a person took part in, in order, each with the assessments next to it.

    Before: the last one of an earlier time. After: the first one at its time, which tells of it, or later, within the
    span and before the person's next key action. Of each, in the purchase; else in the account, but what is said of the
    account says nothing of a shift in the purchase.
    """
    told = [courses.get((person, scope), ()) for scope in scopes(opportunity)]
    found = sorted(key_actions(met, opportunity), key=lambda each: each[0].stamp)
    times = [fact.event.time for fact, *_ in found]
    return [Acted(*each, *_beside(told, each[0], _end(times, each[0], span))) for each in found]


def _end(times: Sequence[datetime], fact: Recorded, span: timedelta) -> datetime:
    """Return until when an assessment may be an effect of an action."""
    later = [time for time in times if time > fact.event.time]
    return min([*later, fact.event.time + span])


def _beside(
    told: Sequence[Sequence[Recorded]], fact: Recorded, end: datetime
) -> tuple[Recorded | None, Recorded | None]:
    if fact.undated:
        return None, None
    places = [bisect_left(each, (True, fact.event.time), key=_when) for each in told]
    befores = [each[place - 1] if place else None for each, place in zip(told, places, strict=True)]
    afters = [_first(each[place:], end) for each, place in zip(told, places, strict=True)]
    nearest = next((number for number, before in enumerate(befores) if before), len(told))
    after = next((each for each in afters[: nearest + 1] if each), None)
    return (befores[nearest] if nearest < len(told) else None), after


def _first(assessed: Iterable[Recorded], end: datetime) -> Recorded | None:
    return next((each for each in assessed if each.event.time < end), None)


def _when(fact: Recorded) -> tuple[bool, datetime]:
    return not fact.undated, fact.event.time
