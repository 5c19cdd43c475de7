"""The day a text speaks of: calendar dates, feasts of both calendars, weekdays and "in three days".

jionlp and dateparser were tried on 41 phrases. jionlp takes 0.9 s to import and prints a banner, gives 腊月三十 in a
year whose twelfth month has 29 days, reads 七夕 and 情人节 as past ones, and fails on 平安夜; dateparser reads "Feb 30"
as 21 February and knows no feast. So the tables are our own, and the lunar calendar is lunar_python's.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from typing import NamedTuple

from rag.errors import InputError
from rag.scenarios.days import (
    Resolve,
    check_distance,
    coming,
    exact,
    in_month,
    lunar,
    month_day,
    next_day_of_month,
    next_occurrence,
    passed,
    weekend,
)
from rag.scenarios.reading import EN_NUMBER, Reader, number, refuse
from rag.scenarios.vocabulary import FEASTS

_Match = re.Match[str]


class Found(NamedTuple):
    """A day named in a text, at a span of it; of several the lowest `rank` counts."""

    rank: int
    start: int
    end: int
    words: str
    resolve: Resolve


def find_dates(reader: Reader) -> list[Found]:
    """The days named in what is left of the text, taken out of it; best first."""
    found: list[Found] = []
    for rank, pattern, read in _READERS:
        for match in list(reader.find(pattern)):
            resolve = None if _is_aside(reader.whole, match.start(), match.end()) else read(match)
            if resolve:
                words = reader.words(match.start(), match.end())
                reader.take(match.start(), match.end())
                found.append(Found(rank, match.start(), match.end(), words, resolve))
    # "this weekend, Sunday at two": the weekday says which day of the weekend is meant.
    return sorted(found, key=lambda day: (day.rank, day.resolve is weekend, day.start))


def choose_date(found: list[Found], today: dt.date, *, ahead: bool) -> dt.date | None:
    """The day to plan for, or None when none is named; one that has passed counts only when no other is named.

    `ahead` says whether the start of the date still lies ahead today. Raises InputError for a day that does not
    exist, has passed or is over two years away, and for a weekday that contradicts the date beside it.
    """
    past: InputError | None = None
    for day in found:
        date = day.resolve(today, ahead)
        if date < today:
            past = past or passed(day.words, date, _meant(day, date, today))
            continue
        check_distance(day.words, date, today)
        _check_weekday(day, date, found, today)
        return date
    if past:
        raise past
    return None


def parse_date(value: object, *, today: dt.date, ahead: bool) -> dt.date:
    """The date a form or a flag gives: typed, or written in any way that `find_dates` understands.

    Raises InputError, field "date", when it cannot be read, does not exist, has passed or is over two years away.
    """
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        value = value.isoformat()
    if isinstance(value, str) and len(value) <= 200:
        found = find_dates(Reader(value)) or find_dates(Reader(f"on {value}")) or _short_date(value)
        if date := choose_date(found, today, ahead=ahead):
            return date
    raise refuse(
        "date",
        value,
        en="The date “{}” cannot be read; give it as 2026-12-05, “Saturday” or “tomorrow”.",
        zh="看不懂日期“{}”；请写成 2026-12-05、“周六”或“明天”。",
    )


def _short_date(value: str) -> list[Found]:
    """A bare 12-05 or 12.5, which only a date field may hold."""
    match = re.fullmatch(r"\s*([0-9]{1,2})[-./]([0-9]{1,2})\s*", value)
    if not match:
        return []
    return [Found(1, 0, len(value), value, month_day(value, int(match[1]), int(match[2]), lambda today: None))]


_ASIDE_AFTER = re.compile(
    r"\s?(?:出生|认识|在一起|相识|市集|集市|树|礼物|月饼|快乐|主题|装饰|限定|(?:markets?|trees?|gifts?|movies?|presents?)\b)"
)
_ASIDE_BEFORE = re.compile(r"(?:生于|\bsince|\bborn|\bborn on)\s?$")


def _is_aside(text: str, start: int, end: int) -> bool:
    """Whether the day is told as history or decoration: 2023年5月20日在一起, a Christmas market, 24/7."""
    return bool(
        text[start:end] == "24/7"
        or _ASIDE_AFTER.match(text, end)
        or _ASIDE_BEFORE.search(text[max(0, start - 8) : start])
    )


def _meant(day: Found, date: dt.date, today: dt.date) -> dt.date:
    """The coming date that was probably meant by one that has passed."""
    if re.search(r"[0-9]|年|[a-z] [0-9]", day.words.lower()) or day.rank < 2:
        without_year = re.sub(r"[0-9]{4}\s?年?的?|今年的?|去年的?", "", day.words)
        for again in find_dates(Reader(without_year)):
            if (meant := again.resolve(today, True)) >= today:
                return meant
        return next_occurrence(day.words, date.month, date.day, today)
    weeks = -(-(today - date).days // 7)
    return today if day.rank > 2 else date + dt.timedelta(days=7 * weeks)


def _check_weekday(day: Found, date: dt.date, found: list[Found], today: dt.date) -> None:
    """A weekday right beside a date must be that date's: 12月5日（周五） asks when the 5th is a Saturday."""
    for other in found:
        gap = max(other.start - day.end, day.start - other.end)
        if day.rank > 1 or other.rank != 2 or gap > 2 or not _ONE_WEEKDAY.search(other.words.lower()):
            continue
        if other.resolve(today, True).weekday() != date.weekday():
            raise refuse(
                "date",
                f"{day.words} {other.words}",
                en=f"“{{}}” does not fit: {date} is a {calendar.day_name[date.weekday()]}. Which day do you mean?",
                zh=f"“{{}}”对不上：{date} 是周{_ZH_WEEKDAYS[date.weekday()]}。您指的是哪一天？",
            )


