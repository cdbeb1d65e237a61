"""Late, shuffled, duplicated and split: whatever arrives, states and answers are those of the pure fold."""

import copy
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from schemas import POLICY
from schemas.account import AccountMerged
from schemas.event import REGISTERED
from schemas.policy import Policy
from services.partition import partition_of
from services.projections import answers, portfolio
from services.projections.answers import Asked
from services.projections.folds import encode, subject_of
from services.projections.history import Moment, visible
from services.projections.kept import unpack
from services.projections.questions import ACCOUNT, PORTFOLIO
from tests.integration.conftest import fresh
from tests.integration.projection import END, PARTITIONS, Log, folded, projected
from tests.unit.histories import ask
from tests.unit.portfolios import ask_portfolio
from tests.unit.strategies import ACCOUNTS, POOLS, WIRES, drafts, needed


@pytest.fixture(scope="module")
async def lasting(servers):
    """One database for all examples of a property."""
    async with fresh(servers) as database, projected(database) as made:
        yield made


def arriving(told, random, stamps=()):
    """Write a log of several accounts: shuffled, late, some of it twice; two arrivals every 20 days."""
    sent = [
        {"specversion": "1.0", "source": "s", "partitionkey": account, **draft, **dict(stamps)}
        for account, events in told.items()
        for draft in events
    ]
    sent += copy.deepcopy(random.sample(sent, len(sent) // 3))
    random.shuffle(sent)
    log = Log()
    for place, each in enumerate(sent):
        log.add(each, at=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=20 * (place // 2)))
    return log


def firsts(log):
    """The facts by account, each identity once: what the journal should hold."""
    seen, facts = set(), defaultdict(list)
    for record in log.records:
        if record.fact.identity not in seen:
            seen.add(record.fact.identity)
            facts[record.fact.event.partitionkey].append(record.fact)
    return facts


def sizes(random, count):
    while count > 0:
        size = random.choice((1, 2, 3, 5, 8, 100))
        yield min(size, count)
        count -= size


OF_ACCOUNTS = [wire for wire in WIRES if not issubclass(REGISTERED[wire], Policy)]
# Policies stand on one stream, where two senders would claim the same ids: one of them tells all.
HISTORIES = st.fixed_dictionaries(
    {ACCOUNTS[0]: drafts()}, optional=dict.fromkeys(ACCOUNTS[1:], drafts(OF_ACCOUNTS, max_size=8))
)


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # an example takes a second: too long to shrink
    suppress_health_check=list(HealthCheck),
)
@given(told=HISTORIES, random=st.randoms(use_true_random=False))
async def test_however_facts_arrive_states_and_answers_are_those_of_the_pure_fold(lasting, told, random):
    log = arriving(told, random)
    await lasting.empty()
    done = 0
    for size in sizes(random, len(log.records)):
        await lasting.take(log.records[done : done + size])
        done += size
    await lasting.see(log.records)
    facts = firsts(log)
    await journal_is(lasting, facts)
    await states_are(lasting, facts)
    if facts:
        await answers_are(lasting, facts, random)


async def journal_is(projection, facts):
    expected = sorted((f.partition, f.offset, f.recorded_at) for each in facts.values() for f in each)
    assert await projection.rows('SELECT partition, "offset", recorded_at FROM journal ORDER BY 1, 2') == expected
    assert await projection.letters() == []


async def states_are(projection, facts):
    saved = await projection.rows("SELECT account, subject, folded_to, due, state FROM account_state")
    for account, subject, folded_to, due, state in saved:
        assert encode(unpack(subject, state)) == folded(subject, facts[account], folded_to)
        own = [f for f in visible(facts[account], Moment(END, END)) if subject_of(type(f.event.data)) == subject]
        later = [f.event.time for f in own if not f.undated and f.event.time > folded_to]
        assert due == min(later, default=None)
    touched = {
        (account, subject_of(type(f.event.data)))
        for account, each in facts.items()
        for f in visible(each, Moment(END, END))
        if subject_of(type(f.event.data))
    }
    assert touched <= {(row[0], row[1]) for row in saved}


async def answers_are(projection, facts, random):
    for name, question in ACCOUNT.items():
        account, told = random.choice([each for each in facts.items() if each[0] != POLICY] or [(ACCOUNTS[0], [])])
        asked = _needed(question, random)
        for moments in (Asked(), Asked(as_of=random.choice(told).recorded_at), _known(random, told)):
            async with answers.snapshot(projection.engine) as at:
                cut = at.cut(moments, [partition_of(account, PARTITIONS)])
                view = await answers.account_view(at, account, question, moments, cut)
            answer = question.answer(view, question.parameters.model_validate(asked))
            pure = ask(name, _joined(account, facts, cut.known_at), cut.as_of, cut.known_at, **asked)
            assert _written(question, answer) == pure, (name, moments)
    everything = [each for told in facts.values() for each in told]
    for name, whole in PORTFOLIO.items():
        asked = _needed(whole, random)
        for moments in (Asked(), _known(random, everything)):
            async with answers.snapshot(projection.engine) as at:
                cut = at.cut(moments, range(PARTITIONS))
                views = await portfolio.portfolio_views(at, None, whole, moments, cut)
            answer = whole.answer(views, whole.parameters.model_validate(asked))
            told = [each for each in everything if each.recorded_at <= cut.known_at]
            pure = ask_portfolio(name, told, cut.as_of, cut.known_at, **asked)
            assert _written(whole, answer) == pure, (name, moments)


def _needed(question, random):
    return {name: random.choice(POOLS[name]) for name in needed(question.parameters)}


def _written(question, answer):
    return TypeAdapter(question.answer_model).dump_python(answer, mode="json", by_alias=True)


def _known(random, told):
    return Asked(as_of=random.choice(told).event.time, known_at=random.choice(told).recorded_at)


def _joined(account, facts, known_at):
    """The account's facts, and those of others that are known to be one customer with it."""
    others = [
        other
        for other, told in facts.items()
        if any(
            isinstance(each.event.data, AccountMerged) and each.event.data.into == account
            for each in visible(told, Moment(END, known_at))
        )
    ]
    return [each for one in dict.fromkeys([account, *others, POLICY]) for each in facts.get(one, [])]
