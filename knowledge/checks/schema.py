"""Missing fields and impossible values, kind by kind.

Documents of the user's own need no schema: a text without front matter is only pointed out. What claims a schema, by
its front matter, its columns or its keys, is held to it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from knowledge.checks.entries import Entry
from knowledge.checks.findings import Finding, error, warning
from knowledge.item_columns import read_columns
from knowledge.records import CASE, REPLY, RecordKind
from rag.catalogue import STAGES
from rag.text import language

SAFETY = ("none", "abuse", "coercion", "stalking", "self_harm")
SITUATION = (60, 250)
"""Characters of a conflict situation in Chinese; English may have up to 1.6 times as many."""
_GENDERS = ("female", "male", "nonbinary")
_SECTIONS = {
    "zh": ("做什么", "为什么", "可以这样说", "别这样"),
    "en": ("what to do", "why", "words that work", "avoid"),
}
_DEAR = {"activity": Decimal(20_000), "gift": Decimal(50_000), "place": Decimal(50_000)}
"""In yuan; a dearer row is likelier a slip than an offer."""
_IN_YUAN = {"CNY": Decimal(1), "USD": Decimal(7), "EUR": Decimal(8), "GBP": Decimal(9)}
_DAY = 24 * 60
_PROBABLE = re.compile(
    r"[一二两三四五六七八九]成|多半|大概|也许|可能|或许|说不准|八成|未必|不排除|像是|看样子|估计|恐怕"
    r"|\d+\s?%|probabl|possibl|perhaps|maybe|might|may be|likel|could|chance|hard to say|seems",
    re.IGNORECASE,
)
_STALE_DAYS = 2 * 366


def check_schema(entries: Sequence[Entry], types: Mapping[str, str]) -> Iterator[Finding]:
    """Findings on every entry alone and on ids that stand twice; `types` are the conflict map's labels by type."""
    for entry in entries:
        yield from _CHECKS.get(entry.kind, _check_nothing)(entry)
        if entry.kind == "case":
            yield from _check_type(entry, types)
        if entry.declared in ("zh", "en") and language(entry.main) != entry.declared:
            yield error(
                "language", entry, f"is marked {entry.declared} and is not written in it; mend `lang` or the text.",
                f"标明语言 {entry.declared}，文字却不是；请改 lang 或改文字。",
            )  # fmt: skip
    for (kind, ident), count in Counter((entry.kind, entry.id) for entry in entries).items():
        if count > 1:
            twice = [entry for entry in entries if (entry.kind, entry.id) == (kind, ident)]
            yield error(
                "duplicate", twice[1], f"has the id {ident}, which {twice[0].place} has too; give it another.",
                f"与 {twice[0].place} 的 id 同为 {ident}；请换一个。",
            )  # fmt: skip


def check_dates(entries: Sequence[Entry], today: dt.date) -> Iterator[Finding]:
    """Warnings on figures and tips whose `as_of` lies more than two years back, and errors on dates to come."""
    for entry in entries:
        as_of = entry.item.as_of if entry.item else entry.fields.get("as_of")
        match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", str(as_of or ""))
        if match is None:
            continue
        try:
            date = dt.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        except ValueError:
            yield error("value", entry, f"is dated {as_of}, which is no date.", f"日期 {as_of} 不存在。")
            continue
        if date > today:
            yield error("stale", entry, f"is dated {as_of}, which is to come.", f"日期 {as_of} 还没到。")
        elif (today - date).days > _STALE_DAYS:
            yield warning(
                "stale", entry, f"is of {as_of}, over two years old; check its figures and date it anew.",
                f"是 {as_of} 的资料，已过两年；请核对后更新日期。",
            )  # fmt: skip


def _check_nothing(entry: Entry) -> Iterator[Finding]:
    yield from ()


def _check_tip(entry: Entry) -> Iterator[Finding]:
    fields = entry.fields
    if not {"id", "topics"} & fields.keys():
        yield warning(
            "missing", entry, "has no front matter (id, lang, stages, topics, as_of); it is offered at every stage.",
            "没有 front matter（id、lang、stages、topics、as_of），会在各个阶段都被引用。",
        )  # fmt: skip
        return
    for name in ("id", "lang", "stages", "topics", "as_of"):
        if not fields.get(name):
            yield _missing(entry, name)
    stages = fields.get("stages")
    listed = stages if isinstance(stages, list) else str(stages or "").replace(",", " ").split()
    yield from _check_values(entry, "stages", listed, STAGES)
    headings = {heading.rsplit(" › ", 1)[-1].strip().lower() for heading in fields.get("headings", ())}
    for section in _SECTIONS[entry.lang]:
        if section not in headings:
            yield _missing(entry, f"## {section}")


