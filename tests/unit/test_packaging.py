"""What git knows of the three packages is in the wheel, and nothing else: an installed Rapport lacks no data."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "services", "deploy")
FOR_THE_IMAGE_ONLY = {"deploy/Dockerfile"}  # it builds the wheel's image, and is not in it
BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"


@pytest.fixture
def tracked() -> set[str]:
    found = subprocess.run(["git", "ls-files", "-z", "--", *PACKAGES], cwd=ROOT, capture_output=True, check=True)  # noqa: S603, S607 -- git
    return {path for path in found.stdout.decode().split("\0") if path and (ROOT / path).is_file()}


def test_the_wheel_has_every_file_of_the_packages_and_no_other(tracked, tmp_path):
    # A copy: setuptools writes beside its sources, and would take along what somebody has lying there.
    for path in (*tracked, "pyproject.toml"):
        target = tmp_path / "source" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / path).read_bytes())
    done = subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-c", BUILD, str(tmp_path)],
        cwd=tmp_path / "source",
        env=os.environ | {"PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == tracked - FOR_THE_IMAGE_ONLY
