"""Rules about open opportunities that do not go on: stuck in a stage, late, unanswered, with nothing to do."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from services.projections.course import Turn
from services.projections.folds.action import Question
from services.projections.models import standing
from services.projections.models.latest import time_at
from services.projections.models.opportunity import deals
from services.projections.models.turns import last, overdue, places, time_of
from services.projections.models.warning_rules.finding import Finding, later
from services.projections.models.warning_rules.finding import places as places_of
from services.projections.models.warning_rules.open_deals import OpenDeal
from services.projections.models.warning_rules.scene import Scene
from services.projections.said import quoted, said

NO_SIGN = frozenset({"planned"})  # of a step: that it will be taken, anybody may say


def stalled_stage(scene: Scene) -> Iterator[Finding]:
    """Opportunities in their present stage for more than `stage_days`; of one that had begun by a day, at least so."""
    limit = scene.limits["stage_days"]
    for deal in scene.deals:
        spell = deals.current_spell(deal.opportunity)
        if spell and spell.start and spell.end is None and scene.days(spell.start) > limit:
            stage = said("identified") if spell.stage == deals.IDENTIFIED else quoted(spell.stage)
            yield Finding(
                "opportunity",
                deal.id,
                deal.id,
                said("{deal} is in the stage {stage} since {day}.", deal=deal.name, stage=stage, day=spell.start),
                said(
                    "In it for {days} days, where {limit} are allowed.",
                    days=int(scene.days(spell.start)),
                    limit=round(limit),
                ),
                spell.start,
                [(spell.at[3], spell.at[2])],
            )


def expected_close_overdue(scene: Scene) -> Iterator[Finding]:
    """Opportunities that are open although the day by which we expected the decision is over."""
    for deal in scene.deals:
        due = deals.expected_close(deal.opportunity)
        if due and overdue(due, scene.today):
            yield Finding(
                "opportunity",
                deal.id,
                deal.id,
                said("{deal} was expected to close by {day}, and is open.", deal=deal.name, day=due),
                said("Days past it: {days}.", days=(scene.today - due).days),
                scene.after(due),
                places_of([deal.opportunity.expected_close]),
            )


def ghosted_after_proposal(scene: Scene) -> Iterator[Finding]:
    """Opportunities in which our last proposal has had no answer of the customer for more than `reply_days`.

    A proposal is a solution presented or a quote. An answer is whatever the customer took part in or did afterwards:
    contact that was not only ours, a step of its decision, a question, an objection, a promise.
    """
    limit = scene.limits["reply_days"]
    for deal in scene.deals:
        proposed = _proposed(scene, deal)
        if proposed and scene.days(since := time_at(proposed.at)) > limit and not _answered(scene, deal, proposed):
            yield Finding(
                "opportunity",
                deal.id,
                deal.id,
                said("Our proposal of {day} in {deal} has had no answer.", day=since, deal=deal.name),
                said(
                    "For {days} days, where {limit} are allowed: no contact that was not only ours, and no step, "
                    "question, objection or promise of theirs.",
                    days=int(scene.days(since)),
                    limit=round(limit),
                ),
                since,
                places(proposed),
            )


def no_next_step(scene: Scene) -> Iterator[Finding]:
    """Opportunities in which no action of ours is open; only in accounts where actions were ever told of.

    A meeting that is agreed for later is not true yet, so that no answer knows of it: plan an action for it.
    """
    for deal in scene.deals if scene.states.action.actions else ():
        if deal.id not in scene.of.open_actions:
            ended = [turn for _, course in scene.of.actions.get(deal.id, []) if (turn := last(course))]
            newest = max(ended, key=lambda turn: turn.at, default=None)
            yield Finding(
                "opportunity",
                deal.id,
                deal.id,
                said("Nothing is to be done next in {deal}.", deal=deal.name),
                said("Actions told of it: {count}, none of them open.", count=len(ended)),
                later(deal.began, time_of(newest)),
                places(newest) or places_of([deal.opportunity.identified]),
            )


def _proposed(scene: Scene, deal: OpenDeal) -> Turn[Any] | None:
    solutions = scene.states.proposal.solutions.get(deal.id, {}).values()
    quotes = scene.states.competition.quotes.get(deal.id, {}).values()
    shown: list[Turn[Any]] = [turn for course in solutions for turn in course if turn.kind == "presented"]
    shown += [turn for course in quotes for turn in course]
    return max(shown, key=lambda turn: turn.at, default=None)


def _answered(scene: Scene, deal: OpenDeal, proposed: Turn[Any]) -> bool:
    at = time_at(proposed.at)
    shown_in = getattr(proposed.told, "interaction", None)
    return any(time > at for time in _signs(scene, deal)) or scene.of.replied(deal.id, at, shown_in)


def _signs(scene: Scene, deal: OpenDeal) -> Iterator[datetime]:
    """Yield when the customer did something in it."""
    for step in scene.states.buying.steps.get(deal.id, {}).values():
        yield from (time_at(turn.at) for turn in step.course if turn.kind not in NO_SIGN)
    for _, objection in scene.of.objections.get(deal.id, []):
        yield from (time_at(turn.at) for turn in objection if turn.kind in {"raised", "reopened"})
    for _, question in scene.of.questions.get(deal.id, []):
        asked = standing.content("question", question, Question())
        if (asked.asked_by or "").startswith("contact:"):
            yield from (time_at(turn.at) for turn in question if turn.kind == "asked")
    yield from (time_at(turn.at) for turn in deal.opportunity.commitments)