# What each pattern says; None leaves the words for the next pattern.


def _year_of(match: _Match) -> Callable[[dt.date], int | None]:
    """A function from today to the year named beside a day, None when none is."""
    groups = match.groupdict()
    written, relative = groups.get("year") or groups.get("after"), groups.get("relative")
    return lambda today: int(written) if written else _RELATIVE_YEARS[relative] + today.year if relative else None


def _full_date(match: _Match) -> Resolve | None:
    year, month, day = (int(part) for part in match.groups())
    return lambda today, ahead: exact(match[0], year, month, day)


def _year_last(match: _Match) -> Resolve | None:
    month, day = _month_first(int(match[1]), int(match[2]))
    return lambda today, ahead: exact(match[0], int(match[3]), month, day)


def _slashed(match: _Match) -> Resolve | None:
    month, day = _month_first(int(match[1]), int(match[2]))
    if not (1 <= month <= 12 and 1 <= day <= 31):  # a ratio such as 50/50
        return None
    return month_day(match[0], month, day, lambda today: None)


def _month_first(first: int, second: int) -> tuple[int, int]:
    return (second, first) if first > 12 >= second else (first, second)


def _zh_month_day(match: _Match) -> Resolve | None:
    month, day = number(match["month"]), number(match["day"])
    if month is None or day is None:
        return None
    if match["month"] == "八" and match["day"] == "十五" and not match["suffix"]:  # the feast, by custom
        return lunar(match[0], 8, 15, _year_of(match))
    return month_day(match[0], month, day, _year_of(match))


def _en_month_day(match: _Match) -> Resolve | None:
    month = next(
        index for index, name in enumerate(calendar.month_name) if name.lower().startswith(match["month"][:3]) and name
    )
    return month_day(match[0], month, int(match["day"]), _year_of(match))


def _lunar_month_day(match: _Match) -> Resolve | None:
    if not (match["calendar"] or match["leap"] or match["month"] in "正冬腊" or match["day"][0] in "初廿卅"):
        return None
    month = {"正": 1, "冬": 11, "腊": 12}.get(match["month"]) or number(match["month"])
    day = number(match["day"].replace("初", "").replace("廿", "二十").replace("卅", "三十"))
    if month is None or day is None or not (1 <= month <= 12 and day >= 1):
        return None
    return lunar(match[0], -month if match["leap"] else month, day, _year_of(match), lunar_year=True)


def _day_of_this_or_next_month(match: _Match) -> Resolve | None:
    day = number(match["day"])
    months = 0 if match["which"] in ("这个月", "本月", "这月") else 1
    return None if day is None else in_month(match[0], months, day)


def _day_of_some_month(match: _Match) -> Resolve | None:
    day = number(match["day"])
    return None if day is None or not 1 <= day <= 31 else next_day_of_month(day)


