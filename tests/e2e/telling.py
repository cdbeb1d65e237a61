"""Tell an account's history over HTTP, one event a call, and ask about it once all of it is projected."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.e2e.stack import Stack

Told = tuple[str, str, dict[str, Any]] | tuple[str, str, dict[str, Any], dict[str, Any]]  # type, day, data, attributes


def tell(stack: Stack, account: str, *told: Told) -> Callable[..., Any]:
    """Send the events and return a function that asks about the account; a day is its noon in UTC."""
    token = stack.send([event(account, number, *each) for number, each in enumerate(told)])
    stack.ask(f"accounts/{account}/team", after=token)  # waits until all of it is projected
    return lambda question, **query: stack.ask(f"accounts/{account}/{question}", **query)


def define(stack: Stack, *told: Told) -> None:
    """Define policies, as an admin, and wait until they are in force."""
    token = stack.send([event("$policy", number, *each) for number, each in enumerate(told)], role="admin")
    stack.ask("portfolio/policies", after=token)


def event(  # noqa: PLR0913, PLR0917 -- an envelope has as many attributes
    account: str,
    number: int,
    type_: str,
    day: str,
    data: Mapping[str, Any],
    attributes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return one CloudEvent; its id is its number in the telling."""
    return {
        "specversion": "1.0",
        "id": f"{type_}-{number}",
        "source": "crm",
        "type": f"{type_}.v1",
        "time": f"{day}T12:00:00Z",
        "partitionkey": account,
        "actor": "m-zhou",
        "data": data,
        **(attributes or {}),
    }


def pick(rows: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """Return the one row with these fields."""
    (row,) = [row for row in rows if all(row[name] == value for name, value in fields.items())]
    return row


def contact(id_: str, name: str, level: str, unit: str | None = None) -> tuple[Told, Told]:
    """Tell that a person has been there since the beginning of 2025, in a position."""
    added = {"contact": id_, "name": name, "email": f"{id_}@binjiang.example"}
    position = {"contact": id_, "position": f"p-{id_}", "title": f"{name}的职位", "level": level}
    held = position | ({"unit": unit} if unit else {})
    return ("contact.added", "2025-01-01", added), ("contact.position_assigned", "2025-01-01", held)


def attitude(day: str, person: str, level: int, assessor: str = "m-zhou", **more: Any) -> Told:
    """Tell what somebody thinks of a person's attitude."""
    basis = {"assessor": assessor, "confidence": 0.8, "assertion": "told"}
    return "attitude.assessed", day, {"contact": person, "level": level, "basis": basis, **more}


def met(day: str, id_: str, kind: str, who: list[Any], direction: str = "mutual") -> Told:
    """Tell of an interaction of m-zhou with some of their people."""
    data = {"interaction": id_, "kind": kind, "direction": direction, "our_participants": ["m-zhou"]}
    return "interaction.recorded", day, data | {"participants": who}
