"""Which of several assessors leads, by the policy in force, and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from services.projections.models.attitude import Assessed, confidence
from services.projections.models.references import References
from services.projections.policy import AttitudeModel
from services.projections.said import Said, said


class Lead(NamedTuple):
    """The assessment that leads, and why it does."""

    assessed: Assessed
    why: Said


def lead(
    held: Sequence[Assessed], owner: str | None, as_of: datetime, model: AttitudeModel, references: References
) -> Lead | None:
    """Choose among assessors' last words, the latest first; `owner` is whoever answers for the relationship."""
    if not held:
        return None
    own = next((each for each in held if each.assessor == owner), None)
    match model.leading:
        case "most_confident":
            surest = max(held, key=lambda each: left(each, as_of, model))  # of equals the first, which is the latest
            assessor = references.spoken("member", surest.assessor)
            return Lead(surest, said("{assessor} leads: nobody has more confidence left.", assessor=assessor))
        case "owner" if own:
            assessor = references.spoken("member", own.assessor)
            return Lead(own, said("{assessor} leads: the relationship is theirs.", assessor=assessor))
        case "owner":
            assessor = references.spoken("member", held[0].assessor)
            why = said("{assessor} leads: the owner has not spoken, and nobody later.", assessor=assessor)
            return Lead(held[0], why)
        case _:
            assessor = references.spoken("member", held[0].assessor)
            return Lead(held[0], said("{assessor} leads: nobody has spoken later.", assessor=assessor))


def left(assessed: Assessed, as_of: datetime, model: AttitudeModel) -> float:
    """Return what time has left of the confidence in an assessment, 0 to 1."""
    ground = assessed.register.ground
    return confidence(ground.confidence if ground else None, assessed.time, as_of, model)
