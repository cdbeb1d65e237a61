"""What answers show alike of each thing that has a course: of which purchase it is, and how it stands. Pure."""

from datetime import datetime
from typing import Any

from pydantic import Field

from services.projections.course import Course
from services.projections.models.latest import time_at
from services.projections.models.names import Names
from services.projections.models.turns import Spell, places_of
from services.projections.question import Row


class CourseRow(Row):
    """A thing that has a course; each question says how it may stand."""

    opportunity: str | None = Field(description="null: of the account, or unknown")
    opportunity_name: str | None
    state: str
    since: datetime = Field(description="since when it stands so")
    timebasis: str = Field(description="of `since`")


def standing(names: Names, opportunity: str | None, course: Course[Any], now: Spell[Any]) -> dict[str, Any]:
    """Return the fields of a CourseRow, with all of the course as its reason."""
    return {
        "opportunity": opportunity,
        "opportunity_name": names.deal(opportunity),
        "state": now.state,
        "since": time_at(now.begin.at),
        "timebasis": now.begin.ground.timebasis,
        "because": places_of(course),
    }
