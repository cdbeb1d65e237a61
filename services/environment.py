"""Reading settings from the environment, once, at start: a bad one stops the process by name."""

from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(BaseSettings):
    """A variable's name is RAPPORT_ and the field's; an empty one is absent; no value is ever shown."""

    model_config = SettingsConfigDict(
        env_prefix="RAPPORT_",
        env_ignore_empty=True,
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )


Settings = TypeVar("Settings", bound=Environment)


def load(settings: type[Settings], **known: Any) -> Settings:  # noqa: ANN401  the fields of any settings
    """Read `settings` from the environment, or end the process with one sentence that names the variable.

    What is `known` already is not looked up there.
    """
    try:
        return settings(**known)
    except ValidationError as error:
        raise SystemExit(_sentence(settings, error)) from None


def _sentence(settings: type[Environment], error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    reason = first["msg"].removeprefix("Value error, ").rstrip(".")
    if not first["loc"]:
        return f"{reason}."
    variable = _variable(settings, str(first["loc"][0]))
    return f"{variable} is missing." if first["type"] == "missing" else f"{variable} is malformed: {reason}."


def _variable(settings: type[Environment], place: str) -> str:
    """Pydantic names an aliased field by its alias and any other by its name."""
    return place if place.isupper() else f"{settings.model_config['env_prefix']}{place.upper()}"
