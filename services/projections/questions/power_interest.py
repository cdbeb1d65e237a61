"""Who has power, who has interest, and who moved between two dates?"""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from schemas.assessment import InterestAssessed, PowerAssessed
from schemas.values import EventRef
from services.projections.folds.assessment import State
from services.projections.history import Recorded
from services.projections.models.contact.people import People
from services.projections.models.contact.present import present
from services.projections.models.latest import scopes, told_of
from services.projections.models.shapes import Part, Standing, standing
from services.projections.moments import Instant
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.register import Register

# Of 5: a matrix halves its scale, so that everybody has a place; the `high_power` of the warnings policy (4 by default)
# says instead whose word may settle a purchase, and is there to be moved.
HIGH = 3

Quadrant = Literal["manage_closely", "keep_satisfied", "keep_informed", "monitor", "unknown"]
QUADRANTS: dict[tuple[bool, bool], Quadrant] = {  # high power, high interest
    (True, True): "manage_closely",
    (True, False): "keep_satisfied",
    (False, True): "keep_informed",
    (False, False): "monitor",
}


class PowerInterestParameters(Parameters):
    """In which purchase, and since when people moved."""

    opportunity: str | None = Field(None, description="power and interest in this purchase")
    fallback: bool = Field(default=True, description="0: no account-wide assessment in place of a missing one")
    from_: Instant | None = Field(None, alias="from", description="movers from this moment to as_of")


class Cell(Part):
    """A place in the matrix."""

    power: int | None = Field(description="1 to 5")
    interest: int | None = Field(description="1 to 5")
    quadrant: Quadrant = Field(description=f"high means {HIGH} or more; unknown where either is unknown")


class PlacedPerson(Row):
    """A person's place in the matrix, and attitude."""

    contact: str
    name: str | None
    power: int | None = Field(description="1 to 5")
    interest: int | None = Field(description="1 to 5")
    quadrant: Quadrant = Field(description=f"high means {HIGH} or more; unknown where either is unknown")
    attitude: Standing


class Move(Row):
    """A step from one place to another, and the events that made it."""

    time: datetime
    to: Cell
    events: Annotated[list[EventRef], key("source", "id")]


class Mover(Row):
    """A person whose power or interest changed."""

    contact: str
    name: str | None
    from_: Cell = Field(serialization_alias="from")
    to: Cell
    moves: Annotated[list[Move], key("time")]


class PowerInterestAnswer(Answer):
    """The matrix at the moment, and who moved in it."""

    contacts: Annotated[list[PlacedPerson], key("contact")]
    movers: Annotated[list[Mover], key("contact")]


class Told(NamedTuple):
    """What was last told of a person's power and interest."""

    power: Register[int] | None
    interest: Register[int] | None

    @property
    def cell(self) -> Cell:
        """The place in the matrix."""
        power = self.power.value if self.power else None
        interest = self.interest.value if self.interest else None
        known = power is not None and interest is not None
        quadrant = QUADRANTS[(power or 0) >= HIGH, (interest or 0) >= HIGH] if known else "unknown"
        return Cell(power=power, interest=interest, quadrant=quadrant)


def answer(view: View, parameters: PowerInterestParameters) -> PowerInterestAnswer:
    """Answer for everyone who has not left, in order of id; a matrix of people we know nothing of says so."""
    people = People(view.states.contact)
    assessed = view.states.assessment
    shown = present(view.states, people)
    told = {person: _told(assessed, people, person, parameters) for person in shown}
    return PowerInterestAnswer(
        contacts=[_contact(view, people, person, each, parameters) for person, each in told.items()],
        movers=_movers(view, people, told, parameters),
    )


def _told(assessed: State, people: People, person: str, asked: PowerInterestParameters) -> Told:
    wanted = scopes(asked.opportunity, fallback=asked.fallback)
    return Told(told_of(assessed.power, people, person, wanted), told_of(assessed.interest, people, person, wanted))


def _contact(view: View, people: People, person: str, told: Told, asked: PowerInterestParameters) -> PlacedPerson:
    return PlacedPerson(
        contact=person,
        name=people.name(person),
        **told.cell.model_dump(),
        attitude=standing(view, people, person, asked.opportunity, fallback=asked.fallback),
        because=because(told.power, told.interest),
    )


def _movers(view: View, people: People, told: dict[str, Told], asked: PowerInterestParameters) -> list[Mover]:
    if asked.from_ is None or asked.from_ > view.moment.as_of:
        return []
    moves = _moves(view, people, told, asked, asked.from_)
    return [
        Mover(
            contact=person,
            name=people.name(person),
            from_=before,
            to=each.cell,
            moves=steps,
            because=because(each.power, each.interest),
        )
        for person, each in told.items()
        for before, steps in [moves[person]]
        if before != each.cell
    ]


def _moves(
    view: View, people: People, told: dict[str, Told], asked: PowerInterestParameters, start: datetime
) -> dict[str, tuple[Cell, list[Move]]]:
    """Return for each person the place at the start, and each move from there on."""
    later = [fact for fact in view.facts if not fact.undated and fact.event.time > start]
    at = {time: list(facts) for time, facts in groupby(later, key=lambda fact: fact.event.time)}
    moves: dict[str, tuple[Cell, list[Move]]] = {}
    for time, states in view.walk([start, *at]):
        facts = _by_person(at.get(time, []), people)
        for person in told if time == start else told.keys() & facts.keys():
            cell = _told(states.assessment, people, person, asked).cell
            before, steps = moves.setdefault(person, (cell, []))
            if cell != (steps[-1].to if steps else before):
                steps.append(_move(time, cell, facts[person]))
    return moves


def _by_person(facts: Iterable[Recorded], people: People) -> dict[str, list[Recorded]]:
    found: dict[str, list[Recorded]] = {}
    for fact in facts:
        if isinstance(data := fact.event.data, PowerAssessed | InterestAssessed):
            found.setdefault(people.canonical(data.contact), []).append(fact)
    return found


def _move(time: datetime, to: Cell, facts: Iterable[Recorded]) -> Move:
    facts = list(facts)
    places = [(fact.partition, fact.offset) for fact in facts]
    return Move(time=time, to=to, events=[fact.ref for fact in facts], because=places)


question = AccountQuestion(
    name="power-interest",
    about="Who has power, who has interest, and who moved between two dates?",
    parameters=PowerInterestParameters,
    answer_model=PowerInterestAnswer,
    answer=answer,
    subjects=("contact", "assessment"),
    history=(PowerAssessed, InterestAssessed),
)
