"""Two clocks: which facts are visible at a moment, amended how, and in which order."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from schemas.correction import Amendment
from schemas.opportunity import OpportunityStageEntered, OpportunityValueChanged
from schemas.values import EventRef
from services.projections.history import Moment, Recorded, visible
from tests.unit.histories import fact, moment
from tests.unit.strategies import HISTORIES, MOMENTS

JAN, FEB, MAR, APR, MAY, JUN = (datetime(2025, month, 1, tzinfo=UTC) for month in range(1, 7))
When = str | datetime
MICROSECOND = timedelta(microseconds=1)


def stage(time: When, stage_name: str, offset: int, *, recorded_at: When | None = None, **attributes: Any) -> Recorded:
    return fact(
        "opportunity.stage_entered",
        time,
        {"opportunity": "o-1", "stage": stage_name},
        recorded_at=recorded_at,
        offset=offset,
        id=f"e{offset}",
        **attributes,
    )


def amendment(
    kind: str,
    offset: int,
    recorded_at: When,
    *,
    target: str = "e0",
    type_: str = "opportunity.stage_entered.v1",
    **change: object,
) -> Recorded:
    data = {"target": {"source": "crm", "id": target, "type": type_}, "reason": "typing error", **change}
    # Its own time lies far in the future: it must have no effect.
    return fact(f"event.{kind}", "2099-01-01", data, recorded_at=recorded_at, offset=offset)


def corrected(stage_name: str, offset: int, recorded_at: When, **rest: Any) -> Recorded:
    return amendment("corrected", offset, recorded_at, data={"opportunity": "o-1", "stage": stage_name}, **rest)


def retracted(offset: int, recorded_at: When, **rest: Any) -> Recorded:
    return amendment("retracted", offset, recorded_at, **rest)


def stages(facts: Iterable[Recorded], as_of: datetime = JUN, known_at: datetime = JUN) -> list[str]:
    """Return the stages that are visible, in fold order."""
    seen = [each.event.data for each in visible(facts, Moment(as_of, known_at))]
    return [data.stage for data in seen if isinstance(data, OpportunityStageEntered)]


def test_each_cut_sees_the_last_amendment_that_was_known_by_then_and_a_correction_revives_what_was_retracted():
    log = [stage(JAN, "lead", 0), corrected("tender", 1, FEB), retracted(2, MAR), corrected("award", 3, APR)]
    assert [stages(log, known_at=cut) for cut in (JAN, FEB, MAR, APR, JUN)] == [
        ["lead"],
        ["tender"],
        [],
        ["award"],
        ["award"],
    ]


def test_a_cut_is_inclusive_on_both_clocks_to_the_microsecond():
    log = [stage(FEB, "lead", 0, recorded_at=MAR)]
    assert stages(log, as_of=FEB, known_at=MAR) == ["lead"]
    assert stages(log, as_of=FEB - MICROSECOND, known_at=MAR) == []
    assert stages(log, as_of=FEB, known_at=MAR - MICROSECOND) == []


def test_an_amendment_that_arrived_before_its_target_waits_for_it():
    assert stages([corrected("tender", 0, JAN, target="e1"), stage(FEB, "lead", 1)]) == ["tender"]
    assert stages([retracted(0, JAN, target="e1"), stage(FEB, "lead", 1)]) == []


@pytest.mark.parametrize("target", ["elsewhere", "e1"])
def test_an_amendment_whose_target_is_not_there_changes_nothing(target):
    assert stages([stage(JAN, "lead", 0), retracted(1, FEB, target=target)]) == ["lead"]


def test_an_amendment_that_misnames_the_type_of_its_target_waits():
    log = [stage(JAN, "lead", 0), retracted(1, FEB, type_="opportunity.won.v1")]
    assert stages(log) == ["lead"]


def test_an_amendment_that_waits_does_not_hide_an_earlier_one_that_found_its_target():
    log = [stage(JAN, "lead", 0), corrected("tender", 1, FEB), retracted(2, MAR, type_="opportunity.won.v1")]
    assert stages(log) == ["tender"]


def test_an_amendment_reaches_no_fact_of_another_account_or_source():
    ours, theirs = stage(JAN, "lead", 0), stage(JAN, "tender", 1, account="other")
    elsewhere = stage(JAN, "award", 2, source="erp")
    theirs = theirs._replace(event=theirs.event.model_copy(update={"id": "e0"}))
    elsewhere = elsewhere._replace(event=elsewhere.event.model_copy(update={"id": "e0"}))
    assert stages([ours, theirs, elsewhere, retracted(3, FEB)]) == ["tender", "award"]


def test_a_correction_that_gives_a_time_moves_the_fact_to_it():
    log = [stage(JAN, "lead", 0), stage(FEB, "approval", 1), corrected("lead", 2, MAR, time="2025-04-01T00:00:00Z")]
    assert stages(log) == ["approval", "lead"]
    assert stages(log, as_of=FEB) == ["approval"]
    assert stages(log, known_at=FEB) == ["lead", "approval"]


def test_a_later_correction_without_a_time_brings_the_original_time_back():
    log = [
        stage(JAN, "lead", 0),
        corrected("lead", 1, FEB, time="2025-05-01T00:00:00Z"),
        corrected("tender", 2, MAR),
    ]
    assert stages(log, as_of=JAN) == ["tender"]


def test_of_two_amendments_the_higher_offset_decides_whatever_their_times_and_arrival():
    first = corrected("tender", 1, FEB)
    last = corrected("award", 2, FEB)
    earlier = last._replace(event=last.event.model_copy(update={"time": JAN}))
    for log in ([stage(JAN, "lead", 0), first, earlier], [earlier, first, stage(JAN, "lead", 0)]):
        assert stages(log) == ["award"]


def test_an_amended_fact_keeps_its_place_in_the_log_and_names_its_amendment():
    amended = visible([stage(JAN, "lead", 0), corrected("tender", 7, FEB)], Moment(JUN, JUN))
    assert [(each.offset, each.recorded_at, each.event.id) for each in amended] == [(0, JAN, "e0")]
    assert amended[0].amended_by == EventRef(source="crm", id="e7")


def test_no_amendment_is_ever_visible_as_a_fact():
    log = [stage(JAN, "lead", 0), corrected("tender", 1, FEB), retracted(2, MAR, target="nothing")]
    assert stages(log) == ["tender"]


@pytest.mark.parametrize(
    ("as_of", "known_at", "value"),
    [
        ("2025-02-15", "2025-02-15", "6000"),  # February, seen in February
        ("2025-02-15", "2025-03-15", "6500"),  # February, seen in March
        ("2025-01-15", "2025-01-15", "6000"),  # January, in whatever month it is seen
        ("2025-01-15", "2025-03-15", "6000"),
        ("2025-03-15", "2025-03-15", "6500"),
    ],
)
def test_what_we_knew_then_and_what_was_true_then_are_told_apart(as_of, known_at, value):
    """After Fowler: 6000; told in March that it was 6500 from February."""
    log = [
        fact("opportunity.value_changed", time, {"opportunity": "o", "value": money}, recorded_at=told, offset=offset)
        for offset, (time, told, money) in enumerate(
            [
                ("2025-01-01", "2025-01-01", {"amount": "6000", "currency": "EUR"}),
                ("2025-02-01", "2025-03-10", {"amount": "6500", "currency": "EUR"}),
            ]
        )
    ]
    seen = visible(log, Moment(moment(as_of), moment(known_at)))
    last = seen[-1].event.data
    assert isinstance(last, OpportunityValueChanged)
    assert last.value
    assert str(last.value.amount) == value


def test_a_fact_since_then_holds_at_any_earlier_moment_and_is_folded_before_all_dated_ones():
    log = [stage(FEB, "approval", 0), stage(MAY, "lead", 1, timebasis="since"), stage(JAN, "tender", 2)]
    assert stages(log, as_of=datetime(2020, 1, 1, tzinfo=UTC)) == ["lead"]
    assert stages(log) == ["lead", "tender", "approval"]


def test_a_fact_since_then_is_still_unknown_before_it_was_told():
    assert stages([stage(JAN, "lead", 0, recorded_at=MAR, timebasis="since")], known_at=FEB) == []


@pytest.mark.parametrize("timebasis", ["exact", "day", "month", "estimated"])
def test_every_other_time_basis_is_a_date(timebasis):
    log = [stage(FEB, "lead", 0, timebasis=timebasis)]
    assert (stages(log, as_of=JAN), stages(log, as_of=FEB)) == ([], ["lead"])


def test_a_merger_of_contacts_is_a_matter_of_knowledge_and_holds_at_all_times_once_known():
    merged = fact("contact.merged", FEB, {"contact": "c-2", "into": "c-1"}, recorded_at=APR, offset=0)
    assert visible([merged], Moment(as_of=JAN, known_at=APR)) == [merged]
    assert visible([merged], Moment(as_of=JUN, known_at=MAR)) == []


def test_a_fact_of_the_future_waits_until_it_falls_due():
    log = [stage(MAY, "award", 0, recorded_at=JAN)]
    assert [stages(log, as_of=at, known_at=JAN) for at in (JAN, APR, MAY, JUN)] == [[], [], ["award"], ["award"]]


def test_facts_are_ordered_by_time_then_by_offset_and_not_by_arrival():
    log = [stage(FEB, "third", 9), stage(FEB, "second", 2), stage(JAN, "first", 10), stage(MAR, "fourth", 1)]
    assert stages(log) == stages(log[::-1]) == ["first", "second", "third", "fourth"]


def test_one_instant_in_two_time_zones_is_one_time():
    log = [stage("2025-02-01T08:00:00+08:00", "second", 5), stage("2025-01-31T19:00:00-05:00", "first", 4)]
    assert stages(log) == ["first", "second"]
    assert stages(log, as_of=FEB) == ["first", "second"]


@given(HISTORIES, MOMENTS)
def test_visible_facts_are_in_order_known_held_and_unaffected_by_the_order_of_the_log(history, at):
    seen = visible(history, at)
    assert seen == visible(history[::-1], at)
    assert [each.stamp for each in seen] == sorted(each.stamp for each in seen)
    assert all(each.recorded_at <= at.known_at and (each.undated or each.event.time <= at.as_of) for each in seen)
    assert not any(isinstance(each.event.data, Amendment) for each in seen)


@given(HISTORIES, MOMENTS)
def test_what_is_told_later_never_changes_what_was_visible_before(history, at):
    known: list[Recorded] = [each for each in history if each.recorded_at <= at.known_at]
    assert visible(history, at) == visible(known, at)
