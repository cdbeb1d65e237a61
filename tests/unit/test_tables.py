"""Answers as tables: only the columns that somebody wants, of every list that has them."""

import io

import pytest
from rich.console import Console
from typer.testing import CliRunner

from services.cli import app, tables
from services.problem import Problem

ANSWER = {
    "units": [{"unit": "u-1", "name": "采购部"}],
    "people": [{"contact": "c-1", "name": "王敏", "level": None}, {"contact": "c-2", "name": "李强", "level": 1}],
}


def shown(*columns: str, answer: object = ANSWER) -> str:
    out = io.StringIO()
    tables.show_columns(answer, columns, Console(file=out, width=80))
    return out.getvalue()


def test_only_the_columns_asked_for_are_shown_in_their_order_even_where_all_is_unknown():
    text = shown("level", "name")
    assert text.index("level") < text.index("name")
    assert "王敏" in text
    assert "c-1" not in text
    assert "采购部" not in text  # units have no level


def test_a_column_that_no_list_has_is_refused_with_those_that_there_are():
    with pytest.raises(Problem, match="levels: units has unit, name; people has contact, name, level"):
        shown("name", "levels")


def test_an_answer_without_rows_says_so():
    assert shown("name", answer={"people": []}).strip() == tables.NOTHING


def test_over_all_accounts_the_columns_are_those_of_each_accounts_answer():
    accounts = [{"account": "acme", "answer": ANSWER}, {"account": "empty", "answer": {"people": []}}]
    text = shown("name", "level", answer=accounts)
    assert text.index("acme") < text.index("王敏")
    assert "empty" not in text
    with pytest.raises(Problem, match="levels: units has unit, name; people has contact, name, level"):
        shown("levels", answer=accounts)
    assert shown("name", answer=accounts[1:]).strip() == tables.NOTHING


@pytest.mark.parametrize(("question", "form"), [("org-map", "--json"), ("org-map", "--csv"), ("diff", "--portfolio")])
def test_columns_are_of_tables_only(question, form):
    asked = ["ask", question, "--columns", "name", "--portfolio", form]
    refused = CliRunner().invoke(app, asked).exception
    assert str(refused) == ("--columns chooses what a table shows: it goes with neither --json, nor --csv, nor diff.")
