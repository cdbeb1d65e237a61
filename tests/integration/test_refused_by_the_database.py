"""A service that its database refuses says so in one sentence, with the remedy, and works again once it may."""

import logging
import os
import subprocess
import sys
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from services.projections.api import refused
from services.settings import Database
from tests.integration.admitted import rows
from tests.integration.projection import projected
from tests.integration.reading import reading
from tests.integration.working import Worker

REMEDY = (
    " A worker's must be a member of rapport_worker, a read API's of rapport_reader;"
    " `rapport migrate` grants those two what they need."
)
PATH = "/v1/accounts/acme/power-interest"


@pytest.fixture
async def migrated(own):
    async with projected(own.owner):
        return own


def by_password(database, password):
    """Return the same database for the same user, by another password."""
    url = make_url(database.plain()).set(password=password)
    return Database.model_validate({"dsn": url.render_as_string(hide_password=False)})


async def test_a_worker_with_the_login_of_another_says_what_it_lacks(migrated, kafka, tmp_path):
    worker = Worker(kafka, migrated.reader, tmp_path).start()
    assert await worker.ended() == 1
    said = f"PostgreSQL refuses the user of RAPPORT_DATABASE: permission denied for table log.{REMEDY}"
    assert worker.told.splitlines() == [said]


async def test_a_worker_with_a_wrong_password_says_so(migrated, kafka, tmp_path):
    worker = Worker(kafka, by_password(migrated.worker, "wrong"), tmp_path).start()
    assert await worker.ended() == 1
    (said,) = worker.told.splitlines()
    assert "password authentication failed for user" in said
    assert said.endswith(REMEDY)


async def test_a_read_api_that_lacks_a_right_answers_503_says_which_and_answers_again_once_it_has_it(
    migrated, database, caplog
):
    async with reading(migrated.reader) as api:
        await api.problem(404, PATH)
        await rows(database, "REVOKE SELECT ON projection_1.journal FROM rapport_reader")
        with caplog.at_level(logging.ERROR, refused.__name__):
            told = await api.problem(503, PATH)
        assert (told["type"], "journal" in str(told)) == ("urn:rapport:problem:rights", False)
        (line,) = [each.getMessage() for each in caplog.records if each.name == refused.__name__]
        assert line == f"PostgreSQL refuses the user of RAPPORT_DATABASE: permission denied for table journal.{REMEDY}"
        await rows(database, "GRANT SELECT ON projection_1.journal TO rapport_reader")
        await api.problem(404, PATH)


@pytest.mark.parametrize("who", ["wrong password", "no member"])
async def test_a_read_api_that_is_not_let_in_is_not_ready(migrated, database, who):
    stranger, password = f"stranger_{uuid4().hex}", "a password"
    if who == "no member":
        await rows(database, f"CREATE ROLE {stranger} LOGIN PASSWORD '{password}'")
        url = make_url(database.plain()).set(username=stranger, password=password)
        mistaken = Database.model_validate({"dsn": url.render_as_string(hide_password=False)})
    else:
        mistaken = by_password(migrated.reader, "wrong")
    async with reading(mistaken) as api:
        assert (await api.problem(503, "/health/ready"))["type"] == "urn:rapport:problem:rights"
        assert (await api.get("/health/live")).status_code == 200
    if who == "no member":
        await rows(database, f"DROP ROLE {stranger}")


async def test_migrating_without_the_owners_login_is_one_sentence(migrated, kafka):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    told = {"RAPPORT_DATABASE": migrated.reader.plain(), "RAPPORT_KAFKA": kafka.bootstrap, "RAPPORT_LOCAL": "1"}
    command = [sys.executable, "-m", "services.projections", "migrate"]
    done = subprocess.run(command, env=kept | told, capture_output=True, text=True, check=False)  # noqa: S603, ASYNC221 -- our own command
    assert done.returncode == 1
    (said,) = done.stderr.splitlines()
    assert said.startswith("The database refuses: permission denied for ")
