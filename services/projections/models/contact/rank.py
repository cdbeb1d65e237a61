"""Formal rank: the highest level among the positions that a person holds."""

from schemas.values import Rank
from services.projections.models.contact.people import People

RANKS: tuple[Rank, ...] = ("unknown", "frontline", "middle", "executive")  # ascending


def rank(people: People, person: str) -> Rank:
    """Return the highest level that a person holds; unknown where no position tells one."""
    held = {register.value.level for register in people.positions(person).values() if register.value}
    return max((each for each in RANKS if each in held), key=RANKS.index, default="unknown")


def below(one: Rank, other: Rank) -> bool:
    """Whether `one` is a lower rank than `other`; an unknown rank is neither lower nor higher."""
    return "unknown" not in {one, other} and RANKS.index(one) < RANKS.index(other)
