"""The House of Commons as events, against what its README knows."""

from collections import Counter
from collections.abc import Iterable

import pytest

from services.importers.importer import Told
from tests import known
from tests.unit.imported import imported, of_type, said, told


@pytest.fixture(scope="module")
def events():
    return told(imported("commons"))


def names(events: Iterable[Told]) -> dict[str, str]:
    return {e["data"]["contact"]: e["data"]["name"] for e in of_type(events, "contact.added.v1")}


def seats(events: list[Told], day: str) -> list[tuple[str, str]]:
    """Who holds which party's seat at the end of that day."""
    parties = {e["data"]["unit"]: e["data"]["name"] for e in of_type(events, "unit.added.v1")}
    held = {}
    for event in events:
        if event["time"][:10] <= day and event["type"] == "contact.position_assigned.v1":
            held[event["data"]["position"]] = event["data"]["contact"], parties[event["data"]["unit"]]
        elif event["time"][:10] <= day and event["type"] == "contact.position_ended.v1":
            del held[event["data"]["position"]]
    return list(held.values())


def levels(events: Iterable[Told], day: str) -> dict[str, int]:
    """What each member thought of the withdrawal agreement last, by the end of that day."""
    return {
        e["data"]["contact"]: e["data"]["level"]
        for e in of_type(events, "attitude.assessed.v1")
        if e["data"]["opportunity"] == known.WITHDRAWAL_AGREEMENT and e["time"][:10] <= day
    }


def test_nothing_of_the_real_data_is_refused_or_guessed():
    assert said(imported("commons")) == []


@pytest.mark.parametrize("day", known.MIX)
def test_the_attitudes_of_each_vote_can_be_counted_from_the_events(events, day):
    counted: Counter[int] = Counter(levels(events, day).values())
    unknown = len(seats(events, day)) - counted.total()
    assert known.Mix(counted[1], counted[-1], unknown) == known.MIX[day]


def test_between_the_two_votes_the_known_members_shift_from_oppose_to_support(events):
    first, second = levels(events, known.FIRST_VOTE), levels(events, known.SECOND_VOTE)
    shifted = {contact for contact, level in second.items() if contact in first and first[contact] != level}
    assert len(shifted) == known.SHIFTS
    assert {(first[contact], second[contact]) for contact in shifted} == {(-1, 1)}
    assert set(known.SHIFTED) <= {names(events)[contact] for contact in shifted}


def test_no_recorded_vote_is_no_event(events):
    (contact,) = [contact for contact, name in names(events).items() if name == known.KEPT_FROM_JANUARY]
    votes = [e for e in of_type(events, "attitude.assessed.v1") if e["data"]["contact"] == contact]
    assert known.SECOND_VOTE not in {event["time"][:10] for event in votes}


@pytest.mark.parametrize("day", known.BY_PARTY)
def test_members_can_be_counted_by_party(events, day):
    counted = Counter(party for _, party in seats(events, day))
    assert {party: counted[party] for party in known.BY_PARTY[day]} == known.BY_PARTY[day]


@pytest.mark.parametrize("day", known.SITTING)
def test_sitting_members_can_be_counted(events, day):
    assert len(seats(events, day)) == known.SITTING[day]


@pytest.mark.parametrize("day", known.UMUNNA)
def test_the_last_day_of_a_spell_belongs_to_it(events, day):
    (contact,) = [contact for contact, name in names(events).items() if name == "Chuka Umunna"]
    assert [party for holder, party in seats(events, day) if holder == contact] == [known.UMUNNA[day]]


def test_spells_after_the_first_are_the_changes_of_party(events):
    spells = Counter(e["data"]["contact"] for e in of_type(events, "contact.position_assigned.v1"))
    assert len(spells) == known.MEMBERS
    assert spells.total() - len(spells) == known.CHANGES_OF_PARTY


def test_one_opportunity_for_each_proposal_named_without_its_mover(events):
    assert {e["data"]["opportunity"] for e in of_type(events, "opportunity.identified.v1")} == {
        "withdrawal-agreement",
        "no-deal",
        "common-market-2-0",
        "efta-and-eea",
        "customs-union",
        "labour-s-alternative-plan",
        "revocation-to-avoid-no-deal",
        "confirmatory-public-vote",
        "contingent-preferential-arrangements",
    }
