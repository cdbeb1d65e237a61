"""Which interactions make up the strength of each relationship?"""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.interaction import InteractionKind, InteractionRecorded
from schemas.values import EventRef
from services.projections.models.interaction import strength as model
from services.projections.models.interaction.contact_strength import (
    HISTORY,
    ContactStrength,
    Measured,
    StrengthParameters,
    measure,
)
from services.projections.question import AccountQuestion, Answer, Row, View, key


class Term(Row):
    """What one interaction adds."""

    event: EventRef
    time: datetime
    kind: InteractionKind
    weight: float = Field(description="of its kind times that of its direction")
    decay: float = Field(description="what its age has left of it, 1 to 0")
    value: float = Field(description="weight times decay")


class ExplainedStrength(ContactStrength):
    """The strength of a relationship and the terms that it is made of."""

    raw: float = Field(description="the terms' values, added one by one in this order; saturates to strength")
    terms: Annotated[list[Term], key("event")]


class StrengthExplainedAnswer(Answer):
    """Each contact's strength, explained."""

    contacts: Annotated[list[ExplainedStrength], key("contact")]


def answer(view: View, parameters: StrengthParameters) -> StrengthExplainedAnswer:
    """Explain the strength at as_of of every person known, or of the one asked for."""
    return StrengthExplainedAnswer(contacts=[_explained(view, each) for each in measure(view, parameters)])


def _explained(view: View, each: Measured) -> ExplainedStrength:
    at, policy = view.moment.as_of, view.policies.strength
    return ExplainedStrength(
        **each.fields,
        raw=model.raw(each.facts, at, policy),
        terms=[_term(term) for term in model.terms(each.facts, at, policy)],
    )


def _term(term: model.Term) -> Term:
    data = term.fact.event.data
    assert isinstance(data, InteractionRecorded)  # noqa: S101 -- narrows the type; chosen by the model
    return Term(
        event=term.fact.ref,
        time=term.fact.event.time,
        kind=data.kind,
        weight=term.weight,
        decay=term.decay,
        value=term.value,
    )


question = AccountQuestion(
    name="strength-explained",
    about="Which interactions make up the strength of each relationship?",
    parameters=StrengthParameters,
    answer_model=StrengthExplainedAnswer,
    answer=answer,
    subjects=("contact",),
    history=HISTORY,
)
