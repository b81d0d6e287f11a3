"""Working time: minutes that an office works, workdays, and why a deadline falls where it does.

    calendar = Calendar({date(2026, 10, 1): False}, [(time(9), time(17, 30))], ZoneInfo("Asia/Shanghai"))
    due = calendar.add_working_minutes(now, 240)

A working minute (工作时) counts only office hours of workdays. What comes in and goes out is aware and UTC; days and
hours are the city's local ones, also where its clocks change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
_MIDNIGHT = time(0)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time that a deadline counted or skipped.

    `kind`: `work` and `moved_workday` (a weekend that is worked) are counted; `break`, `night`, `weekend` and `holiday`
    are skipped. `name` is the day's, where the calendar gives one. `start` and `end` are UTC.
    """

    kind: str
    start: datetime
    end: datetime
    name: str = ""

    @property
    def counted(self) -> bool:
        return self.kind in ("work", "moved_workday")

    @property
    def minutes(self) -> int:
        """Its length in whole minutes."""
        return (self.end - self.start) // MINUTE


@dataclass(frozen=True)
class Calendar:
    """A city's workdays and office hours.

    `days` holds the days that are not what their weekday says (False a holiday, True a weekend that is worked); any
    other counts Monday to Friday. `hours` are local (start, end), in order and apart; an end of 00:00 is midnight.
    `years` are the published ones, by default those that `days` mentions. `names` says what a day in `days` is.
    Raises ValueError for hours that overlap or are missing.
    """

    days: Mapping[date, bool]
    hours: Sequence[tuple[time, time]]
    tz: ZoneInfo
    years: Collection[int] | None = None
    names: Mapping[date, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.hours:
            raise ValueError("an office without hours never works")
        closed = _MIDNIGHT
        for number, (start, end) in enumerate(self.hours):
            if start < closed or (number and closed == _MIDNIGHT) or _MIDNIGHT < end <= start:
                raise ValueError(f"office hours must follow each other: {start:%H:%M}-{end:%H:%M}")
            closed = end

    def known(self, year: int) -> bool:
        """Whether the year's holidays are published; if not, its days count Monday to Friday."""
        if self.years is not None:
            return year in self.years
        return any(day.year == year for day in self.days)

    def is_workday(self, day: date) -> bool:
        return self.days.get(day, day.weekday() < 5)

    def local_date(self, moment: datetime) -> date:
        """The city's date at a moment."""
        return _utc(moment).astimezone(self.tz).date()

    def add_working_minutes(self, start: datetime, minutes: int) -> datetime:
        """When `minutes` of working time have passed since `start`; `start` itself for 0. Raises ValueError below 0.

        What ends with the office's day is due at its close, not at the next opening.
        """
        start = _utc(start)
        if minutes < 0:
            raise ValueError(f"cannot work {minutes} minutes")
        left = minutes * MINUTE
        if not left:
            return start
        day = self.local_date(start)
        while True:
            for opens, closes in self._spans(day):
                opens = max(opens, start)
                if closes - opens >= left:
                    return opens + left
                left -= max(closes - opens, timedelta(0))
            day += DAY

    def working_minutes_between(self, a: datetime, b: datetime) -> int:
        """Whole working minutes from `a` to `b`; below 0 where `b` is earlier, so that what is overdue counts on."""
        a, b = _utc(a), _utc(b)
        if b < a:
            return -self.working_minutes_between(b, a)
        worked = timedelta(0)
        for day in _days(self.local_date(a), self.local_date(b)):
            for opens, closes in self._spans(day):
                worked += max(min(closes, b) - max(opens, a), timedelta(0))
        return worked // MINUTE

    def add_workdays(self, start: datetime, n: int) -> datetime:
        """Close of business of the n-th workday after `start`, whose own day does not count; 0 is `start`'s day itself.

        As 民法典 (Civil Code) articles 201 and 203 count periods of days: from the day after, to the end of business of
        the last. Raises ValueError below 0.
        """
        if n < 0:
            raise ValueError(f"cannot wait {n} workdays")
        day = self.local_date(start)
        for _ in range(n):
            day = self._workday_from(day + DAY)
        return self.close_of_business(day)

    def close_of_business(self, day: date) -> datetime:
        """The end of office hours of `day`, or of the next workday where it is free, in UTC."""
        return self._closing(self._workday_from(day), self.hours[-1][1])

    def explain(self, start: datetime, end: datetime) -> list[Segment]:
        """What lies between `start` and `end`, counted and skipped, without gaps: why something is due when it is.

        The counted segments add up to `working_minutes_between`. Empty where `end` is not after `start`.
        """
        start, end = _utc(start), _utc(end)
        segments: list[Segment] = []
        for piece in self._pieces(self.local_date(start), self.local_date(end)):
            opens, closes = max(piece.start, start), min(piece.end, end)
            if opens >= closes:
                continue
            last = segments[-1] if segments else None
            if last and (last.kind, last.name) == (piece.kind, piece.name):
                opens = segments.pop().start
            segments.append(Segment(piece.kind, opens, closes, piece.name))
        return segments

    def _pieces(self, first: date, last: date) -> Iterator[Segment]:
        """Every day from midnight to midnight, cut where the office opens and closes."""
        for day in _days(first, last):
            begins, ends = self._instant(day, _MIDNIGHT), self._instant(day + DAY, _MIDNIGHT)
            if not self.is_workday(day):
                yield self._free(day, begins, ends)
                continue
            kind = "work" if day.weekday() < 5 else "moved_workday"
            spans = self._spans(day)
            for opens, closes in spans:
                yield Segment("night" if opens == spans[0][0] else "break", begins, opens)
                yield Segment(kind, opens, closes, self.names.get(day, ""))
                begins = closes
            yield Segment("night", begins, ends)

    def _free(self, day: date, begins: datetime, ends: datetime) -> Segment:
        # A weekend that touches a holiday is part of it for everyone who asks why nobody worked.
        run = self._free_run(day)
        kind = "holiday" if any(other.weekday() < 5 for other in run) else "weekend"
        return Segment(kind, begins, ends, next((self.names[other] for other in run if other in self.names), ""))

    def _free_run(self, day: date) -> list[date]:
        first = last = day
        while not self.is_workday(first - DAY):
            first -= DAY
        while not self.is_workday(last + DAY):
            last += DAY
        return list(_days(first, last))

    def _workday_from(self, day: date) -> date:
        while not self.is_workday(day):
            day += DAY
        return day

    def _spans(self, day: date) -> list[Span]:
        """The office's hours of a day as instants, in order and apart; none on a free day."""
        if not self.is_workday(day):
            return []
        spans: list[Span] = []
        for start, end in self.hours:
            opens, closes = self._instant(day, start), self._closing(day, end)
            if spans:
                opens = max(opens, spans[-1][1])
            if opens < closes:
                spans.append((opens, closes))
        return spans

    def _closing(self, day: date, end: time) -> datetime:
        # Of an hour that the clocks repeat, the first belongs to an opening and the last to a close.
        return self._instant(day + DAY, end) if end == _MIDNIGHT else self._instant(day, end.replace(fold=1))

    def _instant(self, day: date, wall: time) -> datetime:
        """The moment that the clocks show `wall`, or leap over it."""
        local = datetime.combine(day, wall, self.tz)
        instant = local.astimezone(UTC)
        if self._wall(instant) == local.replace(tzinfo=None):
            return instant
        early, late = (local.replace(fold=fold).astimezone(UTC) for fold in (1, 0))
        while late - early > SECOND:
            middle = early + (late - early) // 2
            early, late = (early, middle) if self._wall(middle) > local.replace(tzinfo=None) else (middle, late)
        return late.replace(microsecond=0)

    def _wall(self, moment: datetime) -> datetime:
        return moment.astimezone(self.tz).replace(tzinfo=None)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + number * DAY


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC)
