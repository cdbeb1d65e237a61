"""Values that more than one subject uses: identifiers, texts, moments, money, references and scales."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

Item = TypeVar("Item")
MOST = 1_000  # of anything that one event lists: beyond all use, and a bound for what reading it may cost
Several = Annotated[tuple[Item, ...], Field(max_length=MOST)]


class Frozen(BaseModel):
    """Immutable, closed and strict: an unknown field, or "1" for 1, is refused rather than lost or guessed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


# A reader must be able to tell which fields are about a person (to mask, export or erase them).
PERSONAL = Field(json_schema_extra={"x-personal": True})

# PostgreSQL text and log lines cannot carry control characters, so no identifier may.
Id = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=r"^[^\x00]+$")]
Name = Annotated[Label, PERSONAL]
Email = Annotated[
    str, StringConstraints(max_length=320, pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$"), PERSONAL
]
Phone = Annotated[Label, PERSONAL]
PersonalText = Annotated[Text, PERSONAL]

_HOUR_MINUTE = r"([01]\d|2[0-3]):[0-5]\d"  # Python reads 24:00 and +01:60 too, RFC 3339 does not
_RFC3339 = re.compile(rf"\d{{4}}-\d\d-\d\d[Tt]{_HOUR_MINUTE}:\d\d(\.\d{{1,6}})?([Zz]|[+-]{_HOUR_MINUTE})", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1000, 9000
_EXPECTED_TIME = "expected RFC 3339 with an offset and at most six fractional digits, as 2025-03-01T09:00:00Z"


def moment(value: object) -> datetime:
    """Read an RFC 3339 moment as an aware UTC datetime; ValueError says what was expected."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(_EXPECTED_TIME)
        return value.astimezone(UTC)
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError(_EXPECTED_TIME)
    try:
        read = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(_EXPECTED_TIME) from None
    # The ends of the calendar are infinities to PostgreSQL, and overflow as soon as a zone or a day is added.
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise ValueError(f"expected a time between the years {FIRST_YEAR} and {LAST_YEAR}")
    return read


Time = Annotated[datetime, BeforeValidator(moment), WithJsonSchema({"type": "string", "format": "date-time"})]

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not _DAY.fullmatch(value):
        raise ValueError("expected a day, as 2025-03-31")  # pydantic would read "1704067200", too
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("expected a day of the calendar, as 2025-03-31") from None


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]

_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)


def decimal_of(value: object) -> Any:  # noqa: ANN401 -- a Decimal passes through to pydantic, which checks it
    """Read a decimal string, exactly; ValueError for anything else."""
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value):
            raise ValueError("expected a decimal string, as 1250000.00")
        return Decimal(value)
    if not isinstance(value, Decimal):
        raise ValueError("expected a decimal string, not a JSON number")  # noqa: TRY004 -- pydantic reports ValueError
    return value


Amount = Annotated[
    Decimal,
    BeforeValidator(decimal_of),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d{1,15}(\.\d{1,6})?$"}),
]


class Money(Frozen):
    """An exact amount in one currency; amounts of different currencies are never added."""

    amount: Amount
    # Not today's list of codes: one that retires must not make facts of its time unreadable.
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(description="ISO 4217 code")]


class Ref(Frozen):
    """A reference that may point to several kinds of thing."""

    kind: Literal["contact", "unit", "party", "member"]
    id: Id


class ExternalKey(Frozen):
    """How an upstream system names a thing; a participant named so is resolved when a question is asked."""

    system: Label
    key: Id


class Mailbox(Frozen):
    """A participant known only by e-mail; resolved when a question is asked."""

    email: Email
    name: Name | None = None


class EventRef(Frozen):
    """The identity of an event of the same account."""

    source: Label
    id: Id


class Evidence(Frozen):
    """Where a statement can be checked."""

    kind: Label
    ref: Label
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


class Basis(Frozen):
    """How the sender came to know a fact."""

    assertion: Literal["observed", "told", "inferred", "imported"] | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    assessor: Id | None = None
    evidence: Several[Evidence] = ()


Participant = Id | ExternalKey | Mailbox
Rank = Literal["executive", "middle", "frontline", "unknown"]
Attitude = Annotated[int, Field(ge=-2, le=2, description="advocate 2, supporter 1, neutral 0, sceptic -1, opponent -2")]
OneToFive = Annotated[int, Field(ge=1, le=5)]
ZeroToFive = Annotated[int, Field(ge=0, le=5)]
