"""How many people support us, are neutral, oppose us, or have never been assessed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import Field

from services.projections.folds.assessment import State
from services.projections.models.assessment import attitude
from services.projections.models.assessment.attitude import Assessed
from services.projections.models.contact.people import People
from services.projections.policy import AttitudeModel
from services.projections.question import Row, because


class Mix(Row):
    """Counts of people by the layer of their leading assessment."""

    support: int
    neutral: int
    oppose: int
    unknown: int = Field(description="never assessed in scope")
    faded: int = Field(description="how many of those counted by a layer stand on an assessment that has faded")


def mix(  # noqa: PLR0913 -- whose attitude, to what, when, and by which model
    state: State,
    people: People,
    counted: Iterable[str],
    *,
    opportunity: str | None,
    as_of: datetime,
    model: AttitudeModel,
    fallback: bool = True,
) -> Mix:
    """Count the people in `counted` by their leading visible assessment in scope."""
    told = [
        attitude.leading_first(state, people, person, opportunity, as_of=as_of, model=model, fallback=fallback)
        for person in counted
    ]
    return counted_by_layer(told, as_of, model)


def counted_by_layer(told: Sequence[Sequence[Assessed]], as_of: datetime, model: AttitudeModel) -> Mix:
    """Count people by the first of each one's assessments, the one that leads; without any, one is unknown."""
    leading = [each[0] for each in told if each]
    layers = Counter(attitude.layer(each.level) for each in leading)
    return Mix(
        support=layers["support"],
        neutral=layers["neutral"],
        oppose=layers["oppose"],
        unknown=len(told) - len(leading),
        faded=sum(attitude.faded(each, as_of, model) for each in leading),
        because=because(*(each.register for each in leading)),
    )
