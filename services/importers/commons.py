"""The House of Commons, 2019: parties as units, members as contacts, votes as attitudes; one folder.

A member holds one position a party spell. Its level is unknown, since the source has no rank. `end` is the
last day of a spell, so its position ends with the beginning of the day after.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from services.importers.commons_votes import divisions
from services.importers.files import Refused, Row, json_lines, parsed, table
from services.importers.importer import Item, Remark, Stream, day, each, in_order, since, slug

HOUSE = Stream(source="commons.parliament", account="commons")
HOUSE_NAME = "House of Commons"
SYSTEM = "parliament"


def read(path: Path) -> Iterator[Item]:
    """Read the folder `path`; raises Problem if one of its files is missing or has not the columns."""
    return in_order(_tell(path))


def _tell(path: Path) -> Iterator[Item]:
    items = list(each(json_lines(path / "party_spells.jsonl"), _member))
    yield from items
    contacts = _contacts(items)
    for alias in table(path / "aliases.csv", ("division_name", "spells_name")):
        contacts[alias.fields["division_name"]] = contacts.get(alias.fields["spells_name"], [])
    for division in divisions(path):
        yield from division.tell(HOUSE, contacts)


def _contacts(items: list[Item]) -> dict[str, list[str]]:
    """Return, for each name, the contacts that bear it."""
    contacts: dict[str, list[str]] = {}
    for item in items:
        if not isinstance(item, Remark) and item["type"] == "contact.added.v1":
            contacts.setdefault(item["data"]["name"], []).append(item["data"]["contact"])
    return contacts


def _member(row: Row) -> Iterator[Item]:
    member = parsed(row)
    spells = [Row(row.file, row.line, spell) for spell in _spells(member.fields)]
    contact, first = f"p-{member.text('personId')}", spells[0].date("start")
    yield HOUSE.event("account.registered.v1", "account/commons", since(first), name=HOUSE_NAME)
    yield HOUSE.event(
        "contact.added.v1",
        f"contact/{contact}",
        day(first),
        contact=contact,
        name=member.text("name"),
        external_ids=[{"system": SYSTEM, "key": member.text("personId")}],
    )
    for spell in spells:
        yield from _spell(contact, spell)


def _spells(member: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    spells = member.get("parties")
    if not isinstance(spells, list) or not spells or not all(isinstance(spell, dict) for spell in spells):
        raise Refused("has no parties, a list of spells")
    return spells


def _spell(contact: str, spell: Row) -> Iterator[Item]:
    party, start, end = spell.text("party"), spell.date("start"), _end(spell)
    unit, position = slug(party), f"{contact}-{start}"
    yield HOUSE.event("unit.added.v1", f"unit/{unit}", since(start), unit=unit, name=party, function="party")
    yield HOUSE.event(
        "contact.position_assigned.v1",
        f"assigned/{position}",
        day(start),
        contact=contact,
        position=position,
        title="Member of Parliament",
        unit=unit,
        level="unknown",
    )
    if end:
        after = (date.fromisoformat(end) + timedelta(days=1)).isoformat()
        yield HOUSE.event(
            "contact.position_ended.v1", f"ended/{position}", day(after), contact=contact, position=position
        )


def _end(spell: Row) -> str | None:
    if not spell.fields.get("end"):
        return None
    if (end := spell.date("end")) < spell.date("start"):
        raise Refused("has a spell that ends before it starts")
    return end
