"""`GET …/diff` over HTTP: the hospital's story at two moments, who may ask, tokens, forms, and what is refused."""

import asyncio
from datetime import datetime
from typing import Any

import orjson
import pytest

from services.projections import cut
from services.projections.api import diffing
from services.projections.api.app import read_api
from services.settings import Signer
from tests.integration.projection import PARTITIONS, power
from tests.integration.reading import CSV, NDJSON, SECRET, Reader
from tests.unit.histories import STORIES
from tests.unit.sending import event

PATH, ALL = "/v1/accounts/hosp-1/diff", "/v1/portfolio/diff"
DEAL = {"opportunity": "opp-ct", "tz": "Asia/Shanghai"}
LATE = {"question": "attitude", "to": "2025-03-01", "known_from": "2025-03-10", "known_to": "2025-04-01", **DEAL}
# From the start of a day to its end.
DAY = {"question": "attitude", "from_": "2025-04-09", "to": "2025-04-09", "field": "level", "path_": "contacts", **DEAL}


@pytest.fixture
async def story(projection, log):
    """The hospital's history, and another account, of which one thing is known."""
    for line in (STORIES / "hospital.ndjson").read_bytes().splitlines():
        told = orjson.loads(line)
        log.add(told, at=datetime.fromisoformat(told.pop("recordedat")))
    log.add(power("p-1"), at=datetime.fromisoformat("2025-11-20T00:00:00Z"))
    await projection.take(log.records)
    await projection.see(log.records)


def changed(answer):
    return [
        (each["path"], each["change"], each["name"], [by["id"] for by in each["events"]]) for each in answer["changes"]
    ]


@pytest.mark.usefixtures("story")
async def test_what_was_told_late_is_what_changed_and_each_side_is_what_its_token_answers(reads):
    told = await reads.ok(PATH, role="manager", **LATE)
    assert (told["question"], told["of"], told["account"], told["complete"]) == ("diff", "attitude", "hosp-1", True)
    assert changed(told["answer"]) == [
        ("contacts", "changed", "赵芸", ["h32"]),
        ("contacts.steps", "came", "赵芸", ["h32"]),
    ]
    attitude = "/v1/accounts/hosp-1/attitude"
    for side, known in (("from", "2025-03-09T16:00:00Z"), ("to", "2025-04-01")):  # it begins on the 10th in Beijing
        asked = {"as_of": "2025-03-01", "known_at": known, **DEAL}
        one, other = await reads.ok(attitude, **asked), await reads.ok(attitude, token=told[side]["token"], **DEAL)
        assert one["answer"] == other["answer"]
        assert {name: one[name] for name in told[side]} == told[side]
    tokens = {"from_token": told["from"]["token"], "to_token": told["to"]["token"]}
    again = await reads.ok(PATH, question="attitude", **tokens, **DEAL)
    assert again == told


@pytest.mark.usefixtures("story")
async def test_what_happened_in_a_day_is_one_call_of_an_account_and_over_all_of_them(reads):
    told = (await reads.ok(PATH, **DAY))["answer"]
    assert changed(told) == [("contacts", "changed", "周国华", ["h48"])]
    pages = await reads.ok(ALL, limit="1", **DAY)
    assert (pages["answer"], pages["next"]) == ([], "acme")
    pages = await reads.ok(ALL, limit="1", cursor="acme", **DAY)
    assert (pages["answer"], pages["next"]) == ([{"account": "hosp-1", "answer": told}], "hosp-1")


@pytest.mark.usefixtures("story")
async def test_what_time_alone_did_can_be_left_out(reads):
    days = {"question": "attitude", "from_": "2025-07-05", "to": "2025-10-05", **DEAL}
    assert {each["name"] for each in (await reads.ok(PATH, **days))["answer"]["changes"]} == {
        "王敏",
        "李强",
        "赵芸",
        "周国华",
    }
    assert (await reads.ok(PATH, ageing="0", **days))["answer"]["changes"] == []


@pytest.mark.usefixtures("story")
async def test_a_question_over_all_accounts_has_one_difference(reads):
    days = {"question": "funnel", "from_": "2025-06-20", "to": "2025-06-20", "tz": "Asia/Shanghai"}
    told = await reads.ok(ALL, **days)
    assert "account" not in told
    (won,) = [each for each in told["answer"]["changes"] if each["path"] == "won.value"]
    assert [(each["field"], each["was"], each["is"]) for each in won["fields"]] == [
        ("amount", "2600000.00", "10600000.00")
    ]
    assert [by["id"] for by in won["events"]] == ["h58"]
    hidden = await reads.ok(ALL, accounts=["acme"], **days)
    assert hidden["answer"]["changes"] == []


@pytest.mark.usefixtures("story")
async def test_only_who_may_see_an_account_learns_of_it(reads):
    hidden = await reads.problem(404, PATH, accounts=["acme"], **LATE)
    assert hidden == await reads.problem(404, "/v1/accounts/nobody/diff", **LATE)
    await reads.problem(403, PATH, role="emitter", **LATE)
    assert (await reads.ok(ALL, accounts=["acme"], **LATE))["answer"] == []


