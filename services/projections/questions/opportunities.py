"""Which possible sales are there, and where does each stand?"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, RootModel

from schemas.values import Money
from services.projections.folds.opportunity import Opportunity
from services.projections.models.opportunity import deals
from services.projections.question import AccountQuestion, Parameters, Row, View, because, key


class OpportunitiesParameters(Parameters):
    """Which of them."""

    state: Literal["open", "closed"] | None = Field(None, description="only open, or only closed ones")


class OpportunityRow(Row):
    """One possible sale."""

    account: str
    opportunity: str
    name: str | None
    stage: str | None
    since: datetime | None = Field(description="since when it is in that stage")
    value: Money | None
    owner: str | None
    owner_name: str | None
    expected_close: date | None
    outcome: Literal["won", "lost", "abandoned"] | None
    closed_at: datetime | None


OpportunitiesAnswer = RootModel[Annotated[list[OpportunityRow], key("account", "opportunity")]]


def answer(view: View, parameters: OpportunitiesParameters) -> OpportunitiesAnswer:
    """List the opportunities of the account, in order of id."""
    rows = [
        _row(view, each, opportunity) for each, opportunity in sorted(view.states.opportunity.opportunities.items())
    ]
    wanted = {"open": (False,), "closed": (True,), None: (False, True)}[parameters.state]
    return OpportunitiesAnswer([row for row in rows if (row.outcome is not None) in wanted])


def _row(view: View, opportunity_id: str, opportunity: Opportunity) -> OpportunityRow:
    spell = deals.current_spell(opportunity)
    end = deals.end(opportunity)
    owner = opportunity.owner.value
    member = view.states.account.members.get(owner or "")
    return OpportunityRow(
        account=view.account,
        opportunity=opportunity_id,
        name=opportunity.name.value,
        stage=spell.stage if spell else None,
        since=spell.start if spell else None,
        value=deals.value(opportunity),
        owner=owner,
        owner_name=member.value.name if member and member.value else None,
        expected_close=deals.expected_close(opportunity),
        outcome=end.kind if end else None,
        closed_at=end.time if end else None,
        because=because(opportunity.name, opportunity.owner, opportunity.value),
    )


question = AccountQuestion(
    name="opportunities",
    about="Which possible sales are there, and where does each stand?",
    parameters=OpportunitiesParameters,
    answer_model=OpportunitiesAnswer,
    answer=answer,
    subjects=("opportunity", "account"),
)
