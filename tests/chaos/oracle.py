"""What answers have to be, worked out anew from DOMAIN.md: it shares no code with the folds, models and questions.

Facts of one account come with their places and record times; what was believed at a cut, an `as_of` and a `known_at`
is a plain filter over all of them, each time from the beginning. Slow, short, and easy to hold against the text.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from math import exp
from typing import Any, NamedTuple

from tests.chaos.logged import Identity, Logged, identity

DAY = timedelta(days=1)
WEIGHTS = {"email": (1, 30), "call": (3, 45), "meeting": (6, 90)}  # weight, half-life in days: DOMAIN.md, section 5
DIRECTIONS = {"inbound": 1.5, "mutual": 1.2, "outbound": 1.0}
KAPPA = 20
FADING: tuple[float, float] = (180, 0.3)  # half-life in days, floor: where no policy says otherwise


class Fact(NamedTuple):
    """A fact as it was sent, and where and when the log got it."""

    time: datetime
    recorded_at: datetime
    offset: int
    name: Identity
    type: str
    actor: str
    data: Mapping[str, Any]


class Moment(NamedTuple):
    """What is asked about: what was true by `as_of`, as far as it was recorded by `known_at` (None: ever)."""

    as_of: datetime
    known_at: datetime | None


def fact(record: Logged) -> Fact:
    """Return the fact that a record of the log is."""
    event = record.event
    assert event is not None
    time = datetime.fromisoformat(event["time"])
    return Fact(
        time, record.recorded_at, record.place[1], identity(event), event["type"], event["actor"], event["data"]
    )


def believed(facts: Iterable[Fact], moment: Moment) -> list[Fact]:
    """Return what was believed at a moment, in order of (time, offset): the last amendment by offset alone decides."""
    known = [each for each in facts if moment.known_at is None or each.recorded_at <= moment.known_at]
    amended: dict[tuple[str, str, str], Fact] = {}
    for each in sorted(known, key=lambda one: one.offset):
        if each.type.startswith("event."):
            target = each.data["target"]
            amended[target["source"], target["id"], target["type"]] = each
    held = []
    for each in known:
        change = amended.get((each.name[1], each.name[2], each.type))
        if each.type.startswith("event.") or (change and change.type == "event.retracted.v1"):
            continue
        if change:
            time = change.data.get("time")
            each = each._replace(data=change.data["data"], time=datetime.fromisoformat(time) if time else each.time)  # noqa: PLW2901
        if each.time <= moment.as_of:
            held.append(each)
    return sorted(held, key=lambda one: (one.time, one.offset))


def fading(policies: Iterable[Fact], moment: Moment) -> tuple[float, float]:
    """Return half-life and floor in force at a moment, as far as was known then."""
    told = [each for each in believed(policies, moment) if each.type == "attitude_model.defined.v1"]
    return (told[-1].data["half_life_days"], told[-1].data["floor"]) if told else FADING


def attitude(held: list[Fact], moment: Moment, policy: tuple[float, float]) -> Any:
    """Return, by contact, level, layer, whether it has faded, who says so since when, who differs, and each step."""
    found = {}
    assessed = {each.data["contact"] for each in held if each.type == "attitude.assessed.v1"}
    for contact in sorted(assessed | _people(held)):
        steps = [each for each in held if each.type == "attitude.assessed.v1" and each.data["contact"] == contact]
        lead = steps[-1] if steps else None
        found[contact] = {
            "name": _last(held, "contact.added.v1", contact, "name"),
            "level": lead.data["level"] if lead else None,
            "layer": _layer(lead),
            "faded": bool(lead and _faded(lead, moment, policy)),
            "assessor": lead.actor if lead else None,
            "since": _since(steps),
            "others": sorted({each.actor for each in steps} - {lead.actor if lead else None}),
            "steps": [(each.time, each.recorded_at, each.data["level"], each.name[1:]) for each in steps],
        }
    return found


def attitude_mix(held: list[Fact], moment: Moment, policy: tuple[float, float]) -> Any:
    """Return how many of those who hold a position support us, are neutral, oppose us, are unknown; and have faded."""
    counts = dict.fromkeys(("support", "neutral", "oppose", "unknown", "faded"), 0)
    for contact in {each.data["contact"] for each in held if each.type == "contact.position_assigned.v1"}:
        steps = [each for each in held if each.type == "attitude.assessed.v1" and each.data["contact"] == contact]
        lead = steps[-1] if steps else None
        counts[_layer(lead)] += 1
        counts["faded"] += bool(lead and _faded(lead, moment, policy))
    return counts


def power_interest(held: list[Fact], moment: Moment, policy: tuple[float, float]) -> Any:
    """Return the power of each contact that has any."""
    del moment, policy
    told = [each for each in held if each.type == "power.assessed.v1"]
    return {each.data["contact"]: each.data["level"] for each in told}


def stages(held: list[Fact], moment: Moment, policy: tuple[float, float]) -> Any:
    """Return the spells in stages that were entered, by opportunity, without the time before the first."""
    del moment, policy
    found = []
    entered = [each for each in held if each.type == "opportunity.stage_entered.v1"]
    for opportunity in sorted({each.data["opportunity"] for each in entered}):
        spells: list[list[Any]] = []
        for each in (one for one in entered if one.data["opportunity"] == opportunity):
            if spells and spells[-1][0] == each.data["stage"]:
                continue  # entering the same stage again begins nothing new
            if spells:
                spells[-1][2] = each.time
            spells.append([each.data["stage"], each.time, None])
        found += [(opportunity, *spell) for spell in spells]
    return found


def strength(held: list[Fact], moment: Moment, policy: tuple[float, float]) -> Any:
    """Return 100 (1 - e^(-raw / kappa)) of each contact; raw is the sum of decayed weights."""
    del policy
    met = [each for each in held if each.type == "interaction.recorded.v1"]
    raw = dict.fromkeys(_people(held) | {who for each in met for who in each.data["participants"]}, 0.0)
    for each in met:
        weight, half_life = WEIGHTS[each.data["kind"]]
        value = weight * DIRECTIONS[each.data["direction"]] * 0.5 ** ((moment.as_of - each.time) / DAY / half_life)
        for contact in each.data["participants"]:
            raw[contact] += value
    return {contact: round(100 * (1 - exp(-value / KAPPA)), 6) for contact, value in raw.items()}


ANSWERS: dict[str, Callable[[list[Fact], Moment, tuple[float, float]], Any]] = {
    "attitude": attitude,
    "attitude-mix": attitude_mix,
    "power-interest": power_interest,
    "stages": stages,
    "strength": strength,
}


def told(question: str, answer: Any) -> Any:
    """Return of an answer over HTTP what the oracle says of the same question."""
    match question:
        case "attitude":
            return {each["contact"]: _told_attitude(each) for each in answer["contacts"]}
        case "attitude-mix":
            (point,) = answer["points"]
            return {name: point[name] for name in ("support", "neutral", "oppose", "unknown", "faded")}
        case "power-interest":
            return {each["contact"]: each["power"] for each in answer["contacts"] if each["power"] is not None}
        case "stages":
            spells = [each for each in answer["spells"] if each["stage"] != "identified"]
            return [(each["opportunity"], each["stage"], _moment(each["from"]), _moment(each["to"])) for each in spells]
        case _:
            return {each["contact"]: round(each["strength"], 6) for each in answer["contacts"]}


def _told_attitude(contact: Mapping[str, Any]) -> Any:
    same = ("name", "level", "layer", "faded", "assessor")
    steps = [
        (
            _moment(each["time"]),
            _moment(each["recorded_at"]),
            each["level"],
            (each["event"]["source"], each["event"]["id"]),
        )
        for each in contact["steps"]
    ]
    others = sorted(each["assessor"] for each in contact["others"])
    return {name: contact[name] for name in same} | {
        "since": _moment(contact["since"]),
        "others": others,
        "steps": steps,
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _people(held: list[Fact]) -> set[str]:
    return {each.data["contact"] for each in held if each.type.startswith("contact.")}


def _layer(lead: Fact | None) -> str:
    level = lead.data["level"] if lead else None
    return "unknown" if level is None else "support" if level > 0 else "oppose" if level < 0 else "neutral"


def _faded(lead: Fact, moment: Moment, policy: tuple[float, float]) -> bool:
    half_life, floor = policy
    age = max((moment.as_of - lead.time) / DAY, 0)
    return bool(lead.data["basis"]["confidence"] * 0.5 ** (age / half_life) < floor)


def _since(steps: list[Fact]) -> datetime | None:
    """Return when the present level began: the first of the last run of equal levels."""
    since = None
    for number, each in enumerate(steps):
        if not number or steps[number - 1].data["level"] != each.data["level"]:
            since = each.time
    return since


def _last(held: list[Fact], wire: str, contact: str, field: str) -> Any:
    told = [each.data[field] for each in held if each.type == wire and each.data["contact"] == contact]
    return told[-1] if told else None
