"""Tokens of answers: what they hold, what is refused, and when an answer is complete."""

from datetime import UTC, datetime, timedelta

import pytest

from services.projections import cut
from tests.integration.projection import START, ahead, power
from tests.integration.reading import CSV


@pytest.fixture
async def answered(projection, log, reads):
    log.extend(power("1"))
    await projection.take(log.records)
    await projection.see(log.records)
    return await reads.ok("/v1/accounts/acme/power-interest")


@pytest.mark.parametrize(
    "spoil",
    [lambda token: token[:1], lambda token: token[:-3], lambda token: token + "A" * 20, lambda token: token * 100,
     lambda token: "../" + token, lambda token: "王" + token],
)  # fmt: skip
async def test_a_token_that_is_none_is_refused_as_a_parameter(reads, answered, spoil):
    problem = await reads.problem(422, "/v1/accounts/acme/power-interest", token=spoil(answered["token"]))
    assert [each["parameter"] for each in problem["errors"]] == ["token"]


async def test_a_token_of_another_log_is_gone(reads, answered):
    other = cut.decode(answered["token"])._replace(log_id="another-cluster/topic-of-the-tests").encode()
    problem = await reads.problem(410, "/v1/accounts/acme/power-interest", token=other)
    assert problem["type"] == "urn:rapport:problem:other-log"
    await reads.problem(410, "/v1/portfolio/funnel", token=other)


async def test_a_token_of_other_code_is_answered_and_told_not_to_be_a_repetition(reads, answered):
    assert "repeatable" not in answered or answered["repeatable"] is True
    other = cut.decode(answered["token"])._replace(version="older").encode()
    again = await reads.ok("/v1/accounts/acme/power-interest", token=other)
    assert again["repeatable"] is False
    assert again["answer"] == answered["answer"]


async def test_a_token_beyond_what_is_projected_says_try_again(reads, answered):
    ahead = cut.decode(answered["token"])
    ahead = ahead._replace(offsets={each: offset + 1 for each, offset in ahead.offsets.items()})
    answer = await reads.get("/v1/accounts/acme/power-interest", token=ahead.encode())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize("beside", ["as_of", "known_at"])
async def test_a_token_holds_the_moments_and_takes_no_others_beside_it(reads, answered, beside):
    await reads.problem(422, "/v1/accounts/acme/power-interest", token=answered["token"], **{beside: "2025-01-01"})


async def test_bytes_that_the_client_has_are_not_sent_again(reads, answered):
    asked = {"token": answered["token"]}
    first = await reads.get("/v1/accounts/acme/power-interest", **asked)
    tag = first.headers["etag"]
    again = await reads.get("/v1/accounts/acme/power-interest", headers={"If-None-Match": f'"x", {tag}'}, **asked)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = await reads.get("/v1/accounts/acme/power-interest", headers=CSV | {"If-None-Match": tag}, **asked)
    assert other.status_code == 200
    assert "Accept" in first.headers["vary"]
    assert "private" in first.headers["cache-control"]


async def test_an_answer_is_complete_once_the_log_has_been_read_to_an_end_seen_after_its_known_at(
    projection, log, reads
):
    log.extend(power("1"), power("2"))
    path, seen = "/v1/accounts/acme/power-interest", START + timedelta(days=1)

    async def complete(**moments):
        return (await reads.ok(path, **moments))["complete"]

    await projection.take(log.records[:1])
    assert not await complete()  # nobody has looked at the log's end
    await projection.see(log.records[:1], seen)
    assert not await complete()  # somebody has, long ago
    assert await complete(known_at=(seen - timedelta(seconds=1)).isoformat())
    assert not await complete(known_at=seen.isoformat())
    assert not await complete(known_at="2099-01-01")
    await projection.see(log.records[:1], ahead())
    assert await complete()
    await projection.see(log.records, ahead())
    assert not await complete()  # there is more
    assert not await complete(known_at=START.isoformat())
    await projection.take(log.records[1:])
    assert await complete()


async def test_now_is_told_as_the_moment_that_was_meant(projection, log, reads):
    log.extend(power("1"))
    await projection.take(log.records)
    seen = datetime.now(UTC)
    await projection.see(log.records, seen)
    before = datetime.now(UTC)
    answer = await reads.ok("/v1/accounts/acme/power-interest")
    assert before <= datetime.fromisoformat(answer["as_of"]) <= datetime.now(UTC)
    assert datetime.fromisoformat(answer["known_at"]) == seen
