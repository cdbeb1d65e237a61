"""Small histories for tests, and the one way in which tests ask: visible, fold, view, answer."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter

import schemas
from schemas import POLICY
from schemas.event import REGISTERED
from services.importers import STORY
from services.projections.folds.policy import State as PolicyState
from services.projections.hindsight.questions import OF_AN_ACCOUNT
from services.projections.history import Moment, Recorded
from services.projections.models.policies import in_force
from services.projections.said import Reader
from services.projections.views import defined_by, view_of_facts

ROOT = Path(__file__).parents[2]
STORIES = STORY.parent
BEIJING = timezone(timedelta(hours=8))
_offsets = count()


def moment(when: str | datetime) -> datetime:
    """Return a moment: RFC 3339, or a date, which means the start of that day in UTC."""
    if isinstance(when, datetime):
        return when
    read = datetime.fromisoformat(when)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def end_of(day: str, tz: timezone = UTC) -> datetime:
    """Return the last moment of a day, which is what a date means in `as_of` and `known_at`."""
    return datetime.fromisoformat(day).replace(tzinfo=tz) + timedelta(days=1, microseconds=-1)


def beijing(day: str) -> datetime:
    """Return the end of a day in Beijing, where the stories take place."""
    return end_of(day, BEIJING)


def fact(  # noqa: PLR0913 -- an envelope has as many attributes
    type: str,  # noqa: A002 -- the attribute's own name
    time: str | datetime,
    data: dict[str, Any],
    *,
    recorded_at: str | datetime | None = None,
    offset: int | None = None,
    source: str = "crm",
    id: str | None = None,  # noqa: A002 -- as above
    account: str = "acme",
    actor: str = "m-1",
    **attributes: Any,
) -> Recorded:
    """Return a recorded event: known at once unless `recorded_at` says otherwise, told in the order of the calls.

    `type` may leave out its `.v1`; a date is the start of that day in UTC; `attributes` are of the envelope.
    """
    offset = next(_offsets) if offset is None else offset
    event = {
        "specversion": "1.0",
        "id": id or f"e{offset}",
        "source": source,
        "type": type if type in REGISTERED else f"{type}.v1",
        "time": moment(time).isoformat(),
        "partitionkey": account,
        "actor": actor,
        "data": data,
        **attributes,
    }
    parsed = schemas.parse(orjson.dumps(event))
    return Recorded(parsed, moment(recorded_at) if recorded_at else parsed.time, 0, offset)


def ask(
    question_name: str,
    facts: Iterable[Recorded],
    as_of: str | datetime,
    known_at: str | datetime | None = None,
    **parameters: Any,
) -> Any:
    """Ask as a client would and return the answer as JSON data; a date is the end of that day in UTC.

    Without `known_at` all that was ever told is known. `from_` stands for the parameter `from`.
    The question sees no subject and no fact that it does not declare. Facts on `$policy` are the policies.
    """
    question = OF_AN_ACCOUNT[question_name]
    told = list(facts)
    facts = [each for each in told if each.event.partitionkey != POLICY]
    latest = max((each.recorded_at for each in told), default=datetime.max.replace(tzinfo=UTC))
    at = Moment(_end(as_of), _end(known_at) if known_at else latest)
    known = [each for each in facts if each.recorded_at <= at.known_at]
    account = facts[0].event.partitionkey if facts else "acme"
    seen = view_of_facts(account, question, known, at, in_force(defined(told, at)))
    asked = question.parameters.model_validate({name.rstrip("_"): value for name, value in parameters.items()})
    answer = question.answer(seen, asked)
    reader = Reader(zone=asked.zone)
    return TypeAdapter(question.answer_model).dump_python(answer, mode="json", by_alias=True, context=reader)


def defined(facts: Iterable[Recorded], at: Moment) -> PolicyState:
    """Return which policies were defined at a moment, by the facts on `$policy`."""
    policies = [each for each in facts if each.event.partitionkey == POLICY]
    return defined_by(policies, at)


def _end(when: str | datetime) -> datetime:
    return end_of(when) if isinstance(when, str) and len(when) == len("2025-01-31") else moment(when)


@cache
def story(name: str) -> tuple[Recorded, ...]:
    """Read the story of this name; the order of its lines is the order of the log."""
    lines = [orjson.loads(line) for line in (STORIES / f"{name}.ndjson").read_bytes().splitlines()]
    recorded_at = [moment(told.pop("recordedat")) for told in lines]
    parsed = [schemas.parse(orjson.dumps(told)) for told in lines]
    return tuple(
        Recorded(event, at, 0, offset) for offset, (event, at) in enumerate(zip(parsed, recorded_at, strict=True))
    )


def hospital() -> list[Recorded]:
    """Return the hospital's history."""
    return list(story("hospital"))
