"""Reading what a question needs at two cuts at once: each fact is read once for both, in one snapshot."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from schemas import POLICY
from schemas.account import AccountMerged
from schemas.event import wires_of
from services.projections.answers import Snapshot
from services.projections.cut import Cut, known
from services.projections.hindsight.compared import Seen, Span, seen_of, seen_of_all, side, span
from services.projections.history import Recorded
from services.projections.kept import subject_types
from services.projections.portfolio import accounts_at
from services.projections.question import Question
from services.projections.store import accounts, journal
from services.projections.views import reads


class Cuts(NamedTuple):
    """Two cuts of one log, and the policies at each."""

    was: Cut
    now: Cut
    over: Span

    def seen(self, account: str, question: Question, facts: Iterable[Recorded]) -> Seen:
        """See an account at both cuts, of facts of any time."""
        facts = list(facts)
        return seen_of(account, question, self.over, known(facts, self.was), known(facts, self.now))


async def between(at: Snapshot, was: Cut, now: Cut) -> Cuts:
    """Look up the policies at two cuts."""
    facts = await journal.facts(at.connection, [POLICY], subject_types("policy"))
    return Cuts(was, now, span(*(side(each.moment, known(facts, each)) for each in (was, now))))


async def account_facts(at: Snapshot, account: str, question: Question, merged: Sequence[str]) -> Sequence[Recorded]:
    """Return what a question may see of one account, and of those `merged` into it."""
    wires = [*reads(question), *wires_of(AccountMerged)] if merged else reads(question)
    return await journal.facts(at.connection, [account, *merged], wires)


async def joined(at: Snapshot, page: Sequence[str], among: Sequence[str] | None) -> dict[str, Sequence[str]]:
    """Return, for each account of a page, those that were merged into it."""
    into = await accounts.merged(at.connection, page)
    return {each: await journal.merged_into(at.connection, each, among) if each in into else [] for each in page}


class Portfolio(NamedTuple):
    """All that a question over all accounts that may be seen is answered by at two cuts."""

    facts: Mapping[str, Sequence[Recorded]]
    was: Sequence[str]  # the accounts that are known there
    now: Sequence[str]

    def seen(self, question: Question, cuts: Cuts) -> Seen:
        """See all accounts at both cuts."""
        each = {account: cuts.seen(account, question, facts) for account, facts in self.facts.items()}
        return seen_of_all(cuts.over, self.was, self.now, each)


async def portfolio_facts(at: Snapshot, among: Sequence[str] | None, question: Question, cuts: Cuts) -> Portfolio:
    """Return what a question over all accounts that may be seen (None: all) may see."""
    read = journal.all_facts(at.connection, among, reads(question))
    facts = {account: facts async for account, facts in read}
    return Portfolio(facts, *[await accounts_at(at, among, cut) for cut in (cuts.was, cuts.now)])
