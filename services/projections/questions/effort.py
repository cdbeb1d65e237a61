"""What did this account, or one of its purchases, cost us and the customer in time and money?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from schemas.account import EffortSpent
from schemas.interaction import InteractionRecorded
from schemas.values import Money
from services.projections.history import Recorded
from services.projections.models.members import member_name
from services.projections.models.people import handle
from services.projections.models.portfolio import Windowed, total
from services.projections.models.references import named
from services.projections.models.strength import took_place
from services.projections.question import AccountQuestion, Answer, Row, View, key
from services.projections.said import Said, Sentence, said

By = Literal["member", "opportunity", "kind"]


class EffortParameters(Windowed):
    """What to count; what took place at an unknown moment counts only without a window."""

    opportunity: str | None = Field(None, description="only this purchase")
    by: By = Field("opportunity", description="what to count under")
    compare: str | None = Field(None, description="another purchase, to say the difference from it in percent")


class Spent(Row):
    """Time and money. Booked hours may cover meetings, too, so the two are not added."""

    hours: float = Field(description="booked")
    costs: Annotated[list[Money], key("currency")]
    interactions: int
    unmeasured: int = Field(description="of these, how many of unknown length, which count no minutes")
    ours: int = Field(description="person-minutes: the minutes of each interaction, times our people in it")
    theirs: int = Field(description="minutes that interactions took of the customer, however many people it sent")


class EffortRow(Spent):
    """What is counted under one of them; `group` is null where it is not known."""

    group: str | None
    name: str | None


class Comparison(Spent):
    """The other purchase, and by how much the one asked for differs from it."""

    opportunity: str
    name: str | None
    ours_percent: float | None = Field(description="below 0: the one asked for took less; null: nothing to divide by")
    theirs_percent: float | None
    hours_percent: float | None
    sentence: Sentence


class EffortAnswer(Spent, Answer):
    """All that was spent, and the same by group; under members, an interaction counts for each who took part."""

    groups: Annotated[list[EffortRow], key("group")]
    compared: Comparison | None


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


def answer(view: View, parameters: EffortParameters) -> EffortAnswer:
    """Add up what was spent by the moment; an interaction recorded again counts once, as it was told last."""
    items = [each for each in _items(view.facts) if each.within(parameters)]
    wanted = [each for each in items if parameters.opportunity in (None, each.data.opportunity)]
    by = parameters.by
    groups: dict[str | None, list[Part]] = defaultdict(list)
    for item in wanted:
        for group in item.groups(by):
            groups[group].append(item.part(by, group))
    spent = _spent(_whole(wanted))
    return EffortAnswer(
        **spent,
        groups=[
            EffortRow(group=each, name=_name(view, by, each), **_spent(groups[each]))
            for each in sorted(groups, key=lambda group: (group is None, group or ""))
        ],
        compared=_compared(view, spent, items, parameters.compare) if parameters.compare else None,
    )


def _items(facts: Sequence[Recorded]) -> list[Item]:
    met = [
        Item(fact, fact.event.data) for fact in took_place(facts) if isinstance(fact.event.data, InteractionRecorded)
    ]
    return [*met, *(Item(fact, fact.event.data) for fact in facts if isinstance(fact.event.data, EffortSpent))]


def _whole(items: Iterable[Item]) -> list[Part]:
    return [Part(each, len(each.people)) for each in items]


def _spent(parts: Sequence[Part]) -> dict[str, Any]:
    booked = [each.item.data for each in parts if isinstance(each.item.data, EffortSpent)]
    met = [(each.item.data, each.ours) for each in parts if isinstance(each.item.data, InteractionRecorded)]
    return {
        "hours": fsum(each.hours or 0 for each in booked),
        "costs": total(each.cost for each in booked).value,
        "interactions": len(met),
        "unmeasured": sum(each.minutes is None for each, _ in met),
        "ours": sum((each.minutes or 0) * ours for each, ours in met),
        "theirs": sum(each.minutes or 0 for each, _ in met if each.participants),
        "because": [(each.item.fact.partition, each.item.fact.offset) for each in parts],
    }


def _compared(view: View, spent: Mapping[str, Any], items: Iterable[Item], other: str) -> Comparison:
    theirs = _spent(_whole(each for each in items if each.data.opportunity == other))
    name = _name(view, "opportunity", other)
    ours_percent = _percent(spent["ours"], theirs["ours"])
    return Comparison(
        **theirs,
        opportunity=other,
        name=name,
        ours_percent=ours_percent,
        theirs_percent=_percent(spent["theirs"], theirs["theirs"]),
        hours_percent=_percent(spent["hours"], theirs["hours"]),
        sentence=_sentence(ours_percent, named(name, other)),
    )


def _percent(one: float, other: float) -> float | None:
    return round(100 * (one - other) / other, 1) if other else None


def _sentence(percent: float | None, other: Said) -> Said:
    if percent is None:
        return said("No time of ours in interactions is known for {other}.", other=other)
    shown = f"{abs(percent):.1f}"
    if percent < 0:
        return said("{percent} % less of our time in interactions than {other}.", percent=shown, other=other)
    return said("{percent} % more of our time in interactions than {other}.", percent=shown, other=other)


def _name(view: View, by: By, group: str | None) -> str | None:
    match by:
        case "member":
            return member_name(view.states.account, group)
        case "opportunity":
            known = view.states.opportunity.opportunities.get(group or "")
            return known.name.value if known else None
        case _:
            return group


question = AccountQuestion(
    name="effort",
    about="What did this account, or one of its purchases, cost us and the customer in time and money?",
    parameters=EffortParameters,
    answer_model=EffortAnswer,
    answer=answer,
    subjects=("account", "opportunity"),
    history=(EffortSpent, InteractionRecorded),
)
