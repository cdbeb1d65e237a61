"""An answer in Chinese is the English one but for its sentences: same keys, ids, codes and numbers; and all is said."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from services.projections.said import ENGLISH, Tongue
from services.tongues import chinese
from tests.unit.golden import golden_history
from tests.unit.histories import fact
from tests.unit.test_questions import FORMS, LATE, ask, least_parameters

MARK = "\ue000"


class _Marking(dict[str, str]):
    """Templates as they are, each with a mark that no text has."""

    def get(self, key: str, default: str | None = None) -> str:  # type: ignore[override]  # enough for a tongue
        return MARK + (default or key)


MARKED = Tongue("marked", _Marking(), ", ")
NUMBER = re.compile(r"\d+")


def answers(name: str, **parameters: Any) -> list[Any]:
    """Return the answer about the fixed history in English, in Chinese, and with its sentences marked."""
    asked = least_parameters(name).model_copy(update=parameters)
    log = {"hosp-1": golden_history()}
    return [ask(name, log, LATE, asked, tongue=each) for each in (ENGLISH, chinese(), MARKED)]


def wordless(answer: Any, marked: Any) -> Any:
    """Return an answer with nothing in place of its sentences."""
    if isinstance(answer, dict):
        return {key: wordless(each, marked[key]) for key, each in answer.items()}
    if isinstance(answer, list):
        return [wordless(*each) for each in zip(answer, marked, strict=True)]
    return MARK if isinstance(marked, str) and MARK in marked else answer


def sentences(one: Any, other: Any, marked: Any) -> Iterator[tuple[str, str]]:
    """Yield each sentence in both languages."""
    if isinstance(marked, dict):
        for key, each in marked.items():
            yield from sentences(one[key], other[key], each)
    elif isinstance(marked, list):
        for three in zip(one, other, marked, strict=True):
            yield from sentences(*three)
    elif isinstance(marked, str) and MARK in marked:
        yield one, other


def purchases(name: str) -> list[dict[str, Any]]:
    """Return what to ask with: nothing, and each purchase of the history."""
    if "opportunity" not in FORMS[name].parameters.model_fields:
        return [{}]
    told = (getattr(each.event.data, "opportunity", None) for each in golden_history())
    return [{}] * (name != "opportunity") + [{"opportunity": each} for each in dict.fromkeys(told) if each]


@pytest.mark.parametrize("name", sorted(FORMS))
def test_an_answer_in_chinese_differs_from_the_english_one_in_its_sentences_only(name):
    for parameters in purchases(name):
        english, in_chinese, marked = answers(name, **parameters)
        assert wordless(in_chinese, marked) == wordless(english, marked)
        for one, other in sentences(english, in_chinese, marked):
            assert sorted(NUMBER.findall(one)) == sorted(NUMBER.findall(other)), (one, other)


FOCUS = "Do all our departments follow one plan here?"


def focus(name: str, segment: str, *facts: Any) -> Any:
    """Return what policies and segments show of what to look at, in Chinese."""
    told = {"acme": [fact("account.registered", "2024-01-01", {"name": "A"}), *facts]}
    answer = ask(name, told, LATE, least_parameters(name), tongue=chinese())
    if name == "policies":
        answer = next(each["definition"] for each in answer["policies"] if each["kind"] == "segmentation")
    return next(each["focus"] for each in answer["segments"] if each["segment"] == segment)


@pytest.mark.parametrize("name", ["policies", "segments"])
def test_our_own_words_in_a_default_come_in_chinese_and_what_somebody_defined_stays_as_it_was_told(name):
    assert focus(name, "strategic")[2] == "我方各部门在此是否执行统一的行动策略？"
    told = [FOCUS, "{name} {0} {", "review"]
    segmentation = {"version": "1", "scheme": "value", "segments": [{"segment": "strategic", "focus": told}]}
    defined = fact("segmentation.defined", "2024-01-01", segmentation, account="$policy")
    assert focus(name, "strategic", defined) == told


def test_the_focus_of_an_account_is_told_in_chinese():
    placed = fact("account.segmented", "2024-01-01", {"scheme": "value", "segment": "growth"})
    answer = ask("key-status", {"acme": [placed]}, LATE, least_parameters("key-status"), tongue=chinese())
    assert answer["segment"]["focus"][0] == "哪些需求和商机可使其成为战略客户？"
