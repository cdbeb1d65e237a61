"""The languages that Rapport speaks: English, and one catalogue for each other.

The code says everything in English. `locales/zh.po` has what it says as msgid, with the same {fields}; what is not
there stays English. Names and texts that were told are values, and never translated.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from services.projections.said import ENGLISH, Tongue

SPOKEN = ("en", "zh")
CATALOGUES = Path(__file__).parent / "locales"
DESCRIBING = ("summary", "description")  # where a document speaks to people
QUOTED = ("example", "examples", "default", "const", "enum")  # where it shows values


@cache
def chinese() -> Tongue:
    """Return simplified Chinese, as its catalogue has it."""
    from babel.messages.pofile import read_po  # noqa: PLC0415  slow, and only needed by who reads Chinese

    with (CATALOGUES / "zh.po").open("rb") as file:
        messages = [each for each in read_po(file, locale="zh") if each.id and each.string]
    return Tongue("zh", {str(each.id): str(each.string) for each in messages}, "、")


def tongue(code: str) -> Tongue:
    """Return the language of a tag, as zh, zh-CN, zh-Hant or zh_CN.UTF-8; any other is English."""
    return chinese() if code.lower().replace("_", "-").partition("-")[0] == "zh" else ENGLISH


def negotiated(accepted: str) -> Tongue:
    """Return the language that an `Accept-Language` wants most of those that there are (RFC 9110), else English."""
    weights: dict[str, float] = {}
    for tag, weight in _ranges(accepted):
        code = tag.partition("-")[0]
        weights[code] = max(weight, weights.get(code, 0))
    others = weights.get("*", 0)  # stands for those that are not named
    wanted = {code: weights.get(code, others) for code in (*weights, *SPOKEN) if code in SPOKEN}
    best = max(wanted, key=lambda code: wanted[code])
    return tongue(best) if wanted[best] > 0 else ENGLISH


def _ranges(accepted: str) -> Iterator[tuple[str, float]]:
    """Yield each language range with its weight; one whose weight is no number is left out."""
    for each in accepted.lower().split(","):
        tag, _, parameter = each.partition(";")
        name, _, weight = parameter.partition("=")
        if not parameter.strip():
            yield tag.strip(), 1.0
        elif name.strip() == "q" and weight.strip().replace(".", "", 1).isdecimal():
            yield tag.strip(), float(weight)


def described(text: str, spoken: Tongue) -> str:
    """Return a description in a language, paragraph by paragraph."""
    if spoken is ENGLISH:
        return text
    return "\n\n".join(spoken.templates.get(each, each) for each in paragraphs(text))


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, each on one line, as catalogues have them."""
    return [" ".join(each.split()) for each in text.strip().split("\n\n")]


def translated(document: Any, spoken: Tongue) -> Any:  # noqa: ANN401 -- any JSON
    """Return a JSON Schema or OpenAPI document of the same structure, described in a language."""
    if isinstance(document, dict):
        return {name: _translated(name, each, spoken) for name, each in document.items()}
    return [translated(each, spoken) for each in document] if isinstance(document, list) else document


def _translated(name: str, value: Any, spoken: Tongue) -> Any:  # noqa: ANN401 -- any JSON
    if name in DESCRIBING and isinstance(value, str):
        return described(value, spoken)
    return value if name in QUOTED else translated(value, spoken)
