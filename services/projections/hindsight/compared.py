"""A question's answers at two moments, and what changed between them; of one account, or over many. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.projections.folds import States
from services.projections.folds.policy import State as PolicyState
from services.projections.hindsight.change_rows import Difference
from services.projections.hindsight.difference import causes, difference
from services.projections.history import Moment, Recorded
from services.projections.models.policies import in_force
from services.projections.news import Known, News, between, place_of, together
from services.projections.policy import Policies
from services.projections.question import Parameters, Question, Unanswerable, View, Views
from services.projections.said import Reader
from services.projections.views import END_OF_TIME, defined_by, of_one, view_of_facts

MOST_TRIED = 50  # events that are each left out on their own
MOST_READ = 10_000  # facts that are read again for that


class Side(NamedTuple):
    """One of the two moments, and the policies there."""

    moment: Moment
    told: Sequence[Recorded]  # what is known there of those on $policy
    defined: PolicyState
    policies: Policies


def side(moment: Moment, told: Iterable[Recorded]) -> Side:
    """Make a side of the facts on $policy that are known there."""
    told = list(told)
    defined = defined_by(told, Moment(moment.as_of, END_OF_TIME))
    return Side(moment, told, defined, in_force(defined))


class Span(NamedTuple):
    """Both moments, and what became of policies between them."""

    was: Side
    now: Side
    news: News


def span(was: Side, now: Side) -> Span:
    """Put two sides together."""
    return Span(was, now, between(*(Known(each.told, each.told, each.moment.as_of) for each in (was, now))))


class Seen(NamedTuple):
    """What a question sees at both moments; at the second had nothing happened since; and had no policy changed."""

    was: Any  # each a View, or Views
    now: Any
    still: Any
    kept: Any
    news: News  # of the facts
    without: Callable[[Recorded], Any]  # the second, had this event not happened
    size: int  # how many facts the second is made of


def seen_of(account: str, question: Question, over: Span, was: Iterable[Recorded], now: Iterable[Recorded]) -> Seen:
    """See an account by the facts that are known at each moment, its own and those of all merged into it.

    They are of the types that the question reads, and mergers.
    """
    one, other = _known(account, was, over.was), _known(account, now, over.now)
    news = between(one, other, telling=question.told)
    before, after = _view(account, question, one, over.was), _view(account, question, other, over.now)
    still = after
    if news.events:
        still = _view(account, question, one._replace(joined=one.held()), over.now)
        still = still._replace(told=[fact for fact in before.told if place_of(fact) not in news.events])

    def without(event: Recorded) -> View:
        return _view(account, question, _known(account, other.without(event, one), over.now), over.now)

    return Seen(before, after, still, after._replace(policies=over.was.policies), news, without, len(other.facts))


def _known(account: str, facts: Iterable[Recorded], at: Side) -> Known:
    facts = list(facts)
    return Known(facts, of_one(account, facts), at.moment.as_of)


def _view(account: str, question: Question, known: Known, at: Side) -> View:
    return view_of_facts(account, question, known.joined, at.moment, at.policies)


def seen_of_all(over: Span, was: Iterable[str], now: Iterable[str], each: Mapping[str, Seen]) -> Seen:
    """See all accounts that are known at each moment; of those not in `each` there is nothing to see."""
    was, now = list(was), list(now)
    views = {account: seen.now for account, seen in each.items()}
    owners = {place: account for account, seen in each.items() for place in map(place_of, seen.news.all())}

    def without(event: Recorded) -> Views:
        account = owners[place_of(event)]
        return _views(over.now, now, views | {account: each[account].without(event)})

    return Seen(
        was=_views(over.was, was, {account: seen.was for account, seen in each.items()}),
        now=_views(over.now, now, views),
        still=_views(over.now, was, {account: seen.still for account, seen in each.items()}),
        kept=_views(
            over.was._replace(moment=over.now.moment), now, {account: seen.kept for account, seen in each.items()}
        ),
        news=together(seen.news for seen in each.values()),
        without=without,
        size=len(now) + sum(seen.size for seen in each.values()),
    )


def _views(at: Side, accounts: Iterable[str], each: Mapping[str, View]) -> Views:
    blank = View("", at.moment, at.policies, States(), [])
    views = [each.get(account) or blank._replace(account=account) for account in accounts]
    return Views(at.moment, at.policies, views, at.defined)


class _Asked(NamedTuple):
    """A question with all that its answer is written by."""

    question: Question
    asked: Parameters
    reader: Reader

    def answer(self, seen: Any) -> Any:  # noqa: ANN401 -- a View or Views; any JSON
        told = self.question.answer(seen, self.asked)
        return told.model_dump(mode="json", by_alias=True, context=self.reader)

    def perhaps(self, seen: Any) -> Any:  # noqa: ANN401 -- as above
        """Return an answer that nobody asked for, if there is one."""
        try:
            return self.answer(seen)
        except Unanswerable:
            return None


def compared(question: Question, asked: Parameters, over: Span, seen: Seen, reader: Reader) -> Difference:
    """Compare the answers at both moments; raises Unanswerable as the question does."""
    same_time = over.was.moment.as_of == over.now.moment.as_of
    if same_time and not seen.news.events and not over.news.events:
        return Difference(changes=[])
    form, model = _Asked(question, asked, reader), question.answer_model
    was, now = form.answer(seen.was), form.answer(seen.now)
    still = kept = now
    if seen.news.events:
        still = was if same_time and not over.news.events else form.perhaps(seen.still)
    if over.news.events:
        kept = form.perhaps(seen.kept)
    why = causes(model, now, still=still, kept=kept, alone=_alone(form, seen))
    return difference(model, was, now, seen.news, over.news, causes=why)


def _alone(form: _Asked, seen: Seen) -> Iterator[tuple[Recorded, Any]]:
    """Yield each event with the answer had it alone not happened, unless those are one or too many."""
    events = seen.news.all()
    if 1 < len(events) <= min(MOST_TRIED, MOST_READ // max(seen.size, 1)):
        yield from ((event, form.perhaps(seen.without(event))) for event in events)
