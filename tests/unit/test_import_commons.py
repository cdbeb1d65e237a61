"""The House of Commons as events, against what its README knows."""

import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from services.importers import bundled, commons
from services.importers.importer import Remark, Told
from services.problem import Problem
from tests import known
from tests.unit.imported import imported, of_type, said, told


@pytest.fixture(scope="module")
def events():
    return told(imported("commons"))


@pytest.fixture
def folder(tmp_path):
    """Two members and one vote, in which the second one's name is spelled differently."""
    (tmp_path / "party_spells.jsonl").write_text(
        '{"personId": "1", "name": "Ann", "parties": [{"party": "Green", "start": "2017-06-09"}]}\n'
        '{"personId": "2", "name": "Zoë", "parties": [{"party": "DUP", "start": "2015-05-08"}]}\n',
        encoding="utf-8",
    )
    (tmp_path / "aliases.csv").write_text("division_name,spells_name\nZo?,Zoë\n", encoding="utf-8")
    vote(tmp_path, '"Ann","Green","Here","Aye",""', '"Zo?","DUP","There","Teller - Noes",""')
    return tmp_path


def vote(folder: Path, *rows: str, when: str = "27/03/2019") -> None:
    lines = [
        "Division Number: 7",
        f"Division Date: {when}",
        "",
        "A motion (Tea)",
        "",
        "Aye Count: 1",
        "Noes Count: 1",
        "",
        "Members recorded",
        "Member,Party,Constituency,Vote,Proxy Member",
        *rows,
    ]
    (folder / "Division1.csv").write_bytes("\r\n".join(lines).encode())


def remarks_of(folder: Path) -> list[Remark]:
    return said(commons.read(folder))


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


def test_a_name_that_is_garbled_in_the_lists_is_found_through_the_aliases(folder):
    votes = of_type(told(commons.read(folder)), "attitude.assessed.v1")
    assert [(e["data"]["contact"], e["data"]["level"], e["time"]) for e in votes] == [
        ("p-1", 1, "2019-03-27T00:00:00Z"),
        ("p-2", -1, "2019-03-27T00:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ('"Bob","DUP","There","Aye",""', "names a member whom neither party_spells.jsonl nor aliases.csv knows"),
        ('"Ann","DUP","There","Maybe",""', "has a Vote that is none of Aye, Teller - Ayes, No,"),
        ('"Ann","DUP"', "has no Vote"),
        ('"Zoë","DUP","There","Aye",""', "repeats the Member of an earlier row"),
    ],
)
def test_a_bad_vote_is_refused_with_its_line(folder, row, sentence):
    vote(folder, '"Zoë","DUP","There","No",""', row)
    (remark,) = remarks_of(folder)
    assert (remark.file, remark.line, remark.verdict) == ("Division1.csv", 12, "refused")
    assert remark.sentence.startswith(sentence)


def test_a_name_that_two_members_bear_is_refused_not_guessed(folder):
    with (folder / "party_spells.jsonl").open("a", encoding="utf-8") as spells:
        spells.write('{"personId": "3", "name": "Ann", "parties": [{"party": "DUP", "start": "2015-05-08"}]}\n')
    assert [remark.sentence for remark in remarks_of(folder)] == ["names a member whom two people could be"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "is no JSON"),
        ("[]", "is no JSON object"),
        ('{"personId": "3", "name": "Bob", "parties": []}', "has no parties, a list of spells"),
        ('{"personId": "3", "name": "Bob", "parties": [{"party": "DUP", "start": "May"}]}', "has no date in start"),
        ('{"name": "Bob", "parties": [{"party": "DUP", "start": "2015-05-08"}]}', "has no personId"),
    ],
)
def test_a_bad_line_of_spells_is_refused_with_its_number(folder, line, sentence):
    with (folder / "party_spells.jsonl").open("a", encoding="utf-8") as spells:
        spells.write(line + "\n")
    (remark,) = remarks_of(folder)
    assert (remark.file, remark.line) == ("party_spells.jsonl", 3)
    assert remark.sentence.startswith(sentence)


def test_a_list_of_votes_without_a_date_is_one_sentence(folder):
    vote(folder, when="yesterday")
    with pytest.raises(Problem, match="does not begin with a Division Number, a Division Date and a title"):
        remarks_of(folder)


def test_a_file_that_is_not_utf_8_is_one_sentence(folder):
    (folder / "aliases.csv").write_bytes(b"division_name,spells_name\nTh\xe9r\xe8se,Therese\n")
    with pytest.raises(Problem, match=r"aliases\.csv is not UTF-8 text\."):
        remarks_of(folder)


def test_a_folder_without_lists_of_votes_is_one_sentence(tmp_path):
    for name in ("party_spells.jsonl", "aliases.csv"):
        shutil.copy(bundled("commons") / name, tmp_path)
    with pytest.raises(Problem, match="has no lists of votes"):
        remarks_of(tmp_path)