def _feast(match: _Match) -> Resolve | None:
    feast = next(feast for index, feast in enumerate(FEASTS) if match[f"feast{index}"])
    read = lunar if feast.lunar else month_day
    return read(match[0], feast.month, feast.day, _year_of(match))


def _zh_weekday(match: _Match) -> Resolve | None:
    which, name = match["which"] or "", match["weekday"]
    weeks = which.count("下") - which.count("上")
    if not weeks and name in (None, "末"):
        return weekend
    weekday = 5 if name in (None, "末") else 6 if name == "天" else (_ZH_WEEKDAYS + "1234567").index(name) % 7
    if not which:
        return lambda today, ahead: coming(weekday, today, today_counts=ahead)
    return lambda today, ahead: today + dt.timedelta(days=weekday - today.weekday() + 7 * weeks)


def _en_weekday(match: _Match) -> Resolve | None:
    which, name = match["which"] or "", match["weekday"]
    if name in ("sat", "sun", "wed") and not which:  # "she sat in the sun" names no day
        return None
    if name.startswith("weekend") and which not in ("next", "last"):
        return weekend
    weekday = 5 if name.startswith("week") else _EN_WEEKDAYS.index(name[:3])
    if which == "next":
        return lambda today, ahead: today + dt.timedelta(days=weekday - today.weekday() + 7)
    if which == "last":
        return lambda today, ahead: today - dt.timedelta(days=(today.weekday() - weekday) % 7 or 7)
    return lambda today, ahead: coming(weekday, today, today_counts=ahead or which == "this")


def _day_word(match: _Match) -> Resolve | None:
    days = _DAY_WORDS[match[0].removeprefix("the ")]
    return lambda today, ahead: today + dt.timedelta(days=days)


def _days_from_now(match: _Match) -> Resolve | None:
    count = 1 if match["count"] == "a" else number(match["count"])
    if count is None:
        return None
    days = count * (1 if match["unit"].startswith(("天", "day")) else 7)
    return lambda today, ahead: today + dt.timedelta(days=days)


# The patterns, in order of trial, matched against folded text; every repetition is bounded. 今晚, "tonight" and "this
# evening" give up only 今, "to" and "this": the part of the day is for rag.scenarios.clock.

_ZH_WEEKDAYS = "一二三四五六日"
_EN_WEEKDAYS = [name.lower()[:3] for name in calendar.day_name]
_RELATIVE_YEARS = {"去年": -1, "今年": 0, "明年": 1, "后年": 2}
_DAY_WORDS = {
    "大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "昨": -1, "yesterday": -1,
    "今天": 0, "今日": 0, "今": 0, "today": 0, "to": 0, "this ": 0,
    "明天": 1, "明日": 1, "明": 1, "tomorrow": 1, "后天": 2, "day after tomorrow": 2, "大后天": 3,
}  # fmt: skip
_ONE_WEEKDAY = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天1-7]|\b(?:mon|tue|wed|thu|fri|sat|sun)")

_ZH = "[一二两三四五六七八九十]{1,3}"
_NUMBER = rf"(?:[0-9]{{1,2}}|{_ZH})"
_COUNT = rf"(?P<count>[0-9]{{1,3}}|{_ZH})"
_EN_COUNT = rf"(?P<count>[0-9]{{1,3}}|a|{EN_NUMBER})"
_YEAR = r"(?:(?:(?P<year>[0-9]{4})\s?年|(?P<relative>今年|明年|后年|去年))的?\s?)?"
_YEAR_AFTER = r"(?:,?\s(?P<after>[0-9]{4})(?![0-9]))?"
_EN_MONTH = (
    "(?P<month>january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)"
)
_EN_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_NO_CLOCK = r"(?![0-9:]|\s?(?:[ap]\.?m\b|o'clock))"
_EN_FULL_DAYS = "(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_WHICH_WEEK = r"(?P<which>下下|[上下这本])(?:一?个)?"
_ZH_WEEK = r"(?<![一两二三四五六七八九十几每0-9])(?:周|星期|礼拜)"
_FEAST_NAMES = "|".join(f"(?P<feast{index}>{feast.pattern})" for index, feast in enumerate(FEASTS))

