"""Which past answers changed because of what was told late, corrected or retracted, and since when?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from services.projections.hindsight.beliefs import Beliefs
from services.projections.hindsight.change_rows import Change, happened
from services.projections.hindsight.curves import Curve, curves
from services.projections.hindsight.difference import difference
from services.projections.hindsight.measures import MEASURED, Attendance, Of, concerning, of_telling
from services.projections.hindsight.restatement_rows import AnswerRestated, Restatement, restatement
from services.projections.hindsight.restating import (
    ABOUT_THE_PAST,
    DEFAULT,
    PASSED_ON,
    Restating,
    concerned,
    deals,
    parameters,
    restating,
)
from services.projections.models.contact.people import People
from services.projections.models.periods import Series, Step
from services.projections.models.subjects import Subjects
from services.projections.moments import Instant
from services.projections.news import News
from services.projections.question import AccountQuestion, Answer, View, key

LAST = 100


class RestatementsParameters(Series):
    """Which tellings, and what they restated."""

    from_: Instant | None = Field(None, alias="from", description="recorded from this moment on")
    to: Instant | None = Field(None, description="recorded up to this moment")
    late: Step = Field(
        "P1D",
        description="how long after it was true, or without a date after the first fact, a fact is told late, ISO 8601",
    )
    last: int = Field(LAST, ge=1, le=1_000, description="at most so many tellings are looked at, those told last")
    contact: str | None = Field(None, description="passed on to the questions that take it; curves of this contact")
    opportunity: str | None = Field(
        None, description="passed on to the questions that take it, else the one told of; curves of this opportunity"
    )
    question: str | None = Field(
        None,
        description="the answers to this question about an account; default: attitude, strength and stages",
        json_schema_extra={"enum": [*sorted(ABOUT_THE_PAST)]},
    )
    step: Step | None = Field(
        None, description="curves at regular points, from `from` on, so far apart; default: where they part and meet"
    )

    @field_validator("question")
    @classmethod
    def _can_be_asked(cls, name: str | None, info: ValidationInfo) -> str | None:
        if name is not None and name not in ABOUT_THE_PAST:
            raise ValueError(f"expected one of {', '.join(sorted(ABOUT_THE_PAST))}")
        if name is not None:
            parameters(ABOUT_THE_PAST[name], info.data)
        return name

    @field_validator("step")
    @classmethod
    def _has_a_start(cls, step: str | None, info: ValidationInfo) -> str | None:
        if step is not None and info.data.get("from_") is None:
            raise ValueError("expected `from` beside it")
        return step


class RestatementsAnswer(Answer):
    """What was learned late, in order, and two curves of each measure that was believed otherwise than it was."""

    restatements: Annotated[list[Restatement], key("account", "event")]
    curves: Annotated[list[Curve], key("measure", "contact", "opportunity")]
    earlier: int = Field(description="tellings before these that were not looked at: ask with an earlier `to`")


def answer(view: View, asked: RestatementsParameters) -> RestatementsAnswer:
    """Compare, for each telling about the past, the answers just before and just after it, under today's policies.

    Only facts make a difference, never a policy; only answers that differ are shown. Raises Unanswerable if `from` up
    to `as_of` would give too many points.
    """
    names = [asked.question] if asked.question else list(DEFAULT)
    found = [each for each in _wanted(view, asked) if concerned(each.telling, names)]
    looked_at = found[-asked.last :]
    attendance = Attendance(view.told, People(view.states.contact))
    measured = [set(of_telling(each.telling, attendance)) for each in looked_at]
    beliefs, subjects = Beliefs(view.account, view.told, view.policies), Subjects(view.states)
    return RestatementsAnswer(
        restatements=[
            restatement(view, each, answers, subjects)
            for each, of in zip(looked_at, measured, strict=True)
            if (answers := [told for name in names for told in _restated(each, name, of, asked, beliefs)])
        ],
        curves=_curves(view, names, zip(looked_at, measured, strict=True), attendance, asked),
        earlier=len(found) - len(looked_at),
    )


def _wanted(view: View, asked: RestatementsParameters) -> Iterator[Restating]:
    for each in restating(view.told, asked.late, view.moment.as_of):
        recorded_at = each.telling.fact.recorded_at
        if not (asked.from_ and recorded_at < asked.from_) and not (asked.to and recorded_at > asked.to):
            yield each


def _restated(
    each: Restating, name: str, of: Iterable[Of], asked: RestatementsParameters, beliefs: Beliefs
) -> Iterator[AnswerRestated]:
    if not concerned(each.telling, [name]):
        return
    question, given = ABOUT_THE_PAST[name], asked.model_dump(include=set(PASSED_ON))
    inner = [parameters(question, given | narrowed) for narrowed in _narrowed(each, question, of, asked)]
    for as_of in each.moments:
        both = beliefs.around(each.telling.fact, question, inner, as_of)
        for one, (was, now) in zip(inner, both, strict=True):
            if changes := _changes(question, each, was, now):
                told = {field: getattr(one, field, None) for field in ("contact", "opportunity")}
                yield AnswerRestated(question=name, as_of=as_of, changes=changes, **told)


def _narrowed(
    each: Restating, question: AccountQuestion[Any], of: Iterable[Of], asked: RestatementsParameters
) -> list[dict[str, str | None]]:
    """Return with which parameters to ask: of those alone whom a measure is of, else towards what was told of."""
    mine = sorted({one[1:] for one in of if one.measure == MEASURED.get(question.name)}, key=str)
    mine = [(None, None)] if (None, None) in mine else mine  # of whoever that is
    alone = concerning(each.telling, MEASURED.get(question.name)) or [None]
    pairs = mine or [(contact, deal) for contact in sorted(alone, key=str) for deal in deals(each.telling)]
    taken = [name for name in ("contact", "opportunity") if name in question.parameters.model_fields]
    narrowed = [dict(zip(("contact", "opportunity"), pair, strict=True)) for pair in pairs]
    given = [{name: getattr(asked, name) or one[name] for name in taken} for one in narrowed]
    return [one for number, one in enumerate(given) if one not in given[:number]]


def _changes(question: AccountQuestion[Any], each: Restating, was: Any, now: Any) -> list[Change]:  # noqa: ANN401 -- JSON
    if was == now:
        return []
    event = happened(each.telling.fact)
    changes = difference(question.answer_model, was, now, News({}, {})).changes
    return [change.model_copy(update={"events": [event]}) for change in changes]


def _curves(
    view: View,
    names: Iterable[str],
    found: Iterable[tuple[Restating, set[Of]]],
    attendance: Attendance,
    asked: RestatementsParameters,
) -> list[Curve]:
    measures = {MEASURED[name] for name in names if name in MEASURED}
    people = People(view.states.contact)
    person = people.canonical(asked.contact) if asked.contact else None
    by_measured: dict[Of, list[Restating]] = defaultdict(list)
    for each, measured in found:
        for of in {one._replace(contact=people.canonical(one.contact)) if one.contact else one for one in measured}:
            wanted = person in (None, of.contact) and asked.opportunity in (None, of.opportunity)
            if wanted and of.measure in measures and (of.contact or of.opportunity):
                by_measured[of].append(each)
    regular = asked.points(view.moment.as_of, asked.step) if asked.step else None
    return curves(view, by_measured, attendance, regular)


question = AccountQuestion(
    name="restatements",
    about="Which past answers changed because of what was told late, corrected or retracted, and since when?",
    parameters=RestatementsParameters,
    answer_model=RestatementsAnswer,
    answer=answer,
    subjects=Subjects.reads,
    told=True,
)
