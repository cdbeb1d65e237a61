"""What a question sees of an account, made of saved states or of facts that were known at a cut. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from schemas import Fact
from schemas.account import AccountMerged
from schemas.correction import Amendment
from schemas.event import REGISTERED, wires_of
from services.projections.folds import States, fold, subject_of
from services.projections.folds.policy import State as PolicyState
from services.projections.history import Moment, Recorded, visible
from services.projections.kept import Kept, subject_types
from services.projections.merged import one_customer, states_of
from services.projections.policy import Policies
from services.projections.question import Question, View

END_OF_TIME = datetime.max.replace(tzinfo=UTC)


AMENDMENTS = tuple(wire for wire, payload in REGISTERED.items() if issubclass(payload, Amendment))


def history(question: Question) -> list[str]:
    """Return the types of the facts that a question reads one by one, and amendments."""
    return [*wires_of(*question.history), *AMENDMENTS]


def reads(question: Question) -> list[str]:
    """Return the types of all facts that a question reads, amendments among them."""
    if question.told:
        return sorted(REGISTERED)
    own = {wire for subject in question.subjects for wire in subject_types(subject)}
    return sorted(own | set(history(question)))


def sees(question: Question, payload: type[Fact]) -> bool:
    """Whether a question reads facts of this type, through a state or one by one."""
    return subject_of(payload) in question.subjects or issubclass(payload, question.history)


def usable(saved: Mapping[str, Kept | None], subjects: Iterable[str], as_of: datetime) -> bool:
    """Whether saved states hold just what is true then: readable, not beyond it, and nothing has fallen due."""
    kept = [saved[subject] for subject in subjects if subject in saved]  # no row: no such fact
    return all(each is not None and each.folded_to <= as_of and (each.due is None or each.due > as_of) for each in kept)


def view_of_saved(  # noqa: PLR0913, PLR0917 -- what the view holds
    account: str,
    question: Question,
    saved: Mapping[str, Kept | None],
    facts: Iterable[Recorded],
    moment: Moment,
    policies: Policies,
) -> View:
    """Make a view of saved states, and of the history that the question reads."""
    facts = list(facts)
    seen = visible(facts, Moment(moment.as_of, END_OF_TIME)) if question.history else []
    return View(account, moment, policies, held(saved), seen, as_told(question, facts))


def held(saved: Mapping[str, Kept | None]) -> States:
    """Return saved states together; what counts as absent is empty."""
    states = States()
    for subject, kept in saved.items():
        if kept is not None:
            setattr(states, subject, kept.state)
    return states


def view_of_facts(
    account: str, question: Question, facts: Iterable[Recorded], moment: Moment, policies: Policies
) -> View:
    """Make a view by folding facts that were known at the moment."""
    facts = list(facts)
    seen = visible(facts, Moment(moment.as_of, END_OF_TIME))
    states = states_of(account, seen, question.subjects)
    read = [fact for fact in seen if isinstance(fact.event.data, question.history)] if question.history else []
    return View(account, moment, policies, states, read, as_told(question, facts))


def as_told(question: Question, facts: Iterable[Recorded]) -> Sequence[Recorded]:
    """Return what a question about the telling, or one that reads its history so, sees of facts known at a cut."""
    if not (question.told or question.as_told):
        return ()
    types: tuple[type[Fact], ...] = (Fact,) if question.told else (*question.history, Amendment)
    return sorted((fact for fact in facts if isinstance(fact.event.data, types)), key=lambda each: each[2:4])


def defined_by(facts: Iterable[Recorded], moment: Moment) -> PolicyState:
    """Return the policies that were defined at a moment, and every version of the criteria that was known by then.

    One that starts later may be tried before it applies: under its version, unless that one is taken at the moment.
    """
    facts = list(facts)
    state = _policies(facts, moment)
    state.every_criteria = _policies(facts, moment._replace(as_of=END_OF_TIME)).every_criteria | state.every_criteria
    return state


def _policies(facts: Iterable[Recorded], moment: Moment) -> PolicyState:
    return fold(States(), visible(facts, moment), ("policy",)).policy


def of_one(account: str, facts: Iterable[Recorded]) -> list[Recorded]:
    """Keep the facts of the account, and of those that are still said to be one customer with it, by any chain."""
    facts = list(facts)
    mergers = [fact for fact in facts if isinstance(fact.event.data, AccountMerged | Amendment)]
    joined = set(one_customer(account, visible(mergers, Moment(END_OF_TIME, END_OF_TIME))))
    return [fact for fact in facts if fact.event.partitionkey in joined]
