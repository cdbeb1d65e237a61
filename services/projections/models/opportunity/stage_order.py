"""In which order deals pass their stages: as their pipeline says, else as they do it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

from services.projections.models.opportunity.deals import IDENTIFIED
from services.projections.policy import Pipeline


def stage_order(courses: Iterable[Sequence[str]], pipeline: Pipeline | None) -> list[str]:
    """Return `identified` and the stages of the pipeline; those that it does not name behind what deals pass before."""
    found = list(dict.fromkeys([IDENTIFIED, *(each.stage for each in (pipeline.stages if pipeline else ()))]))
    before = IDENTIFIED
    for stage in as_passed(courses):
        if stage not in found:
            found.insert(found.index(before) + 1, stage)
        before = stage
    return found


def as_passed(courses: Iterable[Sequence[str]]) -> list[str]:
    """Return the stages in the order in which most deals first enter them; a course lists those of one deal.

    By Copeland's method: of two stages the one comes first that comes first in more of the courses with both; a stage
    stands the higher, the more others it comes before and the fewer before it. Of equals, the one that more deals
    were in, then the first of the alphabet.
    """
    entered = [list(dict.fromkeys(course)) for course in courses]
    seen = Counter(stage for course in entered for stage in course)
    before = Counter(pair for course in entered for pair in combinations(course, 2))
    rank = Counter[str]()
    for one, other in combinations(sorted(seen), 2):
        lead = before[one, other] - before[other, one]
        rank[one] += (lead > 0) - (lead < 0)
        rank[other] += (lead < 0) - (lead > 0)
    return sorted(seen, key=lambda stage: (-rank[stage], -seen[stage], stage))
