"""By what will the customer judge offers, who said so, and what led to it?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.buying import PurchaseCriterionStated, PurchaseCriterionWithdrawn
from schemas.interaction import InteractionRecorded
from services.projections.history import Recorded, Stamp
from services.projections.models.contact.people import People
from services.projections.models.interaction.meetings import Cause, Causes
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key


class PurchaseCriteriaParameters(Parameters):
    """Of which purchase, and which of its criteria."""

    opportunity: str | None = Field(None, description="only this purchase")
    withdrawn: bool = Field(default=False, description="1: also those that were withdrawn and not stated again since")


class CriterionRow(Row):
    """Something by which the customer judges offers."""

    opportunity: str
    opportunity_name: str | None
    criterion: str
    weight: float | None = Field(description="in points, as last stated; null: unknown")
    share: float | None = Field(description="of the known weights in force, 0 to 1")
    stated_by: str | None = Field(description="the contact who stated it last")
    stated_by_name: str | None
    since: datetime = Field(description="when it was stated first, or first again after it was withdrawn")
    timebasis: str = Field(description="of `since`")
    withdrawn: datetime | None = Field(description="null while it is in force")
    causes: Annotated[list[Cause], key("event")]


class PurchaseCriteriaAnswer(Answer):
    """The criteria by purchase, those in force first, in the order in which they were stated."""

    criteria: Annotated[list[CriterionRow], key("opportunity", "criterion")]


@dataclass
class Course:
    """The statements of a criterion since it came into force, in fold order, and its withdrawal."""

    opportunity: str
    criterion: str
    facts: list[Recorded]
    withdrawn: Recorded | None = None

    @property
    def told(self) -> PurchaseCriterionStated:
        """The last statement."""
        data = self.facts[-1].event.data
        assert isinstance(data, PurchaseCriterionStated)  # noqa: S101 -- narrows the type; chosen by _courses
        return data

    @property
    def place(self) -> tuple[str, bool, Stamp]:
        """Where it stands in the answer."""
        return self.opportunity, self.withdrawn is not None, self.facts[0].stamp


def answer(view: View, parameters: PurchaseCriteriaParameters) -> PurchaseCriteriaAnswer:
    """Answer from the statements and withdrawals that are visible."""
    courses = [
        each
        for each in sorted(_courses(view.facts), key=lambda each: each.place)
        if parameters.opportunity in (None, each.opportunity) and (parameters.withdrawn or not each.withdrawn)
    ]
    people, sums, causes = People(view.states.contact), _sums(courses), Causes(view.facts)
    rows = [_row(view, people, each, sums[each.opportunity], causes) for each in courses]
    return PurchaseCriteriaAnswer(criteria=rows)


def _courses(facts: Iterable[Recorded]) -> list[Course]:
    """Return each criterion that was ever stated, as it stands after the last fact about it."""
    found: dict[tuple[str, str], Course] = {}
    for fact in facts:
        match fact.event.data:
            case PurchaseCriterionStated() as data:
                known = found.get((data.opportunity, data.criterion))
                if known and not known.withdrawn:
                    known.facts.append(fact)
                else:
                    found[data.opportunity, data.criterion] = Course(data.opportunity, data.criterion, [fact])
            case PurchaseCriterionWithdrawn() as data:
                known = found.get((data.opportunity, data.criterion))
                if known and not known.withdrawn:
                    known.withdrawn = fact
    return list(found.values())


def _sums(courses: Iterable[Course]) -> dict[str, float]:
    """Return the sum of the known weights in force, by purchase."""
    sums: dict[str, float] = {}
    for each in courses:
        weight = 0 if each.withdrawn else each.told.weight or 0
        sums[each.opportunity] = sums.get(each.opportunity, 0) + weight
    return sums


def _row(view: View, people: People, each: Course, in_all: float, causes: Causes) -> CriterionRow:
    told, begun, until = each.told, each.facts[0].event, each.withdrawn
    by = people.canonical(told.stated_by) if told.stated_by else None
    share = told.weight / in_all if told.weight is not None and in_all and not until else None
    return CriterionRow(
        opportunity=each.opportunity,
        opportunity_name=deal_name(view.states.opportunity, each.opportunity),
        criterion=each.criterion,
        weight=told.weight,
        share=share,
        stated_by=by,
        stated_by_name=people.name(by) if by else None,
        since=begun.time,
        timebasis=begun.timebasis,
        withdrawn=until.event.time if until else None,
        causes=causes.of(each.facts),
        because=[(fact.partition, fact.offset) for fact in (*each.facts, until) if fact],
    )


question = AccountQuestion(
    name="purchase-criteria",
    about="By what will the customer judge offers, who said so, and what led to it?",
    parameters=PurchaseCriteriaParameters,
    answer_model=PurchaseCriteriaAnswer,
    answer=answer,
    subjects=("contact", "opportunity"),
    history=(PurchaseCriterionStated, PurchaseCriterionWithdrawn, InteractionRecorded),
)
