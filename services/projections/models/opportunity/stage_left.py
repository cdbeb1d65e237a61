"""In how many more days a deal will leave its stage, in whatever way, given how long it has been there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from services.projections.models.opportunity.deals import Spell, spells
from services.projections.models.opportunity.examples import Example
from services.projections.models.survival import Length, Point, kaplan_meier, quantile

LEAST_LEFT = 10  # deals that have left the stage


class Left(NamedTuple):
    """Quartiles of the days to come; None: more than is known of any deal."""

    p25: float | None
    p50: float | None
    p75: float | None


def curves(among: Iterable[Example], as_of: datetime) -> dict[str, list[Point]]:
    """Return how long deals stay in each stage that enough have left, by Kaplan-Meier: who is still there, censored."""
    lengths: dict[str, list[Length]] = defaultdict(list)
    for each in among:
        for spell in spells(each.deal.opportunity):
            if (days := _days(spell, as_of)) is not None:
                lengths[spell.stage].append(Length(days, ended=spell.end is not None))
    known = {stage: of for stage, of in lengths.items() if sum(each.ended for each in of) >= LEAST_LEFT}
    return {stage: kaplan_meier(of) for stage, of in known.items()}


def left(by_stage: Mapping[str, list[Point]], example: Example, as_of: datetime) -> Left | None:
    """Return the days that an open deal has before it in its stage; None where too little is known."""
    spell = example.course[-1] if example.course else None
    days = _days(spell, as_of) if spell else None
    if spell is None or days is None or spell.stage not in by_stage:
        return None
    return Left(*(_more(by_stage[spell.stage], share, days) for share in (0.25, 0.5, 0.75)))


def _more(curve: list[Point], share: float, days: float) -> float | None:
    in_all = quantile(curve, share, days)
    return None if in_all is None else in_all - days


def _days(spell: Spell, as_of: datetime) -> float | None:
    return spell.days(as_of) if spell.dated else None
