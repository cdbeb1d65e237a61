"""On whom do our assessors differ, since when, and whose word leads?"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.assessment import AttitudeAssessed
from services.projections.history import DAY, Recorded
from services.projections.models.assessment.attitude import Assessed, Layer, faded, layer, leading_first, left
from services.projections.models.assessment.leading import Lead, lead
from services.projections.models.assessment.owners import owner
from services.projections.models.contact.people import People
from services.projections.models.contact.present import present
from services.projections.models.latest import scopes
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.models.runs import Run, runs
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.register import ground
from services.projections.said import Sentence
from services.projections.scope import ACCOUNT

Kind = Literal["layer", "level"]


class DisagreementsParameters(Parameters):
    """In which purchase, and what counts as differing."""

    opportunity: str | None = Field(
        None, description="on attitudes towards this purchase, else towards us; without it, in each scope by itself"
    )
    fallback: bool = Field(default=True, description="0: no account-wide assessments in place of missing ones")
    by: Kind = Field("layer", description="level: also within a layer, as advocate and supporter")


class Word(Row):
    """One assessor's last word."""

    assessor: str
    assessor_name: str | None
    level: int
    layer: Layer
    time: datetime
    confidence: float = Field(description="as it has faded by as_of")
    faded: bool
    leads: bool


class Disagreement(Row):
    """A person of whom our assessors think differently."""

    contact: str
    name: str | None
    opportunity: str | None = Field(description="towards which purchase; null: towards us")
    opportunity_name: str | None
    kind: Kind = Field(description="layer: they stand in different layers; level: in one, at different levels")
    spread: int = Field(description="from the lowest level to the highest")
    since: datetime = Field(description="since when the last words differ")
    days: float | None = Field(description="from `since` to as_of; null where it was so before any known date")
    leading: str
    leading_name: str | None
    why: Sentence = Field(description="why this assessor leads")
    assessors: Annotated[list[Word], key("assessor")]


class DisagreementsAnswer(Answer):
    """Disagreements by person."""

    disagreements: Annotated[list[Disagreement], key("contact", "opportunity")]


def answer(view: View, parameters: DisagreementsParameters) -> DisagreementsAnswer:
    """Answer for everyone who has not left, in order of id; the latest word comes first."""
    people = People(view.states.contact)
    references = References(people, Units(view.states.organisation), view.states.account)
    course = _course(view.facts, people, parameters.by)
    rows = []
    for person, towards, held in _held(view, people, parameters):
        run = course.get((person, held[0].scope))
        owns = owner(view.states.assessment, people, person, scopes(towards))
        chosen = lead(held, owns, view.policies.attitude, references)
        if run and run.value and chosen:
            rows.append(_row(view, references, person, held, run, chosen))
    return DisagreementsAnswer(disagreements=rows)


def _held(
    view: View, people: People, asked: DisagreementsParameters
) -> Iterator[tuple[str, str | None, list[Assessed]]]:
    """Yield each person, each opportunity that counts (None: the account), and the last words, the leading first."""
    state, as_of, model = view.states.assessment, view.moment.as_of, view.policies.attitude
    for person in present(view.states, people):
        told_in = {scope for alias in people.aliases(person) for scope in state.attitude.get(alias, {})}
        alone = asked.fallback and asked.opportunity is not None
        for scope in [asked.opportunity] if asked.opportunity else sorted(told_in):
            towards = scope or None
            held = leading_first(state, people, person, towards, as_of=as_of, model=model, fallback=alone)
            if held:
                yield person, towards, held


def _course(facts: Sequence[Recorded], people: People, by: Kind) -> dict[tuple[str, str], Run[bool]]:
    """Return for each person and scope since when the last words differ, or agree."""
    return runs(_differences(facts, people, by))


def _differences(
    facts: Sequence[Recorded], people: People, by: Kind
) -> Iterator[tuple[tuple[str, str], bool, Recorded]]:
    last: dict[tuple[str, str], dict[str, int]] = {}
    for fact in facts:
        if isinstance(data := fact.event.data, AttitudeAssessed):
            where = people.canonical(data.contact), data.opportunity or ACCOUNT
            levels = last.setdefault(where, {})
            levels[ground(fact).assessor] = data.level
            kind = _kind(list(levels.values()))
            yield where, kind in {"layer", by}, fact


def _kind(levels: Sequence[int]) -> Kind | None:
    if len({layer(level) for level in levels}) > 1:
        return "layer"
    return "level" if len(set(levels)) > 1 else None


def _row(  # noqa: PLR0913, PLR0917 -- who, what they say, since when, who leads
    view: View, references: References, person: str, held: list[Assessed], run: Run[bool], chosen: Lead
) -> Disagreement:
    levels, leading = [each.level for each in held], chosen.assessed
    latest_first = sorted(held, key=lambda each: each.register.at or (), reverse=True)
    begun = run.fact.event
    return Disagreement(
        contact=person,
        name=references.name("contact", person),
        opportunity=leading.scope or None,
        opportunity_name=deal_name(view.states.opportunity, leading.scope),
        kind=_kind(levels) or "level",
        spread=max(levels) - min(levels),
        since=begun.time,
        days=None if begun.timebasis == "since" else (view.moment.as_of - begun.time) / DAY,
        leading=leading.assessor,
        leading_name=references.name("member", leading.assessor),
        why=chosen.why,
        assessors=[_word(view, references, each, leads=each is leading) for each in latest_first],
        because=because(*(each.register for each in latest_first)),
    )


def _word(view: View, references: References, each: Assessed, *, leads: bool) -> Word:
    as_of, model = view.moment.as_of, view.policies.attitude
    return Word(
        assessor=each.assessor,
        assessor_name=references.name("member", each.assessor),
        level=each.level,
        layer=layer(each.level),
        time=each.time,
        confidence=left(each, as_of, model),
        faded=faded(each, as_of, model),
        leads=leads,
        because=because(each.register),
    )


question = AccountQuestion(
    name="disagreements",
    about="On whom do our assessors differ, since when, and whose word leads?",
    parameters=DisagreementsParameters,
    answer_model=DisagreementsAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment", "opportunity"),
    history=(AttitudeAssessed,),
)
