"""Rows of many accounts, streamed, account by account."""

from collections.abc import AsyncIterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Row, TextClause
from sqlalchemy.ext.asyncio import AsyncConnection

AT_ONCE = 2_000  # rows: a step of the event loop for each row would cost more than reading it


async def by_account(
    connection: AsyncConnection, statement: TextClause, wanted: Mapping[str, object]
) -> AsyncIterator[tuple[str, list[Row[*tuple[Any, ...]]]]]:
    """Yield the rows of each account; the statement's first column is the account, and its order."""
    account, gathered = None, list[Row[*tuple[Any, ...]]]()
    result = await connection.stream(statement, wanted)
    async for rows in result.partitions(AT_ONCE):
        for each, of_it in groupby(rows, key=itemgetter(0)):
            if account is not None and each != account:
                yield account, gathered
                gathered = []
            account = each
            gathered.extend(of_it)
    if account is not None:
        yield account, gathered
