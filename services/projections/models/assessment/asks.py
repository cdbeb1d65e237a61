"""What each person asks of us: wishes, concerns and expectations, and whether they are still open."""

from typing import Literal, NamedTuple, cast

from services.projections.folds.assessment import Ask, AskCourse, State
from services.projections.models.contact.people import People
from services.projections.models.latest import latest
from services.projections.register import Register

AskKind = Literal["wish", "concern", "expectation"]
Status = Literal["open", "met", "withdrawn"]


class Asked(NamedTuple):
    """An ask; of one that nobody told us was raised, `told` has no value."""

    ask: str
    told: Register[Ask]
    status: Register[str]
    ended_in: Register[str]

    @property
    def is_now(self) -> Status:
        """Whether it is open, met or withdrawn."""
        return cast("Status", self.status.value)

    @property
    def opportunity(self) -> str | None:
        """The purchase that it is about; null: the account, or unknown. What was told when it was raised goes first."""
        return self.told.value.opportunity if self.told.value else self.ended_in.value

    @property
    def kind(self) -> AskKind | None:
        """What kind of ask it is; null while nobody told."""
        return cast("AskKind", self.told.value.kind) if self.told.value else None

    @property
    def text(self) -> str | None:
        """Its words; null while nobody told."""
        return self.told.value.text if self.told.value else None


def asks(state: State, people: People, person: str, opportunity: str | None, *, fallback: bool = True) -> list[Asked]:
    """Return a person's asks in order of id: of an opportunity and (with `fallback`) of the account; else all."""
    courses: dict[str, list[AskCourse]] = {}
    for alias in people.aliases(person):
        for ask, course in state.asks.get(alias, {}).items():
            courses.setdefault(ask, []).append(course)
    found = [_asked(ask, told) for ask, told in sorted(courses.items())]
    wanted = {opportunity, *([None] if fallback else [])}
    return [each for each in found if opportunity is None or each.opportunity in wanted]


def _asked(ask: str, courses: list[AskCourse]) -> Asked:
    told = latest(course.told for course in courses) or Register()
    status = latest(course.status for course in courses) or Register("open")
    return Asked(ask, told, status, latest(course.ended_in for course in courses) or Register())
