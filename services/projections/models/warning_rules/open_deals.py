"""Open opportunities, and who has a say in each."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from services.projections.folds.buying import Step
from services.projections.folds.opportunity import Opportunity
from services.projections.models.assessment.deciders import RIGHTS, ROLES
from services.projections.models.buying.group import Part, parts
from services.projections.models.buying.rights import Held, held
from services.projections.models.buying.steps import progress
from services.projections.models.latest import latest
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.portfolio import every_deal
from services.projections.models.references import named
from services.projections.models.warning_rules.cast import Cast, Who
from services.projections.register import Register
from services.projections.said import Said

OVER = frozenset({"completed", "dropped"})

Told = tuple[Who, Register[Any]]
Grounds = dict[Who, list[Register[Any]]]  # what says so, for each, in order of kind and id


class OpenDeal(NamedTuple):
    """An opportunity that is open; in all but `holders` people stand for their units, where any are known there."""

    id: str
    opportunity: Opportunity
    steps: dict[str, Step]  # on the way to the decision, those that are not over
    holders: Grounds  # of any right, and owners of these steps: people and units
    approvers: Grounds  # who gives the final approval, by right or by role
    formal: Grounds  # who decides by right or by role
    deciders: Grounds  # these, and people with high power
    voices: Grounds  # all of them, and the buying group

    @property
    def name(self) -> Said:
        """How a sentence names it."""
        return named(self.opportunity.name.value, self.id)

    @property
    def began(self) -> datetime | None:
        """When it began; None if nobody knows."""
        return deals.began(self.opportunity)


def open_deals(cast: Cast) -> list[OpenDeal]:
    """Return the open opportunities, in order of id."""
    each_deal = every_deal([cast.view])
    return [deal_of(cast, deal.id, deal.opportunity) for deal in each_deal if deals.end(deal.opportunity) is None]


def deal_of(cast: Cast, id_: str, opportunity: Opportunity, over: Collection[str] = OVER) -> OpenDeal:
    """Return who has a say in an opportunity, open or not; owners of steps that are `over` have none by these."""
    steps = {
        step: told
        for step, told in sorted(cast.states.buying.steps.get(id_, {}).items())
        if progress(told.course).status not in over
    }
    rights = [each for each in held(cast.states.buying, cast.references, id_) if each.right != "none"]
    played = parts(cast.states.buying, cast.people, id_)
    holding = [*_holders(rights), *_owners(cast, steps.values())]
    approving = [*_holders(rights, {"final_approval"}), *_players(played, {"final_approver"})]
    formal = [*_holders(rights, RIGHTS), *_players(played, ROLES)]
    deciding = [*formal, *_powerful(cast, id_)]
    return OpenDeal(
        id_,
        opportunity,
        steps,
        holders=_grouped((who, register) for who, register in holding if not cast.references.gone(*who)),
        approvers=_grouped(_people(cast, approving)),
        formal=_grouped(_people(cast, formal)),
        deciders=_grouped(_people(cast, deciding)),
        voices=_grouped(_people(cast, [*holding, *deciding, *_players(played), *_group(cast, id_)])),
    )


def _holders(rights: Iterable[Held], wanted: Collection[str] | None = None) -> Iterator[Told]:
    yield from (((each.kind, each.holder), each.register) for each in rights if wanted is None or each.right in wanted)


def _players(played: Iterable[Part], wanted: Collection[str] | None = None) -> Iterator[Told]:
    yield from ((("contact", each.contact), each.register) for each in played if wanted is None or each.role in wanted)


def _owners(cast: Cast, steps: Iterable[Step]) -> Iterator[Told]:
    yield from ((cast.references.canonical(step.owner.value), step.owner) for step in steps if step.owner.value)


def _powerful(cast: Cast, opportunity: str) -> Iterator[Told]:
    yield from ((("contact", person), told) for person, told in cast.with_power(opportunity))


def _group(cast: Cast, opportunity: str) -> Iterator[Told]:
    told: dict[str, list[Register[Any]]] = defaultdict(list)
    for contact, register in cast.states.buying.groups.get(opportunity, {}).items():
        told[cast.people.canonical(contact)].append(register)
    for person, registers in told.items():
        last = latest(registers)
        if last is not None and last.value is not None:
            yield ("contact", person), last


def _people(cast: Cast, told: Iterable[Told]) -> Iterator[Told]:
    """Put in place of each unit those who lead it, unless nobody there is known; leave out who is gone."""
    for who, register in told:
        if not cast.references.gone(*who):
            leading: list[Who] = [("contact", person) for person in cast.leading(who)]
            yield from ((each, register) for each in leading or [who])


def _grouped(told: Iterable[Told]) -> Grounds:
    found: dict[Who, list[Register[Any]]] = defaultdict(list)
    for who, register in told:
        found[who].append(register)
    return dict(sorted(found.items()))
