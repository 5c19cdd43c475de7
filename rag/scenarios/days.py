"""Calendar arithmetic: the date that a named day falls on, and the question to ask where there is none."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable

from rag.errors import InputError
from rag.scenarios.reading import refuse

Resolve = Callable[[dt.date, bool], dt.date]
"""(today, whether the start still lies ahead today) → the date; raises InputError for a day that does not exist."""

_YEARS_AHEAD = 2
_LUNAR_YEARS = range(1900, 2101)
_LEAP_DAY_RETURNS = 9


def coming(weekday: int, today: dt.date, *, today_counts: bool) -> dt.date:
    """The next `weekday` (0 is Monday); today itself when it `today_counts`."""
    days = (weekday - today.weekday()) % 7
    return today + dt.timedelta(days=days if days or today_counts else 7)


def weekend(today: dt.date, ahead: bool) -> dt.date:
    """The next day of a weekend, mostly Saturday; today only when the start lies `ahead`."""
    day = today if ahead else today + dt.timedelta(days=1)
    return day if day.weekday() >= 5 else coming(5, day, today_counts=True)


def in_month(words: str, months: int, day: int) -> Resolve:
    """Day `day` of the month that lies `months` ahead."""

    def resolve(today: dt.date, ahead: bool) -> dt.date:
        year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
        return exact(words, year, month + 1, day)

    return resolve


def next_day_of_month(day: int) -> Resolve:
    """The next day that is number `day`, 1 to 31, of its month."""

    def resolve(today: dt.date, ahead: bool) -> dt.date:
        date = today
        while date.day != day:
            date += dt.timedelta(days=1)
        return date

    return resolve


def month_day(words: str, month: int, day: int, year: Callable[[dt.date], int | None]) -> Resolve:
    """That day of the year named, or its next occurrence."""

    def resolve(today: dt.date, ahead: bool) -> dt.date:
        named = year(today)
        return next_occurrence(words, month, day, today) if named is None else exact(words, named, month, day)

    return resolve


def exact(words: str, year: int, month: int, day: int) -> dt.date:
    """The date, or InputError quoting `words`."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise _no_such_day(words, year, month, day) from None


def next_occurrence(words: str, month: int, day: int, today: dt.date) -> dt.date:
    """The next such day from today on, or InputError quoting `words`."""
    for year in range(today.year, today.year + _LEAP_DAY_RETURNS):
        if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]:
            date = dt.date(year, month, day)
            if date >= today:
                return date
    raise _no_such_day(words, None, month, day)


def _no_such_day(words: str, year: int | None, month: int, day: int) -> InputError:
    if year is not None and not dt.MINYEAR <= year <= dt.MAXYEAR:
        return refuse(
            "date", words, en="“{}” has no such year; give another date.", zh="“{}”的年份不对；请换一个日期。"
        )
    if not 1 <= month <= 12:
        return refuse(
            "date",
            words,
            en=f"“{{}}” names month {month}, which does not exist; give a date such as 2026-12-05.",
            zh=f"“{{}}”不对，没有{month}月；请写成 2026-12-05 这样的日期。",
        )
    last = 29 if year is None and month == 2 else calendar.monthrange(year or 2000, month)[1]
    english = f"{calendar.month_name[month]} {year}" if year else calendar.month_name[month]
    chinese = f"{year}年{month}月" if year else f"{month}月"
    return refuse(
        "date",
        words,
        en=f"{english} has no day {day} (“{{}}”), its last is {last}; which date do you mean?",
        zh=f"{chinese}没有{day}日（“{{}}”），最后一天是{last}日；您指的是哪一天？",
    )


def lunar(
    words: str, month: int, day: int, year: Callable[[dt.date], int | None], *, lunar_year: bool = False
) -> Resolve:
    """That day of the Chinese calendar, next or in the year named.

    A negative `month` is a leap month, a `day` of 0 the month's last. The year counts as a lunar one when
    `lunar_year`, else as that of the solar date: 2027年除夕 is 2027-02-05.
    """

    def resolve(today: dt.date, ahead: bool) -> dt.date:
        named = year(today)
        around = today.year if named is None else named
        for candidate in range(around - 1, around + 4):
            length = lunar_month_length(candidate, month)
            if not length:
                continue
            date = solar_date(candidate, month, min(day or length, length))
            if (date < today) if named is None else (named != (candidate if lunar_year else date.year)):
                continue
            if day > length:
                raise _no_such_lunar_day(words, candidate, length, date)
            return date
        raise refuse(
            "date",
            words,
            en="“{}” does not exist in the lunar calendar of these years; which date do you mean, e.g. 2026-12-05?",
            zh="这几年的农历里没有“{}”；您指的是公历哪一天（例如 2026-12-05）？",
        )

    return resolve


def _no_such_lunar_day(words: str, year: int, length: int, last: dt.date) -> InputError:
    return refuse(
        "date",
        words,
        en=f"“{{}}” does not exist in lunar year {year}, whose month has {length} days; do you mean its last, {last}?",
        zh=f"农历{year}年没有“{{}}”，那个月只有{length}天；您是指最后一天 {last} 吗？",
    )


def lunar_month_length(year: int, month: int) -> int:
    """Days of the lunar month; 0 where the year has no such (leap) month or is not tabulated."""
    from lunar_python import LunarYear

    found = LunarYear.fromYear(year).getMonth(month) if year in _LUNAR_YEARS else None
    return int(found.getDayCount()) if found else 0


def solar_date(year: int, month: int, day: int) -> dt.date:
    """The date of a day of the Chinese calendar; a negative `month` is a leap month."""
    from lunar_python import Lunar

    solar = Lunar.fromYmd(year, month, day).getSolar()
    return dt.date(solar.getYear(), solar.getMonth(), solar.getDay())


def passed(words: str, date: dt.date, meant: dt.date) -> InputError:
    """The question to ask about a date before today; `meant` is the likely one."""
    return refuse(
        "date",
        _quoted(words, date),
        en=f"{{}} has passed; do you mean {meant}? Please give a date from today on.",
        zh=f"{{}} 已经过去，您是指 {meant} 吗？请给出今天或以后的日期。",
    )


def check_distance(words: str, date: dt.date, today: dt.date) -> None:
    """Raise InputError for a date over two years ahead: a slip of the pen is likelier than such a plan."""
    if date.toordinal() - today.toordinal() > _YEARS_AHEAD * 366:
        nearer = next_occurrence(words, date.month, date.day, today)
        raise refuse(
            "date",
            _quoted(words, date),
            en=f"{{}} is over {_YEARS_AHEAD} years away; do you mean {nearer}? Please give a nearer date.",
            zh=f"{{}} 在{_YEARS_AHEAD}年以后，您是指 {nearer} 吗？请给出近一些的日期。",
        )


def _quoted(words: str, date: dt.date) -> str:
    return words if words == date.isoformat() else f"{words} ({date})"
