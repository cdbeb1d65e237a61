"""What was given to whom, when, by whom of ours, and what it was worth: sums by person and currency."""

from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def given(id_: str, time: str, guests: list[Any], value: tuple[str, str] | None, **data: Any) -> Recorded:
    recorded_at = data.pop("recorded_at", None)
    gift = {"given": f"gift {id_}"} | ({"value": {"amount": value[0], "currency": value[1]}} if value else {})
    told = {"interaction": id_, "kind": "event", "direction": "outbound", "participants": guests, "hospitality": gift}
    return fact("interaction.recorded", time, told | {"our_participants": ["m-1"]} | data, recorded_at=recorded_at)


HISTORY = [
    fact("member.registered", "2025-01-01", {"member": "m-1", "name": "Bo"}),
    fact("contact.added", "2025-01-01", {"contact": "c-1", "name": "Ada", "email": "ada@acme.example"}),
    fact(
        "contact.position_assigned",
        "2025-01-01",
        {"contact": "c-1", "position": "p", "title": "Buyer", "level": "middle"},
    ),
    given(
        "i-1",
        "2025-02-01",
        ["c-1", {"email": "ada@acme.example"}, "c-2"],
        ("30.50", "EUR"),
        our_participants=["m-1", "m-2"],
    ),
    given("i-2", "2025-03-01", ["c-1", {"email": "new@acme.example"}], ("10.00", "CNY"), opportunity="o-1"),
    given("i-3", "2025-04-01", ["c-1"], None),
    given("i-4", "2025-04-02", ["c-1"], ("99.00", "EUR")),
    # told again without what was not given after all, and known from June on
    fact(
        "interaction.recorded",
        "2025-04-02",
        {
            "interaction": "i-4",
            "kind": "event",
            "direction": "outbound",
            "participants": ["c-1"],
            "our_participants": [],
        },
        recorded_at="2025-06-01",
    ),
]


def money(row: Any) -> list[str]:
    return [f"{each['amount']} {each['currency']}" for each in row["value"]]


def guests(answer: Any) -> dict[str | None, tuple[Any, ...]]:
    return {
        each["contact"]: (each["times"], each["unvalued"], money(each), each["last"][:10]) for each in answer["guests"]
    }


def test_each_guest_and_host_has_sums_by_currency_and_the_whole_counts_each_gift_once():
    answer = ask("hospitality", HISTORY, "2025-12-31")
    assert [(each["interaction"], each["given"]) for each in answer["given"]] == [
        ("i-3", "gift i-3"),
        ("i-2", "gift i-2"),
        ("i-1", "gift i-1"),
    ]
    assert guests(answer) == {
        "c-1": (3, 1, ["10.00 CNY", "30.50 EUR"], "2025-04-01"),
        "c-2": (1, 0, ["30.50 EUR"], "2025-02-01"),
        None: (1, 0, ["10.00 CNY"], "2025-03-01"),
    }
    hosts = [(each["member"], each["name"], each["times"], money(each)) for each in answer["hosts"]]
    assert hosts == [("m-1", "Bo", 3, ["10.00 CNY", "30.50 EUR"]), ("m-2", None, 1, ["30.50 EUR"])]
    assert (money(answer), answer["unvalued"]) == (["10.00 CNY", "30.50 EUR"], 1)
    ada = answer["given"][2]["guests"][0]
    assert (ada["name"], ada["position_then"], answer["given"][0]["value"]) == ("Ada", "Buyer", None)
    assert answer["given"][1]["hosts"][0]["name"] == "Bo"


def test_sums_are_added_in_the_base_of_the_rates():
    defined = fact("rates.defined", "2025-01-01", {"base": "CNY", "rates": {"EUR": "8"}}, account="$policy")
    answer = ask("hospitality", [*HISTORY, defined], "2025-12-31")
    both = {"amount": "254.00", "currency": "CNY"}  # 8 * 30.50 + 10
    assert answer["in_base"] == answer["guests"][0]["in_base"] == answer["hosts"][0]["in_base"] == both
    assert ask("hospitality", HISTORY, "2025-12-31")["in_base"] is None


def test_two_moments_of_each_clock():
    assert guests(ask("hospitality", HISTORY, "2025-02-28")) == {
        "c-1": (1, 0, ["30.50 EUR"], "2025-02-01"),
        "c-2": (1, 0, ["30.50 EUR"], "2025-02-01"),
    }
    believed = ask("hospitality", HISTORY, "2025-12-31", "2025-05-31")
    assert guests(believed)["c-1"] == (4, 1, ["10.00 CNY", "129.50 EUR"], "2025-04-02")
    assert ask("hospitality", HISTORY, "2025-01-31", "2025-05-31")["given"] == []


def test_one_guest_host_purchase_and_stretch_of_time_can_be_asked_for():
    def found(**asked: Any) -> list[str]:
        return [each["interaction"] for each in ask("hospitality", HISTORY, "2025-12-31", **asked)["given"]]

    assert found(contact="c-2") == found(member="m-2") == found(to="2025-02-01") == ["i-1"]
    assert found(opportunity="o-1") == ["i-2"]
    assert found(from_="2025-03-01") == ["i-3", "i-2"]
