"""What the central view of an account shows of what is to be done: actions, objections, complaints, deliveries."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from services.projections.course import Course
from services.projections.folds.action import Action
from services.projections.folds.after_sale import Complaint, Delivery
from services.projections.folds.proposal import Objection
from services.projections.models.account.members import member_name
from services.projections.models.contact.people import People
from services.projections.models.latest import time_at
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.opportunity.deals import over
from services.projections.models.turns import overdue, places, whole
from services.projections.question import Row, View

HELD = ("raised", "answered", "reopened")
Since = Annotated[datetime, Field(description="when it was told of last")]


class OpenThing(Row):
    """Something that is open; of which purchase (null: of none, or unknown)."""

    text: str | None = Field(description="null: only a later turn of it is known")
    opportunity: str | None
    opportunity_name: str | None
    since: Since


class OpenAction(OpenThing):
    """What one of ours is to do."""

    action: str
    owner: str | None
    owner_name: str | None
    due: date | None
    overdue: bool = Field(description="its day is over")


class OpenObjection(OpenThing):
    """What a person holds against us; answered or not."""

    objection: str
    contact: str | None
    name: str | None
    kind: str | None
    answered: bool


class OpenComplaint(OpenThing):
    """What the customer is dissatisfied with."""

    complaint: str
    contact: str | None
    name: str | None
    responded: bool


class DueDelivery(OpenThing):
    """What we promised to deliver, and did not deliver yet."""

    delivery: str
    due: date | None
    overdue: bool = Field(description="its day is over, or it was told that we broke the promise")


def work(view: View, people: People, today: date) -> dict[str, Any]:
    """Return what is open, each in order of ids; what was for a purchase that is over is no longer to be done."""
    action, proposal, after = view.states.action, view.states.proposal, view.states.after_sale
    ended = over(view.states.opportunity)
    needs = [course for deal, each in proposal.needs.items() if deal not in ended for course in each.values()]
    actions = (_action(view, today, *each) for each in _open(action.actions, "planned"))
    objections = (_objection(view, people, *each) for each in _open(proposal.objections, *HELD))
    return {
        "next_actions": [each for each in actions if each.opportunity not in ended],
        "objections": [each for each in objections if each.opportunity not in ended],
        "needs": sum(course[-1].kind != "withdrawn" for course in needs),
        "complaints": [_complaint(view, people, *each) for each in _open(after.complaints, "received", "responded")],
        "deliveries": [_delivery(view, today, *each) for each in _open(after.deliveries, "committed", "breached")],
    }


def _open(courses: dict[str, Course[Any]], *kinds: str) -> Iterator[tuple[str, Course[Any]]]:
    """Yield the things whose last turn is one of these kinds."""
    yield from ((id_, course) for id_, course in sorted(courses.items()) if course and course[-1].kind in kinds)


def _thing(view: View, course: Course[Any], told: Any) -> dict[str, Any]:  # noqa: ANN401 -- of any kind
    deal = told.opportunity
    since, name = time_at(course[-1].at), deal_name(view.states.opportunity, deal)
    said = {"text": told.text, "opportunity": deal, "opportunity_name": name, "since": since}
    return said | {"because": places(*course)}


def _action(view: View, today: date, action: str, course: Course[Action]) -> OpenAction:
    told = whole(course, Action(), "planned")
    return OpenAction(
        **_thing(view, course, told),
        action=action,
        owner=told.owner,
        owner_name=member_name(view.states.account, told.owner),
        due=told.due,
        overdue=overdue(told.due, today),
    )


def _who(people: People, contact: str | None) -> dict[str, Any]:
    person = people.canonical(contact) if contact else None
    return {"contact": person, "name": people.name(person) if person else None}


def _objection(view: View, people: People, objection: str, course: Course[Objection]) -> OpenObjection:
    told, answered = whole(course, Objection(), "raised"), course[-1].kind == "answered"
    who = _who(people, told.contact)
    return OpenObjection(**_thing(view, course, told), objection=objection, kind=told.kind, answered=answered, **who)


def _complaint(view: View, people: People, complaint: str, course: Course[Complaint]) -> OpenComplaint:
    told, responded = whole(course, Complaint(), "received"), course[-1].kind == "responded"
    who = _who(people, told.contact)
    return OpenComplaint(**_thing(view, course, told), complaint=complaint, responded=responded, **who)


def _delivery(view: View, today: date, delivery: str, course: Course[Delivery]) -> DueDelivery:
    told = whole(course, Delivery(), "committed")
    late = overdue(told.due, today) or course[-1].kind == "breached"
    return DueDelivery(**_thing(view, course, told), delivery=delivery, due=told.due, overdue=late)
