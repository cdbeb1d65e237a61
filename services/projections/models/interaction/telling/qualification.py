"""Is it an opportunity, can we compete, can we win, is it worth winning; and what we decided."""

from schemas import Fact
from schemas.qualification import (
    CapabilityGapClosed,
    CapabilityGapIdentified,
    ConflictFlagged,
    ExposureEstimated,
    LeadCaptured,
    LeadDismissed,
    OfCapabilityGap,
    OfConflict,
    OfLead,
    PursuitDecided,
    QualificationAnswer,
    QualificationAnswered,
    StrategicFitAssessed,
)
from services.projections.models.interaction.happening import New, of_name, short, with_text
from services.projections.models.interaction.telling.so_far import SoFar, money, of_deal, only
from services.projections.models.words import word
from services.projections.said import Said, quoted, said

STEPS = {
    "opportunity": said("is it an opportunity?"),
    "compete": said("can we compete?"),
    "win": said("can we win?"),
    "worth": said("is it worth winning?"),
}
DECISIONS = {
    "pursue": said("we pursue it"),
    "monitor": said("we only watch it"),
    "reduce": said("we put less into it"),
    "abandon": said("we give it up"),
}
VIAS = {
    "own": said("we have it ourselves"),
    "partner": said("a partner has it"),
    "bought": said("we bought it"),
}


def read(told: Fact, so_far: SoFar) -> New | None:
    """Return what a fact says; None of one about something else."""
    match told:
        case OfLead() as data:
            return _lead(data, so_far)
        case QualificationAnswered() as data:
            answers = [_answer(each, so_far) for each in data.answers]
            title = said("{step} {answers}", step=STEPS[data.step], answers=answers)
            return of_deal("qualification", title, data.opportunity, data.lead, data.step)
        case OfCapabilityGap() as data:
            return _gap(data, so_far)
        case OfConflict() as data:
            return _conflict(data, so_far)
    return _of_worth(told)


def _of_worth(told: Fact) -> New | None:
    match told:
        case PursuitDecided() as data:
            return of_deal("pursuit", with_text(DECISIONS[data.decision], data.reason), data.opportunity)
        case StrategicFitAssessed() as data:
            return of_deal("strategic_fit", said("strategic fit: {level} of 5", level=data.level), data.opportunity)
        case ExposureEstimated(days=days) as data:
            amounts = {"profit": money(data.profit), "cash": money(data.cash_tied_up)}
            title = said("profit of {profit} expected, {cash} tied up for {days} days", days=days, **amounts)
            return of_deal("exposure", title, data.opportunity)
    return None


def _lead(data: OfLead, so_far: SoFar) -> New:
    captured = so_far.begun(("lead", data.lead), data, LeadCaptured)
    text = short(captured.text) if captured else data.lead
    what = said("lead: {text}", text=text)
    if isinstance(data, LeadDismissed):
        what = with_text(said("lead dismissed: {text}", text=text), data.reason)
    owner = captured.owner if captured else None
    return New("lead", of_name(so_far.name("member", owner), what), ("lead", data.lead), (), only(owner))


def _answer(each: QualificationAnswer, so_far: SoFar) -> Said:
    who = said("us") if each.subject == "us" else quoted(so_far.party(each.subject))
    return said("{criterion} ({who}): {answer}", criterion=each.criterion, who=who, answer=word(each.answer))


def _gap(data: OfCapabilityGap, so_far: SoFar) -> New:
    found = so_far.begun(("gap", data.opportunity, data.gap), data, CapabilityGapIdentified)
    text = short(found.text) if found else data.gap
    title = said("we lack: {text}", text=text)
    if isinstance(data, CapabilityGapClosed):
        title = said("we lack no longer: {text} ({via})", text=text, via=VIAS[data.via])
    return of_deal("capability_gap", title, data.opportunity, data.gap)


def _conflict(data: OfConflict, so_far: SoFar) -> New:
    rival = so_far.party(data.with_.id) if data.with_.kind == "party" else data.with_.id
    flagged = isinstance(data, ConflictFlagged)
    title = (
        said("conflict with {name}", name=rival) if flagged else said("no conflict with {name} any more", name=rival)
    )
    why = getattr(data, "text", None) or getattr(data, "reason", None)
    return of_deal("conflict", with_text(title, why), data.opportunity, data.with_.kind, data.with_.id)
