"""Rules about what stands against a sale: objections, vague needs, gaps of ours, and competitors who are ahead."""

from collections.abc import Iterator

from services.projections.folds.competition import Position
from services.projections.folds.proposal import Objection
from services.projections.folds.qualification import Gap
from services.projections.models import standing
from services.projections.models.latest import time_at, time_of
from services.projections.models.opportunity.pursuits import DECISIONS, suggested
from services.projections.models.opportunity.qualification_rows import Thing, subject_rows
from services.projections.models.opportunity.rivals import withdrew
from services.projections.models.references import named
from services.projections.models.turns import began, last, places, told
from services.projections.models.warning_rules.finding import Finding, later
from services.projections.models.warning_rules.finding import places as places_of
from services.projections.models.warning_rules.scene import Scene
from services.projections.said import Said, quoted, said

VAGUE = 2  # of 5


def objection_open(scene: Scene) -> Iterator[Finding]:
    """Objections of the account or of an open opportunity that are not resolved; after `objection_days` it is worse."""
    for id_, course in sorted(scene.states.proposal.objections.items()):
        content, since = standing.content("objection", course, Objection()), standing.open_since("objection", course)
        opportunity = scene.purchase(content)
        if since and scene.is_open(opportunity):
            days = scene.days(time_at(since.at))
            answered = last(course, "answered")
            yield Finding(
                "objection",
                id_,
                opportunity,
                _objects(scene, id_, content.contact),
                said("Answered on {day}, and not resolved.", day=time_at(answered.at))
                if answered and answered.at >= since.at
                else said("Open for {days} days, and not answered.", days=max(0, int(days))),
                time_at(since.at),
                places(last(course, "raised"), since, answered),
                severity="high" if days > scene.limits["objection_days"] else None,
                whose=scene.person(content.contact),
            )


def need_vague(scene: Scene) -> Iterator[Finding]:
    """Needs in open opportunities that have been no clearer than 2 of 5 for more than `vague_days`."""
    limit = scene.limits["vague_days"]
    for deal in scene.deals:
        for id_, course in sorted(scene.states.proposal.needs.get(deal.id, {}).items()):
            vague = None
            for turn in course:
                vague = (vague or turn) if turn.told.clarity is not None and turn.told.clarity <= VAGUE else None
            if vague and scene.days(time_at(vague.at)) > limit:
                what = scene.thing("need", id_, deal.id)
                yield Finding(
                    "need",
                    id_,
                    deal.id,
                    said("What {deal} is to bring is vague: {what}", deal=deal.name, what=what),
                    said(
                        "Clarity of 5: {clarity}, for {days} days, where {limit} are allowed.",
                        clarity=told(course, "clarity"),
                        days=int(scene.days(time_at(vague.at))),
                        limit=round(limit),
                    ),
                    time_at(vague.at),
                    places(vague, last(course)),
                )


def capability_gap_open(scene: Scene) -> Iterator[Finding]:
    """What open opportunities ask for and we lack."""
    for deal in scene.deals:
        for id_, course in sorted(scene.states.qualification.gaps.get(deal.id, {}).items()):
            if since := standing.open_since("capability_gap", course):
                yield Finding(
                    "capability_gap",
                    id_,
                    deal.id,
                    said("{deal} asks for what we lack.", deal=deal.name),
                    quoted(standing.content("capability_gap", course, Gap()).text or id_),
                    time_at(since.at),
                    places(since, last(course, "identified")),
                )


def pursuit_hopeless(scene: Scene) -> Iterator[Finding]:
    """Open opportunities that we decided to pursue, and whose colours say that we must lose: those must be given up."""
    for deal in scene.deals:
        decided = began(scene.states.qualification.pursuits.get(deal.id, []), DECISIONS)
        if decided is None or decided.kind != "pursue":
            continue
        us = subject_rows(scene.view, Thing(deal.id, deal.opportunity.lead.value))[0]
        advice = suggested({each.step: each.rating for each in us.steps})
        if advice.decisions == ["abandon"]:
            red = [criterion for each in us.steps if each.rating == "red" for criterion in each.criteria]
            yield Finding(
                "opportunity",
                deal.id,
                deal.id,
                said("We pursue {deal}, and are certain to lose it.", deal=deal.name),
                advice.sentence,
                later(time_at(decided.at), *(each.since for each in red)),
                list(dict.fromkeys([*places(decided), *(place for each in red for place in each.because)])),
            )


def competitor_ahead(scene: Scene) -> Iterator[Finding]:
    """Competitors in open opportunities whose sum over all factors told of is above ours, unless they withdrew."""
    for deal in scene.deals:
        rivals = scene.states.competition.competitors.get(deal.id, {})
        for party, factors in sorted(scene.states.competition.positions.get(deal.id, {}).items()):
            seen = [(factor, register.value) for factor, register in sorted(factors.items()) if register.value]
            if not withdrew(rivals.get(party, [])) and sum(position.them - position.us for _, position in seen) > 0:
                name = named(scene.name("party", party, deal.id), party)
                yield Finding(
                    "party",
                    party,
                    deal.id,
                    said("{party} is ahead of us in {deal}.", party=name, deal=deal.name),
                    said("Of 5, they and we: {factors}.", factors=[_factor(*each) for each in seen]),
                    later(*(time_of(register) for register in factors.values())),
                    places_of(factors.values()),
                )


def _objects(scene: Scene, objection: str, contact: str | None) -> Said:
    what = scene.thing("objection", objection)
    if contact is None:
        return said("An objection is open: {what}", what=what)
    return said("{name} objects: {what}", name=scene.spoken(("contact", scene.people.canonical(contact))), what=what)


def _factor(factor: str, position: Position) -> Said:
    return said("{factor}: {them} to {us}", factor=factor, them=position.them, us=position.us)
