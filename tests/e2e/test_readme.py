"""What the README tells people to type is typed on the session's stack: its shell in one shell, and its Python."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.stack import REPOSITORY, environment

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return blocks_of(README, language)


def blocks_of(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def shell(stack, tmp_path):
    """A shell that finds `rapport`, in which every command must succeed."""
    rapport = tmp_path / "rapport"
    rapport.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from services.cli import main; main()" "$@"\n')
    rapport.chmod(0o755)
    more = {"RAPPORT_API": stack.record.api, "RAPPORT_INGEST": stack.record.ingest}
    env = environment(stack.data, **more)
    env["PATH"] = f"{tmp_path}:{Path(sys.executable).parent}:{env['PATH']}"

    def run(script: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", "-euxo", "pipefail", "-c", script]
        return subprocess.run(command, env=env, cwd=REPOSITORY, capture_output=True, text=True, check=False)  # noqa: S603

    return run


def test_every_command_of_the_readme_runs(shell):
    done = shell("\n".join(blocks("sh")))
    assert done.returncode == 0, done.stderr[-2_000:]
    assert '"support":244,"neutral":0,"oppose":394,"unknown":11' in done.stdout
    assert done.stdout.count('"receipts"') == 4
    assert "Events sent: 4,960." in done.stdout
    assert '"in_force":true' in done.stdout
    assert '"version":"2027-a"' in done.stdout


def test_the_guided_tour_prints_what_the_readme_shows(shell):
    (tour,) = re.findall(r"^## A guided tour.*?(?=^## )", README, re.MULTILINE | re.DOTALL)
    stops = re.findall(r"^\*\*(\d+)\. .*?^```sh\n(.*?)^```$.*?^```text\n(.*?)^```$", tour, re.MULTILINE | re.DOTALL)
    assert [int(number) for number, _, _ in stops] == list(range(1, 11))
    done = shell("\n".join(blocks_of(tour, "sh")))
    assert done.returncode == 0, done.stderr[-2_000:]
    printed = [line.rstrip() for line in done.stdout.splitlines() if ", as of " not in line]
    assert printed == [line for _, _, shown in stops for line in shown.splitlines()]


def test_the_python_of_the_readme_runs(shell):
    (program,) = blocks("python")
    done = shell(f"export SENDER=$(rapport token --role emitter)\npython3 - <<'END'\n{program}\nEND")
    assert done.returncode == 0, done.stderr[-2_000:]


def test_only_commands_that_exist_are_named():
    from services.cli import app  # noqa: PLC0415

    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    named = re.search(r"All else is one command, `rapport`.*?: (.*?); each has", README)
    assert named
    assert set(re.findall(r"`([\w-]+)`", named[1])) == known


def test_every_path_that_the_readme_names_exists():
    (tree,) = [block for block in blocks("text") if "schemas/   " in block]
    for line in tree.splitlines():
        parent = "services/projections" if line.startswith(" ") else ""
        for name in re.findall(r"^\s*((?:\S+ )+?) ", f"{line} ")[0].split():
            assert (REPOSITORY / parent / name).exists(), name
