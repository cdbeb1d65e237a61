"""What the timeline tells of what takes several turns: leads, gaps, objections, deliveries; named as they began."""

from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact

DEAL = {"opportunity": "o-1"}
ADA = fact("contact.added", "2024-01-01", {"contact": "c-1", "name": "Ada"})
BO = fact("member.registered", "2024-01-01", {"member": "m-1", "name": "Bo"})


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def told(*facts: Recorded, known_at: str | None = None, **asked: Any) -> list[tuple[str, str]]:
    found = ask("timeline", [ADA, BO, *facts], "2025-12-31", known_at, **asked)
    return [(each["kind"], each["title"]) for each in found if each["kind"] != "arrival"]


def test_whether_to_sell():
    lead, gap, rival = {"lead": "l-1"}, DEAL | {"gap": "g-1"}, DEAL | {"with": {"kind": "party", "id": "p-1"}}
    assert told(
        fact("lead.captured", "2025-01-01", lead | {"text": "a new wing", "origin": "fair", "owner": "m-1"}),
        fact("lead.captured", "2025-01-02", lead | {"text": "a new wing", "origin": "fair", "owner": "m-1"}),
        fact("lead.dismissed", "2025-01-03", lead | {"reason": "no budget"}),
        fact("strategic_fit.assessed", "2025-01-04", DEAL | {"level": 4}),
        fact("exposure.estimated", "2025-01-05", DEAL | {"profit": money("5"), "cash_tied_up": money("9"), "days": 30}),
        fact("capability_gap.identified", "2025-01-06", gap | {"text": "night service"}),
        fact("capability_gap.closed", "2025-01-07", gap | {"via": "partner"}),
        fact("conflict.flagged", "2025-01-08", rival | {"text": "our own dealer"}),
        fact("conflict.cleared", "2025-01-09", rival),
        fact("pursuit.decided", "2025-01-10", DEAL | {"decision": "pursue", "reason": "we lead"}),
        fact("pursuit.decided", "2025-01-11", DEAL | {"decision": "monitor", "reason": "no date"}),
        fact("pursuit.decided", "2025-01-12", DEAL | {"decision": "reduce", "reason": "cost"}),
        fact("pursuit.decided", "2025-01-13", DEAL | {"decision": "abandon", "reason": "lost anyway"}),
        fact("commitment.obtained", "2025-01-14", DEAL | {"text": "a visit of the board", "contact": "c-1"}),
        fact("competitor.withdrew", "2025-01-15", DEAL | {"party": "p-1", "reason": "no stock"}),
        fact(
            "competitor_position.assessed", "2025-01-16", DEAL | {"party": "p-1", "factor": "price", "us": 2, "them": 4}
        ),
    ) == [
        ("lead", "Bo: lead: a new wing"),
        ("lead", "Bo: lead dismissed: a new wing: no budget"),
        ("strategic_fit", "strategic fit: 4 of 5"),
        ("exposure", "profit of 5 EUR expected, 9 EUR tied up for 30 days"),
        ("capability_gap", "we lack: night service"),
        ("capability_gap", "we lack no longer: night service (a partner has it)"),
        ("conflict", "conflict with p-1: our own dealer"),
        ("conflict", "no conflict with p-1 any more"),
        ("pursuit", "we pursue it: we lead"),
        ("pursuit", "we only watch it: no date"),
        ("pursuit", "we put less into it: cost"),
        ("pursuit", "we give it up: lost anyway"),
        ("commitment", "Ada: commitment: a visit of the board"),
        ("competitor", "p-1 competes no longer: no stock"),
        ("competitor", "price: we 2 of 5, p-1 4 of 5"),
    ]


