"""Which facts were not confirmed for long, and on what does each stand?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, cast, get_args

from pydantic import Field

from schemas.policy_values import FactKind
from schemas.values import EventRef
from services.projections.folds import States
from services.projections.models.assessment.freshness import FACTS, SUBJECTS, FreshFact, SubjectKind, fresh_facts
from services.projections.models.contact.people import People
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.organisation.units import Units
from services.projections.models.references import References, named
from services.projections.models.shapes import Basis, basis
from services.projections.models.words import word
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key
from services.projections.register import ground
from services.projections.said import Said, Sentence, said

KINDS: tuple[FactKind, ...] = get_args(FactKind)


class FreshnessParameters(Parameters):
    """Which facts."""

    stale: bool = Field(default=False, description="1: only facts that are stale")


class FreshFactRow(Row):
    """A fact that matters, and when it was last confirmed."""

    kind: FactKind
    subject_kind: SubjectKind
    subject: str
    subject_name: str | None
    other_kind: Literal["contact", "unit", "party", "member"] | None = Field(
        description="whom the subject sways, reports to, or is close to"
    )
    other: str | None
    other_name: str | None
    detail: str | None = Field(description="which motive, ask, role, right, position, or kind of influence or line")
    opportunity: str | None = Field(description="null: for the account")
    opportunity_name: str | None
    since: datetime
    confirmed: datetime = Field(description="told last, or confirmed by a review, whichever is later")
    confirmed_by: EventRef
    age_days: float = Field(description="since it was last confirmed")
    limit_days: float | None = Field(description="from which age on it is stale; null: no limit is set")
    stale: bool
    source: str
    event: EventRef
    assessor: str
    assessor_name: str | None
    basis: Basis | None
    evidence: list[str] = Field(description="the kinds of evidence that were given, in order")


class KindOfFact(Row):
    """How fresh the facts of a kind are."""

    kind: FactKind
    facts: int
    stale: int
    share: float = Field(description="of the stale among them")


class FreshnessAnswer(Answer):
    """Facts by kind, then subject; the summary counts all of them, whatever was asked for."""

    facts: Annotated[
        list[FreshFactRow], key("kind", "subject_kind", "subject", "other_kind", "other", "detail", "opportunity")
    ]
    kinds: Annotated[list[KindOfFact], key("kind")]
    sentence: Sentence | None = Field(description="how stale the map is; null where nothing is stale")


def answer(view: View, parameters: FreshnessParameters) -> FreshnessAnswer:
    """Answer for what stands at the moment; a fact of a kind without a limit is never stale."""
    names = _Names(view)
    facts = fresh_facts(view)
    return FreshnessAnswer(
        facts=[_row(names, each) for each in facts if each.stale or not parameters.stale],
        kinds=[_kind(kind, among) for kind in KINDS if (among := [each for each in facts if each.key.kind == kind])],
        sentence=_sentence(names, facts),
    )


class _Names:
    """Names of all that a fact may be about, the account itself included."""

    def __init__(self, view: View) -> None:
        states: States = view.states
        self._references = References(People(states.contact), Units(states.organisation), states.account)
        self._account, self._deals = states.account.profile.get("name"), states.opportunity

    def of(self, kind: str, id_: str) -> str | None:
        if kind == "account":
            return self._account.value if self._account else None
        if kind == "opportunity":
            return deal_name(self._deals, id_)
        return self._references.name(kind, id_)


def _row(names: _Names, each: FreshFact) -> FreshFactRow:
    (subject_kind, subject), *others = each.key.about
    other_kind, other = others[0] if others else (None, None)
    told, opportunity = ground(each.fact), getattr(each.fact.event.data, "opportunity", None)
    evidence = each.fact.event.data.basis.evidence if each.fact.event.data.basis else ()
    return FreshFactRow(
        kind=each.key.kind,
        subject_kind=cast("SubjectKind", subject_kind),
        subject=subject,
        subject_name=names.of(subject_kind, subject),
        other_kind=cast('Literal["contact", "unit", "party", "member"] | None', other_kind),
        other=other,
        other_name=names.of(other_kind, other) if other_kind and other else None,
        detail=each.key.detail,
        opportunity=opportunity,
        opportunity_name=names.of("opportunity", opportunity) if opportunity else None,
        since=each.fact.event.time,
        confirmed=each.confirmed,
        confirmed_by=(each.review or each.fact).ref,
        age_days=each.age_days,
        limit_days=each.limit_days,
        stale=each.stale,
        source=each.fact.event.source,
        event=each.fact.ref,
        assessor=told.assessor,
        assessor_name=names.of("member", told.assessor),
        basis=basis(told),
        evidence=sorted({one.kind for one in evidence}),
        because=[(fact.partition, fact.offset) for fact in (each.fact, each.review) if fact],
    )


def _kind(kind: FactKind, among: Sequence[FreshFact]) -> KindOfFact:
    stale = [each for each in among if each.stale]
    places = [(each.fact.partition, each.fact.offset) for each in stale]
    return KindOfFact(
        kind=kind,
        facts=len(among),
        stale=len(stale),
        share=len(stale) / len(among),
        because=list(dict.fromkeys(places)),
    )


def _sentence(names: _Names, facts: Sequence[FreshFact]) -> Said | None:
    stale = [each for each in facts if each.stale]
    if not stale:
        return None
    oldest = max(stale, key=lambda each: each.age_days)
    kind, id_ = oldest.key.about[0]
    return said(
        "Stale: {stale} of {facts} facts; the longest not confirmed: {kind} of {subject}, since {day}.",
        stale=len(stale),
        facts=len(facts),
        kind=word(oldest.key.kind),
        subject=named(names.of(kind, id_), id_),
        day=oldest.confirmed,
    )


question = AccountQuestion(
    name="freshness",
    about="Which facts were not confirmed for long, and on what does each stand?",
    parameters=FreshnessParameters,
    answer_model=FreshnessAnswer,
    answer=answer,
    subjects=(*SUBJECTS, "opportunity"),
    history=FACTS,
)
