"""What puts the support of a person at risk: each rule says at most one thing about a person, and from which facts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from services.projections.history import DAY, Recorded
from services.projections.models.assessment import attitude, closeness, trust
from services.projections.models.assessment.backing import Backing
from services.projections.models.assessment.champions import last_met, level, silent
from services.projections.models.interaction import strength
from services.projections.models.latest import time_of
from services.projections.models.words import word
from services.projections.question import Place, because
from services.projections.said import Said, said

RiskKind = Literal[
    "left", "attitude_fell", "closer_to_competitor", "promise_broken", "faded", "silent", "strength_down"
]


class Risk(NamedTuple):
    """One reason, since when it holds (None: never otherwise, as far as we know), and the facts behind it."""

    kind: RiskKind
    sentence: Said
    since: datetime | None
    places: list[Place]


def risks(backing: Backing, person: str) -> list[Risk]:
    """Return what puts a person's support at risk, the gravest first; of one who left, only that."""
    gone = backing.people.gone(person)
    if gone is not None:
        sentence = said("{name} left on {day}.", name=backing.name(person), day=time_of(gone))
        return [Risk("left", sentence, time_of(gone), because(gone))]
    found = (rule(backing, person) for rule in (_fell, _closer, _broken, _faded, _silent, _weaker))
    return [risk for risk in found if risk is not None]


def _fell(backing: Backing, person: str) -> Risk | None:
    """Tell of a fall in the last `turned_days`, even by one level; the warnings want a layer or two levels."""
    falls = [fell for wanted in backing.lookups(person) if (fell := backing.fall(person, wanted))]
    if not falls:
        return None
    fell = max(falls, key=lambda each: each.next.stamp)
    sentence = said(
        "The attitude of {name} fell from {before} to {after} on {day}.",
        name=backing.name(person),
        before=_stance(level(fell.peak)),
        after=_stance(level(fell.now)),
        day=fell.next.event.time,
    )
    places = dict.fromkeys(_places(fell))  # where they fell in one step, the next word is the last one
    return Risk("attitude_fell", sentence, fell.next.event.time, list(places))


def _stance(level: int) -> Said:
    return said("{layer} ({level})", layer=word(attitude.layer(level)), level=f"{level:+d}")


def _closer(backing: Backing, person: str) -> Risk | None:
    for wanted in backing.lookups(person):
        told = closeness.in_scope(backing.view.states.assessment, backing.people, person, wanted)
        ours = closeness.closest(each for each in told if each.side != "party")
        parties = (each for each in told if each.side == "party" and each.id)
        theirs = closeness.closest(each for each in parties if not backing.references.gone("party", each.id or ""))
        if ours and theirs and theirs.level > ours.level:
            sentence = said(
                "{name} is closer to {party} ({theirs} of 5) than to us ({ours} of 5).",
                name=backing.name(person),
                party=backing.references.spoken("party", theirs.id or ""),
                theirs=theirs.level,
                ours=ours.level,
            )
            since = max(time_of(ours.register), time_of(theirs.register))
            return Risk("closer_to_competitor", sentence, since, because(theirs.register, ours.register))
    return None


def _broken(backing: Backing, person: str) -> Risk | None:
    recent = trust.recent(backing.signals(person), backing.as_of)
    bad = [each for each in recent if trust.signal(each).sign < 0]
    if not bad:
        return None
    signals = [said("{kind} on {day}", kind=word(trust.signal(each).kind), day=each.event.time) for each in bad]
    sentence = said("{name} lost trust in us: {signals}.", name=backing.name(person), signals=signals)
    return Risk("promise_broken", sentence, bad[0].event.time, _places(bad))


def _faded(backing: Backing, person: str) -> Risk | None:
    last = backing.last_stance(person)
    if last is None or not attitude.faded(last, backing.as_of, backing.view.policies.attitude):
        return None
    stance, day = word(attitude.layer(last.level)), last.time
    sentence = said(
        "What we know of the attitude of {name} has faded: {stance} on {day}.",
        name=backing.name(person),
        stance=stance,
        day=day,
    )
    return Risk("faded", sentence, last.time, because(last.register))


def _silent(backing: Backing, person: str) -> Risk | None:
    last = last_met(backing.met(person))
    if last is None:
        return Risk("silent", said("No contact with {name} is known.", name=backing.name(person)), None, [])
    if not silent((backing.as_of - last.event.time) / DAY, backing.view.policies.warnings):
        return None
    sentence = said("No contact with {name} since {day}.", name=backing.name(person), day=last.event.time)
    return Risk("silent", sentence, last.event.time, _places([last]))


def _weaker(backing: Backing, person: str) -> Risk | None:
    met, at, model = backing.met(person), backing.as_of, backing.view.policies.strength
    if strength.trend(met, at, model) != "down":
        return None
    sentence = said(
        "The relationship with {name} weakens: {now} of 100, {before} thirty days before.",
        name=backing.name(person),
        now=round(strength.strength(met, at, model)),
        before=round(strength.strength(met, at - strength.TREND_WINDOW, model)),
    )
    return Risk("strength_down", sentence, None, _places(met))


def _places(facts: Iterable[Recorded]) -> list[Place]:
    return [(fact.partition, fact.offset) for fact in facts]
