"""Deals as the models of prediction read them: what is known of each, and which pipeline they are learned within.

Of a closed deal, what was told before its end: what a post-mortem brings to light, nobody knows of an open one.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple, TypeVar

import msgspec

from schemas.account import AccountProfileChanged, AccountRegistered
from schemas.opportunity import OpportunityIdentified, OpportunityOwnerChanged
from services.projections.course import Course
from services.projections.folds import States, fold
from services.projections.folds.opportunity import Opportunity
from services.projections.models import turns
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.pipeline import pipeline_id
from services.projections.models.opportunity.portfolio import Deal, every_deal
from services.projections.models.opportunity.rivals import rivals, withdrew
from services.projections.models.opportunity.win_probability import Case
from services.projections.policy import Pipelines
from services.projections.question import View
from services.projections.register import Register

OF_ACCOUNT = ("industry", "region", "size_band")
STANDING, ALL_WITHDREW = "known", "all withdrew"  # competitors; where nobody told of any, that is unknown
HISTORY = (OpportunityIdentified, OpportunityOwnerChanged, AccountRegistered, AccountProfileChanged)
SUBJECTS = ("opportunity", "account", "qualification", "competition")  # whose states are read

T = TypeVar("T", bound=msgspec.Struct)


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
    course, end = deals.course(opportunity), deals.end(opportunity)
    return Example(
        deal,
        pipeline_id(opportunity, pipelines),
        course,
        None if course and course[0].timebasis == "estimated" else deals.began(opportunity),  # a guess is no length
        end,
        _values(deal, end),
    )


def _values(deal: Deal, end: deals.End | None) -> dict[str, str]:
    """Return the attributes of a deal that are known, or were by its end."""
    opportunity, profile = _registers(deal, end)
    leads = deal.view.states.qualification.leads.get(opportunity.lead.value or "", [])
    found = {
        "owner": opportunity.owner.value,
        "products": ", ".join(sorted(set(opportunity.products.value or []))),
        "lead_origin": turns.told(_until(leads, end), "origin", "captured"),
        "competitor": _competitor(deal, end),
        **{name: profile.get(name, Register[str]()).value for name in OF_ACCOUNT},
    }
    return {attribute: value for attribute, value in found.items() if value}


def _registers(deal: Deal, end: deals.End | None) -> tuple[Opportunity, Mapping[str, Register[str]]]:
    """Return the deal and the profile of its account; where something was told later, folded anew without it."""
    now, profile = deal.opportunity, deal.view.states.account.profile
    read = [now.owner.at, now.products.at, now.lead.at, *(each.at for each in profile.values())]
    if all(at is None or deals.by_then(end, at) for at in read):
        return now, profile
    told = [fact for fact in deal.view.facts if isinstance(fact.event.data, HISTORY)]
    of_it = [fact for fact in told if getattr(fact.event.data, "opportunity", deal.id) == deal.id]
    states = fold(States(), [fact for fact in of_it if deals.by_then(end, fact.stamp)], ("opportunity", "account"))
    return states.opportunity.opportunities.get(deal.id, Opportunity()), states.account.profile


def _competitor(deal: Deal, end: deals.End | None) -> str | None:
    competition = deal.view.states.competition
    courses = competition.competitors.get(deal.id, {})
    known = rivals(competition, deal.id, end)
    standing = any(not withdrew(_until(courses.get(party, []), end)) for party in known)
    return (STANDING if standing else ALL_WITHDREW) if known else None


def _until(course: Course[T], end: deals.End | None) -> Course[T]:
    return [each for each in course if deals.by_then(end, each.at)]
