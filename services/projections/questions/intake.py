"""From which sources does what we know come, how much of it, and how late?"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.projections.history import DAY, Recorded
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key

LATE = 1.0  # days


class IntakeParameters(Parameters):
    """From where."""

    source: str | None = Field(None, description="only from this source")


class TypeCount(BaseModel):
    """How many events of one type."""

    model_config = ConfigDict(frozen=True)

    type: str
    events: int


class SourceRow(Row):
    """What one source told, amendments among it, as it was told."""

    source: str
    events: int
    first_time: datetime = Field(description="of the times at which it was true")
    last_time: datetime
    first_recorded_at: datetime
    last_recorded_at: datetime
    median_days_late: float | None = Field(
        description="from when it was true to when it was told, never below 0; null: of none is it known"
    )
    most_days_late: float | None
    late_share: float | None = Field(description="told more than a day late, 0 to 1, of those of which it is known")
    types: Annotated[list[TypeCount], key("type")]


class IntakeAnswer(Answer):
    """The sources in order of name; what was sent twice is here once, and what was refused is a dead letter."""

    sources: Annotated[list[SourceRow], key("source")]


def answer(view: View, parameters: IntakeParameters) -> IntakeAnswer:
    """Count what was true by as_of, as it was told; what amends it counts as what it is, another event."""
    by_source: dict[str, list[Recorded]] = defaultdict(list)
    for fact in view.told:
        if fact.undated or fact.event.time <= view.moment.as_of:
            by_source[fact.event.source].append(fact)
    wanted = [each for each in sorted(by_source) if parameters.source in (None, each)]
    return IntakeAnswer(sources=[_row(source, by_source[source]) for source in wanted])


def _row(source: str, facts: Sequence[Recorded]) -> SourceRow:
    times, recorded_at = [fact.event.time for fact in facts], [fact.recorded_at for fact in facts]
    late = [max((fact.recorded_at - fact.event.time) / DAY, 0.0) for fact in facts if not fact.undated]
    return SourceRow(
        source=source,
        events=len(facts),
        first_time=min(times),
        last_time=max(times),
        first_recorded_at=min(recorded_at),
        last_recorded_at=max(recorded_at),
        median_days_late=median(late) if late else None,
        most_days_late=max(late, default=None),
        late_share=sum(each > LATE for each in late) / len(late) if late else None,
        types=[TypeCount(type=type_, events=n) for type_, n in sorted(Counter(f.event.type for f in facts).items())],
    )


question = AccountQuestion(
    name="intake",
    about="From which sources does what we know come, how much of it, and how late?",
    parameters=IntakeParameters,
    answer_model=IntakeAnswer,
    answer=answer,
    told=True,
)
