"""Known records: conflict cases, replies, the conflict map and the calendar, worded for readers in their own language.

A row of a jsonl or an entry of a YAML file whose keys are those of a known record becomes one Record: its own heading,
labelled lines instead of keys, its language and stages. What has other keys is read like any other table or text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from knowledge.clean import clean
from knowledge.formats import LONGEST_HEADING, Record
from rag import record_labels
from rag.catalogue import STAGES
from rag.text import language

RecordName = Literal["case", "reply"]

_MAP = (
    ("also", "也叫", "Also", 0),
    ("about", "多半在争什么", "What it is about", 0),
    ("principles", "原则", "Principles", 0),
    ("steps", "步骤", "Steps", 0),
    ("warning_signs", "警示信号", "Warning signs", 1),
    ("seek_help", "什么时候求助", "When to seek help", 1),
    ("safety", "安全", "Safety", 1),
)
_SAFETY = (
    ("signs", "信号", "Signs", 0),
    ("do", "可以做", "Do", 0),
    ("do_not", "不要做", "Do not", 0),
)
_OCCASION = (
    ("also", "也叫", "Also", 0),
    ("when", "日子", "When", 0),
    ("customs", "怎么过", "Customs", 0),
    ("gift", "送礼", "Gifts", 0),
    ("gift_lead_days", "礼物提前天数", "Order gifts days ahead", 0),
    ("booking_lead_days", "订位提前天数", "Book days ahead", 0),
)


@dataclass(frozen=True)
class RecordKind:
    """A kind of row: the keys it is known by, all its keys, the field that names its group, the passages' kind."""

    name: RecordName
    known_by: frozenset[str]
    keys: tuple[str, ...]
    group: str
    passage_kind: str
    fields: record_labels.Labels


CASE = RecordKind(
    "case", frozenset({"situation", "first_day_steps"}),
    (
        "id", "lang", "type", "stage", "severity", "narrator", "partner",
        *(name for name, *_ in record_labels.CASE), "safety",
    ),
    "type", "conflict", record_labels.CASE,
)  # fmt: skip
REPLY = RecordKind(
    "reply", frozenset({"message", "readings"}),
    ("id", "lang", "situation", "stage", *(name for name, *_ in record_labels.REPLY)),
    "situation", "reply", record_labels.REPLY,
)  # fmt: skip
KINDS = (CASE, REPLY)


def kind_of(row: object) -> RecordKind | None:
    """The kind of record that a JSON value is by its keys, or None."""
    if not isinstance(row, Mapping):
        return None
    return next((kind for kind in KINDS if kind.known_by <= row.keys()), None)


def read_rows(rows: Sequence[Any]) -> list[Record] | None:
    """The records of JSON values, one for each row that is not None; None for other rows.

    At least half of the rows must have the keys a kind is known by; the others then count as careless ones of it.
    """
    present = [(number, row) for number, row in enumerate(rows, start=1) if row is not None]
    kinds = [kind for _, row in present if (kind := kind_of(row))]
    if not kinds or 2 * len(kinds) < len(present) or not all(isinstance(row, Mapping) for _, row in present):
        return None
    return [_row_record(row, kind_of(row) or kinds[0], f"row {number}") for number, row in present]


def read_map(value: Any) -> list[Record] | None:
    """The records of the conflict map: types, then classes of danger, each in each language; None for another file."""
    if not isinstance(value, Mapping) or not isinstance(value.get("types"), Mapping):
        return None
    found = [
        _entry(in_language(entry, lang), _MAP, lang, "guide", f"{name} {lang}", _text(entry.get(lang)))
        for name, entry in value["types"].items()
        if isinstance(entry, Mapping)
        for lang in ("zh", "en")
    ]
    classes = value.get("safety_classes")
    for name, entry in classes.items() if isinstance(classes, Mapping) else ():
        for lang in ("zh", "en"):
            own = in_language(entry, lang)
            if isinstance(own, Mapping):
                found.append(_entry(own, _SAFETY, lang, "guide", f"{name} {lang}", _text(own.get("label"))))
    return found


