"""How likely a deal that stands in a stage is won: as the pipeline says, else as it was with those before it. Pure.

The historic share is plain: of the closed deals that were in that stage, how many were won. One that we gave up was
not. Open deals say nothing yet.
"""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import Literal, NamedTuple

from services.projections.folds.opportunity import Opportunity
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.pipeline import pipeline_id
from services.projections.policy import Pipelines

FLOOR = 10  # closed deals; of fewer, no share is made up
Place = tuple[str | None, str]  # pipeline and stage


class Chance(NamedTuple):
    """The share that is won, whose word it is, and the closed deals that were in the stage; null: unknown."""

    value: Fraction | None
    source: Literal["policy", "history"] | None
    closed: int
    won: int


class Chances:
    """The chances of the stages, learned from all deals that are closed."""

    def __init__(self, opportunities: Iterable[Opportunity], pipelines: Pipelines) -> None:
        """Count the closed ones among them; the policy's word goes first."""
        self._pipelines = pipelines
        self._closed, self._won = Counter[Place](), Counter[Place]()
        for each in opportunities:
            end = deals.end(each)
            if end:
                pipeline = pipeline_id(each, pipelines)
                passed = {(pipeline, spell.stage) for spell in deals.course(each)}
                self._closed.update(passed)
                self._won.update(passed if end.kind == "won" else ())

    def place(self, opportunity: Opportunity) -> Place | None:
        """Return where a deal stands."""
        spell = deals.current_spell(opportunity)
        return (pipeline_id(opportunity, self._pipelines), spell.stage) if spell else None

    def of(self, place: Place | None) -> Chance:
        """Return the chance of what stands there."""
        if place is None:
            return Chance(None, None, 0, 0)
        closed, won = self._closed[place], self._won[place]
        if (told := self._told(place)) is not None:
            return Chance(Fraction(str(told)), "policy", closed, won)
        enough = closed >= FLOOR
        return Chance(Fraction(won, closed) if enough else None, "history" if enough else None, closed, won)

    def _told(self, place: Place) -> float | None:
        pipeline = self._pipelines.each.get(place[0] or "")
        stages = pipeline.stages if pipeline else ()
        return next((each.probability for each in stages if each.stage == place[1]), None)
