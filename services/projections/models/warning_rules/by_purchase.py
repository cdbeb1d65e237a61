"""What an account has to do, was asked and was answered, by the purchase that it is of: read once for all rules."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from itertools import takewhile
from typing import Any, TypeVar

import msgspec

from schemas.interaction import InteractionRecorded
from services.projections.course import Course
from services.projections.folds import States
from services.projections.folds.action import Action, Question
from services.projections.folds.proposal import Objection
from services.projections.history import Recorded
from services.projections.models import standing
from services.projections.models.interaction.purchases import InAPurchase
from services.projections.models.standing import Kind

T = TypeVar("T", bound=msgspec.Struct)
Things = list[tuple[str, Course[T]]]  # in order of id
Of = Mapping[str | None, Things[T]]  # by purchase; None: of none, or of one that nobody knows


class ByPurchase:
    """The actions, questions, objections and answers of each purchase; each is read when it is first asked for."""

    def __init__(self, states: States, met: Iterable[Recorded], purchase: Callable[[InAPurchase], str | None]) -> None:
        """Read them from an account's states and from the interactions that took place."""
        self._states, self._met, self._purchase = states, met, purchase

    @cached_property
    def actions(self) -> Of[Action]:
        """What was told of each action of a purchase."""
        return self._grouped("action", self._states.action.actions, Action())

    @cached_property
    def all_open_actions(self) -> Things[Action]:
        """The actions that are still to be done, in order of id."""
        return [each for each in sorted(self._states.action.actions.items()) if standing.is_open("action", each[1])]

    @cached_property
    def open_actions(self) -> Of[Action]:
        """The actions of a purchase that are still to be done."""
        return self._grouped("action", dict(self.all_open_actions), Action())

    @cached_property
    def questions(self) -> Of[Question]:
        """What was told of each question about a purchase."""
        return self._grouped("question", self._states.action.questions, Question())

    @cached_property
    def objections(self) -> Of[Objection]:
        """What was told of each objection to a purchase."""
        return self._grouped("objection", self._states.proposal.objections, Objection())

    @cached_property
    def replies(self) -> Mapping[str | None, list[tuple[datetime, str]]]:
        """When contact that was not only ours took place, by purchase, and its id; the newest first."""
        found: dict[str | None, list[tuple[datetime, str]]] = {}
        for fact in sorted(self._met, key=lambda fact: fact.event.time, reverse=True):
            met = fact.event.data
            if isinstance(met, InteractionRecorded) and met.direction != "outbound":
                found.setdefault(met.opportunity, []).append((fact.event.time, met.interaction))
        return found

    def replied(self, opportunity: str, at: datetime, but: str | None) -> bool:
        """Whether any such contact but this one, for the purchase or for none, was later than a moment."""
        told = (self.replies.get(each, []) for each in (opportunity, None))
        later = (takewhile(lambda reply: reply[0] > at, replies) for replies in told)
        return any(id_ != but for replies in later for _, id_ in replies)

    def _grouped(self, kind: Kind, told: Mapping[str, Course[T]], unknown: T) -> Of[T]:
        found: dict[str | None, Things[T]] = {}
        for id_, course in sorted(told.items()):
            content: Any = standing.content(kind, course, unknown)
            found.setdefault(self._purchase(content), []).append((id_, course))
        return found
