"""What happened beside meetings, attitudes, arrivals and deals: each fact that says something new, and its title."""

from collections.abc import Hashable, Iterable, Iterator

from schemas import Fact
from schemas.account import (
    AccountSegmented,
    HandoverCompleted,
    KeyAccountDecision,
    KeyAccountDesignated,
    NoteRecorded,
    PartyLinked,
    PartyUnlinked,
    PlanSet,
    ReviewCompleted,
)
from schemas.assessment import Ask, AskMet, AskRaised, EngagementSet, RelationshipOwnerAssigned, TrustSignalObserved
from schemas.buying import (
    BuyingGroupMemberAdded,
    BuyingGroupMemberRemoved,
    DecisionStep,
    DecisionStepCompleted,
    DecisionStepDescribed,
    DecisionStepPlanned,
    DecisionStepStarted,
    MilestoneAnnounced,
)
from services.projections.folds.buying import CHANGES
from services.projections.history import Recorded
from services.projections.models.interaction.happening import Happening, New, short, with_text
from services.projections.models.interaction.selling import SELLING, Selling
from services.projections.models.references import References
from services.projections.models.words import word
from services.projections.said import Said, quoted, said

NEWS = (
    AccountSegmented,
    Ask,
    BuyingGroupMemberAdded,
    BuyingGroupMemberRemoved,
    DecisionStep,
    EngagementSet,
    HandoverCompleted,
    KeyAccountDecision,
    MilestoneAnnounced,
    NoteRecorded,
    PartyLinked,
    PartyUnlinked,
    PlanSet,
    RelationshipOwnerAssigned,
    ReviewCompleted,
    TrustSignalObserved,
    *SELLING,
)


def news(facts: Iterable[Recorded], references: References) -> Iterator[Happening]:
    """Yield what says something new, in the order of the facts."""
    facts = list(facts)
    reader, last = _Reader(references, Selling(references, facts)), dict[Hashable, Said]()
    for fact in facts:
        new = reader.read(fact)
        if new is None or (new.of is not None and last.get(new.of) == new.title):
            continue
        last[new.of] = new.title
        yield Happening(fact, new.kind, new.title, new.contacts, new.members, new.opportunity)


