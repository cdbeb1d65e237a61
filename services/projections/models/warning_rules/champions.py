"""Rules about those who help us: a champion or coach, or a supporter with power, who left, is silent or turned."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from services.projections.models.assessment.attitude import layer
from services.projections.models.assessment.champions import (
    HELPING,
    Fall,
    fall,
    last_met,
    level,
    silent,
    supports_with_power,
)
from services.projections.models.buying.group import all_parts
from services.projections.models.interaction.happenings import stance
from services.projections.models.latest import time_of
from services.projections.models.opportunity.deals import over
from services.projections.models.warning_rules.finding import Finding, earliest, places
from services.projections.models.warning_rules.scene import Scene
from services.projections.models.words import word
from services.projections.register import Register
from services.projections.said import Said, Value, said
from services.projections.scope import ACCOUNT

LAYERS = ("oppose", "neutral", "support")
A_FALL = 2  # levels, within a layer


class Champion(NamedTuple):
    """Someone who helps us in a scope, as what, and what says so."""

    person: str
    scope: str
    as_what: Said
    registers: list[Register[Any]]


def champion_left(scene: Scene) -> Iterator[Finding]:
    """Champions who left, until the role ends or they are back."""
    for each in _champions(scene):
        gone = scene.people.gone(each.person)
        if gone is None or gone.value is None:
            continue
        name, day = scene.contact(each.person), time_of(gone)
        to = gone.value.to_account
        yield Finding(
            "contact",
            each.person,
            each.scope or None,
            said("{name} left on {day} for account {account}.", name=name, day=day, account=to)
            if to
            else said("{name} left on {day}; where to is unknown.", name=name, day=day),
            said("{name} helped us here as {role}.", name=name, role=each.as_what),
            time_of(gone),
            places([gone, *each.registers]),
        )


def champion_silent(scene: Scene) -> Iterator[Finding]:
    """Champions with whom nobody had any contact for more days than `silent_days`, or since they became one."""
    limit = scene.limits["silent_days"]
    for each in _champions(scene):
        last = last_met(scene.met.get(each.person, []))
        since = last.event.time if last else earliest(each.registers)
        if not scene.here(each.person) or not silent(scene.days(since), scene.rules):
            continue
        names: dict[str, Value] = {"name": scene.contact(each.person), "role": each.as_what, "day": since}
        yield Finding(
            "contact",
            each.person,
            each.scope or None,
            said("{name}, {role}, has been silent since {day}.", **names)
            if last
            else said("Nobody has met {name}, {role}, since {day}.", **names),
            _too_long(scene, since, limit),
            since,
            places(each.registers, [last] if last else []),
        )


def champion_turned(scene: Scene) -> Iterator[Finding]:
    """Supporters, and champions by role, who fell by a layer or by two levels in the last `turned_days`.

    The question champions-at-risk tells of falls by one level, too; when they happened is the same.
    """
    played = all_parts(scene.states.buying, scene.people, over(scene.states.opportunity))
    roles = {part.contact for part in played if part.role in HELPING}
    for (person, scope), told in scene.courses.items():
        fell = fall(told, scene.as_of, scene.rules)
        if fell is None or not scene.here(person) or not _deep(fell) or (level(fell.peak) <= 0 and person not in roles):
            continue
        peak, first, now = fell
        stances = {"before": stance(level(peak)), "after": stance(level(now))}
        yield Finding(
            "contact",
            person,
            scope or None,
            said("{name} turned from {before} to {after}.", name=scene.contact(person), **stances),
            said(
                "It was {before} on {day}, and fell within {limit} days.",
                before=stances["before"],
                day=peak.event.time,
                limit=round(scene.limits["turned_days"]),
            ),
            first.event.time,
            places(facts=[peak, first, now]),
        )


def _champions(scene: Scene) -> Iterator[Champion]:
    """Yield champions by role, then other supporters with power, of the account and of each open opportunity."""
    wanted = {ACCOUNT, *(deal.id for deal in scene.deals)}
    found: dict[tuple[str, str], Champion] = {}
    for part in all_parts(scene.states.buying, scene.people):
        if part.role in HELPING and part.scope in wanted:
            place = part.contact, part.scope
            before = found.get(place, Champion(*place, word(part.role), []))
            found[place] = before._replace(registers=[*before.registers, part.register])
    for person, scope in scene.courses:
        told, power = scene.stance(person, scope or None), scene.power(person, scope or None)
        if told and power and supports_with_power(told, power, scene.rules) and (person, scope) not in found:
            found[person, scope] = Champion(person, scope, said("supporter with power"), [told.register, power])
    yield from (found[each] for each in sorted(found))


def _deep(fell: Fall) -> bool:
    one, other = level(fell.peak), level(fell.now)
    return one - other >= A_FALL or LAYERS.index(layer(one)) > LAYERS.index(layer(other))


def _too_long(scene: Scene, since: datetime, limit: float) -> Said:
    return said(
        "No contact for {days} days, where {limit} are allowed.", days=int(scene.days(since)), limit=round(limit)
    )
