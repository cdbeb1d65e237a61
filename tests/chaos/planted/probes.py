"""Small questions, one for each planted bug, whose answer the bug changes: `python -m tests.chaos.planted.probes`.

Run in a process of its own, because a bug is planted as a process starts. Prints one JSON value.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import patch

from services.partition import LOG_APPEND_TIME
from services.projections import answers, cut
from services.projections.answers import Asked
from services.projections.project import Gap
from services.projections.questions import ACCOUNT
from services.settings import Database, Kafka
from tests.integration.projection import (
    START,
    Log,
    Projection,
    corrected,
    power,
    powers,
    projected,
    retracted,
)
from tests.unit.sending import event

FEBRUARY, MARCH, FAR = "2025-02-01T00:00:00Z", "2025-03-01T00:00:00Z", "2999-01-01T00:00:00Z"
Probe = Callable[[Projection, Log], Awaitable[Any]]


class Silent:
    """A producer whose broker acknowledges one record, and then nothing; its keeper as well."""

    took_at = 0.0
    timestamp_type = LOG_APPEND_TIME

    def __init__(self) -> None:
        self.offset = 0
        self.ends = dict[int, int]()

    async def current(self) -> "Silent":
        return self

    def give_up(self, *_: object) -> None:
        """As Producers has it."""

    async def took(self, *_: object) -> None:
        """As Producers has it."""

    async def send(self, *_: object, **__: object) -> "asyncio.Future[Silent]":
        future = asyncio.get_running_loop().create_future()
        if not self.offset:
            self.offset = 7
            future.set_result(self)
        return future


async def ack_before_broker(_: Projection, __: Log) -> Any:
    """The second event's receipt, of a broker that took only the first."""
    from services.http_problem import HttpProblem  # noqa: PLC0415 -- slow, and of two probes alone
    from services.ingest import log as ingest_log  # noqa: PLC0415 -- as above

    producers: Any = Silent()
    record = ingest_log.Record(0, b"acme", b"{}")
    with patch.object(ingest_log, "PATIENCE", 0.2):
        first = await ingest_log.append(producers, [record])
        try:
            return first + await ingest_log.append(producers, [record])
        except HttpProblem as problem:
            return [*first, problem.status]


async def acks_1(_: Projection, __: Log) -> Any:
    """How many replicas a producer waits for (-1: all), and whether it is idempotent."""
    from services.ingest.producers import Producers  # noqa: PLC0415 -- as above

    kafka = Kafka(bootstrap="127.0.0.1:1", local=True)
    producer = Producers(kafka)._make(kafka)
    told = [producer._sender._acks, producer._txn_manager is not None]
    await producer.stop()
    return told


async def drop_last_of_batch(projection: Projection, log: Log) -> Any:
    await projection.take(log.extend(*(power(str(number)) for number in range(3))))
    return await _rows_and_position(projection)


async def skip_batch_on_exception(projection: Projection, log: Log) -> Any:
    await projection.run("ALTER TABLE account_state RENAME TO away")
    failed = await _fails(projection, log)
    await projection.run("ALTER TABLE away RENAME TO account_state")
    return [failed, *await _rows_and_position(projection)]


async def position_before_rows(projection: Projection, log: Log) -> Any:
    return await skip_batch_on_exception(projection, log)


async def position_in_another_transaction(projection: Projection, log: Log) -> Any:
    await projection.run("ALTER TABLE position ADD CONSTRAINT still CHECK (next_offset = 0)")
    return [await _fails(projection, log), *await _rows_and_position(projection)]


async def no_guard_on_position(projection: Projection, log: Log) -> Any:
    """Positions after three records, after the first one again, and after one that is far ahead."""
    told = log.extend(*(power(str(number)) for number in range(6)))
    found: list[int | str] = []
    for records in (told[:3], told[:1], told[5:]):
        try:
            await projection.take(records)
        except Gap:
            found.append("gap")
        else:
            found.append(max((await projection.positions()).values()))
    return found


async def seek_to_committed(_: Projection, __: Log) -> Any:
    """Whose way of seeking it is, and where it begins without an offset."""
    from services.projections import stream  # noqa: PLC0415 -- Faust is slow, and of this probe alone

    async def nothing(_: set[int]) -> dict[int, int]:
        return {}

    made = stream.app(Kafka(bootstrap="127.0.0.1:1", local=True), 1, nothing)
    ours = stream.Consumer.seek_to_committed.__module__ == stream.__name__
    return [ours, made.conf.consumer_auto_offset_reset]


async def stale_state_cache(projection: Projection, log: Log) -> Any:
    """Who is known, when another worker has written the state between two batches of this one."""
    await projection.take([log.add(power("1")), log.add(_power_of("c-9", id="1", partitionkey="globex"))])
    await projection.run(
        "UPDATE account_state SET state = (SELECT state FROM account_state WHERE account = 'globex') "
        "WHERE account = 'acme'"
    )
    await projection.take([log.add(_power_of("c-2", id="2"))])
    return sorted(await powers(projection))


async def no_deduplication(projection: Projection, log: Log) -> Any:
    await projection.take(log.extend(power("1"), power("1")))
    await projection.take(log.extend(power("1")))
    return await _rows_and_position(projection)


