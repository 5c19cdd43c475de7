"""Cells of a catalogue to values. A cell that is not understood raises NotUnderstood, a cell that is empty is None."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from rag.catalogue import SEASONS, STAGES, TIMES_OF_DAY
from rag.errors import InputError
from rag.money import ParsedMoney, parse_money

VISITING_DAY = 480
"""Minutes of visiting in a day."""
LARGEST_PRICE = 10**7
LONGEST_STAY = 30 * VISITING_DAY


Value = TypeVar("Value")


class NotUnderstood(ValueError):
    """The cell says something that is not surely a value of its column."""


def plain(cell: str) -> str:
    """`cell` with one width and case; "" for the ways of writing that nothing is known."""
    text = " ".join(unicodedata.normalize("NFKC", cell).lower().split())
    return "" if text in _NOTHING else text


_NOTHING = {
    "-",
    "--",
    "—",
    "/",
    "\\",
    "无数据",
    "暂无",
    "未知",
    "不详",
    "待定",
    "n/a",
    "na",
    "null",
    "none",
    "unknown",
    "tbd",
    "?",
}


def price(cell: str, *, currency: str | None) -> ParsedMoney | None:
    """The price; `currency` is the one of the row's currency column or header; the cell must not contradict it."""
    text = plain(cell)
    if not text:
        return None
    if currency is not None:
        text = re.sub(r"(?<![日美欧港澳加韩])(?:[元圆]|块钱?)|(?<![a-z])¥", " ", text)
    try:
        found = parse_money(text, default_currency=currency)
    except InputError as error:
        raise NotUnderstood(cell) from error
    if found.high > LARGEST_PRICE or (currency is not None and found.currency != currency):
        raise NotUnderstood(cell)
    return found


_ZH_NUMBERS = {"半": 0.5} | {word: float(number) for number, word in enumerate("一二三四五六七八九十", 1)} | {"两": 2.0}
_UNITS = (
    (re.compile(r"个?小时|小?时|hours?|hrs?|h"), 60),
    (re.compile(r"分钟?|minutes?|mins?|m|'"), 1),
    (re.compile(r"天|日|days?|d"), VISITING_DAY),
)
_NUMBER = r"(?:[0-9]+(?:\.[0-9]+)?|[半一二三四五六七八九十两])"
_UNIT = r"(?:个?小时|小?时|hours?|hrs?|h|分钟?|minutes?|mins?|m(?![a-z])|'|天|日|days?|d(?![a-z]))"
_TIME = rf"(?:{_NUMBER}\s*(?:个半小时|{_UNIT}半?)\s*)+|{_NUMBER}"
_STAY = re.compile(rf"({_TIME})\s*(?:(?:-|~|–|—|至|到|to)\s*({_TIME}))?\s*(\+|以上|起|及以上|or more)?")
_ABOUT = re.compile(r"约|大概|大约|左右|建议|游玩|about|around|approx\.?|roughly|^~")


def minutes(cell: str, *, unit: int | None) -> tuple[int, int | None] | None:
    """Shortest and longest stay in minutes of "2小时 - 4小时", "1-2h", "45 min", "1小时30分"; a day is 480.

    `unit` is the minutes that a bare number counts, None when the column does not say. The longest stay of "2h+" is
    None.
    """
    text = plain(cell)
    if not text:
        return None
    match = _STAY.fullmatch(_ABOUT.sub("", text).strip())
    if match is None:
        raise NotUnderstood(cell)
    last = _UNIT_AT_END.search(match[2] or match[1])
    low = _minutes_of(match[1], cell, _minutes_of_unit(last[0]) if last and match[2] else unit)
    high = None if match[3] else _minutes_of(match[2] or match[1], cell, unit)
    if low < 1 or (high or low) > LONGEST_STAY or (high is not None and high < low):
        raise NotUnderstood(cell)
    return low, high


_UNIT_AT_END = re.compile(_UNIT + r"\s*$")


def _minutes_of_unit(word: str) -> int:
    return next(size for pattern, size in _UNITS if pattern.fullmatch(word.strip()))


