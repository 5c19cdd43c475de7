"""A plan as a calendar file and as Markdown."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

from rag.schema import DatePlan, DateRequest, Language, Money, PlanItem, Point
from ui.components.text import clean, plain
from ui.i18n import day, money, t


def spans(plan: DatePlan) -> list[tuple[dt.datetime, dt.datetime]]:
    """Start and end of every stop, naive local time; a clock before the start asked for has passed midnight."""
    now = dt.datetime.combine(plan.request.date, plan.request.start)
    found = []
    for item in plan.items:
        start = _next(now, item.start)
        now = _next(start, item.end)
        found.append((start, now))
    return found


def _next(after: dt.datetime, clock: dt.time) -> dt.datetime:
    same_day = dt.datetime.combine(after.date(), clock)
    return same_day if same_day >= after else same_day + dt.timedelta(days=1)


def plan_to_ics(plan: DatePlan, timezone: str) -> bytes:
    """An iCalendar file with one event per stop in the IANA zone `timezone`; the first stop reminds an hour before.

    The same stop of the same plan keeps its UID, so importing twice updates instead of doubling.
    """
    lang, zone = plan.request.lang, ZoneInfo(timezone)
    calendar = Calendar()
    calendar.add("prodid", "-//Qixi//Date plan//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", t("page_plan", lang))
    for number, (item, (start, end)) in enumerate(zip(plan.items, spans(plan), strict=True)):
        event = Event()
        event.add("uid", f"{_stop_id(plan, number)}@qixi")
        event.add("dtstamp", dt.datetime.now(dt.UTC))
        event.add("dtstart", start.replace(tzinfo=zone))
        event.add("dtend", end.replace(tzinfo=zone))
        event.add("summary", clean(item.title))
        event.add("description", clean("\n".join([*_facts(item, plan.request), item.why, *item.notes])))
        if where := _where(item):
            event.add("location", clean(where))
        if number == 0:
            event.add_component(_reminder(item, lang))
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _stop_id(plan: DatePlan, number: int) -> uuid.UUID:
    item = plan.items[number]
    words = (plan.request.date.isoformat(), item.start.isoformat(), item.title, item.place or "", str(number))
    return uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join(words))


def _reminder(item: PlanItem, lang: Language) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", dt.timedelta(minutes=-60))
    alarm.add("description", t("reminder", lang, title=clean(item.title)))
    return alarm


def _where(item: PlanItem) -> str:
    return ", ".join(part for part in (item.place, item.address) if part)


def _facts(item: PlanItem, request: DateRequest) -> list[str]:
    return [price(item, request.people, request.lang)]


def price(item: PlanItem, people: int, lang: Language) -> str:
    """The cost of a stop as price × people = cost, with the date the price was true."""
    if item.cost.amount == 0:
        words = t("price_free", lang)
    elif item.per_person and people > 1 and item.unit_price.amount * people == item.cost.amount:
        each = money(item.unit_price, lang)
        words = t("price_each", lang, price=each, people=people, cost=money(item.cost, lang))
    else:
        words = t("price_total", lang, cost=money(item.cost, lang))
    dated = t("price_as_of", lang, date=item.as_of) if item.as_of else t("price_undated", lang)
    return f"{words} {dated}" if lang == "en" else f"{words}{dated}"


def left(plan: DatePlan) -> Money:
    """What the budget leaves, never below zero."""
    rest = plan.budget.amount - plan.total_cost.amount
    return Money(amount=max(rest, Decimal(0)), currency=plan.budget.currency)


def plan_to_markdown(plan: DatePlan) -> str:
    """The plan in its own language, sources included; text of documents is escaped."""
    lang = plan.request.lang
    lines = [f"# {t('page_plan', lang)} · {day(plan.request.date, lang)}", ""]
    lines += [f"> {plain(plan.request.text)}", ""] if plan.request.text else []
    if plan.relaxation and not plan.items:
        lines += [plain(plan.relaxation.message), ""]
    for item in plan.items:
        lines += _stop(item, plan.request)
    lines += [
        f"**{t('total', lang)}** {plain(money(plan.total_cost, lang))} · "
        f"**{t('budget', lang)}** {plain(money(plan.budget, lang))}",
        "",
    ]
    lines += _section(t("topics", lang), [_point(point) for point in plan.topics])
    lines += _section(t("avoid", lang), [_point(point) for point in plan.avoid])
    gifts = [
        f"{plain(gift.title)} ({plain(gift.price)}): {plain(gift.why)}{_marks(gift.citations)}" for gift in plan.gifts
    ]
    lines += _section(t("gifts", lang), gifts)
    lines += _section(t("backup", lang), _backups(plan))
    lines += _section(t("notes", lang), [plain(note) for note in plan.notes])
    lines += _sources(plan)
    return "\n".join(lines).rstrip() + "\n"


def _stop(item: PlanItem, request: DateRequest) -> list[str]:
    lines = [f"## {item.start:%H:%M}-{item.end:%H:%M} {plain(item.title)}{_marks(item.citations)}", ""]
    facts = [*_facts(item, request), item.why, *item.notes]
    if where := _where(item):
        facts.insert(0, t("place_at", request.lang, place=where))
    return [*lines, *(f"- {plain(fact)}" for fact in facts if fact), ""]


def _section(title: str, entries: list[str]) -> list[str]:
    return [f"## {title}", "", *(f"- {entry}" for entry in entries), ""] if entries else []


def _point(point: Point) -> str:
    return plain(point.text) + _marks(point.citations)


def _backups(plan: DatePlan) -> list[str]:
    lang = plan.request.lang
    lines = []
    for backup in plan.backup:
        reason = t(f"reason_{backup.reason}", lang)
        swap = t("backup_line", lang, reason=reason, replaces=plain(backup.replaces))
        cost = plain(money(backup.cost, lang))
        clock = f"{backup.start:%H:%M}-{backup.end:%H:%M}"
        lines.append(f"{swap} {plain(backup.title)} ({clock}, {cost}) {plain(backup.why)}{_marks(backup.citations)}")
    return lines


def _sources(plan: DatePlan) -> list[str]:
    if not plan.citations:
        return []
    lines = [f"## {t('sources', plan.request.lang)}", ""]
    for source in plan.citations:
        where = " · ".join(plain(part) for part in (source.title, source.document, source.locator) if part)
        lines += [f"{source.id}. {where}", "", f"   > {plain(source.excerpt)}", ""]
    return lines


def _marks(citations: tuple[int, ...]) -> str:
    return "".join(f" \\[{number}\\]" for number in citations)
