"""Accounts of a portfolio as customers of ours: judged by the criteria, and by the decisions of people."""

from typing import Literal, NamedTuple

from services.projections.models.account.criteria import Classified, Measures, classify
from services.projections.policy import Criteria
from services.projections.question import View
from services.projections.register import Register

Status = Literal["key", "not_key", "unknown"]


class Customer(NamedTuple):
    """One account, its name and the account that is the same customer, if they are known."""

    view: View
    name: str | None
    merged_into: str | None
    parent: str | None
    by_criteria: Classified
    designated: bool | None  # by people; false if that was revoked, None where nobody decided

    @property
    def is_key(self) -> bool:
        """Whether the criteria or people make it a key account."""
        return bool(self.by_criteria.is_key or self.designated)


def customer(view: View, criteria: Criteria) -> Customer:
    """Judge an account."""
    state = view.states.account
    told = state.key_account.value
    into = state.merged_into.value
    return Customer(
        view=view,
        name=state.profile.get("name", Register[str]()).value,
        merged_into=into if into != view.account else None,
        parent=state.profile.get("parent_account", Register[str]()).value,
        by_criteria=classify(Measures(view), criteria),
        designated=told.is_key if told else None,
    )


def status(found: Classified) -> Status:
    """Return the class of an account by criteria."""
    return {True: "key", False: "not_key", None: "unknown"}[found.is_key]  # type: ignore[return-value]
