import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import orjson
import pytest
from pydantic import BaseModel, Field, RootModel

from schemas.values import EventRef, Money
from services.projections.history import Moment
from services.projections.question import Answer, Row, key
from services.projections.rows import columns, csv_lines, lists, ndjson_lines, rows

MOMENT = Moment(datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC), datetime(2025, 4, 1, 12, tzinfo=UTC))
LEAD = {"account": "a-1", "as_of": "2025-03-31T23:59:59Z", "known_at": "2025-04-01T12:00:00Z"}


class Step(Row):
    time: datetime
    event: EventRef


class Person(Row):
    contact: str
    level: int | None
    from_: int = Field(alias="from")
    roles: list[str]
    asks: Money | None
    steps: Annotated[list[Step], key("event")]


class Total(Row):
    count: int
    value: Annotated[list[Money], key("currency")]


class People(Answer):
    share: float | None
    contacts: Annotated[list[Person], key("contact")]
    won: Total


class Deal(Row):
    account: str | None
    deal: str
    people: Annotated[list[Person], key("contact")]


Deals = RootModel[Annotated[list[Deal], key("deal")]]

CNY, EUR = "CNY", "EUR"
LI = Person.model_validate(
    {
        "contact": "c-li",
        "level": -1,
        "from": 2,
        "roles": ["user", "coach"],
        "asks": Money(amount=Decimal("-5.10"), currency=CNY),
        "steps": [
            Step(time=datetime(2025, 1, 2, tzinfo=UTC), event=EventRef(source="crm", id="1")),
            Step(time=datetime(2025, 1, 3, tzinfo=UTC), event=EventRef(source="crm", id="2")),
        ],
        "because": [(0, 7)],
    }
)
WANG = Person.model_validate({"contact": "c-wang", "level": None, "from": 3, "roles": [], "asks": None, "steps": []})
WON = Total(count=2, value=[Money(amount=Decimal("1.50"), currency=CNY), Money(amount=Decimal(2), currency=EUR)])
PEOPLE = People(share=0.5, contacts=[LI, WANG], won=WON)


def test_every_keyed_list_of_an_answer_has_a_path_the_outer_before_the_inner():
    assert lists(People) == ("contacts", "contacts.steps", "won.value")
    assert lists(Deals) == ("", "people", "people.steps")


def test_without_a_path_the_first_list_is_meant():
    assert columns(People) == columns(People, "contacts")
    assert [row["contact"] for row in rows(PEOPLE, None, "a-1", MOMENT)] == ["c-li", "c-wang"]


def test_a_row_is_flat_with_nested_objects_money_and_lists_of_scalars_in_columns_of_their_own():
    assert list(rows(PEOPLE, "contacts", "a-1", MOMENT)) == [
        {
            **LEAD,
            "answer.share": 0.5,
            "answer.won.count": 2,
            "contact": "c-li",
            "level": -1,
            "from": 2,
            "roles": "user;coach",
            "asks.amount": "-5.10",
            "asks.currency": "CNY",
        },
        {
            **LEAD,
            "answer.share": 0.5,
            "answer.won.count": 2,
            "contact": "c-wang",
            "level": None,
            "from": 3,
            "roles": "",
            "asks.amount": None,
            "asks.currency": None,
        },
    ]


def test_an_inner_list_repeats_the_outer_scalars_under_the_name_of_their_list():
    found = list(rows(PEOPLE, "contacts.steps", "a-1", MOMENT))
    assert [(row["contacts.contact"], row["time"], row["event.id"]) for row in found] == [
        ("c-li", "2025-01-02T00:00:00Z", "1"),
        ("c-li", "2025-01-03T00:00:00Z", "2"),
    ]


def test_money_in_several_currencies_gives_a_row_for_each():
    found = list(rows(PEOPLE, "won.value", "a-1", MOMENT))
    assert [(row["answer.won.count"], row["amount"], row["currency"]) for row in found] == [
        (2, "1.50", "CNY"),
        (2, "2", "EUR"),
    ]


def test_every_row_has_exactly_the_columns_in_their_order():
    for path in lists(People):
        for row in rows(PEOPLE, path, "a-1", MOMENT):
            assert tuple(row) == columns(People, path)


def test_a_row_that_names_its_own_account_says_it_once_and_first():
    deals = Deals([Deal(account="a-9", deal="d-1", people=[]), Deal(account=None, deal="d-2", people=[])])
    assert columns(Deals) == ("account", "as_of", "known_at", "deal")
    assert [row["account"] for row in rows(deals, "", None, MOMENT)] == ["a-9", None]


def test_a_list_that_does_not_exist_is_refused_by_name():
    with pytest.raises(KeyError, match="nobody"):
        columns(People, "nobody")


def _csv(answer: BaseModel, path: str) -> bytes:
    names = columns(type(answer), path)
    return b"".join(csv_lines(names, rows(answer, path, "a-1", MOMENT)))


def test_an_empty_list_is_a_header_in_csv_and_nothing_in_ndjson():
    empty = Deals([])
    assert _csv(empty, "") == b"account,as_of,known_at,deal\r\n"
    assert b"".join(ndjson_lines(rows(empty, "", "a-1", MOMENT))) == b""


def test_csv_quotes_commas_quotes_and_line_breaks_and_reads_back_as_it_was():
    nasty = 'a "b", c\r\nd 王敏'
    text = _csv(Deals([Deal(account="a-1", deal=nasty, people=[])]), "").decode()
    assert text.endswith('"a ""b"", c\r\nd 王敏"\r\n')
    assert next(csv.DictReader(io.StringIO(text, newline="")))["deal"] == nasty


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd|x", "@sum(a1)", "\tx", "\rx", "\nx", "＝1+1"])  # noqa: RUF001
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe_in_csv_only(text):
    answer = Deals([Deal(account="a-1", deal=text, people=[])])
    read = csv.DictReader(io.StringIO(_csv(answer, "").decode(), newline=""))
    assert next(read)["deal"] == f"'{text}"
    line = b"".join(ndjson_lines(rows(answer, "", "a-1", MOMENT)))
    assert orjson.loads(line)["deal"] == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("x;=1+1", "x;'=1+1"),  # where a semicolon is between cells
        ('x;"=1+1"', 'x;\'"=1+1"'),
        ("x\n=1+1", "x\n'=1+1"),
        ("x\t@sum(a1)", "x\t'@sum(a1)"),
        ("-1;-2.5;a", "-1;-2.5;a"),  # a list of numbers stays one
        ("a=b;c-d@e", "a=b;c-d@e"),
        ("<img src=x>", "<img src=x>"),
        ("", ""),
    ],
)
def test_what_could_become_a_cell_of_its_own_is_no_formula_either(text, written):
    answer = Deals([Deal(account="a-1", deal=text, people=[])])
    assert next(csv.DictReader(io.StringIO(_csv(answer, "").decode(), newline="")))["deal"] == written


def test_a_negative_number_is_no_formula():
    text = _csv(PEOPLE, "contacts").decode()
    assert "c-li,-1,2,user;coach,-5.10,CNY" in text
