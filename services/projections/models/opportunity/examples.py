"""Deals as the models of prediction read them: what is known of each, and which pipeline they are learned within."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple

from services.projections.models import turns
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.pipeline import pipeline_id
from services.projections.models.opportunity.portfolio import Deal, every_deal
from services.projections.models.opportunity.win_probability import Case
from services.projections.policy import Pipelines
from services.projections.question import View
from services.projections.register import Register

OF_ACCOUNT = ("industry", "region", "size_band")
KNOWN, NONE_KNOWN = "known", "none known"  # competitors
SUBJECTS = ("opportunity", "account", "qualification", "competition")  # whose states are read


class Example(NamedTuple):
    """A deal, read once."""

    deal: Deal
    pipeline: str | None
    course: list[deals.Spell]
    began: datetime | None
    end: deals.End | None
    values: Mapping[str, str]  # by attribute; what is unknown is absent

    @property
    def stage(self) -> str | None:
        """Where it stands, or ended."""
        return self.course[-1].stage if self.course else None

    @property
    def case(self) -> Case:
        """What the win probability learns from it once it is won or lost."""
        return Case(self.end is not None and self.end.kind == "won", self.stage, self.values)

    def days(self, as_of: datetime) -> float | None:
        """Return how long it took, or has taken so far; None where its beginning or its end is not known."""
        if self.began is None or (self.end and self.end.step.timebasis == "since"):
            return None
        return ((self.end.time if self.end else as_of) - self.began) / deals.DAY


def examples(views: Iterable[View], pipelines: Pipelines) -> list[Example]:
    """Read every deal, account by account, in order of id."""
    return list(map(partial(_example, pipelines=pipelines), every_deal(views)))


def _example(deal: Deal, pipelines: Pipelines) -> Example:
    opportunity = deal.opportunity
    course = deals.course(opportunity)
    return Example(
        deal,
        pipeline_id(opportunity, pipelines),
        course,
        None if course and course[0].timebasis == "estimated" else deals.began(opportunity),  # a guess is no length
        deals.end(opportunity),
        _values(deal),
    )


def _values(deal: Deal) -> dict[str, str]:
    """Return the attributes of a deal that are known."""
    states, opportunity = deal.view.states, deal.opportunity
    lead = states.qualification.leads.get(opportunity.lead.value or "", [])
    found = {
        "owner": opportunity.owner.value,
        "products": ", ".join(sorted(set(opportunity.products.value or []))),
        "lead_origin": turns.told(lead, "origin", "captured"),
        "competitor": KNOWN if _contested(deal) else NONE_KNOWN,
        **{name: states.account.profile.get(name, Register[str]()).value for name in OF_ACCOUNT},
    }
    return {attribute: value for attribute, value in found.items() if value}


def _contested(deal: Deal) -> bool:
    rivals = deal.view.states.competition.competitors.get(deal.id, {})
    return any(course[-1].kind == "identified" for course in rivals.values() if course)