SALE = [
    fact("need.stated", "2025-02-01", DEAL | {"need": "n", "text": "a scanner", "clarity": 2, "stated_by": "c-1"}),
    fact("need.withdrawn", "2025-02-02", DEAL | {"need": "n", "reason": "leased one"}),
    fact(
        "objection.raised", "2025-02-03", DEAL | {"objection": "x", "contact": "c-1", "kind": "price", "text": "dear"}
    ),
    fact("objection.answered", "2025-02-04", {"objection": "x", "text": "over ten years it is not"}),
    fact("objection.resolved", "2025-02-05", {"objection": "x"}),
    fact("objection.reopened", "2025-02-06", {"objection": "x", "reason": "a new board"}),
    fact("objection.answered", "2025-02-07", {"objection": "y", "text": "so be it"}),
    fact("value.proposed", "2025-02-08", DEAL | {"value": "v", "text": "less downtime", "amount": money("7")}),
    fact("value.confirmed", "2025-02-09", {"value": "v", "contact": "c-1"}),
    fact(
        "question.asked",
        "2025-02-10",
        DEAL | {"question": "q", "text": "which power?", "asked_by": {"kind": "contact", "id": "c-1"}, "owner": "m-1"},
    ),
    fact("question.answered", "2025-02-11", {"question": "q", "text": "90 kW"}),
    fact("next_action.planned", "2025-02-12", {"action": "a", "owner": "m-1", "due": "2025-03-01", "text": "call"}),
    fact("next_action.cancelled", "2025-02-13", {"action": "a", "reason": "came by"}),
]
OF_THE_SALE = [
    ("need", "Ada: need, stated, clarity 2 of 5: a scanner"),
    ("need", "Ada: need, withdrawn: a scanner: leased one"),
    ("objection", "Ada: objection (price), raised: dear"),
    ("objection", "Ada: objection (price), answered: dear: over ten years it is not"),
    ("objection", "Ada: objection (price), resolved: dear"),
    ("objection", "Ada: objection (price), reopened: dear: a new board"),
    ("objection", "objection (unknown), answered: y: so be it"),
    ("value", "value, proposed: less downtime (7 EUR)"),
    ("value", "Ada: value, confirmed: less downtime"),
    ("question", "Ada: question: which power?"),
    ("question", "Ada: question answered: which power?: 90 kW"),
    ("action", "Bo: action planned, due 2025-03-01: call"),
    ("action", "Bo: action cancelled: call: came by"),
]


def test_needs_objections_values_questions_and_actions():
    assert told(*SALE) == OF_THE_SALE
    assert told(*SALE, known_at="2025-02-04") == OF_THE_SALE[:4]
    # the objection nobody raised, and the action, are of no purchase that anyone told
    assert told(*SALE, opportunity="o-1") == [*OF_THE_SALE[:6], *OF_THE_SALE[7:11]]
    assert told(*SALE, contact="c-1") == [*OF_THE_SALE[:6], *OF_THE_SALE[8:11]]
    (asked, answered) = ask("timeline", [ADA, BO, *SALE], "2025-12-31", kind="question")
    assert asked["our_participants"] == answered["our_participants"] != []


def test_what_became_of_what_was_sold():
    late, slow, kind = {"delivery": "d-1"}, {"complaint": "x"}, {"referral": "r-1"}
    assert told(
        fact("delivery.committed", "2025-03-01", late | DEAL | {"text": "the scanner", "due": "2025-04-01"}),
        fact("delivery.breached", "2025-04-02", late | {"reason": "strike"}),
        fact("delivery.fulfilled", "2025-04-09", late | {"quality_ok": False}),
        fact("payment.received", "2025-05-01", DEAL | {"amount": money("5")}),
        fact("payment.received", "2025-05-02", DEAL | {"amount": money("5")}),
        fact("cost.booked", "2025-05-03", DEAL | {"amount": money("2"), "kind": "travel"}),
        fact("complaint.received", "2025-06-01", slow | {"text": "noise", "contact": "c-1"}),
        fact("complaint.responded", "2025-06-02", slow | {"text": "a part is ordered"}),
        fact("complaint.resolved", "2025-06-03", slow),
        fact("referral.requested", "2025-07-01", kind | {"contact": "c-1"}),
        fact("referral.given", "2025-07-02", kind | {"to": "St. Mary"}),
        fact("referral.converted", "2025-07-03", kind),
    ) == [
        ("delivery", "delivery promised until 2025-04-01: the scanner"),
        ("delivery", "delivery, breached: the scanner: strike"),
        ("delivery", "delivery, fulfilled: the scanner, quality not as it should be"),
        ("payment", "payment received: 5 EUR"),
        ("payment", "payment received: 5 EUR"),
        ("cost", "cost of 2 EUR: travel"),
        ("complaint", "Ada: complaint, received: noise"),
        ("complaint", "Ada: complaint, responded: noise: a part is ordered"),
        ("complaint", "Ada: complaint, resolved: noise"),
        ("referral", "Ada: referral, requested"),
        ("referral", "Ada: referral, given: St. Mary"),
        ("referral", "Ada: referral, converted"),
    ]
