"""What do we know of this customer, in one view?"""

from typing import Annotated

from pydantic import Field

from schemas.correction import Amendment
from schemas.event import REGISTERED
from schemas.values import Money
from services.projections.folds import subject_of
from services.projections.models.account import view_parts as parts
from services.projections.models.account import view_records as records
from services.projections.models.account import view_sold as sold
from services.projections.models.account import view_work as todo
from services.projections.models.account.metric_rows import SegmentRow
from services.projections.models.account.view_people import (
    AskOf,
    Meeting,
    Relation,
    meetings,
    open_asks,
    relations,
)
from services.projections.models.account.view_sales import KeyPart, OpenDeal, deals, key_part, segment_part
from services.projections.models.assessment.mix import Mix, mix
from services.projections.models.contact.people import People
from services.projections.models.contact.present import present
from services.projections.models.interaction.strength import by_person
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.question import AccountQuestion, Answer, Parameters, View, key

SUBJECTS = (
    *("account", "contact", "organisation", "assessment", "buying"),
    *("opportunity", "proposal", "action", "after_sale"),
)
# Whatever was told of the account counts for its source.
EVERYTHING = tuple(
    payload for payload in REGISTERED.values() if not issubclass(payload, Amendment) and subject_of(payload) != "policy"
)


class Account360Parameters(Parameters):
    """Nothing but the moments; an action or a delivery is overdue when its day is over in `tz`."""


class Account360Answer(Answer):
    """The central view; each of its lists is short or bounded by the things in the account."""

    profile: parts.Profile
    culture: str | None = Field(description="flat, hierarchical or mixed; null: unknown")
    traits: Annotated[list[parts.Trait], key("trait")]
    key_account: KeyPart
    segment: SegmentRow
    opportunities: Annotated[list[OpenDeal], key("opportunity")]
    open_value: Annotated[list[Money], key("currency")]
    won: int
    won_value: Annotated[list[Money], key("currency")]
    people: int = Field(description="who are known or spoken of, and have not left")
    attitude: Mix = Field(description="of these, towards us in this account, whatever they think of single purchases")
    strongest: Annotated[list[Relation], key("contact")]
    weakest: Annotated[list[Relation], key("contact"), Field(description="of the others")]
    team: Annotated[list[parts.Server], key("member")]
    plan: parts.PlanSummary | None
    last: Annotated[list[Meeting], key("interaction"), Field(description="that took place, the last one first")]
    unconfirmed: Annotated[
        list[Meeting],
        key("interaction"),
        Field(description="agreed for a time that has passed, neither recorded nor cancelled"),
    ]
    asks: Annotated[list[AskOf], key("contact", "ask"), Field(description="that are open")]
    next_actions: Annotated[
        list[todo.OpenAction],
        key("action"),
        Field(description="still to be done, but not for sales that were lost or given up"),
    ]
    objections: Annotated[
        list[todo.OpenObjection],
        key("objection"),
        Field(description="not resolved, but not in purchases that are over"),
    ]
    needs: int = Field(description="that were told and not withdrawn, in open purchases")
    complaints: Annotated[list[todo.OpenComplaint], key("complaint"), Field(description="that are not resolved")]
    deliveries: Annotated[
        list[todo.DueDelivery],
        key("delivery"),
        Field(description="promised, and not delivered yet, but not for sales that were lost or given up"),
    ]
    contracts: Annotated[list[sold.SignedContract], key("opportunity")]
    satisfaction: sold.LastSurvey | None = Field(description="null: nobody was asked")
    notes: Annotated[list[records.Note], key("source", "id"), Field(description="the last one first")]
    parties: Annotated[list[parts.Outsider], key("party", "kind")]
    sources: Annotated[list[records.Source], key("source")]


def answer(view: View, parameters: Account360Parameters) -> Account360Answer:
    """Put together what other questions tell in full."""
    state, people = view.states.account, People(view.states.contact)
    there = present(view.states, people, by_person(view.facts, people))
    references = References(people, Units(view.states.organisation), state)
    strongest, weakest = relations(view, people, there)
    last, planned = meetings(view, people, references)
    today = parameters.day(view.moment.as_of)
    return Account360Answer(
        profile=parts.profile(state, view.account, view.facts),
        culture=state.culture.value,
        traits=parts.traits(state),
        key_account=key_part(view),
        segment=segment_part(view),
        **deals(view),
        people=len(there),
        attitude=_mix(view, people, there),
        strongest=strongest,
        weakest=weakest,
        team=list(parts.team(state)),
        plan=parts.plan(state, today),
        last=last,
        unconfirmed=planned,
        asks=list(open_asks(view, people, there)),
        **todo.work(view, people, today),
        contracts=list(sold.contracts(view)),
        satisfaction=sold.satisfaction(view.facts, people),
        notes=records.notes(view.facts, references),
        parties=parts.parties(state),
        sources=records.sources(view.facts),
    )


def _mix(view: View, people: People, there: list[str]) -> Mix:
    as_of, model = view.moment.as_of, view.policies.attitude
    return mix(view.states.assessment, people, there, opportunity=None, as_of=as_of, model=model)


question = AccountQuestion(
    name="account-360",
    about="What do we know of this customer, in one view?",
    parameters=Account360Parameters,
    answer_model=Account360Answer,
    answer=answer,
    subjects=SUBJECTS,
    history=EVERYTHING,
)
