"""A date request from free text, form fields, or both: what was said is read, what was not is a stated default."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rag.errors import InputError
from rag.money import format_money
from rag.scenarios.budget import Budget, Mention, choose_amount, find_amounts, parse_budget, parse_currency
from rag.scenarios.clock import Times, check_hours, find_times, parse_hours, parse_start
from rag.scenarios.days import coming
from rag.scenarios.reading import Reader, refuse
from rag.scenarios.vocabulary import DEFAULT_BUDGETS, FIELD_LABELS, STAGE_LABELS
from rag.scenarios.when import Found, choose_date, find_dates, parse_date
from rag.scenarios.who import find_city, find_people, find_stage, parse_city, parse_people, parse_stage
from rag.scenarios.wishes import Wishes, find_wishes, parse_indoor, parse_words
from rag.schema import DateRequest, Field_, Language, Stage
from rag.settings import Settings
from rag.text import language

MAX_TEXT = 8_000
"""The longest text that is read, in characters."""

Given = dict[Field_, object]
Result = TypeVar("Result")

_START = 14 * 60
_HOURS, _HOURS_WHEN_NEW = 4.0, 3.0
_SATURDAY, _TOO_LATE_ON_SATURDAY = 5, dt.time(10)
_DAY = 24 * 60
_FIELDS: tuple[Field_, ...] = (
    "stage", "budget", "people", "city", "date", "start", "hours", "interests", "avoid", "indoor",
)  # fmt: skip


class _Said(NamedTuple):
    """What the text alone says; None, or empty, where it is silent."""

    stage: Stage | None
    amounts: list[Mention]
    people: int | None
    city: str | None
    days: list[Found]
    times: Times
    wishes: Wishes


class _Schedule(NamedTuple):
    """When the date takes place; `assumed` names what nobody said."""

    date: dt.date
    start: dt.time
    hours: float
    assumed: frozenset[str]


def understand(
    text: str = "",
    *,
    now: dt.datetime,
    settings: Settings,
    cities: Collection[str] = (),
    stage: object = None,
    budget: object = None,
    currency: object = None,
    people: object = None,
    city: object = None,
    date: object = None,
    start: object = None,
    hours: object = None,
    interests: object = None,
    avoid: object = None,
    indoor: object = None,
    seed: object = 0,
    lang: str | None = None,
) -> DateRequest:
    """The DateRequest that `text` and the fields of a form or flags mean; `defaults` names what neither gives.

    `now` is aware; days and hours are read in `settings.timezone`. `cities` are the names in the store. A field wins
    over the text and may be typed or as the user wrote it; None, "" and an empty list mean that it is not given. The
    currency written beside an amount wins over `currency`, which says what a bare number means. A day or hour that
    was not given is chosen to lie ahead. Raises InputError, naming the field where there is one.
    """
    # 1. What is given, the cheap checks first
    values = (stage, budget, people, city, date, start, hours, interests, avoid, indoor)
    given = {name: value for name, value in zip(_FIELDS, values, strict=True) if not _is_blank(value)}
    _check_text(text, given)
    tongue = _language(text, given, settings, lang)
    now = now.astimezone(_zone(settings.timezone))
    code = settings.currency_for(tongue)
    code = code if _is_blank(currency) else parse_currency(currency, code)

    # 2. What the text says; a field that is given wins over it
    said = _read(text, given, cities, tongue, code)
    meant: dict[str, Any] = {
        "stage": parse_stage(given["stage"]) if "stage" in given else said.stage,
        "people": parse_people(given["people"]) if "people" in given else said.people,
        "city": parse_city(given["city"], cities, tongue) if "city" in given else said.city,
        "interests": parse_words(given["interests"], "interests") if "interests" in given else said.wishes.interests,
        "avoid": parse_words(given["avoid"], "avoid") if "avoid" in given else said.wishes.avoid,
        "indoor": parse_indoor(given["indoor"]) if "indoor" in given else said.wishes.indoor,
    }
    money = _budget(given, said, code, meant["people"] or 2)
    schedule = _schedule(given, said, now, new=meant["stage"] in ("first_date", "getting_to_know"))

    # 3. Defaults for the rest
    code = money.currency if money else code
    unsaid = {name for name, value in meant.items() if value in (None, ()) and name not in given} | schedule.assumed
    unsaid |= set() if money else {"budget"}
    return DateRequest(
        **{name: value for name, value in meant.items() if value is not None},
        text=Reader(text).original,
        lang=tongue,
        budget=money.amount if money else Decimal(DEFAULT_BUDGETS.get(code, 60)),
        currency=code,
        date=schedule.date,
        start=schedule.start,
        hours=schedule.hours,
        seed=_seed(seed),
        defaults=tuple(name for name in _FIELDS if name in unsaid),
    )


def describe(request: DateRequest, lang: Language) -> list[tuple[str, str, str, bool]]:
    """What was understood, a row a field: (field, label, value in words, whether it is a default)."""
    zh = lang == "zh"
    none = "不限" if zh else "any"
    setting = {None: none, True: "室内" if zh else "indoors", False: "户外" if zh else "outdoors"}
    weekday = f"周{'一二三四五六日'[request.date.weekday()]}" if zh else f"{request.date:%A}"
    values = {
        "stage": STAGE_LABELS[request.stage][0 if zh else 1],
        "budget": format_money(request.budget, request.currency, lang),
        "people": f"{request.people}人" if zh else str(request.people),
        "city": request.city or none,
        "date": f"{request.date}（{weekday}）" if zh else f"{request.date} ({weekday})",
        "start": f"{request.start:%H:%M}",
        "hours": f"{request.hours:g}小时" if zh else f"{request.hours:g} h",
        "interests": ("、" if zh else ", ").join(request.interests) or none,
        "avoid": ("、" if zh else ", ").join(request.avoid) or ("无" if zh else "nothing"),
        "indoor": setting[request.indoor],
    }
    return [(name, FIELD_LABELS[name][lang], values[name], name in request.defaults) for name in _FIELDS]


def _is_blank(value: object) -> bool:
    return (
        value is None
        or (isinstance(value, str) and not value.strip())
        or (isinstance(value, list | tuple) and not value)
    )


def _check_text(text: object, given: Given) -> None:
    if not isinstance(text, str):
        raise refuse(
            "text", text, en="The request “{}” is not a text; write a sentence.", zh="需求“{}”不是文字；请写一句话。"
        )
    if len(text) > MAX_TEXT:
        raise InputError(
            en=f"The text has {len(text):,} characters; shorten it to {MAX_TEXT:,}.",
            zh=f"文字有 {len(text)} 个字符；请缩短到 {MAX_TEXT} 个以内。",
            field="text",
        )
    if not text.strip() and not given:
        raise InputError(
            en="The request is empty; say what you would like, e.g. “first date on Saturday afternoon, budget 300 "
            "yuan, she likes cats”, or fill in a field.",
            zh="还没有填写需求；请写一句话，例如“第一次约会，预算300元，周六下午，她喜欢猫”，或填写任意一项。",
            field="text",
        )


def _language(text: str, given: Given, settings: Settings, lang: str | None) -> Language:
    chosen = lang or settings.lang
    if chosen in ("zh", "en"):
        return "zh" if chosen == "zh" else "en"
    if chosen:
        raise refuse(
            "lang", chosen, en="The language “{}” is not offered; give zh or en.", zh="不支持语言“{}”；请用 zh 或 en。"
        )
    words = (
        text
        if text.strip()
        else " ".join(str(value) for value in given.values() if isinstance(value, str | list | tuple))
    )
    words = words[:MAX_TEXT]
    return language(words) if any(character.isalpha() for character in words) else "zh"


def _read(text: str, given: Given, cities: Collection[str], lang: Language, currency: str) -> _Said:
    """What the text says; the stages go from the plainest marks to the loosest, each taking out what it read."""
    reader = Reader(text)
    return _Said(
        stage=find_stage(reader),
        amounts=_unless_given(given, lambda: find_amounts(reader, default_currency=currency)) or [],
        days=find_dates(reader),
        times=_unless_given(given, lambda: find_times(reader)) or Times(),
        people=_unless_given(given, lambda: find_people(reader)),
        city=find_city(reader, cities, lang),
        wishes=find_wishes(reader),
    )


def _unless_given(given: Given, read: Callable[[], Result]) -> Result | None:
    """What `read` finds in the text, None when its words for a field that is given anyway are at fault."""
    try:
        return read()
    except InputError as error:
        if error.field in given:
            return None
        raise


def _budget(given: Given, said: _Said, currency: str, people: int) -> Budget | None:
    if "budget" in given:
        return parse_budget(given["budget"], default_currency=currency, people=people)
    return choose_amount(said.amounts, people)


def _schedule(given: Given, said: _Said, now: dt.datetime, *, new: bool) -> _Schedule:
    """The day, the start and the length; each that was not said is chosen so that the date lies ahead."""
    usual = _HOURS_WHEN_NEW if new else _HOURS
    clock = _clock_of(given, said)
    start = _START if clock is None else clock
    firm = clock is not None and ("start" in given or not said.times.vague)
    end = said.times.end
    if end is not None and end <= start and not firm:
        start = max(0, end - round(usual * 60))

    today, minute = now.date(), now.hour * 60 + now.minute
    day, dated = _day(given, said, now, ahead=start > minute)
    if day == today and start < minute:
        start = _later_today(day, start, minute, firm=firm)
    hours, measured = _length(given, said, start, usual)
    if start >= _DAY:  # 周六晚上12点 is the first minute of Sunday
        day, start = day + dt.timedelta(days=1), start - _DAY
    stated = {"date": dated, "start": clock is not None, "hours": measured}
    assumed = frozenset(name for name, is_stated in stated.items() if not is_stated)
    return _Schedule(day, dt.time(start // 60, start % 60), hours, assumed)


def _clock_of(given: Given, said: _Said) -> int | None:
    if "start" not in given:
        return said.times.start
    start = parse_start(given["start"])
    return start.hour * 60 + start.minute


def _day(given: Given, said: _Said, now: dt.datetime, *, ahead: bool) -> tuple[dt.date, bool]:
    """The day, and whether it was said; else Saturday, today only in the early morning of one."""
    today = now.date()
    if "date" in given:
        return parse_date(given["date"], today=today, ahead=ahead), True
    if day := choose_date(said.days, today, ahead=ahead):
        return day, True
    return coming(_SATURDAY, today, today_counts=ahead and now.time() < _TOO_LATE_ON_SATURDAY), False


def _later_today(day: dt.date, start: int, minute: int, *, firm: bool) -> int:
    """The next half hour in minutes after midnight; an hour that was named asks instead."""
    moved = (minute // 30 + 1) * 30
    if not firm and moved < _DAY:
        return moved
    raise refuse(
        "start",
        f"{day} {start // 60:02d}:{start % 60:02d}",
        en="{} has passed; give a later start or another day.",
        zh="{} 已经过去；请改晚一点的开始时间，或换一天。",
    )


def _length(given: Given, said: _Said, start: int, usual: float) -> tuple[float, bool]:
    """The length in hours, and whether it was said."""
    if "hours" in given:
        return parse_hours(given["hours"]), True
    if said.times.hours is not None:
        return said.times.hours, True
    if (end := said.times.end) is not None:
        return check_hours(((end - start) % _DAY) / 60), True
    return usual, False


def _seed(value: object) -> int:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) <= 20:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31:
        return value
    raise refuse(
        "seed",
        value,
        en="The seed “{}” cannot be used; give a whole number from 0 to 2147483647.",
        zh="种子“{}”不能用；请写 0 到 2147483647 的整数。",
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise refuse(
            "timezone",
            name,
            en="Setting timezone has the value “{}”, which is no time zone; give e.g. Asia/Shanghai.",
            zh="设置项 timezone 的值“{}”不是时区；请写成 Asia/Shanghai 这样的名字。",
        ) from error