def _check_item(entry: Entry) -> Iterator[Finding]:
    item = entry.item
    assert item is not None
    headed = {column.field for column in read_columns(list(entry.fields))}
    wanted: dict[str, object] = {
        "price": item.price_high, "description": item.description, "stages": item.stages, "as_of": item.as_of,
    }  # fmt: skip
    if item.kind == "activity":
        wanted |= {"category": item.category, "minutes": item.minutes_high}
    if item.kind == "gift":
        wanted |= {"occasions": item.occasions, "booking_days": item.booking_days}
    for name, value in wanted.items():
        if value in (None, "", ()) and item.kind != "place" and not (name == "stages" and "stages" in headed):
            yield _missing(entry, name)
    yield from _check_price(entry)
    longest = max(item.minutes_low or 0, item.minutes_high or 0)
    if item.kind == "activity" and longest > _DAY:
        yield error("value", entry, f"takes {longest} minutes, more than a day.", f"要 {longest} 分钟，超过一天。")
    if item.kind == "gift" and (item.booking_days or 0) > 366:
        yield error(
            "value", entry, f"must be ordered {item.booking_days} days ahead.", f"要提前 {item.booking_days} 天准备。"
        )


def _check_price(entry: Entry) -> Iterator[Finding]:
    item = entry.item
    assert item is not None
    prices: list[tuple[Decimal | None, str | None]] = [(point.high, point.currency) for point in item.prices]
    for high, currency in prices or [(item.price_high, item.currency)]:
        if high is not None and high * _IN_YUAN.get(currency or "CNY", Decimal(1)) > _DEAR[item.kind]:
            yield error(
                "price",
                entry,
                f"costs {high} {currency or ''}; check the amount.",
                f"价格 {high} {currency or ''}，请核对。",
            )


def _check_case(entry: Entry) -> Iterator[Finding]:
    fields = entry.fields
    yield from _check_keys(entry, CASE, may_be_empty=("red_flags",))
    yield from _check_values(entry, "stage", [fields.get("stage")], STAGES)
    yield from _check_values(entry, "safety", [fields.get("safety")], SAFETY)
    for name in ("narrator", "partner"):
        yield from _check_values(entry, name, [fields.get(name)], _GENDERS)
    severity = str(fields.get("severity"))
    yield from _check_values(entry, "severity", [severity], tuple("12345"))
    size, (least, most) = len(entry.main), SITUATION
    if not least <= size <= most * (1.6 if entry.lang == "en" else 1):
        yield error(
            "value", entry, f"tells its situation in {size} characters; {least} to {most} are wanted.",
            f"情形有 {size} 字，应为 {least} 到 {most} 字。",
        )  # fmt: skip
    if fields.get("safety") in SAFETY[1:] and severity in tuple("123"):
        yield error(
            "safety", entry, f"is a case of {fields['safety']} and has severity {severity}; 4 or 5 is wanted.",
            f"属于 {fields['safety']}，严重程度却是 {severity}；应为 4 或 5。",
        )  # fmt: skip


def _check_type(entry: Entry, types: Mapping[str, str]) -> Iterator[Finding]:
    label = str(entry.fields.get("type") or "")
    if types and label and label not in types:
        yield error(
            "value", entry, f"has the type “{label}”, which conflicts/map.yaml does not know.",
            f"类型“{label}”不在 conflicts/map.yaml 里。",
        )  # fmt: skip


def _check_reply(entry: Entry) -> Iterator[Finding]:
    fields = entry.fields
    yield from _check_keys(entry, REPLY)
    yield from _check_values(entry, "stage", [fields.get("stage")], STAGES)
    readings = fields.get("readings")
    if isinstance(readings, list) and len(readings) < 2:
        yield error(
            "value", entry, "has one reading; a message has two plausible ones.", "只有一种解读；一句话至少有两种可能。"
        )
    for reading in readings if isinstance(readings, list) else ():
        if not _PROBABLE.search(str(reading)):
            yield error(
                "value", entry, f"states as certain: “{str(reading)[:40]}”; say how probable it is.",
                f"把猜测说成了定论：“{str(reading)[:40]}”；请写出可能性。",
            )  # fmt: skip
    tones = [str(fields.get(name)) for name in ("light", "sincere", "direct")]
    if len(set(tones)) < len(tones):
        yield error("value", entry, "has the same reply in two tones.", "两种语气的回复一模一样。")


def _check_keys(entry: Entry, kind: RecordKind, may_be_empty: Sequence[str] = ()) -> Iterator[Finding]:
    for name in kind.keys:
        value = entry.fields.get(name)
        if value in (None, "", []) and not (name in may_be_empty and name in entry.fields):
            yield _missing(entry, name)


def _check_values(entry: Entry, name: str, values: Sequence[Any], known: Sequence[str]) -> Iterator[Finding]:
    for value in values:
        if value not in (None, "", "None") and value not in known:
            yield error(
                "value", entry, f"has {name} “{value}”; known are {', '.join(known)}.",
                f"{name} 写成了“{value}”；可用的有 {'、'.join(known)}。",
            )  # fmt: skip


def _missing(entry: Entry, name: str) -> Finding:
    return error("missing", entry, f"has no {name}; add it.", f"缺少 {name}；请补上。")


_CHECKS = {
    "tip": _check_tip, "activity": _check_item, "gift": _check_item, "place": _check_item, "case": _check_case,
    "reply": _check_reply,
}  # fmt: skip