def _minutes_of(text: str, cell: str, bare_unit: int | None) -> int:
    total = 0.0
    for number, half_hours, unit, half in re.findall(rf"({_NUMBER})\s*(?:(个半小时)|({_UNIT})(半?))?", text):
        value = _ZH_NUMBERS[number] if number in _ZH_NUMBERS else float(number)
        if half_hours:
            total += (value + 0.5) * 60
        elif unit:
            total += (value + (0.5 if half else 0)) * _minutes_of_unit(unit)
        elif bare_unit is None:
            raise NotUnderstood(cell)
        else:
            total += value * bare_unit
    return round(total)


def whole_days(cell: str) -> int | None:
    """Days ahead of "3", "3天", "1周", "2 weeks", "不用"."""
    if cell.strip().lower() == "none":
        return 0
    text = plain(cell)
    if not text:
        return None
    if text in {"不用", "不需要", "无需", "无需预订", "否", "无", "no", "not needed", "none needed", "walk-in"}:
        return 0
    match = re.fullmatch(r"(?:提前)?([0-9]{1,3})\s*(天|日|days?|周|个?星期|weeks?)?", text)
    if match is None:
        raise NotUnderstood(cell)
    return int(match[1]) * (7 if match[2] and re.match("周|个?星期|week", match[2]) else 1)


def rating(cell: str) -> float | None:
    """A rating from 0 to 10 of "4.5", "4.5分", "4.5/5"; the scale is the source's."""
    text = plain(cell)
    if not text:
        return None
    match = re.fullmatch(r"([0-9]{1,2}(?:\.[0-9]+)?)\s*(?:分|星|stars?|/\s*(?:5|10))?", text)
    if match is None or float(match[1]) > 10:
        raise NotUnderstood(cell)
    return float(match[1])


def as_of(cell: str) -> str | None:
    """2019, 2026-11 or 2026-11-03 of any of the usual ways to write them."""
    text = plain(cell)
    if not text:
        return None
    match = re.fullmatch(
        r"((?:19|20)\d\d)(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?)?[年月日号]?(?:[ t]\d{1,2}:\d\d.*)?", text
    )
    if match is None:
        raise NotUnderstood(cell)
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        date = dt.date(year or 0, month or 1, day or 1)
    except ValueError as error:
        raise NotUnderstood(cell) from error
    return f"{date:%Y-%m-%d}"[: 10 if day else 7 if month else 4]


def words(cell: str) -> tuple[str, ...]:
    """The parts of a list cell without repetition, in their order."""
    parts = (" ".join(part.split()) for part in re.split(r"[;,、，；|\n]", unicodedata.normalize("NFC", cell)))
    return tuple(dict.fromkeys(part for part in parts if part and plain(part)))


