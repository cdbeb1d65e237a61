"""A sentence for people, kept as its English template and the values in it: the edge renders it in the reader's tongue.

`said("{name} left on {day}.", name=..., day=...)`: names and texts that were told to us are values and stay as they
are; a value that is itself said is rendered, too. A moment is told as its day in the reader's zone.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Annotated, Any, NamedTuple, TypedDict, Union

from pydantic import InstanceOf, PlainSerializer, SerializationInfo, WithJsonSchema

Value = Union[str, int, float, date, "Said", Sequence["Said"], Sequence[str]]


class Said(NamedTuple):
    """A template in English and what stands in its {fields}; the template is what translators translate."""

    template: str
    values: Mapping[str, Value]


def said(template: str, **values: Value) -> Said:
    """Say something; the template is a literal, so that all that is ever said can be found and translated."""
    return Said(template, values)


def quoted(text: str) -> Said:
    """Say a text that was told to us, as it is in every language."""
    return Said("{text}", {"text": text})


class Own(str):
    """A text of ours, where others may have told theirs: a policy's default, which each language words by itself."""

    __slots__ = ()


def worded(text: str) -> Said:
    """Say a text of ours in the reader's language, and one that was told to us as it is."""
    return Said(text, {}) if isinstance(text, Own) else quoted(text)


class Tongue(NamedTuple):
    """A language: its code, what it says for each template (English where there is none), and how it joins a list."""

    code: str
    templates: Mapping[str, str]
    joint: str


ENGLISH = Tongue("en", {}, ", ")


class Reader(TypedDict, total=False):
    """Who reads an answer, as the context in which it is dumped: by default in English, and with days in UTC."""

    tongue: Tongue
    zone: tzinfo


def render(each: Value, tongue: Tongue = ENGLISH, zone: tzinfo = UTC) -> str:
    """Return the sentence, or a value within one, in a language; of a moment, its day in a zone."""
    match each:
        case Said():
            template = tongue.templates.get(each.template, each.template)
            return template.format_map({name: render(value, tongue, zone) for name, value in each.values.items()})
        case str() | int() | float():
            return str(each)
        case datetime():
            return each.astimezone(zone).date().isoformat()
        case date():
            return each.isoformat()
        case Sequence():
            return tongue.joint.join(render(part, tongue, zone) for part in each)
    raise TypeError(f"{each!r} is nothing that can be said")


def _rendered_within(each: Any, info: SerializationInfo) -> Any:  # noqa: ANN401 -- any JSON
    match each:
        case Said():
            return _rendered(each, info)
        case dict():
            return {name: _rendered_within(part, info) for name, part in each.items()}
        case list():
            return [_rendered_within(part, info) for part in each]
        case _:
            return each


def _rendered(each: Said, info: SerializationInfo) -> str:
    return render(each, **info.context) if isinstance(info.context, dict) else render(each)


# Of a field in an answer; `model_dump(context=...)`, a Reader, chooses the language and the zone.
Sentence = Annotated[InstanceOf[Said], PlainSerializer(_rendered, return_type=str), WithJsonSchema({"type": "string"})]

# JSON data with sentences anywhere in it.
WithSentences = Annotated[dict[str, Any], PlainSerializer(_rendered_within, return_type=dict[str, Any])]
