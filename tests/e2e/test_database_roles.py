"""On the running stack each process reaches PostgreSQL as its own role, and ingest not at all."""

import asyncio

import asyncpg
import psutil
import pytest
from sqlalchemy import make_url

from tests.superuser import superuser

USERS = {"worker": {"rapport_worker_login"}, "api": {"rapport_reader_login"}, "ingest": set[str]()}


def ports(stack, part: str) -> set[int]:
    """Return the ports from which a process is connected to PostgreSQL."""
    server = make_url(stack.record.database).port
    connected = psutil.Process(stack.record.children[part].pid).net_connections("tcp")
    return {each.laddr.port for each in connected if each.raddr and each.raddr.port == server}


def users(stack) -> dict[int, str]:
    """Ask PostgreSQL who came from which port."""

    async def asked() -> dict[int, str]:
        connection = await asyncpg.connect(superuser(stack.data, stack.record))
        rows = await connection.fetch("SELECT client_port, usename FROM pg_stat_activity WHERE client_port IS NOT NULL")
        await connection.close()
        return dict(rows)

    return asyncio.run(asked())


@pytest.mark.parametrize("part", sorted(USERS))
def test_each_process_is_connected_as_its_own_role_only(stack, part):
    stack.ask("accounts/commons/team")  # whatever has lain idle is connected now
    from_where, who = ports(stack, part), users(stack)
    assert {who[port] for port in from_where if port in who} == USERS[part]


@pytest.mark.parametrize("part", sorted(USERS))
def test_each_process_is_told_of_no_login_but_its_own(stack, part):
    told = "\n".join(psutil.Process(stack.record.children[part].pid).environ().values())
    own = {"worker": stack.record.worker_database, "api": stack.record.api_database, "ingest": None}
    others = {superuser(stack.data, stack.record), stack.record.database, *own.values()} - {own[part], None}
    assert len(others) >= 3
    assert [name for name in others if str(make_url(name).password) in told] == []
    assert str(own[part] or "") in told


def test_what_a_command_does_with_the_database_is_done_as_its_owner(stack):
    assert make_url(stack.record.database).username == "rapport_owner"
    assert stack.run("verify").returncode == 0