async def dedup_by_id(projection: Projection, log: Log) -> Any:
    await projection.take(log.extend(power("1"), power("1", source="mail")))
    await projection.take(log.extend(power("1", source="phone"), power("1")))
    return await _rows_and_position(projection)


async def consumer_clock(projection: Projection, log: Log) -> Any:
    await projection.take(log.extend(power("1")))
    return [row[0] == START for row in await projection.rows("SELECT recorded_at FROM journal")]


async def dead_letter_good(projection: Projection, log: Log) -> Any:
    await projection.take(log.extend(*(power(f"e-{number}") for number in range(200))))
    return [len(await projection.identities()), len(await projection.letters())]


async def arrival_order(projection: Projection, log: Log) -> Any:
    """The level now and in the past, of two that came in two batches, the earlier one last."""
    await projection.take(log.extend(power("1", 5, time=MARCH)))
    await projection.take(log.extend(power("2", 2, time=FEBRUARY)))
    past = Asked(as_of=START)
    return [(await powers(projection))["c-1"], (await powers(projection, past))["c-1"]]


async def late_appended(projection: Projection, log: Log) -> Any:
    return await arrival_order(projection, log)


async def correction_ignored(projection: Projection, log: Log) -> Any:
    await projection.take(log.extend(power("1", 3), power("2"), corrected("3", "1", 5), retracted("4", "2")))
    return await powers(projection)


async def retraction_everywhen(projection: Projection, log: Log) -> Any:
    """What is known now, and was before the retraction."""
    told = log.extend(power("1", 3), retracted("2", "1"))
    await projection.take(told)
    before = Asked(known_at=told[0].recorded_at)
    return [await powers(projection), await powers(projection, before)]


async def amendment_by_time(projection: Projection, log: Log) -> Any:
    first = corrected("2", "1", 5) | {"time": MARCH}
    second = corrected("3", "1", 1) | {"time": FEBRUARY}
    await projection.take(log.extend(power("1", 3), first, second))
    return await powers(projection)


async def future_folded(projection: Projection, log: Log) -> Any:
    await projection.take(log.extend(power("1", time=FAR)))
    return await powers(projection)


async def policy_at_now(projection: Projection, log: Log) -> Any:
    """The floor in force as it was known before the policy came, and the one in force now."""
    known = log.add(power("1"))
    await projection.take([known, log.add(_floor(0.9, "1"))])
    return [await _floor_at(projection, Asked(known_at=known.recorded_at)), await _floor_at(projection, Asked())]


async def token_without_policy(projection: Projection, log: Log) -> Any:
    """The floor at a token's cut, before and after a policy that applies from before it."""
    await projection.take(log.extend(power("1")))
    async with answers.snapshot(projection.engine) as at:
        token = at.cut(Asked(), [0]).encode()
    asked = Asked(cut=cut.decode(token))
    before = await _floor_at(projection, asked)
    await projection.take([log.add(_floor(0.9, "1"))])
    return [before, await _floor_at(projection, asked)]


async def two_transactions(projection: Projection, log: Log) -> Any:
    """What is seen of an event that is projected after the positions were read."""
    question = ACCOUNT["power-interest"]
    async with answers.snapshot(projection.engine) as at:
        at_cut = at.cut(Asked(), [0])
        await projection.take(log.extend(power("1")))
        view = await answers.account_view(at, "acme", question, Asked(), at_cut)
    return [each.contact for each in question.answer(view, question.parameters()).contacts]


async def batch(projection: Projection, log: Log) -> Any:
    """One batch of the worker's, through all its points."""
    await projection.take(log.extend(power("1")))
    return await _rows_and_position(projection)


def _power_of(contact: str, **attributes: Any) -> dict[str, Any]:
    return event(data={"contact": contact, "level": 3}, **attributes)


def _floor(floor: float, id_: str) -> dict[str, Any]:
    data = {"version": "strict", "leading": "latest", "half_life_days": 30, "floor": floor}
    return event("attitude_model.defined.v1", data, id=id_, partitionkey="$policy")


async def _floor_at(projection: Projection, asked: Asked) -> float:
    async with answers.snapshot(projection.engine) as at:
        view = await answers.account_view(at, "acme", ACCOUNT["power-interest"], asked, at.cut(asked, [0]))
    return view.policies.attitude.floor


async def _fails(projection: Projection, log: Log) -> bool:
    try:
        await projection.take(log.extend(power("1")))
    except Exception:  # noqa: BLE001 -- whether, not how
        return True
    return False


async def _rows_and_position(projection: Projection) -> list[int]:
    rows = len(await projection.identities())
    return [rows, max((await projection.positions()).values(), default=0)]


async def _probe(names: list[str], dsn: str) -> dict[str, Any]:
    """Return what each finds, each in an empty projection."""
    found = {}
    async with projected(Database.model_validate({"dsn": dsn})) as projection:
        for name in names:
            found[name] = await globals()[name.replace("-", "_")](projection, Log())
            await projection.run("ALTER TABLE position DROP CONSTRAINT IF EXISTS still")
            await projection.empty()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_probe(sys.argv[2:], sys.argv[1]))))
