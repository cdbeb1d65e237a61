"""A vote that is recorded late restates the past; what was believed before is still there by its token."""

from datetime import timedelta

from tests.integration.projection import START
from tests.unit.sending import event

WHAT = {"source": "commons.parliament", "partitionkey": "commons", "actor": "commons.parliament", "timebasis": "day"}
ATTITUDE = "/v1/accounts/commons/attitude"
ASKED = {"opportunity": "withdrawal-agreement", "contact": "p-1", "as_of": "2019-03-31"}


def vote(day, number, level, account="commons"):
    told = {"contact": "p-1", "opportunity": "withdrawal-agreement", "level": level, "basis": {"assertion": "imported"}}
    return event(
        "attitude.assessed.v1",
        told,
        id=f"vote/{day}/{number}/p-1",
        time=f"{day}T00:00:00Z",
        **WHAT | {"partitionkey": account},
    )


async def test_a_vote_recorded_late_is_a_restatement_and_the_earlier_belief_is_still_there_by_its_token(
    projection, log, reads
):
    log.extend(vote("2019-01-15", 293, -1))
    await projection.take(log.records)
    before = await reads.get(ATTITUDE, **ASKED)
    token = before.json()["token"]
    late = log.add(vote("2019-03-12", 354, 1), at=START + timedelta(days=1))
    await projection.take(log.records)

    answer = (await reads.ok("/v1/accounts/commons/restatements", from_=late.recorded_at.isoformat()))["answer"]
    (told,) = answer["restatements"]
    assert (told["event"]["id"], told["kind"], told["actor"]) == ("vote/2019-03-12/354/p-1", "late", WHAT["actor"])
    changed = [
        (each["as_of"][:10], field["was"], field["is"])
        for each in told["answers"]
        for change in each["changes"]
        for field in change["fields"]
        if field["field"] == "level"
    ]
    assert changed == [("2019-03-12", -1, 1), ("2025-06-02", -1, 1)]
    (curve,) = answer["curves"]
    assert [(each["time"][:10], each["was"], each["believed"]) for each in curve["points"]] == [
        ("2019-03-12", 1, None),  # nothing at all was known in 2019: all of it was told years later
        ("2025-06-02", 1, 1),
    ]

    again = await reads.get(ATTITUDE, token=token, **{name: ASKED[name] for name in ("opportunity", "contact")})
    assert again.content == before.content
    assert [each["level"] for each in again.json()["answer"]["contacts"]] == [-1]
    assert [each["level"] for each in (await reads.ok(ATTITUDE, **ASKED))["answer"]["contacts"]] == [1]


async def test_restatements_and_corrections_are_asked_account_by_account_and_refused_with_what_was_expected(
    projection, log, reads
):
    log.extend(vote("2019-01-15", 293, -1))
    await projection.take(log.records)
    (page,) = (await reads.ok("/v1/portfolio/restatements", limit=1))["answer"]
    assert (page["account"], len(page["answer"]["restatements"])) == ("commons", 1)
    assert (await reads.ok("/v1/portfolio/corrections"))["answer"] == [
        {"account": "commons", "answer": {"corrections": []}}
    ]
    problem = await reads.problem(422, "/v1/accounts/commons/restatements", question="opportunity")
    assert [each["parameter"] for each in problem["errors"]] == ["question"]


async def test_a_page_of_a_question_about_the_telling_is_of_twenty_accounts_and_explains_itself(projection, log, reads):
    accounts = [f"seat-{number:02}" for number in range(21)]
    log.extend(*(vote("2019-01-15", 293, -1, account) for account in accounts))
    await projection.take(log.records)
    first = await reads.ok("/v1/portfolio/restatements", limit=100, explain=1)
    rest = await reads.ok("/v1/portfolio/restatements", limit=100, cursor=first["next"])
    assert [each["account"] for page in (first, rest) for each in page["answer"]] == accounts
    assert (first["next"], rest["next"]) == ("seat-19", None)
    (told,) = first["answer"][0]["answer"]["restatements"]
    assert told["because"] == [{"source": WHAT["source"], "id": "vote/2019-01-15/293/p-1"}]
