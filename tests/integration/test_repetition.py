"""Every question asked again by its token, in every form: the same bytes, whatever came since."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from services.projections.hindsight.questions import OF_AN_ACCOUNT
from services.projections.question import Question
from services.projections.questions import PORTFOLIO
from tests.integration.conftest import fresh
from tests.integration.projection import START, Log, power, projected
from tests.integration.reading import CSV, NDJSON, reading
from tests.unit.strategies import needed

GOLDEN = Path(__file__).parents[1] / "unit" / "golden_history.ndjson"
PATHS = [f"/v1/accounts/acme/{name}" for name in OF_AN_ACCOUNT]
PATHS += [f"/v1/portfolio/{name}" for name in {**OF_AN_ACCOUNT, **PORTFOLIO}]
FORMS: dict[str, dict[str, Any]] = {
    "json": {},
    "explain": {"explain": "1"},
    "csv": {"headers": CSV},
    "ndjson": {"headers": NDJSON},
}


def history(seed):
    """A rich history of two accounts, shuffled: what is known before, and what comes late."""
    random = Random(seed)
    known, late = [], []
    for account in ("acme", "globex"):
        lines = [orjson.loads(line) | {"partitionkey": account} for line in GOLDEN.read_bytes().splitlines()]
        random.shuffle(lines)
        known += lines[::2]
        late += lines[1::2]
        late += [retraction(account, each) for each in lines[::6] if not each["type"].startswith("event.")]
    late += [merger("globex"), merger("new"), *[each | {"partitionkey": "new"} for each in known[:5]]]
    return known, late


def retraction(account, of):
    aim = {name: of[name] for name in ("source", "id", "type")}
    return power(f"retracts-{of['id']}", type="event.retracted.v1", partitionkey=account) | {
        "data": {"target": aim, "reason": "late"}
    }


def merger(account):
    return power(f"merged-{account}", type="account.merged.v1", partitionkey=account) | {"data": {"into": "acme"}}


def parameters(path):
    *_, kind, name = path.split("/")
    question: Question = PORTFOLIO[name] if kind == "portfolio" and name in PORTFOLIO else OF_AN_ACCOUNT[name]
    return needed(question.parameters)


@pytest.fixture(scope="module")
async def asked(servers):
    """Ask everything now, again by token, and again by the same token after all the rest has come."""
    known, late = history(7)
    log = Log()
    log.extend(*known)
    async with fresh(servers) as database, projected(database) as projection, reading(database) as reads:
        await projection.take(log.records)
        await projection.see(log.records)
        answers = {(path, form): await first(reads, path, form) for path in PATHS for form in FORMS}
        fixed = await past(reads)
        log.extend(*late)
        await projection.take(log.records[len(known) :])
        await projection.see(log.records)
        for (path, form), kept in answers.items():
            kept.again = await content(reads, path, form, token=kept.token)
            kept.since = await content(reads, path, form)
        merged = {path: await reads.ok(path, **parameters(path), as_of="2025-03-15") for path in PATHS}
        yield answers, fixed, await past(reads), merged


@dataclass
class Kept:
    """The bytes of one answer: now, by its token, by its token later, and what it would be later."""

    token: str
    now: bytes
    by_token: bytes
    again: bytes = b""
    since: bytes = b""


async def first(reads, path, form):
    how = form if form in ("json", "explain") else "json"  # rows bear no token of their own
    now = await content(reads, path, how)
    token = orjson.loads(now)["token"]
    return Kept(token, now, await content(reads, path, form, token=token))


async def content(reads, path, form, **moments):
    answer = await reads.get(path, **parameters(path), **FORMS[form], **moments)
    assert answer.status_code == 200, (path, answer.text)
    return answer.content


def as_told(body):
    return orjson.loads(body)["answer"]


async def past(reads):
    """Ask everything as it was known long ago, for one valid time."""
    known_at = {"as_of": "2025-03-15", "known_at": (START + timedelta(seconds=60)).isoformat()}
    return {path: (await reads.ok(path, **parameters(path), **known_at)) for path in PATHS}


@pytest.mark.parametrize("form", ["json", "explain"])
async def test_an_answer_from_saved_states_is_to_the_byte_the_one_from_the_journal_at_the_same_cut(asked, form):
    assert [path for path in PATHS if asked[0][path, form].by_token != asked[0][path, form].now] == []


@pytest.mark.parametrize("form", FORMS)
async def test_a_token_asked_again_gives_the_same_bytes_after_late_and_amended_events_mergers_and_new_accounts(
    asked, form
):
    assert [path for path in PATHS if asked[0][path, form].again != asked[0][path, form].by_token] == []


async def test_what_came_since_would_have_changed_nearly_every_answer(asked):
    """The tests above rest on this."""
    same = [path for path in PATHS if as_told(asked[0][path, "json"].since) == as_told(asked[0][path, "json"].now)]
    assert len(same) < 0.2 * len(PATHS), same


async def test_a_known_at_in_the_past_never_changes(asked):
    _, before, after, _ = asked
    assert [path for path in PATHS if before[path]["answer"] != after[path]["answer"]] == []
    assert {each["complete"] for each in (*before.values(), *after.values())} == {True}


async def test_a_portfolio_has_for_each_account_the_answer_that_the_account_itself_has_mergers_included(asked):
    merged = asked[3]
    for name in OF_AN_ACCOUNT.keys() - PORTFOLIO.keys():
        own = merged[f"/v1/accounts/acme/{name}"]["answer"]
        listed = {each["account"]: each["answer"] for each in merged[f"/v1/portfolio/{name}"]["answer"]}
        assert list(listed) == ["acme", "globex", "new"]
        assert listed["acme"] == own, name
