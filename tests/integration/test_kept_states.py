"""Saved states: what waits for its day, what is amended, and what is no longer readable."""

from datetime import UTC, datetime, timedelta

import pytest

from services.projections import answers, portfolio
from services.projections.answers import Asked
from services.projections.folds import FOLDS, encode
from services.projections.kept import pack, unpack
from services.projections.questions import PORTFOLIO
from tests.integration.projection import END, START, Log, corrected, folded, power, powers, retracted
from tests.unit.sending import event


async def test_a_fact_of_the_future_waits_is_read_when_it_falls_due_and_folded_after(projection, log):
    log.add(power("1", 2, time="2025-05-01T00:00:00Z"))
    log.add(power("2", 4, time="2025-06-11T00:00:00Z"))
    log.add(power("3", 5, time="2099-01-01T00:00:00Z"))
    await projection.take(log.records)
    state = "SELECT folded_to, due FROM account_state WHERE subject = 'assessment'"
    assert await projection.rows(state) == [(START + timedelta(seconds=2), datetime(2025, 6, 11, tzinfo=UTC))]
    before = Asked(as_of=datetime(2025, 6, 10, tzinfo=UTC))
    assert await powers(projection, before) == {"c-1": 2}
    assert await powers(projection) == {"c-1": 4}  # the wall clock is past it, record time is not
    log.add(event("interest.assessed.v1", {"contact": "c-1", "level": 1}, id="4"), at=datetime(2025, 6, 12, tzinfo=UTC))
    await projection.take(log.records[-1:])
    due = datetime(2099, 1, 1, tzinfo=UTC)
    assert await projection.rows(state) == [(datetime(2025, 6, 12, tzinfo=UTC), due)]
    assert await powers(projection) == {"c-1": 4}
    assert await powers(projection, before) == {"c-1": 2}
    assert await powers(projection, Asked(as_of=due)) == {"c-1": 5}


async def test_a_retracted_fact_of_the_future_waits_no_more(projection, log):
    log.extend(power("1", 2), power("2", 5, time="2099-01-01T00:00:00Z"), retracted("3", "2"))
    await projection.take(log.records)
    assert await projection.rows("SELECT due FROM account_state WHERE subject = 'assessment'") == [(None,)]


@pytest.mark.parametrize("order", [("fact", "amendment"), ("amendment", "fact")])
@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(
    ("amendment", "expected"),
    [(corrected("2", "1", 5), {"c-1": 5}), (retracted("2", "1"), {})],
    ids=["corrected", "retracted"],
)
async def test_an_amendment_holds_before_and_after_its_target(projection, order, together, amendment, expected):
    log = Log()
    sent = {"fact": power("1", 2), "amendment": amendment}
    log.extend(*[sent[each] for each in order])
    for batch in [log.records] if together else [[each] for each in log.records]:
        await projection.take(batch)
    assert await powers(projection) == expected


async def test_the_last_amendment_by_offset_decides_and_a_correction_revives_what_was_retracted(projection, log):
    log.extend(power("1", 2), corrected("2", "1", 3), retracted("3", "1"), corrected("4", "1", 5))
    seen = []
    for record in log.records:
        await projection.take([record])
        seen.append(await powers(projection))
    assert seen == [{"c-1": 2}, {"c-1": 3}, {}, {"c-1": 5}]
    known = [await powers(projection, Asked(known_at=record.recorded_at)) for record in log.records]
    assert known == seen


async def test_a_correction_may_move_a_fact_into_the_future_and_back(projection, log):
    log.extend(power("1", 2), corrected("2", "1", 2, time="2099-01-01T00:00:00Z"))
    await projection.take(log.records)
    assert await powers(projection) == {}
    await projection.take([log.add(corrected("3", "1", 4, time="2025-01-01T00:00:00Z"))])
    assert await powers(projection) == {"c-1": 4}


def of_another_version(kept):
    """Return a row as an older fold may have left it: readable, with other content."""
    state = unpack("assessment", kept)
    state.power.clear()
    return FOLDS["assessment"].version + 1, pack(state)


@pytest.mark.parametrize(
    "spoil",
    [
        of_another_version,
        lambda kept: (FOLDS["assessment"].version, b"\x00\x01\x02\x03"),  # noqa: ARG005 -- not a state at all
        lambda kept: (FOLDS["assessment"].version, kept[:9]),
    ],
    ids=["another version", "no state", "half a state"],
)
async def test_a_state_row_that_counts_as_absent_is_refolded_by_readers_and_on_the_next_touch(projection, log, spoil):
    log.extend(power("1", 2), event("interest.assessed.v1", {"contact": "c-2", "level": 4}, id="2"))
    await projection.take(log.records)
    ((kept,),) = await projection.rows("SELECT state FROM account_state")
    version, state = spoil(kept)
    await projection.run(
        "UPDATE account_state SET fold_version = :version, state = :state", version=version, state=state
    )
    assert await powers(projection) == {"c-1": 2, "c-2": None}
    await projection.take([log.add(power("3", 5))])
    assert await powers(projection) == {"c-1": 5, "c-2": None}
    ((version, state),) = await projection.rows("SELECT fold_version, state FROM account_state")
    assert version == FOLDS["assessment"].version
    assert encode(unpack("assessment", state)) == folded("assessment", [each.fact for each in log.records], END)


async def test_over_the_portfolio_now_no_fact_is_read_that_a_saved_state_holds(projection, log):
    amount = {"amount": "5.00", "currency": "CNY"}
    log.add(event("account.registered.v1", {"name": "Acme"}, id="1"))
    log.add(event("account.transaction_recorded.v1", {"transaction": "t-1", "amount": amount}, id="2"))
    await projection.take(log.records)
    await projection.run("UPDATE journal SET raw = 'unreadable' WHERE type = 'account.registered.v1'")
    assert [each.name for each in (await over_all(projection, "group-rollup")).groups] == ["Acme"]
    with pytest.raises(ValueError, match="Invalid JSON"):
        await over_all(projection, "group-rollup", Asked(as_of=END))


async def over_all(projection, name, asked=None):
    question, asked = PORTFOLIO[name], asked or Asked()
    async with answers.snapshot(projection.engine) as at:
        views = await portfolio.portfolio_views(at, None, question, asked, at.cut(asked, list(at.positions)))
    return question.answer(views, question.parameters())
