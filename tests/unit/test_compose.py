"""The compose file and the Dockerfile name only what exists; no container engine is needed to know that."""

import importlib.util
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from services.cli import app

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "rapport"}
ONE_OFF = {name for name, service in SERVICES.items() if service.get("restart") == "no"}


def test_the_services_are_the_parts_of_the_local_stack_and_three_steps_that_run_once():
    assert set(SERVICES) == {"kafka", "postgres", "topic", "logins", "migrate", "ingest", "worker", "api"}
    assert {"topic", "logins", "migrate"} == ONE_OFF


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONE_OFF))
def test_each_service_that_stays_has_a_healthcheck_and_restarts(name):
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_of_our_commands_exists(name):
    program, *arguments = OURS[name]["command"]
    if program == "rapport":
        commands = {command.callback.__name__ for command in app.registered_commands if command.callback}
        assert arguments[0] in commands
    else:
        assert (program, arguments[0]) == ("python", "-m")
        assert importlib.util.find_spec(arguments[1])


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_of_our_processes_runs_without_rights_that_it_does_not_need(name):
    assert OURS[name]["cap_drop"] == ["ALL"]
    assert OURS[name]["read_only"] is True
    assert re.search(r"^USER (?!root)\w+", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE)


def test_whoever_is_waited_for_can_become_what_is_waited_for():
    for service in SERVICES.values():
        for needed, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if needed in ONE_OFF else "service_healthy"
            assert how["condition"] == wanted


def test_ports_are_open_to_this_machine_only():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == 4
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_data_lives_in_named_volumes():
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert {each for each in used if each[0] != "."} == set(COMPOSE["volumes"]) == {"kafka", "postgres"}


def test_logins_are_made_by_a_file_that_exists_and_each_process_has_only_its_own():
    (mounted,) = SERVICES["logins"]["volumes"]
    here, there, how = mounted.split(":")
    program, *_, file = SERVICES["logins"]["command"]
    assert (program, how) == ("psql", "ro")
    assert (ROOT / here / Path(file).relative_to(there)).is_file()
    assert SERVICES["logins"]["environment"]["PGUSER"] == SERVICES["postgres"]["environment"]["POSTGRES_USER"]
    users = {"migrate": "rapport_owner", "worker": "rapport_worker_login", "api": "rapport_reader_login"}
    for name, service in OURS.items():
        told = [f"{key}={value}" for key, value in service["environment"].items() if "postgres" in str(value)]
        if name not in users:
            assert told == []
            continue
        (url,) = told
        password = f"RAPPORT_{users[name].split('_')[1].upper()}_PASSWORD"
        default = SERVICES["logins"]["environment"][password]
        assert url == f"RAPPORT_DATABASE=postgresql://{users[name]}:{default}@postgres:5432/rapport"


def test_a_missing_secret_is_told_by_name():
    for service in OURS.values():
        assert service["environment"]["RAPPORT_SECRET"].startswith("${RAPPORT_SECRET:?set RAPPORT_SECRET")


def test_an_id_of_the_cluster_of_its_own_is_asked_for():
    assert SERVICES["kafka"]["environment"]["CLUSTER_ID"].startswith("${CLUSTER_ID:?set CLUSTER_ID")


def test_the_image_is_built_once_and_before_all_that_use_it():
    assert [name for name, service in SERVICES.items() if "build" in service] == ["topic"]


def test_health_is_asked_without_a_proxy():
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked = [sys.executable, "-m", "deploy.health", f"http://127.0.0.1:{server.getsockname()[1]}/health/ready"]
        proxied = {"http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
        process = subprocess.Popen(asked, cwd=ROOT, env=os.environ | proxied)  # noqa: S603 -- our own command
        server.settimeout(60)
        connection, _ = server.accept()
        with connection:
            assert connection.recv(1000).startswith(b"GET /health/ready ")
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
        assert process.wait(60) == 0


def test_the_image_copies_only_what_exists_and_what_the_build_context_lets_in():
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copies = re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE)
    sources = {source for copy in copies for source in copy.split()[:-1]}
    assert sources == let_in
    assert all((ROOT / source).exists() for source in sources)


def test_the_broker_in_the_container_is_set_as_the_local_one():
    properties = (ROOT / "deploy/local/kafka/server.properties").read_text()
    local = dict(line.split("=", 1) for line in properties.splitlines() if line and line[0] != "#")
    elsewhere = {"listeners", "advertised.listeners", "controller.quorum.voters", "log.dirs"}
    elsewhere |= {"listener.security.protocol.map"}  # it has a listener more, for the host
    container = SERVICES["kafka"]["environment"]
    for key in set(local) - elsewhere:
        assert container[f"KAFKA_{key.replace('.', '_').upper()}"] == local[key]
