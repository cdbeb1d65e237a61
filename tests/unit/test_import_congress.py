"""The committees of the US Congress as events, against what its README knows."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from services.importers import congress
from services.importers.importer import Remark, Told
from services.problem import Problem
from tests import known
from tests.unit.imported import imported, of_type, said, told

COMMITTEES = """
- type: house
  name: House Committee on Tea
  thomas_id: HSTE
  subcommittees:
  - name: Milk
    thomas_id: '01'
"""
SEATS = """
HSTE:
- name: Ann
  rank: 1
  title: Chair
  bioguide: A000001
HSTE01:
- name: Ann
  rank: 1
  bioguide: A000001
"""


@pytest.fixture(scope="module")
def events():
    return told(imported("congress"))


@pytest.fixture
def folder(tmp_path):
    write(tmp_path, COMMITTEES, SEATS)
    return tmp_path


def write(folder: Path, committees: str, seats: str) -> None:
    (folder / "committees-current.yaml").write_text(committees, encoding="utf-8")
    (folder / "committee-membership-current.yaml").write_text(seats, encoding="utf-8")


def data(events: Iterable[Told], wire: str) -> list[Told]:
    return [event["data"] for event in of_type(events, wire)]


def refusals(folder: Path) -> list[Remark]:
    return [remark for remark in said(congress.read(folder)) if remark.verdict == "refused"]


def test_committees_are_units_and_subcommittees_stand_under_them(events):
    units = data(events, "unit.added.v1")
    tops = {unit["unit"] for unit in units if "parent" not in unit}
    parents = [unit["parent"] for unit in units if "parent" in unit]
    assert (len(tops), len(parents)) == (known.COMMITTEES, known.SUBCOMMITTEES)
    assert set(parents) <= tops


def test_every_seat_is_a_position_and_every_person_a_contact(events):
    seats = data(events, "contact.position_assigned.v1")
    assert len({seat["position"] for seat in seats}) == known.SEATS
    assert len({person["contact"] for person in data(events, "contact.added.v1")}) == known.PEOPLE


def test_every_account_knows_the_people_and_units_that_its_seats_name(events):
    for account in ("house", "senate", "joint"):
        own = [event for event in events if event["partitionkey"] == account]
        seats = data(own, "contact.position_assigned.v1")
        assert {seat["contact"] for seat in seats} == {c["contact"] for c in data(own, "contact.added.v1")}
        assert {seat["unit"] for seat in seats} <= {unit["unit"] for unit in data(own, "unit.added.v1")}


def test_titles_are_kept_and_give_the_level(events):
    seats = data(events, "contact.position_assigned.v1")
    titles = Counter(seat["title"] for seat in seats)
    assert (titles["Chairman"], titles["Ranking Member"]) == (known.CHAIRMEN, known.RANKING_MEMBERS)
    level = {seat["title"]: seat["level"] for seat in seats}
    assert level["Chairman"] == level["Cochairman"] == "executive"
    assert level["Ranking Member"] == level["Vice Chair"] == "middle"
    assert level["Member"] == "frontline"


def test_each_unit_has_at_most_one_head_and_a_second_chair_is_reported(events):
    heads = Counter(head["unit"] for head in data(events, "unit.head_appointed.v1"))
    assert set(heads.values()) == {1}
    assert len([remark for remark in said(imported("congress")) if remark.sentence.startswith("chairs")]) == 1


def test_dates_and_titles_that_the_files_lack_are_guessed_and_said_once(folder):
    items = list(congress.read(folder))
    remarks = [(item.file, item.line, item.verdict) for item in said(items)]
    assert remarks == [
        ("committees-current.yaml", 2, "guessed"),
        ("committee-membership-current.yaml", 8, "guessed"),
    ]
    times = {(item["time"], item["timebasis"]) for item in told(items)}
    assert times == {("2025-01-03T12:00:00Z", "since")}


@pytest.mark.parametrize(
    ("seat", "sentence"),
    [
        ("HSXX:\n- {name: Bob, bioguide: B1}\n", "sits in a committee that committees-current.yaml does not list"),
        ("HSTE02:\n- {name: Bob}\n", "has no bioguide"),
        ("HSTE02:\n- {bioguide: B1}\n", "sits in a committee"),
    ],
)
def test_a_bad_seat_is_refused_with_its_line(folder, seat, sentence):
    write(folder, COMMITTEES, SEATS + seat)
    (remark,) = refusals(folder)
    assert (remark.file, remark.line) == ("committee-membership-current.yaml", 12)
    assert remark.sentence.startswith(sentence)


def test_a_unit_of_no_chamber_is_refused_and_so_are_its_seats(folder):
    write(folder, COMMITTEES.replace("house", "moot"), SEATS)
    assert {remark.sentence for remark in refusals(folder)} == {"has a type that is none of house, senate, joint"}


@pytest.mark.parametrize(
    ("committees", "seats", "sentence"),
    [
        ("- type: ]", SEATS, r"committees-current\.yaml is no YAML at line 1\."),
        ("type: house", SEATS, "committees-current.yaml has something else"),
        (COMMITTEES, "- HSTE", "does not list members by committee"),
        (COMMITTEES, "HSTE: Ann", "committee-membership-current.yaml has something else"),
    ],
)
def test_a_file_of_another_shape_is_one_sentence(folder, committees, seats, sentence):
    write(folder, committees, seats)
    with pytest.raises(Problem, match=sentence):
        list(congress.read(folder))
