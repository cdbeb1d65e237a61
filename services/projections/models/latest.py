"""Registers of one person under several ids, or in several scopes, read as one."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from services.projections.history import EPOCH, Stamp
from services.projections.models.contact.people import People
from services.projections.register import Register
from services.projections.scope import ACCOUNT

T = TypeVar("T")


def latest(registers: Iterable[Register[T]]) -> Register[T] | None:
    """Return the register that was set last, in fold order, or None where none was ever set."""
    told = [register for register in registers if register.at is not None]
    return max(told, key=lambda register: register.at or ()) if told else None


def time_of(register: Register[T]) -> datetime:
    """Return the valid time of the fact that set a register."""
    return time_at(register.at) if register.at else EPOCH


def time_at(stamp: Stamp) -> datetime:
    """Return the valid time of the fact that stands at a stamp."""
    return EPOCH + timedelta(microseconds=stamp[1])


def scopes(opportunity: str | None, *, fallback: bool = True) -> list[str]:
    """Return the scopes that count for an opportunity, the nearest first; without one, the account's alone."""
    return [opportunity, *([ACCOUNT] if fallback else [])] if opportunity else [ACCOUNT]


def told_of(
    by_contact: Mapping[str, Mapping[str, Register[T]]], people: People, person: str, wanted: Iterable[str]
) -> Register[T] | None:
    """Return what was last told of a person in the nearest of the `wanted` scopes that tells anything."""
    aliases = people.aliases(person)
    for scope in wanted:
        found = latest(by_contact[each][scope] for each in aliases if scope in by_contact.get(each, {}))
        if found is not None:
            return found
    return None
