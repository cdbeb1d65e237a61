"""How strong is our relationship with each contact, and where is it heading?"""

from typing import Annotated

from services.projections.models.interaction.contact_strength import (
    HISTORY,
    ContactStrength,
    StrengthParameters,
    measure,
)
from services.projections.question import AccountQuestion, Answer, View, key


class StrengthAnswer(Answer):
    """Each contact's strength."""

    contacts: Annotated[list[ContactStrength], key("contact")]


def answer(view: View, parameters: StrengthParameters) -> StrengthAnswer:
    """Answer for every person known, or the one asked for; who never met us has strength 0."""
    return StrengthAnswer(contacts=[ContactStrength(**each.fields) for each in measure(view, parameters)])


question = AccountQuestion(
    name="strength",
    about="How strong is our relationship with each contact, and where is it heading?",
    parameters=StrengthParameters,
    answer_model=StrengthAnswer,
    answer=answer,
    subjects=("contact",),
    history=HISTORY,
)