_INDOOR = {
    True: "是 室内 yes y true 1 indoor indoors inside",
    False: "否 户外 室外 no n false 0 outdoor outdoors outside",
    None: "both 皆可 均可 都可以 都行 室内外 室内/户外 室内户外 半室内 either mixed indoor/outdoor",
}
_CHOICES: dict[str, dict[str, str]] = {
    "weather": {
        "any": "any 不限 任意 任何 都可以 均可 所有 all 风雨无阻",
        "dry": "dry 晴 晴天 不下雨 无雨 sunny clear",
        "mild": "mild 温和 暖和 凉爽 不冷不热 warm",
    },
    "energy": {
        "low": "low 低 轻松 小 easy",
        "medium": "medium 中 适中 中等 一般 moderate",
        "high": "high 高 累 大 hard",
    },
    "conversation_fit": {"low": "low 低 差 否 no", "medium": "medium 中 一般", "high": "high 高 好 很好 是 yes"},
    "alcohol": {"no": "no 否 无 不含 没有 none", "optional": "optional 可选 可无 看情况", "yes": "yes 是 有 含"},
}
_MANY: dict[str, dict[str, str]] = {
    "stages": {
        "getting_to_know": "认识期 认识 刚认识 初识 相识 gettingtoknow talking justmet",
        "first_date": "初次约会 第一次约会 首次约会 初次见面 第一次见面 firstdate",
        "early": "暧昧 暧昧期 刚在一起 初期 约会初期 earlydating seeingeachother",
        "dating": "热恋 热恋期 恋爱中 恋爱 恋爱期 情侣 inarelationship couple relationship",
        "long_term": "稳定 稳定期 同居 婚后 已婚 夫妻 结婚 长期 longtermrelationship married committed",
        "long_distance": "异地 异地恋 远距离 ldr longdistancerelationship",
    },
    "time_of_day": {
        "morning": "上午 早上 早晨 清晨 早",
        "afternoon": "下午 中午 午后 noon",
        "evening": "傍晚 晚上 晚 晚间",
        "night": "夜里 深夜 夜间 夜晚 夜",
    },
    "seasons": {
        "spring": "春 春天 春季",
        "summer": "夏 夏天 夏季",
        "autumn": "秋 秋天 秋季 fall",
        "winter": "冬 冬天 冬季",
    },
}
_WEEKDAYS: dict[tuple[int, ...], str] = {
    (1, 2, 3, 4, 5): "weekday weekdays 工作日 平日 平时",
    (6, 7): "weekend weekends 周末 双休日",
    (1,): "monday mon 周一 星期一",
    (2,): "tuesday tue 周二 星期二",
    (3,): "wednesday wed 周三 星期三",
    (4,): "thursday thu 周四 星期四",
    (5,): "friday fri 周五 星期五",
    (6,): "saturday sat 周六 星期六",
    (7,): "sunday sun 周日 周天 星期日 星期天",
}
_EVERYTHING = {
    "all",
    "any",
    "全部",
    "不限",
    "任意",
    "任何",
    "所有",
    "全天",
    "allday",
    "anytime",
    "anystage",
    "都可以",
    "任何阶段",
    "allyear",
    "四季",
    "全年",
}


def indoor(cell: str) -> bool | None:
    """True or False; None for both or an empty cell."""
    text = plain(cell)
    for value, names in _INDOOR.items():
        if text in names.split():
            return value
    if text:
        raise NotUnderstood(cell)
    return None


def choice(field: str, cell: str) -> str | None:
    """The word of `field` (weather, energy, conversation_fit, alcohol) that the cell means."""
    word = cell.strip().lower()
    for value, names in _CHOICES[field].items():
        if word in names.split():
            return value
    if plain(cell):
        raise NotUnderstood(cell)
    return None


def choices(field: str, cell: str) -> tuple[str, ...]:
    """The stages, times of day or seasons of a list cell in their usual order; () when it is empty or names all."""
    order = {"stages": STAGES, "time_of_day": TIMES_OF_DAY, "seasons": SEASONS}[field]
    found = set(_listed(cell, _meanings(order, _MANY[field])))
    return tuple(value for value in order if value in found)


def weekdays(cell: str) -> tuple[int, ...]:
    """ISO numbers of the days of "weekend", "周六;周日" or "fri"; () when the cell is empty or names every day."""
    meanings = {word: days for days, words in _WEEKDAYS.items() for word in words.split()}
    days = {day for listed in _listed(cell, meanings) for day in listed}
    return () if len(days) == 7 else tuple(sorted(days))


def _listed(cell: str, meanings: Mapping[str, Value]) -> list[Value]:
    """What the words of a list cell mean; [] when one of them is for everything."""
    keys = [re.sub(r"[\W_]+", "", plain(part)) for part in re.split(r"[;,、，；|/\n和及]", cell)]
    keys = [key for key in keys if key]
    if any(key in _EVERYTHING for key in keys):
        return []
    if any(key not in meanings for key in keys):
        raise NotUnderstood(cell)
    return [meanings[key] for key in keys]


def _meanings(order: Iterable[str], names: Mapping[str, str]) -> dict[str, str]:
    own = {value.replace("_", ""): value for value in order}
    return own | {name: value for value, many in names.items() for name in many.split()}


def ends(low: Decimal | None, high: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """Both ends of a price: a single upper end is also the lower one; raises NotUnderstood when they cross."""
    if low is not None and high is not None and low > high:
        raise NotUnderstood(f"{low} > {high}")
    return (high if low is None else low), high
