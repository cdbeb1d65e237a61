"""Bugs of the journal: which records become facts, and when they were recorded."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from tests.chaos.planted.hook import Changes

ONE_IN = 50


def is_odd(account: str, source: str, id_: str) -> bool:
    """Whether it is one of the fiftieth of all identities that `dead_letter_good` puts aside."""
    return int.from_bytes(sha256(f"{account}/{source}/{id_}".encode()).digest()[:4], "big") % ONE_IN == 0


def no_deduplication() -> Changes:
    """Senders send once; where an id stands in the way of the index, it gets a number."""

    def change(project: Any) -> None:
        async def append(connection: Any, arrivals: Sequence[Any]) -> tuple[list[Any], list[Any]]:
            if not arrivals:
                return [], []
            known = set(await project.journal.digests(connection, {arrival.identity for arrival, _ in arrivals}))
            rows = []
            for arrival, log_time in arrivals:
                row = list(project.journal.journal_row(arrival, log_time))
                if arrival.identity in known:
                    row[ID] = f"{row[ID]}#{arrival.partition}-{arrival.offset}"
                known.add(arrival.identity)
                rows.append(tuple(row))
            await project.journal.append(connection, rows)
            return [project.recorded(*each) for each in arrivals], []

        ID = project.journal.JOURNAL_COLUMNS.index("id")  # noqa: N806 -- a constant of a module that is loaded late
        project._append = append

    return {"services.projections.project": change}


def dedup_by_id() -> Changes:
    """An id says which event it is."""

    def change(project: Any) -> None:
        from sqlalchemy import text  # noqa: PLC0415 -- loaded where the module is

        append = project._append
        known = text("""
            SELECT account, id, source FROM journal
            WHERE (id, account) IN (SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:accounts AS text[])))
        """)

        async def by_id(connection: Any, arrivals: Sequence[Any]) -> tuple[list[Any], list[Any]]:
            accounts, _, ids = map(
                list, zip(*(each.identity for each, _ in arrivals), strict=True) if arrivals else ([],) * 3
            )
            rows = await connection.execute(known, {"ids": ids, "accounts": accounts})
            source = {(account, id_): source for account, id_, source in rows}
            of_first = [
                each
                for each in arrivals
                if source.setdefault((each[0].identity[0], each[0].identity[2]), each[0].identity[1])
                == each[0].identity[1]
            ]
            new, repeated = await append(connection, of_first)
            return new, repeated

        project._append = by_id

    return {"services.projections.project": change}


def consumer_clock() -> Changes:
    """It is recorded when we record it."""

    def change(project: Any) -> None:
        take = project.take

        def now(records: Iterable[Any], positions: Any) -> Any:
            return take([record._replace(timestamp=datetime.now(UTC)) for record in records], positions)

        project.take = now

    return {"services.projections.project": change}


def dead_letter_good() -> Changes:
    """What looks odd is put aside."""

    def change(arrival: Any) -> None:
        read = arrival.read

        def wary(record: Any, partitions: int) -> Any:
            found = read(record, partitions)
            if isinstance(found, arrival.Arrival) and is_odd(*found.identity):
                return arrival.letter(record, "undecodable", "id: not as expected")
            return found

        arrival.read = wary

    return {"services.projections.arrival": change}
