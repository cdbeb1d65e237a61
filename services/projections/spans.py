"""Reading what a question needs at two cuts at once: each fact is read once for both, in one snapshot."""

from collections.abc import AsyncIterator, Iterable, Sequence
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


async def account_seen(at: Snapshot, account: str, question: Question, cuts: Cuts, merged: Sequence[str]) -> Seen:
    """Return what a question sees at both cuts of one account, and of those `merged` into it."""
    wires = [*reads(question), *wires_of(AccountMerged)] if merged else reads(question)
    return cuts.seen(account, question, await journal.facts(at.connection, [account, *merged], wires))


async def each_seen(
    at: Snapshot, page: Sequence[str], question: Question, cuts: Cuts, among: Sequence[str] | None
) -> AsyncIterator[tuple[str, Seen]]:
    """Yield what an account's own question sees of each account of a page, in order, if there is anything."""
    joined = {
        account: await journal.merged_into(at.connection, account, among)
        for account in await accounts.merged(at.connection, page)
    }
    alone = {account: facts async for account, facts in journal.all_facts(at.connection, page, reads(question))}
    for account in page:
        if account in joined:
            yield account, await account_seen(at, account, question, cuts, joined[account])
        elif account in alone:
            yield account, cuts.seen(account, question, alone[account])


async def portfolio_seen(at: Snapshot, among: Sequence[str] | None, question: Question, cuts: Cuts) -> Seen:
    """Return what a question over all accounts that may be seen (None: all) sees at both cuts."""
    read = journal.all_facts(at.connection, among, reads(question))
    each = {account: cuts.seen(account, question, facts) async for account, facts in read}
    was, now = [await accounts_at(at, among, cut) for cut in (cuts.was, cuts.now)]
    return seen_of_all(cuts.over, was, now, each)
