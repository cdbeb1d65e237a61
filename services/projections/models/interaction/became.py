"""What became of each interaction: it took place, or was cancelled, or nobody told. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from schemas.interaction import InteractionCancelled, InteractionPlanned, InteractionRecorded
from services.projections.history import Recorded

Became = Literal["took_place", "unconfirmed", "cancelled"]
INTERACTIONS = (InteractionPlanned, InteractionRecorded, InteractionCancelled)


class Met(NamedTuple):
    """An interaction as last recorded, else as last planned; and all that was told of it, in fold order."""

    fact: Recorded
    data: InteractionRecorded | InteractionPlanned
    became: Became
    told: tuple[Recorded, ...]

    @property
    def cancellation(self) -> InteractionCancelled | None:
        """What was told last of its cancellation; None where nobody told of any."""
        data = (fact.event.data for fact in reversed(self.told))
        return next((each for each in data if isinstance(each, InteractionCancelled)), None)


def interactions(facts: Iterable[Recorded]) -> Iterator[Met]:
    """Yield each interaction that was to be by the moment, once, in the order in which they were first told of.

    What was recorded took place, whatever else is told. What was not, and was cancelled at any time, before or after
    the time for which it was planned, will not be, unless it was planned anew: told by the log after all that is told
    of its cancellation. The log's order decides, as the time of a plan is the meeting's own; what was then told counts.
    """
    told: dict[str, list[Recorded]] = defaultdict(list)
    for fact in facts:
        if isinstance(data := fact.event.data, INTERACTIONS):
            told[data.interaction].append(fact)
    for each in told.values():
        yield from _became(each)


def _became(told: list[Recorded]) -> Iterator[Met]:
    cancelled = max((fact.offset for fact in told if isinstance(fact.event.data, InteractionCancelled)), default=-1)
    recorded = [fact for fact in told if isinstance(fact.event.data, InteractionRecorded)]
    planned = [fact for fact in told if isinstance(fact.event.data, InteractionPlanned)]
    stands = [fact for fact in planned if fact.offset > cancelled]
    for fact in (recorded or stands or planned)[-1:]:
        if isinstance(data := fact.event.data, InteractionRecorded):
            yield Met(fact, data, "took_place", tuple(told))
        elif isinstance(data, InteractionPlanned):
            yield Met(fact, data, "unconfirmed" if stands else "cancelled", tuple(told))
