"""The README's worked example, carried out in a copy of the repository: one class, one file, and all follows."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECTION = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Add an event type")[2].partition("\n## ")[0]
TOLD = """
from tests.unit.histories import ask, fact
from services.projections.api.asking import router

paths = {route.path for route in router.routes}
assert "/v1/accounts/{account:path}/languages" in paths and "/v1/portfolio/languages" in paths
told = [
    fact("contact.added", "2025-01-01", {"contact": "c-li", "name": "李强"}),
    fact("contact.added", "2025-01-01", {"contact": "c-2", "name": "强"}),
    fact("contact.language_spoken", "2025-02-01", {"contact": "c-2", "language": "沪语"}, recorded_at="2025-03-01"),
    fact("contact.merged", "2025-04-01", {"contact": "c-2", "into": "c-li"}),
]
for known_at in ("2025-02-15", "2025-03-15", "2025-04-15"):
    rows = ask("languages", told, "2025-05-01", known_at)["languages"]
    print(known_at, [(row["contact"], row["name"], row["language"]) for row in rows])
"""


def block(language: str, number: int = 0) -> str:
    return str(re.findall(rf"^```{language}\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)[number])


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    home = tmp_path_factory.mktemp("readme")
    for folder in ("schemas", "services", "tests/unit"):
        shutil.copytree(ROOT / folder, home / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("tests/known.py",):
        source = ROOT / file
        (shutil.copytree if source.is_dir() else shutil.copy)(source, home / file)
    shutil.copy(ROOT / "pyproject.toml", home)
    with (home / "schemas/contact.py").open("a", encoding="utf-8") as module:
        module.write(f"\n\n{block('py')}")
    (home / "services/projections/questions/languages.py").write_text(block("py", 1), encoding="utf-8")
    example = home / "schemas/examples/contact.language_spoken.v1/1.json"
    example.parent.mkdir()
    example.write_text(block("json"), encoding="utf-8")
    with (home / "services/locales/zh.po").open("a", encoding="utf-8") as catalogue:
        catalogue.write(f"\n{block('po')}")
    return home


def run(copy: Path, *command: str) -> str:
    done = subprocess.run(  # noqa: S603 -- our own commands
        [sys.executable, *command], cwd=copy, env={"PYTHONPATH": str(copy)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    return done.stdout


def test_one_class_and_one_file_are_an_event_type_and_a_question_on_both_clocks(copy):
    assert run(copy, "-c", TOLD).splitlines() == [
        "2025-02-15 []",
        "2025-03-15 [('c-2', '强', '沪语')]",
        "2025-04-15 [('c-li', '李强', '沪语')]",
    ]
    schema = json.loads(run(copy, "-m", "schemas", "contact.language_spoken.v1"))
    assert schema["$defs"]["ContactLanguageSpoken"]["required"] == ["contact", "language"]


def test_the_generic_tests_run_over_them_by_themselves(copy):
    tests = [f"tests/unit/test_{name}.py" for name in ("questions", "schemas", "folds", "tongues")]
    about = "languages or language_spoken or test_whatever_is_said"
    # A place of its own: pytest shuts the common one, where PostgreSQL's user must pass through, to all others.
    how = ("-q", "-p", "no:cacheprovider", "--basetemp", str(copy / "tmp"))
    closing = run(copy, "-m", "pytest", *how, *tests, "-k", about).splitlines()[-1]
    assert re.match(r"\d\d passed, \d+ deselected", closing), closing
