"""What those are called whose ids an answer gives."""

from functools import cached_property

from schemas.values import Ref
from services.projections.models.account.members import member_name
from services.projections.models.contact.people import People
from services.projections.models.interaction.meetings import titles
from services.projections.models.interaction.purchases import InAPurchase, Purchases
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.question import View
from services.projections.said import Said

NAMED = ("account", "organisation", "contact", "opportunity")  # the subjects that tell names


class Names:
    """The names in one account; of an id that is not given, and of one that nobody named, the name is None."""

    def __init__(self, view: View) -> None:
        """Look among all that the view names; it needs the subjects `NAMED`, and `MEETINGS` in its history."""
        self.people = People(view.states.contact)
        self.ours = view.states.account
        self.references = References(self.people, Units(view.states.organisation), self.ours)
        self._deals, self._facts = view.states.opportunity, view.facts

    def deal(self, opportunity: str | None) -> str | None:
        """Return the name of an opportunity."""
        return deal_name(self._deals, opportunity)

    def member(self, member: str | None) -> str | None:
        """Return the name of one of ours."""
        return member_name(self.ours, member)

    def meeting(self, interaction: str | None) -> Said | None:
        """Return the title of an interaction."""
        return self._titles.get(interaction or "")

    def purchase(self, told: InAPurchase) -> str | None:
        """Return of which purchase something is: as told, else as the interaction that it names."""
        return self._purchases.of(told)

    @cached_property
    def _purchases(self) -> Purchases:
        return Purchases(self._facts)

    @cached_property
    def _titles(self) -> dict[str, Said]:
        return titles(self._facts)

    def person(self, contact: str | None) -> tuple[str | None, str | None]:
        """Return the person who a contact is, and the name."""
        person = self.people.canonical(contact) if contact else None
        return person, self.people.name(person) if person else None

    def anyone(self, reference: str | None) -> tuple[Ref | None, str | None]:
        """Return whom a reference of a state, as "member:m-1", means, and the name."""
        if reference is None:
            return None, None
        kind, id_ = self.references.canonical(reference)
        return Ref.model_validate({"kind": kind, "id": id_}), self.references.name(kind, id_)
