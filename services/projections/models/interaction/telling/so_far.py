"""What was told so far: names, and how each thing began, which later facts about it name by its id alone."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

from schemas import Fact
from schemas.competition import CompetitorIdentified
from schemas.values import Money
from services.projections.history import Recorded
from services.projections.models.interaction.happening import Kind, New
from services.projections.models.interaction.purchases import Purchases
from services.projections.models.references import References
from services.projections.said import Said

F = TypeVar("F", bound=Fact)


class SoFar:
    """Names, and the last beginning of each thing among the facts that were read so far."""

    def __init__(self, references: References, facts: Iterable[Recorded]) -> None:
        """Take the names that any of the facts gives to a competitor, and what any interaction among them was about."""
        self._references, facts = references, list(facts)
        self.purchase = Purchases(facts).of
        told = [fact.event.data for fact in facts if isinstance(fact.event.data, CompetitorIdentified)]
        self._competitors = {each.party: each.name for each in told if each.name}
        self._begun: dict[Hashable, Fact] = {}

    def begun(self, of: Hashable, told: Fact, beginning: type[F]) -> F | None:
        """Return the last beginning of a thing, `told` itself if it is one; None where nobody told of any."""
        if isinstance(told, beginning):
            self._begun[of] = told
        found = self._begun.get(of)
        return found if isinstance(found, beginning) else None

    def name(self, kind: str, id_: str | None) -> str | None:
        """Return the name of what a reference means, else its id; None of no reference."""
        if id_ is None:
            return None
        _, known_as = self._references.canonical(f"{kind}:{id_}")
        return self._references.name(kind, known_as) or id_

    def party(self, party: str) -> str:
        """Return the name of an outsider, else what one was called as a competitor, else its id."""
        return self._references.name("party", party) or self._competitors.get(party) or party


def of_deal(kind: Kind, title: Said, opportunity: str | None, *what: str | None) -> New:
    """Return the news of something in a purchase."""
    return New(kind, title, (kind, opportunity, *what), opportunity=opportunity)


def money(amount: Money) -> str:
    """Return how a title shows an amount."""
    return f"{amount.amount} {amount.currency}"


def only(id_: str | None) -> tuple[str, ...]:
    """Return one, or none."""
    return (id_,) if id_ else ()
