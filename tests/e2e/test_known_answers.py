"""Every known answer in the data sets' READMEs, asked through the HTTP API of the running stack."""

from collections import Counter
from decimal import Decimal

import orjson
import pytest

from services.importers import STORIES, bundled
from tests import known
from tests.unit.imported import imported, told

AGREEMENT = known.WITHDRAWAL_AGREEMENT
END = "2017-12-31"  # of the CRM's file
COMMONS = "accounts/commons"


def usd(total) -> int:
    """Return the one sum of a total; the CRM knows one currency."""
    sums = {each["currency"]: Decimal(each["amount"]) for each in total["value"]}
    assert set(sums) <= {"USD"}
    return int(sums.get("USD", 0))


def by_name(groups):
    return {each["name"]: each for each in groups}


@pytest.fixture(scope="module")
def contacts(stack):
    """The members' ids by their names."""
    people = stack.ask(f"{COMMONS}/attitude", as_of=known.SECOND_VOTE, opportunity=AGREEMENT)["contacts"]
    return {each["name"]: each for each in people}


@pytest.mark.parametrize("day", known.PIPELINE)
def test_the_funnel_of_each_known_day_is_as_in_the_readme(stack, day):
    funnel = stack.ask("portfolio/funnel", as_of=day)
    stages = {each["stage"]: each["count"] for each in funnel["stages"]}
    counted = (funnel["won"]["count"], funnel["lost"]["count"], stages["Engaging"], usd(funnel["won"]))
    assert known.Pipeline(*counted) == known.PIPELINE[day]
    assert stages["Prospecting"] == known.PROSPECTING


def test_no_deal_is_lost_between_the_file_and_the_funnel(stack):
    funnel = stack.ask("portfolio/funnel", as_of=END)
    ended = funnel["won"]["count"] + funnel["lost"]["count"]
    assert ended + sum(each["count"] for each in funnel["stages"]) == known.OPPORTUNITIES


def test_deals_that_name_no_account_stand_under_one_that_says_so(stack):
    assert len(stack.ask("accounts/no-account/opportunities")) == known.WITHOUT_ACCOUNT


def test_wins_by_account_are_as_in_the_readme(stack):
    accounts = by_name(stack.ask("portfolio/win-loss", as_of=END, group_by="account")["groups"])
    assert {name: accounts[name]["won"]["count"] for name in known.WON_BY_ACCOUNT} == known.WON_BY_ACCOUNT


def test_nobody_won_more_than_the_top_agent(stack):
    groups = stack.ask("portfolio/win-loss", as_of=END, group_by="owner")["groups"]
    assert len(groups) == known.AGENTS - known.AGENTS_WITHOUT_DEALS
    top = max(groups, key=lambda each: each["won"]["count"])
    assert (top["name"], top["won"]["count"], usd(top["won"])) == (
        known.TOP_AGENT,
        known.TOP_AGENT_WON,
        known.TOP_AGENT_VALUE,
    )


def test_wins_by_manager_are_as_in_the_readme(stack):
    groups = stack.ask("portfolio/win-loss", as_of=END, group_by="manager")["groups"]
    assert {each["name"].split()[-1]: each["won"]["count"] for each in groups} == known.WON_BY_MANAGER


def test_losses_have_no_reason_but_that_it_is_unknown(stack):
    reasons = stack.ask("portfolio/win-loss", as_of=END, group_by="manager")["reasons"]
    assert [(each["reason"], each["count"]) for each in reasons] == [("unknown", known.PIPELINE[END].lost)]


def test_deals_take_as_long_as_in_the_readme(stack):
    times = {each["outcome"]: each for each in stack.ask("portfolio/cycle-time", as_of=END)["outcomes"]}
    assert round(times["won"]["mean_days"], 2) == known.DAYS_TO_WON_MEAN
    assert times["won"]["median_days"] == known.DAYS_TO_WON_MEDIAN
    assert round(times["lost"]["mean_days"], 2) == known.DAYS_TO_LOST_MEAN


TOLD_IN_STORIES = {orjson.loads(line)["partitionkey"] for story in STORIES for line in story.read_bytes().splitlines()}


def test_every_account_of_the_file_is_there_and_subsidiaries_name_their_parents(stack):
    told = stack.ask("portfolio/accounts")["accounts"]
    accounts = [each for each in told if each["industry"] and each["account"] not in TOLD_IN_STORIES]
    assert len(accounts) == known.ACCOUNTS
    parents = [each["parent"] for each in accounts if each["parent"]]
    assert len(parents) == known.SUBSIDIARIES
    assert set(parents) <= {each["account"] for each in accounts}


@pytest.mark.parametrize("day", known.MIX)
def test_the_mix_of_attitudes_at_each_vote_is_as_in_the_readme(stack, day):
    (point,) = stack.ask(f"{COMMONS}/attitude-mix", as_of=day, opportunity=AGREEMENT)["points"]
    assert known.Mix(point["support"], point["oppose"], point["unknown"]) == known.MIX[day]
    assert point["neutral"] == 0


def test_between_the_votes_the_known_members_shift_and_all_to_support(stack):
    asked = {"as_of": known.SECOND_VOTE, "opportunity": AGREEMENT}
    shifts = stack.ask(f"{COMMONS}/attitude-shifts", **asked)["shifts"]
    assert len({each["contact"] for each in shifts}) == len(shifts) == known.SHIFTS
    assert {(each["from"]["layer"], each["to"]["layer"]) for each in shifts} == {("oppose", "support")}
    assert {each["time"][:10] for each in shifts} == {known.SECOND_VOTE}
    assert set(known.SHIFTED) <= {each["name"] for each in shifts}


