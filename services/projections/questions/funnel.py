"""How many deals stand in each stage, what are they worth, and how many go on from there?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.projections.models.opportunity.funnel import Standing, Way, stages, standing, way
from services.projections.models.opportunity.portfolio import GroupBy, Windowed, every_deal, grouped
from services.projections.question import Answer, PortfolioQuestion, Row, Views, key


class FunnelParameters(Windowed):
    """A window counts the ends, and the entries into a stage, that lie in it; who stands where is as of as_of."""

    group_by: GroupBy | None = Field(None, description="also a funnel for each of these")


class Conversion(Row):
    """How many of the deals that were in a stage went on to another, or to an end."""

    from_: str = Field(alias="from")
    to: str = Field(description="a stage, or won, lost, abandoned")
    entered: int = Field(description="deals that entered the first of the two")
    count: int = Field(description="of these, those that went straight from there to the second")
    rate: float


class Measures(Standing):
    """The open deals by stage, what became of the others, and how many went on from stage to stage."""

    conversion: Annotated[list[Conversion], key("from", "to")]


class GroupFunnel(Measures, Row):
    """The funnel of one group; `group` is null where it is not known."""

    group: str | None
    name: str | None


class FunnelAnswer(Measures, Answer):
    """The funnel of all deals, and with group_by that of each group."""

    groups: Annotated[list[GroupFunnel], key("group")]


def answer(views: Views, parameters: FunnelParameters) -> FunnelAnswer:
    """Count the deals at as_of; stages come in the order in which a deal first entered each, groups by id."""
    ways = [way(deal, parameters.group_by) for deal in every_deal(views)]
    groups = grouped((each.group, each) for each in ways) if parameters.group_by else []
    now = views.moment.as_of
    return FunnelAnswer(
        **_measures(ways, now, parameters),
        groups=[GroupFunnel(group=each.id, name=each.name, **_measures(of, now, parameters)) for each, of in groups],
    )


def _measures(ways: Sequence[Way], now: datetime, asked: FunnelParameters) -> dict[str, Any]:
    return standing(ways, now, asked) | {"conversion": list(_conversion(ways, asked))}


def _conversion(ways: Iterable[Way], asked: FunnelParameters) -> Iterator[Conversion]:
    ways = list(ways)
    entered, went = Counter[str](), Counter[tuple[str, str]]()
    for each in ways:
        steps = list(_steps(each, asked))
        entered.update({stage for stage, _ in steps})
        went.update({(stage, to) for stage, to in steps if to is not None and to != stage})
    ranks = {stage: rank for rank, stage in enumerate([*stages(ways), "won", "lost", "abandoned"])}
    for stage, to in sorted(went, key=lambda pair: (ranks[pair[0]], ranks[pair[1]])):
        count = went[stage, to]
        yield Conversion.model_validate(
            {"from": stage, "to": to, "entered": entered[stage], "count": count, "rate": count / entered[stage]}
        )


def _steps(each: Way, asked: FunnelParameters) -> Iterator[tuple[str, str | None]]:
    """Yield each stage that the deal entered in the window, and where it went from there."""
    after = [*(spell.stage for spell in each.course[1:]), each.end.kind if each.end else None]
    for spell, to in zip(each.course, after, strict=False):  # one that is only known to have ended has no stage
        if asked.within(spell.start):
            yield spell.stage, to


question = PortfolioQuestion(
    name="funnel",
    about="How many deals stand in each stage, what are they worth, and how many go on from there?",
    parameters=FunnelParameters,
    answer_model=FunnelAnswer,
    answer=answer,
    subjects=("opportunity", "account"),
)
