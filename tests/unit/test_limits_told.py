"""The README's table of limits says what the code holds to."""

import re
from pathlib import Path

from services import limits
from services.access import LONGEST_TOKEN
from services.projections.api import diffing, entering
from services.projections.api.app import read_api
from services.settings import Database, Signer

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SIGNER = Signer.model_validate({"RAPPORT_SECRET": "a secret of more than thirty-two characters"})


def told():
    """Read the table: what is limited -> the numbers of its limit."""
    section = README.partition("### Limits of requests\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")][1:]
    return {row[0]: [int(number) for number in re.findall(r"\d+", row[1])] for row in rows}


def test_the_readme_tells_every_limit_as_it_is():
    assert told() == {
        "a body": [limits.BODY, limits.BODY_SECONDS],
        "what a body unfolds to": [limits.BRACKETS],
        "a batch, and what a what-if supposes": [limits.EVENTS],
        "an event": [limits.EVENT],
        "depth of an event": [limits.DEPTH],
        "all bodies that a process holds": [limits.IN_FLIGHT],
        "a page": [1_000, 10_000, entering.TOLD],
        "streams (`/v1/changes`, `/v1/replay`) of a process": [limits.STREAMS, limits.STREAMS_OF_CALLER],
        "requests of a caller": [limits.RATE, limits.RATE_WINDOW],
        "a token": [LONGEST_TOKEN],
        "a head: request line and headers": [limits.HEAD, limits.HEAD_SECONDS],
        "requests of a connection that wait for answers": [limits.PIPELINED],
        "connections of a process": [limits.CONNECTIONS],
        "one statement of a question in the database": [limits.STATEMENT_SECONDS],
        "waiting for what `after` names": [int(entering.PATIENCE)],
        "questions over the portfolio that `/v1/portfolio/diff` compares": [1, int(diffing.PATIENCE)],
    }


def test_every_page_has_a_limit_that_the_readme_tells():
    app = read_api(Database.model_validate({"dsn": "postgresql://nobody@localhost:1/none"}), SIGNER, 12)
    found = {}
    for path, operations in app.openapi()["paths"].items():
        for each in operations.get("get", {}).get("parameters", ()):
            if each["name"] == "limit":
                most = [kind.get("maximum") for kind in each["schema"].get("anyOf", [each["schema"]])]
                found[path] = max(number or 0 for number in most)
    assert len(found) > 50
    assert set(found.values()) == {1_000, 10_000}
