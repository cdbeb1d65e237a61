"""The four key actions: who took part in which, and where the person stood before and after. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, get_args

from schemas.assessment import AttitudeAssessed
from schemas.interaction import InteractionRecorded
from services.projections.folds.opportunity import Opportunity
from services.projections.history import Recorded
from services.projections.models.latest import scopes
from services.projections.models.opportunity import deals
from services.projections.register import ground

KeyAction = Literal["factory_visit", "technical_exchange", "solution_presentation", "executive_meeting"]
KEY_ACTIONS: tuple[KeyAction, ...] = get_args(KeyAction)
Courses = Mapping[tuple[str, str], Sequence[Recorded]]  # person and scope -> assessments, in fold order
Scoped = Sequence[Sequence[Recorded]]  # one person's, the nearest scope first
Beside = tuple[Recorded | None, Recorded | None]  # the assessments before and after


class Purchase(NamedTuple):
    """A purchase, and from when to when it lived; None: nobody knows when it began, or it is not over."""

    id: str
    start: datetime | None = None
    end: datetime | None = None

    def counts(self, fact: Recorded, data: InteractionRecorded) -> bool:
        """Whether an interaction counts for it: one for it, or one for no purchase that we know, while it lived.

        What took place at an unknown moment is within no life that is bounded.
        """
        if data.opportunity is not None:
            return data.opportunity == self.id
        if fact.undated:
            return self.start is None and self.end is None
        return (self.start or fact.event.time) <= fact.event.time <= (self.end or fact.event.time)


class Words(NamedTuple):
    """What was said of people's attitude: by all assessors, and by those who lead by the policy."""

    all: Courses
    leading: Courses


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


def purchase(id_: str, opportunity: Opportunity) -> Purchase:
    """Return an opportunity as a purchase with its life."""
    end = deals.end(opportunity)
    return Purchase(id_, deals.began(opportunity), end.time if end else None)


def key_actions(met: Iterable[Recorded], bought: Purchase) -> Iterator[tuple[Recorded, InteractionRecorded, KeyAction]]:
    """Yield the key actions among interactions that count for the purchase."""
    for fact in met:
        data = fact.event.data
        if isinstance(data, InteractionRecorded) and bought.counts(fact, data):
            for kind in KEY_ACTIONS:
                if data.kind == kind:
                    yield fact, data, kind


def acted(met: Iterable[Recorded], person: str, bought: Purchase, words: Words, span: timedelta) -> list[Acted]:
    """Return the key actions that a person took part in, in order, each with the assessments next to it.

    Before: the last one of an earlier time. After: the first one at its time, which tells of it, or later, within the
    span and before the person's next key action. Of each, in the purchase; else in the account, but what is said of the
    account says nothing of a shift in the purchase.

    Two assessors who disagree are no shift, so both are the words of one who spoke before and after; of several, of one
    who leads by the policy, then of one who spoke of the purchase before, then of the one who spoke last before. Where
    there is none, they are the words of whoever leads by the policy: of one assessor, or of all where the latest word
    leads.
    """
    every, leading = ([of.get((person, scope), ()) for scope in scopes(bought.id)] for of in words)
    found = sorted(key_actions(met, bought), key=lambda each: each[0].stamp)
    times = [fact.event.time for fact, *_ in found]
    return [Acted(*each, *_beside(every, leading, each[0], _end(times, each[0], span))) for each in found]


def _end(times: Sequence[datetime], fact: Recorded, span: timedelta) -> datetime:
    """Return until when an assessment may be an effect of an action."""
    later = [time for time in times if time > fact.event.time]
    return min([*later, fact.event.time + span])


def _beside(every: Scoped, leading: Scoped, fact: Recorded, end: datetime) -> Beside:
    if fact.undated:
        return None, None
    near = _nearest(_befores(every, fact))
    own = [_next_to(each, fact, end, near) for each in _by_assessor(every)]
    leads, here = {each.stamp for scope in leading for each in scope}, {each.stamp for each in every[0]}
    both = {(one.stamp in leads, one.stamp in here, one.stamp): (one, other) for one, other in own if one and other}
    return both[max(both)] if both else _next_to(leading, fact, end, near)


def _next_to(told: Scoped, fact: Recorded, end: datetime, near: int) -> Beside:
    """Return the assessments next to an action; the one after of no scope further than `near`."""
    befores = _befores(told, fact)
    afters = [_first(each[_place(each, fact) :], end) for each in told[: near + 1]]
    return next(filter(None, befores), None), next(filter(None, afters), None)


def _befores(told: Scoped, fact: Recorded) -> list[Recorded | None]:
    places = [_place(each, fact) for each in told]
    return [each[place - 1] if place else None for each, place in zip(told, places, strict=True)]


def _nearest(befores: Sequence[Recorded | None]) -> int:
    return next((number for number, before in enumerate(befores) if before), len(befores))


def _place(told: Sequence[Recorded], fact: Recorded) -> int:
    return bisect_left(told, (True, fact.event.time), key=_when)


def _by_assessor(told: Scoped) -> list[Scoped]:
    of = [[ground(fact).assessor for fact in scope] for scope in told]
    return [
        [[fact for fact, by in zip(scope, who, strict=True) if by == each] for scope, who in zip(told, of, strict=True)]
        for each in {by for who in of for by in who}
    ]


def _first(assessed: Iterable[Recorded], end: datetime) -> Recorded | None:
    return next((each for each in assessed if each.event.time < end), None)


def _when(fact: Recorded) -> tuple[bool, datetime]:
    return not fact.undated, fact.event.time
