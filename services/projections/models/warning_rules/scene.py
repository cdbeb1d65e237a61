"""What rules look at: one account at one moment, read once for all of them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from schemas.interaction import InteractionRecorded
from schemas.values import EventRef
from services.projections.history import Recorded
from services.projections.models.assessment.champions import courses
from services.projections.models.interaction.key_actions import Purchase, key_actions, purchase
from services.projections.models.interaction.purchases import Purchases
from services.projections.models.interaction.strength import by_person, took_place
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.opportunity.deals import end, goes_on
from services.projections.models.references import named
from services.projections.models.warning_rules import things
from services.projections.models.warning_rules.by_purchase import ByPurchase
from services.projections.models.warning_rules.cast import Cast, Who
from services.projections.models.warning_rules.finding import Place
from services.projections.models.warning_rules.open_deals import open_deals
from services.projections.question import Parameters, View
from services.projections.register import Register
from services.projections.said import Said
from services.projections.scope import ACCOUNT

MOST_POWER = 5


class Scene(Cast):
    """The people of an account, whom we met, and the open opportunities in which they have a say."""

    def __init__(self, view: View, asked: Parameters) -> None:
        """Read them from a view; days are those of the zone that was asked for."""
        super().__init__(view)
        self.today, self.zone = asked.day(self.as_of), asked.zone
        met = took_place(view.facts)
        self.met = by_person(met, self.people)
        self.met_in = self._met_in()
        self.purchase = Purchases(view.facts).of
        self.of = ByPurchase(view.states, met, self.purchase)
        self.deals = open_deals(self)
        self.deal = {deal.id: deal for deal in self.deals}
        self.acted = cache(self._acted)
        self._formal = frozenset(who for deal in self.deals for who in deal.formal)
        told, open_ = courses(view, self.people), {ACCOUNT, *(deal.id for deal in self.deals)}
        self.courses = {place: facts for place, facts in told.items() if place[1] in open_}
        self._facts = {(fact.partition, fact.offset): fact for fact in view.facts}

    @property
    def peopled(self) -> bool:
        """Whether any person was ever told of, even one who has left."""
        return bool(self.everyone or self.people.everyone() or self.met)

    @property
    def account(self) -> Said:
        """How a sentence names the account."""
        return named(self.name("account", self.view.account), self.view.account)

    def name(self, kind: str, id_: str, opportunity: str | None = None) -> str | None:
        """Return the name of what a warning is about; a step is told apart by its opportunity."""
        match kind:
            case "account":
                return self.states.account.profile.get("name", Register[str]()).value
            case "opportunity":
                return deal_name(self.states.opportunity, id_)
            case "decision_step":
                step = self.deal[opportunity].steps.get(id_) if opportunity in self.deal else None
                return step.name.value if step else None
            case _:
                return self.references.name(kind, id_) or things.name_of(self.states, kind, id_, opportunity)

    def thing(self, kind: str, id_: str, opportunity: str | None = None) -> Said:
        """How a sentence names what is neither a person nor a purchase: the beginning of its text, and its id."""
        return things.spoken(self.states, kind, id_, opportunity)

    def person(self, contact: str | None) -> Who | None:
        """Return the person who is meant by the id of a contact; None by none."""
        return ("contact", self.people.canonical(contact)) if contact else None

    def after(self, day: date) -> datetime:
        """Return the moment at which a day is over."""
        return datetime.combine(day + timedelta(days=1), time.min, self.zone).astimezone(UTC)

    def is_open(self, opportunity: str | None) -> bool:
        """Whether a thing is told of an opportunity that is open, or of the account as a whole."""
        known = self.states.opportunity.opportunities.get(opportunity or "")
        return known is None or end(known) is None

    def goes_on(self, opportunity: str | None) -> bool:
        """Whether what we owe still matters: it is not for a sale that was lost or given up."""
        return goes_on(self.states.opportunity, opportunity)

    def weight(self, who: Who, opportunity: str | None) -> int:
        """Return how much it matters, 0 to 5: the most for who decides by right, else power as assessed, else 0."""
        kind, id_ = who
        among = self.deals if opportunity is None else [self.deal[opportunity]] if opportunity in self.deal else []
        if kind == "decision_step":
            owners = [step.owner.value for deal in among for step in [deal.steps.get(id_)] if step and step.owner.value]
            return max((self.weight(self.references.canonical(each), opportunity) for each in owners), default=0)
        people = [id_] if kind == "contact" else self.leading(who)  # of who has left, too
        formal = self._formal if opportunity is None else among[0].formal if among else ()
        if any(each in formal for each in (who, *(("contact", person) for person in people))):
            return MOST_POWER
        powers = (self.power(person, opportunity) for person in people)
        return max((told.value or 0 for told in powers if told), default=0)

    def _acted(self, person: str, opportunity: str | None) -> set[str]:
        """Return the kinds of key action that a person took part in: for the opportunity, or for none that we know."""
        deal = self.deal.get(opportunity or "")
        bought = purchase(deal.id, deal.opportunity) if deal else Purchase(opportunity or ACCOUNT)
        met = [fact for each in {opportunity, None} for fact in self.met_in.get(each, {}).get(person, [])]
        return {kind for *_, kind in key_actions(met, bought)}

    def _met_in(self) -> Mapping[str | None, dict[str, list[Recorded]]]:
        """Return the interactions of each opportunity, or of none, by the people who took part."""
        found: dict[str | None, dict[str, list[Recorded]]] = defaultdict(dict)
        for person, facts in self.met.items():
            for fact in facts:
                if isinstance(fact.event.data, InteractionRecorded):
                    found[fact.event.data.opportunity].setdefault(person, []).append(fact)
        return found

    def events(self, places: list[Place]) -> list[EventRef]:
        """Return the events at these places, in order of time."""
        facts = (self._facts[each] for each in places if each in self._facts)
        return list(dict.fromkeys(fact.ref for fact in sorted(facts, key=lambda fact: fact.stamp)))
