"""Chinese has all that English says; the language is chosen as HTTP and the environment ask for it."""

import ast
import json
import re
from datetime import date
from typing import get_args

import pytest
from starlette.requests import Request

from schemas.buying import BuyingRole, DecisionRight
from schemas.interaction import InteractionKind
from schemas.prediction import Quantity
from schemas.values import Rank
from services.http_problem import HttpProblem, unexpected
from services.http_tongues import tongue_of
from services.projections.models.assessment.attitude import Layer
from services.projections.models.words import WORDS
from services.projections.said import ENGLISH, quoted, render, said
from services.tongues import chinese, described, negotiated, translated
from tests.unit.speaking import calls, spoken, stubs

FIELD = re.compile(r"{\w*}")


def test_whatever_is_said_or_described_is_there_in_chinese_and_nothing_else():
    assert list(stubs()) == [], "fill these into services/locales/zh.po"


def test_a_translation_has_the_fields_of_its_template():
    against = [
        f"{spoken().get(text)}: {text!r} is {translation!r}"
        for text, translation in chinese().templates.items()
        if set(FIELD.findall(text)) != set(FIELD.findall(translation))
    ]
    assert against == []


def test_a_template_is_a_literal_with_a_value_for_each_of_its_fields():
    against = [
        where
        for where, call in calls("said")
        if not isinstance(template := call.args[0], ast.Constant)
        or (None not in (given := {each.arg for each in call.keywords}) and given != _fields(str(template.value)))
    ]
    assert against == []


def _fields(template: str) -> set[str | None]:
    return {each.strip("{}") for each in FIELD.findall(template)}


@pytest.mark.parametrize("codes", [BuyingRole, DecisionRight, InteractionKind, Quantity, Rank, Layer])
def test_every_code_that_sentences_name_has_a_word(codes):
    assert set(get_args(codes)) - set(WORDS) == set()


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("zh-Hans-CN", "zh"),
        ("zh-TW", "zh"),
        ("ZH-cn, en;q=0.8", "zh"),
        ("en-GB, zh;q=0.9", "en"),
        ("zh;q=0.3, en;q=0.7", "en"),
        ("zh ; q=0.7 , en ; q=0.3", "zh"),
        ("fr-CH, fr;q=0.9, zh;q=0.5, *;q=0.1", "zh"),
        ("fr, *;q=0.5, zh;q=0.1", "en"),
        ("*", "en"),
        ("en;q=0, *", "zh"),
        ("*, en;q=0", "zh"),
        ("zh;q=0, *", "en"),
        ("en;q=0.1, *;q=0.5", "zh"),
        ("zh, en", "zh"),
        ("en;q=0", "en"),
        ("en;q=0, *;q=0", "en"),
        ("zh;q=0", "en"),
        ("zha, zhx-CN", "en"),
        ("zh;q=much", "en"),
        ("zh;q=nan, en;q=0.1", "en"),
        ("zh;level=1", "en"),
        (",,;;q=,", "en"),
        ("de", "en"),
    ],
)
def test_the_language_is_the_best_that_is_accepted_and_there(accepted, code):
    assert negotiated(accepted).code == code


def test_a_language_may_be_asked_for_on_several_lines():
    lines = [(b"accept-language", b"fr"), (b"accept", b"*/*"), (b"accept-language", b"zh;q=0.9, en;q=0.8")]
    assert tongue_of(Request({"type": "http", "headers": lines})).code == "zh"
    assert tongue_of(Request({"type": "http", "headers": []})).code == "en"


def test_a_sentence_within_a_sentence_and_a_list_are_rendered_and_what_was_told_stays():
    who = said("{name} ({id})", name="Meeting {name}", id="c-1")
    sentence = said(
        "Nobody is known as {role}: {gone} was, and has left.", role=WORDS["coach"], gone=[who, quoted("李")]
    )
    assert render(sentence) == "Nobody is known as coach: Meeting {name} (c-1), 李 was, and has left."
    assert render(sentence, chinese()) == "尚不清楚谁是内线教练：Meeting {name}（c-1）、李曾担任，但已离职。"
    left = said("{name}, who left on {day}", name="王敏", day=date(2025, 3, 1))
    assert render(left, chinese()) == "2025-03-01已离职的王敏"


def test_a_description_is_translated_by_its_paragraphs_and_one_without_an_entry_stays():
    text = "A reporting\n    line.\n\n    Never said before."
    assert described(text, chinese()) == "一条汇报关系。\n\nNever said before."


def test_a_document_keeps_its_structure_and_its_examples():
    document = {
        "description": "A reporting line.",
        "properties": {"description": {"type": "string", "description": "ISO 4217 code"}, "summary": True},
        "example": {"description": "A reporting line."},
        "enum": ["A reporting line."],
        "tags": ["A reporting line."],
    }
    assert translated(document, chinese()) == document | {
        "description": "一条汇报关系。",
        "properties": {"description": {"type": "string", "description": "ISO 4217 货币代码"}, "summary": True},
    }


def test_a_problem_has_its_title_and_a_detail_that_is_always_the_same_in_the_language_of_the_request():
    problem = json.loads(bytes(unexpected().response(chinese()).body))
    assert (problem["title"], problem["detail"]) == ("意外错误", "服务出错；可按本请求的 id 在其日志中查看详情。")
    told = HttpProblem(413, "too-large", "Too large", "Event 3 is too large: the limit is 9.").response(chinese())
    assert json.loads(bytes(told.body))["detail"] == "Event 3 is too large: the limit is 9."
    assert (told.headers["vary"], told.headers["content-language"]) == ("Accept-Language", "zh")


def test_a_problem_that_nobody_translated_says_that_it_is_english():
    for problem, tongue in ((unexpected(), ENGLISH), (HttpProblem(418, "teapot", "I'm a teapot", "No."), chinese())):
        assert problem.response(tongue).headers["content-language"] == "en"
