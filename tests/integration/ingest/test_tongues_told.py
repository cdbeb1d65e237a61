"""Sentences come in the reader's language; names and texts come back as they were told, in any script, to the byte."""

import csv
import io
import json

import pytest

from services.partition import partition_of
from tests.integration.ingest.sending import BATCH, records
from tests.integration.projection import PARTITIONS
from tests.integration.reading import CSV, NDJSON
from tests.unit.sending import event

CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}
NAMES = {
    "c-chinese": "王敏（采购部）、𠮷野家",
    "c-emoji": "👩🏽‍💻 Zoë 🇨🇳",
    "c-right-to-left": "עֲדָה \u202bعلي\u202c \u200f(ה)",
    "c-combining": "Zoe\u0308 और n\u0303, composed Zo\u00eb",
}


def told(type_, time, **data):
    return event(f"{type_}.v1", data, id=f"{type_} {time} {next(iter(data.values()))}", time=f"2025-{time}T09:00:00Z")


HISTORY = [
    told("contact.added", "01-01", contact="c-1", name="王敏"),
    told("contact.added", "01-02", contact="c-2", name="李雷"),
    told("unit.added", "01-03", unit="u-1", name="采购部", parent="u-9", function="purchasing"),
    told("reporting_line.established", "01-04", contact="c-2", manager="c-1", kind="solid"),
    told("attitude.assessed", "02-01", contact="c-1", level=-1),
    told(
        "interaction.recorded",
        "02-15",
        interaction="i-1",
        kind="factory_visit",
        direction="mutual",
        our_participants=["m-1"],
        participants=["c-1"],
        topics=["质量", "交期"],
    ),
    told("attitude.assessed", "03-01", contact="c-1", level=1),
    told("opportunity.identified", "03-15", opportunity="o-1", name="影像设备"),
    told("contact.left", "04-01", contact="c-1"),
    told("opportunity.lost", "05-01", opportunity="o-1", reason="unknown"),
]
TITLES = {
    "en": [
        "王敏 became known",
        "李雷 became known",
        "王敏: unknown -> oppose (-1)",
        "factory visit: 质量, 交期",
        "王敏: oppose (-1) -> support (+1)",
        "影像设备: identified",
        "王敏 left",
        "影像设备: lost, unknown",
    ],
    "zh": [
        "新识别联系人：王敏",
        "新识别联系人：李雷",
        "王敏：未知 → 反对（-1）",
        "参观工厂：质量、交期",
        "王敏：反对（-1） → 支持（+1）",
        "影像设备：商机已识别",
        "王敏已离职",
        "影像设备：输单，原因：未知",
    ],
}
WARNINGS = {
    "en": [
        "Contact 李雷 (c-2) still reports to 王敏 (c-1), who left on 2025-04-01.",
        "Unit u-9 was never added, but unit u-1 refers to it.",
    ],
    "zh": ["联系人李雷（c-2）仍向2025-04-01已离职的王敏（c-1）汇报。", "部门u-9从未录入，却被部门u-1引用。"],
}


@pytest.fixture
async def asked(projection, log, reads):
    """Ask a question of the history above, at one moment, in a language and a form."""
    log.extend(*HISTORY)
    await projection.take(log.records)

    async def ask(question, **headers):
        moments = {"as_of": "2025-06-30", "known_at": "2025-07-01"}
        answer = await reads.get(f"/v1/accounts/acme/{question}", headers=headers, **moments)
        assert answer.status_code == 200, answer.text
        return answer

    return ask


