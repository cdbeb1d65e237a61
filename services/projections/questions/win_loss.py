"""How many deals were won and lost, what were they worth, and why were they lost?"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from schemas.values import Money
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.portfolio import (
    Deal,
    Group,
    GroupBy,
    Total,
    Windowed,
    every_deal,
    group,
    grouped,
    total,
    win_rate,
)
from services.projections.models.opportunity.rivals import party_name
from services.projections.question import Answer, PortfolioQuestion, Row, View, key


class WinLossParameters(Windowed):
    """A window counts the deals that were closed in it."""

    group_by: GroupBy | Literal["reason", "product"] | None = Field(
        None, description="also for each of these; a deal of several products counts under each"
    )


class Reason(Row):
    """Why deals were lost, and to whom."""

    reason: str = Field(description="as it was told; `unknown` where nobody knew")
    to_party: str | None
    to_party_name: str | None = Field(description="as the account of the last such loss names it")
    count: int
    value: Annotated[list[Money], key("currency")]


class Measures(BaseModel):
    """What was won and lost; a loss is worth what the deal was last said to be worth."""

    model_config = ConfigDict(frozen=True)

    won: Total
    lost: Total
    win_rate: float | None = Field(description="won / (won + lost)")
    reasons: Annotated[list[Reason], key("reason", "to_party")]


class GroupResult(Measures, Row):
    """The results of one group; `group` is null where it is not known, and for wins among reasons."""

    group: str | None
    name: str | None


class ByGroup(Answer):
    """The results by group; without group_by there is one for all."""

    groups: Annotated[list[GroupResult], key("group")]


class WinLossAnswer(Measures, ByGroup):
    """The results of each group, and of all deals that are closed at as_of."""


class Closed(NamedTuple):
    """A closed deal, read once, and what it counts under."""

    groups: list[Group]
    end: deals.End
    value: Money | None
    to_party_name: str | None


def answer(views: Iterable[View], parameters: WinLossParameters) -> WinLossAnswer:
    """Count what is won and lost at as_of: a deal that was reopened since is neither."""
    closed = [
        Closed(
            _groups(deal, end, parameters),
            end,
            deals.value(deal.opportunity),
            party_name(deal.view.states, end.to_party),
        )
        for deal in every_deal(views)
        if (end := deals.end(deal.opportunity)) and end.kind != "abandoned" and parameters.within(end.time)
    ]
    groups = grouped((under, each) for each in closed for under in each.groups)
    return WinLossAnswer(
        **_measures(closed),
        groups=[GroupResult(group=each.id, name=each.name, **_measures(under)) for each, under in groups],
    )


def _groups(deal: Deal, end: deals.End, asked: WinLossParameters) -> list[Group]:
    match asked.group_by:
        case None:
            return [Group(None, None)]
        case "reason":
            return [Group(end.reason, end.reason)]
        case "product":
            products = dict.fromkeys(deal.opportunity.products.value or [])
            return [Group(product, product) for product in products] or [Group(None, None)]
        case by:
            return [group(deal, by)]


def _measures(closed: Sequence[Closed]) -> dict[str, Any]:
    won = total(each.value for each in closed if each.end.kind == "won")
    lost = total(each.value for each in closed if each.end.kind == "lost")
    return {
        "won": won,
        "lost": lost,
        "win_rate": win_rate(won.count, lost.count),
        "reasons": _reasons(each for each in closed if each.end.kind == "lost"),
    }


def _reasons(lost: Iterable[Closed]) -> list[Reason]:
    alike: dict[tuple[str, str | None], list[Closed]] = defaultdict(list)
    for each in lost:
        alike[each.end.reason or "unknown", each.end.to_party].append(each)
    return [
        Reason(
            reason=reason,
            to_party=party,
            to_party_name=_last_named(losses),
            count=len(losses),
            value=total(each.value for each in losses).value,
        )
        for (reason, party), losses in sorted(alike.items(), key=lambda item: (-len(item[1]), str(item[0])))
    ]


def _last_named(losses: Iterable[Closed]) -> str | None:
    named = [each for each in losses if each.to_party_name]
    return max(named, key=lambda each: each.end.step.at).to_party_name if named else None


question = PortfolioQuestion(
    name="win-loss",
    about="How many deals were won and lost, what were they worth, and why were they lost?",
    parameters=WinLossParameters,
    answer_model=WinLossAnswer,
    answer=answer,
    subjects=("opportunity", "account", "competition"),
)
