"""What the central view of an account shows of what is to be done: actions, objections, complaints, deliveries."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from pydantic import Field

from services.projections.course import Course
from services.projections.folds.action import Action
from services.projections.folds.after_sale import Complaint, Delivery
from services.projections.folds.proposal import Objection
from services.projections.models import standing
from services.projections.models.account.members import member_name
from services.projections.models.after_sale.rounds import complainant
from services.projections.models.contact.people import People
from services.projections.models.interaction.purchases import InAPurchase, Purchases
from services.projections.models.latest import time_at
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.opportunity.deals import goes_on, over
from services.projections.models.standing import Kind, is_open
from services.projections.models.turns import days_over, places_of
from services.projections.question import Row, View

Since = Annotated[datetime, Field(description="since when it stands so")]
OverdueDays = Annotated[
    int | None, Field(description="whole days since its day was over; null: not due, or no day set")
]

Of = Callable[[InAPurchase], str | None]
T = TypeVar("T", bound=msgspec.Struct)


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
    overdue_days: OverdueDays


class OpenObjection(OpenThing):
    """What a person holds against us; answered: we said something to it, which may not have convinced."""

    objection: str
    contact: str | None
    name: str | None
    kind: str | None
    status: Literal["open", "answered"]


class OpenComplaint(OpenThing):
    """What the customer is dissatisfied with."""

    complaint: str
    contact: str | None
    name: str | None
    status: Literal["open", "responded"]


class DueDelivery(OpenThing):
    """What we promised to deliver, and did not deliver yet."""

    delivery: str
    due: date | None
    status: Literal["open", "breached"] = Field(description="breached: it was told that we broke the promise")
    overdue_days: OverdueDays


def work(view: View, people: People, today: date) -> dict[str, Any]:
    """Return what is open, each in order of ids.

    What was for a sale that was lost or given up is no longer to be done; what is told of one that is over in any way
    stands against it no more.
    """
    action, proposal, after = view.states.action, view.states.proposal, view.states.after_sale
    ended, of = over(view.states.opportunity), Purchases(view.facts).of
    needs = [course for deal, each in proposal.needs.items() if deal not in ended for course in each.values()]
    actions = (_action(view, of, today, *each) for each in _open("action", action.actions))
    objections = (_objection(view, of, people, *each) for each in _open("objection", proposal.objections))
    deliveries = (_delivery(view, today, *each) for each in _open("delivery", after.deliveries))
    return {
        "next_actions": [each for each in actions if goes_on(view.states.opportunity, each.opportunity)],
        "objections": [each for each in objections if each.opportunity not in ended],
        "needs": sum(is_open("need", course) for course in needs),
        "complaints": [_complaint(view, people, *each) for each in _open("complaint", after.complaints)],
        "deliveries": [each for each in deliveries if goes_on(view.states.opportunity, each.opportunity)],
    }


def _open(kind: Kind, courses: dict[str, Course[T]]) -> Iterator[tuple[str, Course[T]]]:
    """Yield the things that are not settled."""
    yield from ((id_, course) for id_, course in sorted(courses.items()) if is_open(kind, course))


def _thing(view: View, kind: Kind, course: Course[Any], text: str | None, deal: str | None) -> dict[str, Any]:
    name = deal_name(view.states.opportunity, deal)
    said = {"text": text, "opportunity": deal, "opportunity_name": name, "because": places_of(course)}
    return said | {"since": time_at(standing.stand(kind, course).begin.at)}


def _action(view: View, of: Of, today: date, action: str, course: Course[Action]) -> OpenAction:
    told = standing.content("action", course, Action())
    return OpenAction(
        **_thing(view, "action", course, told.text, of(told)),
        action=action,
        owner=told.owner,
        owner_name=member_name(view.states.account, told.owner),
        due=told.due,
        overdue_days=days_over(told.due, today) or None,
    )


def _who(people: People, contact: str | None) -> dict[str, Any]:
    person = people.canonical(contact) if contact else None
    return {"contact": person, "name": people.name(person) if person else None}


def _objection(view: View, of: Of, people: People, objection: str, course: Course[Objection]) -> OpenObjection:
    told = standing.content("objection", course, Objection())
    return OpenObjection.model_validate(
        _thing(view, "objection", course, told.text, of(told))
        | {"objection": objection, "kind": told.kind, "status": standing.status("objection", course)}
        | _who(people, told.contact)
    )


def _complaint(view: View, people: People, complaint: str, course: Course[Complaint]) -> OpenComplaint:
    told = standing.content("complaint", course, Complaint())
    return OpenComplaint.model_validate(
        _thing(view, "complaint", course, told.text, told.opportunity)
        | {"complaint": complaint, "status": standing.status("complaint", course)}
        | _who(people, complainant(course))
    )


def _delivery(view: View, today: date, delivery: str, course: Course[Delivery]) -> DueDelivery:
    told = standing.content("delivery", course, Delivery())
    status, days = standing.status("delivery", course), days_over(told.due, today) or None
    return DueDelivery.model_validate(
        _thing(view, "delivery", course, told.text, told.opportunity)
        | {"delivery": delivery, "due": told.due, "status": status, "overdue_days": days}
    )
