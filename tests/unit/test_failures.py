"""What goes wrong outside is one sentence on stderr and exit code 1, for each command; a bug keeps its traceback."""

import os
import subprocess
import sys

import asyncpg
import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import DBAPIError

from deploy.local.ports import free
from services.failures import locked_out, permitted, sentence
from services.problem import Problem

RAPPORT = ("-c", "from services.cli import main; main()")
MIGRATE = ("-m", "services.projections", "migrate")
AWAY = f"127.0.0.1:{free(1)[0]}"
DATABASE = {"RAPPORT_KAFKA": AWAY, "RAPPORT_DATABASE": f"postgresql://u:hush@{AWAY}/d"}
SILENT = f"PostgreSQL at {AWAY} (RAPPORT_DATABASE) does not answer (ConnectionRefusedError)."


@pytest.mark.parametrize(
    ("command", "settings", "said"),
    [
        ((*RAPPORT, "up"), {"RAPPORT_PARTITIONS": "abc"}, "RAPPORT_PARTITIONS is malformed: "),
        ((*RAPPORT, "up"), {"RAPPORT_DATA": "/proc/x"}, "RAPPORT_DATA names no place to write to: /proc/x: "),
        ((*RAPPORT, "token", "--role", "manager"), {"RAPPORT_SECRET": "short"}, "RAPPORT_SECRET is malformed: "),
        ((*RAPPORT, "token", "--role", "manager", "--hours", "9000"), {"RAPPORT_SECRET": "x" * 32}, "--hours: "),
        ((*RAPPORT, "migrate"), DATABASE, SILENT),
        ((*RAPPORT, "rebuild", "--back-out"), DATABASE, SILENT),
        (MIGRATE, DATABASE, SILENT),
    ],
    ids=range(7),  # else the free port would be in the test's name
)
def test_a_command_that_cannot_do_its_work_says_one_sentence(tmp_path, command, settings, said):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    environment = kept | {"RAPPORT_DATA": str(tmp_path)} | settings
    done = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False)  # noqa: S603 -- our own command
    assert done.returncode == 1
    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == 1


class Refused(Exception):  # noqa: N818 -- it stands for any of them
    """As the driver has it."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__("permission denied for table journal")
        self.sqlstate = sqlstate


@pytest.mark.parametrize("sqlstate", ["42501", "28P01", "28000"])  # no right; a wrong password; no such user
def test_a_service_that_postgresql_refuses_says_which_role_it_needs(sqlstate):
    expected = (
        "PostgreSQL refuses the user of RAPPORT_DATABASE: permission denied for table journal. A worker's must be"
    )
    for error in (Refused(sqlstate), DBAPIError(None, None, Refused(sqlstate))):
        assert str(locked_out(error)).startswith(expected)
        with pytest.raises(Problem, match="permission denied"), permitted():
            raise error


@pytest.mark.parametrize(
    "error", [Refused("40001"), DBAPIError(None, None, Refused("42P01")), KeyError("28"), OSError()]
)
def test_what_is_no_refusal_is_not_taken_for_one(error):
    assert locked_out(error) is None
    with pytest.raises(type(error)), permitted():
        raise error


def test_what_comes_from_outside_is_a_sentence_and_a_bug_is_not():
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(int).validate_python("x")
    assert str(sentence(refused.value)).startswith("int is malformed: Input should be a valid integer")
    assert sentence(PermissionError(13, "Permission denied", "/there")) == "/there: Permission denied."
    driver = Exception("<class 'asyncpg.SomeError'>: there is no room")
    assert sentence(DBAPIError(None, None, driver)) == "The database refuses: there is no room."
    full = asyncpg.DiskFullError('could not extend file "base/1": No space left on device')
    assert sentence(full) == 'The database refuses: could not extend file "base/1": No space left on device.'
    assert sentence(KeyError("bug")) is None
