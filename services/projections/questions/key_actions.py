"""Which of the four key actions took place with each who has a say, and did they move anyone?"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from schemas.assessment import AttitudeAssessed
from schemas.interaction import InteractionRecorded
from services.projections.history import Recorded
from services.projections.models.assessment import attitude
from services.projections.models.assessment.champions import courses, spoken
from services.projections.models.interaction.effects import Effect, effects
from services.projections.models.interaction.happenings import meeting
from services.projections.models.interaction.key_actions import (
    KEY_ACTIONS,
    Acted,
    KeyAction,
    Words,
    acted,
    level,
    purchase,
)
from services.projections.models.interaction.strength import by_person
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.portfolio import every_deal
from services.projections.models.shapes import Standing
from services.projections.models.warning_rules.cast import Cast, Who
from services.projections.models.warning_rules.finding import places
from services.projections.models.warning_rules.open_deals import OpenDeal, deal_of
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key
from services.projections.said import Sentence


class KeyActionsParameters(Parameters):
    """In which purchases, and how long after an action an assessment may still be its effect."""

    opportunity: str | None = Field(None, description="only this purchase; without it, all of them")
    open_: bool | None = Field(
        None, alias="open", description="1: only purchases that are open; 0: only those that are over"
    )
    days: int = Field(30, ge=1, le=3650, description="or until the person's next key action, if that is sooner")


class Done(Row):
    """One key action that the person took part in."""

    interaction: str
    time: datetime
    title: Sentence
    before: Standing = Field(description="by the last assessment of an earlier time")
    after: Standing = Field(description="by the first assessment at its time or later; unknown: none so soon")
    shift: int | None = Field(description="after less before, in levels; null: one of them is unknown")


class Cell(Row):
    """One kind of key action, for one person in one purchase."""

    kind: KeyAction
    done: bool
    actions: Annotated[list[Done], key("interaction")]


class KeyPerson(Row):
    """Somebody who has a say, or whom a key action reached; a unit where nobody in it is known."""

    opportunity: str
    opportunity_name: str | None
    kind: Literal["contact", "unit", "party", "member"]
    id: str
    name: str | None
    say: bool = Field(description="by right, role, step, power or the buying group; false: only met in a key action")
    decides: bool = Field(description="by right or role")
    approves: bool = Field(description="gives the final approval, by right or role")
    gap: bool = Field(description="has a say, and none of the four took place")
    actions: Annotated[list[Cell], key("kind"), Field(description="all four, in the order of the catalogue")]


class KeyActionsAnswer(Answer):
    """The matrix: for each purchase those who have a say, in order of kind and id; and what came of each action."""

    people: Annotated[list[KeyPerson], key("opportunity", "kind", "id")]
    effects: Annotated[list[Effect], key("kind")]


def answer(view: View, parameters: KeyActionsParameters) -> KeyActionsAnswer:
    """Answer with rows for those who have not left, and with what came of the actions for all whom they reached.

    Interactions for no purchase that we know count for all that lived then.
    """
    cast = Cast(view)
    met, span = by_person(view.facts, cast.people), timedelta(days=parameters.days)
    words = Words(spoken(view, cast.people), courses(view, cast.people))
    rows, reached = [], list[tuple[str, Acted]]()
    for each in every_deal([view]):
        is_open = deals.end(each.opportunity) is None
        if parameters.opportunity in (None, each.id) and parameters.open_ in (None, is_open):
            deal, bought = (
                deal_of(cast, each.id, each.opportunity, over={"dropped"}),
                purchase(each.id, each.opportunity),
            )
            done = {who: acted(facts, who, bought, words, span) for who, facts in met.items()}
            rows += [_row(cast, deal, who, _of(who, done)) for who in _people(cast, deal, done)]
            reached += [(who, one) for who, all_ in done.items() for one in all_]
    return KeyActionsAnswer(people=rows, effects=effects(reached))


def _people(cast: Cast, deal: OpenDeal, done: Mapping[str, list[Acted]]) -> list[Who]:
    """Return who has a say, and who is here and was reached, in order of kind and id."""
    others = (each for each, actions in done.items() if actions and cast.here(each))
    return sorted({*deal.voices, *(("contact", each) for each in others)})


def _of(who: Who, done: Mapping[str, list[Acted]]) -> list[Acted]:
    return done.get(who[1], []) if who[0] == "contact" else []


def _row(cast: Cast, deal: OpenDeal, who: Who, done: list[Acted]) -> KeyPerson:
    kind, id_ = who
    return KeyPerson.model_validate(
        {
            "opportunity": deal.id,
            "opportunity_name": deal.opportunity.name.value,
            "kind": kind,
            "id": id_,
            "name": cast.references.name(kind, id_),
            "say": who in deal.voices,
            "decides": who in deal.formal,
            "approves": who in deal.approvers,
            "gap": who in deal.voices and not done,
            "actions": [_cell(each, [one for one in done if one.kind == each]) for each in KEY_ACTIONS],
            "because": places(deal.voices.get(who, [])),
        }
    )


def _cell(kind: KeyAction, done: list[Acted]) -> Cell:
    return Cell(kind=kind, done=bool(done), actions=[_done(each) for each in done])


def _done(each: Acted) -> Done:
    return Done(
        interaction=each.data.interaction,
        time=each.fact.event.time,
        title=meeting(each.data),
        before=_standing(each.before),
        after=_standing(each.after),
        shift=each.shift,
        because=[(fact.partition, fact.offset) for fact in (each.fact, each.before, each.after) if fact],
    )


def _standing(assessed: Recorded | None) -> Standing:
    return Standing(level=level(assessed), layer=attitude.layer(level(assessed)))


question = AccountQuestion(
    name="key-actions",
    about="Which of the four key actions took place with each who has a say, and did they move anyone?",
    parameters=KeyActionsParameters,
    answer_model=KeyActionsAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment", "buying", "opportunity"),
    history=(AttitudeAssessed, InteractionRecorded),
)
