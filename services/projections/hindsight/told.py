"""All that was ever told of one customer, in memory: any question, at any pair of moments, of one reading."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from schemas.account import AccountMerged
from schemas.event import wires_of
from services.projections.folds.policy import State as PolicyState
from services.projections.history import Moment, Recorded
from services.projections.models.policies import in_force
from services.projections.policy import Policies
from services.projections.question import AccountQuestion, Parameters, View
from services.projections.views import defined_by, of_one, reads, view_of_facts


class Told(NamedTuple):
    """An account's facts, amendments among them and not applied, with those of accounts ever merged into it."""

    account: str
    facts: Sequence[Recorded]
    policies: Sequence[Recorded]  # what was told on $policy

    def known(self, moment: Moment) -> "Told":
        """Return what had been told by the moment's `known_at`."""
        return self._replace(
            facts=[fact for fact in self.facts if fact.recorded_at <= moment.known_at],
            policies=[fact for fact in self.policies if fact.recorded_at <= moment.known_at],
        )

    def defined(self, moment: Moment) -> PolicyState:
        """Return which policies were defined at a moment."""
        return defined_by(self.policies, moment)

    def in_force(self, moment: Moment) -> Policies:
        """Return the policies that applied at a moment."""
        return in_force(self.defined(moment))

    def view(self, question: AccountQuestion[Any], moment: Moment) -> View:
        """Return what a question may see at a moment: the same as the journal would give it."""
        wires = {*reads(question), *wires_of(AccountMerged)}
        facts = [each for each in self.facts if each.recorded_at <= moment.known_at and each.event.type in wires]
        policies = self.in_force(moment)
        return view_of_facts(self.account, question, of_one(self.account, facts), moment, policies)

    def answer(self, question: AccountQuestion[Any], asked: Parameters, moment: Moment) -> Any:  # noqa: ANN401 -- the question's own model
        """Answer a question at a moment; raises Unanswerable as the question does."""
        return question.answer(self.view(question, moment), asked)
