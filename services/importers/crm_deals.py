"""One row of the sales pipeline: an opportunity, its course, and the people of ours behind it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.importers.files import Refused, Row
from services.importers.importer import Item, Stream, When, day, digest, estimated, guessed, since, slug

SOURCE = "crm.maven"
DATES = "%m/%d/%Y"
CURRENCY = "USD"
NOBODY = "no-account"
NOBODY_NAME = "Opportunities that name no account"

SPELLINGS = {"GTXPro": "GTX Pro", "technolgy": "technology", "Philipines": "Philippines"}

DEAL_COLUMNS = (
    "opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date", "close_date", "close_value",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Book:
    """What a deal is checked against; `opening` is the first date of the file."""

    accounts: frozenset[str]
    products: frozenset[str]
    agents: Mapping[str, Row]
    opening: str


def deal(row: Row, book: Book) -> Iterator[Item]:
    """Tell one deal, and all that it rests on; Refused if the other files do not know what it names."""
    agent = row.text("sales_agent")
    if agent not in book.agents:
        raise Refused("names a sales agent whom sales_teams.csv does not list")
    stream, start = Stream(SOURCE, _account_of(row, book)), _start(row, book)
    yield from _remarks(row, book)
    if stream.account == NOBODY:
        yield stream.event("account.registered.v1", f"account/{NOBODY}", since(book.opening), name=NOBODY_NAME)
    yield from _people(stream, book.agents[agent], book.opening, start)
    yield from _course(stream, row, book, start)


def _account_of(row: Row, book: Book) -> str:
    name = row.maybe("account")
    if name and name not in book.accounts:
        raise Refused("names an account that accounts.csv does not list")
    return slug(name) if name else NOBODY


def _start(row: Row, book: Book) -> When:
    if row.text("deal_stage") == "Prospecting" and not row.maybe("engage_date"):
        return estimated(book.opening)
    return day(row.date("engage_date", DATES))


def _remarks(row: Row, book: Book) -> Iterator[Item]:
    yield from respellings(row, "product")
    if not row.maybe("account"):
        yield guessed(row, f"names no account: kept under {NOBODY}")
    if not row.maybe("engage_date"):
        yield guessed(row, f"has no date: taken as {book.opening}, the first of the file")


def _people(stream: Stream, agent: Row, opening: str, start: When) -> Iterator[Item]:
    office, known = agent.text("regional_office"), since(opening)
    member, manager = _member(agent.text("sales_agent")), _member(agent.text("manager"))
    for person, name, superior in (
        (manager, agent.text("manager"), None),
        (member, agent.text("sales_agent"), manager),
    ):
        yield stream.event(
            "member.registered.v1",
            f"member/{stream.account}/{person}",
            known,
            member=person,
            name=name,
            manager=superior,
            office=office,
        )
    yield stream.event(
        "team_member.assigned.v1",
        f"team/{stream.account}/{member}",
        estimated(start.time[:10]),  # with the first of their deals: the source has no date for it
        basis={"assertion": "inferred"},
        member=member,
        team_role="sales_agent",
    )


def _member(name: str) -> str:
    return f"m-{digest(name, 10)}"  # the source has no key for its people, and a name may be in no id


def _course(stream: Stream, row: Row, book: Book, start: When) -> Iterator[Item]:
    key, product, stage = row.text("opportunity_id"), spelled(row.text("product")), row.text("deal_stage")
    if product not in book.products:
        raise Refused("names a product that products.csv does not list")
    yield stream.event(
        "opportunity.identified.v1",
        f"identified/{key}",
        start,
        opportunity=key,
        name=f"{product} ({key})",
        external_ids=[{"system": SOURCE, "key": key}],
        owner=_member(row.text("sales_agent")),
        products=[product],
    )
    first = "Prospecting" if stage == "Prospecting" else "Engaging"
    yield stream.event(
        "opportunity.stage_entered.v1", f"stage/{key}/{first.lower()}", start, opportunity=key, stage=first
    )
    yield from _end(stream, row, key, stage)


def _end(stream: Stream, row: Row, key: str, stage: str) -> Iterator[Item]:
    match stage:
        case "Prospecting" | "Engaging":
            return
        case "Won":
            amount = {"amount": row.text("close_value"), "currency": CURRENCY}
            yield stream.event("opportunity.won.v1", f"won/{key}", _close(row), opportunity=key, amount=amount)
        case "Lost":
            yield stream.event("opportunity.lost.v1", f"lost/{key}", _close(row), opportunity=key, reason="unknown")
        case _:
            raise Refused("has a deal_stage that is none of Prospecting, Engaging, Won and Lost")


def _close(row: Row) -> When:
    close = row.date("close_date", DATES)
    if close < row.date("engage_date", DATES):
        raise Refused("closes before it was engaged")
    return day(close)


def spelled(text: str) -> str:
    """Return the right spelling of a word that the files are known to misspell."""
    return SPELLINGS.get(text, text)


def respellings(row: Row, *fields: str) -> Iterator[Item]:
    """Report each of these fields that is taken over in another spelling."""
    for name in fields:
        if (text := row.text(name)) in SPELLINGS:
            yield guessed(row, f"says {text} in {name}: taken as {SPELLINGS[text]}")
