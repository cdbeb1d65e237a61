"""What did this account, or one of its purchases, cost us and the customer in time and money?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from schemas.account import EffortSpent
from schemas.interaction import InteractionRecorded
from services.projections.models.account.efforts import By, Item, Part, Spent, items_of, spent, whole
from services.projections.models.account.members import member_name
from services.projections.models.opportunity.portfolio import Windowed
from services.projections.models.references import named
from services.projections.question import AccountQuestion, Answer, View, key
from services.projections.said import Said, Sentence, said


class EffortParameters(Windowed):
    """What to count; what took place at an unknown moment counts only without a window."""

    opportunity: str | None = Field(None, description="only this purchase")
    by: By = Field("opportunity", description="what to count under")
    compare: str | None = Field(None, description="another purchase, to say the difference from it in percent")


class EffortRow(Spent):
    """What is counted under one of them; `group` is null where it is not known."""

    group: str | None
    name: str | None


class Comparison(Spent):
    """The other purchase, and by how much the one asked for differs from it."""

    opportunity: str
    name: str | None
    ours_percent: float | None = Field(
        description="below 0: the one asked for took less; null: of one of them, no time is known"
    )
    theirs_percent: float | None
    hours_percent: float | None
    sentence: Sentence


class EffortAnswer(Spent, Answer):
    """All that was spent, and the same by group; under members, an interaction counts for each who took part."""

    groups: Annotated[list[EffortRow], key("group")]
    compared: Comparison | None


def answer(view: View, parameters: EffortParameters) -> EffortAnswer:
    """Add up what was spent by the moment; an interaction recorded again counts once, as it was told last."""
    items = [each for each in items_of(view.facts) if each.within(parameters)]
    wanted = [each for each in items if parameters.opportunity in (None, each.data.opportunity)]
    by = parameters.by
    groups: dict[str | None, list[Part]] = defaultdict(list)
    for item in wanted:
        for group in item.groups(by):
            groups[group].append(item.part(by, group))
    in_all = spent(whole(wanted))
    return EffortAnswer(
        **in_all,
        groups=[
            EffortRow(group=each, name=_name(view, by, each), **spent(groups[each]))
            for each in sorted(groups, key=lambda group: (group is None, group or ""))
        ],
        compared=_compared(view, in_all, items, parameters.compare) if parameters.compare else None,
    )


def _compared(view: View, asked: Mapping[str, Any], items: Iterable[Item], other: str) -> Comparison:
    theirs = spent(whole(each for each in items if each.data.opportunity == other))
    name = _name(view, "opportunity", other)
    measured = all(each["interactions"] > each["unmeasured"] for each in (asked, theirs))
    booked = all(each["hours"] for each in (asked, theirs))
    ours_percent = _percent(asked["ours"], theirs["ours"]) if measured else None
    return Comparison(
        **theirs,
        opportunity=other,
        name=name,
        ours_percent=ours_percent,
        theirs_percent=_percent(asked["theirs"], theirs["theirs"]) if measured else None,
        hours_percent=_percent(asked["hours"], theirs["hours"]) if booked else None,
        sentence=_sentence(ours_percent, named(name, other)),
    )


def _percent(one: float, other: float) -> float | None:
    return round(100 * (one - other) / other, 1) + 0.0 if other else None  # + 0.0: never -0.0


def _sentence(percent: float | None, other: Said) -> Said:
    if percent is None:
        return said(
            "Our time in interactions cannot be compared with that for {other}: of one of them, none was measured.",
            other=other,
        )
    if percent < 0:
        return said(
            "{percent} % less of our time in interactions than {other}.", percent=f"{-percent:.1f}", other=other
        )
    return said("{percent} % more of our time in interactions than {other}.", percent=f"{percent:.1f}", other=other)


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
