"""The same for many accounts: what a question about all of them needs, or one account's question asked of each."""

from collections.abc import Iterable, Mapping, Sequence

from services.projections import answers
from services.projections.answers import Asked, Snapshot, account_view, defined
from services.projections.cut import Cut, known
from services.projections.folds import States
from services.projections.history import Recorded
from services.projections.models.policies import in_force
from services.projections.policy import Policies
from services.projections.question import Question, View, Views
from services.projections.store import accounts, journal, states
from services.projections.views import history, reads, usable, view_of_facts, view_of_saved


async def accounts_at(
    at: Snapshot, among: Iterable[str] | None, cut: Cut, beyond: str = "", most: int | None = None
) -> Sequence[str]:
    """Return the accounts that may be seen (None: all) and of which anything is known at the cut, in order."""
    return await accounts.known(at.connection, among, cut.offsets, cut.asked_known_at, beyond=beyond, most=most)


async def portfolio_views(
    at: Snapshot, among: Sequence[str] | None, question: Question, asked: Asked, cut: Cut
) -> Views:
    """Return a view of each account that `accounts_at` names, in order; of some it may show nothing."""
    settled = await defined(at, asked, cut)
    policies = in_force(settled)
    views = await _read(at, among, question, asked, cut, policies)
    known_then = await accounts_at(at, among, cut)
    return Views(cut.moment, policies, _all_of(known_then, views, cut, policies), settled)


async def page_views(  # noqa: PLR0913, PLR0917 -- what all views take
    at: Snapshot, page: Sequence[str], question: Question, asked: Asked, cut: Cut, policies: Policies
) -> list[View]:
    """Return a view of each account of a page that `accounts_at` returned."""
    return _all_of(page, await _read(at, page, question, asked, cut, policies), cut, policies)


async def each_view(  # noqa: PLR0913, PLR0917 -- what all views take, and which accounts may be seen
    at: Snapshot, page: Sequence[str], question: Question, asked: Asked, cut: Cut, among: Sequence[str] | None = None
) -> Views:
    """Return what an account's own question may see of each account of a page; some hold another one, merged."""
    settled = await defined(at, asked, cut)
    policies = in_force(settled)
    views = {view.account: view for view in await page_views(at, page, question, asked, cut, policies)}
    for account in await accounts.merged(at.connection, page):
        merged = await journal.merged_into(at.connection, account, among)
        views[account] = await account_view(at, account, question, asked, cut, merged, policies)
    return Views(cut.moment, policies, [views[account] for account in page], settled)


async def restored(at: Snapshot, among: Sequence[str] | None, cut: Cut) -> bool:
    """Whether anything that is known at the cut of these accounts (None: of all) was restored."""
    return await accounts.restored(at.connection, among, cut.offsets, cut.asked_known_at)


async def any_restored(at: Snapshot, page: Sequence[str], cut: Cut, among: Sequence[str] | None = None) -> bool:
    """Whether anything was restored that `each_view` of a page shows, with what is merged into its accounts."""
    if await restored(at, page, cut):
        return True
    for account in await accounts.merged(at.connection, page):
        if await answers.restored(at, account, cut, await journal.merged_into(at.connection, account, among)):
            return True
    return False


async def _read(  # noqa: PLR0913, PLR0917 -- what all views take
    at: Snapshot, among: Sequence[str] | None, question: Question, asked: Asked, cut: Cut, policies: Policies
) -> dict[str, View]:
    """Return a view of each account of which there is anything that the question reads."""
    views, stale = dict[str, View](), among
    if asked.about_now and not question.told:
        views, stale = await _of_saved(at, among, question, cut, policies)
    if stale is None or stale:
        async for account, facts in journal.all_facts(at.connection, stale, reads(question)):
            views[account] = view_of_facts(account, question, known(facts, cut), cut.moment, policies)
    return views


async def _of_saved(
    at: Snapshot, among: Sequence[str] | None, question: Question, cut: Cut, policies: Policies
) -> tuple[dict[str, View], Sequence[str] | None]:
    """Return the views that saved states give, with the history that the question reads, and who is left."""
    saved = {account: each async for account, each in states.of_all(at.connection, among, question.subjects)}
    stale = [account for account, each in saved.items() if not usable(each, question.subjects, cut.as_of)]
    facts = dict[str, list[Recorded]]()
    if question.history:
        facts = {account: each async for account, each in journal.all_facts(at.connection, among, history(question))}
    return {
        account: view_of_saved(account, question, saved.get(account, {}), facts.get(account, []), cut.moment, policies)
        for account in (saved.keys() | facts.keys()) - set(stale)
    }, stale


def _all_of(page: Iterable[str], views: Mapping[str, View], cut: Cut, policies: Policies) -> list[View]:
    return [views.get(account) or blank(account, cut, policies) for account in page]


def blank(account: str, cut: Cut, policies: Policies) -> View:
    """Make the view of an account of which nothing is known that the question reads."""
    return View(account, cut.moment, policies, States(), [])