@pytest.mark.parametrize(("code", "accepted"), [("en", {}), ("zh", CHINESE)])
async def test_titles_and_sentences_are_in_the_language_that_is_accepted_in_json_and_in_rows(asked, code, accepted):
    timeline, chart = await asked("timeline", **accepted), await asked("org-map", **accepted)
    assert [each["title"] for each in timeline.json()["answer"]] == TITLES[code]
    assert [each["sentence"] for each in chart.json()["answer"]["warnings"]] == WARNINGS[code]
    flat = await asked("timeline", **accepted, **CSV)
    assert [each["title"] for each in csv.DictReader(io.StringIO(flat.text, newline=""))] == TITLES[code]
    lines = await asked("timeline", **accepted, **NDJSON)
    assert [json.loads(line)["title"] for line in lines.content.splitlines()] == TITLES[code]
    for answer in (timeline, chart, flat, lines):
        assert answer.headers["content-language"] == code
        assert "Accept-Language" in answer.headers["vary"]


async def test_an_answer_in_another_language_is_another_answer_to_a_cache(asked):
    for question in ("timeline", "org-map", "team"):
        english, chinese = await asked(question), await asked(question, **CHINESE)
        assert english.headers["etag"] != chinese.headers["etag"]
        assert (await asked(question, **CHINESE)).headers["etag"] == chinese.headers["etag"]


async def test_an_openapi_document_is_described_in_chinese_and_is_the_same_otherwise(reads):
    english, chinese = [(await reads.get("/openapi.json", headers=each)) for each in ({}, CHINESE)]
    assert (english.headers["content-language"], chinese.headers["content-language"]) == ("en", "zh")
    paths = "/v1/accounts/{account}/attitude-shifts"
    assert chinese.json()["paths"][paths]["get"]["summary"] == "态度在何时发生转变，起因是什么？"
    assert _bare(english.json()) == _bare(chinese.json())


async def test_event_types_are_described_in_chinese(service):
    async with service.client() as client:
        client.headers.update(CHINESE)
        listed, shown = await client.get("/v1/types"), await client.get("/v1/types/contact.added.v1")
    assert listed.headers["content-language"] == shown.headers["content-language"] == "zh"
    described = {each["type"]: each["description"] for each in listed.json()["types"]}
    assert described["contact.added.v1"] == shown.json()["description"] == "我们识别出客户方的一位联系人。"
    assert shown.json()["json_schema"]["properties"]["time"]["description"] == "有效时间：在客户那里成为事实的时间"


async def test_a_name_in_any_script_comes_back_as_it_was_sent(service, broker, projection, log, reads):
    account = "医院-𠮷-👩🏽‍💻"
    sent = [
        event("contact.added.v1", {"contact": contact, "name": name}, id=contact, partitionkey=account)
        for contact, name in NAMES.items()
    ]
    async with service.client() as client:
        answer = await client.post("/v1/events", content=json.dumps(sent, ensure_ascii=False).encode(), headers=BATCH)
    assert answer.status_code == 202, answer.text
    for record in await records(broker, answer.json()["receipts"]):
        log.add(record.value, partition=partition_of(account, PARTITIONS), key=record.key)
    await projection.take(log.records)
    for headers in ({}, CHINESE):
        assert await _names(reads, account, headers) == [NAMES] * 3


async def _names(reads, account, headers):
    """Return the names of the account's people by id, from JSON, CSV and NDJSON."""
    path, names = f"/v1/accounts/{account}/org-map", []
    answer = await reads.ok(path, headers=headers)
    assert answer["account"] == account
    names.append(answer["answer"]["people"])
    flat = await reads.get(path, headers=headers | CSV, rows="people")
    names.append(list(csv.DictReader(io.StringIO(flat.content.decode(), newline=""))))
    lines = await reads.get(path, headers=headers | NDJSON, rows="people")
    names.append([json.loads(line) for line in lines.content.splitlines()])
    assert all(name.encode() in each.content for name in NAMES.values() for each in (flat, lines))
    return [{each["contact"]: each["name"] for each in rows} for rows in names]


def _bare(document):
    """Leave descriptions out."""
    if isinstance(document, dict):
        return {name: _bare(each) for name, each in document.items() if not _is_described(name, each)}
    return [_bare(each) for each in document] if isinstance(document, list) else document


def _is_described(name, value):
    return name in ("summary", "description") and isinstance(value, str)
