"""Readers of JSON and JSON Lines: flat records become a table, everything else readable lines of text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from knowledge.clean import clean
from knowledge.formats import Block, Document, Table, Unreadable, join_path
from knowledge.records import common_group, read_rows

_BAD_LINES_NAMED = 5
_ROLES = {"role", "content"}


def parse(text: str) -> Any:
    """The value of JSON text; numbers stay text, so that 12.50 is not rounded to 12.5.

    Raises ValueError (with the place) when it is not JSON or nested too deeply.
    """
    try:
        return json.loads(text, parse_float=str, parse_int=str)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def read_json(text: str, *, name: str) -> Document:
    """The document of one JSON value called `name`, or of JSON Lines when there is one value per line."""
    try:
        value = parse(text)
    except ValueError as error:
        if _is_lines(text):
            return read_jsonl(text, name=name)
        reason = str(error)
        raise Unreadable(f"is not valid JSON: {reason}.", f"不是有效的 JSON：{reason}。") from error
    try:
        blocks, tables = _read_value(value, name)
    except RecursionError as error:
        raise Unreadable("is nested too deeply.", "嵌套层数过多。") from error
    title = value.get("title") if isinstance(value, dict) else None
    return Document(title=_scalar(title) if _is_scalar(title) else "", blocks=blocks, tables=tables, type="json")


def read_jsonl(text: str, *, name: str) -> Document:
    """The document of JSON Lines called `name`; a row's number is its line. Lines that are not JSON are noted."""
    rows: list[Any] = []
    bad: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            rows.append(parse(line) if line.strip() else None)
        except ValueError:
            rows.append(None)
            bad.append(number)
    if all(row is None for row in rows):
        raise Unreadable("holds no line of valid JSON.", "没有一行是有效的 JSON。")
    notes: tuple[str, ...] = ()
    if bad:
        named = ", ".join(map(str, bad[:_BAD_LINES_NAMED])) + (", …" if len(bad) > _BAD_LINES_NAMED else "")
        notes = (f"{len(bad)} of {len(rows)} lines are not valid JSON and were left out: {named}.",)
    while rows and rows[-1] is None:
        rows.pop()
    if records := read_rows(rows):
        return Document(title=common_group(records), records=records, type="jsonl", notes=notes)
    try:
        blocks, tables = _read_records(rows, name)
    except RecursionError as error:
        raise Unreadable("is nested too deeply.", "嵌套层数过多。") from error
    return Document(title="", blocks=blocks, tables=tables, type="jsonl", notes=notes)


def _is_lines(text: str) -> bool:
    first = next((line for line in text.split("\n") if line.strip()), "")
    try:
        return isinstance(parse(first), dict | list)
    except ValueError:
        return False


def _read_value(value: Any, name: str) -> tuple[list[Block], list[Table]]:
    if isinstance(value, list):
        return _read_records(value, name)
    if not isinstance(value, dict):
        return [Block(_scalar(value))], []
    if _is_chat(value):
        return [Block(_lines(value))], []
    blocks: list[Block] = []
    tables: list[Table] = []
    own = {key: part for key, part in value.items() if _is_flat(part)}
    if own and (text := _lines(own)):
        blocks.append(Block(text))
    for key, part in value.items():
        if key in own:
            continue
        heading = clean(key).strip()
        if isinstance(part, list):
            more_blocks, more_tables = _read_records(part, heading)
            blocks.extend(
                Block(one.text, join_path(heading, one.heading), f"{heading} {one.locator}") for one in more_blocks
            )
            tables.extend(Table(heading, one.header, one.rows, one.first_row, heading, heading) for one in more_tables)
        elif text := _lines(part):
            blocks.append(Block(text, heading, heading))
    return blocks, tables


def _read_records(rows: Sequence[Any], name: str) -> tuple[list[Block], list[Table]]:
    """A table when every row is a flat object, else a block per row. None stands for a row that is not there."""
    present = [row for row in rows if row is not None]
    if present and all(isinstance(row, dict) and all(map(_is_flat, row.values())) for row in present):
        header = list(dict.fromkeys(key for row in present for key in row))
        cells = [[_flat(row.get(key)) if row else "" for key in header] for row in rows]
        return [], [Table(name, [clean(key) for key in header], cells, first_row=1)]
    texts = ((number, _lines(row)) for number, row in enumerate(rows, start=1) if row is not None)
    return [Block(text, "", f"row {number}") for number, text in texts if text.strip()], []


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | bool)


def _is_flat(value: Any) -> bool:
    return _is_scalar(value) or (isinstance(value, list) and all(map(_is_scalar, value)))


def _is_chat(value: Any) -> bool:
    messages = value.get("messages") if isinstance(value, dict) else None
    return isinstance(messages, list) and bool(messages) and all(map(_is_message, messages))


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() >= _ROLES


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return clean(str(value)).strip()


def _flat(value: Any) -> str:
    if not isinstance(value, list):
        return _scalar(value)
    parts = [part for one in value if (part := _scalar(one))]
    chinese = any("\u4e00" <= letter <= "\u9fff" for part in parts for letter in part)
    return ("；" if chinese else "; ").join(parts)


def _lines(value: Any) -> str:
    """`value` as lines 'key: value', what is below a key indented under it; a chat as lines 'role: content'."""
    return "\n".join(_walk(value, ""))


def _walk(value: Any, indent: str) -> Iterable[str]:
    if _is_flat(value):
        if text := _flat(value):
            yield indent + text
    elif isinstance(value, list):
        for one in value:
            if _is_message(one) and _is_flat(one["role"]) and _is_flat(one["content"]):
                yield f"{indent}{_flat(one['role'])}: {_flat(one['content'])}"
                yield from _walk({key: part for key, part in one.items() if key not in _ROLES}, indent + "  ")
            else:
                yield from _item(one, indent)
    else:
        for key, part in value.items():
            name = clean(str(key)).strip()
            if not _is_flat(part):
                yield f"{indent}{name}:"
                yield from _walk(part, indent + "  ")
            elif text := _flat(part):
                yield f"{indent}{name}: {text}"


def _item(value: Any, indent: str) -> Iterable[str]:
    lines = list(_walk(value, indent + "  "))
    if lines:
        yield f"{indent}- {lines[0].strip()}"
        yield from lines[1:]
