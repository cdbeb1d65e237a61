"""What do the models say now: will each open deal be won and when, and when will each account buy again?

Nothing is recorded by asking; `rapport predict` sends what this answers as `prediction.made`. The `inputs_digest` of a
prediction is the SHA-256 of all that its model read (models/opportunity/predicting.py), so that this question, asked
again with the token of its answer, gives the same one.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.account import AccountTransactionRecorded
from schemas.prediction import Quantity
from services.projections.models.opportunity import predicting
from services.projections.models.opportunity.examples import HISTORY, SUBJECTS
from services.projections.models.opportunity.fiscal import Fiscal
from services.projections.models.opportunity.foretold import Status
from services.projections.models.opportunity.portfolio import Deal, group
from services.projections.models.opportunity.predicting import Model, Prediction
from services.projections.models.opportunity.win_probability import Factor
from services.projections.question import Answer, Parameters, Place, PortfolioQuestion, Row, Views, because, key
from services.projections.register import Register
from services.projections.said import Sentence


class PredictionsParameters(Parameters):
    """What to predict; it is learned from all deals that the caller may see."""

    account: str | None = Field(None, description="only of this account")
    opportunity: str | None = Field(None, description="only of this opportunity")
    quantity: Quantity | None = Field(None, description="only this quantity")


class FactorRow(Row):
    """What one attribute of a deal adds; the product of all ratios is p / (1 - p)."""

    attribute: str = Field(description="`prior` for any deal, `stage`, or what is known of the deal or its account")
    value: str | None = Field(description="null for the prior")
    value_name: str | None = Field(description="of an owner")
    won: int = Field(description="closed deals like this that were won; of a stage: that reached it")
    lost: int = Field(description="the same of those that were not won: lost or abandoned")
    ratio: float = Field(description="how likely this is in a deal that is won, over how likely in one that is lost")


class StageDays(BaseModel):
    """In how many more days such deals leave the stage, in whatever way; null: more than is known of any."""

    model_config = ConfigDict(frozen=True)

    p25: float | None
    p50: float | None
    p75: float | None


class PredictionNow(Row):
    """What a model says of one quantity; `low` to `high` is the half in the middle, from p25 to p75."""

    account: str
    account_name: str | None
    opportunity: str | None = Field(description="null: of the account")
    opportunity_name: str | None
    quantity: Quantity
    status: Status
    model: str
    version: str = Field(description="of the model")
    inputs_digest: str = Field(description="of all that the model read")
    value: date | float | None = Field(description="a day, or a probability; null: too little is known")
    low: date | None
    high: date | None = Field(description="null beside a value: later than is known of any")
    have: int = Field(description="of what the sentence, or `need`, counts")
    need: int
    stage: str | None
    stage_days: StageDays | None = Field(description="with award_date; null: too few deals have left the stage")
    factors: Annotated[list[FactorRow], key("attribute")] = Field(description="of win_probability")
    sentence: Sentence


class LearnedRow(Row):
    """What was learned from, within one pipeline; null: deals that belong to none."""

    pipeline: str | None
    stages: list[str] = Field(description="in their order: the pipeline's, then as most deals pass them")
    won: int
    lost: int
    abandoned: int
    open: int
    timed: int = Field(description="closed deals of which it is known how long they took")


class PredictionsAnswer(Answer):
    """Predictions in order of account, opportunity and quantity, those of an account after those of its deals."""

    predictions: Annotated[list[PredictionNow], key("account", "opportunity", "quantity")]
    learned: Annotated[list[LearnedRow], key("pipeline")]


def answer(views: Views, parameters: PredictionsParameters) -> PredictionsAnswer:
    """Learn from all deals at the moment, and predict what is asked for."""
    models, open_deals = predicting.learn(views)
    wanted = [
        each
        for each in open_deals
        if parameters.account in (None, each.deal.view.account) and parameters.opportunity in (None, each.deal.id)
    ]
    fiscal = Fiscal(views.policies.calendar)
    found = [*predicting.of_deals(models, wanted, fiscal), *_of_accounts(views, parameters, fiscal)]
    rows = [_row(each) for each in found if parameters.quantity in (None, each.quantity)]
    order = sorted(rows, key=lambda row: (row.account, row.opportunity is None, row.opportunity or "", row.quantity))
    return PredictionsAnswer(predictions=order, learned=[_learned(each) for each in models])


def _of_accounts(views: Views, asked: PredictionsParameters, fiscal: Fiscal) -> Iterator[Prediction]:
    if asked.opportunity is None and asked.quantity in (None, "next_purchase"):
        yield from (predicting.of_account(view, fiscal) for view in views if asked.account in (None, view.account))


def _row(each: Prediction) -> PredictionNow:
    deal, foretold = each.example.deal if each.example else None, each.foretold
    account = each.view.states.account.profile.get("name", Register[str]())
    return PredictionNow(
        account=each.view.account,
        account_name=account.value,
        opportunity=deal.id if deal else None,
        opportunity_name=deal.opportunity.name.value if deal else None,
        quantity=each.quantity,
        status=foretold.status,
        model=each.model,
        version=each.version,
        inputs_digest=each.inputs_digest,
        value=foretold.value,
        low=foretold.low,
        high=foretold.high,
        have=foretold.have,
        need=foretold.need,
        stage=each.example.stage if each.example else None,
        stage_days=StageDays(**each.left._asdict()) if each.left else None,
        factors=[_factor(deal, factor) for factor in each.factors] if deal else [],
        sentence=foretold.sentence,
        because=_because(each),
    )


def _because(each: Prediction) -> list[Place]:
    """Return the facts about the deal itself; what was learned rests on those of all deals."""
    if each.example is None:
        return []
    known, course = each.example.deal.opportunity, each.example.course
    told = because(known.identified, known.owner, known.products, known.lead)
    return list(dict.fromkeys([*told, *((spell.at[3], spell.at[2]) for spell in course[-1:])]))


def _factor(deal: Deal, factor: Factor) -> FactorRow:
    name = group(deal, "owner").name if factor.attribute == "owner" else None
    won, lost = factor.counts
    return FactorRow(
        attribute=factor.attribute, value=factor.value, value_name=name, won=won, lost=lost, ratio=factor.ratio
    )


def _learned(model: Model) -> LearnedRow:
    return LearnedRow(
        pipeline=model.pipeline,
        stages=model.order,
        won=model.closed["won"],
        lost=model.closed["lost"],
        abandoned=model.closed["abandoned"],
        open=model.closed["open"],
        timed=model.table.closed,
    )


question = PortfolioQuestion(
    name="predictions",
    about="What do the models say now: will each open deal be won and when, and when will each account buy again?",
    parameters=PredictionsParameters,
    answer_model=PredictionsAnswer,
    answer=answer,
    subjects=SUBJECTS,
    history=(AccountTransactionRecorded, *HISTORY),
)
