"""Which warnings of an account appeared or went between two moments of the log, and what a change touches. Pure.

The messages telescope: what one ends with, the next begins with. Of the account itself a message knows its facts
below an offset; of accounts merged into it, and of policies, what was known at the last daily tick.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from schemas import Fact
from schemas.correction import Amendment
from schemas.event import REGISTERED
from services.projections.answer_lists import listed
from services.projections.hindsight.told import Told
from services.projections.history import Moment, Recorded
from services.projections.question import Question
from services.projections.questions import ACCOUNT, PORTFOLIO
from services.projections.questions.warnings import WarningRow, WarningsAnswer
from services.projections.questions.warnings import question as warnings
from services.projections.views import END_OF_TIME, sees

(_LIST,) = listed(WarningsAnswer)
_key = attrgetter(*_LIST.key.fields)


class Stand(NamedTuple):
    """From where an account is looked at: the moment, and how much of the log is known."""

    as_of: datetime
    below: int  # of the account's own facts
    known: Mapping[str, int]  # below which offset of policies, and of each account merged into it


class Turned(NamedTuple):
    """The warnings that differ, by the key of the question's rows."""

    appeared: list[WarningRow]
    went: list[WarningRow]


def worries(told: Told, stand: Stand) -> list[WarningRow]:
    """Answer the warnings question from there; nothing worries about an account of which nothing is known."""
    moment = Moment(stand.as_of, END_OF_TIME)
    seen = Told(told.account, _below(told, told.facts, stand), _below(told, told.policies, stand))
    rows: list[WarningRow] = seen.answer(warnings, warnings.parameters(), moment).root if seen.facts else []
    return rows


def _below(told: Told, facts: Iterable[Recorded], stand: Stand) -> list[Recorded]:
    def end(fact: Recorded) -> int:
        whose = fact.event.partitionkey
        return stand.below if whose == told.account else stand.known.get(whose, 0)

    return [each for each in facts if each.offset < end(each)]


def turned(before: Iterable[WarningRow], after: Iterable[WarningRow]) -> Turned:
    """Compare two answers: what only the one has, and what only the other."""
    was, now = ({_key(row): row for row in rows} for rows in (before, after))
    return Turned(
        [row for key, row in now.items() if key not in was], [row for key, row in was.items() if key not in now]
    )


def touched(payloads: Iterable[type[Fact]]) -> list[str]:
    """Return the names of the questions, of an account or over all, that read facts of these types, in order."""
    told = set(payloads)
    asked: Sequence[Question] = [*ACCOUNT.values(), *PORTFOLIO.values()]
    return sorted({each.name for each in asked if told and (each.told or any(sees(each, one) for one in told))})


def payload_of(wire: str, data: Fact | None) -> type[Fact] | None:
    """Return the type that a fact counts as: an amendment, given its data, as what it amends; None: as none we know."""
    return REGISTERED.get(data.target.type if isinstance(data, Amendment) else wire)
