"""From when to when was each thing true, and from when to when did we believe it?"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from schemas.values import EventRef
from services.projections.history import Recorded
from services.projections.models.asserted import Path, asserted
from services.projections.models.bitemporal import Rectangle, Said, Version, rectangles, versions
from services.projections.models.fact_columns import Columns, Names, of_event, of_path
from services.projections.moments import Instant
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key


class FactsParameters(Parameters):
    """Which facts."""

    subject: str | None = Field(None, description="of one subject, as contact or assessment")
    of: str | None = Field(None, description="of one thing, by the id under which it was told")
    from_: Instant | None = Field(None, alias="from", description="true at or after this moment")
    to: Instant | None = Field(None, description="true at or before this moment")
    known: bool = Field(default=False, description="1: only what is still believed")


class FactRow(Row):
    """A value, while it was true and while it was believed; each `to` is the first moment at which it is no more.

    What happens rather than lasts, as an interaction or a note, begins and ends at its time.
    """

    subject: str
    thing: str = Field(description="what it is about, as account, contact, unit, opportunity, party, need or complaint")
    of: str = Field(description="the id of that thing, as it was told")
    name: str | None
    field: str = Field(description="as name, attitude or asks.status; of what happens: the type of the event")
    opportunity: str | None = Field(description="the purchase for which it holds; null: for all")
    opportunity_name: str | None
    part_thing: str | None
    part: str | None = Field(description="what of the thing: the position, the assessor, the manager, the step")
    part_name: str | None
    kind: str | None = Field(
        description="of a role, right, motive, line, link, trait or factor: which; of an answer: step.criterion"
    )
    value: Any = Field(description="a scalar, a small object or a list; null: cleared, or no longer so")
    valid_from: datetime | None = Field(description="null: since always")
    valid_to: datetime | None = Field(description="null: still, at as_of")
    known_from: datetime = Field(
        description="in its journal: perhaps before that account was known to be this customer"
    )
    known_to: datetime | None = Field(description="null: still believed")
    timebasis: str
    event: EventRef
    amended_by: EventRef | None
    journal: str = Field(description="the account in which it was told; another one where accounts were merged")


class FactsAnswer(Answer):
    """Rectangles that never overlap: one for each value of each thing."""

    facts: Annotated[
        list[FactRow],
        key(
            *("journal", "event", "subject", "thing", "of", "field", "opportunity", "part_thing", "part", "kind"),
            *("valid_from", "known_from"),
        ),
    ]


class Found(NamedTuple):
    """A rectangle, and of what it is."""

    columns: Columns
    rectangle: Rectangle

    @property
    def fact(self) -> Recorded:
        """The fact that says so, as amended."""
        return self.rectangle.said.version.fact


def answer(view: View, parameters: FactsParameters) -> FactsAnswer:
    """List what is true by `as_of`, thing by thing, in order of knowledge."""
    names = Names(view.states, {view.account, *(each.event.partitionkey for each in view.told)})
    found = [each for each in _found(view) if _wanted(each, parameters)]
    found.sort(key=_order)
    return FactsAnswer(facts=[_row(each, names) for each in found])


def _found(view: View) -> Iterator[Found]:
    said: dict[Path, list[Said]] = defaultdict(list)
    for version in versions(view.told):
        fact = version.fact
        if not fact.undated and fact.event.time > view.moment.as_of:
            continue
        told = list(asserted(fact))
        for path, value in told:
            said[path].append(Said(version, value))
        if not told:
            yield Found(of_event(fact), _happened(version))
    for path, each in said.items():
        columns = of_path(path, path.journal or view.account)
        yield from (Found(columns, rectangle) for rectangle in rectangles(each))


def _happened(version: Version) -> Rectangle:
    """Return what happens rather than lasts: it is true at its time."""
    event = version.fact.event
    value = event.data.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return Rectangle(Said(version, value), event.time, event.time, version.known_from, version.known_to)


def _wanted(each: Found, asked: FactsParameters) -> bool:
    rectangle = each.rectangle
    start, end = rectangle.valid_from, rectangle.valid_to
    return (
        asked.subject in {None, each.columns.subject}
        and asked.of in {None, each.columns.of}
        and not (asked.known and rectangle.known_to is not None)
        and not (asked.to and start and start > asked.to)
        and not (asked.from_ and end and (end <= asked.from_ if start != end else end < asked.from_))
    )


def _order(each: Found) -> tuple[Any, ...]:
    place = each.fact.partition, each.fact.offset
    return (*(part or "" for part in each.columns), each.rectangle.known_from, each.fact.stamp, place)


def _row(each: Found, names: Names) -> FactRow:
    columns, rectangle, fact = each.columns, each.rectangle, each.fact
    return FactRow(
        **columns._asdict(),
        name=names.name(columns.thing, columns.of),
        opportunity_name=names.deal(columns.opportunity),
        part_name=names.name(columns.part_thing, columns.part),
        value=rectangle.said.value,
        valid_from=rectangle.valid_from,
        valid_to=rectangle.valid_to,
        known_from=rectangle.known_from,
        known_to=rectangle.known_to,
        timebasis=fact.event.timebasis,
        event=fact.ref,
        amended_by=fact.amended_by,
        journal=fact.event.partitionkey,
        because=[(fact.partition, fact.offset)],
    )


question = AccountQuestion(
    name="facts",
    about="From when to when was each thing true, and from when to when did we believe it?",
    parameters=FactsParameters,
    answer_model=FactsAnswer,
    answer=answer,
    subjects=("account", "contact", "organisation", "opportunity", "competition"),
    told=True,
)
