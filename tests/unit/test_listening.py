"""Where servers listen: on ports that no connection is given, and who finds one taken says so."""

import socket
from pathlib import Path

import pytest

from deploy.local import ports
from services import listening
from services.problem import Problem

TAKEN = r"Nothing can listen at 127\.0\.0\.1:{} \({}\): the port is taken, free it or name another\."


def test_a_taken_port_is_told_with_its_variable():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Problem, match=TAKEN.format(port, "RAPPORT_INGEST")):
            listening.check("127.0.0.1", port, "RAPPORT_INGEST")
        with pytest.raises(Problem, match=TAKEN.format(port, "RAPPORT_API")):
            ports.settle(f"http://127.0.0.1:{port}", "RAPPORT_API")
    listening.check("127.0.0.1", port, "RAPPORT_INGEST")


def test_a_port_that_a_connection_was_given_is_taken_too():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as connection:
        assert listening.refusal(*connection.getsockname())


def test_an_address_of_another_machine_is_told_with_the_systems_reason():
    with pytest.raises(Problem, match=r"at 192\.0\.2\.1:10000 \(RAPPORT_API\): Cannot assign requested address\."):
        listening.check("192.0.2.1", 10_000, "RAPPORT_API")


def test_chosen_ports_are_free_and_differ_and_are_never_a_connections():
    chosen = ports.free(200) + ports.free(200)
    lowest, highest = (int(each) for each in Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert len(set(chosen)) == len(chosen)
    assert not [port for port in chosen if lowest <= port <= highest]
    assert [listening.refusal("127.0.0.1", port) for port in chosen] == [None] * len(chosen)
