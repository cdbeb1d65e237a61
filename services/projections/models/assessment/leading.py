"""Why the assessor who leads does, by the policy in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from services.projections.models.assessment.attitude import Assessed, Layer, faded, layer
from services.projections.models.references import References
from services.projections.models.shapes import Part
from services.projections.policy import AttitudeModel
from services.projections.said import Said, said


class Lead(NamedTuple):
    """The assessment that leads, and why it does."""

    assessed: Assessed
    assessor: Said
    why: Said


class Support(Part):
    """Where a person stands, by the assessment that leads."""

    level: int | None
    layer: Layer
    scope: Literal["opportunity", "account"] | None
    faded: bool
    assessor: str | None
    assessor_name: str | None


def lead(held: Sequence[Assessed], owner: str | None, model: AttitudeModel, references: References) -> Lead | None:
    """Say why the first of `held` leads, as `leading_first` chose; `owner` is whoever answers for the relationship."""
    if not held:
        return None
    assessor = references.spoken("member", held[0].assessor)
    match model.leading:
        case "most_confident":
            why = said("{assessor} leads: nobody has more confidence left.", assessor=assessor)
        case "owner" if held[0].assessor == owner:
            why = said("{assessor} leads: the relationship is theirs.", assessor=assessor)
        case "owner":
            why = said("{assessor} leads: the owner has not spoken, and nobody later.", assessor=assessor)
        case _:
            why = said("{assessor} leads: nobody has spoken later.", assessor=assessor)
    return Lead(held[0], assessor, why)


def support_of(chosen: Lead | None, as_of: datetime, model: AttitudeModel, references: References) -> Support:
    """Return where a person stands by the assessment that leads; unknown without one."""
    told = chosen.assessed if chosen else None
    return Support(
        level=told.level if told else None,
        layer=layer(told.level if told else None),
        scope=("opportunity" if told.scope else "account") if told else None,
        faded=faded(told, as_of, model) if told else False,
        assessor=told.assessor if told else None,
        assessor_name=references.name("member", told.assessor) if told else None,
    )
