"""How sentences name what facts name by a code: kinds of interaction, layers of attitude, roles, rights, ranks."""

from services.projections.said import Said, quoted, said

WORDS: dict[str, Said] = {
    "message": said("message"),
    "email": said("email"),
    "call": said("call"),
    "follow_up": said("follow up"),
    "event": said("event"),
    "meeting": said("meeting"),
    "site_visit": said("site visit"),
    "technical_exchange": said("technical exchange"),
    "solution_presentation": said("solution presentation"),
    "factory_visit": said("factory visit"),
    "executive_meeting": said("executive meeting"),
    "support": said("support"),
    "neutral": said("neutral"),
    "oppose": said("oppose"),
    "unknown": said("unknown"),
    "decision_maker": said("decision maker"),
    "final_approver": said("final approver"),
    "influencer": said("influencer"),
    "user": said("user"),
    "procurement": said("procurement"),
    "technical_evaluator": said("technical evaluator"),
    "business_evaluator": said("business evaluator"),
    "financial_evaluator": said("financial evaluator"),
    "gatekeeper": said("gatekeeper"),
    "coach": said("coach"),
    "champion": said("champion"),
    "core_decision": said("core decision"),
    "final_approval": said("final approval"),
    "veto": said("veto"),
    "review": said("review"),
    "recommend": said("recommend"),
    "consult": said("consult"),
    "none": said("none"),
    "executive": said("executive"),
    "middle": said("middle"),
    "frontline": said("frontline"),
}


def word(code: str) -> Said:
    """Return how a sentence names a code; one without a word of its own, as it is written."""
    return WORDS.get(code) or quoted(code.replace("_", " "))
