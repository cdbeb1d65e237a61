"""Which accounts are there, and what is going on in each?"""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from schemas.values import Money
from services.projections.models.contact.people import People
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.portfolio import every_deal, total
from services.projections.question import Answer, Parameters, PortfolioQuestion, Row, View, because, key
from services.projections.register import Register


class AccountsParameters(Parameters):
    """Which of them."""

    industry: str | None = Field(None, description="only this industry")
    region: str | None = Field(None, description="only this region")


class AccountRow(Row):
    """One account."""

    account: str
    name: str | None
    industry: str | None
    region: str | None
    size_band: str | None
    parent: str | None = Field(description="the account that this one belongs to")
    merged_into: str | None = Field(description="the account that is the same customer")
    contacts: int = Field(description="people known who have not left")
    open_opportunities: int
    won: int
    lost: int
    won_value: Annotated[list[Money], key("currency")]


class AccountsAnswer(Answer):
    """The accounts."""

    accounts: Annotated[list[AccountRow], key("account")]


def answer(views: Iterable[View], parameters: AccountsParameters) -> AccountsAnswer:
    """List the accounts in order of id; one that was never registered is there if anything was told of it."""
    rows = (_row(view) for view in views)
    return AccountsAnswer(
        accounts=[
            row
            for row in rows
            if parameters.industry in (None, row.industry) and parameters.region in (None, row.region)
        ]
    )


def _row(view: View) -> AccountRow:
    people = People(view.states.contact)
    ends = [deals.end(deal.opportunity) for deal in every_deal([view])]
    won = total(end.amount for end in ends if end and end.kind == "won")
    profile = view.states.account.profile
    told = {name: profile.get(name, Register[str]()) for name in ("name", "industry", "region", "size_band")}
    parent = profile.get("parent_account", Register[str]())
    return AccountRow(
        account=view.account,
        name=told["name"].value,
        industry=told["industry"].value,
        region=told["region"].value,
        size_band=told["size_band"].value,
        parent=parent.value,
        merged_into=view.states.account.merged_into.value,
        contacts=sum(people.known(person) and not people.gone(person) for person in people.everyone()),
        open_opportunities=ends.count(None),
        won=won.count,
        lost=sum(end is not None and end.kind == "lost" for end in ends),
        won_value=won.value,
        because=because(*told.values(), parent),
    )


question = PortfolioQuestion(
    name="accounts",
    about="Which accounts are there, and what is going on in each?",
    parameters=AccountsParameters,
    answer_model=AccountsAnswer,
    answer=answer,
    subjects=("account", "contact", "opportunity"),
)