_PATTERNS: tuple[tuple[int, Callable[[_Match], Resolve | None], str], ...] = (
    (0, _full_date, r"(?<![0-9])([0-9]{4})\s?[-/.年]\s?([0-9]{1,2})\s?[-/.月]\s?([0-9]{1,2})(?![0-9])\s?[日号]?"),
    (0, _full_date, r"(?<![0-9])(20[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(?![0-9])"),
    (0, _year_last, r"(?<![0-9])([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?![0-9])"),
    (
        1,
        _lunar_month_day,
        _YEAR + rf"(?P<calendar>农历|阴历|旧历)?(?P<leap>闰)?(?P<month>[正腊冬]|{_NUMBER})月"
        rf"(?P<day>初[一二三四五六七八九十]|[廿卅][一二三四五六七八九]?|{_NUMBER})(?![0-9])[日号]?",
    ),
    (1, _zh_month_day, _YEAR + rf"(?P<month>{_NUMBER})月\s?(?P<day>{_NUMBER})(?![0-9])\s?(?P<suffix>[日号])?"),
    (1, _en_month_day, rf"\b(?:the\s)?{_EN_DAY}\s(?:of\s)?{_EN_MONTH}\b\.?{_YEAR_AFTER}"),
    (1, _en_month_day, rf"\b{_EN_MONTH}\.?\s(?:the\s)?{_EN_DAY}{_NO_CLOCK}{_YEAR_AFTER}"),
    (1, _feast, rf"{_YEAR}(?:{_FEAST_NAMES}){_YEAR_AFTER}"),
    (1, _slashed, r"(?<![0-9/.¥$€£])([0-9]{1,2})/([0-9]{1,2})(?![0-9/%]|\.[0-9]|\s?分)"),
    (1, _day_of_this_or_next_month, rf"(?P<which>下个?月|这个月|本月|这月)的?\s?(?P<day>{_NUMBER})[日号]"),
    (1, _day_of_this_or_next_month, r"\b(?P<which>)(?:on )?the (?P<day>[0-9]{1,2})(?:st|nd|rd|th)? of next month\b"),
    (
        1,
        _day_of_some_month,
        rf"(?<![0-9月第.路街巷道弄村楼座一二三四五六七八九十])(?P<day>{_NUMBER})号(?![线楼馆店门桌厅院机])",
    ),
    (1, _day_of_some_month, r"\bon the (?P<day>[0-9]{1,2})(?:st|nd|rd|th)\b"),
    (2, _days_from_now, rf"(?<![第每]){_COUNT}\s?个?(?P<unit>天|周|星期|礼拜)(?:之|以)?后"),
    (2, _days_from_now, rf"(?<![度超不])过{_COUNT}\s?个?(?P<unit>天|周|星期|礼拜)"),
    (2, _days_from_now, rf"\bin {_EN_COUNT} (?P<unit>days?|weeks?)\b"),
    (2, _days_from_now, rf"\b{_EN_COUNT} (?P<unit>days?|weeks?) (?:from (?:now|today)|later)\b"),
    (2, _zh_weekday, rf"(?:{_WHICH_WEEK})?{_ZH_WEEK}(?P<weekday>[一二三四五六日天末1-7])(?![历报])"),
    (2, _zh_weekday, r"(?P<which>下下|[下这本])(?:一?个)?(?:周|星期|礼拜)(?P<weekday>(?!))?(?![年围岁期])"),
    (
        2,
        _en_weekday,
        r"\b(?:(?P<which>this|next|last|coming|on)\s(?:coming\s)?)?"
        rf"(?P<weekday>{_EN_FULL_DAYS}|weekend|mon|tues?|wed|thu(?:rs)?|fri|sat|sun)\b",
    ),
    (2, _en_weekday, r"\b(?P<which>next) (?P<weekday>week)\b"),
    (2, _day_word, r"大后天|后天|明[天日]|明(?=[晚早])|今(?=[晚早])|\b(?:the )?day after tomorrow\b|\btomorrow\b"),
    (2, _day_word, r"\bto(?=night\b)|\bthis (?=(?:morning|afternoon|evening)\b)"),
    (3, _day_word, r"今[天日]|\btoday\b"),
    (4, _day_word, r"大前天|前天|昨[天日]|昨(?=[晚夜])|\byesterday\b"),
)
_READERS = tuple((rank, re.compile(pattern, re.ASCII), read) for rank, read, pattern in _PATTERNS)
