"""The same for many accounts: what a question about all of them needs, or one account's question asked of each."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.projections.answers import Asked, Snapshot, account_view, defined, history, reads
from services.projections.cut import Cut
from services.projections.folds import States
from services.projections.history import Recorded
from services.projections.models.policies import in_force
from services.projections.policy import Policies
from services.projections.question import Question, View, Views
from services.projections.store import accounts, journal, states
from services.projections.views import known, usable, view_of_facts, view_of_saved


async def accounts_at(
    at: Snapshot, among: Iterable[str] | None, cut: Cut, beyond: str = "", most: int | None = None
) -> Sequence[str]:
    """Return the accounts that may be seen (None: all) and of which anything is known at the cut, in order."""
    known_at = cut.known_at if cut.only_known else None
    return await accounts.known(at.connection, among, cut.offsets, known_at, beyond=beyond, most=most)


async def portfolio_views(
    at: Snapshot, among: Sequence[str] | None, question: Question, asked: Asked, cut: Cut
) -> Views:
    """Return a view of each account that `accounts_at` names, in order; of some it may show nothing."""
    settled = await defined(at, asked, cut)
    policies = in_force(settled)
    views, stale = await _of_saved(at, among, question, asked, cut, policies)
    if stale is None or stale:
        async for account, facts in journal.all_facts(at.connection, stale, reads(question)):
            views[account] = view_of_facts(account, question, known(facts, cut), cut, policies)
    known_then = await accounts_at(at, among, cut)
    each = [views.get(account) or blank(account, cut, policies) for account in known_then]
    return Views(cut.moment, policies, each, settled)


async def _of_saved(  # noqa: PLR0913, PLR0917 -- as above
    at: Snapshot, among: Sequence[str] | None, question: Question, asked: Asked, cut: Cut, policies: Policies
) -> tuple[dict[str, View], Sequence[str] | None]:
    """Return views made of saved states, and whose journals have to be read whole (None: of all)."""
    if not asked.about_now:
        return {}, among
    saved = {account: each async for account, each in states.of_all(at.connection, among, question.subjects)}
    stale = [account for account, each in saved.items() if not usable(each, question.subjects, cut)]
    facts = dict[str, list[Recorded]]()
    if question.history:
        facts = {account: each async for account, each in journal.all_facts(at.connection, among, history(question))}
    usable_ = (saved.keys() | facts.keys()) - set(stale)
    return {
        each: view_of_saved(each, question, saved.get(each, {}), facts.get(each, []), cut, policies) for each in usable_
    }, stale


async def each_view(  # noqa: PLR0913, PLR0917 -- what all views take, and which accounts may be seen
    at: Snapshot, page: Sequence[str], question: Question, asked: Asked, cut: Cut, among: Sequence[str] | None = None
) -> Views:
    """Return what an account's own question may see of each account of a page; some hold another one, merged."""
    whole = await portfolio_views(at, page, question, asked, cut)
    views = {view.account: view for view in whole}
    for account in await accounts.merged(at.connection, page):
        merged = await journal.merged_into(at.connection, account, among)
        views[account] = await account_view(at, account, question, asked, cut, merged, whole.policies)
    return replace(whole, each=[views[account] for account in page])


def blank(account: str, cut: Cut, policies: Policies) -> View:
    """Make the view of an account of which nothing is known that the question reads."""
    return View(account, cut.moment, policies, States(), [])
