"""Which answers rest on a fact: the questions that read it are asked again, and their explanations searched. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import BaseModel, Field

from services.projections.folds import FOLDS, States
from services.projections.hindsight.told import Told
from services.projections.history import Moment, Recorded, visible
from services.projections.merged import states_of
from services.projections.news import At, place_of
from services.projections.question import AccountQuestion, Parameters, Unanswerable, View
from services.projections.views import END_OF_TIME, as_told, of_one, sees


class Citation(BaseModel):
    """An answer whose explanation names the event: asked about its account, with these parameters, known now."""

    question: str
    as_of: datetime
    parameters: dict[str, str] = Field(description="the least with which it is cited")


def citations(
    told: Told, fact: Recorded, moments: Iterable[Moment], questions: Iterable[AccountQuestion[Any]]
) -> Iterator[Citation]:
    """Yield the answers at these moments that cite a fact; all that was told is known at them.

    It costs one fold a moment, and every question that reads the fact, once or twice: without more than it needs, then
    about the purchase that the fact names. One that cannot be answered then cites nothing.
    """
    readers = [each for each in questions if each.told or sees(each, type(fact.event.data))]
    for moment in dict.fromkeys(moments):
        sight = _Sight(told, moment)
        for question in readers:
            ways = (each for each in _ways(question, fact) if place_of(fact) in _cited(question, sight, each))
            if (least := next(ways, None)) is not None:
                yield Citation(question=question.name, as_of=moment.as_of, parameters=least)


class _Sight:
    """What any question may see at a moment, folded once for all of them."""

    def __init__(self, told: Told, moment: Moment) -> None:
        all_known = Moment(moment.as_of, END_OF_TIME)
        self._account, self._moment, self._policies = told.account, moment, told.in_force(all_known)
        self._known = of_one(told.account, told.facts)
        self._seen = visible(self._known, all_known)

    @cached_property
    def _states(self) -> States:
        return states_of(self._account, self._seen, [subject for subject in FOLDS if subject != "policy"])

    def view(self, question: AccountQuestion[Any]) -> View:
        """Return what the question declares, and nothing else."""
        states = States(**{subject: getattr(self._states, subject) for subject in question.subjects})
        facts = [fact for fact in self._seen if isinstance(fact.event.data, question.history)]
        told = as_told(question, self._known)
        return View(self._account, self._moment, self._policies, states, facts, told)


def _ways(question: AccountQuestion[Any], fact: Recorded) -> Iterator[dict[str, str]]:
    """Yield with which parameters, all of them named by the fact, a question is asked: the least, then its purchase."""
    fields = question.parameters.model_fields
    named = {name: each for name in fields if isinstance(each := getattr(fact.event.data, name, None), str)}
    needed = [name for name, field in fields.items() if field.is_required()]
    if all(name in named for name in needed):
        yield {name: named[name] for name in needed}
        if "opportunity" in named and "opportunity" not in needed:
            yield {name: named[name] for name in (*needed, "opportunity")}


def _cited(question: AccountQuestion[Any], sight: _Sight, least: dict[str, str]) -> set[At]:
    asked: Parameters = question.parameters.model_validate(least)
    try:
        return set(_places(question.answer(sight.view(question), asked)))
    except Unanswerable:
        return set()


def _places(value: Any) -> Iterator[At]:  # noqa: ANN401 -- an answer, or a part of one
    if isinstance(value, BaseModel):
        for name, each in value:
            yield from each if name == "because" else _places(each)
    elif isinstance(value, list):
        for each in value:
            yield from _places(each)
