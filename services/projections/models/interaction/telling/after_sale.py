"""What became of what was sold."""

from schemas import Fact
from schemas.after_sale import (
    ComplaintReceived,
    ContractSigned,
    CostBooked,
    DeliveryBreached,
    DeliveryCommitted,
    OfComplaint,
    OfDelivery,
    OfReferral,
    PaymentReceived,
    ReferralGiven,
    ReferralRequested,
    SatisfactionSurveyed,
)
from services.projections.folds.after_sale import TURNS
from services.projections.models.interaction.happening import New, of_name, short, with_text
from services.projections.models.interaction.telling.so_far import SoFar, money, of_deal, only
from services.projections.models.words import word
from services.projections.said import said


def read(told: Fact, so_far: SoFar) -> New | None:
    """Return what a fact says; None of one about something else."""
    match told:
        case OfDelivery() as data:
            return _delivery(data, so_far)
        case OfComplaint() as data:
            return _complaint(data, so_far)
        case SatisfactionSurveyed() as data:
            return _satisfaction(data, so_far)
        case OfReferral() as data:
            return _referral(data, so_far)
    return _of_money(told)


def _of_money(told: Fact) -> New | None:
    match told:
        case ContractSigned() as data:
            title = said("contract signed, {amount}", amount=money(data.amount))
            goods = said("{what}: {products}", what=title, products=data.products) if data.products else title
            return of_deal("contract", goods, data.opportunity)
        case PaymentReceived() as data:
            title = said("payment received: {amount}", amount=money(data.amount))
            return New("payment", title, opportunity=data.opportunity)
        case CostBooked() as data:
            title = with_text(said("cost of {amount}", amount=money(data.amount)), data.kind)
            return New("cost", title, opportunity=data.opportunity)
    return None


def _delivery(data: OfDelivery, so_far: SoFar) -> New:
    committed = so_far.begun(("delivery", data.delivery), data, DeliveryCommitted)
    text = short(committed.text) if committed and committed.text else data.delivery
    if isinstance(data, DeliveryCommitted) and data.due:
        what = said("delivery promised until {day}: {text}", day=data.due, text=text)
    else:
        what = said("delivery, {change}: {text}", change=word(TURNS[type(data)]), text=text)
    if getattr(data, "quality_ok", None) is False:
        what = said("{what}, quality not as it should be", what=what)
    title = with_text(what, data.reason) if isinstance(data, DeliveryBreached) else what
    deal = committed.opportunity if committed else None
    return New("delivery", title, ("delivery", data.delivery), (), (), deal)


def _complaint(data: OfComplaint, so_far: SoFar) -> New:
    received = so_far.begun(("complaint", data.complaint), data, ComplaintReceived)
    text = short(received.text) if received else data.complaint
    what = said("complaint, {change}: {text}", change=word(TURNS[type(data)]), text=text)
    title = what if received is data else with_text(what, getattr(data, "text", None))
    by = data.contact or (received.contact if received else None)
    deal = received.opportunity if received else None
    title = of_name(so_far.name("contact", by), title)
    return New("complaint", title, ("complaint", data.complaint), only(by), (), deal)


def _satisfaction(data: SatisfactionSurveyed, so_far: SoFar) -> New:
    points = {"score": f"{data.score:g}", "most": f"{data.scale_max:g}"}
    what = said("satisfaction ({method}): {score} of {most}", method=data.method, **points)
    return New("satisfaction", of_name(so_far.name("contact", data.contact), what), None, only(data.contact))


def _referral(data: OfReferral, so_far: SoFar) -> New:
    what = said("referral, {change}", change=word(TURNS[type(data)]))
    match data:
        case ReferralRequested():
            what = with_text(what, data.text)
        case ReferralGiven():
            what = with_text(what, data.to)
    requested = so_far.begun(("referral", data.referral), data, ReferralRequested)
    given = so_far.begun(("given", data.referral), data, ReferralGiven)
    by = next((each.contact for each in (given, requested) if each and each.contact), None)
    title = of_name(so_far.name("contact", by), what)
    return New("referral", title, ("referral", data.referral), only(by))
