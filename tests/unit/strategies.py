"""Random histories of accounts: every event type of the catalogue, derived from its JSON Schema.

Ids come from small pools, so that references collide, point to things that nobody added, and merge in circles.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import orjson
from hypothesis import strategies as st
from pydantic import BaseModel

import schemas
from schemas import POLICY, catalogue
from schemas.event import REGISTERED, payload_of
from schemas.policy import Policy
from services.projections.history import Moment, Recorded

Draft = dict[str, Any]  # an event as it is sent, in the order of arrival
Schema = dict[str, Any]

START = datetime(2024, 1, 1, tzinfo=UTC)
ACCOUNTS = ("acme", "客户-1", "hosp-2")
CONTACTS = ("c-1", "c-2", "c-3", "王敏", "c-nobody")
UNITS = ("u-1", "u-2", "u-3", "u-nowhere")
MEMBERS = ("m-1", "m-2", "m-3")
PARTIES = ("p-1", "p-2")
OPPORTUNITIES = ("o-1", "o-2", "o-3")
STAGES = ("lead", "approval", "tender", "award")
TEXTS = ("x", "开标前一周", "עברית", "سعر", "🤝🏽 ok", "O'Brien; --\"\\%", "\u202eright-to-left", "e\u0301 Ångström")
TINY = 1e-300  # a number may be above 0 and next to nothing
EMAILS = ("wang@example.org", "Wang@Example.org", "b@example.org")

POOLS: dict[str, Sequence[str]] = {
    **dict.fromkeys(("contact", "manager", "stated_by", "reports_to"), CONTACTS),
    **dict.fromkeys(("member", "owner", "assessor", "from_member", "to_member"), MEMBERS),
    **dict.fromkeys(("unit", "to_unit", "parent"), UNITS),
    **dict.fromkeys(("party", "to_party"), PARTIES),
    **dict.fromkeys(("account", "to_account", "parent_account"), ACCOUNTS),
    **dict.fromkeys(("our_participants",), (*MEMBERS, *CONTACTS[:1])),
    **dict.fromkeys(("participants", "contacts"), CONTACTS),
    **dict.fromkeys(("system",), ("crm", "mail")),
    **dict.fromkeys(("key",), ("k-1", "k-2")),
    **dict.fromkeys(("interaction",), ("i-1", "i-2", "i-3", "i-4")),
    **dict.fromkeys(("position",), ("pos-1", "pos-2", "pos-3")),
    "opportunity": OPPORTUNITIES,
    "criteria": ("default-1",),  # others are refused
    "stage": STAGES,
    "tz": ("UTC", "Asia/Shanghai", "America/New_York"),
    "email": EMAILS,
    "sha256": ("0" * 64,),
    "inputs_digest": ("sha256:" + "0" * 64,),
    **dict.fromkeys(("currency", "base"), ("CNY", "EUR")),
    "period": ("2024", "2024-Q4", "2025-02"),
    "fiscal_year_start": ("01-01", "04-01"),
    "time_zone": ("UTC", "Asia/Shanghai", "America/New_York"),
    "amount": ("0", "-1.50", "8500000.00", "9999999999999.999999"),  # a sum of them is Money, too
    "id": (*CONTACTS[:2], *UNITS[:2], *MEMBERS[:1], *PARTIES[:1]),
    "text": TEXTS,
    **dict.fromkeys(("threshold", "at_least", "below"), ("0", "3.5", "999999999999999.999999")),
    "version": ("2025-a", "季度.2"),
    **dict.fromkeys(("scope", "reviews"), ("account", "organisation", "prices")),
    "trait": ("loyalty", "创新"),
    "colours": ("#009E73", "#ffffff"),
    "symbols": ("▲", "支"),
}
INTO = {"contact": CONTACTS, "unit": UNITS, "account": ACCOUNTS}

# Over two years, on a grid of 11 days so that facts coincide; the last ones lie in the future of every arrival.
TIMES = (
    *((START + timedelta(days=11 * step)).isoformat() for step in range(66)),
    "2024-06-01T00:00:00+08:00",
    "2025-02-28T23:59:59.999999-11:30",
    "2099-01-01T00:00:00Z",
)
TIMEBASES = ("exact", "exact", "exact", "exact", "day", "month", "estimated", "since")


# What may stand on any event is drawn whole, which halves the time that an example takes; and rates, text by text.
WHOLE: dict[str, Sequence[Any]] = {
    "basis": (
        {},
        {"assertion": "told", "confidence": 0.7, "assessor": "m-2"},
        {"assertion": "inferred", "confidence": 0, "evidence": [{"kind": "mail", "ref": "x", "sha256": "0" * 64}]},
        {"assessor": "m-3"},
        None,
    ),
    "rates": ({}, {"USD": "7.1"}, {"EUR": "7.85", "USD": "0.000001"}),
    "causes": ([], [{"source": "s", "id": "e0"}], [{"source": "elsewhere", "id": "e1"}, {"source": "s", "id": "e2"}]),
    "external_ids": (
        [],
        [{"system": "crm", "key": "k-1"}],
        [{"system": "crm", "key": "k-2"}, {"system": "x", "key": "1"}],
    ),
}


def needed(model: type[BaseModel]) -> dict[str, str]:
    """Return the parameters that a question cannot do without."""
    return {name: POOLS[name][0] for name, field in model.model_fields.items() if field.is_required()}


def drawn_from(  # noqa: C901, PLR0911, PLR0912 -- one short case for each kind of JSON Schema
    schema: Schema, name: str, definitions: Schema, wire: str = ""
) -> st.SearchStrategy[Any]:
    """Return what fits a JSON Schema; strings come from the pool of their field's name."""
    if name in WHOLE:
        return st.sampled_from(WHOLE[name])
    match schema:
        case {"$ref": reference}:
            return drawn_from(definitions[reference.rpartition("/")[2]], name, definitions, wire)
        case {"const": value}:
            return st.just(value)
        case {"enum": values} if name != "currency":
            return st.sampled_from(values)
        case {"anyOf": kinds}:
            return st.one_of(*(drawn_from(kind, name, definitions, wire) for kind in kinds))
        case {"type": "object", "properties": properties}:
            fields = {key: drawn_from(value, key, definitions, wire) for key, value in properties.items()}
            required = {key: fields.pop(key) for key in schema.get("required", ())}
            return st.fixed_dictionaries(required, optional=fields)
        case {"type": "object"}:  # a mapping
            values = schema.get("additionalProperties") or next(iter(schema["patternProperties"].values()))
            keys = schema.get("propertyNames", {}).get("enum") or POOLS.get(name, TEXTS)
            return st.dictionaries(st.sampled_from(keys), drawn_from(values, name, definitions, wire), max_size=2)
        case {"type": "array", "items": items}:
            return st.lists(drawn_from(items, name, definitions, wire), min_size=schema.get("minItems", 0), max_size=2)
        case {"type": "string"}:
            return st.sampled_from(_pool(schema, name, wire))
        case {"type": "integer"}:
            return st.integers(*_bounds(schema))
        case {"type": "number"}:
            tiny = [schema["exclusiveMinimum"] + TINY] if "exclusiveMinimum" in schema else []
            return st.sampled_from([*_bounds(schema), sum(_bounds(schema)) / 2, *tiny])
        case {"type": "boolean"}:
            return st.booleans()
        case {"type": "null"}:
            return st.none()
    raise NotImplementedError(f"{wire}: {name}: {schema}")


