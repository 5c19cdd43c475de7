"""Opening hours as a person writes them, to be read back by the real reader."""

from __future__ import annotations

from typing import Literal

from rag.hours import OpeningHours, merge
from rag.hours_words import DAY, EN_DAYS, EN_MONTHS, EVERY_DAY, ZH_DAYS, Span


def format_hours(hours: OpeningHours, lang: Literal["zh", "en"] = "zh") -> str:
    """The hours in words that `parse_hours` reads back as the same opening; "" when there is no rule."""
    clauses = []
    for months, week in _weeks(hours).items():
        for spans, days in week.items():
            times = " ".join(f"{_clock_text(start, lang)}-{_clock_text(end, lang)}" for start, end in spans)
            clauses.append(f"{_months_text(months, lang)}{_days_text(days, lang)} {times}")
    text = ("；" if lang == "zh" else "; ").join(clauses)
    for closure in hours.closures if clauses else ():
        times = f"{_clock_text(closure.start, lang)}-{_clock_text(closure.end, lang)}"
        if lang == "zh":
            text += f"；非营业时段 {closure.first}至{closure.last} {times}"
        else:
            text += f"; closed during {closure.first} to {closure.last} {times}"
    return text


def _weeks(hours: OpeningHours) -> dict[tuple[int, ...], dict[tuple[Span, ...], list[int]]]:
    """Months with the same week → spans → the days that have them."""
    weeks: dict[tuple[tuple[Span, ...], ...], list[int]] = {}
    for month in range(1, 13):
        rules = [rule for rule in hours.rules if month in (rule.months or (month,))]
        week = tuple(tuple(merge((r.start, r.end) for r in rules if day in r.days)) for day in EVERY_DAY)
        weeks.setdefault(week, []).append(month)
    found: dict[tuple[int, ...], dict[tuple[Span, ...], list[int]]] = {}
    for week, months in weeks.items():
        by_spans: dict[tuple[Span, ...], list[int]] = {}
        for day, spans in enumerate(week):
            if spans:
                by_spans.setdefault(spans, []).append(day)
        found[tuple(months)] = by_spans
    return found


def _clock_text(minutes: int, lang: str) -> str:
    hour, minute = divmod(minutes if minutes <= DAY else minutes - DAY, 60)
    return ("" if minutes <= DAY else "次日" if lang == "zh" else "next day ") + f"{hour:02}:{minute:02}"


def _days_text(days: list[int], lang: str) -> str:
    names = [f"周{name}" for name in ZH_DAYS] if lang == "zh" else [name.capitalize() for name in EN_DAYS]
    if len(days) == 7:
        return "每天" if lang == "zh" else "Daily"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return names[days[0]] + ("至" if lang == "zh" else "–") + names[days[-1]]
    return ("、" if lang == "zh" else ", ").join(names[day] for day in days)


def _months_text(months: tuple[int, ...], lang: str) -> str:
    if len(months) == 12:
        return ""
    if lang == "zh":
        return "、".join(f"{month}月" for month in months) + " "
    return ", ".join(EN_MONTHS[month - 1].capitalize() for month in months) + " "
