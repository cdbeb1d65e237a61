"""What speaks for a sale and against it: strategic fit, exposure, what we lack, and whose interests it hurts. Pure."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, Literal

from pydantic import Field

from schemas.values import Money
from services.projections.course import Course
from services.projections.folds.qualification import Conflict, Exposure, Gap
from services.projections.models.account.members import member_name
from services.projections.models.latest import time_at, time_of
from services.projections.models.opportunity.deals import money
from services.projections.models.opportunity.rivals import party_name
from services.projections.models.standing import WORDS
from services.projections.models.turns import began, places_of, told
from services.projections.question import Row, View, because
from services.projections.register import Register

_GAPS = WORDS["capability_gap"]
_CONFLICTS = {"flagged": "flagged", "cleared": "cleared"}


class Assessed(Row):
    """Something that was assessed as a whole, and who did it last."""

    since: datetime = Field(description="when it was assessed so")
    timebasis: str | None = Field(description="of `since`")
    assessor: str | None
    assessor_name: str | None


class Fit(Assessed):
    """How well the sale fits what we want to become."""

    level: int = Field(description="1 to 5")


class Promise(Assessed):
    """What the sale promises and risks."""

    profit: Money
    cash_tied_up: Money
    days: int
    profit_per_cash_day: float | None = Field(
        description="the profit for each unit of cash and day; null: in different currencies, or nothing is tied up"
    )


class GapRow(Row):
    """Something that the purchase asks for and we lack, or lacked."""

    gap: str
    text: str | None
    status: Literal["open", "closed"]
    since: datetime = Field(description="since when it stands so")
    timebasis: str = Field(description="of `since`")
    via: Literal["own", "partner", "bought"] | None = Field(description="how it was closed, while it is")
    party: str | None
    party_name: str | None


class ConflictRow(Row):
    """An interest that stands, or stood, against this sale."""

    kind: Literal["account", "party"]
    id: str
    name: str | None = Field(description="of a party")
    text: str | None
    status: Literal["flagged", "cleared"]
    since: datetime = Field(description="since when it stands so")
    timebasis: str = Field(description="of `since`")
    reason: str | None = Field(description="why it was cleared, while it is")


def stakes(view: View, opportunity: str) -> dict[str, Any]:
    """Return the fields `strategic_fit`, `exposure`, `gaps` and `conflicts` of an opportunity."""
    state = view.states.qualification
    return {
        "strategic_fit": _fit(view, state.fits.get(opportunity, Register())),
        "exposure": promise(view, opportunity),
        "gaps": [_gap(view, each, course) for each, course in sorted(state.gaps.get(opportunity, {}).items())],
        "conflicts": [
            _conflict(view, each, course) for each, course in sorted(state.conflicts.get(opportunity, {}).items())
        ],
    }


def promise(view: View, opportunity: str) -> Promise | None:
    """Return what a sale promises and risks, as estimated last; None where nobody did."""
    register = view.states.qualification.exposures.get(opportunity, Register[Exposure]())
    if register.value is None:
        return None
    profit, cash, days = money(register.value.profit), money(register.value.cash_tied_up), register.value.days
    return Promise.model_validate(
        _assessed(view, register)
        | {"profit": profit, "cash_tied_up": cash, "days": days, "profit_per_cash_day": _return(profit, cash, days)}
    )


def _return(profit: Money | None, cash: Money | None, days: int) -> float | None:
    if not profit or not cash or profit.currency != cash.currency or cash.amount <= 0 or not days:
        return None
    return float(Fraction(profit.amount) / Fraction(cash.amount) / days)


def _fit(view: View, register: Register[int]) -> Fit | None:
    return Fit(**_assessed(view, register), level=register.value) if register.value is not None else None


def _assessed(view: View, register: Register[Any]) -> dict[str, Any]:
    ground = register.ground
    return {
        "since": time_of(register),
        "timebasis": ground.timebasis if ground else None,
        "assessor": ground.assessor if ground else None,
        "assessor_name": member_name(view.states.account, ground.assessor) if ground else None,
        "because": because(register),
    }


def _standing(course: Course[Any], words: Mapping[str, str]) -> dict[str, Any]:
    since = began(course, words) or course[0]
    return {
        "text": told(course, "text"),
        "status": words[since.kind],
        "since": time_at(since.at),
        "timebasis": since.ground.timebasis,
        "because": places_of(course),
    }


def _gap(view: View, gap: str, course: Course[Gap]) -> GapRow:
    now = course[-1].told
    names = {"gap": gap, "via": now.via, "party": now.party, "party_name": party_name(view.states, now.party)}
    return GapRow.model_validate(names | _standing(course, _GAPS))


def _conflict(view: View, rival: str, course: Course[Conflict]) -> ConflictRow:
    kind, _, id_ = rival.partition(":")
    name = party_name(view.states, id_) if kind == "party" else None
    reason = course[-1].told.reason
    return ConflictRow.model_validate(
        {"kind": kind, "id": id_, "name": name, "reason": reason} | _standing(course, _CONFLICTS)
    )