def _pool(schema: Schema, name: str, wire: str) -> Sequence[str]:
    if name == "into":
        return INTO[wire.partition(".")[0]]
    by_format = {
        "date-time": TIMES,
        "date": ("2024-02-29", "2025-07-31", "2099-12-31"),
        "duration": ("P1M", "P1W", "P2Y"),
    }
    return by_format.get(schema.get("format", "")) or POOLS.get(name, TEXTS)


def _bounds(schema: Schema) -> tuple[int, int]:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    return least, min(schema.get("maximum", least + 400), least + 100_000)


WIRES = tuple(wire for wire in catalogue().events if not wire.startswith("event."))
POLICIES = tuple(wire for wire in WIRES if issubclass(REGISTERED[wire], Policy))


@cache
def payload(wire: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return payloads of one type."""
    schema = catalogue().json_schema(wire)
    drawn = drawn_from(schema["properties"]["data"], "data", schema["$defs"], wire)
    return drawn.filter(lambda data: _fits(wire, data))


def _fits(wire: str, data: dict[str, Any]) -> bool:
    """Whether the fields fit together, which JSON Schema does not say."""
    try:
        payload_of(wire, data)
    except ValueError:
        return False
    return True


@cache
def original(wire: str) -> st.SearchStrategy[Draft]:
    """Return events of one type, without their id, and without their account unless it is that of policies."""
    where = {"partitionkey": st.just(POLICY)} if issubclass(REGISTERED[wire], Policy) else {}
    return st.fixed_dictionaries(
        {
            **where,
            "type": st.just(wire),
            "time": st.sampled_from(TIMES),
            "timebasis": st.sampled_from(TIMEBASES),
            "actor": st.sampled_from(MEMBERS),
            "data": payload(wire),
        }
    )


@st.composite
def drafts(draw: st.DrawFn, wires: Sequence[str] = WIRES, max_size: int = 20) -> list[Draft]:
    """Return events in the order of arrival, amendments among them, perhaps before their targets."""
    least = draw(st.sampled_from((0, max_size // 5, max_size // 2)))  # hypothesis by itself rarely goes beyond eight
    told = draw(st.lists(st.sampled_from(wires).flatmap(original), min_size=least, max_size=max_size))
    for place, event in enumerate(told):
        event["id"] = f"e{place}"
    for number in range(draw(st.integers(0, 6)) if told else 0):
        amendment = draw(_amendment(told)) | {"id": f"a{number}"}
        told.insert(draw(st.integers(0, len(told))), amendment)
    return told


@st.composite
def _amendment(draw: st.DrawFn, told: Sequence[Draft]) -> Draft:
    originals = [event for event in told if event["id"].startswith("e")]
    aimed_at = draw(st.sampled_from(originals))
    wire = draw(st.sampled_from((aimed_at["type"],) * 4 + WIRES[:1]))  # the other one may misname its target
    target = {"source": "s", "id": draw(st.sampled_from((aimed_at["id"],) * 6 + ("lost",))), "type": wire}
    kind = draw(st.sampled_from(("corrected", "moved", "retracted")))
    data: dict[str, Any] = {"target": target, "reason": "更正"}
    if kind != "retracted":
        data["data"] = draw(payload(wire))
    if kind == "moved":
        data["time"] = draw(st.sampled_from(TIMES))
    type_ = "event.retracted.v1" if kind == "retracted" else "event.corrected.v1"
    where = {name: value for name, value in aimed_at.items() if name == "partitionkey"}
    return {**where, "type": type_, "time": TIMES[0], "timebasis": "exact", "actor": "m-1", "data": data}


def recorded(told: Sequence[Draft], account: str = ACCOUNTS[0], *, at: datetime | None = None) -> list[Recorded]:
    """Return the log of one account: offsets by arrival, two arrivals every 20 days, or all `at` one moment."""
    partition = (*ACCOUNTS, POLICY).index(account)
    return [
        Recorded(_parsed(draft, account), at or START + timedelta(days=20 * (place // 2)), partition, place)
        for place, draft in enumerate(told)
    ]


def _parsed(draft: Draft, account: str) -> schemas.Event:
    return schemas.parse(orjson.dumps({"specversion": "1.0", "source": "s", "partitionkey": account, **draft}))


def at_distinct_times(told: Sequence[Draft]) -> list[Draft]:
    """Return the same events, no two of which are true from the same microsecond: their order needs no offset."""
    apart = []
    for place, draft in enumerate(told):
        data = draft["data"]
        if draft["type"] == "event.corrected.v1" and "time" in data:
            data = data | {"time": _later(data["time"], 1_000 + place)}
        apart.append(draft | {"data": data, "time": _later(draft["time"], place)})
    return apart


def _later(time: str, microseconds: int) -> str:
    return (datetime.fromisoformat(time) + timedelta(microseconds=microseconds)).isoformat()


HISTORIES = drafts().map(recorded)
MOMENTS = st.builds(
    Moment,
    st.sampled_from([datetime.fromisoformat(time) for time in TIMES[:66:3]]),
    st.sampled_from([START + timedelta(days=20 * step) for step in range(14)]),
)
ALL = Moment(datetime(2100, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
