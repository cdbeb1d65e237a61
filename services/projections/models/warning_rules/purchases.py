"""Rules about open opportunities: who of the customer's people is with us, is met, approves, and what is stuck."""

from collections.abc import Iterator

from services.projections.folds.buying import Change
from services.projections.models.buying.steps import progress
from services.projections.models.interaction.happenings import stance
from services.projections.models.references import named
from services.projections.models.warning_rules.cast import Who
from services.projections.models.warning_rules.finding import Finding, earliest, later, places
from services.projections.models.warning_rules.open_deals import OpenDeal
from services.projections.models.warning_rules.scene import Scene
from services.projections.said import Said, quoted, said


def single_threaded(scene: Scene) -> Iterator[Finding]:
    """Opportunities in which no more than `single_threaded_people` took part in a meeting, or support us."""
    for deal in scene.deals if scene.peopled else ():
        met = {person: facts for person, facts in scene.met_in.get(deal.id, {}).items() if scene.here(person)}
        told = scene.supporting(deal.id)
        people = sorted({*met, *(person for person, _ in told)})
        if len(people) <= scene.limits["single_threaded_people"]:
            names = [scene.contact(person) for person in people]
            yield Finding(
                "opportunity",
                deal.id,
                deal.id,
                said("{deal} hangs on {people} alone.", deal=deal.name, people=names)
                if people
                else said("In {deal} we have met nobody, and nobody is known to support us.", deal=deal.name),
                said("People met in it, or supporting us: {count}.", count=len(people)),
                deal.began,
                places(
                    [deal.opportunity.identified, *(stance.register for _, stance in told)],
                    [fact for facts in met.values() for fact in facts],
                ),
            )


def no_people_known(scene: Scene) -> Iterator[Finding]:
    """Accounts with open opportunities of whose people nothing was ever told: that we met nobody says nothing there."""
    if scene.deals and not scene.peopled:
        yield Finding(
            "account",
            scene.view.account,
            None,
            said("Of the people of {account} nobody is known to us.", account=scene.account),
            said("No contact and no meeting was told of; open: {deals}.", deals=[deal.name for deal in scene.deals]),
            min((deal.began for deal in scene.deals if deal.began), default=None),
            places(deal.opportunity.identified for deal in scene.deals),
        )


def approver_not_covered(scene: Scene) -> Iterator[Finding]:
    """Who gives the final approval, and is of unknown attitude or was never in an executive meeting with us."""
    for deal in scene.deals:
        for who, registers in deal.approvers.items():
            if lacking := _lacking(scene, who, deal):
                yield Finding(
                    *who,
                    deal.id,
                    said("{name} approves {deal}, and is not covered.", name=scene.spoken(who), deal=deal.name),
                    lacking,
                    later(deal.began, earliest(registers)),
                    places(registers),
                )


def nobody_with_power_supports(scene: Scene) -> Iterator[Finding]:
    """Opportunities in which people with power are known, and none of them supports us."""
    for deal in scene.deals:
        people = {person: registers for (kind, person), registers in deal.deciders.items() if kind == "contact"}
        leading = {person: scene.stance(person, deal.id) for person in people}
        told = [each for each in leading.values() if each]
        if not people or any(each.level > 0 for each in told):
            continue
        grounds = [register for registers in people.values() for register in registers]
        stances = [
            said("{name}: {stance}", name=scene.contact(person), stance=stance(each.level if each else None))
            for person, each in leading.items()
        ]
        yield Finding(
            "opportunity",
            deal.id,
            deal.id,
            said("Nobody with power supports us in {deal}.", deal=deal.name),
            said("Those with power: {stances}.", stances=stances),
            later(deal.began, earliest(grounds), *(each.time for each in told)),
            places([*grounds, *(each.register for each in told)]),
        )


def key_action_missing(scene: Scene) -> Iterator[Finding]:
    """Who holds a right or owns a step, and had none of the key actions; approvers have a rule of their own."""
    for deal in scene.deals:
        for who, registers in deal.holders.items():
            people: list[Who] = [("contact", person) for person in scene.within(who)]
            approving = any(each in deal.approvers for each in (who, *people))
            if (
                who[0] in {"contact", "unit"}
                and not approving
                and not any(scene.acted(each, deal.id) for _, each in people)
            ):
                yield Finding(
                    *who,
                    deal.id,
                    said("No key action with {name} for {deal}.", name=scene.spoken(who), deal=deal.name),
                    said(
                        "{name} has a say, and none of these took place: factory visit, technical exchange, "
                        "solution presentation, executive meeting.",
                        name=scene.spoken(who),
                    ),
                    later(deal.began, earliest(registers)),
                    places(registers),
                )


def decision_step_blocked(scene: Scene) -> Iterator[Finding]:
    """Steps on the way to a decision that are stuck."""
    for deal in scene.deals:
        for id_, step in deal.steps.items():
            stands = progress(step.course)
            if stands.status == "blocked":
                name = named(step.name.value, id_)
                blocks = [turn for turn in step.course if turn.kind == "blocked" and turn.at >= stands.set_by.at]
                yield Finding(
                    "decision_step",
                    id_,
                    deal.id,
                    said("Step {step} of {deal} is blocked.", step=name, deal=deal.name),
                    _why(blocks[-1]),
                    stands.blocks[-1].start,
                    [(turn.at[3], turn.at[2]) for turn in blocks],
                )


def _lacking(scene: Scene, who: Who, deal: OpenDeal) -> Said | None:
    if who[0] != "contact":
        return said("Nobody is known there.")
    unknown = scene.stance(who[1], deal.id) is None
    unmet = "executive_meeting" not in scene.acted(who[1], deal.id)
    if unknown and unmet:
        return said("The attitude is unknown, and no executive meeting took place.")
    if unknown:
        return said("The attitude is unknown.")
    return said("No executive meeting took place.") if unmet else None


def _why(block: Change) -> Said:
    return quoted(block.reason) if block.reason else said("Why is unknown.")
