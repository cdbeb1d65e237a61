"""What a question is: its parameters, what it reads, the model of its answer, and one pure function.

A question is one file in `questions/` that defines `question`. Everything else (route, OpenAPI, moments, CSV and
NDJSON rows, the portfolio form, the property tests) follows from this declaration.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, WithJsonSchema, field_validator

from schemas import Fact
from schemas.event import REGISTERED
from services.projections import moments
from services.projections.folds import FOLDS, States, fold, subject_of
from services.projections.folds.policy import State as PolicyState
from services.projections.history import Moment, Recorded
from services.projections.policy import Policies
from services.projections.register import Register

_TEXT = {"type": "string"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class View(NamedTuple):
    """All that a question may see of one account: the states at a moment, and the facts that it asked to read."""

    account: str
    moment: Moment
    policies: Policies
    states: States
    facts: Sequence[Recorded]  # visible at the moment, in fold order, of the types in the question's `history`
    told: Sequence[Recorded] = ()  # all that is known, as it was told: of the types in `history` if `as_told`

    def walk(self, times: Sequence[datetime], *subjects: str) -> Iterator[tuple[datetime, States]]:
        """Yield the states (of `subjects`, if any) at each of the ascending `times`; the same object each time."""
        return ((time, states) for time, states, _ in self.steps(times, *subjects))

    def steps(self, times: Sequence[datetime], *subjects: str) -> Iterator[tuple[datetime, States, Sequence[Recorded]]]:
        """Yield the same, folded once from `facts`, and with each the facts that came since the one before."""
        dated, done = [fact for fact in self.facts if not fact.undated], 0
        states, since = States(), [fact for fact in self.facts if fact.undated]  # they hold at any moment
        for time in times:
            before, done = done, bisect_right(dated, time, done, key=lambda fact: fact.event.time)
            since += dated[before:done]
            yield time, fold(states, since, subjects or tuple(FOLDS)), since
            since = []


@dataclass(frozen=True)
class Views:
    """The views of all accounts that the caller may see, in order of id; moment and policies hold without any, too."""

    moment: Moment
    policies: Policies
    each: Sequence[View]
    defined: PolicyState = field(default_factory=PolicyState)  # what the policies were made of

    def __iter__(self) -> Iterator[View]:
        """Go from account to account."""
        return iter(self.each)


def plain(text: str) -> str:
    """Return a text without control characters, which PostgreSQL and log lines cannot carry; else ValueError."""
    if _CONTROL.search(text):
        raise ValueError("expected no control characters")
    return text


class Parameters(BaseModel):
    """What may be asked; an unknown parameter is refused. A date means a whole day in `tz`: in `from`, its start."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tz: str = Field("UTC", description="IANA time zone of dates without a time, and of days in sentences")

    @property
    def zone(self) -> tzinfo:
        """The zone in which a moment has its day."""
        return moments.zone(self.tz)

    def day(self, moment: datetime) -> date:
        """Return the day of a moment."""
        return moment.astimezone(self.zone).date()

    @field_validator("*", mode="before")
    @classmethod
    def _is_plain(cls, value: object) -> object:
        return plain(value) if isinstance(value, str) else value

    @field_validator("tz")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        return moments.zone(name).key

    @field_validator("from_", "known_from", mode="before", check_fields=False)
    @classmethod
    def _from_the_start(cls, value: object, info: ValidationInfo) -> datetime | None:
        return None if value is None else moments.start(value, moments.zone(info.data.get("tz", "UTC")))

    @field_validator("as_of", "known_at", "to", "known_to", mode="before", check_fields=False)
    @classmethod
    def _to_the_end(cls, value: object, info: ValidationInfo) -> datetime | None:
        return None if value is None else moments.end(value, moments.zone(info.data.get("tz", "UTC")))


class Unanswerable(ValueError):  # noqa: N818 -- a sentence for the caller
    """A parameter is fit by itself, but not together with the moment or the others."""

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(f"{parameter}: {detail}")
        self.parameter, self.detail = parameter, detail


Place = Annotated[
    tuple[int, int],  # partition and offset; the API names the event that stands there
    WithJsonSchema({"type": "object", "properties": {"source": _TEXT, "id": _TEXT}, "required": ["source", "id"]}),
]


class Row(BaseModel):
    """A part of an answer; `because` is shown with explain=1."""

    model_config = ConfigDict(frozen=True)

    because: list[Place] = Field(default_factory=list, description="with explain=1: the events behind it")


class Answer(BaseModel):
    """An answer: lists of rows, each naming the fields that identify a row: `Annotated[list[X], key("contact")]`."""

    model_config = ConfigDict(frozen=True)


class Key(NamedTuple):
    """The fields that identify a row within its list."""

    fields: tuple[str, ...]


def key(*fields: str) -> Key:
    """Name the fields that identify a row within its list: never a name or a sentence; "a.b" is `b` of the part `a`."""
    return Key(fields)


P = TypeVar("P", bound=Parameters)


class AccountQuestion(NamedTuple, Generic[P]):
    """A question about one account.

    One with `told` is about the telling itself: it reads all facts that are known at the cut, of any type and time, in
    the order of the log, as they were told: amendments among them, and not applied. With `as_told`: its `history` so.
    """

    name: str
    about: str  # one sentence for catalogue and OpenAPI
    parameters: type[P]
    answer_model: Any  # an Answer, or list[Row]
    answer: Callable[[View, P], Any]
    subjects: tuple[str, ...] = ()  # whose states at the moment it reads
    history: tuple[type[Fact], ...] = ()  # whose facts it reads one by one
    told: bool = False
    as_told: bool = False


class PortfolioQuestion(NamedTuple, Generic[P]):
    """A question over all accounts that the caller may see."""

    name: str
    about: str
    parameters: type[P]
    answer_model: Any
    answer: Callable[[Views, P], Any]
    subjects: tuple[str, ...] = ()
    history: tuple[type[Fact], ...] = ()
    told: bool = False  # none is
    as_told: bool = False


Question = AccountQuestion[Any] | PortfolioQuestion[Any]


def facts_of(*subjects: str) -> tuple[type[Fact], ...]:
    """Return every payload that the folds of `subjects` take."""
    return tuple(payload for payload in REGISTERED.values() if subject_of(payload) in subjects)


def because(*registers: Register[Any] | None) -> list[Place]:
    """Return the places of the facts that set these registers, without repetition."""
    stamps = [register.at for register in registers if register is not None and register.at is not None]
    return list(dict.fromkeys((stamp[3], stamp[2]) for stamp in stamps))
