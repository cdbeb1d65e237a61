"""How likely a deal is to be won: naive Bayes over its stage and attributes, explained attribute by attribute.

As Odoo CRM scores leads (its documentation, "Assign leads with predictive lead scoring"): p = S(won) / (S(won) +
S(lost)), each S being the share of that outcome times the likelihoods of what is known of the deal. Every value that
was seen starts at 0.1. A won deal counts in all stages, a lost one in the stages up to where it died.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import NamedTuple

MODEL, VERSION = "naive-bayes", "1"
SMOOTHING = 0.1
PRIOR, STAGE = "prior", "stage"  # the first two factors; the others are named after attributes


class Case(NamedTuple):
    """A deal that was won, or lost or abandoned, the stage in which it ended, and what is known of it, by attribute."""

    won: bool
    stage: str | None
    values: Mapping[str, str]


class Counts(NamedTuple):
    """How many deals were won, and how many were not: `lost` counts those that were abandoned, too."""

    won: int
    lost: int

    @property
    def total(self) -> int:
        """How many there are in all."""
        return self.won + self.lost


class Factor(NamedTuple):
    """What one attribute adds: by `ratio`, the likelihood if won over that if lost, it changes the odds."""

    attribute: str
    value: str | None
    counts: Counts  # of the deals that are like this
    ratio: float


class Learned(NamedTuple):
    """What closed deals teach: how many were won and lost in all, by stage, and by attribute and value."""

    all: Counts
    stages: Mapping[str, Counts]
    attributes: Mapping[str, Mapping[str, Counts]]


def learn(cases: Iterable[Case], order: Sequence[str]) -> Learned:
    """Count closed deals; `order` names the stages as deals pass them. One lost in no known stage died in the first."""
    cases = list(cases)
    place = {stage: number for number, stage in enumerate(order)}
    died = Counter(place.get(each.stage or "", 0) for each in cases if not each.won)
    won, lost = sum(each.won for each in cases), sum(died.values())
    reached = lost
    stages = dict[str, Counts]()
    for number, stage in enumerate(order):
        stages[stage] = Counts(won, reached)
        reached -= died[number]
    return Learned(Counts(won, lost), stages, _by_value(cases))


def factors(learned: Learned, stage: str | None, values: Mapping[str, str]) -> list[Factor]:
    """Return what speaks for and against winning a deal; what is unknown, or never seen in a closed deal, says nothing.

    The first is the prior: the odds of any deal. The product of all ratios is p / (1 - p).
    """
    whole = learned.all
    found = [Factor(PRIOR, None, whole, (whole.won + SMOOTHING) / (whole.lost + SMOOTHING))]
    if stage is not None and stage in learned.stages:
        counts = learned.stages[stage]
        found.append(Factor(STAGE, stage, counts, _ratio(counts, whole, values=0)))
    for attribute in sorted(values.keys() & learned.attributes.keys()):
        seen, value = learned.attributes[attribute], values[attribute]
        if value in seen:
            found.append(Factor(attribute, value, seen[value], _ratio(seen[value], _sum(seen), values=len(seen))))
    return found


def probability(found: Iterable[Factor]) -> float:
    """Return p from the factors of a deal: their product, the odds, over the odds and 1."""
    odds = prod(each.ratio for each in found)
    return odds / (1 + odds)


def _ratio(counts: Counts, of: Counts, *, values: int) -> float:
    """Return the likelihood if won over that if lost; a total of no `values` is smoothed as one count is."""
    more = SMOOTHING * (values or 1)
    return ((counts.won + SMOOTHING) / (of.won + more)) / ((counts.lost + SMOOTHING) / (of.lost + more))


def _by_value(cases: Iterable[Case]) -> dict[str, dict[str, Counts]]:
    counted = Counter((attribute, value, each.won) for each in cases for attribute, value in each.values.items())
    found: dict[str, dict[str, Counts]] = {}
    for attribute, value, _ in counted:
        won, lost = (counted[attribute, value, which] for which in (True, False))
        found.setdefault(attribute, {})[value] = Counts(won, lost)
    return found


def _sum(seen: Mapping[str, Counts]) -> Counts:
    return Counts(sum(each.won for each in seen.values()), sum(each.lost for each in seen.values()))
