"""How a map shows a person, and the sentences that say why it does."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from services.projections.history import DAY
from services.projections.models.assessment.attitude import Assessed, faded, layer, left
from services.projections.models.assessment.leading import Lead
from services.projections.models.interaction.strength import Band
from services.projections.models.words import word
from services.projections.policy import AttitudeModel, Style
from services.projections.said import Said, said

BANDS: dict[Band, Said] = {"good": said("good"), "fair": said("fair"), "poor": said("poor")}


class Look(NamedTuple):
    """A colour as #rrggbb and a symbol beside it."""

    colour: str
    symbol: str


def look(style: Style, meaning: str) -> Look:
    """Return how a meaning is shown."""
    return Look(style.colours[meaning], style.symbols[meaning])


def why_support(  # noqa: PLR0913, PLR0917 -- whom it is about, what is told, and how it is read
    name: Said,
    held: Sequence[Assessed],
    lead: Lead | None,
    opportunity: str | None,
    as_of: datetime,
    model: AttitudeModel,
) -> Iterator[Said]:
    """Say why the support of a person is shown as it is."""
    if lead is None:
        yield said("Nobody has assessed where {name} stands: that is unknown, not neutral.", name=name)
        return
    told, stance = lead.assessed, lead.assessed.register.value
    yield said(
        "{assessor} assessed {name} on {day}: {stance}.",
        assessor=lead.assessor,
        name=name,
        day=told.time,
        stance=_stance(told.level),
    )
    if stance and stance.reason:
        yield said("The reason given: {reason}", reason=stance.reason)
    if len({each.level for each in held}) > 1:
        yield lead.why
    if opportunity and not told.scope:
        yield said("It is told of the account as a whole, not of this purchase.")
    if faded(told, as_of, model):
        rest = round(100 * left(told, as_of, model))
        days = (as_of - told.time) // DAY
        yield said("It has faded: it is {days} days old, and {left} % of confidence are left.", days=days, left=rest)


def why_strength(strength: float, band: Band, last: datetime | None) -> Iterator[Said]:
    """Say why the strength of a relationship is shown as it is."""
    yield said("The strength is {strength} of 100: {band}.", strength=round(strength), band=BANDS[band])
    if last is None:
        yield said("No contact is on record.")
    else:
        yield said("The last contact was on {day}.", day=last)


def _stance(level: int) -> Said:
    stance = word(layer(level))
    return said("{layer} ({level})", layer=stance, level=f"{level:+d}") if level else stance
