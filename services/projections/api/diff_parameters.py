"""What may be asked of a difference: the two moments, of which question, and which part of what changed."""

from datetime import datetime
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field, ValidationError

from services.projections import cut
from services.projections.answers import Asked, Snapshot
from services.projections.api.entering import PAGE, resolve, unfit
from services.projections.cut import Cut
from services.projections.hindsight.change_rows import Change, Difference
from services.projections.moments import Instant
from services.projections.question import Parameters, Question

FEW = 20
OWN: dict[str, Any] = {
    "name": "parameters",
    "in": "query",
    "style": "form",
    "explode": True,
    "description": "the question's own parameters, each by its name; `from` and `to` are the difference's own",
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
    "example": {"opportunity": "opp-1"},
}


class DiffParameters(Parameters):
    """Between which moments, and of what; further parameters are the question's own."""

    model_config = ConfigDict(extra="allow", frozen=True)

    question: str = Field(description="the name of a question, as in its own path")
    from_: Instant | None = Field(None, alias="from", description="what was true by then; default: `to`")
    to: Instant | None = Field(None, description="what was true by then; default: now")
    known_from: Instant | None = Field(None, description="as it was known by then; default: `known_to`")
    known_to: Instant | None = Field(None, description="as it was known by then; default: all that is known")
    from_token: str | None = Field(None, description="of an earlier answer: from exactly that cut of the log")
    to_token: str | None = Field(None, description="of an answer: to exactly that cut of the log")
    after: str | None = Field(None, description="of a receipt: waits until that much of the log is projected")
    path: str | None = Field(None, description="only changes in this list of the answer, as `contacts`")
    field: str | None = Field(None, description="only rows of which this field changed, and those that came or went")
    ageing: bool = Field(default=True, description="0: without rows that time alone changed, as ages do")
    rows: str | None = Field(None, description="for CSV and NDJSON: `changes` or a list in it; default: `changes`")

    def own(self, question: Question, *shared: str) -> Parameters:
        """Return the question's own parameters, `shared` among them; raises a 422 for what it does not take."""
        given = (self.model_extra or {}) | {
            name: value
            for name in shared
            if name in question.parameters.model_fields and (value := getattr(self, name)) is not None
        }
        try:
            own: Parameters = question.parameters.model_validate({"tz": self.tz, **given})
        except ValidationError as refusal:
            errors = [error | {"loc": ("query", *error["loc"])} for error in refusal.errors(include_context=False)]
            raise RequestValidationError(errors) from None
        return own

    def cuts(self, at: Snapshot, partitions: list[int]) -> tuple[Cut, Cut]:
        """Resolve both moments; raises a problem for those that are none, or stand in the wrong order."""
        now = resolve(at, _asked("to", self.to_token, self.to, self.known_to), partitions)
        earlier = _asked("from", self.from_token, self.from_, self.known_from)
        if earlier.about_now:
            raise unfit("from", "expected from, known_from or from_token")
        return _in_order(self._was(at, earlier, now, partitions), now)

    def _was(self, at: Snapshot, earlier: Asked, now: Cut, partitions: list[int]) -> Cut:
        if earlier.cut is not None:
            return resolve(at, earlier, partitions)
        as_of = earlier.as_of or now.as_of
        if earlier.known_at is None:
            return now._replace(as_of=as_of)
        if self.to_token is not None:  # no more than that answer knew
            return now._replace(as_of=as_of, known_at=earlier.known_at, only_known=True)
        return resolve(at, Asked(as_of, earlier.known_at), partitions)

    def narrowed(self, found: Difference) -> Difference:
        """Return the part of a difference that is wanted."""
        return Difference(changes=[change for change in found.changes if self._wants(change)])

    def _wants(self, change: Change) -> bool:
        if self.path is not None and change.path != self.path:
            return False
        if change.change != "changed":
            return True
        named = self.field is None or self.field in {each.field for each in change.fields}
        return named and (self.ageing or bool(change.events))


class DiffPage(DiffParameters):
    """Account by account, in pages; a question about the portfolio itself has one answer, and no pages."""

    cursor: str | None = Field(None, description="the `next` of the page before")
    limit: int | None = Field(
        None, ge=1, le=10_000, description="accounts in a page: 20 by default, at most 100; or the question's own limit"
    )

    @property
    def accounts(self) -> int:
        """How many accounts a page holds."""
        return min(self.limit or FEW, PAGE)


def _asked(name: str, token: str | None, as_of: datetime | None, known_at: datetime | None) -> Asked:
    if token is None:
        return Asked(as_of, known_at)
    if as_of or known_at:
        raise unfit(f"{name}_token", f"it holds the moments: expected no {name} or known_{name} beside it")
    try:
        return Asked(cut=cut.decode(token))
    except ValueError as error:
        raise unfit(f"{name}_token", str(error)) from None


def _in_order(was: Cut, now: Cut) -> tuple[Cut, Cut]:
    if was.as_of > now.as_of:
        raise unfit("from", "expected a moment that is not after `to`")
    later = was.known_at > now.known_at and now.only_known  # else all is wanted, as far as it has been read
    if later or any(was.offsets[each] > now.offsets[each] for each in was.offsets):
        raise unfit("known_from", "expected a moment that is not after `known_to`")
    return was, now
