import pytest

from services.projections.models.survival import Ending, Length, Point, kaplan_meier, quantile, summary, to_end_so

FREIREICH_6MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"


def lengths(text: str) -> list[Length]:
    return [Length(float(each.rstrip("+")), ended=not each.endswith("+")) for each in text.split()]


def test_the_curve_is_that_of_freireichs_patients():
    curve = kaplan_meier(lengths(FREIREICH_6MP))
    assert [(point.days, round(point.survival, 4)) for point in curve] == [
        (6, 0.8571),
        (7, 0.8067),
        (10, 0.7529),
        (13, 0.6902),
        (16, 0.6275),
        (22, 0.5378),
        (23, 0.4482),
    ]


def test_quantiles_are_read_from_the_curve_and_unknown_beyond_it():
    curve = kaplan_meier(lengths(FREIREICH_6MP))
    assert quantile(curve, 0.25) == 13  # the first length with at most .75 left
    assert quantile(curve, 0.5) == 23
    assert quantile(curve, 0.75) is None


def test_a_survival_of_exactly_one_half_is_the_median():
    assert quantile(kaplan_meier(lengths("1 2 3 4")), 0.5) == 2
    assert quantile(kaplan_meier(lengths("1 2 3 4 5 6 7 8 9 10")), 0.5) == 5


def test_what_is_censored_at_a_length_is_still_at_risk_there():
    assert kaplan_meier(lengths("5 5+")) == [Point(5, 0.5)]


def test_the_order_in_which_lengths_come_changes_nothing():
    forth = lengths(FREIREICH_6MP)
    assert kaplan_meier(forth) == kaplan_meier(reversed(forth))


def test_mean_and_median_are_of_those_that_ended_and_the_quantiles_of_all():
    found = summary(lengths("10 20 60 100+"))
    assert (found.ended, found.running) == (3, 1)
    assert found.mean_days == pytest.approx(30)
    assert found.median_days == 20
    assert (found.p25, found.p50, found.p75) == (10, 20, 60)


def test_of_nothing_nothing_is_known():
    assert summary([]) == (0, 0, None, None, None, None, None)
    assert kaplan_meier(lengths("3+ 4+")) == []


def test_where_there_is_one_way_to_end_the_curve_is_that_of_kaplan_meier():
    patients = lengths(FREIREICH_6MP)
    curve = to_end_so([Ending(each.days, "relapse" if each.ended else None) for each in patients], "relapse")
    assert [point.days for point in curve] == [point.days for point in kaplan_meier(patients)]
    assert [point.survival for point in curve] == pytest.approx([point.survival for point in kaplan_meier(patients)])


def test_what_ends_otherwise_will_never_end_so():
    # Of four, one is lost after 1 day (S = 3/4); one is won after 2: 3/4 * 1/3; one runs; one is won after 4: 1/2.
    endings = [Ending(1, "lost"), Ending(2, "won"), Ending(3, None), Ending(4, "won")]
    curve = to_end_so(endings, "won")  # 3/4 are won in all: 1/4 after 2 days, 3/4 after 4
    assert [point.survival for point in curve] == pytest.approx([1, 2 / 3, 0])
    assert to_end_so(endings, "abandoned") == []


def test_what_has_lasted_already_counts_from_there():
    curve = kaplan_meier(lengths("10 20 30 40 50"))
    assert [quantile(curve, share, 15) for share in (0.25, 0.5, 0.75)] == [20, 30, 40]
    assert quantile(curve, 0.25, 20) == 30  # it is still there after those that ended on day 20
    assert quantile(curve, 0.25, 60) is None
