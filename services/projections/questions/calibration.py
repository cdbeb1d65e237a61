"""How good were the predictions that were recorded, by model and version, held against what happened by as_of?

Each prediction counts by itself, so that a deal of which several were made counts several times, and as it was told
before it could be judged. One told only when its outcome was recorded, or when its interval was over, is hindsight and
counts in no score. Days are scored once the interval is over, whatever happened before: scored as soon as they come,
the early ones would count first. An award's interval holds if the deal is won, so its cover is of those that were won;
how many were not won by its end stands beside it. A next purchase knows no such if.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.projections.models.opportunity.calibrating import COVER_EXPECTED, LEAST_SCORED, brier, cover
from services.projections.models.opportunity.portfolio import Windowed
from services.projections.models.opportunity.scoring import HISTORY, Judged, judged
from services.projections.question import Answer, PortfolioQuestion, Row, Views, key
from services.projections.said import Sentence, said

Status = Literal["scored", "insufficient_data"]
Model = tuple[str, str, str]  # quantity, model, version


class CalibrationParameters(Windowed):
    """A window counts the predictions that were made in it."""


class Counted(Row):
    """The predictions of one version of a model."""

    model: str
    version: str
    status: Status = Field(description=f"insufficient_data: fewer than {LEAST_SCORED} can be scored")
    made: int
    hindsight: int = Field(
        description="of these, those recorded when their outcome was, or their interval over: left out below"
    )
    open: int = Field(description="nothing has happened yet; of days, the interval is not over, whatever happened")
    ended: int = Field(
        description="nothing to score: the deal ended otherwise, or a day was predicted without an interval that ends"
    )
    scored: int
    need: int = Field(description="how many must be scored before there are means and shares")
    sentence: Sentence


class Decile(BaseModel):
    """The probabilities from (decile - 1) / 10 on, below decile / 10; the last takes 1, too."""

    model_config = ConfigDict(frozen=True)

    decile: int
    predictions: int
    predicted_mean: float
    observed_share: float = Field(description="how many of them were won")


class ProbabilityScore(Counted):
    """How good the win probabilities of a model were."""

    brier: float | None = Field(description="the mean of (p - what happened, 1 or 0) squared: 0 is perfect")
    base_rate: float | None = Field(description="the share that was won")
    base_rate_brier: float | None = Field(description="of who had said the base rate of each deal")
    skill: float | None = Field(description="1 - brier / base_rate_brier: above 0, better than the base rate")
    bins: Annotated[list[Decile], key("decile")]


class DateScore(Counted):
    """How good the days and their intervals were."""

    quantity: Literal["award_date", "next_purchase"]
    happened: int = Field(description="in the interval or not; of the scored, the others passed")
    passed: int = Field(description="the interval is over, and until its end nothing had happened")
    passed_share: float | None = Field(description="passed / scored")
    inside: int = Field(description="it happened from low to high")
    early: int = Field(description="it happened before the day that was predicted")
    late: int
    cover: float | None = Field(
        description="inside / happened; of a next purchase, inside / scored; only what has an interval"
    )
    cover_expected: float
    mean_days_off: float | None = Field(description="below 0: earlier than predicted")
    mean_absolute_days_off: float | None


class CalibrationAnswer(Answer):
    """Scores by model and version."""

    probabilities: Annotated[list[ProbabilityScore], key("model", "version")]
    dates: Annotated[list[DateScore], key("quantity", "model", "version")]


def answer(views: Views, parameters: CalibrationParameters) -> CalibrationAnswer:
    """Score what was predicted by as_of."""
    found: dict[Model, list[Judged]] = defaultdict(list)
    for view in views:
        for each in judged(view):
            if parameters.within(each.fact.event.time):
                found[each.data.quantity, each.data.model, each.data.version].append(each)
    return CalibrationAnswer(
        probabilities=[_probability(of, found[of]) for of in sorted(found) if of[0] == "win_probability"],
        dates=[_dates(of, found[of]) for of in sorted(found) if of[0] != "win_probability"],
    )


def _probability(of: Model, made: Sequence[Judged]) -> ProbabilityScore:
    found = brier(_told(made))
    skill = 1 - found.brier / found.base_rate_brier if found.brier is not None and found.base_rate_brier else None
    bins = [Decile(**each._asdict()) for each in found.bins]
    return ProbabilityScore(**_counted(of, made, found.scored), **found._asdict() | {"skill": skill, "bins": bins})


def _dates(of: Model, made: Sequence[Judged]) -> DateScore:
    found = cover(_told(made), conditional=of[0] == "award_date")
    scores = found._asdict() | {"quantity": of[0], "cover_expected": COVER_EXPECTED}
    return DateScore(**_counted(of, made, found.scored), **scores)


def _told(made: Sequence[Judged]) -> list[Judged]:
    return [each for each in made if not each.hindsight]


def _counted(of: Model, made: Sequence[Judged], scored: int) -> dict[str, Any]:
    told = _told(made)
    enough = scored >= LEAST_SCORED
    open_ = sum(each.open for each in told)
    few = said("{scored} predictions can be scored: at least {need} are needed.", scored=scored, need=LEAST_SCORED)
    return {
        "model": of[1],
        "version": of[2],
        "status": "scored" if enough else "insufficient_data",
        "made": len(made),
        "hindsight": len(made) - len(told),
        "open": open_,
        "ended": len(told) - open_ - scored,
        "need": LEAST_SCORED,
        "sentence": said("{scored} predictions are scored.", scored=scored) if enough else few,
        "because": [each.place for each in made],
    }


question = PortfolioQuestion(
    name="calibration",
    about="How good were the predictions that were recorded, held against what happened?",
    parameters=CalibrationParameters,
    answer_model=CalibrationAnswer,
    answer=answer,
    subjects=("opportunity",),
    history=HISTORY,
    as_told=True,
)
