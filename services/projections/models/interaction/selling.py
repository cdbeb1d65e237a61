"""What happened in the course of a sale: needs, competitors, prices, solutions, predictions, actions, and after it."""

from collections.abc import Iterable
from datetime import date

from schemas import Fact
from schemas.action import NextActionCompleted, NextActionPlanned
from schemas.after_sale import ContractSigned, SatisfactionSurveyed
from schemas.competition import CompetitorIdentified, CompetitorOfferObserved, QuoteSubmitted
from schemas.opportunity import BudgetConfirmed
from schemas.prediction import PredictionMade
from schemas.proposal import Need, NeedStated, Solution, SolutionPresented
from schemas.qualification import QualificationAnswer, QualificationAnswered
from schemas.values import Money
from services.projections.history import Recorded
from services.projections.models.interaction.happening import Kind, New, of_name, short, with_text
from services.projections.models.references import References
from services.projections.models.words import word
from services.projections.said import Said, Value, quoted, said

SELLING = (
    BudgetConfirmed,
    CompetitorIdentified,
    CompetitorOfferObserved,
    ContractSigned,
    Need,
    NextActionCompleted,
    NextActionPlanned,
    PredictionMade,
    QualificationAnswered,
    QuoteSubmitted,
    SatisfactionSurveyed,
    Solution,
)
STEPS = {
    "opportunity": said("is it an opportunity?"),
    "compete": said("can we compete?"),
    "win": said("can we win?"),
    "worth": said("is it worth winning?"),
}


class Selling:
    """Reads facts in their order; of actions it keeps what was planned last, of competitors all of their names."""

    def __init__(self, references: References, facts: Iterable[Recorded]) -> None:
        """Take the names that any of the facts gives to a competitor, beside those that references know."""
        self._references = references
        told = [fact.event.data for fact in facts if isinstance(fact.event.data, CompetitorIdentified)]
        self._competitors = {each.party: each.name for each in told if each.name}
        self._planned: dict[str, NextActionPlanned] = {}

    def read(self, told: Fact) -> New | None:
        """Return what a fact says; None of one that is not about a sale."""
        match told:
            case NextActionPlanned() | NextActionCompleted() as data:
                return self._action(data)
            case PredictionMade() as data:
                return _prediction(data)
            case SatisfactionSurveyed() as data:
                return self._satisfaction(data)
            case Need() as data:
                return self._need(data)
            case QualificationAnswered() as data:
                title = said("{step} {answers}", step=STEPS[data.step], answers=[*map(self._answer, data.answers)])
                return _of_deal("qualification", title, data.opportunity, data.step)
        return self._of_a_competitor(told) or _of_ours(told)

    def _of_a_competitor(self, told: Fact) -> New | None:
        match told:
            case CompetitorIdentified() as data:
                title = said("{name} competes with us", name=self._party(data.party))
                return _of_deal("competitor", title, data.opportunity, data.party)
            case CompetitorOfferObserved() as data:
                title = said("{name} offers {amount}", name=self._party(data.party), amount=_money(data.amount))
                return _of_deal("offer", title, data.opportunity, data.party)
        return None

    def _need(self, data: Need) -> New:
        what = said(
            "need, {change}, clarity {clarity} of 5: {text}",
            change=word("stated" if isinstance(data, NeedStated) else "clarified"),
            clarity=data.clarity,
            text=short(data.text),
        )
        by = (data.stated_by,) if data.stated_by else ()
        title = of_name(self._name("contact", data.stated_by), what)
        return New("need", title, ("need", data.opportunity, data.need), by, opportunity=data.opportunity)

    def _answer(self, each: QualificationAnswer) -> Said:
        who = said("us") if each.subject == "us" else quoted(self._party(each.subject))
        return said("{criterion} ({who}): {answer}", criterion=each.criterion, who=who, answer=word(each.answer))

    def _action(self, data: NextActionPlanned | NextActionCompleted) -> New:
        if isinstance(data, NextActionPlanned):
            self._planned[data.action] = data
            what = said("action planned, due {day}: {text}", day=data.due, text=short(data.text))
        planned = self._planned.get(data.action)
        if isinstance(data, NextActionCompleted):
            what = said("action done: {text}", text=short(planned.text) if planned else data.action)
        owner, deal = (planned.owner, planned.opportunity) if planned else (None, None)
        title = of_name(self._name("member", owner), what)
        return New("action", title, ("action", data.action), (), (owner,) if owner else (), deal)

    def _satisfaction(self, data: SatisfactionSurveyed) -> New:
        points = {"score": f"{data.score:g}", "most": f"{data.scale_max:g}"}
        what = said("satisfaction ({method}): {score} of {most}", method=data.method, **points)
        by = (data.contact,) if data.contact else ()
        return New("satisfaction", of_name(self._name("contact", data.contact), what), None, by)

    def _name(self, kind: str, id_: str | None) -> str | None:
        if id_ is None:
            return None
        _, known_as = self._references.canonical(f"{kind}:{id_}")
        return self._references.name(kind, known_as) or id_

    def _party(self, party: str) -> str:
        return self._references.name("party", party) or self._competitors.get(party) or party


def _of_ours(told: Fact) -> New | None:
    match told:
        case BudgetConfirmed() as data:
            return _of_deal("budget", said("budget confirmed: {amount}", amount=_money(data.amount)), data.opportunity)
        case QuoteSubmitted(quote=quote, version=version) as data:
            amount = _money(data.amount)
            title = said("quote {quote}, version {version}: {amount}", quote=quote, version=version, amount=amount)
            return _of_deal("quote", title, data.opportunity, quote)
        case Solution(solution=which, version=version) as data:
            change = word("presented" if isinstance(data, SolutionPresented) else "revised")
            title = said("solution {which}, version {version}, {change}", which=which, version=version, change=change)
            why = getattr(data, "reason", None)
            return _of_deal("solution", with_text(title, why), data.opportunity, which, data.interaction)
        case ContractSigned() as data:
            title = said("contract signed, {amount}", amount=_money(data.amount))
            goods = said("{what}: {products}", what=title, products=data.products) if data.products else title
            return _of_deal("contract", goods, data.opportunity)
    return None


def _prediction(data: PredictionMade) -> New:
    quantity, value = word(data.quantity), _interval(data.value, data.low, data.high)
    title = said("{quantity}, predicted by {model}: {value}", quantity=quantity, model=data.model, value=value)
    return _of_deal("prediction", title, data.opportunity, data.quantity, data.model)


def _interval(value: date | float, low: date | float | None, high: date | float | None) -> Value:
    if low is not None and high is not None:
        return said("{value} ({low} to {high})", value=value, low=low, high=high)
    if low is not None:
        return said("{value} (from {low} on)", value=value, low=low)
    return said("{value} (up to {high})", value=value, high=high) if high is not None else value


def _of_deal(kind: Kind, title: Said, opportunity: str | None, *what: str | None) -> New:
    return New(kind, title, (kind, opportunity, *what), opportunity=opportunity)


def _money(money: Money) -> str:
    return f"{money.amount} {money.currency}"
