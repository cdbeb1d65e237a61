"""Which accounts are key accounts, by the criteria or by decision, and do the two agree?"""

from typing import Annotated

from pydantic import Field

from schemas.account import AccountTransactionRecorded
from services.projections.models.account import designation
from services.projections.models.account.customers import Customer, customer
from services.projections.models.account.designation import Designation, Remark
from services.projections.models.account.metric_rows import MetricRow, metric_row, status
from services.projections.question import Answer, Parameters, PortfolioQuestion, Row, Views, key
from services.projections.said import Sentence


class KeyAccountsParameters(Parameters):
    """Nothing but the moments."""


class KeyAccountRow(Row):
    """An account that is one by the criteria or by decision."""

    account: str
    name: str | None
    merged_into: str | None = Field(description="the account that is the same customer")
    by_criteria: bool | None = Field(description="null: it hangs on what is unknown")
    met: float = Field(description="the share of weights that is met")
    at_most: float = Field(description="the same, if all that is unknown were met")
    sentence: Sentence
    metrics: Annotated[list[MetricRow], key("number")]
    designation: Designation | None
    agrees: bool | None = Field(description="whether people and criteria say the same; null: either says nothing")
    remarks: Annotated[list[Remark], key("kind")]


class KeyAccountsAnswer(Answer):
    """The key accounts, by one version of the criteria."""

    criteria: str = Field(description="the version in force")
    accounts: Annotated[list[KeyAccountRow], key("account")]
    undecided: int = Field(description="accounts that are none, but might be by criteria if more were known of them")


def answer(views: Views, parameters: KeyAccountsParameters) -> KeyAccountsAnswer:  # noqa: ARG001 -- as all questions
    """List the key accounts in order of id; two accounts that are one customer are judged each by its own facts."""
    criteria = views.policies.criteria
    customers = [customer(view, criteria) for view in views]
    return KeyAccountsAnswer(
        criteria=criteria.version,
        accounts=[_row(each) for each in customers if each.is_key],
        undecided=sum(each.by_criteria.is_key is None and not each.is_key for each in customers),
    )


def _row(each: Customer) -> KeyAccountRow:
    found = each.by_criteria
    told = designation.designation(each.view.states.account)
    return KeyAccountRow(
        account=each.view.account,
        name=each.name,
        merged_into=each.merged_into,
        by_criteria=found.is_key,
        met=float(found.met),
        at_most=float(found.at_most),
        sentence=status(found),
        metrics=[metric_row(number, judged) for number, judged in enumerate(found.judged, 1)],
        designation=told,
        agrees=designation.agrees(told, found),
        remarks=designation.remarks(told, found),
    )


question = PortfolioQuestion(
    name="key-accounts",
    about="Which accounts are key accounts, by the criteria or by decision, and do the two agree?",
    parameters=KeyAccountsParameters,
    answer_model=KeyAccountsAnswer,
    answer=answer,
    subjects=("account",),
    history=(AccountTransactionRecorded,),
)
