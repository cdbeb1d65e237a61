"""Rules about people with power or a say: against us, closer to a competitor, or owned by nobody of ours."""

from collections.abc import Iterator
from typing import Any

from services.projections.models.assessment import owners
from services.projections.models.assessment.closeness import closest, in_scope
from services.projections.models.interaction.happenings import stance
from services.projections.models.latest import scopes, time_of
from services.projections.models.warning_rules.finding import Finding, earliest, later, places
from services.projections.models.warning_rules.scene import Scene
from services.projections.register import Register
from services.projections.said import Said, said
from services.projections.scope import ACCOUNT


def opponent_with_power(scene: Scene) -> Iterator[Finding]:
    """People who oppose us and have power, or any say in an open opportunity."""
    grounds: dict[str, dict[str, list[Register[Any]]]] = {}
    for deal in scene.deals:
        for (kind, id_), registers in deal.voices.items():
            if kind == "contact":
                grounds.setdefault(id_, {})[deal.id] = registers
    for person in scene.everyone:
        found: dict[str | None, Finding] = {}
        power = scene.powerful(person, None)
        for opportunity, registers in [*grounds.get(person, {}).items(), *([(None, [power])] if power else [])]:
            told = scene.stance(person, opportunity)
            if told and told.level < 0:
                everywhere = None if power and told.scope == ACCOUNT else opportunity
                names = {"name": scene.contact(person), "stance": stance(told.level)}
                found[everywhere] = Finding(
                    "contact",
                    person,
                    everywhere,
                    said("{name} is against us: {stance}.", **names),
                    _say(scene, person, opportunity),
                    told.time,
                    places([told.register, *registers]),
                )
        yield from found.values()


def competitor_closer(scene: Scene) -> Iterator[Finding]:
    """People with power who are closer to a competitor than to us, where both are known."""
    found: dict[tuple[str, str | None], Finding] = {}
    for person, opportunity in _with_power(scene):
        told = in_scope(scene.states.assessment, scene.people, person, scopes(opportunity))
        theirs = closest(each for each in told if each.side == "party")
        ours = closest(each for each in told if each.side != "party")
        if theirs and ours and theirs.level > ours.level:
            wide = scene.powerful(person, None) and theirs.scope == ours.scope == ACCOUNT
            everywhere = None if wide else opportunity
            party = scene.references.spoken("party", theirs.id or "")
            found[person, everywhere] = Finding(
                "contact",
                person,
                everywhere,
                said("{name} is closer to {party} than to us.", name=scene.contact(person), party=party),
                said("Closeness of 5: {theirs} to them, {ours} to us.", theirs=theirs.level, ours=ours.level),
                later(time_of(theirs.register), time_of(ours.register)),
                places([theirs.register, ours.register]),
            )
    yield from found.values()


def owner_missing(scene: Scene) -> Iterator[Finding]:
    """People with power whom nobody of ours answers for; only in accounts where somebody answers for somebody."""
    if not scene.states.assessment.owners:
        return
    for deal in scene.deals:
        for (kind, person), registers in deal.deciders.items():
            if kind == "contact" and not owners.owner(scene.states.assessment, scene.people, person, scopes(deal.id)):
                yield Finding(
                    "contact",
                    person,
                    deal.id,
                    said("Nobody of ours answers for {name}.", name=scene.contact(person)),
                    _say(scene, person, deal.id),
                    later(deal.began, earliest(registers)),
                    places(registers),
                )


def _with_power(scene: Scene) -> Iterator[tuple[str, str | None]]:
    """Yield those with power in the account, and those who have it in an open opportunity."""
    yield from ((person, None) for person in scene.everyone if scene.powerful(person, None))
    yield from ((who[1], deal.id) for deal in scene.deals for who in deal.deciders if who[0] == "contact")


def _say(scene: Scene, person: str, opportunity: str | None) -> Said:
    power = scene.powerful(person, opportunity)
    if power:
        return said("Power of 5: {power}.", power=power.value or 0)
    return said("A say in the decision.")
