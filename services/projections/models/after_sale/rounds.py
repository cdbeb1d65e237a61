"""A thing that was over and began again is judged by what came since. Pure."""

from typing import TypeVar

import msgspec

from services.projections.course import Course
from services.projections.folds.after_sale import Complaint
from services.projections.models import standing
from services.projections.models.standing import Kind, spells
from services.projections.models.turns import told

T = TypeVar("T", bound=msgspec.Struct)


def present(kind: Kind, course: Course[T]) -> Course[T]:
    """Return the turns of the present round, from the last that opened the thing; without one, all of them."""
    start = next((each.begin.at for each in reversed(spells(kind, course)) if each.state == "open"), course[0].at)
    return [each for each in course if each.at >= start]


def complainant(course: Course[Complaint]) -> str | None:
    """Return the contact who complained, as told last; where nobody told, who was answered since; None: unknown."""
    of: str | None = standing.content("complaint", course, Complaint()).contact
    return of or told(present("complaint", course), "contact", "responded", "resolved")
