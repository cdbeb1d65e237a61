"""Where servers listen: on ports that no connection is given, and who finds one taken says so."""

import resource
import socket
from pathlib import Path

import pytest

from deploy.local import ports
from services import listening
from services.problem import Problem
from services.settings import address

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


@pytest.mark.parametrize(
    ("url", "expected"),
    [("http://127.0.0.1:0", "127.0.0.1"), ("http://localhost:0", "localhost"), ("http://[::1]:0/", "::1")],
)
def test_port_0_becomes_a_free_port_of_the_host_that_was_named(url, expected):
    settled = ports.settle(url, "RAPPORT_API")
    host, port = address(settled)
    assert (host, settled) == (expected, url.replace(":0", f":{port}"))
    assert port >= 10_000
    assert listening.refusal(host, port) is None


def test_a_port_that_is_taken_at_the_host_that_was_named_is_not_chosen_though_it_is_free_elsewhere(monkeypatch):
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        candidates = iter([other.getsockname()[1], *ports.free(1)])
        monkeypatch.setattr(ports, "_candidates", lambda: candidates)
        settled = ports.settle("http://[::1]:0", "RAPPORT_API")
        assert address(settled)[1] != other.getsockname()[1]


def test_port_0_where_this_machine_is_not_is_told_with_its_variable():
    with pytest.raises(Problem, match=r"at 192\.0\.2\.1:0 \(RAPPORT_API\): Cannot assign requested address\."):
        ports.settle("http://192.0.2.1:0", "RAPPORT_API")


@pytest.mark.parametrize("left", [b"", b'{"kafka": 1', b"\xff", b"[]", b'{"kafka": "one"}'])
def test_ports_are_remembered_and_chosen_anew_where_that_is_not_readable_any_more(tmp_path, left):
    file = tmp_path / "ports.json"
    first = ports.remembered(file, ["kafka", "postgres"])
    assert ports.remembered(file, ["postgres"]) == {"postgres": first["postgres"]}
    assert ports.remembered(file, ["kafka"]) == {"kafka": first["kafka"]}
    file.write_bytes(left)
    chosen = ports.remembered(file, ["kafka"])
    assert ports.remembered(file, ["kafka"]) == chosen


def test_a_disk_that_takes_no_more_leaves_the_ports_that_are_remembered(tmp_path):
    file = tmp_path / "ports.json"
    first = ports.remembered(file, ["kafka"])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            ports.remembered(file, ["kafka", "postgres"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert ports.remembered(file, ["kafka"]) == first
