"""Moments as parameters: what a date means, and how far away a moment may be."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from services.projections.moments import EXPECTED, LAST, end, start, zone
from services.projections.questions.strength import question
from services.projections.questions.timeline import TimelineParameters

UTC_ZONE, SHANGHAI, AZORES = zone("UTC"), zone("Asia/Shanghai"), zone("Atlantic/Azores")
FAR = ["0001-01-01", "0999-12-31", "9001-01-02", "9998-12-31", "0001-01-05T00:00:00Z", "9999-12-31T23:59:59Z"]


@pytest.mark.parametrize("tz", [UTC_ZONE, SHANGHAI, AZORES])
@pytest.mark.parametrize("read", [start, end])
@pytest.mark.parametrize("written", FAR)
def test_a_moment_outside_the_years_1000_to_9000_is_refused_with_what_was_expected(read, written, tz):
    with pytest.raises(ValueError, match="in the years 1000 to 9000") as refused:
        read(written, tz)
    assert str(refused.value) == EXPECTED


def test_the_first_and_the_last_moments_are_taken():
    assert start("1000-01-01", UTC_ZONE) == datetime(1000, 1, 1, tzinfo=UTC)
    assert start("1000-01-01T00:00:00Z", SHANGHAI) == datetime(1000, 1, 1, tzinfo=UTC)
    assert end("9000-12-31", UTC_ZONE) == LAST == end("9000-12-31T23:59:59.999999Z", UTC_ZONE)
    for written, tz, read in (("1000-01-01", SHANGHAI, start), ("9000-12-31", AZORES, end)):  # in UTC the day beyond
        with pytest.raises(ValueError, match="1000 to 9000"):
            read(written, tz)


def test_the_end_of_all_days_means_for_ever_as_an_end_and_nothing_as_a_start():
    assert {end("9999-12-31", tz) for tz in (UTC_ZONE, SHANGHAI, AZORES)} == {LAST}
    with pytest.raises(ValueError, match="1000 to 9000"):
        start("9999-12-31", UTC_ZONE)


@pytest.mark.parametrize(("name", "value"), [("from", "0001-01-01"), ("to", "9001-01-01"), ("to", "9999-12-31T00:00Z")])
def test_the_parameter_that_is_out_of_bounds_is_named(name, value):
    with pytest.raises(ValidationError) as refused:
        TimelineParameters.model_validate({"tz": "Asia/Shanghai", name: value})
    assert [each["loc"] for each in refused.value.errors()] == [(name,)]


@pytest.mark.parametrize("character", ["\0", "\n", "\x1f", "\x7f"])
@pytest.mark.parametrize("name", ["contact", "opportunity", "tz"])
def test_no_parameter_takes_a_control_character(name, character):
    with pytest.raises(ValidationError) as refused:
        TimelineParameters.model_validate({name: f"c{character}1"})
    assert [each["loc"] for each in refused.value.errors()] == [(name,)]
    assert "expected no control characters" in refused.value.errors()[0]["msg"]


def test_other_letters_pass():
    assert TimelineParameters(contact="王, O'Neil / 7\u00a0%").contact == "王, O'Neil / 7\u00a0%"
    assert question.parameters().tz == "UTC"
