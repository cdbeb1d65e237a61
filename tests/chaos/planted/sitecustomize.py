"""Python runs this at the start of each process that has this folder on its path; the environment says what to plant.

RAPPORT_PLANTED names one bug. RAPPORT_KILL_FILE names a file that arms a point to die at. Without either, nothing is
changed. What cannot be planted as asked ends the process: a bug that is not there would count as one not found.
"""

import importlib.machinery
import importlib.util
import os
import sys
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent


def _chain() -> None:
    """Run the interpreter's own sitecustomize, which this one stands before."""
    sys.path[:] = [each for each in sys.path if Path(each or ".").resolve() != HERE]  # no one else's imports end here
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if spec and spec.loader:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def _plant() -> None:
    bug, kill_file = os.environ.get("RAPPORT_PLANTED"), os.environ.get("RAPPORT_KILL_FILE")
    if not (bug or kill_file):
        return
    sys.path.append(str(HERE.parents[2]))
    from tests.chaos.planted import hook, points, registry  # noqa: PLC0415 -- only where something is planted

    changes = [registry.BUGS[bug].changes()] if bug else []
    hook.install(*changes, *([points.changes(Path(kill_file))] if kill_file else []))  # points see what the bug does


_chain()
try:
    _plant()
except Exception:  # noqa: BLE001 -- Python itself would only mention it, and run on
    traceback.print_exc()
    os._exit(70)
