"""What the models say of every open deal and of every account, learned from the deals that one may see."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.prediction import Quantity
from services.projections.models.opportunity import next_purchase, timetable, win_probability
from services.projections.models.opportunity.examples import Example, examples
from services.projections.models.opportunity.fiscal import Fiscal
from services.projections.models.opportunity.foretold import Foretold, digest, insufficient
from services.projections.models.opportunity.stage_left import Left, curves, left
from services.projections.models.opportunity.stage_order import stage_order
from services.projections.models.opportunity.timetable import Timetable
from services.projections.models.opportunity.win_probability import Factor, Learned
from services.projections.models.survival import Point
from services.projections.policy import Pipeline
from services.projections.question import View, Views
from services.projections.said import said

LEAST_CLOSED = 10  # closed deals: some won, some not


class Model(NamedTuple):
    """What was learned within one pipeline (None: of deals that belong to none), and of what."""

    pipeline: str | None
    order: list[str]
    closed: Counter[str]  # by outcome; `open` are those of which it learns how long they take
    bayes: Learned
    cases: str  # the digest of what the win probability learned from
    table: Timetable
    lengths: str  # the digest of what the timetable learned from
    stages: Mapping[str, list[Point]]


class Prediction(NamedTuple):
    """What one model says of one quantity, and the digest of all that it read."""

    view: View
    example: Example | None  # the open deal; None: of the account
    quantity: Quantity
    model: str
    version: str
    inputs_digest: str
    foretold: Foretold
    factors: Sequence[Factor] = ()
    left: Left | None = None


def learn(views: Views) -> tuple[list[Model], list[Example]]:
    """Learn from all deals, pipeline by pipeline in order of id; return the models, and the open deals."""
    by_pipeline: dict[str | None, list[Example]] = defaultdict(list)
    pipelines = views.policies.pipelines.each
    read = examples(views, views.policies.pipelines)
    for each in read:
        by_pipeline[each.pipeline].append(each)
    models = [
        _model(id_, by_pipeline[id_], pipelines.get(id_ or ""), views.moment.as_of)
        for id_ in sorted(by_pipeline, key=lambda each: (each is None, each or ""))
    ]
    return models, [each for each in read if each.end is None]


def _model(id_: str | None, among: Sequence[Example], pipeline: Pipeline | None, as_of: datetime) -> Model:
    decided = [each for each in among if each.end]
    order = stage_order([[spell.stage for spell in each.course] for each in decided], pipeline)
    timed = timetable.endings(among, as_of)
    return Model(
        id_,
        order,
        Counter(each.end.kind if each.end else "open" for each in among),
        win_probability.learn((each.case for each in decided), order),
        digest(order=order, cases=[[*_ids(each), *each.case] for each in decided]),
        timetable.timetable(ending for _, ending in timed),
        digest(lengths=[[*_ids(each), *ending] for each, ending in timed]),
        curves(among, as_of),
    )


def of_deals(models: Iterable[Model], open_deals: Iterable[Example], fiscal: Fiscal) -> Iterator[Prediction]:
    """Yield for each open deal whether it will be won, and when."""
    by_pipeline = {each.pipeline: each for each in models}
    for example in open_deals:
        model = by_pipeline[example.pipeline]
        yield _chance(model, example)
        yield _award(model, example, fiscal)


def _chance(model: Model, example: Example) -> Prediction:
    name, version = win_probability.MODEL, win_probability.VERSION
    view, counts = example.deal.view, model.bayes.all
    factors = win_probability.factors(model.bayes, example.stage, example.values)
    enough = counts.total >= LEAST_CLOSED and counts.won and counts.lost
    foretold = _likely(win_probability.probability(factors), counts.total) if enough else _too_few(model)
    read = digest(
        model=name,
        version=version,
        learned=model.cases,
        as_of=view.moment.as_of.isoformat(),
        deal=[*_ids(example), *example.case],
    )
    return Prediction(view, example, "win_probability", name, version, read, foretold, factors if enough else ())


def _likely(p: float, closed: int) -> Foretold:
    sentence = said(
        "{percent} % likely to be won, as {closed} closed deals teach.", percent=f"{100 * p:.1f}", closed=closed
    )
    return Foretold(p, None, None, closed, LEAST_CLOSED, sentence)


def _too_few(model: Model) -> Foretold:
    won, lost = model.bayes.all
    sentence = said(
        "{won} deals were won and {lost} were not: at least {need} in all, and some of both, are needed.",
        won=won,
        lost=lost,
        need=LEAST_CLOSED,
    )
    return insufficient(won + lost, LEAST_CLOSED, sentence)


def _award(model: Model, example: Example, fiscal: Fiscal) -> Prediction:
    name, version = timetable.MODEL, timetable.VERSION
    view, as_of = example.deal.view, example.deal.view.moment.as_of
    read = digest(
        model=name,
        version=version,
        learned=model.lengths,
        as_of=as_of.isoformat(),
        tz=fiscal.zone_name,
        deal=[*_ids(example), example.began.isoformat() if example.began else None],
    )
    foretold = timetable.award(model.table, example.began, as_of, fiscal)
    return Prediction(
        view, example, "award_date", name, version, read, foretold, left=left(model.stages, example, as_of)
    )


def of_account(view: View, fiscal: Fiscal) -> Prediction:
    """Return when an account will buy again."""
    name, version = next_purchase.MODEL, next_purchase.VERSION
    dates, as_of = list(next_purchase.bought(view, fiscal)), view.moment.as_of
    read = digest(
        model=name,
        version=version,
        account=view.account,
        as_of=as_of.isoformat(),
        tz=fiscal.zone_name,
        bought=[each.isoformat() for each in dates],
    )
    foretold = next_purchase.next_purchase(dates, fiscal.day(as_of))
    return Prediction(view, None, "next_purchase", name, version, read, foretold)


def _ids(example: Example) -> tuple[str, str]:
    return example.deal.view.account, example.deal.id