class _Reader:
    """Reads facts in their order; of asks and steps it keeps what they were last called."""

    def __init__(self, references: References, selling: Selling) -> None:
        self._references, self._selling = references, selling
        self._asks: dict[tuple[str, str], AskRaised] = {}
        self._steps: dict[tuple[str, str], Said] = {}

    def read(self, fact: Recorded) -> New | None:
        for subject in (self._of_our_work, _of_its_class, self._of_a_person, self._of_a_purchase, self._selling.read):
            if new := subject(fact.event.data):
                return new
        return None

    def _of_our_work(self, told: Fact) -> New | None:
        match told:
            case NoteRecorded() as data:
                title = said("{kind}: {text}", kind=word(data.kind), text=short(data.text))
                contacts = (data.about.id,) if data.about and data.about.kind == "contact" else ()
                return New("note", title, contacts=contacts)
            case ReviewCompleted() as data:
                return New("review", with_text(said("review of {scope}", scope=data.scope), data.findings))
            case HandoverCompleted(from_member=one, to_member=other):
                names = {"one": self._name("member", one), "other": self._name("member", other)}
                return New("handover", said("{one} handed over to {other}", **names), members=(one, other))
            case PlanSet() as data:
                goals = [short(each) for each in data.goals]
                return New("plan", said("plan: {goals}", goals=goals) if goals else said("plan"), "plan")
            case PartyLinked() | PartyUnlinked() as data:
                kind = word(data.kind)
                what = kind if isinstance(data, PartyLinked) else said("no longer {what}", what=kind)
                title = said("{name}: {what}", name=self._name("party", data.party), what=what)
                return New("party", title, ("party", data.party, data.kind))
        return None

    def _of_a_person(self, told: Fact) -> New | None:
        match told:
            case Ask() as data:
                return self._ask(data)
            case TrustSignalObserved() as data:
                title = said("{name}: {what}", name=self._name("contact", data.contact), what=word(data.kind))
                return New("trust", title, None, (data.contact,), (), data.opportunity)
            case EngagementSet() as data:
                how = said("{mode}, {approach}", mode=word(data.mode), approach=short(data.approach))
                title = said("{name}: {what}", name=self._name("contact", data.contact), what=how)
                of = ("engagement", self._person(data.contact), data.opportunity)
                return New("engagement", title, of, (data.contact,), (), data.opportunity)
            case RelationshipOwnerAssigned() as data:
                names = {"who": self._name("member", data.member), "whom": self._name("contact", data.contact)}
                title = said("{who} answers for the relationship with {whom}", **names)
                of = ("owner", self._person(data.contact), data.opportunity)
                return New("owner", title, of, (data.contact,), (data.member,), data.opportunity)
        return None

    def _of_a_purchase(self, told: Fact) -> New | None:
        match told:
            case DecisionStep() as data:
                return self._step(data)
            case BuyingGroupMemberAdded() | BuyingGroupMemberRemoved() as data:
                joined = isinstance(data, BuyingGroupMemberAdded)
                what = said("joined the buying group") if joined else said("left the buying group")
                title = said("{name}: {what}", name=self._name("contact", data.contact), what=what)
                of = ("group", self._person(data.contact), data.opportunity)
                return New("buying_group", title, of, (data.contact,), (), data.opportunity)
            case MilestoneAnnounced() as data:
                title = said("{what}: {day}", what=word(data.kind), day=data.date)
                return New("milestone", title, ("day", data.opportunity, data.kind), (), (), data.opportunity)
        return None

    def _ask(self, data: Ask) -> New:
        of = self._person(data.contact), data.ask
        if isinstance(data, AskRaised):
            self._asks[of] = data
        raised = self._asks.get(of)
        title = said(
            "{name}: {kind}, {change}: {text}",
            name=self._name("contact", data.contact),
            kind=word(raised.kind if raised else "ask"),
            change=word(
                "raised" if isinstance(data, AskRaised) else "met" if isinstance(data, AskMet) else "withdrawn"
            ),
            text=short(raised.text) if raised else data.ask,
        )
        opportunity = data.opportunity or (raised.opportunity if raised else None)
        return New("ask", title, ("ask", *of), (data.contact,), (), opportunity)

    def _step(self, data: DecisionStep) -> New:
        of = data.opportunity, data.step
        if isinstance(data, DecisionStepDescribed) and data.name:
            self._steps[of] = quoted(data.name)
        elif isinstance(data, DecisionStepPlanned | DecisionStepStarted) and data.step_kind:
            self._steps.setdefault(of, quoted(data.step_kind.replace("_", " ")))
        outcome = data.outcome if isinstance(data, DecisionStepCompleted) else None
        what = with_text(word(outcome or CHANGES[type(data)]), getattr(data, "reason", None))
        title = said("{name}: {what}", name=self._steps.get(of, quoted(data.step)), what=what)
        return New("decision_step", title, ("step", *of), (), (), data.opportunity)

    def _person(self, contact: str) -> str:
        return self._references.canonical(f"contact:{contact}")[1]

    def _name(self, kind: str, id_: str) -> str:
        _, known_as = self._references.canonical(f"{kind}:{id_}")
        return self._references.name(kind, known_as) or id_


def _of_its_class(told: Fact) -> New | None:
    match told:
        case KeyAccountDecision() as data:
            is_key = isinstance(data, KeyAccountDesignated)
            what = said("key account") if is_key else said("no longer a key account")
            return New("key_account", with_text(what, data.reason), "key account")
        case AccountSegmented() as data:
            return New("segment", with_text(quoted(data.scheme), data.segment), ("segment", data.scheme))
    return None
