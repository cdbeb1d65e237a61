"""What came of each interaction: actions agreed in it, questions, objections, solutions, observations. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeVar

from schemas.account import NoteRecorded
from schemas.values import EventRef
from services.projections.course import Course, Turn
from services.projections.folds.action import Action, Question
from services.projections.folds.proposal import Objection, Solution
from services.projections.history import Recorded
from services.projections.models import standing
from services.projections.models.interaction.came_of_rows import (
    AskedHere,
    NextAction,
    ObjectedHere,
    Observed,
    ShownHere,
)
from services.projections.models.names import Names
from services.projections.models.standing import Kind
from services.projections.models.turns import days_over, places_of
from services.projections.question import View

R = TypeVar("R")


class CameOf(NamedTuple):
    """What came of interactions, by their ids; observations by the events that told of interactions."""

    next_actions: Mapping[str, list[NextAction]]
    questions: Mapping[str, list[AskedHere]]
    objections: Mapping[str, list[ObjectedHere]]
    solutions: Mapping[str, list[ShownHere]]
    observations: Mapping[EventRef, list[Observed]]

    def lists(self, interaction: str, told: Iterable[Recorded]) -> dict[str, Any]:
        """Return the fields of `Lists` for an interaction of which these facts told."""
        lists = {name: getattr(self, name).get(interaction, []) for name in self._fields[:-1]}
        observed = [each for fact in told for each in self.observations.get(fact.ref, [])]
        return lists | {"observations": list({each.event: each for each in observed}.values())}


def came_of(view: View, names: Names, today: date) -> CameOf:
    """Return what came of all interactions of a view: lists in order of ids, notes in order of time."""
    action, proposal = view.states.action, view.states.proposal
    solutions = {(deal, each): course for deal, by in proposal.solutions.items() for each, course in by.items()}
    return CameOf(
        _grouped(row for each in sorted(action.actions.items()) for row in _agreed(names, today, *each)),
        _grouped(row for each in sorted(action.questions.items()) for row in _asked(names, *each)),
        _grouped(row for each in sorted(proposal.objections.items()) for row in _objected(names, *each)),
        _grouped(row for each in sorted(solutions.items()) for row in _shown(names, *each)),
        _grouped(row for fact in view.facts for row in _observed(names, fact)),
    )


def _grouped(rows: Iterable[tuple[R, Any]]) -> dict[R, list[Any]]:
    found: dict[R, list[Any]] = defaultdict(list)
    for of, row in rows:
        found[of].append(row)
    return found


def _agreed(names: Names, today: date, action: str, course: Course[Action]) -> Iterator[tuple[str, NextAction]]:
    told, status = standing.content("action", course, Action()), standing.status("action", course)
    for interaction, here in _here(course):
        yield (
            interaction,
            NextAction(
                action=action,
                text=told.text,
                owner=told.owner,
                owner_name=names.member(told.owner),
                due=told.due,
                overdue_days=days_over(told.due, today) or None if status == "open" else None,
                **_turns("action", course, here),
            ),
        )


def _here(course: Iterable[Turn[Any]]) -> Iterator[tuple[str, list[Turn[Any]]]]:
    """Yield each interaction in which turns took place, and these."""
    turns: dict[str | None, list[Turn[Any]]] = _grouped((each.told.interaction, each) for each in course)
    yield from ((each, here) for each, here in turns.items() if each is not None)


def _asked(names: Names, question: str, course: Course[Question]) -> Iterator[tuple[str, AskedHere]]:
    told = standing.content("question", course, Question())
    by, name = names.anyone(told.asked_by)
    for interaction, here in _here(course):
        yield (
            interaction,
            AskedHere(
                question=question, text=told.text, asked_by=by, asked_by_name=name, **_turns("question", course, here)
            ),
        )


def _objected(names: Names, objection: str, course: Course[Objection]) -> Iterator[tuple[str, ObjectedHere]]:
    told = standing.content("objection", course, Objection())
    contact, name = names.person(told.contact)
    for interaction, here in _here(course):
        yield (
            interaction,
            ObjectedHere(
                objection=objection,
                contact=contact,
                name=name,
                kind=told.kind,
                text=told.text,
                **_turns("objection", course, here),
            ),
        )


def _shown(names: Names, of: tuple[str, str], course: Course[Solution]) -> Iterator[tuple[str, ShownHere]]:
    for interaction, here in _here(course):
        yield (
            interaction,
            ShownHere(
                opportunity=of[0],
                opportunity_name=names.deal(of[0]),
                solution=of[1],
                versions=list(dict.fromkeys(each.told.version for each in here)),
                **_turns("solution", course, here),
            ),
        )


def _turns(kind: Kind, course: Course[Any], here: list[Turn[Any]]) -> dict[str, Any]:
    return {
        "here": [each.kind for each in here],
        "status": standing.stand(kind, course).state,
        "because": places_of(course),
    }


def _observed(names: Names, fact: Recorded) -> Iterator[tuple[EventRef, Observed]]:
    if isinstance(data := fact.event.data, NoteRecorded):
        about, name = names.anyone(f"{data.about.kind}:{data.about.id}" if data.about else None)
        row = Observed(
            event=fact.ref,
            kind=data.kind,
            text=data.text,
            about=about,
            about_name=name,
            because=[(fact.partition, fact.offset)],
        )
        yield from ((cause, row) for cause in dict.fromkeys(data.causes))
