"""How long was each opportunity in each stage?"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.projections.folds.opportunity import Opportunity
from services.projections.models.opportunity import deals
from services.projections.question import AccountQuestion, Answer, Parameters, Place, Row, View, because, key


class StagesParameters(Parameters):
    """Of which opportunity."""

    opportunity: str | None = Field(None, description="only this opportunity")


class StageSpell(Row):
    """A stretch of time in one stage."""

    opportunity: str
    name: str | None
    stage: str = Field(description="`identified` before any stage was entered")
    from_: datetime | None = Field(alias="from", description="null where only its end is known")
    to: datetime | None = Field(description="null while it lasts")
    days: float | None = Field(description="its length, up to as_of while it lasts")
    timebasis: str = Field(description="of its start; since: it had begun by then, maybe before")


class Cycle(Row):
    """The whole way of an opportunity, from its first trace to its end, with all the time it was closed between."""

    opportunity: str
    name: str | None
    from_: datetime | None = Field(alias="from")
    to: datetime | None = Field(description="null while it is open")
    days: float | None = Field(description="its length, up to as_of while it is open")
    outcome: Literal["won", "lost", "abandoned"] | None


class StagesAnswer(Answer):
    """The spells in stages, by opportunity and in order, and each opportunity's whole way."""

    spells: Annotated[list[StageSpell], key("opportunity", "stage", "from")]
    cycles: Annotated[list[Cycle], key("opportunity")]


def answer(view: View, parameters: StagesParameters) -> StagesAnswer:
    """Answer for every opportunity, in order of id, or for the one asked for."""
    known = sorted(view.states.opportunity.opportunities.items())
    wanted = [(id_, each) for id_, each in known if parameters.opportunity in (None, id_)]
    return StagesAnswer(
        spells=[_spell(view, id_, each, spell) for id_, each in wanted for spell in deals.spells(each)],
        cycles=[_cycle(view, id_, each) for id_, each in wanted],
    )


def _spell(view: View, opportunity_id: str, opportunity: Opportunity, spell: deals.Spell) -> StageSpell:
    return StageSpell.model_validate(
        {
            "opportunity": opportunity_id,
            "name": opportunity.name.value,
            "stage": spell.stage,
            "from": spell.start,
            "to": spell.end,
            "days": spell.days(view.moment.as_of),
            "timebasis": spell.timebasis,
            "because": [(spell.at[3], spell.at[2])],
        }
    )


def _cycle(view: View, opportunity_id: str, opportunity: Opportunity) -> Cycle:
    start, end = deals.began(opportunity), deals.end(opportunity)
    until = end.time if end else view.moment.as_of
    return Cycle.model_validate(
        {
            "opportunity": opportunity_id,
            "name": opportunity.name.value,
            "from": start,
            "to": end.time if end else None,
            "days": (until - start) / deals.DAY if start else None,
            "outcome": end.kind if end else None,
            "because": _between(opportunity),
        }
    )


def _between(opportunity: Opportunity) -> list[Place]:
    """Return the facts between which the way lies: that it was identified, its first step and its last."""
    ends = [*opportunity.steps[:1], *opportunity.steps[-1:]]
    return list(dict.fromkeys([*because(opportunity.identified), *((each.at[3], each.at[2]) for each in ends)]))


question = AccountQuestion(
    name="stages",
    about="How long was each opportunity in each stage?",
    parameters=StagesParameters,
    answer_model=StagesAnswer,
    answer=answer,
    subjects=("opportunity",),
)
