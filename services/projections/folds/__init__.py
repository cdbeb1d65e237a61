"""All folds: the state of each subject of one account, and how it is kept.

A subject has the same name in `schemas/`, here, and in the tests. Interactions have no fold: they are history,
bounded by nothing, and questions about them read the journal.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import msgspec

from schemas import Fact
from services.projections.folds import (
    account,
    action,
    after_sale,
    assessment,
    buying,
    competition,
    contact,
    opportunity,
    organisation,
    policy,
    proposal,
    qualification,
)
from services.projections.folds.account import State as AccountState
from services.projections.folds.action import State as ActionState
from services.projections.folds.after_sale import State as AfterSaleState
from services.projections.folds.assessment import State as AssessmentState
from services.projections.folds.buying import State as BuyingState
from services.projections.folds.competition import State as CompetitionState
from services.projections.folds.contact import State as ContactState
from services.projections.folds.opportunity import State as OpportunityState
from services.projections.folds.organisation import State as OrganisationState
from services.projections.folds.policy import State as PolicyState
from services.projections.folds.proposal import State as ProposalState
from services.projections.folds.qualification import State as QualificationState
from services.projections.history import Recorded


class Fold(NamedTuple):
    """One subject: the shape of its state, the version of its fold, and the fold itself."""

    subject: str
    version: int
    empty: Callable[[], Any]
    fold: Callable[[Any, Recorded], Any]
    decode: Callable[[bytes], Any]


# Sorted keys: two states that are equal are equal to the byte, however their facts arrived.
encode = msgspec.msgpack.Encoder(order="deterministic").encode

_MODULES = (
    *(account, organisation, contact, assessment, buying),
    *(opportunity, qualification, competition, proposal, action, after_sale, policy),
)
FOLDS = {
    module.__name__.rpartition(".")[2]: Fold(
        module.__name__.rpartition(".")[2],
        module.VERSION,
        module.State,
        module.fold,
        msgspec.msgpack.Decoder(module.State).decode,
    )
    for module in _MODULES
}


class States(msgspec.Struct):
    """The state of every subject of one account at one moment."""

    account: AccountState = msgspec.field(default_factory=AccountState)
    organisation: OrganisationState = msgspec.field(default_factory=OrganisationState)
    contact: ContactState = msgspec.field(default_factory=ContactState)
    assessment: AssessmentState = msgspec.field(default_factory=AssessmentState)
    buying: BuyingState = msgspec.field(default_factory=BuyingState)
    opportunity: OpportunityState = msgspec.field(default_factory=OpportunityState)
    qualification: QualificationState = msgspec.field(default_factory=QualificationState)
    competition: CompetitionState = msgspec.field(default_factory=CompetitionState)
    proposal: ProposalState = msgspec.field(default_factory=ProposalState)
    action: ActionState = msgspec.field(default_factory=ActionState)
    after_sale: AfterSaleState = msgspec.field(default_factory=AfterSaleState)
    policy: PolicyState = msgspec.field(default_factory=PolicyState)  # of the stream of policies; empty in an account


@cache  # asked of every fact
def subject_of(payload: type[Fact]) -> str | None:
    """Return the subject whose fold takes this payload, or None where only the journal keeps it."""
    subject = payload.__module__.rpartition(".")[2]
    return subject if subject in FOLDS else None


def fold(states: States, facts: Iterable[Recorded], subjects: Sequence[str] = tuple(FOLDS)) -> States:
    """Fold `facts`, in any order, into the `subjects` of `states`, which it changes in place."""
    for fact in facts:
        subject = subject_of(type(fact.event.data))
        if subject is not None and subject in subjects:
            FOLDS[subject].fold(getattr(states, subject), fact)
    return states
