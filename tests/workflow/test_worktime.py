from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.worktime import Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
OFFICE = [(time(9), time(12)), (time(13), time(17, 30))]

# National Day 2026 as published: 1 to 7 October free, Saturday the 10th worked for it.
NATIONAL_DAY = {date(2026, 10, day): False for day in (1, 2, 5, 6, 7)} | {date(2026, 10, 10): True}
SIP = Calendar(NATIONAL_DAY, OFFICE, SHANGHAI, names={date(2026, 10, 1): "国庆节"})


def at(day: int, hour: int, minute: int = 0, *, month: int = 10, tz: ZoneInfo = SHANGHAI) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=tz).astimezone(UTC)


def test_it_counts_within_the_day():
    assert SIP.add_working_minutes(at(12, 9), 60) == at(12, 10)


def test_it_skips_lunch():
    assert SIP.add_working_minutes(at(12, 11, 30), 60) == at(12, 13, 30)


def test_what_ends_with_the_day_is_due_at_its_close():
    assert SIP.add_working_minutes(at(12, 9), 450) == at(12, 17, 30)
    assert SIP.add_working_minutes(at(12, 9), 451) == at(13, 9, 1)


def test_it_starts_counting_when_the_office_opens():
    assert SIP.add_working_minutes(at(12, 2), 30) == at(12, 9, 30)
    assert SIP.add_working_minutes(at(12, 2), 0) == at(12, 2)


def test_it_jumps_over_the_holiday_and_works_the_moved_saturday():
    assert SIP.add_working_minutes(datetime(2026, 9, 30, 9, tzinfo=UTC), 60) == at(8, 9, 30)
    assert SIP.add_working_minutes(at(9, 17), 60) == at(10, 9, 30)


def test_a_moved_saturday_that_is_not_published_is_free():
    assert not Calendar({}, OFFICE, SHANGHAI).is_workday(date(2026, 10, 10))
    assert SIP.is_workday(date(2026, 10, 10))


def test_a_year_is_known_when_it_is_published():
    assert SIP.known(2026)
    assert not SIP.known(2027)
    assert not Calendar({date(2026, 12, 31): False}, OFFICE, SHANGHAI, years={2027}).known(2026)


def test_minutes_between_are_signed_and_whole():
    assert SIP.working_minutes_between(at(12, 11), at(12, 14)) == 120
    assert SIP.working_minutes_between(at(12, 14), at(12, 11)) == -120
    assert SIP.working_minutes_between(at(12, 9), at(12, 9) + timedelta(seconds=119)) == 1
    assert SIP.working_minutes_between(at(1, 0), at(7, 23)) == 0


def test_workdays_begin_the_day_after_and_end_at_close_of_business():
    assert SIP.add_workdays(at(9, 22), 1) == at(10, 17, 30)
    assert SIP.add_workdays(at(9, 22), 2) == at(12, 17, 30)
    assert SIP.add_workdays(at(1, 10), 1) == at(8, 17, 30)
    assert SIP.add_workdays(at(1, 10), 0) == at(8, 17, 30)


def test_the_day_is_the_citys_and_not_utcs():
    late_on_monday_in_utc = datetime(2026, 10, 12, 17, tzinfo=UTC)
    assert SIP.add_workdays(late_on_monday_in_utc, 1) == at(14, 17, 30)


def test_close_of_business_moves_to_the_next_workday():
    assert SIP.close_of_business(date(2026, 10, 3)) == at(8, 17, 30)
    assert SIP.close_of_business(date(2026, 10, 10)) == at(10, 17, 30)
    assert SIP.close_of_business(date(2026, 10, 11)) == at(12, 17, 30)


def test_it_explains_what_was_counted_and_skipped():
    segments = SIP.explain(at(30, 17, month=9), at(8, 10))
    assert [(one.kind, one.minutes, one.name) for one in segments] == [
        ("work", 30, ""),
        ("night", 390, ""),
        ("holiday", 7 * 1440, "国庆节"),
        ("night", 540, ""),
        ("work", 60, ""),
    ]
    kinds = [one.kind for one in SIP.explain(at(9, 17), at(12, 9, 1))]
    assert kinds == [
        "work", "night", "moved_workday", "break", "moved_workday", "night", "weekend", "night", "work"
    ]  # fmt: skip


def test_nothing_lies_between_a_moment_and_an_earlier_one():
    assert SIP.explain(at(12, 10), at(12, 10)) == []
    assert SIP.explain(at(12, 10), at(12, 9)) == []


@pytest.mark.parametrize(
    "hours",
    [
        [],
        [(time(9), time(9))],
        [(time(12), time(9))],
        [(time(9), time(13)), (time(12), time(17))],
        [(time(13), time(17)), (time(9), time(12))],
        [(time(18), time(0)), (time(1), time(2))],
        [(time(0), time(0)), (time(0), time(0))],
    ],
)
def test_it_refuses_hours_that_are_none(hours):
    with pytest.raises(ValueError, match="office"):
        Calendar({}, hours, SHANGHAI)