def test_the_difference_between_the_votes_lists_just_the_known_shifts(stack):
    days = {"from_": known.FIRST_VOTE, "to": known.SECOND_VOTE}
    asked = {"question": "attitude", "opportunity": AGREEMENT, "path_": "contacts", "field": "level"}
    changes = stack.ask(f"{COMMONS}/diff", **asked, **days)["changes"]
    assert len(changes) == known.SHIFTS
    levels = [each for change in changes for each in change["fields"] if each["field"] == "level"]
    assert [(each["was"], each["is"]) for each in levels] == [(-1, 1)] * known.SHIFTS
    assert {event["time"][:10] for change in changes for event in change["events"]} == {known.SECOND_VOTE}
    assert set(known.SHIFTED) <= {change["name"] for change in changes}


def test_the_difference_of_two_days_lists_just_the_members_who_changed_their_party(stack):
    was, now = "2019-02-17", "2019-02-18"
    asked = {"question": "org-map", "path_": "people.positions", "from_": was, "to": now}
    changes = stack.ask(f"{COMMONS}/diff", **asked)["changes"]
    moved: dict[str, dict[str, str]] = {}
    for change in changes:
        row = change["is"] or change["was"]
        moved.setdefault(change["names"]["people.name"], {})[change["change"]] = row["unit_name"]
    assert {name: (each["went"], each["came"]) for name, each in moved.items()} == changed_party(was, now)
    assert moved["Chuka Umunna"] == {"went": known.UMUNNA[was], "came": known.UMUNNA[now]}


def changed_party(was, now):
    """Return who was of another party on the second day, by the file itself: from which, to which."""
    members = [orjson.loads(line) for line in (bundled("commons") / "party_spells.jsonl").read_bytes().splitlines()]
    of = {each["name"]: [party_on(day, each["parties"]) for day in (was, now)] for each in members}
    return {name: (one, other) for name, (one, other) in of.items() if one != other}


def party_on(day, spells):
    return next((each["party"] for each in spells if each["start"] <= day <= each.get("end", day)), None)


def test_whoever_was_not_recorded_in_march_keeps_the_attitude_of_january(contacts):
    member = contacts[known.KEPT_FROM_JANUARY]
    assert member["layer"] != "unknown"
    assert member["since"][:10] == known.FIRST_VOTE


@pytest.mark.parametrize("day", known.BY_PARTY)
def test_members_by_party_are_as_in_the_readme(stack, day):
    parties = by_name(stack.ask(f"{COMMONS}/departments", as_of=day)["departments"])
    assert {name: parties[name]["people"] for name in known.BY_PARTY[day]} == known.BY_PARTY[day]


@pytest.mark.parametrize("day", known.SITTING)
def test_sitting_members_are_as_in_the_readme(stack, day):
    parties = stack.ask(f"{COMMONS}/departments", as_of=day)["departments"]
    assert sum(each["people"] for each in parties) == known.SITTING[day]


def test_every_spell_after_a_members_first_is_a_change_of_party(stack):
    entries = stack.ask(f"{COMMONS}/timeline", kind="position")
    begun = Counter(
        each["participants"][0]["contact"] for each in entries if each["title"].endswith(": Member of Parliament")
    )
    assert len(begun) == known.MEMBERS
    assert begun.total() - len(begun) == known.CHANGES_OF_PARTY


@pytest.mark.parametrize("day", known.UMUNNA)
def test_chuka_umunna_is_of_the_party_of_that_day(stack, day):
    people = stack.ask(f"{COMMONS}/org-map", as_of=day)["people"]
    (member,) = [each for each in people if each["name"] == "Chuka Umunna"]
    assert [each["unit_name"] for each in member["positions"]] == [known.UMUNNA[day]]


@pytest.fixture(scope="module")
def congress(stack):
    return {chamber: stack.ask(f"accounts/{chamber}/org-map") for chamber in ("house", "senate", "joint")}


def test_committees_and_subcommittees_are_as_in_the_readme(congress):
    kinds = Counter(unit["function"] for chart in congress.values() for unit in chart["units"])
    assert kinds == {"committee": known.COMMITTEES, "subcommittee": known.SUBCOMMITTEES}
    assert all(unit["parent"] for chart in congress.values() for unit in chart["units"] if unit["function"][0] == "s")


def test_seats_people_and_titles_are_as_in_the_readme(congress):
    people = [person for chart in congress.values() for person in chart["people"]]
    titles = Counter(seat["title"] for person in people for seat in person["positions"])
    assert titles.total() == known.SEATS
    assert len({person["contact"] for person in people}) == known.PEOPLE
    assert (titles["Chairman"], titles["Ranking Member"]) == (known.CHAIRMEN, known.RANKING_MEMBERS)


def test_as_many_events_are_in_the_log_as_the_importers_tell(stack):
    with stack.client(stack.record.api, "auditor") as api:
        sources = Counter(
            line.split(b'"source":"', 1)[1].split(b'"', 1)[0] for line in api.get("/v1/replay").content.splitlines()
        )
    importers = {form: len(told(imported(form))) for form in ("crm", "commons", "congress")}
    assert importers == {
        "crm": sources[b"crm.maven"],
        "commons": sources[b"commons.parliament"],
        "congress": sources[b"congress.unitedstates"],
    }
