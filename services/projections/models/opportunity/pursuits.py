"""How much we decided to put into a sale, and what its colours suggest. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from schemas.qualification import QualificationStep
from services.projections.course import Course, Turn
from services.projections.folds.account import State as AccountState
from services.projections.folds.qualification import Pursuit as Told
from services.projections.models.account.members import member_name
from services.projections.models.latest import time_at
from services.projections.models.opportunity.deals import End, by_then
from services.projections.models.opportunity.qualifying import Rating
from services.projections.models.shapes import Part
from services.projections.models.turns import began, last
from services.projections.said import Said, Sentence, said

Decision = Literal["pursue", "monitor", "reduce", "abandon"]
DECISIONS = {each: each for each in ("pursue", "monitor", "reduce", "abandon")}
_DECIDED: dict[str, Said] = {
    "pursue": said("pursued"),
    "monitor": said("monitored"),
    "reduce": said("reduced"),
    "abandon": said("to be abandoned"),
}
_BECAME: dict[str | None, Said] = {
    "won": said("won"),
    "lost": said("lost"),
    "abandoned": said("abandoned"),
    None: said("still open"),
}
STEPS: dict[QualificationStep, Said] = {
    "opportunity": said("is it an opportunity"),
    "compete": said("can we compete"),
    "win": said("can we win"),
    "worth": said("is it worth winning"),
}
_CERTAIN: tuple[QualificationStep, ...] = ("opportunity", "compete", "win")  # red here, the loss is certain


class Pursuit(Part):
    """What we decided, as told last."""

    decision: Decision
    reason: str
    since: datetime = Field(description="when it was decided so; deciding the same again begins nothing")
    timebasis: str = Field(description="of `since`")
    assessor: str
    assessor_name: str | None


class Suggestion(Part):
    """What the colours of our own steps suggest; whoever decides may know better."""

    decisions: list[Decision] = Field(description="one of these; empty where too little is answered to say")
    sentence: Sentence


def before(course: Course[Told], end: End | None) -> Turn[Told] | None:
    """Return the decision that stood when a deal was closed; of an open one, the last."""
    return last([each for each in course if by_then(end, each.at)])


def pursuit(course: Course[Told], ours: AccountState) -> Pursuit | None:
    """Return the decision that stands after a course; None where none was told."""
    since, told = began(course, DECISIONS), last(course)
    return Pursuit.model_validate(_fields(since, told, ours)) if since and told else None


def _fields(since: Turn[Told], told: Turn[Told], ours: AccountState) -> dict[str, Any]:
    return {
        "decision": told.kind,
        "reason": told.told.reason,
        "since": time_at(since.at),
        "timebasis": since.ground.timebasis,
        "assessor": told.ground.assessor,
        "assessor_name": member_name(ours, told.ground.assessor),
    }


def became(decided: Turn[Told] | None, end: End | None) -> Said | None:
    """Say what was decided of a deal, and what became of it afterwards; None where nothing was decided before."""
    if decided is None:
        return None
    return said("{decision}, {outcome}", decision=_DECIDED[decided.kind], outcome=_BECAME[end.kind if end else None])


def suggested(ours: Mapping[QualificationStep, Rating]) -> Suggestion:
    """Suggest a decision by the colours of our four steps.

    Red where it is a matter of being able to win: a certain loss must be given up. Otherwise what is not green calls
    for watching it or putting less into it; what is grey, for an answer first.
    """
    lost = [step for step in _CERTAIN if ours[step] == "red"]
    weak = [step for step in ours if ours[step] in {"red", "yellow"}]
    open_ = [step for step in ours if ours[step] == "grey"]
    if lost:
        told = said("Red for us: {steps}. What we are certain to lose must be given up.", steps=_named(lost))
        return Suggestion(decisions=["abandon"], sentence=told)
    if weak:
        told = said("Not green for us: {steps}. Watch it, or put less into it.", steps=_named(weak))
        return Suggestion(decisions=["monitor", "reduce"], sentence=told)
    if open_:
        told = said("No answer for us yet: {steps}. Until then nothing is suggested.", steps=_named(open_))
        return Suggestion(decisions=[], sentence=told)
    return Suggestion(decisions=["pursue"], sentence=said("All four steps are green for us."))


def _named(steps: list[QualificationStep]) -> list[Said]:
    return [STEPS[each] for each in steps]
