"""The questions about an account that look back on the answers to others, and with them all that can be asked."""

from typing import Any

from services.projections.hindsight import restatements
from services.projections.question import AccountQuestion, Question
from services.projections.questions import ACCOUNT, QUESTIONS

HINDSIGHT: dict[str, AccountQuestion[Any]] = {each.name: each for each in (restatements.question,)}
OF_AN_ACCOUNT: dict[str, AccountQuestion[Any]] = {**ACCOUNT, **HINDSIGHT}
ALL: dict[str, Question] = {**QUESTIONS, **HINDSIGHT}  # one form of each
