"""What every reader returns, and the limits all of them keep."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from knowledge.clean import clean

MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_CHARACTERS = 20_000_000
"""About forty long novels; more would keep the store busy for hours."""

HEADING_BORDER = " › "
LONGEST_HEADING = 200
"""Characters; a longer "heading" is a paragraph in a heading's clothes."""


class Unreadable(Exception):
    """Why a file cannot be read, as the rest of a sentence that begins with the file's name."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh


@dataclass(frozen=True, slots=True)
class Block:
    """Running text under one heading; `heading` is the path outermost first, joined by ' › '."""

    text: str
    heading: str = ""
    locator: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; rows[i] is row number first_row + i of the source, an empty row has only empty cells.

    `first_row` counts as a spreadsheet shows it (the header of a csv is row 1). The locator of a row is
    f"{locator_prefix} row {number}" without the space when the prefix is empty. `heading` is the path the table
    stands under.
    """

    name: str
    header: list[str]
    rows: list[list[str]]
    first_row: int = 2
    locator_prefix: str = ""
    heading: str = ""

    def locator(self, first: int, last: int | None = None) -> str:
        """The locator of rows[first], or of rows[first] to rows[last]: 'sheet 餐厅 row 14', 'rows 14-20'."""
        numbers = f"row {self.first_row + first}"
        if last is not None and last != first:
            numbers = f"rows {self.first_row + first}-{self.first_row + last}"
        return f"{self.locator_prefix} {numbers}".strip()


@dataclass(frozen=True, slots=True)
class Record:
    """An entry that stands for itself: a conflict case, replies to a message, an occasion.

    `parts` are passages in reading order, `heading` stands over each of them and `group` names what it is a case of;
    `fields` are the values as the file has them.
    """

    kind: str
    heading: str
    parts: tuple[str, ...]
    locator: str
    lang: str = ""
    stages: tuple[str, ...] = ()
    group: str = ""
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """A file as text. `notes` are English sentences about what was guessed, replaced or left out."""

    title: str
    blocks: list[Block] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    front: dict[str, Any] = field(default_factory=dict)
    type: str = "text"
    notes: tuple[str, ...] = ()
    records: list[Record] = field(default_factory=list)

    def to_json(self) -> str:
        """The document on one line of JSON."""
        return _adapter().dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Document:
        """The document of `to_json`. Raises ValueError when a field is missing or of another type."""
        return _adapter().validate_json(text)

    def characters(self) -> int:
        """The number of characters in blocks, table cells and records."""
        blocks = sum(len(block.text) for block in self.blocks)
        records = sum(len(part) for record in self.records for part in record.parts)
        return blocks + records + sum(len(cell) for table in self.tables for row in table.rows for cell in row)


@cache
def _adapter() -> TypeAdapter[Document]:
    return TypeAdapter(Document)


def join_path(*headings: str) -> str:
    """The heading path of non-empty `headings`, outermost first."""
    return HEADING_BORDER.join(heading for heading in headings if heading)


class Headings:
    """The path of headings that hold at a point of a document that is read from top to bottom."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    def enter(self, level: int, title: str) -> None:
        """Begin the section `title`; it closes every open section of the same or a deeper level."""
        self._open = [(depth, name) for depth, name in self._open if depth < level]
        self._open.append((level, title))

    def path(self) -> str:
        """The path outermost first, '' before the first heading."""
        return join_path(*(name for _, name in self._open))


class Sections:
    """Collects paragraphs into one Block per section, in reading order.

    A heading with nothing below it becomes a block of its own text, so that it is not lost.
    """

    def __init__(self) -> None:
        self._headings = Headings()
        self._paragraphs: list[str] = []
        self._locator = ""
        self._blocks: list[Block] = []
        self._empty: str | None = None
        self.first_heading = ""

    @property
    def path(self) -> str:
        """The heading path that holds now."""
        return self._headings.path()

    def heading(self, level: int, title: str) -> None:
        """Begin a section."""
        title = " ".join(clean(title).split())
        if not title:
            return
        if len(title) > LONGEST_HEADING:
            self.paragraph(title)
            return
        self._close()
        self._headings.enter(level, title)
        self.first_heading = self.first_heading or title
        self._keep_empty()
        self._empty = title

    def paragraph(self, text: str, *, locator: str = "") -> None:
        """Add a paragraph to the section; the first one's `locator` is used where there is no heading."""
        text = clean(text)
        if text.strip():
            self._locator = self._locator or locator
            self._paragraphs.append(text)

    def used(self) -> None:
        """Say that the section holds something outside the blocks, such as a table."""
        self._empty = None

    def finish(self) -> list[Block]:
        """The blocks."""
        self._close()
        self._keep_empty(last=True)
        return self._blocks

    def _close(self) -> None:
        if self._paragraphs:
            path = self.path
            self._blocks.append(Block("\n\n".join(self._paragraphs), path, path or self._locator))
            self._paragraphs = []
            self._empty = None
        self._locator = ""

    def _keep_empty(self, *, last: bool = False) -> None:
        """Turn the previous heading into a block unless the new section lies below it."""
        previous, self._empty = self._empty, None
        if previous is None:
            return
        parents = self.path.split(HEADING_BORDER)[:-1] if not last else []
        if previous not in parents:
            self._blocks.append(Block(previous, previous, previous))


def plain(value: object) -> Any:
    """`value` as JSON can carry it: dates as ISO text, keys as text, anything else unknown as its text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dict):
        return {clean(str(key)): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(part) for part in value]
    return clean(str(value))
