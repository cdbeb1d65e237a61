"""A thing that was over and began again is judged by what came since. Pure."""

from typing import TypeVar

import msgspec

from services.projections.course import Course
from services.projections.models.standing import Kind, spells

T = TypeVar("T", bound=msgspec.Struct)


def present(kind: Kind, course: Course[T]) -> Course[T]:
    """Return the turns of the present round, from the last that opened the thing; without one, all of them."""
    start = next((each.begin.at for each in reversed(spells(kind, course)) if each.state == "open"), course[0].at)
    return [each for each in course if each.at >= start]
