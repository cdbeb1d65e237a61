"""The House of Commons' files with what may be wrong in them."""

import shutil
from pathlib import Path

import pytest

from services.importers import bundled, commons
from services.importers.importer import Remark
from services.problem import Problem
from tests.unit.imported import of_type, said, told


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
