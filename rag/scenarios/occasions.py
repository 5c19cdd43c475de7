"""The occasions of the calendar file: on which date each falls, and by when its gift and table should be arranged."""

from __future__ import annotations

import calendar
import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

from rag.errors import InputError
from rag.plain_yaml import parse_yaml
from rag.scenarios.days import lunar_month_length, solar_date
from rag.schema import Value

CALENDAR = "calendar.yaml"
"""Its name in the knowledge folder."""


def _in_both(value: dict[Any, Any]) -> dict[Any, Any]:
    if value.keys() != {"zh", "en"}:
        raise ValueError("both zh and en are wanted")
    return value


Both = Annotated[dict[Literal["zh", "en"], str], AfterValidator(_in_both)]
Month = Annotated[int, Field(ge=1, le=12)]
Day = Annotated[int, Field(ge=0, le=31)]
Which = Literal[-1, 1, 2, 3, 4, 5]
Weekday = Annotated[int, Field(ge=1, le=7)]
Shift = Annotated[int, Field(ge=-100, le=100)]
Days = Annotated[int, Field(ge=0, le=366)]


class Rule(Value):
    """On which day of a year an occasion falls: exactly one of the fields."""

    date: tuple[Month, Day] | None = Field(default=None, description="Month and day.")
    lunar: tuple[Month, Day] | None = Field(default=None, description="Of the Chinese calendar; day 0 is the last.")
    weekday: tuple[Month, Which, Weekday] | None = Field(
        default=None, description="Month, which (-1: the last), ISO weekday."
    )
    term: str | None = Field(default=None, description="A solar term of the Chinese calendar, such as 冬至.")
    easter: Shift | None = Field(default=None, description="Days after Easter Sunday of the western churches.")

    @model_validator(mode="after")
    def _one(self) -> Rule:
        if sum(value is not None for _, value in self) != 1:
            raise ValueError("a rule has exactly one of date, lunar, weekday, term, easter")
        self.dates_in(2028)  # a leap year: 29 February is a day
        return self

    def dates_in(self, year: int) -> list[dt.date]:
        """The dates in a solar year: one, or two or none for a lunar day. Raises ValueError for no such day."""
        return list(_dates(self, year))

    def _find(self, year: int) -> list[dt.date]:
        if self.date is not None:
            month, day = self.date
            exists = calendar.monthrange(year, month)[1] >= day or (month, day) != (2, 29)
            return [dt.date(year, month, day)] if exists else []
        if self.lunar is not None:
            return [date for about in (year - 1, year) if (date := _lunar(about, *self.lunar)) and date.year == year]
        if self.weekday is not None:
            return _nth_weekday(year, *self.weekday)
        if self.term is not None:
            return [_term(year, self.term)]
        from dateutil.easter import easter

        return [easter(year) + dt.timedelta(days=self.easter or 0)]


class Occasion(Value):
    """A day couples mark. One without a rule is the couple's own, such as a birthday."""

    id: str
    name: Both
    also: dict[Literal["zh", "en"], tuple[str, ...]] = Field(default_factory=dict)
    rule: Rule | None = None
    when: Both
    customs: Both
    gift: Both
    gift_lead_days: Days
    booking_lead_days: Days


class Coming(Value):
    """An occasion on its next date, with the last days to order a gift and to book a table."""

    occasion: Occasion
    date: dt.date
    order_by: dt.date
    book_by: dt.date


def read_calendar(folder: Path) -> tuple[Occasion, ...]:
    """The occasions of `folder`/calendar.yaml; () where there is none. Raises InputError naming what is wrong in it.

    A file that has not changed since is not read again.
    """
    path = folder / CALENDAR
    try:
        found = path.stat()
    except OSError:
        return ()
    return _read(path, found.st_mtime_ns, found.st_size)


@functools.lru_cache(maxsize=4)
def _read(path: Path, mtime_ns: int, size: int) -> tuple[Occasion, ...]:
    try:
        return parse_calendar(parse_yaml(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            en=f"{path} is not a calendar of occasions ({reason}); mend it or remove it.",
            zh=f"{path} 不是有效的日历（{reason}）；请修正或移走。",
        ) from error


def parse_calendar(value: Any) -> tuple[Occasion, ...]:
    """The occasions of the file's value. Raises ValueError that names the entry and what is wrong with it."""
    entries = value.get("occasions") if isinstance(value, Mapping) else None
    if not isinstance(entries, list):
        raise ValueError("it has no list `occasions`")
    found = []
    for number, entry in enumerate(entries, start=1):
        try:
            found.append(Occasion.model_validate(entry))
        except ValidationError as error:
            named = str(entry.get("id", number) if isinstance(entry, Mapping) else number)[:40]
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ValueError(f"occasion {named}, {where or 'entry'}: {first['msg']}") from error
    return tuple(found)


def coming(occasions: Iterable[Occasion], today: dt.date, *, days: int = 366) -> list[Coming]:
    """The occasions with a date from `today` on within `days`, the nearest first."""
    last = today + dt.timedelta(days=days)
    found = [
        Coming(
            occasion=one, date=date,
            order_by=date - dt.timedelta(days=one.gift_lead_days),
            book_by=date - dt.timedelta(days=one.booking_lead_days),
        )
        for one in occasions
        if one.rule is not None
        for year in range(today.year, last.year + 1)
        for date in one.rule.dates_in(year)
        if today <= date <= last
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.date)


def on(occasions: Iterable[Occasion], date: dt.date) -> list[Occasion]:
    """The occasions that fall on `date`."""
    return [one for one in occasions if one.rule is not None and date in one.rule.dates_in(date.year)]


@functools.lru_cache(maxsize=4096)
def _dates(rule: Rule, year: int) -> tuple[dt.date, ...]:
    """Lunar dates take milliseconds each, and a plan asks for all of a year's."""
    return tuple(rule._find(year))


def _lunar(year: int, month: int, day: int) -> dt.date | None:
    if not 1 <= month <= 12 or not 0 <= day <= 30:
        raise ValueError(f"the Chinese calendar has no month {month} with a day {day}")
    length = lunar_month_length(year, month)
    return solar_date(year, month, day or length) if length >= day and length else None


def _nth_weekday(year: int, month: int, which: int, weekday: int) -> list[dt.date]:
    """The day, none where the month has no fifth one."""
    from dateutil.relativedelta import relativedelta
    from dateutil.relativedelta import weekday as day_of_week

    first = dt.date(year, month, 1 if which > 0 else calendar.monthrange(year, month)[1])
    date: dt.date = first + relativedelta(weekday=day_of_week(weekday - 1)(which))
    return [date] if date.month == month else []


def _term(year: int, name: str) -> dt.date:
    from lunar_python import Lunar

    # The table of the lunar year that holds 1 July runs from the solstice before to the solstice after it.
    solar = Lunar.fromDate(dt.datetime(year, 7, 1)).getJieQiTable().get(name)
    if solar is None:
        raise ValueError(f"{name} is no solar term")
    date = dt.date(solar.getYear(), solar.getMonth(), solar.getDay())
    if date.year != year:
        solar = Lunar.fromDate(dt.datetime(year + 1, 7, 1)).getJieQiTable()[name]
        date = dt.date(solar.getYear(), solar.getMonth(), solar.getDay())
    return date
