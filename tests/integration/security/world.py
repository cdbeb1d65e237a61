"""Two customers in one log, of whom one has no business to know of the other: every kind of event, in each a mark."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import schemas
from schemas import POLICY
from tests.integration.projection import Log, Sent, corrected, power, retracted
from tests.unit.sending import event

EXAMPLES = Path(schemas.__file__).parent / "examples"
OURS, THEIRS = "acme", "globex"  # every id, name and text of an account ends with its name
BRANCH = "globex-branch"  # it was merged into ours by somebody who may do so; our token is not for it
NEXT = "initech"  # another customer that is not ours, but that we name
NOBODY = "nobody"  # as long as theirs


def examples(mark: str) -> list[Sent]:
    """Return an event of every type, about the account `mark`, in which each word that may be free has the mark."""
    found = [json.loads(path.read_bytes()) for path in sorted(EXAMPLES.glob("*/1.json"))]
    return [_marked(each, mark) for each in found if each["partitionkey"] != POLICY]


def policies() -> list[Sent]:
    """Return an event of every type that is about no account."""
    found = [json.loads(path.read_bytes()) for path in sorted(EXAMPLES.glob("*/1.json"))]
    return [each for each in found if each["partitionkey"] == POLICY]


def ours(log: Log) -> None:
    """Tell of us, with what cannot be taken."""
    _tell(log, OURS)
    log.extend(*policies())
    former = {"account": NEXT, "contact": "c-there"}
    log.extend(
        event("contact.added.v1", {"contact": "c-former", "name": "F", "formerly": former}, id="n1"),
        event("contact.added.v1", {"contact": "c-gone", "name": "G"}, id="n2"),
        event("contact.left.v1", {"contact": "c-gone", "to_account": NEXT}, id="n3"),
        event("account.profile_changed.v1", {"parent_account": NEXT}, id="n4", time="2026-01-01T00:00:00Z"),
    )


def theirs(log: Log) -> None:
    """Tell of them the same, and more: from sources that we know, and of an account that was merged into ours."""
    _tell(log, THEIRS)
    for account in (BRANCH, NEXT):
        log.extend(*({**each, "partitionkey": account, "id": f"{each['id']}-{account}"} for each in examples(THEIRS)))
    log.add(event("account.merged.v1", {"into": OURS}, id="joined-globex", partitionkey=BRANCH, source="board-globex"))
    log.add(event("account.profile_changed.v1", {"parent_account": OURS}, id="child-globex", partitionkey=NEXT))
    log.add(event("contact.added.v1", {"contact": "c-there", "name": "N globex"}, id="there-globex", partitionkey=NEXT))
    caused = {"contact": "c-globex", "level": 3, "causes": [{"source": "crm", "id": "same"}]}
    log.add(event(data=caused, id="caused-globex", partitionkey=THEIRS))


def _tell(log: Log, account: str) -> None:
    log.extend(*examples(account))
    of = {"partitionkey": account, "actor": f"m-{account}"}
    log.extend(power("same", **of), power("again", **of), power("again", 5, **of))  # the last one is a conflict
    log.extend(corrected("corrects", "same", 4) | of, retracted("waits", f"never-{account}") | of)
    log.add(power(f"lost-{account}", **of), key=b"elsewhere")  # misrouted
    log.add(json.dumps({"partitionkey": account, "id": f"broken-{account}"}).encode())  # undecodable


def _marked(example: dict[str, Any], mark: str) -> Sent:
    sent = {**example, "partitionkey": mark, "actor": f"m-{mark}"}
    for place in _places(sent["data"]):
        _try(sent, place, mark)
    return sent


def _places(value: Any, path: tuple[Any, ...] = ("data",)) -> list[tuple[Any, ...]]:
    if isinstance(value, str):
        return [path]
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, each in inner for place in _places(each, (*path, key))]


def _try(sent: Sent, place: tuple[Any, ...], mark: str) -> None:
    """Put the mark behind a word, if the event may still be sent then."""
    *way, last = place
    here: Any = sent
    for key in way:
        here = here[key]
    word = here[last]
    here[last] = f"{word}-{mark}"
    try:
        schemas.parse(json.dumps(sent).encode())
    except ValidationError:
        here[last] = word
