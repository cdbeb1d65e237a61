"""What the customer needs, what we propose, what speaks against it, and what it is worth to the customer."""

from schemas import Fact
from schemas.proposal import Need, ObjectionRaised, OfNeed, OfObjection, OfValue, Solution, ValueProposed
from services.projections.folds.proposal import TURNS
from services.projections.models.interaction.happening import New, of_name, short, with_text
from services.projections.models.interaction.telling.so_far import SoFar, money, of_deal, only
from services.projections.models.words import word
from services.projections.said import said


def read(told: Fact, so_far: SoFar) -> New | None:
    """Return what a fact says; None of one about something else."""
    match told:
        case OfNeed() as data:
            return _need(data, so_far)
        case Solution() as data:
            return _solution(data)
        case OfObjection() as data:
            return _objection(data, so_far)
        case OfValue() as data:
            return _value(data, so_far)
    return None


def _need(data: OfNeed, so_far: SoFar) -> New:
    of = ("need", data.opportunity, data.need)
    stated = so_far.begun(of, data, Need)
    change, text = word(TURNS[type(data)]), short(stated.text) if stated else data.need
    if isinstance(data, Need):
        what = said("need, {change}, clarity {clarity} of 5: {text}", change=change, clarity=data.clarity, text=text)
    else:
        what = with_text(said("need, {change}: {text}", change=change, text=text), getattr(data, "reason", None))
    by = stated.stated_by if stated else None
    title = of_name(so_far.name("contact", by), what)
    return New("need", title, of, only(by), opportunity=data.opportunity)


def _solution(data: Solution) -> New:
    which, version, change = data.solution, data.version, word(TURNS[type(data)])
    title = said("solution {which}, version {version}, {change}", which=which, version=version, change=change)
    why = getattr(data, "reason", None)
    return of_deal("solution", with_text(title, why), data.opportunity, which, data.interaction)


def _objection(data: OfObjection, so_far: SoFar) -> New:
    raised = so_far.begun(("objection", data.objection), data, ObjectionRaised)
    what = said(
        "objection ({kind}), {change}: {text}",
        kind=raised.kind if raised else word("unknown"),
        change=word(TURNS[type(data)]),
        text=short(raised.text) if raised else data.objection,
    )
    if not isinstance(data, ObjectionRaised):
        what = with_text(what, getattr(data, "text", None) or getattr(data, "reason", None))
    by, deal = (raised.contact, so_far.purchase(raised)) if raised else (None, None)
    title = of_name(so_far.name("contact", by), what)
    return New("objection", title, ("objection", data.objection), only(by), (), deal)


def _value(data: OfValue, so_far: SoFar) -> New:
    proposed = so_far.begun(("value", data.value), data, ValueProposed)
    what = said(
        "value, {change}: {text}",
        change=word(TURNS[type(data)]),
        text=short(proposed.text) if proposed else data.value,
    )
    if proposed is data and proposed.amount:
        what = said("{what} ({amount})", what=what, amount=money(proposed.amount))
    elif proposed is not data:
        what = with_text(what, getattr(data, "text", None))
    title = of_name(so_far.name("contact", data.contact), what)
    deal = proposed.opportunity if proposed else None
    return New("value", title, ("value", data.value), only(data.contact), (), deal)
