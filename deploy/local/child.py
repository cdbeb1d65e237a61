"""Become the given command, and die with the parent: `python child.py PARENT SIGNAL USER COMMAND...`.

A process of its own, and no `preexec_fn`, because running Python between fork and exec may deadlock. It
imports nothing but the standard library and costs some milliseconds. USER is `-` to stay who one is.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1


def become(user: str) -> None:
    """Give up root for good."""
    entry = pwd.getpwnam(user)
    os.setgroups([entry.pw_gid])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def die_with(parent: int, signal: int) -> None:
    """Ask Linux to send `signal` when the parent dies; elsewhere `rapport up` clears orphans at its start."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal)
    if os.getppid() != parent:  # it died before the request
        sys.exit(1)


def main() -> None:
    """Change user first: a change of user clears the request of `die_with`."""
    parent, signal, user, *command = sys.argv[1:]
    if user != "-":
        become(user)
    die_with(int(parent), int(signal))
    os.execvp(command[0], command)  # noqa: S606  no shell is wanted


if __name__ == "__main__":
    main()