@pytest.mark.usefixtures("story")
async def test_a_difference_comes_as_rows_in_chinese_and_not_twice(reads):
    lines = (await reads.get(PATH, headers=CSV, **LATE)).text.splitlines()
    assert lines[0].split(",")[:5] == ["from_as_of", "from_known_at", "account", "as_of", "known_at"]
    assert len(lines) == 3
    fields = [
        orjson.loads(line)
        for line in (await reads.get(PATH, headers=NDJSON, rows="changes.fields", **LATE)).text.splitlines()
    ]
    (level,) = [each for each in fields if each["field"] == "level"]
    assert (level["account"], level["from_known_at"], level["changes.name"]) == (
        "hosp-1",
        "2025-03-09T16:00:00Z",
        "赵芸",
    )
    assert (level["was"], level["is"]) == (None, -1)
    stale = LATE | {"question": "freshness", "path_": ""}
    del stale["opportunity"]
    chinese = await reads.get(PATH, headers={"Accept-Language": "zh"}, **stale)
    (sentence,) = [each for each in chinese.json()["answer"]["changes"][0]["fields"] if each["field"] == "sentence"]
    assert sentence["is"].startswith("过时：17 项信息中的 3 项")
    tag = {"If-None-Match": chinese.headers["etag"], "Accept-Language": "zh"}
    assert (await reads.get(PATH, headers=tag, **stale)).status_code == 304


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"question": "nothing"}, "question"),
        ({"question": "funnel"}, "question"),
        ({"question": None}, "question"),
        ({"opportunities": "x"}, "opportunities"),
        ({"as_of": "2025-01-01"}, "as_of"),
        ({"fallback": "perhaps"}, "fallback"),
        ({"known_from": None}, "from"),
        ({"known_from": "2025-04-03"}, "known_from"),
        ({"from_": "2025-03-03"}, "from"),
        ({"from_": "yesterday"}, "from"),
        ({"to_token": "x"}, "to_token"),
        ({"from_token": "x"}, "from_token"),
        ({"from_token": "x", "known_from": None}, "from_token"),
        ({"after": "x"}, "after"),
        ({"rows": "contacts"}, "rows"),
        ({"tz": "Mars"}, "tz"),
    ],
)
@pytest.mark.usefixtures("story")
async def test_what_cannot_be_asked_is_named(reads, wrong, named):
    asked = {name: value for name, value in (LATE | wrong).items() if value is not None}
    problem = await reads.problem(422, PATH, **asked)
    assert [each["parameter"] for each in problem["errors"]] == [named]


@pytest.mark.usefixtures("story")
async def test_a_token_of_another_log_or_beyond_this_one_is_told_from_nonsense(reads):
    token = cut.decode((await reads.ok(PATH, **LATE))["to"]["token"])
    other = token._replace(log_id="another/log").encode()
    ahead = token._replace(offsets={each: offset + 1 for each, offset in token.offsets.items()}).encode()
    for name in ("from_token", "to_token"):
        side = {"known_from": "2025-03-01"} if name == "to_token" else {}
        await reads.problem(410, PATH, question="attitude", **{name: other}, **side)
        await reads.problem(503, PATH, question="attitude", **{name: ahead}, **side)


async def test_accounts_that_were_merged_are_compared_as_one_customer(projection, log, reads):
    log.extend(power("1", 4), event(data={"contact": "c-2", "level": 1}, id="2", partitionkey="other"))
    log.extend(event("account.merged.v1", {"into": "acme"}, id="3", partitionkey="other"))
    await projection.take(log.records)
    await projection.see(log.records)
    asked = {"question": "power-interest", "known_from": log.records[1].recorded_at.isoformat()}
    told = (await reads.ok("/v1/accounts/acme/diff", **asked))["answer"]
    assert [(*row[:2], row[3]) for row in changed(told)] == [("contacts", "came", ["3"])]
    (each,) = (await reads.ok(ALL, **asked))["answer"]
    assert each == {"account": "acme", "answer": told}


@pytest.mark.usefixtures("story")
async def test_questions_over_all_accounts_are_compared_one_after_another(database, monkeypatch):
    asked: dict[str, Any] = {"question": "funnel", "from_": "2025-03-01"}
    app = read_api(database, Signer.model_validate({"RAPPORT_SECRET": SECRET}), PARTITIONS)
    async with app.router.lifespan_context(app):
        reads = Reader(app)
        async with app.state.comparing:  # as another one does
            waiting = asyncio.create_task(reads.ok(ALL, **asked))
            done, _ = await asyncio.wait([waiting], timeout=0.3)
            assert not done
            await reads.ok(ALL, question="attitude", from_="2025-03-01")  # account by account
            monkeypatch.setattr(diffing, "PATIENCE", 0.1)
            refused = await reads.get(ALL, **asked)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
            assert refused.json()["type"] == "urn:rapport:problem:comparing"
        told = await waiting
        again = await reads.ok(ALL, **asked)  # whoever was refused holds nothing
        assert told["answer"] == again["answer"]
