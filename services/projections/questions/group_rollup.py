"""What are groups of companies worth to us, all of their accounts together?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from schemas.account import AccountTransactionRecorded
from schemas.values import Money
from services.projections.models.account.customers import Customer, customer
from services.projections.models.account.purchases import transactions
from services.projections.models.account.sales import last_year
from services.projections.models.chains import ends
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.portfolio import every_deal, total
from services.projections.question import Answer, Parameters, PortfolioQuestion, Row, Views, because, key


class GroupRollupParameters(Parameters):
    """Nothing but the moments."""


class GroupMember(Row):
    """An account of a group."""

    account: str
    name: str | None
    parent: str | None = Field(description="the account that it belongs to")
    merged_into: str | None = Field(description="the account that is the same customer")
    is_key: bool = Field(description="a key account by the criteria in force, or by decision")


class GroupRow(Row):
    """A group: the account at the top, and all that belong to it over any number of steps."""

    group: str = Field(description="the top; of accounts that belong to each other in a circle, the least id")
    name: str | None = Field(description="null: not told, or an account that you may not see")
    accounts: Annotated[list[GroupMember], key("account")]
    key_accounts: int
    sales: Annotated[list[Money], key("currency"), Field(description="in the 365 days up to as_of")]
    open_opportunities: int
    open_value: Annotated[list[Money], key("currency")]
    won: int
    won_value: Annotated[list[Money], key("currency")]


class GroupRollupAnswer(Answer):
    """The groups; an account that belongs to no other is a group by itself."""

    groups: Annotated[list[GroupRow], key("group")]


def answer(views: Views, parameters: GroupRollupParameters) -> GroupRollupAnswer:  # noqa: ARG001 -- as all questions
    """Add up by group, in order of its id; accounts that are one customer are of one group."""
    customers = {view.account: customer(view, views.policies.criteria) for view in views}
    tops = ends({account: each.merged_into or each.parent for account, each in customers.items()})
    groups: dict[str, list[Customer]] = defaultdict(list)
    for account, each in customers.items():
        groups[tops[account]].append(each)
    return GroupRollupAnswer(groups=[_row(top, groups[top], customers) for top in sorted(groups)])


def _row(top: str, members: Sequence[Customer], customers: Mapping[str, Customer]) -> GroupRow:
    views = [each.view for each in members]
    bought = [each for view in views for each in last_year(transactions(view.facts), view.moment.as_of)]
    opportunities = [each.opportunity for each in every_deal(views)]
    open_ = total(deals.value(each) for each in opportunities if deals.end(each) is None)
    found = [deals.end(each) for each in opportunities]
    won = total(end.amount for end in found if end and end.kind == "won")
    return GroupRow(
        group=top,
        name=customers[top].name if top in customers else None,
        accounts=[_member(each) for each in members],
        key_accounts=sum(each.is_key for each in members),
        sales=total(each.amount for each in bought).value,
        open_opportunities=open_.count,
        open_value=open_.value,
        won=won.count,
        won_value=won.value,
    )


def _member(each: Customer) -> GroupMember:
    state = each.view.states.account
    return GroupMember(
        account=each.view.account,
        name=each.name,
        parent=each.parent,
        merged_into=each.merged_into,
        is_key=each.is_key,
        because=because(state.profile.get("name"), state.profile.get("parent_account"), state.key_account),
    )


question = PortfolioQuestion(
    name="group-rollup",
    about="What are groups of companies worth to us, all of their accounts together?",
    parameters=GroupRollupParameters,
    answer_model=GroupRollupAnswer,
    answer=answer,
    subjects=("account", "opportunity"),
    history=(AccountTransactionRecorded,),
)
