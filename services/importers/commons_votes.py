"""The lists of votes: what each member thought of one proposal on the day of the vote."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from services.importers.files import Refused, Row, iso_date, lines, table
from services.importers.importer import Item, Stream, day, each, slug
from services.problem import Problem

PREAMBLE = 9  # lines before the header: number, date, title, counts, and blank ones between
LEVELS = {"Aye": 1, "Teller - Ayes": 1, "No": -1, "Teller - Noes": -1, "No Vote Recorded": None}

# Two motions about one proposal; nothing in the lists says so.
WITHDRAWAL_AGREEMENT = (
    "European Union (Withdrawal) Act main Motion (Prime Minister)",
    "Section 13(1)(b) of the European Union (Withdrawal) Act main motion",
)


@dataclass(frozen=True, slots=True)
class Division:
    """One vote: its number in the session, its date, the title of the motion, and a row for each member."""

    number: str
    date: str
    title: str
    votes: list[Row]

    @property
    def proposal(self) -> str:
        """The opportunity's id: the subject in the title's brackets, without the name of who moved it."""
        if self.title in WITHDRAWAL_AGREEMENT:
            return "withdrawal-agreement"
        subject = re.search(r"\(([^()]*)\)$", self.title)
        return slug(subject[1] if subject else self.title)

    def tell(self, stream: Stream, contacts: Mapping[str, list[str]]) -> Iterator[Item]:
        """Tell the proposal and each member's attitude; `contacts` are the ids that a name may mean."""
        yield stream.event(
            "opportunity.identified.v1",
            f"proposal/{self.proposal}",
            day(self.date),
            opportunity=self.proposal,
            name=self.title,
        )
        yield from each(self.votes, lambda vote: self._attitude(vote, stream, contacts), unique="Member")

    def _attitude(self, vote: Row, stream: Stream, contacts: Mapping[str, list[str]]) -> Iterator[Item]:
        ids = contacts.get(vote.text("Member"), [])
        if len(ids) != 1:
            raise Refused(
                "names a member whom two people could be"
                if ids
                else "names a member whom neither party_spells.jsonl nor aliases.csv knows"
            )
        if (level := _level(vote)) is not None:
            yield stream.event(
                "attitude.assessed.v1",
                f"vote/{self.date}/{self.number}/{ids[0]}",
                day(self.date),
                contact=ids[0],
                opportunity=self.proposal,
                level=level,
            )


def _level(vote: Row) -> int | None:
    try:
        return LEVELS[vote.text("Vote")]
    except KeyError:
        raise Refused(f"has a Vote that is none of {', '.join(LEVELS)}") from None


def divisions(path: Path) -> Iterator[Division]:
    """Read all lists of votes in the folder `path`, in the order of their names."""
    files = sorted(path.glob("Division*.csv"))
    if not files:
        raise Problem(f"{path} has no lists of votes (Division*.csv).")
    return (_division(file) for file in files)


def _division(file: Path) -> Division:
    preamble = [line.strip() for line in islice(lines(file), PREAMBLE)]
    said = dict(line.split(": ", 1) for line in preamble if ": " in line)
    try:
        return Division(
            number=said["Division Number"],
            date=iso_date(said["Division Date"], "Division Date", "%d/%m/%Y").isoformat(),
            title=preamble[3],
            votes=table(file, ("Member", "Vote"), after=PREAMBLE),
        )
    except (KeyError, IndexError, Refused) as error:
        raise Problem(f"{file} does not begin with a Division Number, a Division Date and a title.") from error
