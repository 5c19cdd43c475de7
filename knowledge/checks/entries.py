"""Documents as entries to check: one tip, one catalogue row, one case, one set of replies, one plain document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from knowledge.formats import Document, Record, Table
from knowledge.items import read_items
from knowledge.records import kind_of
from knowledge.split import row_text
from rag.schema import Item
from rag.text import language

_NOT_TO_DO = {
    "别这样", "什么时候不适用", "不要这样", "避免", "avoid", "when not to", "what to avoid", "为什么", "why",
}  # fmt: skip
_CASE_ADVICE = ("first_day_steps", "say", "repair_two_weeks", "if_they_refuse")
_REPLY_ADVICE = ("light", "sincere", "direct")


@dataclass(frozen=True)
class Entry:
    """One thing that the folder says.

    `main` is what near-duplicates are looked for in, `text` everything, `advice` what it tells a reader to do or say.
    `declared` is the language it says it is in, `fields` the values by name, `item` the catalogue row.
    """

    kind: str
    id: str
    document: str
    locator: str
    main: str
    text: str
    advice: tuple[str, ...]
    lang: str
    declared: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    item: Item | None = None

    @property
    def place(self) -> str:
        """Where a reader finds it: file and row."""
        return f"{self.document} {self.locator}".strip()


def read_entries(path: str, document: Document) -> Iterator[Entry]:
    """The entries of a loaded file; `path` is relative to the knowledge folder."""
    for record in document.records:
        yield _record_entry(path, record)
    for table in document.tables:
        catalogue = read_items(table, path=path)
        if catalogue is None:
            yield _table_entry(path, table)
            continue
        for position, item in catalogue.items:
            yield _item_entry(path, table, position, item)
    if document.blocks:
        yield _text_entry(path, document)


def _record_entry(path: str, record: Record) -> Entry:
    kind = kind_of(record.fields)
    text = "\n".join(record.parts)
    fields = record.fields
    if kind is None:
        name = "occasion" if "customs" in fields else "map"
        advice = tuple(_texts(fields.get("principles")) + _texts(fields.get("steps")) + _texts(fields.get("do")))
        return Entry(
            name, f"{path}#{record.locator}", path, record.locator, text, text, advice, record.lang, record.lang, fields
        )
    names = _CASE_ADVICE if kind.name == "case" else _REPLY_ADVICE
    main = _joined(fields, ("situation",) if kind.name == "case" else ("message", "context", *_REPLY_ADVICE))
    declared = str(fields.get("lang") or "")
    return Entry(
        kind.name, str(fields.get("id") or f"{path}#{record.locator}"), path, record.locator, main, text,
        tuple(advice for name in names for advice in _texts(fields.get(name))),
        declared if declared in ("zh", "en") else language(text), declared, fields,
    )  # fmt: skip


def _table_entry(path: str, table: Table) -> Entry:
    text = "\n".join(row_text(table.header, row) for row in table.rows)
    return Entry("document", f"{path}#{table.name}", path, table.locator_prefix, text, text, (), language(text))


def _item_entry(path: str, table: Table, position: int, item: Item) -> Entry:
    cells = dict(zip(table.header, table.rows[position], strict=False))
    main = "\n".join([item.name, item.description, *(item.extra.get(name, "") for name in _PERSONAL)])
    text = row_text(table.header, table.rows[position])
    name = f"{path}#{item.name}" + (f"#{item.address}" if item.kind == "place" else "")  # a chain has many branches
    advice = () if item.kind == "place" else (item.description, *(item.extra.get(name, "") for name in _PERSONAL))
    return Entry(
        item.kind, name, path, table.locator(position), main.strip(), text, advice,
        language(main), "", cells, item,
    )  # fmt: skip


_PERSONAL = ("怎么更用心", "make_it_personal")


def _text_entry(path: str, document: Document) -> Entry:
    text = "\n\n".join(f"{block.heading}\n{block.text}".strip() for block in document.blocks)
    body = "\n\n".join(block.text for block in document.blocks)
    declared = document.front.get("lang")
    kind = "tip" if path.startswith("tips/") else "document"
    advice = [block.text for block in document.blocks if _tells(block.heading)]
    return Entry(
        kind, str(document.front.get("id") or path), path, "", body, text, tuple(advice),
        declared if declared in ("zh", "en") else language(text), declared if isinstance(declared, str) else "",
        {**document.front, "headings": [block.heading for block in document.blocks], "title": document.title},
    )  # fmt: skip


def _tells(heading: str) -> bool:
    """Whether what stands under a heading tells a reader what to do, and not what to leave."""
    last = heading.rsplit(" › ", 1)[-1].strip().lower()
    return last not in _NOT_TO_DO


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one) for one in values if one not in (None, "")]


def _joined(fields: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return "\n".join(text for name in names for text in _texts(fields.get(name)))
