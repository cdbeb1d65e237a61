"""What answers show alike of things that have a course: of which purchase, how they stand, where it was told. Pure."""

from datetime import datetime
from typing import Any

from pydantic import Field

from services.projections.course import Course, Turn
from services.projections.models.latest import time_at
from services.projections.models.names import Names
from services.projections.models.turn_rows import TurnRow, fields, told_last
from services.projections.models.turns import Spell, places_of
from services.projections.question import Row
from services.projections.said import Sentence


class CourseRow(Row):
    """A thing that has a course; each question says how it may stand."""

    opportunity: str | None = Field(description="null: of the account, or unknown")
    opportunity_name: str | None
    status: str
    since: datetime = Field(description="since when it stands so")
    timebasis: str = Field(description="of `since`")


class MetTurn(TurnRow):
    """One turn, and the interaction in which it took place."""

    interaction: str | None = Field(description="in which it was told; null: in none that we know of")
    interaction_title: Sentence | None


def standing_fields(names: Names, opportunity: str | None, course: Course[Any], now: Spell[Any]) -> dict[str, Any]:
    """Return the fields of a CourseRow, with all of the course as its reason."""
    return {
        "opportunity": opportunity,
        "opportunity_name": names.deal(opportunity),
        "status": now.state,
        "since": time_at(now.begin.at),
        "timebasis": now.begin.ground.timebasis,
        "because": places_of(course),
    }


def met_fields(names: Names, turn: Turn[Any]) -> dict[str, Any]:
    """Return the fields of a MetTurn."""
    met = turn.told.interaction
    return fields(turn, names.ours) | {"interaction": met, "interaction_title": names.meeting(met)}


def met_turns(names: Names, course: Course[Any]) -> list[MetTurn]:
    """Return the turns of a course in fold order, one of each kind at one time."""
    return [MetTurn(**met_fields(names, each)) for each in told_last(course)]
