"""A process whose port is taken ends with one sentence, before it has begun anything."""

import socket

import pytest

from tests.integration.service import PATIENCE, Service
from tests.integration.working import Api, Worker


def ingest(kafka, database, home):
    del database
    return Service(kafka, home)


PROCESSES = [(ingest, "RAPPORT_INGEST"), (Worker, "RAPPORT_WORKER_PORT"), (Api, "RAPPORT_API")]


@pytest.mark.parametrize(("kind", "variable"), PROCESSES, ids=[variable for _, variable in PROCESSES])
def test_a_taken_port_ends_the_process_with_a_sentence(kafka, database, tmp_path, kind, variable):
    made = kind(kafka, database, tmp_path)
    port = int(made.url.rsplit(":", 1)[1])
    with socket.create_server(("127.0.0.1", port)):
        (made.launch if kind is ingest else made.start)()
        assert made.process.wait(PATIENCE) == 1
    expected = f"Nothing can listen at 127.0.0.1:{port} ({variable}): the port is taken, free it or name another."
    assert made.told.splitlines() == [expected]
