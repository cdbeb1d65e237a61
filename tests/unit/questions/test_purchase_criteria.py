from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital


def stated(criterion: str, time: str, weight: float | None = None, **data: Any) -> Recorded:
    attributes = {each: data.pop(each) for each in ("recorded_at", "id", "timebasis") if each in data}
    told = {"opportunity": "o", "criterion": criterion} | ({} if weight is None else {"weight": weight}) | data
    return fact("purchase_criterion.stated", time, told, **attributes)


def withdrawn(criterion: str, time: str) -> Recorded:
    return fact("purchase_criterion.withdrawn", time, {"opportunity": "o", "criterion": criterion})


def met(time: str, event: str, **attributes: Any) -> Recorded:
    data = {"interaction": f"i-{event}", "kind": "meeting", "direction": "mutual", "topics": ["cost"]}
    data |= {"our_participants": [], "participants": []}
    return fact("interaction.recorded", time, data, id=event, **attributes)


def criteria(facts: list[Recorded], as_of: str = "2025-12-31", known_at: str | None = None, **asked: Any) -> Any:
    return ask("purchase-criteria", facts, as_of, known_at, **asked)["criteria"]


def test_the_hospital_judges_by_the_cost_of_ten_years_since_the_technical_exchange():
    (row,) = ask("purchase-criteria", hospital(), beijing("2025-05-31"), opportunity="opp-ct")["criteria"]
    assert (row["criterion"], row["weight"], row["share"]) == ("十年总成本", 30, 1)
    assert (row["stated_by"], row["stated_by_name"], row["since"]) == ("c-li", "李强", "2025-02-26T06:00:00Z")
    (cause,) = row["causes"]
    assert (cause["event"], cause["kind"], cause["time"]) == (
        {"source": "crm.a-med", "id": "h33"},
        "technical_exchange",
        "2025-02-26T06:00:00Z",
    )
    assert cause["title"] == "technical exchange: 参数, 总成本"
    assert ask("purchase-criteria", hospital(), beijing("2025-02-25"))["criteria"] == []


def test_the_share_is_of_the_weights_that_are_known():
    facts = [stated("price", "2025-01-01", 30), stated("service", "2025-01-02", 10), stated("brand", "2025-01-03")]
    found = [(each["criterion"], each["weight"], each["share"]) for each in criteria(facts)]
    assert found == [("price", 30, 0.75), ("service", 10, 0.25), ("brand", None, None)]
    assert [each["share"] for each in criteria([stated("price", "2025-01-01", 0)])] == [None]


def test_a_criterion_stated_again_is_in_force_since_it_was_first_and_weighs_what_was_said_last():
    facts = [stated("price", "2025-01-01", 30), stated("price", "2025-03-01", 50, stated_by="c-1")]
    (then,), (now,) = criteria(facts, "2025-02-28"), criteria(facts)
    assert (then["weight"], then["since"][:10], then["stated_by"]) == (30, "2025-01-01", None)
    assert (now["weight"], now["since"][:10], now["stated_by"]) == (50, "2025-01-01", "c-1")


def test_a_withdrawn_criterion_is_shown_only_on_demand_and_has_no_share():
    facts = [stated("price", "2025-01-01", 30), stated("service", "2025-01-01", 10), withdrawn("price", "2025-02-01")]
    assert [(each["criterion"], each["share"]) for each in criteria(facts)] == [("service", 1)]
    service, price = criteria(facts, withdrawn="1")
    assert (service["withdrawn"], service["share"]) == (None, 1)
    assert (price["weight"], price["share"], price["withdrawn"][:10]) == (30, None, "2025-02-01")
    assert [each["withdrawn"] for each in criteria(facts, "2025-01-31", withdrawn="1")] == [None, None]


def test_a_criterion_stated_after_its_withdrawal_is_new():
    facts = [stated("price", "2025-01-01", 30), withdrawn("price", "2025-02-01"), stated("price", "2025-03-01")]
    (row,) = criteria(facts, withdrawn="1")
    assert (row["since"][:10], row["weight"], row["withdrawn"]) == ("2025-03-01", None, None)
    assert criteria([withdrawn("price", "2025-02-01")], withdrawn="1") == []


def test_a_late_statement_and_a_correction_change_what_we_know_not_what_we_knew():
    target = {"source": "crm", "id": "s", "type": "purchase_criterion.stated.v1"}
    data = {"opportunity": "o", "criterion": "price", "weight": 40}
    facts = [
        stated("price", "2025-01-01", 30, id="s"),
        stated("service", "2025-01-02", 10, recorded_at="2025-03-01"),
        fact("event.corrected", "2025-04-01", {"target": target, "data": data, "reason": "typing error"}),
    ]
    found = [
        [(each["criterion"], each["share"]) for each in criteria(facts, "2025-01-31", known)]
        for known in ("2025-02-28", "2025-03-31", None)
    ]
    assert found == [[("price", 1)], [("price", 0.75), ("service", 0.25)], [("price", 0.8), ("service", 0.2)]]


def test_a_cause_that_is_not_visible_or_no_interaction_is_named_and_nothing_more():
    causes = [{"source": "crm", "id": each} for each in ("m", "later", "lost")]
    facts = [
        stated("price", "2025-01-10", causes=causes),
        met("2025-01-09", "m"),
        met("2025-01-08", "later", recorded_at="2025-03-01"),
    ]
    (row,) = criteria(facts, "2025-12-31", "2025-02-28")
    assert [(each["event"]["id"], each["kind"]) for each in row["causes"]] == [
        ("m", "meeting"),
        ("later", None),
        ("lost", None),
    ]
    assert criteria(facts)[0]["causes"][1]["time"] == "2025-01-08T00:00:00Z"


def test_one_purchase_alone_can_be_asked_for_and_one_person_has_one_name():
    facts = [
        stated("price", "2025-01-01", stated_by="a"),
        stated("price", "2025-01-01", opportunity="p"),
        fact("contact.added", "2025-01-01", {"contact": "b", "name": "B"}),
        fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"}),
    ]
    assert [each["opportunity"] for each in criteria(facts)] == ["o", "p"]
    (row,) = criteria(facts, opportunity="o")
    assert (row["stated_by"], row["stated_by_name"]) == ("b", "B")
