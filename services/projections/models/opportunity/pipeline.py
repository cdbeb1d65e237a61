"""The pipeline of a deal, and the order of its stages as the policy gives it. Pure."""

from collections.abc import Mapping
from typing import Literal

from services.projections.folds.opportunity import Opportunity
from services.projections.models.opportunity.deals import IDENTIFIED
from services.projections.policy import Pipeline, Pipelines

Direction = Literal["forward", "back"]
RULE = "the pipeline that the deal names; of a deal that names none, the only one that is defined, if there is just one"


def pipeline_id(opportunity: Opportunity, pipelines: Pipelines) -> str | None:
    """Return the pipeline of a deal; of one that names none, the only one that is defined, if there is just one."""
    only = next(iter(pipelines.each)) if len(pipelines.each) == 1 else None
    return opportunity.pipeline.value or only


def order(pipeline: Pipeline | None) -> Mapping[str, int]:
    """Return the place of each stage; `identified` comes before all of them. Without a definition nothing has one."""
    return {IDENTIFIED: -1} | {each.stage: each.order for each in pipeline.stages} if pipeline else {}


def direction(before: str, after: str, places: Mapping[str, int]) -> Direction | None:
    """Return which way a deal went; None where no order is known between the two."""
    if before not in places or after not in places or places[before] == places[after]:
        return None
    return "forward" if places[before] < places[after] else "back"
