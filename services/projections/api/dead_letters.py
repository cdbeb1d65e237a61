"""`/v1/dead-letters`: what of the log became no fact, and why."""

from base64 import b64encode
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field, field_validator

from services import logposition
from services.access import Caller
from services.projections import answers
from services.projections.api.entering import AUDITORS, among
from services.projections.api.listing import documented, listed
from services.projections.question import Parameters
from services.projections.store import dead_letters
from services.projections.store.dead_letters import Kept

router = APIRouter(prefix="/v1", tags=["log"])

Reason = Literal["undecodable", "misrouted", "conflict", "occupied"]
WITH_BYTES = 20  # letters in a page with their bytes, of which each may have a megabyte
LONGEST = 200  # characters of an id


class DeadLettersParameters(Parameters):
    """Which dead letters."""

    reason: Reason | None = Field(None, description="only those that became no fact for this reason")
    account: str | None = Field(None, description="only of this account; of some it cannot be told")
    source: str | None = Field(None, description="only from this source; of some it cannot be told")
    raw: bool = Field(default=False, description="1: with key and value of the record, which may hold personal data")
    cursor: str | None = Field(None, description="the `next` of the page before")
    limit: int = Field(100, ge=1, le=1_000, description=f"letters in a page; with raw=1 at most {WITH_BYTES}")

    @field_validator("cursor")
    @classmethod
    def _is_a_place(cls, cursor: str | None) -> str | None:
        if cursor is not None:
            logposition.read(cursor)
        return cursor


class DeadLetter(BaseModel):
    """A record of the log that became no fact. What it says of itself is null where it cannot be read, or is long."""

    partition: int
    offset: int
    recorded_at: datetime
    reason: Reason
    detail: str
    account: str | None
    source: str | None
    id: str | None
    type: str | None = Field(description="null: it cannot be read, or the record is longer than 4 KB")
    size: int | None = Field(description="of its value, in bytes; null: it has none")
    key: str | None = Field(description="base64, with raw=1")
    value: str | None = Field(description="base64, with raw=1")


class ReasonCount(BaseModel):
    """How many there are in all, of this account and source if they are asked for."""

    reason: Reason
    source: str | None = Field(description="null: it cannot be told")
    letters: int


class DeadLettersPage(BaseModel):
    """Dead letters, partition by partition, each in the order of the log."""

    dead_letters: list[DeadLetter]
    counts: list[ReasonCount] | None = Field(description="of all pages; null on those after the first")
    next: str | None = Field(description="the cursor of the following page")


@router.get("/dead-letters", response_class=Response, responses=documented(DeadLettersPage))
async def dead_letters_page(
    request: Request, wanted: Annotated[DeadLettersParameters, Query()], caller: Annotated[Caller, Depends(AUDITORS)]
) -> Response:
    """List the dead letters of accounts that the caller may see; of no account, for who may see all."""
    most = min(wanted.limit, WITH_BYTES) if wanted.raw else wanted.limit
    chosen = dead_letters.Chosen(among(caller), wanted.reason, wanted.account, wanted.source)
    beyond = logposition.read(wanted.cursor) if wanted.cursor else (-1, -1)
    async with answers.snapshot(request.app.state.engine) as at:
        found = await dead_letters.page(at.connection, chosen, beyond, most, whole=wanted.raw)
        counts = None if wanted.cursor else await dead_letters.counted(at.connection, chosen)
    following = logposition.written(found[-1].partition, found[-1].offset) if len(found) == most else None
    page = DeadLettersPage(
        dead_letters=[_letter(each, raw=wanted.raw) for each in found],
        counts=None if counts is None else [ReasonCount.model_validate(each) for each in counts],
        next=following,
    )
    return listed(request, DeadLetter, page.dead_letters, page.model_dump(mode="json"), following)


def _letter(kept: Kept, *, raw: bool) -> DeadLetter:
    sent = _sent(kept.value)
    return DeadLetter.model_validate(
        {
            **{
                name: getattr(kept, name) for name in ("partition", "offset", "recorded_at", "reason", "detail", "size")
            },
            "account": kept.account or _word(sent.get("partitionkey")),
            "source": kept.source or _word(sent.get("source")),
            "id": kept.id or _word(sent.get("id")),
            "type": _word(sent.get("type")),
            "key": _base64(kept.key) if raw else None,
            "value": _base64(kept.value) if raw else None,
        }
    )


def _sent(value: bytes | None) -> dict[str, Any]:
    try:
        sent = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return {}
    return sent if isinstance(sent, dict) else {}


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= LONGEST and value.isprintable() else None


def _base64(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()
