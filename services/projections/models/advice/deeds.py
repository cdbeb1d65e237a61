"""What a manager can do about each thing that calls for it, the most pressing first."""

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
    sentence: Said

    def of(self, name: Said, what: Said) -> Said:
        """Return the sentence about these."""
        return self.sentence._replace(values={"name": name, "what": what})


GET_TO_KNOW = Do("get_to_know", said("Get to know {name}, and find out where this person stands."))
SOMEBODY = Do("get_to_know", said("Get to know who decides at {name}."))
INVITE = Do("invite", said("Invite {name} to a technical exchange, a factory visit or a presentation."))
MEET = Do("executive_meeting", said("Bring {name} and an executive of ours together."))
CONCERN = Do(
    "find_concern", said("Find out what troubles {name}; answer it in a meeting of executives, or contain it.")
)

# By the rule that warns; of several that warn equally of one thing, the first here goes before.
BY_RULE: dict[str, Do] = {
    "approver_not_covered": MEET,
    "opponent_with_power": CONCERN,
    "champion_turned": CONCERN,
    "pursuit_hopeless": Do("give_up", said("Give up {name}, or find what changes the answer.")),
    "decision_step_blocked": Do("unblock", said("Give the customer what this step needs to go on: {what}.")),
    "ghosted_after_proposal": Do("follow_up", said("Ask what the customer thinks of our proposal in {name}.")),
    "champion_left": Do("find_champion", said("Find somebody who helps us in place of {what}.")),
    "nobody_with_power_supports": Do("win_support", said("Win somebody with power for us in {name}.")),
    "objection_open": Do("answer_objection", said("Answer the objection, until it is resolved: {what}.")),
    "complaint_open": Do("resolve_complaint", said("Resolve the complaint: {what}.")),
    "delivery_overdue": Do("deliver", said("Deliver what was promised: {what}.")),
    "question_unanswered": Do("answer_question", said("Answer the question: {what}.")),
    "action_overdue": Do("do_action", said("Do what is overdue: {what}.")),
    "key_action_missing": INVITE,
    "champion_silent": Do("get_in_touch", said("Get in touch with {name}.")),
    "competitor_closer": Do("come_closer", said("Meet {name} more often than the competitor does.")),
    "competitor_ahead": Do("answer_competitor", said("Catch up with {what} in {name}, or weigh other factors.")),
    "capability_gap_open": Do("close_gap", said("Close the gap, by ourselves or with a partner: {what}.")),
    "no_next_step": Do("plan", said("Agree on the next step in {name}.")),
    "expected_close_overdue": Do("ask_date", said("Ask when {name} will be decided, and say so.")),
    "stalled_stage": Do("move_on", said("Find out what keeps {name} in its stage.")),
    "single_threaded": Do("widen", said("Get to know more of those who have a say in {name}.")),
    "need_vague": Do("clarify_need", said("Clarify what is needed: {what}.")),
    "no_people_known": Do("get_to_know", said("Get to know the people of {name}.")),
    "decision_right_unknown": Do("find_deciders", said("Find out who decides on {name}, and who approves.")),
    "owner_missing": Do("assign_owner", said("Decide who of ours answers for {name}.")),
    "disputed_address": Do("identify", said("Find out whose the address of {name} is.")),
    "unresolved_participant": Do("identify", said("Find out whom we met at {name}.")),
    "stale_map": Do("review", said("Review what we know of {name}.")),
    # What is due even where nothing is wrong.
    "engagement_unknown": GET_TO_KNOW,
    "next_action": Do("do_action", said("Do what is planned: {what}.")),
    "engagement_oppose": CONCERN,
    "engagement_neutral": Do("win_over", said("Win over {name}.")),
    "engagement_support": Do("mobilise", said("Ask {name} for a reference, and to introduce us to others.")),
}
PRESSING = tuple(BY_RULE)

# A supporter, and whoever had all key actions, is engaged as is set for them, or as their part in the decision asks.
BY_MODE: dict[str, Do] = {
    "report": Do("report", said("Report to {name} what we have reached.")),
    "assist": Do("assist", said("Help {name} with what the review or the daily work needs.")),
}
