"""Which accounts are in which segment, what do they buy for, and what is there to look at?"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, NamedTuple

from pydantic import Field

from schemas.account import AccountTransactionRecorded
from schemas.values import Money
from services.projections.models.account.criteria import Measures
from services.projections.models.account.purchases import transactions
from services.projections.models.account.sales import last_year
from services.projections.models.account.segments import segmented
from services.projections.models.opportunity.portfolio import told_segment, total
from services.projections.question import Answer, Parameters, PortfolioQuestion, Row, View, Views, because, key
from services.projections.register import Register
from services.projections.said import Sentence, worded


class SegmentsParameters(Parameters):
    """Of which scheme."""

    scheme: str | None = Field(
        None, description="without it, the one in force; of any other, only what people told is known"
    )


class Member(Row):
    """An account in a segment."""

    account: str
    name: str | None
    told: bool = Field(description="whether somebody put it there, whatever the rules say")


class SegmentRow(Row):
    """A segment and the accounts in it; null: of these nobody knows."""

    segment: str | None
    count: int
    sales: Annotated[list[Money], key("currency"), Field(description="in the 365 days up to as_of")]
    focus: Annotated[list[Sentence], Field(description="what to look at in it")]
    accounts: Annotated[list[Member], key("account")]


class SegmentsAnswer(Answer):
    """The accounts by segment, in the order of the scheme, those that it does not name after it, the unknown last."""

    scheme: str
    version: str | None = Field(description="of the segmentation in force; null for another scheme")
    segments: Annotated[list[SegmentRow], key("segment")]


class Placed(NamedTuple):
    """An account, and the segment that it is in."""

    view: View
    segment: str | None
    told: bool
    because: list[tuple[int, int]]


def answer(views: Views, parameters: SegmentsParameters) -> SegmentsAnswer:
    """Put each account into its segment; a segment of the scheme in force is there even if nobody is in it."""
    policy = views.policies.segmentation
    scheme = parameters.scheme or policy.scheme
    rules = policy.segments if scheme == policy.scheme else ()
    focus = {rule.segment: rule.focus for rule in reversed(rules)}
    found: dict[str | None, list[Placed]] = defaultdict(list)
    for view in views:
        placed = _placed(view, scheme)
        found[placed.segment].append(placed)
    names = [rule.segment for rule in rules]
    others = sorted(each for each in found if each is not None and each not in names)
    unknown = [None] if None in found else []
    return SegmentsAnswer(
        scheme=scheme,
        version=policy.version if rules else None,
        segments=[
            _row(each, found.get(each, []), focus.get(each or "", ()))
            for each in dict.fromkeys([*names, *others, *unknown])
        ],
    )


def _placed(view: View, scheme: str) -> Placed:
    policy = view.policies.segmentation
    if scheme == policy.scheme:
        found = segmented(view.states.account, Measures(view), policy)
        return Placed(view, found.segment, found.told is not None, found.because)
    register = told_segment(view.states.account, scheme)
    return Placed(view, register.value, register.value is not None, because(register))


def _row(segment: str | None, placed: list[Placed], focus: Sequence[str]) -> SegmentRow:
    bought = [each for one in placed for each in last_year(transactions(one.view.facts), one.view.moment.as_of)]
    return SegmentRow(
        segment=segment,
        count=len(placed),
        sales=total(each.amount for each in bought).value,
        focus=[worded(each) for each in focus],
        accounts=[_member(each) for each in placed],
    )


def _member(each: Placed) -> Member:
    name = each.view.states.account.profile.get("name", Register[str]())
    return Member(account=each.view.account, name=name.value, told=each.told, because=each.because)


question = PortfolioQuestion(
    name="segments",
    about="Which accounts are in which segment, what do they buy for, and what is there to look at?",
    parameters=SegmentsParameters,
    answer_model=SegmentsAnswer,
    answer=answer,
    subjects=("account",),
    history=(AccountTransactionRecorded,),
)
