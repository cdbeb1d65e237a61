"""Committees of the US Congress: units and sub-units, their heads, and a position for each seat; one folder.

The files have no dates, so all holds `since` the day on which the 119th Congress began. Not taken over:
addresses, links, a member's party in the committee and the rank within it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from services.importers.files import LINE, Refused, Row, yaml_of
from services.importers.importer import Item, Stream, When, each, guessed, in_order
from services.problem import Problem

SOURCE = "congress.unitedstates"
OPENING = When("2025-01-03T12:00:00Z", "since")

CHAMBERS = {"house": "House of Representatives", "senate": "Senate", "joint": "Joint committees of Congress"}
HEADS = ("Chairman", "Chairwoman", "Chair", "Cochairman")
DEPUTIES = ("Ranking Member", "Vice Chair", "Vice Chairman", "Vice Chairwoman")
UNTITLED = "Member"

COMMITTEES, MEMBERSHIPS = "committees-current.yaml", "committee-membership-current.yaml"


def read(path: Path) -> Iterator[Item]:
    """Read the folder `path`; raises Problem if one of its two files is missing or has another shape."""
    return in_order(_tell(path))


def _tell(path: Path) -> Iterator[Item]:
    units, seats = _units(path / COMMITTEES), _seats(path / MEMBERSHIPS)
    chambers = {row.fields["unit"]: row.fields.get("type", "") for row in units}
    heads: dict[str, Row] = {}
    for seat in seats:
        if seat.fields.get("title") in HEADS:
            heads.setdefault(seat.fields["committee"], seat)
    yield from _guesses(units, seats)
    yield from each(units, _unit, unique="unit")
    yield from each(seats, lambda seat: _seat(seat, chambers, heads), unique="position")


def _guesses(units: list[Row], seats: list[Row]) -> Iterator[Item]:
    for unit in units[:1]:
        yield guessed(unit, f"has no date, nor has any other: all hold since {OPENING.time}, or before")
    for seat in [seat for seat in seats if "title" not in seat.fields][:1]:
        yield guessed(seat, f"has no title: this seat, and all others without one, are titled {UNTITLED}")


def _units(path: Path) -> list[Row]:
    rows = []
    for committee in _mappings(yaml_of(path), path):
        code = str(committee.get("thomas_id", ""))
        rows.append(Row(path.name, committee[LINE], {**committee, "unit": code}))
        rows.extend(
            Row(path.name, sub[LINE], _subcommittee(committee, sub, code))
            for sub in _mappings(committee.get("subcommittees", []), path)
        )
    return rows


def _mappings(value: object, path: Path) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Problem(f"{path} has something else where it should have a list of mappings.")
    return value


def _subcommittee(committee: Mapping[str, Any], sub: Mapping[str, Any], parent: str) -> dict[str, Any]:
    code = sub.get("thomas_id")  # unique within its committee only
    return {**sub, "type": committee.get("type"), "parent": parent, "unit": f"{parent}{code}" if code else ""}


def _seats(path: Path) -> list[Row]:
    committees = yaml_of(path)
    if not isinstance(committees, dict):
        raise Problem(f"{path} does not list members by committee.")
    return [
        Row(path.name, seat[LINE], {**seat, "committee": code, "position": f"{code}-{seat.get('bioguide', '')}"})
        for code, seats in committees.items()
        if code != LINE
        for seat in _mappings(seats, path)
    ]


def _stream(chamber: str) -> Stream:
    if chamber not in CHAMBERS:
        raise Refused(f"has a type that is none of {', '.join(CHAMBERS)}")
    return Stream(SOURCE, chamber)


def _unit(row: Row) -> Iterator[Item]:
    chamber, unit, parent = row.text("type"), row.text("unit"), row.maybe("parent")
    stream = _stream(chamber)
    yield stream.event("account.registered.v1", f"account/{chamber}", OPENING, name=CHAMBERS[chamber])
    yield stream.event(
        "unit.added.v1",
        f"unit/{unit}",
        OPENING,
        unit=unit,
        name=row.text("name"),
        function="subcommittee" if parent else "committee",
        parent=parent,
    )
    if text := row.maybe("jurisdiction"):
        yield stream.event("unit.function_described.v1", f"function/{unit}", OPENING, unit=unit, text=text)


def _seat(row: Row, chambers: Mapping[str, str], heads: Mapping[str, Row]) -> Iterator[Item]:
    unit, contact, title = row.text("committee"), row.text("bioguide"), row.maybe("title") or UNTITLED
    if unit not in chambers:
        raise Refused(f"sits in a committee that {COMMITTEES} does not list")
    stream = _stream(chambers[unit])
    yield stream.event(
        "contact.added.v1",
        f"contact/{stream.account}/{contact}",
        OPENING,
        contact=contact,
        name=row.text("name"),
        external_ids=[{"system": "bioguide", "key": contact}],
    )
    yield stream.event(
        "contact.position_assigned.v1",
        f"seat/{unit}/{contact}",
        OPENING,
        contact=contact,
        position=row.text("position"),
        title=title,
        unit=unit,
        level=_level(title),
    )
    if title in HEADS:
        yield from _head(row, stream, heads[unit])


def _head(row: Row, stream: Stream, first: Row) -> Iterator[Item]:
    unit, contact = row.text("committee"), row.text("bioguide")
    if row is first:
        yield stream.event("unit.head_appointed.v1", f"head/{unit}/{contact}", OPENING, unit=unit, contact=contact)
    else:
        yield guessed(row, "chairs a unit that another one chairs: the one listed first is taken as its head")


def _level(title: str) -> str:
    if title in HEADS:
        return "executive"
    return "middle" if title in DEPUTIES else "frontline"
