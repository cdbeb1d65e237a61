"""What every route that answers shares: who asks, about which moments, and the problems that may stand in the way."""

import asyncio
from typing import Annotated, Any, NamedTuple

from fastapi import Request
from pydantic import AfterValidator, Field

from schemas import POLICY
from services import receipt
from services.access import Caller, require
from services.http_problem import HttpProblem
from services.projections import answers, cut
from services.projections.answers import Asked, Behind, OtherCluster, Snapshot
from services.projections.cut import Cut
from services.projections.moments import Instant
from services.projections.pulse import Beat, Pulse
from services.projections.question import Parameters, PortfolioQuestion, Question, Unanswerable, Views, plain
from services.projections.store import journal

READERS = require("manager", "auditor", "admin")
AUDITORS = require("auditor", "admin")
PATIENCE = 10.0  # seconds that `after` waits
PAGE = 100
TOLD = 20  # accounts in a page of a question about the telling, of which each may take seconds
Plain = Annotated[str, AfterValidator(plain)]  # of a path, or of a query that is no Parameters


class Moments(Parameters):
    """Which moment, and in which form."""

    as_of: Instant | None = Field(None, description="what was true by then; default: now; 9999-12-31: for ever")
    known_at: Instant | None = Field(None, description="as it was known by then; default: all that is known")
    token: str | None = Field(None, description="of an earlier answer: asks again at exactly that cut of the log")
    after: str | None = Field(None, description="of a receipt: waits until that much of the log is projected")
    explain: bool = Field(default=False, description="1: the events behind each row, as `because`")
    rows: str | None = Field(None, description="for CSV and NDJSON: which list of the answer; default: the first")

    def asked(self) -> Asked:
        """Return the moments asked for; raises a 422 problem for a token that is none."""
        if self.token is None:
            return Asked(self.as_of, self.known_at)
        if self.as_of or self.known_at:
            raise unfit("token", "it holds the moments: expected no as_of or known_at beside it")
        try:
            return Asked(cut=cut.decode(self.token))
        except ValueError as error:
            raise unfit("token", str(error)) from None


class Page(Moments):
    """A portfolio's answer comes account by account, in pages."""

    cursor: str | None = Field(None, description="the `next` of the page before")
    limit: int = Field(
        PAGE, ge=1, le=1_000, description=f"accounts in a page; at most {TOLD} of a question about the telling"
    )


def unfit(parameter: str, detail: str) -> HttpProblem:
    """Make the problem of a parameter that cannot be used."""
    errors = [{"parameter": parameter, "detail": detail}]
    return HttpProblem(422, "invalid-parameter", "A parameter is not valid", f"{parameter}: {detail}.", errors=errors)


def not_found(account: str) -> HttpProblem:
    """Make the problem of an account that does not exist, or not for this caller."""
    del account  # it may be another's secret that it exists; and ids stay out of texts
    return HttpProblem(404, "unknown-account", "No such account", "There is no account with this id for this token.")


def among(caller: Caller) -> list[str] | None:
    """Return the accounts that a caller may see; None: all."""
    return None if caller.accounts == "*" else sorted(caller.accounts)


async def wait_for(request: Request, token: str | None) -> None:
    """Wait, bounded, until what a receipt names is projected; else a 503 problem."""
    if token is None:
        return
    try:
        needed = receipt.decode(token)
    except ValueError as error:
        raise unfit("after", str(error)) from None
    async with answers.snapshot(request.app.state.engine) as at:  # mostly it is there; what fails here is told at once
        beat: Beat | None = Beat.of(at)
    if _has(beat, needed):
        return
    pulse: Pulse = request.app.state.live.quick
    clock = asyncio.get_running_loop().time
    deadline = clock() + PATIENCE
    async with pulse.felt():
        while clock() < deadline and not pulse.stopped:
            beat = await pulse.other_than(beat, deadline - clock())
            if _has(beat, needed):
                return
    raise behind("What the receipt names is not projected yet.")


def _has(beat: Beat | None, needed: receipt.Receipt) -> bool:
    if beat is None:
        return False
    if needed.log_id != beat.log_id:
        raise gone()
    return all(beat.offsets.get(run.partition, 0) > run.last for run in needed.runs)


def behind(detail: str) -> HttpProblem:
    """Make the problem of a projection that has not come far enough yet."""
    return HttpProblem(503, "behind", "Not projected yet", detail, headers={"Retry-After": "1"})


def gone() -> HttpProblem:
    """Make the problem of a token that belongs to another log."""
    return HttpProblem(410, "other-log", "Another log", "This token is of another log than the one that answers here.")


def resolve(at: Snapshot, asked: Asked, partitions: list[int]) -> Cut:
    """Resolve the moments asked for into a cut, or the problem why not."""
    try:
        return at.cut(asked, partitions)
    except OtherCluster:
        raise gone() from None
    except Behind as error:
        raise behind(str(error)) from None


async def answered(question: Question, seen: Any, asked: Parameters) -> Any:  # noqa: ANN401 -- a View or Views; its own model
    """Answer, or raise a 422 problem for what only shows against the moment."""
    long = question.told or isinstance(question, PortfolioQuestion) or getattr(asked, "from_", None)
    if long:  # it may take seconds, in which others want their answers
        return await asyncio.to_thread(_answer, question, seen, asked)
    return _answer(question, seen, asked)


async def answered_each(question: Question, views: Views, asked: Parameters) -> list[tuple[str, Any]]:
    """Answer about each account, or raise the same problem; others want their answers meanwhile."""
    return await asyncio.to_thread(lambda: [(view.account, _answer(question, view, asked)) for view in views])


def _answer(question: Question, seen: Any, asked: Parameters) -> Any:  # noqa: ANN401 -- as above
    try:
        return question.answer(seen, asked)
    except Unanswerable as error:
        raise unfit(error.parameter, error.detail) from None


class Customer(NamedTuple):
    """An account that the caller may see, and those merged into it that the caller may see, too."""

    account: str
    merged: list[str]

    def partitions(self, request: Request) -> list[int]:
        """Return the partitions that an answer about it reads."""
        return [request.app.state.partition_of(each) for each in (self.account, *self.merged)]


async def customer(at: Snapshot, account: str, caller: Caller) -> Customer:
    """Return an account with those merged into it, or raise the 404 problem: the same for one that is another's."""
    merged = await journal.merged_into(at.connection, account, among(caller))
    known = await journal.exists(at.connection, account, among(caller))
    if account == POLICY or (not known and not (merged and caller.may_see(account))):
        raise not_found(account)
    return Customer(account, merged)
