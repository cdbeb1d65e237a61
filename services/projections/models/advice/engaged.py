"""How to engage each person who matters, and what each open deal needs, where no rule warns (DOMAIN.md, S5 and S7)."""

from collections.abc import Collection, Iterator
from datetime import date

from services.projections.folds.action import Action
from services.projections.models import standing
from services.projections.models.advice.deeds import BY_MODE, BY_RULE, INVITE, MEET, Do
from services.projections.models.advice.due import Due, member, spoken, weight
from services.projections.models.assessment.attitude import layer
from services.projections.models.assessment.engaged import Scene as Engaged
from services.projections.models.assessment.engaged import scenes
from services.projections.models.assessment.engaging import expected
from services.projections.models.interaction.happenings import stance
from services.projections.models.interaction.key_actions import KEY_ACTIONS
from services.projections.models.turns import last, overdue, places
from services.projections.models.warning_rules.cast import by_scope
from services.projections.models.warning_rules.finding import places as places_of
from services.projections.models.warning_rules.open_deals import OpenDeal
from services.projections.models.warning_rules.scene import Scene
from services.projections.models.words import word
from services.projections.said import Said, said
from services.projections.scope import ACCOUNT

INVITED = frozenset(KEY_ACTIONS) - {"executive_meeting"}


def of_people(scene: Scene) -> Iterator[Due]:
    """Yield how to engage those who have a say in an open deal or were met in it, and those with power elsewhere."""
    ways = _engaged_in(scene)
    among = [(deal, people) for deal in scene.deals if (people := _involved(scene, deal, ways.get(deal.id, set())))]
    everywhere = {person for _, people in among for person in people}
    of_account = ways.get(ACCOUNT, set())
    alone = [person for person in scene.everyone if person not in everywhere and _matters(scene, person, of_account)]
    engaged = scenes(scene.view, [*(deal.id for deal, _ in among), None], fallback=True)
    for (deal, people), one in zip(among, engaged, strict=False):
        yield from (_engage(scene, one, person, deal) for person in people)
    yield from (_engage(scene, engaged[-1], person, None) for person in alone)


def of_deals(scene: Scene) -> Iterator[Due]:
    """Yield what open deals need: who decides and approves there known, and the next action done, or one planned.

    A rule that is switched off advises nothing: what is overdue by it is but the next of what is planned.
    """
    off = scene.view.policies.warnings.off
    for deal in scene.deals:
        about = ("opportunity", deal.id)
        if lacking := _undecided(deal):
            yield _due(scene, about, deal.id, "decision_right_unknown", lacking)
        told = scene.of.open_actions.get(deal.id, [])
        waiting = [(standing.content("action", course, Action()), id_, course) for id_, course in told]
        if not waiting:
            if "no_next_step" not in off:
                yield _due(scene, about, deal.id, "no_next_step", said("No action of ours is open in it."))
            continue
        planned, action, course = min(waiting, key=lambda each: (each[0].due or date.max, each[1]))
        due = planned.due or date.max
        rule = "action_overdue" if overdue(due, scene.today) and "action_overdue" not in off else "next_action"
        row = _due(scene, about, deal.id, rule, said("It is the next of what is planned, due on {day}.", day=due))
        yield row._replace(
            sentence=row.do.of(deal.name, scene.thing("action", action)),
            by=planned.owner or row.by,
            until=due,
            places=places(last(course)),
        )


def _involved(scene: Scene, deal: OpenDeal, engaged: set[str]) -> list[str]:
    voices = {person for kind, person in deal.voices if kind == "contact"}
    found = voices | scene.met_in.get(deal.id, {}).keys() | engaged
    return sorted(each for each in found if scene.here(each))


def _matters(scene: Scene, person: str, engaged: set[str]) -> bool:
    """Whether a person has power in the account, or a way to engage them there is set."""
    return scene.powerful(person, None) is not None or person in engaged


def _engaged_in(scene: Scene) -> dict[str, set[str]]:
    """Return by scope the people for whom a way to engage them is set there."""
    return by_scope(scene.people, scene.states.assessment.engagement)


def _engage(scene: Scene, engaged: Engaged, person: str, deal: OpenDeal | None) -> Due:
    stands = scene.stance(person, deal.id if deal else None)
    where = layer(stands.level if stands else None)
    way = engaged.way(person)
    due = expected(engaged.rights.get(person, []), engaged.roles.get(person, []), engaged.references)
    mode = way.value.mode if way and way.value else due.mode if due else None
    row = _due(
        scene,
        ("contact", person),
        deal.id if deal else None,
        f"engagement_{where}",
        _reason(stance(stands.level if stands else None), mode, engaged.manner(person, where)),
    )
    do = _manner(where, mode, scene.acted(person, row.opportunity))
    name = spoken(scene, row.about)
    grounds = places_of([stands.register if stands else None, way])
    return row._replace(do=do, sentence=do.of(name, name), places=grounds)


def _manner(where: str, mode: str | None, had: Collection[str]) -> Do:
    """Return the deed for an attitude and a way: who is neutral is invited first, an approver to meet an executive."""
    if where == "neutral":
        if mode == "report" and "executive_meeting" not in had:
            return MEET
        if mode != "report" and not INVITED.issubset(had):
            return INVITE
    if where in {"support", "neutral"} and mode in BY_MODE:
        return BY_MODE[mode]
    return BY_RULE[f"engagement_{where}"]


def _reason(stands: Said, mode: str | None, manner: Said) -> Said:
    if mode is None:
        return said("Attitude: {stance}. {manner}", stance=stands, manner=manner)
    return said("Attitude: {stance}; way: {mode}. {manner}", stance=stands, mode=word(mode), manner=manner)


def _undecided(deal: OpenDeal) -> Said | None:
    if not deal.formal:
        return said("Nobody is known who decides or approves.")
    return None if deal.approvers else said("Nobody is known who gives the final approval.")


def _due(scene: Scene, about: tuple[str, str], opportunity: str | None, rule: str, reason: Said) -> Due:
    name = spoken(scene, about)
    do = BY_RULE[rule]
    return Due(
        about,
        opportunity,
        rule,
        do,
        do.of(name, name),
        reason,
        "low" if rule == "decision_right_unknown" else None,
        weight(scene, about, opportunity),
        member(scene, about, opportunity),
        None,
        [],
    )
