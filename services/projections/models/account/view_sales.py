"""What the central view of an account shows of its worth: key account or not, its segment, its opportunities."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from schemas.values import Money
from services.projections.models.account import designation
from services.projections.models.account.criteria import Measures, classify
from services.projections.models.account.members import member_name
from services.projections.models.account.metric_rows import SegmentRow, segment_row, status
from services.projections.models.account.segments import segmented
from services.projections.models.opportunity.deals import current_spell, end, expected_close, value
from services.projections.models.opportunity.portfolio import Deal, every_deal, total
from services.projections.question import Row, View, because
from services.projections.said import Sentence


class KeyPart(Row):
    """Whether it is a key account; why is told by the question key-status."""

    criteria: str
    by_criteria: bool | None = Field(description="null: it hangs on what is unknown")
    designated: bool | None = Field(description="by people; false: revoked, null: nobody decided")
    agrees: bool | None
    sentence: Sentence


class OpenDeal(Row):
    """An opportunity that is open."""

    opportunity: str
    name: str | None
    stage: str | None
    since: datetime | None
    value: Money | None
    owner: str | None
    owner_name: str | None
    expected_close: date | None


def key_part(view: View) -> KeyPart:
    """Judge the account by the criteria in force, beside what people decided."""
    register = view.states.account.key_account
    found, told = classify(Measures(view), view.policies.criteria), designation.designation(view.states.account)
    return KeyPart(
        criteria=found.criteria.version,
        by_criteria=found.is_key,
        designated=told.is_key if told else None,
        agrees=designation.agrees(told, found),
        sentence=status(found),
        because=because(register),
    )


def segment_part(view: View) -> SegmentRow:
    """Return the class of the account by the scheme in force."""
    scheme = view.policies.segmentation
    return segment_row(scheme.scheme, segmented(view.states.account, Measures(view), scheme))


def deals(view: View) -> dict[str, Any]:
    """Return the open opportunities in order of id, what they are worth, and what was won."""
    found = list(every_deal([view]))
    ends = [end(each.opportunity) for each in found]
    won = total(each.amount for each in ends if each and each.kind == "won")
    open_ = [_open(each) for each, closed in zip(found, ends, strict=True) if closed is None]
    worth = total(each.value for each in open_).value
    return {"opportunities": open_, "open_value": worth, "won": won.count, "won_value": won.value}


def _open(deal: Deal) -> OpenDeal:
    told, spell = deal.opportunity, current_spell(deal.opportunity)
    return OpenDeal(
        opportunity=deal.id,
        name=told.name.value,
        stage=spell.stage if spell else None,
        since=spell.start if spell else None,
        value=value(told),
        owner=told.owner.value,
        owner_name=member_name(deal.view.states.account, told.owner.value),
        expected_close=expected_close(told),
        because=because(told.name, told.value, told.owner),
    )
