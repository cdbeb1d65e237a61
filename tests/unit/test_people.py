"""Contacts that are one person: where chains of mergers end, and that long ones cost no more than they are long."""

import random
from collections import UserDict
from itertools import pairwise

import pytest

from services.projections.folds import contact
from services.projections.models.chains import ends
from services.projections.models.contact.people import People
from services.projections.register import Register


def people(into, *others):
    """Make people of contact -> the contact that it was merged into."""
    contacts = {each: contact.Contact() for each in [*into, *into.values(), *others]}
    for each, other in into.items():
        contacts[each].merged_into = Register(other, (1, 0, 0, 0))
    return People(contact.State(contacts=contacts))


def test_a_chain_ends_where_nothing_follows():
    found = people({"a": "b", "b": "c", "x": "c"}, "z")
    assert {each: found.canonical(each) for each in "abcxz?"} == dict(zip("abcxz?", "ccccz?", strict=True))
    assert found.aliases("c") == ["c", "a", "b", "x"]


def test_a_circle_ends_at_its_least_id_wherever_it_is_entered():
    found = people({"a": "m", "m": "d", "d": "k", "k": "m", "b": "a"})
    assert {each: found.canonical(each) for each in "abdkm"} == dict.fromkeys("abdkm", "d")
    assert people({"s": "s"}).canonical("s") == "s"
    assert people({"b": "a", "a": "b"}).everyone() == ["a"]


def test_a_contact_may_be_merged_into_one_of_whom_nothing_else_is_known():
    contacts = {"a": contact.Contact()}
    contacts["a"].merged_into = Register("stranger", (1, 0, 0, 0))
    found = People(contact.State(contacts=contacts))
    assert (found.canonical("a"), found.everyone()) == ("stranger", ["stranger"])


class Asked(UserDict[str, str]):
    """Links that count how often one of them is followed."""

    times = 0

    def __getitem__(self, each: str) -> str:
        self.times += 1
        return super().__getitem__(each)


def walked(into, start):
    """Follow one chain by hand."""
    seen = [start]
    while following := into.get(seen[-1]):
        if following in seen:
            return min(seen[seen.index(following) :])
        seen.append(following)
    return seen[-1]


@pytest.mark.parametrize("seed", range(50))
def test_any_mergers_end_as_if_each_chain_were_walked_by_itself(seed):
    chance = random.Random(seed)
    names = [f"c-{number}" for number in range(30)]
    into = {each: chance.choice(names) for each in chance.sample(names, chance.randint(0, 30))}
    found = people(into, *names)
    assert {each: found.canonical(each) for each in names} == {each: walked(into, each) for each in names}


@pytest.mark.parametrize("circle", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
def test_thousands_of_chained_mergers_are_resolved_at_once(circle, backwards):
    names = [f"c-{number:05}" for number in range(5_000)]
    order = list(pairwise(names))
    into = dict(reversed(order) if backwards else order)
    if circle:
        into[names[-1]] = names[0]
    asked = Asked(into)
    assert set(ends(asked).values()) == {names[0] if circle else names[-1]}
    assert asked.times <= 2 * len(names)  # a link is followed once, however long the chain
