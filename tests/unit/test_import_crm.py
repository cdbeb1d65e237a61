"""The CRM's files as events, against what its README knows."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from statistics import mean, median

import pytest

from services.importers import crm
from services.importers.importer import Told
from services.problem import Problem
from tests import known
from tests.unit.imported import imported, of_type, said, told

DEALS = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"


@pytest.fixture(scope="module")
def events():
    return told(imported("crm"))


@pytest.fixture(scope="module")
def remarks():
    return said(imported("crm"))


@pytest.fixture
def folder(tmp_path):
    """A CRM of one account, one agent, one product and one deal."""
    write(tmp_path, "accounts", "account,sector,office_location,subsidiary_of", "Acme,retail,Italy,")
    write(tmp_path, "sales_teams", "sales_agent,manager,regional_office", "Ann,Max,East")
    write(tmp_path, "products", "product", "GTX Pro")
    write(tmp_path, "sales_pipeline", DEALS, "O1,Ann,GTX Pro,Acme,Won,1/2/2017,2/3/2017,100")
    return tmp_path


def write(folder: Path, name: str, *rows: str) -> None:
    (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def days(events: Iterable[Told], wire: str) -> dict[str, str]:
    return {e["data"]["opportunity"]: e["time"][:10] for e in events if e["type"] == wire}


@pytest.mark.parametrize("day", known.PIPELINE)
def test_the_pipeline_of_each_known_day_can_be_counted_from_the_events(events, day):
    upto = [event for event in events if event["time"][:10] <= day]
    won, lost = of_type(upto, "opportunity.won.v1"), of_type(upto, "opportunity.lost.v1")
    engaged = [e for e in of_type(upto, "opportunity.stage_entered.v1") if e["data"]["stage"] == "Engaging"]
    value = sum(int(event["data"]["amount"]["amount"]) for event in won)
    counted = known.Pipeline(len(won), len(lost), len(engaged) - len(won) - len(lost), value)
    assert counted == known.PIPELINE[day]


def test_every_opportunity_is_identified_once_with_an_owner(events):
    identified = of_type(events, "opportunity.identified.v1")
    assert len({event["data"]["opportunity"] for event in identified}) == known.OPPORTUNITIES
    assert all(event["data"]["owner"] for event in identified)


def test_deals_take_as_long_as_is_known(events):
    begun = days(events, "opportunity.identified.v1")

    def lengths(wire: str) -> list[int]:
        ended = days(events, wire)
        return [(date.fromisoformat(end) - date.fromisoformat(begun[key])).days for key, end in ended.items()]

    won = lengths("opportunity.won.v1")
    assert round(mean(won), 2) == known.DAYS_TO_WON_MEAN
    assert median(won) == known.DAYS_TO_WON_MEDIAN
    assert round(mean(lengths("opportunity.lost.v1")), 2) == known.DAYS_TO_LOST_MEAN


def test_every_account_is_registered_and_subsidiaries_name_a_registered_parent(events):
    accounts = {e["partitionkey"]: e["data"] for e in of_type(events, "account.registered.v1")}
    parents = [data["parent_account"] for data in accounts.values() if "parent_account" in data]
    assert len(accounts.keys() - {"no-account"}) == known.ACCOUNTS
    assert len(parents) == known.SUBSIDIARIES
    assert set(parents) <= accounts.keys()


def test_wins_can_be_counted_by_account(events):
    names = {e["partitionkey"]: e["data"]["name"] for e in of_type(events, "account.registered.v1")}
    won = Counter(names[event["partitionkey"]] for event in of_type(events, "opportunity.won.v1"))
    assert {name: won[name] for name in known.WON_BY_ACCOUNT} == known.WON_BY_ACCOUNT


def test_wins_can_be_counted_by_manager_and_agent_from_each_account_alone(events):
    members = {(e["partitionkey"], e["data"]["member"]): e["data"] for e in of_type(events, "member.registered.v1")}
    owner = {e["data"]["opportunity"]: e["data"]["owner"] for e in of_type(events, "opportunity.identified.v1")}
    by_manager: Counter[str] = Counter()
    by_agent: Counter[str] = Counter()
    value: Counter[str] = Counter()
    for event in of_type(events, "opportunity.won.v1"):
        account, data = event["partitionkey"], event["data"]
        agent = members[account, owner[data["opportunity"]]]
        by_manager[members[account, agent["manager"]]["name"].split()[-1]] += 1
        by_agent[agent["name"]] += 1
        value[agent["name"]] += int(data["amount"]["amount"])
    assert by_manager == known.WON_BY_MANAGER
    assert by_agent.most_common(1) == [(known.TOP_AGENT, known.TOP_AGENT_WON)]
    assert value[known.TOP_AGENT] == known.TOP_AGENT_VALUE


def test_rows_without_an_account_stand_under_one_that_says_so(events, remarks):
    kept = [e for e in of_type(events, "opportunity.identified.v1") if e["partitionkey"] == "no-account"]
    said = [remark for remark in remarks if remark.sentence.startswith("names no account")]
    assert len(kept) == len(said) == known.WITHOUT_ACCOUNT


def test_prospecting_rows_are_dated_by_an_estimate_that_is_reported(events, remarks):
    entered = [e for e in of_type(events, "opportunity.stage_entered.v1") if e["data"]["stage"] == "Prospecting"]
    said = [remark for remark in remarks if remark.sentence.startswith("has no date")]
    assert len(entered) == len(said) == known.PROSPECTING
    assert {(e["time"], e["timebasis"]) for e in entered} == {("2016-10-20T00:00:00Z", "estimated")}


def test_agents_without_deals_are_reported_with_their_lines(remarks):
    idle = [(remark.file, remark.verdict) for remark in remarks if "no deals" in remark.sentence]
    assert idle == [("sales_teams.csv", "refused")] * known.AGENTS_WITHOUT_DEALS


def test_two_spellings_of_a_product_are_one_and_each_guess_names_its_line(events, remarks):
    products = {product for e in of_type(events, "opportunity.identified.v1") for product in e["data"]["products"]}
    assert "GTX Pro" in products
    assert "GTXPro" not in products
    first = next(remark for remark in remarks if "GTXPro" in remark.sentence)
    assert (first.file, first.line, first.verdict) == ("sales_pipeline.csv", 3, "guessed")


def test_no_name_of_a_person_is_in_an_id(events):
    people = {event["data"]["name"] for event in of_type(events, "member.registered.v1")}
    words = {word.lower() for name in people for word in name.split()}
    parts = {part for event in events for part in (*event["id"].lower().split("/"), event["partitionkey"])}
    assert not words & parts


def test_a_missing_column_is_one_sentence(folder):
    write(folder, "sales_pipeline", DEALS.replace("close_date", "closed"), "O1,Ann,GTX Pro,Acme,Won,,,")
    with pytest.raises(Problem, match=r"sales_pipeline\.csv has no column close_date\."):
        list(crm.read(folder))


def test_a_missing_file_is_one_sentence(folder):
    (folder / "products.csv").unlink()
    with pytest.raises(Problem, match=r"products\.csv cannot be read: No such file or directory\."):
        list(crm.read(folder))


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("O1,Ann,GTX Pro,Acme,Won,2017-01-02,2/3/2017,100", "has no date in engage_date, which should look like 03/"),
        ("O1,Ann,GTX Pro,Acme,Won,1/2/2017,,100", "has no close_date"),
        ("O1,Ann,GTX Pro,Acme,Won,1/2/2017,1/1/2017,100", "closes before it was engaged"),
        ("O1,Ann,GTX Pro,Acme,Won,1/2/2017,2/3/2017,1e3", "is no valid opportunity.won.v1: data.amount.amount: "),
        ("O1,Bob,GTX Pro,Acme,Engaging,1/2/2017,,", "names a sales agent whom sales_teams.csv does not list"),
        ("O1,Ann,GTX Pro,Apex,Engaging,1/2/2017,,", "names an account that accounts.csv does not list"),
        ("O1,Ann,GTX Max,Acme,Engaging,1/2/2017,,", "names a product that products.csv does not list"),
        ("O1,Ann,GTX Pro,Acme,Closed,1/2/2017,,", "has a deal_stage that is none of"),
        ("O1,Ann,GTX Pro,Acme,Engaging,1/2/2017,,,more", "has more fields than the header"),
        ("O1,Ann", "has no deal_stage"),
        ("O2,Ann,GTX Pro,Acme,Engaging,1/2/2017,,", "repeats the opportunity_id of an earlier row"),
    ],
)
def test_a_bad_deal_is_refused_whole_with_its_line_and_the_others_stand(folder, row, sentence):
    write(folder, "sales_pipeline", DEALS, "O2,Ann,GTX Pro,Acme,Engaging,1/2/2017,,", row)
    items = list(crm.read(folder))
    (remark,) = said(items)
    assert (remark.file, remark.line, remark.verdict) == ("sales_pipeline.csv", 3, "refused")
    assert remark.sentence.startswith(sentence)
    opportunities = {event["data"].get("opportunity", "O2") for event in told(items)}
    assert opportunities == {"O2"}
