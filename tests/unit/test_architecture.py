"""The rules of the house that no one should have to remember: which way imports run, what is pure, how long, and where.

A rule that fails here names the file and the line. Reasons for exceptions stand in the tables, and nowhere else.
"""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from services.projections.folds import FOLDS

ROOT = Path(__file__).parents[2]
READ = "services.projections"

# Imports run one way: a module imports from its own layer and from those before it. What is not named here (worker,
# rebuild, api, ...) comes last: it may import all of them, and none of them may import it.
READ_SIDE = (
    *("history", "news", "scope", "register", "course", "said", "policy", "defaults", "moments"),  # pure
    *(
        "folds",
        "merged",
        "question",
        "models",
        "questions",
        "kept",
        "views",
        "answer_lists",
        "hindsight",
        "lineage",
    ),  # pure, too
    *("arrival", "refusing", "store", "project"),
)
LAYERS = ("schemas", *(f"{READ}.{name}" for name in READ_SIDE))
STORE = LAYERS.index(f"{READ}.arrival")  # the first layer that may know SQL, settings and telemetry
SHARED = tuple(f"services.{path.stem}" for path in (ROOT / "services").glob("[!_]*.py"))
SIBLINGS = (f"{READ}.folds", f"{READ}.questions")  # within these, no module imports another

# Time, identity, chance and the world come in as arguments.
IMPURE = {
    *("aiofiles", "aiohttp", "aiokafka", "asyncio", "asyncpg", "concurrent", "faust", "httpx", "io", "logging"),
    *("mode", "multiprocessing", "os", "pathlib", "psutil", "random", "requests", "secrets", "select", "selectors"),
    *("shutil", "signal", "socket", "sqlalchemy", "ssl", "subprocess", "tempfile", "threading", "time", "urllib"),
    "uuid",
}
CLOCKS = {"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp"}
CONSOLE_AND_FILES = {"open", "print", "input"}  # the built-in ones
ENTRY_POINTS = {"schemas/__main__.py"}  # a command prints

LONGEST = 300
WITHOUT_A_REASON = 200
REASONS = {
    "services/projections/store/journal.py": "all SQL of one table, each statement with its sentence",
    "services/projections/store/control.py": "as above",
    "services/projections/project.py": "one transaction, read from top to bottom",
    "services/projections/rebuild.py": "one procedure, read from top to bottom",
    "services/projections/questions/org_map.py": "mostly the model of its answer",
}


@cache
def tracked(*patterns: str) -> list[str]:
    """Return the tracked files that match, of those that still exist."""
    found = subprocess.run(["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, check=False)  # noqa: S603, S607 -- git
    assert not found.returncode, found.stderr.decode()
    return [path for path in found.stdout.decode().split("\0") if path and (ROOT / path).is_file()]


def modules(*folders: str) -> dict[str, Path]:
    """Return every module below the folders, by its dotted name."""
    found = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in found}


def imports(name: str, path: Path) -> Iterator[tuple[str, str]]:
    """Yield each module that a module imports, and where."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            yield from ((alias.name, where) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{where}: {name} imports relatively"
            # `from package import module` imports that module, too.
            yield from ((f"{node.module}.{alias.name}", where) for alias in node.names)


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def layer(module: str) -> int | None:
    """Return the number of the layer that a module stands in; None if it is not ours."""
    for number, each in enumerate(LAYERS):
        if within(module, each):
            return number
    if any(within(module, shared) for shared in SHARED):
        return STORE
    return len(LAYERS) if any(within(module, ours) for ours in ("services", "deploy", "tests")) else None


def test_imports_run_one_way():
    against = [
        f"{where}: {name} imports {imported}"
        for name, path in modules("schemas", "services/projections").items()
        for imported, where in imports(name, path)
        if (theirs := layer(imported)) is not None and theirs > (layer(name) or 0)
    ]
    assert against == []


@pytest.mark.parametrize("package", SIBLINGS)
def test_folds_never_import_each_other_nor_do_questions(package):
    siblings = {name: path for name, path in modules(package.replace(".", "/")).items() if name != package}
    against = [
        f"{where}: {name} imports {imported}"
        for name, path in siblings.items()
        for imported, where in imports(name, path)
        if any(within(imported, other) for other in siblings if other != name)
    ]
    assert against == []


def test_ingest_and_projections_never_import_each_other():
    against = [
        f"{where}: {name} imports {imported}"
        for one, other in (("ingest", "projections"), ("projections", "ingest"))
        for name, path in modules(f"services/{one}").items()
        for imported, where in imports(name, path)
        if within(imported, f"services.{other}")
    ]
    assert against == []


def pure_modules() -> dict[str, Path]:
    everywhere = modules("schemas", "services/projections")
    return {
        name: path
        for name, path in everywhere.items()
        if (layer(name) or 0) < STORE and str(path.relative_to(ROOT)) not in ENTRY_POINTS
    }


def test_the_pure_core_imports_no_clock_no_chance_no_input_and_no_output():
    # questions/__init__.py finds its modules by their files, which needs none of these either
    against = [
        f"{where}: {name} imports {imported}"
        for name, path in pure_modules().items()
        for imported, where in imports(name, path)
        if imported.partition(".")[0] in IMPURE
    ]
    assert against == []


def test_the_pure_core_never_asks_what_time_it_is_nor_reads_nor_writes():
    against = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node.func)}"
        for path in pure_modules().values()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _asks_the_world(ast.unparse(node.func))
    ]
    assert against == []


def _asks_the_world(called: str) -> bool:
    return called.rpartition(".")[2] in CLOCKS or called in CONSOLE_AND_FILES


def test_a_subject_has_the_same_name_in_schemas_and_in_folds():
    folds = {name.rpartition(".")[2] for name in modules("services/projections/folds")} - {"folds"}
    assert folds == set(FOLDS)
    assert folds <= {name.rpartition(".")[2] for name in modules("schemas")}


def test_a_wire_name_has_one_folder_of_golden_examples_and_nothing_else_lies_there():
    assert [path for path in tracked("schemas/examples") if not path.endswith(".json") or path.count("/") != 3] == []


def test_a_file_is_one_idea():
    lengths = {path: len((ROOT / path).read_bytes().splitlines()) for path in tracked("*.py")}
    assert {path: length for path, length in lengths.items() if length > LONGEST and path not in REASONS} == {}
    ours = {path for path, length in lengths.items() if length > WITHOUT_A_REASON and not path.startswith("tests/")}
    assert ours - set(REASONS) == set(), "over 200 lines: two ideas in one room, or a reason in REASONS?"
    assert {path for path in REASONS if lengths.get(path, 0) <= WITHOUT_A_REASON} == set(), "no longer an exception"


def test_no_tracked_file_names_a_registry_or_a_path_of_one_machine():
    # Put together here, so that this file does not name them.
    words = ("pypi" + ".org", "python" + "hosted", "npm" + "js.org", "deb." + "debian", "maven" + ".org")
    paths = ("/wor" + "k/", "/roo" + "t/", "/tmp/bas" + "h_jobs")  # noqa: S108 -- looked for, not written to
    against = [
        f"{path}: {word}"
        for path in tracked()
        for word in (*words, *paths, "repo." + "maven", "repo1." + "maven")
        if word.encode() in (ROOT / path).read_bytes()
    ]
    assert against == []
