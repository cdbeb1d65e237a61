"""A projection that another release made: nothing is answered from it, and a stack that finds it rebuilds it."""

import asyncio
from pathlib import Path

import pytest

from deploy.local.plan import Plan
from deploy.local.stack import Stack
from services.cli import migrating
from services.problem import Problem
from services.projections.store import control
from tests.integration.projection import power

OLD = "CREATE OR REPLACE VIEW layout AS SELECT 3 AS number"
SENTENCE = f"The projection has layout 3, this release needs {control.LAYOUT}: run `rapport rebuild`."


async def test_the_read_api_answers_nothing_from_a_projection_of_another_layout(projection, log, reads):
    log.extend(power("1"))
    await projection.take(log.records)
    await reads.ok("/v1/accounts/acme/power-interest")
    await projection.run(OLD)  # a back-out, or another release's rebuild, while this process serves
    for path in ("/v1/accounts/acme/power-interest", "/v1/portfolio/funnel", "/v1/positions", "/health/ready"):
        problem = await reads.problem(503, path)
        assert (problem["type"], problem["detail"]) == ("urn:rapport:problem:layout", SENTENCE)
    assert (await reads.get("/health/live")).status_code == 200


async def test_migrate_says_that_a_rebuild_is_due(projection, servers, database, monkeypatch, capsys):
    monkeypatch.setenv("RAPPORT_KAFKA", servers.kafka.bootstrap)
    monkeypatch.setenv("RAPPORT_LOCAL", "1")
    monkeypatch.setenv("RAPPORT_DATABASE", database.plain())
    await asyncio.to_thread(migrating.migrate)
    assert capsys.readouterr().err == ""
    await projection.run(OLD)
    await asyncio.to_thread(migrating.migrate)
    assert capsys.readouterr() == ("The database holds version 1 of the projection.\n", f"{SENTENCE}\n")


@pytest.mark.usefixtures("kafka")
async def test_a_stack_rebuilds_what_an_earlier_release_projected_from_its_own_log(
    projection, servers, database, tmp_path, capfd
):
    await projection.run(OLD)
    said = list[str]()
    stack = _stack(tmp_path, said, servers, database)
    await stack._renew()
    assert await control.active_version(database) == 2
    assert said == ["The projection is of another release: it is derived anew from the log."]
    assert "Version 2 is active: " in capfd.readouterr().err
    await stack._renew()
    assert (await control.active_version(database), len(said)) == (2, 1)


async def test_a_stack_leaves_a_projection_of_somebody_elses_log_in_somebody_elses_database_as_it_is(
    projection, servers, database, tmp_path, monkeypatch
):
    await projection.run(OLD)
    monkeypatch.setenv("RAPPORT_KAFKA", servers.kafka.bootstrap)
    monkeypatch.setenv("RAPPORT_DATABASE", database.plain())
    with pytest.raises(Problem, match="has layout 3"):
        await _stack(tmp_path, [], servers, database)._renew()


def _stack(data: Path, said: list[str], servers, database) -> Stack:
    """Make a stack whose Kafka and PostgreSQL run already."""
    stack = Stack(Plan(data, frozenset({"worker", "api"}), workers=1), said.append)
    stack._record = stack._record.model_copy(update={"kafka": servers.kafka.bootstrap, "database": database.plain()})
    return stack
