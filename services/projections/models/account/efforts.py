"""What was spent on an account, item by item: interactions, and bookings of hours and money."""

from collections.abc import Iterable, Sequence
from math import fsum
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from schemas.account import EffortSpent
from schemas.interaction import InteractionRecorded
from schemas.values import Money
from services.projections.history import Recorded
from services.projections.models.contact.people import handle
from services.projections.models.interaction.strength import took_place
from services.projections.models.opportunity.portfolio import Windowed, total
from services.projections.question import Row, key

By = Literal["member", "opportunity", "kind"]


class Spent(Row):
    """Time and money. Booked hours may cover meetings, too, so the two are not added."""

    hours: float = Field(description="booked")
    costs: Annotated[list[Money], key("currency")]
    interactions: int
    unmeasured: int = Field(description="of these, how many of unknown length, which count no minutes")
    ours: int = Field(description="person-minutes: the minutes of each interaction, times our people in it")
    theirs: int = Field(description="minutes that interactions took of the customer, however many people it sent")


class Item(NamedTuple):
    """An interaction, or a booking of hours and money."""

    fact: Recorded
    data: InteractionRecorded | EffortSpent

    @property
    def people(self) -> list[str | None]:
        """Who of ours took part, or (None) someone named otherwise than by the id of a member; each once."""
        if isinstance(self.data, EffortSpent):
            return [self.data.member]
        ours = dict.fromkeys(each if isinstance(each, str) else handle(each) for each in self.data.our_participants)
        return [each if isinstance(each, str) else None for each in ours]

    def within(self, asked: Windowed) -> bool:
        """Whether it took place in the window."""
        return asked.within(None if self.fact.undated else self.fact.event.time)

    def groups(self, by: By) -> Iterable[str | None]:
        """Return what it counts under; a booking has no kind."""
        match by:
            case "member":
                return dict.fromkeys(self.people) or [None]
            case "opportunity":
                return [self.data.opportunity]
            case _:
                return [self.data.kind if isinstance(self.data, InteractionRecorded) else None]

    def part(self, by: By, group: str | None) -> "Part":
        """Return its part in a group: under a member only this one's time counts, under others all of it."""
        return Part(self, self.people.count(group) if by == "member" else len(self.people))


class Part(NamedTuple):
    """An item, and for how many of our people it counts."""

    item: Item
    ours: int

    @property
    def our_minutes(self) -> int:
        """Person-minutes of ours: the minutes of an interaction, 0 if they are unknown, times our people in it."""
        return self._minutes * self.ours

    @property
    def their_minutes(self) -> int:
        """Return the minutes that an interaction took of the customer, however many people it sent."""
        return self._minutes if isinstance(data := self.item.data, InteractionRecorded) and data.participants else 0

    @property
    def _minutes(self) -> int:
        return (self.item.data.minutes or 0) if isinstance(self.item.data, InteractionRecorded) else 0


def items_of(facts: Sequence[Recorded]) -> list[Item]:
    """Return what was spent; of an interaction recorded again, what was told last."""
    met = [
        Item(fact, fact.event.data) for fact in took_place(facts) if isinstance(fact.event.data, InteractionRecorded)
    ]
    return [*met, *(Item(fact, fact.event.data) for fact in facts if isinstance(fact.event.data, EffortSpent))]


def whole(items: Iterable[Item]) -> list[Part]:
    """Return items for all of our people in each."""
    return [Part(each, len(each.people)) for each in items]


def spent(parts: Sequence[Part]) -> dict[str, Any]:
    """Return the fields of Spent, added up."""
    booked = [each.item.data for each in parts if isinstance(each.item.data, EffortSpent)]
    met = [each.item.data for each in parts if isinstance(each.item.data, InteractionRecorded)]
    return {
        "hours": fsum(each.hours or 0 for each in booked),
        "costs": total(each.cost for each in booked).value,
        "interactions": len(met),
        "unmeasured": sum(each.minutes is None for each in met),
        "ours": sum(each.our_minutes for each in parts),
        "theirs": sum(each.their_minutes for each in parts),
        "because": [(each.item.fact.partition, each.item.fact.offset) for each in parts],
    }
