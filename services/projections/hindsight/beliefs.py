"""What the answers about one account said as of any moment, when the first so many facts had been told. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from schemas.account import AccountMerged
from schemas.event import wires_of
from services.projections.history import Moment, Recorded
from services.projections.models.tellings import in_order
from services.projections.policy import Policies
from services.projections.question import AccountQuestion, Parameters, View
from services.projections.said import Reader
from services.projections.views import of_one, reads, view_of_facts

AT_HAND = 16  # views that are asked about more than one contact, or again by the next telling


class Beliefs:
    """Answers under one set of policies, whatever applied then: what differs between two of them, facts have done."""

    def __init__(self, account: str, told: Iterable[Recorded], policies: Policies) -> None:
        """Take all that was told, amendments among it and not applied."""
        self._account, self._policies = account, policies
        self._told = sorted(told, key=in_order)
        self._merging = any(isinstance(fact.event.data, AccountMerged) for fact in self._told)
        self._numbers = {(fact.partition, fact.offset): number for number, fact in enumerate(self._told)}
        self._read: dict[str, tuple[list[int], list[Recorded]]] = {}
        self._view = lru_cache(AT_HAND)(self._viewed)

    def around(
        self, fact: Recorded, question: AccountQuestion[Any], asked: Parameters, as_of: datetime
    ) -> tuple[Any, Any]:
        """Return the answer as of a moment just before the fact was told, and just after, as JSON data.

        Raises Unanswerable as the question does.
        """
        numbers, _ = self._facts(question)
        number = self._numbers[fact.partition, fact.offset]
        at = Moment(as_of, fact.recorded_at)
        known = bisect_left(numbers, number), bisect_left(numbers, number + 1)
        was, now = (self._answer(question, asked, at, count) for count in known)
        return was, now

    def _answer(self, question: AccountQuestion[Any], asked: Parameters, at: Moment, count: int) -> Any:  # noqa: ANN401 -- any JSON
        answer = question.answer(self._view(question, at, count), asked)
        return answer.model_dump(mode="json", by_alias=True, context=Reader(zone=asked.zone))

    def _viewed(self, question: AccountQuestion[Any], at: Moment, count: int) -> View:
        _, facts = self._facts(question)
        known: Sequence[Recorded] = facts[:count]
        known = of_one(self._account, known) if self._merging else known
        return view_of_facts(self._account, question, known, at, self._policies)

    def _facts(self, question: AccountQuestion[Any]) -> tuple[list[int], list[Recorded]]:
        """Return the facts that a question reads, and their numbers in the order in which they were told."""
        if question.name not in self._read:
            wires = {*reads(question), *wires_of(AccountMerged)}
            found = [(number, fact) for number, fact in enumerate(self._told) if fact.event.type in wires]
            self._read[question.name] = [number for number, _ in found], [fact for _, fact in found]
        return self._read[question.name]
