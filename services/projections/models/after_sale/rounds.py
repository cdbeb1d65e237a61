"""A thing that was over and began again is judged by what came since. Pure."""

from collections.abc import Container
from typing import TypeVar

import msgspec

from services.projections.course import Course

T = TypeVar("T", bound=msgspec.Struct)


def present(course: Course[T], begins: str, ends: Container[str]) -> Course[T]:
    """Return the turns of the present round: from the last turn that began it anew after one that ended it."""
    start, ended = 0, False
    for place, each in enumerate(course):
        if ended and each.kind == begins:
            start, ended = place, False
        ended = ended or each.kind in ends
    return course[start:]
