"""Three questions that a manager would ask, answered through the read API: a sentence, and the tables behind it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from rich.console import Console

from services.cli.reading import Reader
from services.cli.tables import table

AGREEMENT = "withdrawal-agreement"
FIRST_VOTE, SECOND_VOTE = "2019-01-15", "2019-03-12"
HALF_YEAR, END_OF_FILE = "2017-06-30", "2017-12-31"
NAMES = 5  # named of many
NOBODY = "-"

Json = Mapping[str, Any]


def attitudes(reader: Reader, out: Console) -> None:
    """How did the members' attitude to the withdrawal agreement shift between two votes?"""
    house = "/v1/accounts/commons"
    mixes = {
        day: reader.get(f"{house}/attitude-mix", {"opportunity": AGREEMENT, "as_of": day})["answer"]["points"][0]
        for day in (FIRST_VOTE, SECOND_VOTE)
    }
    asked = {"opportunity": AGREEMENT, "from": FIRST_VOTE, "as_of": SECOND_VOTE}
    shifts = reader.get(f"{house}/attitude-shifts", asked)["answer"]["shifts"]
    people = reader.get(f"{house}/org-map", {"as_of": SECOND_VOTE})["answer"]["people"]
    first, second = mixes[FIRST_VOTE], mixes[SECOND_VOTE]
    _title(out, "How did the members' attitude to the withdrawal agreement shift?")
    out.print(
        f"From {_day(FIRST_VOTE)} to {_day(SECOND_VOTE)} support went from {first['support']} to {second['support']} "
        f"members, opposition from {first['oppose']} to {second['oppose']}; {len(shifts)} members changed their mind."
    )
    counts = table(
        "as of", "support", "neutral", "oppose", "unknown", right=("support", "neutral", "oppose", "unknown")
    )
    for day, mix in mixes.items():
        counts.add_row(_day(day), *(str(mix[layer]) for layer in ("support", "neutral", "oppose", "unknown")))
    out.print(counts)
    out.print(_shifts_by_party(shifts, people))


def _shifts_by_party(shifts: list[Json], people: list[Json]) -> Any:  # noqa: ANN401  a table of rich
    party = {each["contact"]: each["positions"][0]["unit_name"] for each in people if each["positions"]}
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for shift in shifts:
        change = f"{shift['from']['layer']} to {shift['to']['layer']}"
        names[party.get(shift["contact"], NOBODY), change].append(shift["name"])
    by_party = table("party on that day", "shift", "members", "among them", right=("members",))
    for (unit, change), who in sorted(names.items(), key=lambda each: -len(each[1])):
        by_party.add_row(unit, change, str(len(who)), ", ".join(sorted(who)[:NAMES]) + (", …" if who[NAMES:] else ""))
    return by_party


def funnel(reader: Reader, out: Console) -> None:
    """Where did the sales funnel stand in the middle of the year, where at its end, and who won most?"""
    days = (HALF_YEAR, END_OF_FILE)
    funnels = [reader.get("/v1/portfolio/funnel", {"as_of": day, "group_by": "manager"})["answer"] for day in days]
    owners = reader.get("/v1/portfolio/win-loss", {"as_of": END_OF_FILE, "group_by": "owner"})["answer"]["groups"]
    best = sorted(owners, key=lambda each: -each["won"]["count"])
    middle, end = (each["won"] for each in funnels)
    _title(out, "Where did the sales funnel stand in the middle of the year, where at its end, and who won most?")
    out.print(
        f"By {_day(HALF_YEAR)} {middle['count']:,} deals were won, worth {_money(middle)}, by {_day(END_OF_FILE)} "
        f"{end['count']:,}, worth {_money(end)}; {best[0]['name']} won most, {best[0]['won']['count']:,} deals "
        f"worth {_money(best[0]['won'])}."
    )
    out.print(_funnels(days, funnels))
    winners = table("who won most", "as", "won", "worth", "win rate", right=("won", "worth", "win rate"))
    managers = sorted(funnels[1]["groups"], key=lambda each: -each["won"]["count"])
    for role, groups in (("agent", best), ("manager", managers)):
        for each in groups[:NAMES]:
            rate = NOBODY if each["win_rate"] is None else f"{each['win_rate']:.0%}"
            winners.add_row(each["name"] or NOBODY, role, f"{each['won']['count']:,}", _money(each["won"]), rate)
    out.print(winners)


def _funnels(days: tuple[str, ...], funnels: list[Json]) -> Any:  # noqa: ANN401  a table of rich
    dated = [f"as of {_day(day)}" for day in days]
    compared = table("deals", *dated, right=dated)
    stages = [{row["stage"]: row["count"] for row in each["stages"]} for each in funnels]
    for stage in dict.fromkeys(name for each in stages for name in each):
        compared.add_row(f"open, {stage}", *(f"{each.get(stage, 0):,}" for each in stages))
    for end in ("won", "lost"):
        compared.add_row(end, *(f"{each[end]['count']:,}" for each in funnels))
    compared.add_row("value of the won", *(_money(each["won"]) for each in funnels))
    compared.add_row("win rate", *(f"{each['win_rate']:.0%}" for each in funnels))
    return compared


def organisation(reader: Reader, out: Console) -> None:
    """How is the House of Representatives organised, and who sits and presides where?"""
    chart = reader.get("/v1/accounts/house/org-map")["answer"]
    units = reader.get("/v1/accounts/house/departments")["answer"]["departments"]
    top = [each for each in units if each["depth"] == 0]
    under = Counter(each["parent"] for each in units)
    seats = sorted(chart["people"], key=lambda each: (-len(each["positions"]), each["name"]))
    _title(out, "How is the House of Representatives organised, and who sits where?")
    out.print(
        f"{len(top)} committees with {len(units) - len(top)} subcommittees, and {len(seats)} members who sit in them; "
        f"{seats[0]['name']} has most seats, {len(seats[0]['positions'])}."
    )
    committees = table("largest committees", "head", "members", "subcommittees", right=("members", "subcommittees"))
    for each in sorted(top, key=lambda each: -each["people"])[:NAMES]:
        committees.add_row(each["name"], each["head_name"] or NOBODY, str(each["people"]), str(under[each["unit"]]))
    out.print(committees)
    busiest = table("who sits in most", "seats", "presides over", right=("seats",))
    for each in seats[:NAMES]:
        presides = [seat["unit_name"] for seat in each["positions"] if seat["level"] == "executive"]
        busiest.add_row(each["name"], str(len(each["positions"])), "; ".join(presides) or NOBODY)
    out.print(busiest)


ANSWERS = (attitudes, funnel, organisation)


def _title(out: Console, question: str) -> None:
    out.print()
    out.print(question, style="bold")


def _day(day: str) -> str:
    at = date.fromisoformat(day)
    return f"{at.day} {at:%B %Y}"


def _money(total: Json) -> str:
    return ", ".join(f"{float(each['amount']):,.0f} {each['currency']}" for each in total["value"]) or NOBODY
