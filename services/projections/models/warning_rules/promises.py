"""Rules about what we owe the customer: actions, answers, deliveries, and what it complains of."""

from collections.abc import Iterator
from datetime import date

from services.projections.folds.action import Action, Question
from services.projections.folds.after_sale import Complaint, Delivery
from services.projections.models import standing
from services.projections.models.after_sale.rounds import complainant
from services.projections.models.latest import time_at
from services.projections.models.turns import Spell, last, overdue, places
from services.projections.models.warning_rules.finding import Finding
from services.projections.models.warning_rules.scene import Scene
from services.projections.said import Said, said


def action_overdue(scene: Scene) -> Iterator[Finding]:
    """Actions of ours that were to be done by a day that is over; not those of a sale that was lost or given up."""
    for id_, course in scene.of.all_open_actions:
        planned = standing.content("action", course, Action())
        due, opportunity = planned.due, scene.purchase(planned)
        if due and planned.owner and overdue(due, scene.today) and scene.goes_on(opportunity):
            owner = said("{member} was to do it.", member=scene.spoken(("member", planned.owner)))
            yield Finding(
                "action",
                id_,
                opportunity,
                said("To be done by {day}, and open: {what}", day=due, what=scene.thing("action", id_)),
                owner,
                scene.after(due),
                places(last(course, "planned")),
            )


def question_unanswered(scene: Scene) -> Iterator[Finding]:
    """Questions that nobody of ours asked, open past their day, or without one for more than `question_days`."""
    limit = scene.limits["question_days"]
    for id_, course in sorted(scene.states.action.questions.items()):
        asked, since = standing.content("question", course, Question()), standing.open_since("question", course)
        opportunity, asked_by, due = scene.purchase(asked), asked.asked_by, asked.due
        theirs = not (asked_by or "").startswith("member:")
        if since and theirs and scene.goes_on(opportunity):
            days = scene.days(time_at(since.at))
            if overdue(due, scene.today) or (due is None and days > limit):
                yield Finding(
                    "question",
                    id_,
                    opportunity,
                    said("Not answered: {what}", what=scene.thing("question", id_)),
                    said("The answer was due on {day}.", day=due)
                    if due
                    else said("Open for {days} days, where {limit} are allowed.", days=int(days), limit=round(limit)),
                    scene.after(due) if due else time_at(since.at),
                    places(since, last(course, "asked")),
                    whose=scene.references.canonical(asked_by) if asked_by else None,
                )


def delivery_overdue(scene: Scene) -> Iterator[Finding]:
    """What we promised to deliver and did not: by its day, or as we said ourselves."""
    for id_, course in sorted(scene.states.after_sale.deliveries.items()):
        promised, now = standing.content("delivery", course, Delivery()), standing.stand("delivery", course)
        opportunity, due, since = promised.opportunity, promised.due, now.begin
        if scene.goes_on(opportunity) and _late(scene, now, due):
            yield Finding(
                "delivery",
                id_,
                opportunity,
                said("Promised, and not delivered: {what}", what=scene.thing("delivery", id_)),
                _broken(since.told.reason)
                if now.state == "breached" or due is None
                else said("It was due on {day}.", day=due),
                scene.after(due) if due and now.state == "open" else time_at(since.at),
                places(last(course, "committed"), last(course)),
            )


def complaint_open(scene: Scene) -> Iterator[Finding]:
    """Complaints with which the customer is not content yet, even if we answered."""
    for id_, course in sorted(scene.states.after_sale.complaints.items()):
        if since := standing.open_since("complaint", course):
            responded = last(course, "responded")
            yield Finding(
                "complaint",
                id_,
                standing.content("complaint", course, Complaint()).opportunity,
                said("A complaint is not resolved: {what}", what=scene.thing("complaint", id_)),
                said("Answered on {day}, and not resolved.", day=time_at(responded.at))
                if responded and responded.at >= since.at
                else said("Open for {days} days, and not answered.", days=max(0, int(scene.days(time_at(since.at))))),
                time_at(since.at),
                places(last(course, "received"), since, responded),
                whose=scene.person(complainant(course)),
            )


def _late(scene: Scene, promised: Spell[Delivery], due: date | None) -> bool:
    return promised.state == "breached" or (promised.state == "open" and overdue(due, scene.today))


def _broken(reason: str | None) -> Said:
    if reason is None:
        return said("We said so ourselves.")
    return said("We said so ourselves: {reason}", reason=reason)
