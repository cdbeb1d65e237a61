"""What a fact is about: the people, units, purchases and outsiders that it names. Pure."""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.projections.folds import States
from services.projections.history import Recorded
from services.projections.models.contact.people import People
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.organisation.units import Units
from services.projections.models.references import References, named
from services.projections.said import Said, quoted

Kind = Literal["contact", "unit", "opportunity", "party", "member"]
KINDS: tuple[Kind, ...] = ("contact", "unit", "party", "member")


class About(BaseModel):
    """One of what a fact is about."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    id: str
    name: str | None


class Subjects:
    """Tells what facts are about, with the names that are known in some states."""

    reads = ("account", "contact", "organisation", "opportunity")  # the states that it takes names from

    def __init__(self, states: States) -> None:
        """Take the names that these states know."""
        self._deals = states.opportunity
        self._references = References(People(states.contact), Units(states.organisation), states.account)

    def of(self, fact: Recorded | None) -> list[About]:
        """Return what a fact names by its own fields, under the id that it has by now; nothing of no fact."""
        return list(self._of(fact)) if fact else []

    def _of(self, fact: Recorded) -> Iterator[About]:
        data = fact.event.data
        for field in KINDS:
            if isinstance(id_ := getattr(data, field, None), str):
                kind, canonical = self._references.canonical(f"{field}:{id_}")
                yield About(kind=field, id=canonical, name=self._references.name(kind, canonical))
        if isinstance(deal := getattr(data, "opportunity", None), str):
            yield About(kind="opportunity", id=deal, name=deal_name(self._deals, deal))


def spoken(about: list[About], otherwise: str) -> list[Said]:
    """Return how a sentence names what a fact is about; one that names nothing, by its type."""
    return [named(each.name, each.id) for each in about] or [quoted(otherwise)]
