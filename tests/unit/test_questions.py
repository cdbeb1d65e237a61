"""What every question promises, whatever the history: no order of arrival changes an answer, and none breaks it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

import jsonschema
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, RootModel, TypeAdapter, ValidationError

from schemas import POLICY
from schemas.event import REGISTERED
from schemas.policy import CriteriaDefined
from services.projections.folds import FOLDS, States, encode, fold
from services.projections.hindsight.questions import ALL as ALL_QUESTIONS
from services.projections.hindsight.questions import OF_AN_ACCOUNT
from services.projections.history import Moment, Recorded, visible
from services.projections.models.policies import in_force
from services.projections.policy import Policies
from services.projections.question import (
    AccountQuestion,
    Key,
    Parameters,
    PortfolioQuestion,
    Question,
    View,
    Views,
)
from services.projections.questions import PORTFOLIO
from services.projections.said import ENGLISH, Tongue
from services.projections.views import as_told, sees
from tests.unit.golden import golden_history
from tests.unit.histories import defined
from tests.unit.strategies import (
    ACCOUNTS,
    ALL,
    MOMENTS,
    POLICIES,
    START,
    WIRES,
    Draft,
    at_distinct_times,
    drafts,
    drawn_from,
    needed,
    recorded,
)

History = list[Recorded]
Told = dict[str, list[Draft]]  # by account
RANDOM = st.randoms(use_true_random=False)
LATE = Moment(datetime(2026, 7, 1, tzinfo=UTC), ALL.known_at)

# Of a question that has two forms, the one over all accounts is named after the page that shows it.
FORMS: dict[str, Question] = {
    **OF_AN_ACCOUNT,
    **{f"portfolio/{name}" if name in OF_AN_ACCOUNT else name: question for name, question in PORTFOLIO.items()},
}
every_question = pytest.mark.parametrize("name", sorted(FORMS))
few = settings(max_examples=max(5, 5 * settings().max_examples // len(FORMS)))  # shared out among them all


@cache
def wires_of(name: str) -> tuple[str, ...]:
    """Return the types that a question reads, which is all that it can see."""
    question = FORMS[name]
    return tuple(wire for wire in WIRES if question.told or sees(question, REGISTERED[wire]))


@cache
def told(name: str) -> st.SearchStrategy[Told]:
    """Return histories for a question: of one account, or of several; and of policies."""
    policies = {POLICY: drafts(POLICIES, max_size=6)}
    if isinstance(FORMS[name], AccountQuestion):
        return st.fixed_dictionaries({ACCOUNTS[0]: drafts(wires_of(name))}, optional=policies)
    one = drafts(wires_of(name), max_size=12)
    return st.fixed_dictionaries({ACCOUNTS[0]: one}, optional=dict.fromkeys(ACCOUNTS[1:], one) | policies)


@cache
def parameters(name: str) -> st.SearchStrategy[Any]:
    """Return parameters as a caller may send them; ids come from the same pools as those of the histories."""
    model = FORMS[name].parameters
    schema = model.model_json_schema(by_alias=True)
    sent = drawn_from(schema | {"type": "object"}, name, schema.get("$defs", {}))
    return sent.map(lambda each: _accepted(model, each)).filter(lambda each: each is not None)


def _accepted(model: type[Parameters], sent: dict[str, Any]) -> Parameters | None:
    try:
        return model.model_validate(sent)
    except ValidationError:
        return None  # two that do not go together; what is refused is for the tests of the API


def least_parameters(name: str) -> Parameters:
    """Return the parameters that a question cannot do without."""
    model: type[Parameters] = FORMS[name].parameters
    return model.model_validate(needed(model))


def recorded_all(told: Told, **how: Any) -> dict[str, History]:
    return {account: recorded(each, account, **how) for account, each in told.items()}


def view(  # noqa: PLR0913, PLR0917 -- what a view holds
    question: Question, account: str, facts: Sequence[Recorded], at: Moment, policies: Policies, random: Random | None
) -> View:
    """Return what a question may see; with `random`, of states that were folded as facts may come: late and split."""
    seen = visible(facts, at)
    history = [each for each in seen if isinstance(each.event.data, question.history)]
    states = _arriving(seen, question.subjects, random) if random else fold(States(), seen, question.subjects)
    known = sorted((each for each in facts if each.recorded_at <= at.known_at), key=lambda each: each.offset)
    return View(account, at, policies, states, history, as_told(question, known))


def _arriving(facts: Sequence[Recorded], subjects: Sequence[str], random: Random) -> States:
    """Fold facts shuffled, some of them twice, in batches between which the states are saved and read again."""
    arrivals = [*facts, *random.sample(facts, len(facts) // 2)]
    random.shuffle(arrivals)
    states = States()
    while arrivals:
        size = random.choice((len(arrivals), random.randint(1, len(arrivals))))
        fold(states, arrivals[:size], subjects)
        arrivals = arrivals[size:]
        for subject in subjects if arrivals else ():  # what was saved is sorted: the last batch stays as it came
            setattr(states, subject, FOLDS[subject].decode(encode(getattr(states, subject))))
    return states


def ask(  # noqa: PLR0913 -- all that an answer depends on
    name: str,
    log: Mapping[str, History],
    at: Moment,
    asked: Any,
    random: Random | None = None,
    *,
    tongue: Tongue = ENGLISH,
) -> Any:
    """Return the answer of a question as JSON data."""
    question = FORMS[name]
    settled = defined([each for told in log.values() for each in told], at)
    policies = in_force(settled)
    views = [view(question, each, log[each], at, policies, random) for each in sorted(log) if each != POLICY]
    try:
        answer = (
            question.answer(views[0], asked)
            if isinstance(question, AccountQuestion)
            else question.answer(Views(at, policies, views, settled), asked)
        )
    except ValidationError as refusal:  # of parameters that do not go with the moment
        return {"refused": [error["msg"] for error in refusal.errors()]}
    return orjson.loads(
        TypeAdapter[Any](question.answer_model).dump_json(answer, by_alias=True, context={"tongue": tongue})
    )


def plain(answer: Any) -> Any:
    """Return an answer without the places in the log that stand behind it."""
    if isinstance(answer, dict):
        return {key: [] if key == "because" else plain(each) for key, each in answer.items()}
    return [plain(each) for each in answer] if isinstance(answer, list) else answer


@cache
def published(name: str) -> Any:
    """Return a validator of the JSON Schema that stands in the OpenAPI document for a question's answer."""
    schema = TypeAdapter(FORMS[name].answer_model).json_schema(mode="serialization")
    return jsonschema.Draft202012Validator(schema)


