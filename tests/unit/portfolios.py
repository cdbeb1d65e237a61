"""The one way in which tests ask about all accounts, and the CRM's 8,800 deals as their importer tells them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter

import schemas
from schemas import POLICY, Fact
from services.importers import crm as importer
from services.importers.importer import Remark
from services.projections.defaults import DEFAULT
from services.projections.folds import States, fold
from services.projections.history import Moment, Recorded, visible
from services.projections.models.opportunity.funnel import HISTORY
from services.projections.models.policies import in_force
from services.projections.policy import Policies
from services.projections.question import View, Views
from services.projections.questions import PORTFOLIO
from services.projections.views import as_told
from tests.unit.histories import defined, end_of, moment


def ask_portfolio(
    question_name: str,
    facts: Iterable[Recorded],
    as_of: str | datetime,
    known_at: str | datetime | None = None,
    **parameters: Any,
) -> Any:
    """Ask about all accounts in `facts` as a client would, and return the answer as JSON data.

    Dates, `known_at` and `from_` are as in `histories.ask`.
    """
    facts = list(facts)
    at = Moment(_end(as_of), _end(known_at) if known_at else max(each.recorded_at for each in facts))
    question = PORTFOLIO[question_name]
    settled = defined(facts, at)
    policies = in_force(settled)
    told: dict[str, list[Recorded]] = defaultdict(list)
    for fact in facts:
        told[fact.event.partitionkey] += [fact] if fact.recorded_at <= at.known_at else []
    each = [
        view._replace(told=as_told(question, told[view.account]))
        for view in _views(facts, at, policies, question.subjects, question.history)
    ]
    return _answer(question_name, Views(at, policies, each, settled), parameters)


def ask_crm(question_name: str, as_of: str, policies: Iterable[Recorded] = (), **parameters: Any) -> Any:
    """Ask about the CRM's accounts, all that is told of them being known, by `policies` or the defaults."""
    views = _crm_views(as_of)
    settled = defined(policies, views.moment)
    applied = in_force(settled)
    each = [view._replace(policies=applied) for view in views]
    return _answer(question_name, Views(views.moment, applied, each, settled), parameters)


def _answer(question_name: str, views: Views, parameters: dict[str, Any]) -> Any:
    question = PORTFOLIO[question_name]
    asked = question.parameters.model_validate({name.rstrip("_"): value for name, value in parameters.items()})
    answer = question.answer(views, asked)
    return TypeAdapter(question.answer_model).dump_python(answer, mode="json", by_alias=True)


def _views(
    facts: Iterable[Recorded],
    at: Moment,
    policies: Policies,
    subjects: Sequence[str],
    history: tuple[type[Fact], ...] = (),
) -> Iterator[View]:
    accounts: dict[str, list[Recorded]] = defaultdict(list)
    for each in facts:
        accounts[each.event.partitionkey].append(each)
    for account, told in sorted(accounts.items()):
        if account == POLICY:
            continue
        seen = visible(told, at)
        read = [each for each in seen if isinstance(each.event.data, history)]
        yield View(account, at, policies, fold(States(), seen, subjects), read)


def _end(when: str | datetime) -> datetime:
    return end_of(when) if isinstance(when, str) and len(when) == len("2025-01-31") else moment(when)


@cache
def _crm() -> tuple[Recorded, ...]:
    at = datetime(2018, 1, 1, tzinfo=UTC)
    told = importer.read(Path(importer.__file__).parent / "data" / "crm")
    events = (schemas.parse(orjson.dumps(item)) for item in told if not isinstance(item, Remark))
    return tuple(Recorded(event, at, 0, offset) for offset, event in enumerate(events))


@cache
def _crm_views(as_of: str) -> Views:
    at = Moment(_end(as_of), _crm()[-1].recorded_at)
    return Views(at, DEFAULT, list(_views(_crm(), at, DEFAULT, ("account", "contact", "opportunity"), HISTORY)))
