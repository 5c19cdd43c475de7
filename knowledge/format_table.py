"""Readers of tables: csv and xlsx, and what they share with the tables inside other documents."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Sequence

from knowledge.clean import clean
from knowledge.formats import MAX_CHARACTERS, Block, Document, Table, Unreadable

_DELIMITERS = (",", "\t", ";", "|")
_ROWS_LOOKED_AT = 50


def read_csv(text: str, *, name: str) -> Document:
    """The document of a csv or tsv file called `name`: one Table, rows numbered as a spreadsheet shows them.

    The delimiter is the one of , ; tab | that gives the most rows of equal width, unless the first line says `sep=;`.
    """
    delimiter = None
    first_line = text[:6].lower()
    if first_line.startswith("sep=") and len(text) > 4:
        delimiter, text = text[4], text.partition("\n")[2]
    csv.field_size_limit(MAX_CHARACTERS)  # the default of 131,072 characters would refuse a long cell
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text)))
    except csv.Error as error:
        raise Unreadable(f"is not a readable csv file: {error}.", f"不是可读的 csv 文件：{error}。") from error
    return from_sheets([("", rows)], name=name, type_="csv", first_number=2 if delimiter else 1)


def from_sheets(
    sheets: Sequence[tuple[str, Sequence[Sequence[str]]]], *, name: str, type_: str, first_number: int = 1
) -> Document:
    """The document of named sheets of rows; what stands above a sheet's header row becomes a block."""
    blocks: list[Block] = []
    tables: list[Table] = []
    for sheet, rows in sheets:
        prefix = f"sheet {sheet}" if sheet else ""
        above, table = to_table(rows, name=sheet or name, locator_prefix=prefix, first_number=first_number)
        if above:
            blocks.append(Block(above, "", prefix or "row 1"))
        if table is not None:
            tables.append(table)
    return Document(title="", blocks=blocks, tables=tables, type=type_)


def to_table(
    rows: Sequence[Sequence[str]], *, name: str, locator_prefix: str, heading: str = "", first_number: int = 1
) -> tuple[str, Table | None]:
    """(the text above the header row, the table below it); `first_number` is the number of rows[0].

    The header is the first row with at least half as many filled cells as the widest of the first rows; a title or a
    remark above it has fewer. There is no table when nothing stands below the header.
    """
    cells = [[_cell(cell) for cell in row] for row in rows]
    while cells and not any(cells[-1]):
        cells.pop()
    filled = [sum(map(bool, row)) for row in cells]
    widest = max(filled[:_ROWS_LOOKED_AT], default=0)
    at = next((index for index, count in enumerate(filled) if count and count * 2 >= widest), 0)
    if at + 1 >= len(cells):
        return _lines(cells), None
    width = max((len(row) - _empty_at_end(row) for row in cells[at:]), default=0)
    body = [(row + [""] * width)[:width] for row in cells[at + 1 :]]
    header = (cells[at] + [""] * width)[:width]
    return _lines(cells[:at]), Table(name, header, body, first_number + at + 1, locator_prefix, heading)


def cell_text(value: object) -> str:
    """A spreadsheet's value as the sheet would show it: 38.0 is '38', dates are ISO, times HH:MM."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(value, ".15g") if abs(value) >= 1e15 or value != int(value) else str(int(value))
    if isinstance(value, dt.datetime):
        whole_day = value.time() == dt.time()
        return value.date().isoformat() if whole_day else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, dt.time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, dt.timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    return str(value)


def _cell(text: str) -> str:
    return clean(text).strip()


def _empty_at_end(row: Sequence[str]) -> int:
    return next((count for count, cell in enumerate(reversed(row)) if cell), len(row))


def _lines(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(line for row in rows if (line := "  ".join(filter(None, row))))


def _delimiter(text: str) -> str:
    lines = text[:200_000].splitlines(keepends=True)[: _ROWS_LOOKED_AT * 4]

    def agreement(delimiter: str) -> tuple[int, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1)
        except csv.Error:
            return 0, 0
        width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        return count, width

    return max(_DELIMITERS, key=agreement)
