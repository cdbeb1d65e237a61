"""What is due for each person and each deal, whether or not a rule warns of it."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from services.projections.folds.action import Action, Question
from services.projections.folds.after_sale import Delivery
from services.projections.folds.opportunity import Opportunity
from services.projections.models import standing
from services.projections.models.advice.deeds import BY_RULE, GET_TO_KNOW, PRESSING, SOMEBODY, Do
from services.projections.models.assessment import owners
from services.projections.models.latest import scopes
from services.projections.models.references import named
from services.projections.models.warning_rules import Warned
from services.projections.models.warning_rules.cast import Who
from services.projections.models.warning_rules.finding import SEVERITIES, Place, Severity
from services.projections.models.warning_rules.scene import MOST_POWER, Scene
from services.projections.said import Said

PEOPLE = frozenset({"contact", "unit", "party", "member"})


class Due(NamedTuple):
    """One thing to do about a person, a deal, or (where it is about neither) the account; severity None: no warning."""

    about: Who
    opportunity: str | None
    rule: str
    do: Do
    sentence: Said
    reason: Said
    severity: Severity | None
    weight: int
    by: str | None
    until: date | None
    places: list[Place]

    @property
    def pressing(self) -> tuple[int, int, str]:
        """How pressing it is among what is due for the same: the least first."""
        worst = len(SEVERITIES) if self.severity is None else SEVERITIES.index(self.severity)
        return worst, PRESSING.index(self.rule), self.opportunity or ""


def of_warnings(scene: Scene, warnings: list[Warned]) -> Iterator[Due]:
    """Yield what is to be done about each warning: for the person whom it is about, else the deal, else the account."""
    for each in warnings:
        found = each.found
        thing = named(scene.name(found.kind, found.id, found.opportunity), found.id)
        of_them = found.kind in PEOPLE and each.rule != "competitor_ahead"  # which is about the deal
        owner, until = _promised(scene, (found.kind, found.id))
        for about in _subjects(scene, each):
            do = _do(scene, each, about)
            yield Due(
                about,
                found.opportunity,
                each.rule,
                do,
                do.of(thing if of_them and about[0] != "contact" else spoken(scene, about), thing),
                found.reason,
                each.severity,
                weight(scene, about, found.opportunity),
                owner or member(scene, about, found.opportunity),
                until,
                found.places,
            )


def spoken(scene: Scene, about: Who) -> Said:
    """Return how a sentence names what a row is about."""
    return named(scene.name(*about), about[1])


def weight(scene: Scene, about: Who, opportunity: str | None) -> int:
    """Return how much it matters, 0 to 5: a deal as much as whoever decides on it."""
    return MOST_POWER if about[0] == "opportunity" else scene.weight(about, opportunity)


def member(scene: Scene, about: Who, opportunity: str | None) -> str | None:
    """Return who of ours is to do it: who answers for the relationship, else who leads the deal; None: unknown."""
    if about[0] == "contact" and (
        owner := owners.owner(scene.states.assessment, scene.people, about[1], scopes(opportunity))
    ):
        return owner
    return scene.states.opportunity.opportunities.get(opportunity or "", Opportunity()).owner.value


def _subjects(scene: Scene, each: Warned) -> list[Who]:
    """Return the people whom a warning is about, of a unit those who lead it; else its open deal, else the account."""
    found = each.found
    who = found.whose or (found.kind, found.id)
    people = scene.leading(who) if who[0] in {"contact", "unit"} else []
    if here := [person for person in people if scene.here(person)]:
        return [("contact", person) for person in here]
    if found.opportunity in scene.deal:
        return [("opportunity", str(found.opportunity))]
    return [("account", scene.view.account)]


def _do(scene: Scene, each: Warned, about: Who) -> Do:
    """Return what the rule calls for; who approves and was in an executive meeting is to be known better."""
    deal = scene.deal.get(each.found.opportunity or "")
    if each.rule == "approver_not_covered" and deal:
        if about[0] != "contact":
            return SOMEBODY
        return GET_TO_KNOW if "executive_meeting" in scene.acted(about[1], deal.id) else BY_RULE[each.rule]
    return BY_RULE[each.rule]


def _promised(scene: Scene, thing: Who) -> tuple[str | None, date | None]:
    """Return who of ours is to do what was promised, and by which day, as told of the thing itself."""
    kind, id_ = thing
    match kind:
        case "action":
            planned = standing.content("action", scene.states.action.actions.get(id_, []), Action())
            return planned.owner, planned.due
        case "question":
            asked = standing.content("question", scene.states.action.questions.get(id_, []), Question())
            return asked.owner, asked.due
        case "delivery":
            promised = scene.states.after_sale.deliveries.get(id_, [])
            return None, standing.content("delivery", promised, Delivery()).due
        case _:
            return None, None
