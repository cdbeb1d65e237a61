"""The keyed lists of an answer, found from its model alone: what rows, columns and differences are made of."""

from collections.abc import Iterator
from types import UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from services.projections.question import Key

ROOT = "root"  # the one field of a RootModel; it is no part of a path
Steps = tuple[str, ...]  # the names on the way to a field


class Member(NamedTuple):
    """A field of a model as it is written, and the key of its rows if it is a keyed list."""

    name: str
    annotation: Any
    key: Key | None


class Listed(NamedTuple):
    """A keyed list within an object: the way to it, the model of its rows, and what identifies one."""

    steps: Steps
    row: type[BaseModel]
    key: Key


def members(model: type[BaseModel]) -> Iterator[Member]:
    """Yield the fields of a model."""
    for name, field in model.model_fields.items():
        key = next((mark for mark in field.metadata if isinstance(mark, Key)), None)
        yield Member(field.serialization_alias or name, field.annotation, key)


def listed(model: type[BaseModel]) -> Iterator[Listed]:
    """Yield the keyed lists of a model, and those of the objects in it, but not those of their rows."""
    for name, annotation, key in members(model):
        if key:
            yield Listed((name,), get_args(annotation)[0], key)
        elif nested := nested_model(annotation):
            yield from (Listed((name, *each.steps), each.row, each.key) for each in listed(nested))


def nested_model(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 -- any annotation
    """Return the model of a field that is one object, or none; None for any other field."""
    union = get_origin(annotation) in (Union, UnionType)
    parts = [part for part in (get_args(annotation) if union else (annotation,)) if part is not type(None)]
    only = parts[0] if len(parts) == 1 else None
    return only if isinstance(only, type) and issubclass(only, BaseModel) else None


def value_at(value: Any, steps: Steps) -> Any:  # noqa: ANN401 -- any JSON
    """Return what stands at the end of a way into written JSON; None where the way ends early."""
    for step in steps:
        value = value[step] if value is not None else None
    return value


def dotted(steps: Steps) -> str:
    """Write a way as a path."""
    return ".".join(step for step in steps if step != ROOT)
