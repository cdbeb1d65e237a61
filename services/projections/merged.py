"""Accounts that are one customer: which they are, and what is known of them together. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce

from schemas.account import AccountMerged
from services.projections.folds import States, fold
from services.projections.folds.account import filled
from services.projections.history import Recorded
from services.projections.register import Register


def one_customer(account: str, facts: Iterable[Recorded]) -> list[str]:
    """Return the account and those said to be merged into it, by any chain: the nearest first, then by id."""
    merged: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        if isinstance(fact.event.data, AccountMerged):
            merged[fact.event.data.into].add(fact.event.partitionkey)
    nearest = [account]
    joined = dict.fromkeys(nearest)
    while nearest:
        nearest = sorted({each for into in nearest for each in merged.get(into, ())} - joined.keys())
        joined |= dict.fromkeys(nearest)
    return list(joined)


def states_of(account: str, facts: Sequence[Recorded], subjects: Sequence[str]) -> States:
    """Fold visible facts of an account and of those merged into it.

    Of people, units and purchases the last word stands, whoever told it; of the account itself its own word does, and
    the merged ones fill its gaps.
    """
    others = {fact.event.partitionkey for fact in facts} - {account}
    if not others or "account" not in subjects:
        return fold(States(), facts, subjects)
    states = fold(States(), facts, [subject for subject in subjects if subject != "account"])
    told = {each: States() for each in dict.fromkeys([*one_customer(account, facts), *sorted(others)])}
    for fact in facts:
        fold(told[fact.event.partitionkey], [fact], ("account",))
    states.account = reduce(filled, (each.account for each in told.values()))
    if (parent := states.account.profile.get("parent_account")) and parent.value in told:
        states.account.profile["parent_account"] = Register()  # a customer does not belong to itself
    return states
