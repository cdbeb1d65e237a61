"""What the answers about one account said as of any moment, when the first so many facts had been told. Pure."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from schemas.account import AccountMerged
from schemas.event import wires_of
from services.projections.folds import fold
from services.projections.history import Moment, Recorded, Stamp, latest_amendments
from services.projections.models.tellings import amends, in_order
from services.projections.policy import Policies
from services.projections.question import AccountQuestion, Parameters, View
from services.projections.said import Reader
from services.projections.views import of_one, reads, view_of_facts

AT_HAND = 16  # views that the next telling may go on with


class Belief(NamedTuple):
    """What a question saw when so many of the facts that it reads were known."""

    known: int
    view: View


class Beliefs:
    """Answers under one set of policies, whatever applied then: what differs between two of them, facts have done."""

    def __init__(self, account: str, told: Iterable[Recorded], policies: Policies) -> None:
        """Take all that was told, amendments among it and not applied."""
        self._account, self._policies = account, policies
        self._told = sorted(told, key=in_order)
        self._merging = any(isinstance(fact.event.data, AccountMerged) for fact in self._told)
        self._amended = latest_amendments(self._told).keys()
        self._numbers = {(fact.partition, fact.offset): number for number, fact in enumerate(self._told)}
        self._read: dict[str, tuple[list[int], list[Recorded]]] = {}
        self._held: dict[tuple[str, datetime], Belief] = {}

    def around(
        self, fact: Recorded, question: AccountQuestion[Any], asked: Sequence[Parameters], as_of: datetime
    ) -> list[tuple[Any, Any]]:
        """Return each answer asked for, as of a moment, just before the fact was told and just after, as JSON data.

        Raises Unanswerable as the question does.
        """
        numbers, _ = self._facts(question)
        number = self._numbers[fact.partition, fact.offset]
        at = Moment(as_of, fact.recorded_at)
        known = bisect_left(numbers, number), bisect_left(numbers, number + 1)
        was, now = (self._answers(question, asked, at, count) for count in known)
        return list(zip(was, now, strict=True))

    def _answers(
        self, question: AccountQuestion[Any], asked: Iterable[Parameters], at: Moment, count: int
    ) -> list[Any]:
        view = self._view(question, at, count)._replace(moment=at)
        return [
            question.answer(view, each).model_dump(mode="json", by_alias=True, context=Reader(zone=each.zone))
            for each in asked
        ]

    def _view(self, question: AccountQuestion[Any], at: Moment, count: int) -> View:
        """Return what was seen: what is at hand, with the one fact that came since, or all read anew."""
        _, facts = self._facts(question)
        held = self._held.pop((question.name, at.as_of), None)
        if held and held.known == count - 1 and self._adds(facts[held.known]):
            _add(facts[held.known], held.view, question, at.as_of)
        elif not held or held.known != count:
            known = of_one(self._account, facts[:count]) if self._merging else facts[:count]
            held = Belief(count, view_of_facts(self._account, question, known, at, self._policies))
        self._held[question.name, at.as_of] = Belief(count, held.view)
        if len(self._held) > AT_HAND:
            del self._held[next(iter(self._held))]
        return held.view

    def _adds(self, fact: Recorded) -> bool:
        """Whether a fact changes nothing of those before it."""
        return not self._merging and not amends(fact) and (*fact.identity, fact.event.type) not in self._amended

    def _facts(self, question: AccountQuestion[Any]) -> tuple[list[int], list[Recorded]]:
        """Return the facts that a question reads, and their numbers in the order in which they were told."""
        if question.name not in self._read:
            wires = {*reads(question), *wires_of(AccountMerged)}
            found = [(number, fact) for number, fact in enumerate(self._told) if fact.event.type in wires]
            self._read[question.name] = [number for number, _ in found], [fact for _, fact in found]
        return self._read[question.name]


def _add(fact: Recorded, view: View, question: AccountQuestion[Any], as_of: datetime) -> None:
    """Put a fact where it belongs in a view: folds take facts in any order."""
    if fact.undated or fact.event.time <= as_of:
        fold(view.states, [fact], question.subjects)
        if isinstance(fact.event.data, question.history) and isinstance(view.facts, list):
            insort(view.facts, fact, key=_stamp)


def _stamp(fact: Recorded) -> Stamp:
    return fact.stamp
