"""What a manager can do about each thing that calls for it, the most pressing first."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple, get_args

from services.projections.said import Said, said

Deed = Literal[
    "executive_meeting",
    "find_concern",
    "find_champion",
    "give_up",
    "unblock",
    "follow_up",
    "win_support",
    "answer_objection",
    "answer_question",
    "resolve_complaint",
    "deliver",
    "do_action",
    "invite",
    "get_in_touch",
    "come_closer",
    "answer_competitor",
    "close_gap",
    "move_on",
    "ask_date",
    "widen",
    "plan",
    "clarify_need",
    "find_deciders",
    "assign_owner",
    "identify",
    "review",
    "get_to_know",
    "win_over",
    "report",
    "assist",
    "mobilise",
]
DEEDS: tuple[Deed, ...] = get_args(Deed)


class Do(NamedTuple):
    """A deed, and the sentence for it: of {name}, whom or what it is done for, about {what}."""

    deed: Deed
    sentence: Callable[[Mapping[str, Said]], Said]

    def of(self, name: Said, what: Said) -> Said:
        """Return the sentence about these."""
        return self.sentence({"name": name, "what": what})


GET_TO_KNOW = Do("get_to_know", lambda of: said("Get to know {name}, and find out where this person stands.", **of))
SOMEBODY = Do("get_to_know", lambda of: said("Get to know who decides at {name}.", **of))
INVITE = Do(
    "invite", lambda of: said("Invite {name} to a technical exchange, a factory visit or a presentation.", **of)
)
MEET = Do("executive_meeting", lambda of: said("Bring {name} and an executive of ours together.", **of))
CONCERN = Do(
    "find_concern",
    lambda of: said("Find out what troubles {name}; answer it in a meeting of executives, or contain it.", **of),
)

# By the rule that warns; of several that warn equally of one thing, the first here goes before.
BY_RULE: dict[str, Do] = {
    "approver_not_covered": MEET,
    "opponent_with_power": CONCERN,
    "champion_turned": CONCERN,
    "pursuit_hopeless": Do("give_up", lambda of: said("Give up {name}, or find what changes the answer.", **of)),
    "decision_step_blocked": Do(
        "unblock", lambda of: said("Give the customer what this step needs to go on: {what}.", **of)
    ),
    "ghosted_after_proposal": Do(
        "follow_up", lambda of: said("Ask what the customer thinks of our proposal in {name}.", **of)
    ),
    "champion_left": Do("find_champion", lambda of: said("Find somebody who helps us in place of {what}.", **of)),
    "nobody_with_power_supports": Do("win_support", lambda of: said("Win somebody with power for us in {name}.", **of)),
    "objection_open": Do(
        "answer_objection", lambda of: said("Answer the objection, until it is resolved: {what}.", **of)
    ),
    "complaint_open": Do("resolve_complaint", lambda of: said("Resolve the complaint: {what}.", **of)),
    "delivery_overdue": Do("deliver", lambda of: said("Deliver what was promised: {what}.", **of)),
    "question_unanswered": Do("answer_question", lambda of: said("Answer the question: {what}.", **of)),
    "action_overdue": Do("do_action", lambda of: said("Do what is overdue: {what}.", **of)),
    "key_action_missing": INVITE,
    "champion_silent": Do("get_in_touch", lambda of: said("Get in touch with {name}.", **of)),
    "competitor_closer": Do("come_closer", lambda of: said("Meet {name} more often than the competitor does.", **of)),
    "competitor_ahead": Do(
        "answer_competitor", lambda of: said("Catch up with {what} in {name}, or weigh other factors.", **of)
    ),
    "capability_gap_open": Do(
        "close_gap", lambda of: said("Close the gap, by ourselves or with a partner: {what}.", **of)
    ),
    "no_next_step": Do("plan", lambda of: said("Agree on the next step in {name}.", **of)),
    "expected_close_overdue": Do("ask_date", lambda of: said("Ask when {name} will be decided, and say so.", **of)),
    "stalled_stage": Do("move_on", lambda of: said("Find out what keeps {name} in its stage.", **of)),
    "single_threaded": Do("widen", lambda of: said("Get to know more of those who have a say in {name}.", **of)),
    "need_vague": Do("clarify_need", lambda of: said("Clarify what is needed: {what}.", **of)),
    "no_people_known": Do("get_to_know", lambda of: said("Get to know the people of {name}.", **of)),
    "decision_right_unknown": Do(
        "find_deciders", lambda of: said("Find out who decides on {name}, and who approves.", **of)
    ),
    "owner_missing": Do("assign_owner", lambda of: said("Decide who of ours answers for {name}.", **of)),
    "disputed_address": Do("identify", lambda of: said("Find out whose the address of {name} is.", **of)),
    "unresolved_participant": Do("identify", lambda of: said("Find out whom we met at {name}.", **of)),
    "stale_map": Do("review", lambda of: said("Review what we know of {name}.", **of)),
    # What is due even where nothing is wrong.
    "engagement_unknown": GET_TO_KNOW,
    "next_action": Do("do_action", lambda of: said("Do what is planned: {what}.", **of)),
    "engagement_oppose": CONCERN,
    "engagement_neutral": Do("win_over", lambda of: said("Win over {name}.", **of)),
    "engagement_support": Do(
        "mobilise", lambda of: said("Ask {name} for a reference, and to introduce us to others.", **of)
    ),
}
PRESSING = tuple(BY_RULE)

# A supporter, and whoever had all key actions, is engaged as is set for them, or as their part in the decision asks.
BY_MODE: dict[str, Do] = {
    "report": Do("report", lambda of: said("Report to {name} what we have reached.", **of)),
    "assist": Do("assist", lambda of: said("Help {name} with what the review or the daily work needs.", **of)),
}
