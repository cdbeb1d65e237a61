"""Whom did we ask to recommend us, who did, and what became of it?"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.projections.course import Course
from services.projections.folds.after_sale import Referral
from services.projections.models.contact.people import People
from services.projections.models.turn_rows import TurnRow, turn_rows
from services.projections.models.turns import first, moment_of, places_of, told
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key

Status = Literal["requested", "given", "converted"]


class ReferralsParameters(Parameters):
    """Whose recommendations, and how far they came."""

    contact: str | None = Field(None, description="only of this contact")
    status: Status | None = Field(None, description="list only those that came so far and no further; all are counted")


class ReferralRow(Row):
    """A recommendation: asked for, given, or become a sale; given by themselves, nobody asked for it."""

    referral: str
    contact: str | None = Field(description="who was asked or recommended us; null: unknown")
    name: str | None
    text: str | None = Field(description="what we asked for")
    to: str | None = Field(description="to whom we were recommended")
    status: Status = Field(description="how far it came")
    requested: datetime | None
    given: datetime | None
    converted: datetime | None
    converted_account: str | None = Field(description="the customer who bought; what became of that is theirs to tell")
    converted_opportunity: str | None = Field(description="the purchase, of that customer")
    course: Annotated[list[TurnRow], key("time", "turn")]


class ReferralsAnswer(Answer):
    """Recommendations in order of ids; each is counted wherever it came, so shares are of those that came before."""

    referrals: Annotated[list[ReferralRow], key("referral")]
    requested: int
    given: int
    converted: int
    open: int = Field(description="not given yet, or no sale yet")
    given_share: float | None = Field(description="of those requested, 0 to 1; null: none was")
    converted_share: float | None = Field(description="of those given or converted, 0 to 1; null: none was")


def answer(view: View, parameters: ReferralsParameters) -> ReferralsAnswer:
    """Tell of each recommendation how far it came."""
    people = People(view.states.contact)
    wanted = people.canonical(parameters.contact) if parameters.contact else None
    rows = [_row(view, people, *each) for each in sorted(view.states.after_sale.referrals.items())]
    found = [row for row in rows if wanted in (None, row.contact)]
    requested = [row for row in found if row.requested]
    came = [row for row in found if row.status != "requested"]
    converted = sum(row.status == "converted" for row in found)
    return ReferralsAnswer(
        referrals=[row for row in found if parameters.status in (None, row.status)],
        requested=len(requested),
        given=sum(row.given is not None for row in found),
        converted=converted,
        open=len(found) - converted,
        given_share=sum(row.status != "requested" for row in requested) / len(requested) if requested else None,
        converted_share=converted / len(came) if came else None,
    )


def _row(view: View, people: People, referral: str, course: Course[Referral]) -> ReferralRow:
    requested, given, converted = (first(course, each) for each in ("requested", "given", "converted"))
    by = told(course, "contact", "given") or told(course, "contact")
    contact = people.canonical(by) if by else None
    return ReferralRow(
        referral=referral,
        contact=contact,
        name=people.name(contact) if contact else None,
        text=told(course, "text", "requested"),
        to=told(course, "to", "given"),
        status="converted" if converted else "given" if given else "requested",
        requested=moment_of(requested),
        given=moment_of(given),
        converted=moment_of(converted),
        converted_account=told(course, "account", "converted"),
        converted_opportunity=told(course, "opportunity", "converted"),
        course=turn_rows(course, view.states.account),
        because=places_of(course),
    )


question = AccountQuestion(
    name="referrals",
    about="Whom did we ask to recommend us, who did, and what became of it?",
    parameters=ReferralsParameters,
    answer_model=ReferralsAnswer,
    answer=answer,
    subjects=("account", "contact", "after_sale"),
)