def test_it_refuses_a_moment_without_a_zone_and_time_that_runs_backwards():
    with pytest.raises(ValueError, match="time zone"):
        SIP.add_working_minutes(datetime(2026, 10, 12, 9), 1)
    with pytest.raises(ValueError, match="cannot work"):
        SIP.add_working_minutes(at(12, 9), -1)
    with pytest.raises(ValueError, match="cannot wait"):
        SIP.add_workdays(at(12, 9), -1)


# Where clocks change. New York 2026: 02:00 to 03:00 skipped on 8 March, 01:00 to 02:00 twice on 1 November (Sundays).

WORKED_SUNDAYS = {date(2026, 3, 8): True, date(2026, 11, 1): True}


def test_office_hours_keep_the_clock_when_it_changes():
    office = Calendar({}, OFFICE, NEW_YORK)
    assert office.add_working_minutes(at(6, 17, month=3, tz=NEW_YORK), 60) == at(9, 9, 30, month=3, tz=NEW_YORK)
    assert office.close_of_business(date(2026, 3, 6)).hour == 22
    assert office.close_of_business(date(2026, 3, 9)).hour == 21


def test_a_day_and_night_service_works_23_and_25_hours():
    service = Calendar(WORKED_SUNDAYS, [(time(0), time(0))], NEW_YORK)
    for month, day, hours in ((3, 8, 23), (11, 1, 25)):
        opens = at(day, 0, month=month, tz=NEW_YORK)
        closes = at(day + 1, 0, month=month, tz=NEW_YORK)
        assert service.working_minutes_between(opens, closes) == hours * 60
        assert service.close_of_business(date(2026, month, day)) == closes


def test_hours_that_the_clock_skips_are_not_worked():
    skipped = Calendar(WORKED_SUNDAYS, [(time(2, 15), time(2, 45))], NEW_YORK)
    partly = Calendar(WORKED_SUNDAYS, [(time(2, 30), time(3, 15))], NEW_YORK)
    begins, ends = at(8, 0, month=3, tz=NEW_YORK), at(9, 0, month=3, tz=NEW_YORK)
    assert skipped.working_minutes_between(begins, ends) == 0
    assert skipped.close_of_business(date(2026, 3, 8)) == at(8, 3, month=3, tz=NEW_YORK)
    assert partly.working_minutes_between(begins, ends) == 15


def test_hours_that_the_clock_repeats_are_worked_twice():
    partly = Calendar(WORKED_SUNDAYS, [(time(0, 30), time(1, 30)), (time(1, 30), time(4))], NEW_YORK)
    begins, ends = at(1, 0, month=11, tz=NEW_YORK), at(2, 0, month=11, tz=NEW_YORK)
    assert partly.working_minutes_between(begins, ends) == 60 * 4 + 30


def test_midnight_that_comes_twice_is_counted_once():
    havana = ZoneInfo("America/Havana")
    service = Calendar(WORKED_SUNDAYS | {date(2026, 10, 31): True}, [(time(0), time(0))], havana)
    begins, ends = at(31, 0, tz=havana), at(2, 0, month=11, tz=havana)
    assert service.working_minutes_between(begins, ends) == 49 * 60


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
minutes = st.integers(0, 12_000)
calendars = st.builds(
    Calendar,
    st.dictionaries(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.booleans(), max_size=40),
    st.sampled_from([
        OFFICE,
        [(time(8, 30), time(17))],
        [(time(0), time(0))],
        [(time(0, 15), time(1, 45)), (time(2, 15), time(2, 45)), (time(22), time(0))],
    ]),
    st.sampled_from([ZoneInfo(name) for name in (
        "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Havana", "Asia/Kathmandu"
    )]),
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(calendars, moments, minutes)
def test_what_is_added_lies_between(calendar, start, amount):
    due = calendar.add_working_minutes(start, amount)
    assert calendar.working_minutes_between(start, due) == amount
    assert calendar.working_minutes_between(due, start) == -amount


@settings(max_examples=60, deadline=None)
@given(calendars, moments, moments, minutes, minutes)
def test_later_starts_and_longer_limits_are_never_due_earlier(calendar, a, b, few, more):
    a, b = sorted((a, b))
    few, more = sorted((few, more))
    assert calendar.add_working_minutes(a, few) <= calendar.add_working_minutes(a, more)
    assert calendar.add_working_minutes(a, few) <= calendar.add_working_minutes(b, few)
    assert calendar.add_workdays(a, few % 10) <= calendar.add_workdays(b, few % 10) <= calendar.add_workdays(b, 10)


@settings(max_examples=60, deadline=None)
@given(calendars, moments, minutes)
def test_an_explanation_has_no_gaps_and_adds_up(calendar, start, amount):
    end = start + amount * timedelta(minutes=7)
    segments = calendar.explain(start, end)
    edges = [start, *(one.end for one in segments)]
    assert [one.start for one in segments] == edges[:-1]
    assert edges[-1] == end
    counted = sum((one.end - one.start for one in segments if one.counted), timedelta(0))
    assert counted // timedelta(minutes=1) == calendar.working_minutes_between(start, end)
