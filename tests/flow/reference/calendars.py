"""Clock and calendar of the reference model: sem D1 to D9, T3a. Instants are whole seconds of UTC.

Everything here is written to be obviously right: a moment is found by looking at one day after the other.
"""
import bisect
import calendar
import datetime as dt
import functools
import zoneinfo

HOUR = 3600
DAY = 24 * HOUR
UTC = dt.timezone.utc
AGES = {"day": DAY, "hour": HOUR}  # T3a: where an age is measured a day has 24 hours
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@functools.lru_cache(maxsize=None)
def zone_of(name):
    return zoneinfo.ZoneInfo(name)


@functools.lru_cache(maxsize=200000)
def local(instant, zone):
    """The local wall time of an instant, without a zone."""
    return dt.datetime.fromtimestamp(instant, UTC).astimezone(zone_of(zone)).replace(tzinfo=None, fold=0)


@functools.lru_cache(maxsize=200000)
def instant_of(wall, zone):
    """D4: the instant of a local time: of two the earlier, of none the first instant behind the gap."""
    exact = int(wall.replace(tzinfo=zone_of(zone), fold=0).timestamp())
    if local(exact, zone) == wall:
        other = int(wall.replace(tzinfo=zone_of(zone), fold=1).timestamp())
        return min(exact, other) if local(other, zone) == wall else exact
    # In a gap local time only jumps forward, so the first instant that is not before `wall` is the end of the gap.
    near = range(exact - 4 * HOUR, exact + 4 * HOUR)
    return near[bisect.bisect_left(near, wall, key=lambda second: local(second, zone))]


def midnight(day, zone):
    """The first instant of a date."""
    return instant_of(dt.datetime.combine(day, dt.time()), zone)


def date_of(instant, zone):
    return local(instant, zone).date()


def at_clock(day, clock, zone):
    """The instant of a clock time, in seconds of the day, on a date."""
    return instant_of(dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=clock), zone)


def add_months(day, months):
    """D2: the same day of the month, held at the last one."""
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))


def day_of_month(first, number):
    """`every month on 31`: held at the last day."""
    return first.replace(day=min(number, calendar.monthrange(first.year, first.month)[1]))


def move(instant, count, unit, zone):
    """D2, T3a: hours, minutes and seconds elapse; days and longer go along the local calendar at the same wall time."""
    elapsed = {"second": 1, "minute": 60, "hour": HOUR}
    if unit in elapsed:
        return instant + count * elapsed[unit]
    wall = local(instant, zone)
    return instant_of(dt.datetime.combine(move_date(wall.date(), count, unit), wall.time()), zone)


def move_date(day, count, unit):
    if unit in ("day", "week"):
        return day + dt.timedelta(days=count * (7 if unit == "week" else 1))
    return add_months(day, count * {"month": 1, "quarter": 3, "year": 12}[unit])


class Calendar:
    """Open weekdays and dated holidays: `calendar JP { mon..fri  except 2026-09-21 }`."""

    def __init__(self, name, weekdays=range(5), holidays=()):
        self.name, self.weekdays, self.holidays = name, set(weekdays), set(holidays)

    def is_open(self, day):
        return day.weekday() in self.weekdays and day not in self.holidays


def add_business_days(instant, count, cal, zone):
    """D3: days strictly behind the start are counted; 0 is now on a business day, else the next one."""
    wall = local(instant, zone)
    day = wall.date()
    if count == 0:
        if cal.is_open(day):
            return instant
        count = 1
    while count:
        day += dt.timedelta(days=1)
        count -= cal.is_open(day)
    return instant_of(dt.datetime.combine(day, wall.time()), zone)


def add_business_days_to_date(day, count, cal):
    """A task's `due in 2 business days` is a date (D3a)."""
    if count == 0 and not cal.is_open(day):
        count = 1
    while count:
        day += dt.timedelta(days=1)
        count -= cal.is_open(day)
    return day


def next_clock(instant, clock, zone, weekday=None):
    """D5: `until 09:00`, `until monday 09:00`: the next one, now included."""
    day = date_of(instant, zone) - dt.timedelta(days=1)
    while True:
        if weekday is None or day.weekday() == weekday:
            found = at_clock(day, clock, zone)
            if found >= instant and day >= date_of(instant, zone):
                return found
        day += dt.timedelta(days=1)


class Window:
    """D7: `send window mon..fri 09:00-18:00 of CAL`: half open, may cross midnight, holidays are closed."""

    def __init__(self, weekdays, start, end, cal=None):
        self.weekdays, self.start, self.end, self.cal = set(weekdays), start, end, cal

    def _opens(self, day):
        return day.weekday() in self.weekdays and not (self.cal and day in self.cal.holidays)

    def _hours(self, day, zone):
        last = day + dt.timedelta(days=1) if self.end <= self.start else day
        return at_clock(day, self.start, zone), at_clock(last, self.end, zone)

    def next_open(self, instant, zone):
        """The instant itself where the window is open, else the start of the next one."""
        day = date_of(instant, zone) - dt.timedelta(days=1)
        for _ in range(400):
            if self._opens(day):
                start, end = self._hours(day, zone)
                if start <= instant < end:
                    return instant
                if start > instant:
                    return start
            day += dt.timedelta(days=1)
        raise ValueError("the window never opens")


def first_room(instant, rates, sent, zone):
    """G8: the first instant, not before `instant`, at which all rates have room; `sent` are the instants of messages.

    A rate is (count, "day" | "week" | "month") of the local calendar, or (count, seconds), rolling.
    """
    wall = local(instant, zone)
    while True:
        later = None
        for count, per in rates:
            if isinstance(per, int):
                inside = sorted(s for s in sent if instant - per < s <= instant)
                if len(inside) >= count:
                    later = inside[len(inside) - count] + per
            else:
                day = date_of(instant, zone)
                if sum(period(s, per, zone) == period(instant, per, zone) for s in sent) >= count:
                    # The same local time on the next day; whether that has room is asked again.
                    later = instant_of(dt.datetime.combine(day + dt.timedelta(days=1), wall.time()), zone)
            if later is not None:
                break
        if later is None:
            return instant
        if isinstance(per, int):
            wall = local(later, zone)
        instant = later


def period(instant, unit, zone):
    day = date_of(instant, zone)
    if unit == "day":
        return day
    if unit == "week":
        return day - dt.timedelta(days=day.weekday())
    return day.replace(day=1)
