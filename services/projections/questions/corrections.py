"""What was corrected or retracted, by whom, how late, and what does it say now?"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from schemas.correction import Amendment, Target
from schemas.values import EventRef
from services.projections.models.subjects import About, Subjects
from services.projections.models.tellings import AmendmentKind, Telling, content, teller, tellings
from services.projections.moments import Instant
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key


class CorrectionsParameters(Parameters):
    """Which amendments, by when they were told and by whom."""

    from_: Instant | None = Field(None, alias="from", description="recorded from this moment on")
    to: Instant | None = Field(None, description="recorded up to this moment")
    kind: AmendmentKind | None = Field(None, description="only this kind")
    by: str | None = Field(None, description="only of this actor or authenticated sender")


class Amended(BaseModel):
    """A value that the amendment replaced."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    field: str = Field(description="its path within the target's data, as `basis.confidence`; time: when it was true")
    was: Any
    is_: Any = Field(serialization_alias="is")


class Correction(Row):
    """One amendment."""

    account: str
    event: EventRef
    kind: AmendmentKind
    target: Target
    about: Annotated[list[About], key("kind", "id")]
    actor: str
    actor_name: str | None
    submittedby: str | None
    recorded_at: datetime
    days_late: float | None = Field(
        description="from when the target was told; 0: the amendment came first; null: the target is not there"
    )
    reason: str
    fields: Annotated[
        list[Amended],
        key("field"),
        Field(description="of a correction: what differs from what the target said before, retracted or not"),
    ]
    stands: bool = Field(description="false: a later amendment of the same target overrides it")
    waits: bool = Field(description="its target is not there, or is of another type")


class CorrectionsAnswer(Answer):
    """The amendments in the order in which they were told, whatever the moment that they are about."""

    corrections: Annotated[list[Correction], key("account", "event")]


def answer(view: View, parameters: CorrectionsParameters) -> CorrectionsAnswer:
    """List every amendment that is known."""
    wanted = [each for each in tellings(view.told) if _wanted(each, parameters)]
    subjects = Subjects(view.states)
    return CorrectionsAnswer(corrections=[_correction(view, each, subjects) for each in wanted])


def _wanted(each: Telling, asked: CorrectionsParameters) -> bool:
    event, recorded_at = each.fact.event, each.fact.recorded_at
    return (
        each.kind is not None
        and asked.kind in (None, each.kind)
        and asked.by in (None, event.actor, event.submittedby)
        and not (asked.from_ and recorded_at < asked.from_)
        and not (asked.to and recorded_at > asked.to)
    )


def _correction(view: View, each: Telling, subjects: Subjects) -> Correction:
    fact, amendment = each.fact, each.fact.event.data
    assert isinstance(amendment, Amendment)  # noqa: S101 -- narrows the type; chosen by _wanted
    return Correction(
        account=fact.event.partitionkey,
        event=fact.ref,
        kind=each.kind or "corrected",
        target=amendment.target,
        about=subjects.of(each.said),
        recorded_at=fact.recorded_at,
        days_late=each.days_late,
        reason=amendment.reason,
        fields=_fields(each),
        stands=each.stands,
        waits=each.target is None,
        because=each.places,
        **teller(fact, view.states.account)._asdict(),
    )


def _fields(each: Telling) -> list[Amended]:
    """Compare what the target said before with what the correction has it say."""
    if each.kind != "corrected" or each.said is None or each.says is None:
        return []
    was, now = content(each.said), content(each.says)
    fields = [*was, *(now.keys() - was.keys())]
    return [
        Amended(field=name, was=was.get(name), is_=now.get(name)) for name in fields if was.get(name) != now.get(name)
    ]


question = AccountQuestion(
    name="corrections",
    about="What was corrected or retracted, by whom, how late, and what does it say now?",
    parameters=CorrectionsParameters,
    answer_model=CorrectionsAnswer,
    answer=answer,
    subjects=Subjects.reads,
    told=True,
)
