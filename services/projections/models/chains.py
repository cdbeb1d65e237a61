"""Chains of ids, as of contacts that were merged or accounts that belong to others: where does each end?"""

from collections.abc import Mapping


def ends(into: Mapping[str, str | None]) -> dict[str, str]:
    """Return where the chain of each id ends; each link is followed once, however many chains share it.

    A circle, and all that leads into it, ends at the least id in it.
    """
    found: dict[str, str] = {}
    for start in into:
        chain: dict[str, None] = {}  # in order, and quick to ask
        each = start
        while each not in found and each not in chain and (following := into.get(each)):
            chain[each] = None
            each = following
        end = found.get(each, each)
        if each in chain:  # a circle
            walked = list(chain)
            end = min(walked[walked.index(each) :])
        found |= dict.fromkeys([*chain, each], end)
    return found
