"""Who has which part in a purchase, or in the account, and how we engage them: read once for everyone."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from services.projections.folds.assessment import Engagement
from services.projections.history import Recorded
from services.projections.models.assessment.asks import asks
from services.projections.models.assessment.attitude import Layer, layer, leading_first
from services.projections.models.assessment.champions import Place, level, spoken
from services.projections.models.assessment.engaging import manner, rights_by_person
from services.projections.models.assessment.open_asks import is_open
from services.projections.models.buying.approvers import Customer, customer
from services.projections.models.buying.group import Part, parts
from services.projections.models.buying.rights import held
from services.projections.models.contact.present import present
from services.projections.models.latest import scopes, told_of
from services.projections.models.scoped import nearest, told_by_scope
from services.projections.models.words import word
from services.projections.question import View
from services.projections.register import Register, ground
from services.projections.said import Said, quoted, said
from services.projections.scope import ACCOUNT


def scenes(view: View, opportunities: Iterable[str | None], *, fallback: bool) -> list["Scene"]:
    """Read the scenes of several opportunities, or of the account; `view` must show AttitudeAssessed."""
    of = customer(view.states)
    assessed = spoken(view, of.people)
    return [Scene(view, of, assessed, each, fallback=fallback) for each in opportunities]


class Scene:
    """One purchase, or (without an opportunity) the account, at one moment."""

    def __init__(
        self,
        view: View,
        of: Customer,
        assessed: Mapping[Place, Sequence[Recorded]],
        opportunity: str | None,
        *,
        fallback: bool,
    ) -> None:
        """Read what is particular to the purchase; what scenes share is read once."""
        self.view, self.opportunity, self.fallback = view, opportunity, fallback
        self.people, self.references, self._assessed = of.people, of.references, assessed
        self._wanted = scopes(opportunity, fallback=fallback)
        rights = held(view.states.buying, self.references, opportunity)
        self.rights = rights_by_person((each for each in rights if each.scope in self._wanted), of)
        self.roles = _by_player(
            each for each in parts(view.states.buying, self.people, opportunity) if each.scope in self._wanted
        )
        self._engagement = view.states.assessment.engagement

    def everyone(self) -> list[str]:
        """Return everyone who has not left, in order of id."""
        return present(self.view.states, self.people, self.rights)

    def told_of(self) -> list[str]:
        """Return those of them of whom a way, a right or a role is told in this very scope."""
        near = self.opportunity or ACCOUNT
        told = {self.people.canonical(contact) for contact, ways in self._engagement.items() if near in ways}
        told |= {person for person, each in self.rights.items() if any(one.scope == near for one in each)}
        told |= {person for person, each in self.roles.items() if any(one.scope == near for one in each)}
        return [person for person in self.everyone() if person in told]

    def way(self, person: str) -> Register[Engagement] | None:
        """Return what says how to engage a person."""
        return told_of(self._engagement, self.people, person, self._wanted)

    def is_own(self, person: str) -> bool:
        """Whether that was said for this purchase."""
        near = [self.opportunity] if self.opportunity else []
        return told_of(self._engagement, self.people, person, near) is not None

    def manner(self, person: str, stands: Layer) -> Said:
        """Return in what manner to engage a person who stands there."""
        state = self.view.states.assessment
        motives = nearest(told_by_scope(state.motives, self.people, person), self._wanted)
        told = asks(state, self.people, person, self.opportunity, fallback=self.fallback)
        return manner(
            stands,
            [word(motive) for (motive, _), register in motives.items() if register.value],
            [quoted(each.text) for each in told if each.text and each.kind == "concern" and is_open(self.view, each)],
        )

    def shifted(self, person: str, now: Layer) -> Said | None:
        """Return how a person's attitude moved since the way was set; None where it did not, or no way is set."""
        way = self.way(person)
        before = self._layer_at(person, way) if way else now
        if before == now:
            return None
        return said(
            "When the way was set the attitude was: {before}; now it is: {now}.", before=word(before), now=word(now)
        )

    def _layer_at(self, person: str, way: Register[Engagement]) -> Layer:
        """Return the layer then, by the words of whoever leads now; where the latest word leads, of anybody."""
        leader = self._leader(person)
        for scope in self._wanted:
            told = self._assessed.get((person, scope), [])
            by_then = told[: bisect_right(told, way.at or (), key=lambda fact: fact.stamp)]
            if last := next((fact for fact in reversed(by_then) if leader in {None, ground(fact).assessor}), None):
                return layer(level(last))
        return "unknown"

    def _leader(self, person: str) -> str | None:
        state, as_of, model = self.view.states.assessment, self.view.moment.as_of, self.view.policies.attitude
        if model.leading == "latest":
            return None
        told = leading_first(
            state, self.people, person, self.opportunity, as_of=as_of, model=model, fallback=self.fallback
        )
        return told[0].assessor if told else None


def _by_player(played: Iterable[Part]) -> Mapping[str, list[Part]]:
    found: dict[str, list[Part]] = {}
    for each in played:
        found.setdefault(each.contact, []).append(each)
    return found