def read_occasions(value: Any) -> list[Record] | None:
    """The records of a calendar of occasions, each in each language; None for another file."""
    if not isinstance(value, Mapping) or not isinstance(value.get("occasions"), Sequence):
        return None
    entries = [entry for entry in value["occasions"] if isinstance(entry, Mapping)]
    return [
        _entry(own, _OCCASION, lang, "document", f"{entry.get('id', '')} {lang}", _text(own.get("name")))
        for entry in entries
        for lang in ("zh", "en")
        if isinstance(own := in_language(entry, lang), Mapping)
    ]


def in_language(value: Any, lang: str) -> Any:
    """`value` with every mapping of just zh and en replaced by its part in `lang`."""
    if isinstance(value, Mapping):
        if value.keys() == {"zh", "en"}:
            return value[lang]
        return {key: in_language(part, lang) for key, part in value.items()}
    return [in_language(part, lang) for part in value] if isinstance(value, list) else value


def _row_record(row: Mapping[str, Any], kind: RecordKind, locator: str) -> Record:
    own = row.get("lang")
    lang = own if own in ("zh", "en") else language(" ".join(_text(value) for value in row.values()))
    group = _text(row.get(kind.group))
    lead = _text(row.get(kind.fields[0][0]))
    border = ": " if lang == "en" else "："
    stage = _text(row.get("stage"))
    return Record(
        kind=kind.passage_kind,
        heading=border.join(part for part in (group, lead) if part)[:LONGEST_HEADING],
        parts=(*_parts(row, kind.fields, lang, group), *_others(row, kind)),
        locator=locator,
        lang=lang,
        stages=(stage,) if stage in STAGES else (),
        group=group,
        fields=dict(row),
    )


def _entry(value: Any, fields: record_labels.Labels, lang: str, kind: str, locator: str, name: str) -> Record:
    own = value if isinstance(value, Mapping) else {}
    return Record(kind, name, _parts(own, fields, lang, name), locator.strip(), lang, (), name, dict(own))


def _parts(row: Mapping[str, Any], fields: record_labels.Labels, lang: str, group: str) -> tuple[str, ...]:
    """The text of each part, a line for a field; the first part begins with the group."""
    parts: dict[int, list[str]] = {0: [f"【{group}】" if lang == "zh" else f"[{group}]"] if group else []}
    for name, zh, en, part in fields:
        if text := _value(row.get(name), lang):
            label = zh if lang == "zh" else en
            border = "：" if lang == "zh" else ": "
            parts.setdefault(part, []).append(f"{label}{border}{text}" if label else text)
    return tuple("\n".join(lines) for lines in parts.values() if lines)


def _others(row: Mapping[str, Any], kind: RecordKind) -> tuple[str, ...]:
    """What stands under keys that the kind does not have, so that nothing of a user's file is lost."""
    kept = {key: value for key, value in row.items() if key not in kind.keys and value not in (None, "", [], {})}
    lines = [f"{key}: {_nested(value)}" for key, value in kept.items()]
    return (clean("\n".join(lines)),) if lines else ()


def _value(value: Any, lang: str) -> str:
    if not isinstance(value, list):
        return _nested(value)
    items = [text for one in value if (text := _nested(one))]
    if len(items) > 1 and any(len(item) > 12 or item[-1] in '。！？.!?”"' for item in items):
        return " ".join(f"({number}) {item}" for number, item in enumerate(items, start=1))
    return ("、" if lang == "zh" else ", ").join(items)


def _nested(value: Any) -> str:
    """A value as text; a mapping or list, which no kind wants, as JSON, so that it is not lost."""
    return clean(json.dumps(value, ensure_ascii=False)) if value and isinstance(value, Mapping | list) else _text(value)


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, Mapping | list) else clean(str(value)).strip()


def common_group(records: Iterable[Record]) -> str:
    """The group that all of them share, "" when they have several."""
    groups = {record.group for record in records}
    return groups.pop() if len(groups) == 1 else ""