def lists_of_rows(model: Any, answers: Sequence[Any], path: str) -> Iterator[tuple[str, Key | None, list[Any]]]:
    """Yield each list of rows in the model of an answer, the key that it names, and what stands there in `answers`."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return
    for name, field in model.model_fields.items():
        root = issubclass(model, RootModel)
        wire = field.serialization_alias or name
        place = path if root else f"{path}.{wire}"
        values = [each if root else each[wire] for each in answers if each is not None]
        annotation, parts = field.annotation, getattr(field.annotation, "__args__", (field.annotation,))
        if getattr(annotation, "__origin__", None) is list:
            if isinstance(parts[0], type) and issubclass(parts[0], BaseModel):
                yield place, next((each for each in field.metadata if isinstance(each, Key)), None), values
            values = [row for rows in values for row in rows]
        for part in parts:
            yield from lists_of_rows(part, values, place)


def _part(row: Any, field: str) -> Any:
    for step in field.split("."):
        row = row[step]
    told = row.keys() if isinstance(row, dict) and field != "key" else ()  # a key of a row that changed may be a name
    assert "name" not in told, f"{field}: a name is no part of a key"
    return row


def told_apart(name: str, answer: Any) -> bool:
    """Whether no two rows of a list have the same key."""
    for _, key, lists in lists_of_rows(FORMS[name].answer_model, [answer], name):
        for rows in lists:
            keys = [orjson.dumps([_part(row, field) for field in key.fields]) for row in rows] if key else []
            assert len(set(keys)) == len(keys), keys
    return True


@every_question
@few
@given(data=st.data())
def test_an_answer_fits_its_published_model_and_is_the_same_however_the_facts_arrived(name, data):
    log, asked = recorded_all(data.draw(told(name))), data.draw(parameters(name))
    at = data.draw(st.one_of(st.just(LATE), MOMENTS))
    random = data.draw(RANDOM)
    shuffled = {account: random.sample(facts, len(facts)) for account, facts in log.items()}
    answer = ask(name, log, at, asked)
    assert ask(name, shuffled, at, asked, random) == answer
    if "refused" not in answer:
        assert [error.message for error in published(name).iter_errors(plain(answer))] == []
        assert told_apart(name, answer)


@every_question
def test_the_answer_about_a_history_full_of_mergers_and_circles_is_the_same_however_its_facts_arrived(name):
    log = {"hosp-1": golden_history()}
    asked = least_parameters(name)
    answer = ask(name, log, LATE, asked)
    assert all(ask(name, log, LATE, asked, Random(seed)) == answer for seed in range(5))
    assert told_apart(name, answer)


@pytest.mark.parametrize("name", sorted(name for name, question in FORMS.items() if not question.told))
@few
@given(data=st.data())
def test_an_answer_about_facts_of_different_times_owes_nothing_to_the_order_in_which_they_were_told(name, data):
    in_order = {account: _amended_once(at_distinct_times(each)) for account, each in data.draw(told(name)).items()}
    asked, random = data.draw(parameters(name)), data.draw(RANDOM)
    late = {account: random.sample(each, len(each)) for account, each in in_order.items()}
    one, other = (ask(name, recorded_all(each, at=START), LATE, asked) for each in (in_order, late))
    assert plain(one) == plain(other)


def _amended_once(events: Sequence[Draft]) -> list[Draft]:
    """Drop all amendments of a target but one: of several the last told decides, which is what is shuffled here."""
    seen: set[str] = set()
    kept = []
    for event in events:
        target = event["data"].get("target", {}).get("id") if event["type"].startswith("event.") else None
        if target not in seen:
            kept.append(event)
        seen |= {target} if target else set()
    return kept


@every_question
@few
@given(data=st.data())
def test_an_answer_about_the_past_is_unaffected_by_what_is_true_or_told_later(name, data):
    events, more = data.draw(told(name)), data.draw(drafts(wires_of(name), max_size=6))
    at, asked = data.draw(MOMENTS), data.draw(parameters(name))
    log = recorded_all(events)
    before = ask(name, log, at, asked)
    account = ACCOUNTS[0]
    told_later = [each._replace(recorded_at=ALL.known_at) for each in recorded(more, account)]
    true_later = [
        each
        for each in recorded([_renamed(event) for event in more if event["id"].startswith("e")], account, at=START)
        if not each.undated and each.event.time > at.as_of
        if not isinstance(each.event.data, CriteriaDefined)  # they can be tried as soon as they are known
    ]
    apart = [each._replace(offset=1_000 + place) for place, each in enumerate(told_later + true_later)]
    assert ask(name, log | {account: log[account] + apart}, at, asked) == before


def _renamed(event: Draft) -> Draft:
    return event | {"id": f"later-{event['id']}"}  # no amendment names it


@every_question
def test_every_list_of_rows_in_an_answer_names_what_identifies_a_row(name):
    lists = lists_of_rows(FORMS[name].answer_model, [], name)
    unnamed = [place for place, key, _ in lists if key is None]
    assert unnamed == []


@every_question
def test_an_account_of_which_nothing_is_known_has_an_answer(name):
    ask(name, {ACCOUNTS[0]: []}, LATE, least_parameters(name))


def test_there_are_questions_and_each_form_belongs_to_one_of_them():
    assert {"attitude", "opportunities"} <= set(ALL_QUESTIONS)
    assert set(ALL_QUESTIONS) == {*OF_AN_ACCOUNT, *PORTFOLIO}
    assert all(isinstance(each, PortfolioQuestion) for each in PORTFOLIO.values())
