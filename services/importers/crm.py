"""Sales opportunities of a CRM, as Maven Analytics publishes them: four CSV files in one folder.

Accounts are registered with their parents; a deal becomes an opportunity with its stages, its end and the
people of ours who stand behind it. Not taken over: a customer's revenue, employees and year of foundation,
and the list prices of products, because what an open deal is worth is not known from them.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from services.importers.crm_deals import DATES, DEAL_COLUMNS, SOURCE, Book, deal, respellings, spelled
from services.importers.files import Refused, Row, table
from services.importers.importer import Item, Stream, each, in_order, since, slug

ACCOUNT_COLUMNS = ("account", "sector", "office_location", "subsidiary_of")
AGENT_COLUMNS = ("sales_agent", "manager", "regional_office")


def read(path: Path) -> Iterator[Item]:
    """Read the folder `path`; raises Problem if one of its files is missing or has not the columns."""
    return in_order(_tell(path))


def _tell(path: Path) -> Iterator[Item]:
    accounts = table(path / "accounts.csv", ACCOUNT_COLUMNS)
    agents = table(path / "sales_teams.csv", AGENT_COLUMNS)
    products = table(path / "products.csv", ("product",))
    deals = table(path / "sales_pipeline.csv", DEAL_COLUMNS)
    book = Book(
        accounts=_names(accounts, "account"),
        products=_names(products, "product"),
        agents={agent.fields["sales_agent"]: agent for agent in agents},
        opening=_first_date(deals),
    )
    yield from each(accounts, lambda row: _account(row, book), unique="account")
    yield from each(deals, lambda row: deal(row, book), unique="opportunity_id")
    yield from each(agents, lambda row: _idle(row, deals), unique="sales_agent")


def _names(rows: Iterable[Row], column: str) -> frozenset[str]:
    return frozenset(row.fields[column] for row in rows if row.fields[column])


def _first_date(deals: Iterable[Row]) -> str:
    dates = set()
    for row in deals:
        try:
            dates.add(row.date("engage_date", DATES))
        except Refused:
            continue  # said when the deal itself is told
    return min(dates, default="1970-01-01")


def _account(row: Row, book: Book) -> Iterator[Item]:
    name, parent = row.text("account"), row.maybe("subsidiary_of")
    if parent and parent not in book.accounts:
        raise Refused("names a parent account that accounts.csv does not list")
    yield from respellings(row, "sector", "office_location")
    yield Stream(SOURCE, slug(name)).event(
        "account.registered.v1",
        f"account/{slug(name)}",
        since(book.opening),
        name=name,
        external_ids=[{"system": SOURCE, "key": name}],
        industry=spelled(row.text("sector")),
        region=spelled(row.text("office_location")),
        parent_account=slug(parent) if parent else None,
    )


def _idle(row: Row, deals: Iterable[Row]) -> tuple[Item, ...]:
    if all(other.fields["sales_agent"] != row.fields["sales_agent"] for other in deals):
        raise Refused("has no deals, so no account needs this agent")
    return ()
