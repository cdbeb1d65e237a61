"""What people decided about an account, a key account or not, and whether the criteria say the same."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.projections.folds.account import State
from services.projections.models.account.criteria import Classified
from services.projections.models.account.members import member_name
from services.projections.models.latest import time_of
from services.projections.models.shapes import Basis, Part, basis
from services.projections.question import Row, because, key
from services.projections.said import Said, Sentence, said


class Input(Part):
    """A value that the decision rested on, as it was told."""

    input: str
    value: str | float


class Designation(Row):
    """The last decision of people about the account."""

    is_key: bool = Field(description="designated, or (false) revoked")
    criteria_version: str
    inputs: Annotated[list[Input], key("input")]
    reason: str
    since: datetime
    by: str = Field(description="who says so")
    by_name: str | None
    basis: Basis | None


class Remark(Part):
    """Why decision and criteria do not go together."""

    kind: Literal["other_version", "no_longer_follows", "never_followed_up", "unknown"]
    sentence: Sentence


def designation(state: State) -> Designation | None:
    """Return the last decision, or None where nobody decided."""
    register = state.key_account
    told, by = register.value, register.ground.assessor if register.ground else ""
    if told is None:
        return None
    return Designation(
        is_key=told.is_key,
        criteria_version=told.criteria_version,
        inputs=[Input(input=name, value=value) for name, value in sorted(told.inputs.items())],
        reason=told.reason,
        since=time_of(register),
        by=by,
        by_name=member_name(state, by),
        basis=basis(register.ground),
        because=because(register),
    )


def agrees(told: Designation | None, by_criteria: Classified) -> bool | None:
    """Whether people and criteria say the same; None where either says nothing."""
    return None if told is None or by_criteria.is_key is None else told.is_key == by_criteria.is_key


def remarks(told: Designation | None, by_criteria: Classified) -> list[Remark]:
    """Say what a reader of both should know."""
    return [Remark(kind=kind, sentence=sentence) for kind, sentence in _remarks(told, by_criteria)]


def _remarks(
    told: Designation | None, found: Classified
) -> Iterator[tuple[Literal["other_version", "no_longer_follows", "never_followed_up", "unknown"], Said]]:
    version = found.criteria.version
    if told is None:
        if found.is_key:
            yield (
                "never_followed_up",
                said("A key account by criteria {version}; nobody designated it.", version=version),
            )
        return
    if told.criteria_version != version:
        yield (
            "other_version",
            said(
                "The decision was made under criteria {told}, not {version}.",
                told=told.criteria_version,
                version=version,
            ),
        )
    if found.is_key is None:
        yield (
            "unknown",
            said("Too little is known to say whether criteria {version} confirm the decision.", version=version),
        )
    elif told.is_key and not found.is_key:
        yield (
            "no_longer_follows",
            said("Designated a key account, but by criteria {version} it is none.", version=version),
        )
    elif found.is_key and not told.is_key:
        yield "no_longer_follows", said("Revoked, but by criteria {version} it is a key account.", version=version)
