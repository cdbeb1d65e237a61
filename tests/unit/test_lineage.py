"""From an event to what it amends, what it caused, and the answers that rest on it."""

from services.projections.hindsight.citing import citations
from services.projections.hindsight.told import Told
from services.projections.history import Moment, Recorded
from services.projections.lineage import answers_that_cite, lineage
from services.projections.questions import ACCOUNT
from tests.unit.clocks import JANUARY, LATE, MARCH, corrected, retracted, stage
from tests.unit.histories import ask, beijing, fact, hospital, moment
from tests.unit.worries import contact, identified, lost, placed

NOW = Moment(moment("2025-12-31"), moment("2025-12-31"))


def attitude(time: str, level: int, **also: object) -> Recorded:
    return fact("attitude.assessed", time, {"contact": "a", "level": level, **also})


def cited(facts: list[Recorded], of: Recorded, name: str) -> list[tuple[str, dict[str, str]]]:
    """Return the days as of which the answers to a question cite an event, and with which parameters."""
    found = answers_that_cite(Told("acme", [contact("a"), placed("a", "x"), *facts], []), of, NOW)
    return [(str(each.as_of)[:10], each.parameters) for each in found if each.question == name]


def test_an_event_is_told_with_its_relations_and_when_they_were_told():
    first = attitude(JANUARY, 1)
    changed, gone = corrected(first, level=2), retracted(first)
    lost = {"source": "elsewhere", "id": "e"}
    effect = attitude(MARCH, 2, causes=[first.ref.model_dump(), lost])
    facts = [first, effect, changed, gone]
    told = lineage(first, facts)
    assert [(each.id, each.type) for each in told.amended_by] == [
        (changed.event.id, "event.corrected.v1"),
        (gone.event.id, "event.retracted.v1"),
    ]
    assert [(each.id, each.time) for each in told.caused] == [(effect.event.id, moment(MARCH))]
    assert (told.amends, told.causes, told.cited_by) == (None, [], None)
    known, unknown = lineage(effect, facts).causes
    assert (known.id, known.type, known.recorded_at) == (first.event.id, "attitude.assessed.v1", moment(JANUARY))
    assert (unknown.source, unknown.id, unknown.type, unknown.time) == ("elsewhere", "e", None, None)
    amends = lineage(changed, facts).amends
    assert amends is not None
    assert (amends.id, amends.time) == (first.event.id, moment(JANUARY))


def test_answers_cite_an_event_as_of_its_time_and_as_of_now_as_long_as_they_rest_on_it():
    first, second = attitude(JANUARY, 1), attitude(MARCH, -1)
    assert cited([first, second], first, "attitude-mix") == [(JANUARY, {})]
    assert cited([first, second], second, "attitude-mix") == [(MARCH, {}), ("2025-12-31", {})]
    assert cited([first, second], first, "disagreements") == []  # which reads it, and has nothing to tell


def test_an_event_of_a_purchase_is_cited_by_answers_about_the_purchase():
    told = attitude(JANUARY, 1, opportunity="o")
    assert cited([told], told, "attitude") == [(day, {"opportunity": "o"}) for day in (JANUARY, "2025-12-31")]
    entered = fact("opportunity.stage_entered", JANUARY, {"opportunity": "o", "stage": "offer"})
    assert {asked["opportunity"] for _, asked in cited([entered], entered, "opportunity")} == {"o"}


def test_an_amended_event_is_cited_where_it_now_stands_and_a_retracted_one_by_nothing_but_what_tells_of_it():
    first = attitude(JANUARY, 1)
    target = {"source": "crm", "id": first.event.id, "type": first.event.type}
    data = {"contact": "a", "level": 2}
    moved = fact("event.corrected", LATE, {"target": target, "data": data, "time": f"{MARCH}T00:00:00Z", "reason": "x"})
    assert cited([first, moved], first, "attitude-mix") == [(MARCH, {}), ("2025-12-31", {})]
    assert cited([first, retracted(first)], first, "attitude-mix") == []


def test_the_citations_are_those_that_asking_each_question_by_itself_finds():
    facts = hospital()
    (shift,) = [each for each in facts if each.event.id == "h32"]
    told, at = Told("hosp-1", facts, []), Moment(beijing("2025-03-01"), facts[-1].recorded_at)
    asked = {
        name: told.answer(question, question.parameters.model_validate({}), at)
        for name, question in ACCOUNT.items()
        if not any(field.is_required() for field in question.parameters.model_fields.values())
    }
    named = f'"because":[[{shift.partition},{shift.offset}]'
    alone = {name for name, answer in asked.items() if named in answer.model_dump_json()}
    found = {each.question for each in citations(told, shift, [at], ACCOUNT.values()) if not each.parameters}
    assert {"facts", "timeline"} <= alone <= found


def test_steps_of_an_attitude_and_the_way_of_a_purchase_name_the_facts_behind_them():
    steps = [attitude(JANUARY, 1), attitude(MARCH, -1)]
    way = [identified("o"), stage(JANUARY, "offer"), stage("2025-02-01", "tender"), lost("o", MARCH)]
    (person,) = ask("attitude", [contact("a"), *steps], "2025-12-31")["contacts"]
    assert [each["because"] for each in person["steps"]] == [[[0, each.offset]] for each in steps]
    (cycle,) = ask("stages", way, "2025-12-31")["cycles"]
    assert cycle["because"] == [[0, way[place].offset] for place in (0, 1, 3)]
