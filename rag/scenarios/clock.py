"""The hours a text speaks of: when a date starts, when it must end, how long it lasts."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import NamedTuple

from rag.errors import InputError
from rag.scenarios.reading import BLANK, EN_NUMBER, Reader, number, refuse

MAX_HOURS = 16.0
_HOUR = 60
_NOON = 12 * _HOUR
_DAY = 24 * _HOUR


class Times(NamedTuple):
    """What a text says about time. `start` and `end` are minutes after midnight of the day; over 1440 is the next.

    A `vague` start comes from a word such as 下午 and may be moved when it has passed.
    """

    start: int | None = None
    end: int | None = None
    hours: float | None = None
    vague: bool = False


def find_times(reader: Reader) -> Times:
    """The times named in what is left of the text, taken out of it. Raises InputError for 25:99 or 20 hours."""
    hours = _find_hours(reader)
    span = _find_range(reader)
    if span:
        start, end = span
        return Times(start, end, hours if hours is not None else check_hours((end - start) / _HOUR))
    until, either_half = _find_end(reader) or (None, False)
    at = _find_start(reader)
    if until is not None and at is not None and either_half and until - _NOON > at:
        until -= _NOON  # from half past eight to half past eleven is a morning
    return Times(_find_part_of_day(reader) if at is None else at, until, hours, vague=at is None)


def parse_start(value: object) -> dt.time:
    """The start a form or a flag gives: a time, "14:00", 下午两点 or "2pm". Raises InputError, field "start"."""
    if isinstance(value, dt.datetime):
        value = value.time()
    if isinstance(value, dt.time):
        return value.replace(second=0, microsecond=0, tzinfo=None)
    if isinstance(value, str) and len(value) <= 100:
        if match := re.fullmatch(r"\s*([0-9]{1,2})(?:[:：]([0-9]{2})(?::[0-9]{2})?)?\s*", value, re.ASCII):
            hour, minute = int(match[1]), int(match[2] or 0)
            if hour < 24 and minute < 60:
                return dt.time(hour, minute)
        elif (start := find_times(Reader(value)).start) is not None and start < _DAY:
            return dt.time(start // _HOUR, start % _HOUR)
    raise _bad_start(value)


def parse_hours(value: object) -> float:
    """The length in hours, over 0 and at most 16, that a form or a flag gives: a number, 半天 or "3 hours"."""
    if isinstance(value, str) and len(value) <= 100:
        try:
            return check_hours(float(value), value)
        except ValueError:
            hours = _find_hours(Reader(value))
            if hours is not None:
                return hours
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**9:
        return check_hours(float(value), value)
    raise _bad_hours(value)


def check_hours(hours: float, value: object = None) -> float:
    """`hours` when it is over 0 and at most 16; else InputError, field "hours"."""
    if math.isfinite(hours) and 0 < hours <= MAX_HOURS:
        return hours
    raise _bad_hours(f"{hours:g}" if value is None else value)


def _bad_hours(value: object) -> InputError:
    return refuse(
        "hours",
        value,
        en="A length of “{}” hours cannot be used; give a number over 0 and at most 16, such as 4.",
        zh="时长“{}”小时不能用；请写大于 0、不超过 16 的数，例如 4。",
    )


def _bad_start(value: object) -> InputError:
    return refuse(
        "start",
        value,
        en="The start “{}” is not a time of day; give it as 14:00 or 2pm.",
        zh="开始时间“{}”不是有效的时间；请写成 14:00 或“下午两点”。",
    )


# Lengths: 三个半小时, half a day, for 3 hours

_ZH_COUNT = "[一二两三四五六七八九十]{1,3}"
_HOURS = re.compile(
    rf"(?<![0-9.])(?:(?:[0-9]{{1,2}}(?:\.[0-9])?|{_ZH_COUNT})\s?个?(?:[-–~到至]|\sto\s)\s?)?"
    rf"(?P<count>[0-9]{{1,3}}(?:\.[0-9]{{1,2}})?|{_ZH_COUNT}|{EN_NUMBER}|半|(?:an?\s)?couple of|half an?|an?)"
    r"(?P<half>\s?个半|\sand a half)?[\s-]?个?(?:小时|钟头|h(?:ou)?rs?\b|hours?\b|h\b)(?P<more>半|\sand a half)?",
    re.ASCII,
)
_MINUTES = re.compile(r"(?<![0-9.])(?P<count>[0-9]{2,3})\s?(?:分钟|min(?:ute)?s?\b)", re.ASCII)
_DAYS = re.compile(
    r"(?P<half>(?<![了想说聊])半天|\bhalf[ -](?:a[ -])?day\b)"
    r"|一整天|整整一天|全天|(?<=玩)一天|(?<=待)一天|(?<=逛)一天|\b(?:all|whole|full|entire) day\b",
    re.ASCII,
)
_TRAVEL_BEFORE = re.compile(
    r"(?:车程|开车|坐车|打车|路程|驾车|步行|走路|提前|地铁|高铁|车|\bin|\bdrive|\bevery)\s?$", re.ASCII
)
_TRAVEL_AFTER = re.compile(
    r"\s?(?:营业|之?[前后内]|以[前后内]|车程|路程|later|ago|away|before|drive|by |walk|from)", re.ASCII
)


def _find_hours(reader: Reader) -> float | None:
    """The length in hours; the upper end of a range."""
    for match in [*reader.find(_HOURS), *reader.find(_MINUTES)]:
        travel = _TRAVEL_BEFORE.search(reader.left[max(0, match.start() - 6) : match.start()])
        hours = None if travel or _TRAVEL_AFTER.match(reader.left, match.end()) else _hours_of(match)
        reader.take(*match.span())
        if hours is not None:
            return check_hours(hours, reader.words(*match.span()))
    for match in reader.find(_DAYS):
        reader.take(*match.span())
        return 4.0 if match["half"] else 8.0
    return None


def _hours_of(match: re.Match[str]) -> float | None:
    count = match["count"]
    if match.re is _MINUTES:
        return int(count) / _HOUR if int(count) >= 15 else None
    if "half" in count or count == "半":
        return 0.5
    if "couple" in count:
        return 2.0
    whole = float(count) if count[0].isdigit() else 1.0 if count in ("a", "an") else float(number(count) or 0)
    return whole + (0.5 if match["half"] or match["more"] else 0)


# Clock times: 下午两点半, 14:30, half past two, at 7

_MORNING = "凌晨|清晨|一早|早上|早晨|早|上午"
_PERIOD = rf"{_MORNING}|中午|正午|午后|下午|傍晚|黄昏|晚上|晚间|夜里|夜晚|深夜|半夜|晚"
_SMALL_HOURS = ("深夜", "半夜", "夜里")
_NIGHT = ("晚上", "晚间", "夜晚", "晚")
_ZH_HOUR = "二十[一二三四]?|十[一二]?|[零一二两三四五六七八九]"
_ZH_MINUTE = "[二三四五]?十[一二三四五六七八九]?|零[一二三四五六七八九]"


def _clock(suffix: str, not_after: str) -> str:
    """A regular expression of one clock time; its groups end in `suffix`, digits never follow `not_after`."""
    return (
        rf"(?:(?P<period{suffix}>{_PERIOD})的?\s?)?"
        rf"(?P<hour{suffix}>(?<!{not_after})[0-9]{{1,2}}(?![0-9])|{_ZH_HOUR}|\b(?:{EN_NUMBER}|noon|midday|midnight)\b)"
        rf"(?:(?P<colon{suffix}>:)(?P<digits{suffix}>[0-9]{{2}})(?![0-9])|\s?(?P<unit{suffix}>点|时(?![候间常尚代髦刻]))"
        rf"(?:钟|整|(?P<half{suffix}>半)|(?P<quarter{suffix}>[一三])刻"
        rf"|(?P<minute{suffix}>[0-5][0-9](?![0-9元块])|{_ZH_MINUTE})分?)?)?"
        rf"(?:\s?(?P<meridiem{suffix}>[ap]\.?m\b\.?|o'clock))?"
    )


_JOIN = r"\s?(?:[-–—~]|到|至|\bto\b|\buntil\b|\btill?\b|\band\b)\s?(?:次日|第二天)?"
_FIRST = _clock("1", "[0-9.:/¥$€£-]")
_RANGE = re.compile(rf"(?P<from>\bfrom\s|\bbetween\s|从)?{_FIRST}{_JOIN}{_clock('2', '[0-9.]')}", re.ASCII)
_POINT = re.compile(_FIRST, re.ASCII)
_WORDED = re.compile(
    rf"\b(?P<part>half past|quarter past|quarter to) (?P<hour>[0-9]{{1,2}}|{EN_NUMBER})\b\s?(?P<meridiem>[ap]\.?m\b)?",
    re.ASCII,
)
_EN_AT = re.compile(r"\b(?:at|around|about|from|after|starting)\s$", re.ASCII)
_NO_HOUR_AFTER = re.compile(
    r"\w|\s?(?:[%$€£个人岁天号元块家]|people|persons?|of us|stars?|years?|minutes?|places?|each|km)", re.ASCII
)
_EVENING = re.compile(r"傍晚|晚上|晚饭|晚餐|今晚|明晚|夜|\b(?:evening|tonight|night|dinner|supper|drinks)\b", re.ASCII)
_EARLY = re.compile(r"早上|早晨|清晨|上午|早餐|早饭|看日出|\b(?:morning|breakfast|sunrise)\b", re.ASCII)


_SPOKEN_HOURS = {"noon": 12, "midday": 12, "midnight": 24}


def _find_range(reader: Reader) -> tuple[int, int] | None:
    for match in reader.find(_RANGE):
        marked = match["period1"] or match["period2"] or _is_marked(match, "1") or _is_marked(match, "2")
        if not marked and (not match["from"] or _NO_HOUR_AFTER.match(reader.left, match.end())):
            continue
        early = _minutes(match, "1", reader, match.span())
        late = _minutes(match, "2", reader, match.span())
        start, end = _ordered(early, late)
        reader.take(*match.span())
        return start, end
    return None


class _Clock(NamedTuple):
    minutes: int
    certain: bool


def _ordered(first: _Clock, second: _Clock) -> tuple[int, int]:
    """Start and end of a range whose ends may be 12 hours off: 2 to 6pm, 下午2点到6点, 晚上8点到1点."""
    start = first.minutes
    if not first.certain and second.certain:
        start = max((m for m in (start % _NOON, start % _NOON + _NOON) if m < second.minutes), default=start)
    steps = (0, _DAY) if second.certain else (0, _NOON, _DAY, _DAY + _NOON)
    base = second.minutes if second.certain else second.minutes % _NOON
    return start, next(base + step for step in (*steps, 2 * _DAY) if base + step > start)


def _minutes(match: re.Match[str], suffix: str, reader: Reader, around: tuple[int, int]) -> _Clock:
    """Minutes after midnight, and whether the half of the day is certain."""
    hour = _SPOKEN_HOURS.get(match[f"hour{suffix}"]) or number(match[f"hour{suffix}"]) or 0
    minute = number(match[f"digits{suffix}"] or match[f"minute{suffix}"] or "0") or 0
    minute = 30 if match[f"half{suffix}"] else {"一": 15, "三": 45}.get(match[f"quarter{suffix}"] or "", minute)
    if hour > 24 or minute > 59:
        raise _bad_start(reader.words(*match.span()))
    context = reader.whole[max(0, around[0] - 15) : around[1] + 15]
    colon, written = match[f"colon{suffix}"], match[f"hour{suffix}"]
    written_out = written in _SPOKEN_HOURS or bool(colon and (hour >= 7 or written.startswith("0")))
    return _half_of_day(hour, minute, match[f"period{suffix}"], match[f"meridiem{suffix}"], context, written_out)


def _half_of_day(
    hour: int, minute: int, period: str | None, meridiem: str | None, context: str, written_out: bool
) -> _Clock:
    """1 to 8 without more mean the afternoon or evening, as dates go; 14:00 and 09:00 mean what they say."""
    if hour == 0 or hour > 12:
        return _Clock(hour * _HOUR + minute, True)
    twelve = hour % 12 * _HOUR + minute
    if meridiem and meridiem[0] in "ap":
        return _Clock(twelve + (_NOON if meridiem[0] == "p" else 0), True)
    if period in _SMALL_HOURS and (hour < 6 or hour == 12):
        return _Clock(twelve + _DAY, True)
    if period in (*_NIGHT, "凌晨") and hour == 12:
        return _Clock(_DAY + minute, True)
    if period:
        as_written = period in _MORNING.split("|") or hour == 12 or (period in ("中午", "正午") and hour >= 10)
        return _Clock(hour * _HOUR + minute if as_written else twelve + _NOON, True)
    if hour == 12 or written_out:
        return _Clock(hour * _HOUR + minute, written_out)
    if _EARLY.search(context) and not _EVENING.search(context):
        return _Clock(twelve, False)
    late = hour < 9 or _EVENING.search(context) is not None
    return _Clock(twelve + _NOON if late else twelve, False)


_END_BEFORE = re.compile(r"(?:\buntil|\btill|\bby|\bbefore|最晚|到|至)\s?$", re.ASCII)
_END_AFTER = re.compile(r"\s?(?:之?前|以前|(?:左右)?(?:结束|散|回家|要走|必须走|得走|到家))")
_BUSY = re.compile(r"(?:加班|上班|工作|上课|开会|忙|睡|\bwork(?:s|ing)?|\bbusy)\s?(?:到|至|until|till)\s?$", re.ASCII)
"""Until then somebody is busy: that is no end of the date."""


def _find_end(reader: Reader) -> tuple[int, bool] | None:
    """The time by which the date must end (until 6pm, 9点前), and whether it could be twelve hours earlier."""
    for match in reader.find(_POINT):
        ahead = reader.left[max(0, match.start() - 12) : match.start()]
        before = None if _BUSY.search(ahead) else _END_BEFORE.search(ahead)
        after = _END_AFTER.match(reader.left, match.end())
        if (before or after) and (_is_marked(match) or (before and match["hour1"].isascii())):
            clock = _minutes(match, "1", reader, match.span())
            reader.take(*match.span())
            in_the_morning = match["period1"] or match["meridiem1"] or (clock.certain and clock.minutes != _NOON)
            if in_the_morning or clock.minutes > _NOON:
                return clock.minutes, False
            return clock.minutes + _NOON, True
    return None


def _is_marked(match: re.Match[str], suffix: str = "1") -> bool:
    """Whether the number is a time of day by its own words: 14:00, 两点, 2pm, noon."""
    return (
        any(match[f"{name}{suffix}"] for name in ("colon", "unit", "meridiem"))
        or match[f"hour{suffix}"] in _SPOKEN_HOURS
    )


def _find_start(reader: Reader) -> int | None:
    """The first clock time; a bare number only after "at"."""
    for match in reader.find(_WORDED):
        reader.take(*match.span())
        return _worded(match, reader)
    for match in reader.find(_POINT):
        if _BUSY.search(reader.left[max(0, match.start() - 12) : match.start()]):
            continue
        if _is_marked(match):
            if _is_a_bit(match, reader.left):
                continue
        elif not _EN_AT.search(reader.left[max(0, match.start() - 9) : match.start()]) or _NO_HOUR_AFTER.match(
            reader.left, match.end()
        ):
            continue
        clock = _minutes(match, "1", reader, match.span())
        reader.take(*match.span())
        return clock.minutes
    return None


def _worded(match: re.Match[str], reader: Reader) -> int:
    context = reader.whole[max(0, match.start() - 15) : match.end() + 15]
    clock = _half_of_day(number(match["hour"]) or 0, 0, None, match["meridiem"], context, False)
    return clock.minutes + {"half past": 30, "quarter past": 15, "quarter to": -15}[match["part"]]


def _is_a_bit(match: re.Match[str], text: str) -> bool:
    """Whether 一点 means "a bit" (安静一点), or 两点 "two points" (两点建议)."""
    exact = (
        match["period1"] or match["half1"] or match["quarter1"] or match["minute1"] or match[0].endswith(("钟", "整"))
    )
    if exact or not match["unit1"] or match["hour1"].isascii():
        return False
    before = text[match.start() - 1 : match.start()]
    if match["hour1"] == "一" and not (before in ("", BLANK) or before in " ,,.;、在于约从到号日"):
        return True
    return bool(re.match(r"\s?(?:建议|要求|注意|意见|想法|原因|都不|也不|点)", text[match.end() :][:4]))


_PARTS_OF_DAY = (
    (rf"早上|早晨|清晨|上午|一早|(?<={BLANK})早|\bmorning\b", 10 * _HOUR),
    (r"中午|正午", 11 * _HOUR + 30),
    (r"下午(?!茶)|午后|\bafternoon\b", 14 * _HOUR),
    (rf"晚上|傍晚|晚间|夜里|夜晚|(?<={BLANK})晚|\b(?:evening|tonight|night)\b", 18 * _HOUR),
    (r"午饭|午餐|\blunch\b", 12 * _HOUR),
    (r"晚饭|晚餐|\b(?:dinner|supper)\b", 18 * _HOUR),
    (r"早餐|早饭|早茶|\bbreakfast\b", 9 * _HOUR),
    (r"早午餐|\bbrunch\b", 10 * _HOUR + 30),
    (r"下午茶|\bafternoon tea\b", 14 * _HOUR + 30),
)
_PARTS = tuple((re.compile(pattern, re.ASCII), minutes) for pattern, minutes in _PARTS_OF_DAY)


def _find_part_of_day(reader: Reader) -> int | None:
    """The start a word stands for; a part of the day counts before a meal, the earliest before the others."""
    for group in (_PARTS[:4], _PARTS[4:]):
        starts = [minutes for pattern, minutes in group if pattern.search(reader.left)]
        if starts:
            return min(starts)
    return None
