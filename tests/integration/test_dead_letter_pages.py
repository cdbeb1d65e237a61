"""What became no fact is told to auditors, in pages, and its bytes only if they are asked for."""

from base64 import b64decode

from services.partition import partition_of
from tests.integration.projection import PARTITIONS, power
from tests.integration.reading import CSV

HERE = partition_of("acme", PARTITIONS)


async def test_dead_letters_tell_what_they_say_of_themselves_and_why(projection, log, reads):
    log.extend(power("1", 3), power("1", 4))  # the second is a conflict
    unread = log.add(b'{"type": "no.such.v1", "source": "erp", "id": "9", "data": {"name": "Wang Secret"}}')
    log.add(b"\xff" * 70_000, key=b"k" * 9)
    await projection.take(log.records)
    page = await reads.ok("/v1/dead-letters")
    conflict, strange, long = page["dead_letters"]
    assert (conflict["partition"], conflict["offset"], conflict["reason"]) == (HERE, 1, "conflict")
    names = ("account", "source", "id", "type", "key", "value")
    assert [conflict[name] for name in names] == ["acme", "crm", "1", "power.assessed.v1", None, None]
    assert [strange[name] for name in names] == [None, "erp", "9", "no.such.v1", None, None]
    assert (long["reason"], long["size"], long["type"]) == ("undecodable", 70_000, None)
    assert "Wang" not in str(page)
    assert page["counts"] == [
        {"reason": "conflict", "source": "crm", "letters": 1},
        {"reason": "undecodable", "source": None, "letters": 2},
    ]
    raw = (await reads.ok("/v1/dead-letters", raw=1, reason="undecodable"))["dead_letters"]
    assert (b64decode(raw[0]["value"]), b64decode(raw[0]["key"])) == (unread.value, unread.key)
    assert b64decode(raw[1]["value"]) == b"\xff" * 70_000
    first = await reads.ok("/v1/dead-letters", limit=2)
    rest = await reads.ok("/v1/dead-letters", limit=2, cursor=first["next"])
    assert [each["offset"] for each in (*first["dead_letters"], *rest["dead_letters"])] == [1, 2, 3]
    assert (rest["next"], rest["counts"], len(first["counts"])) == (None, None, 2)  # counted once
    rows = (await reads.get("/v1/dead-letters", headers=CSV, source="crm")).text.splitlines()
    assert (rows[0].split(",")[:4], len(rows)) == (["partition", "offset", "recorded_at", "reason"], 2)


async def test_dead_letters_are_for_auditors_of_their_account(projection, log, reads):
    log.extend(power("1", 3), power("1", 4))
    log.add(b"{}")
    await projection.take(log.records)
    await reads.problem(403, "/v1/dead-letters", role="manager")
    await reads.problem(401, "/v1/dead-letters", headers={"Authorization": ""})
    mine = await reads.ok("/v1/dead-letters", accounts=["acme"])
    assert [each["reason"] for each in mine["dead_letters"]] == ["conflict"]  # the other one is of nobody knows whom
    theirs = await reads.ok("/v1/dead-letters", accounts=["globex"])
    assert (theirs["dead_letters"], theirs["counts"]) == ([], [])
    for parameter, value in (("cursor", "x"), ("reason", "boredom"), ("colour", "red")):
        problem = await reads.problem(422, "/v1/dead-letters", **{parameter: value})
        assert [each["parameter"] for each in problem["errors"]] == [parameter]
