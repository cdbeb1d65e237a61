"""What a difference is told with: the question, both moments with their tokens, and whether all of it was there."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from services.projections import cut as cuts
from services.projections.cut import Cut
from services.projections.hindsight.change_rows import Difference
from services.projections.hindsight.compared import Side
from services.projections.question import Question
from services.projections.rows import Flat, columns, moments, rows
from services.projections.spans import Cuts

EARLIER = ("from_as_of", "from_known_at")  # columns before those of every row


class DiffMoment(BaseModel):
    """One of the two moments, as an answer there tells it."""

    as_of: datetime
    known_at: datetime
    token: str
    version: str


class _DiffTold(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    question: str = Field(description="always `diff`")
    of: str = Field(description="the question whose answers are compared")
    from_: DiffMoment = Field(alias="from")
    to: DiffMoment
    complete: bool = Field(description="whether both are")
    repeatable: bool = True
    restored: bool = Field(default=False, description="whether any event below it was restored, a policy too")


class DiffAnswer(_DiffTold):
    """What changed in the answer about one account."""

    account: str
    answer: Difference


class AccountDifference(BaseModel):
    """What changed in the answer about one account of several."""

    account: str
    answer: Difference


class PortfolioDiffAnswer(_DiffTold):
    """What changed in the answer about the portfolio; or account by account: of a page, those where anything did."""

    answer: Difference | list[AccountDifference]
    next: str | None = Field(None, description="the cursor of the following page, also where nothing changed on this")


class Diffed(NamedTuple):
    """A difference with all that is told beside it; without `account` it is the portfolio's."""

    question: Question
    cuts: Cuts
    answer: Difference | list[tuple[str, Difference]]
    restored: bool
    account: str | None = None
    following: str | None = None

    def written(self) -> dict[str, Any]:
        """Return the whole as JSON data, but for moments."""
        was, now, over = self.cuts
        repeatable = {was.version, now.version} == {cuts.code_version()}
        return {
            "question": "diff",
            **({"account": self.account} if self.account is not None else {}),
            "of": self.question.name,
            "from": _moment(was, over.was),
            "to": _moment(now, over.now),
            "complete": was.complete and now.complete,
            **({} if repeatable else {"repeatable": False}),
            **({"restored": True} if self.restored else {}),
            **self._content(),
        }

    def _content(self) -> dict[str, Any]:
        if isinstance(self.answer, Difference):
            return {"answer": _dumped(self.answer)}
        each = [{"account": account, "answer": _dumped(answer)} for account, answer in self.answer]
        return {"answer": each, "next": self.following}

    def rows(self, path: str | None) -> Iterator[Flat]:
        """Yield a list of the answer as flat rows, each with all of `header`."""
        each = self.answer if isinstance(self.answer, list) else [(self.account, self.answer)]
        was, now = self.cuts.was.moment, self.cuts.now.moment
        for account, answer in each:
            earlier: Flat = dict(zip(EARLIER, moments(was), strict=True))
            yield from (earlier | row for row in rows(answer, path, account, now))


def header(path: str | None) -> tuple[str, ...]:
    """Return the columns of a list."""
    return (*EARLIER, *columns(Difference, path))


def _moment(cut: Cut, side: Side) -> dict[str, Any]:
    version = cuts.version(side.policies)
    return {"as_of": cut.as_of, "known_at": cut.known_at, "token": cut.encode(), "version": version}


def _dumped(answer: Difference) -> Any:  # noqa: ANN401 -- any JSON
    return answer.model_dump(mode="json", by_alias=True)
