"""Commands speak the language that is asked for, else that of the environment, as POSIX ranks its variables."""

import json

import httpx
import pytest
import typer
from typer.testing import CliRunner

from services.cli import asking, catalogue, reading
from services.cli.language import VARIABLES

STATED = "我们识别出客户方的一位联系人。"
ASKED = "态度在何时发生转变，起因是什么？"


def told(command, *arguments):
    app = typer.Typer()
    command.register(app)
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


@pytest.fixture
def locale(monkeypatch):
    """Set the variables to these, and no others."""

    def having(**variables: str) -> None:
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return having


@pytest.mark.parametrize(
    ("variables", "arguments", "code"),
    [
        ({}, (), "en"),
        ({"LANG": "zh_CN.UTF-8"}, (), "zh"),
        ({"LANG": "zh_TW"}, (), "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}, (), "en"),
        ({"LANG": "en_GB", "LC_MESSAGES": "C", "LC_ALL": "zh_SG"}, (), "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, (), "zh"),
        ({"LANG": "C.UTF-8"}, ("--language", "zh"), "zh"),
        ({"LANG": "zh_CN.UTF-8"}, ("--language", "en"), "en"),
    ],
)
def test_ask_asks_in_the_language_wanted(locale, monkeypatch, variables, arguments, code):
    wanted = []

    def answer(request: httpx.Request) -> httpx.Response:
        wanted.append(request.headers["accept-language"])
        return httpx.Response(200, json={})

    def client(url: str, *_: object) -> httpx.Client:
        return httpx.Client(base_url=url, transport=httpx.MockTransport(answer))

    monkeypatch.setattr(reading, "client", client)
    monkeypatch.setenv("RAPPORT_TOKEN", "given")
    locale(**variables)
    told(asking, "timeline", "--account", "acme", "--json", *arguments)
    assert wanted == [code]


def test_the_catalogue_is_there_in_chinese_and_its_names_stay(locale):
    locale(LANG="en_US.UTF-8")
    english, chinese = (json.loads(told(catalogue, "--json", *of)) for of in ((), ("--language", "zh")))
    for kind, name in (("events", "type"), ("questions", "question")):
        assert [each[name] for each in english[kind]] == [each[name] for each in chinese[kind]]
    assert {each["type"]: each["about"] for each in chinese["events"]}["contact.added.v1"] == STATED
    assert {each["question"]: each["about"] for each in chinese["questions"]}["attitude-shifts"] == ASKED
    assert STATED not in str(english)
