"""From a document to passages' text: cut at headings, paragraphs and sentence ends, small neighbours kept together.

Lengths are counted as UTF-8 bytes / 3: a Chinese character is 1, a Latin letter 1/3. That follows the tokens of the
embedder (1.34 Chinese or 4.3 English characters each), so one size serves every mixture of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, zip_longest

from langchain_text_splitters import RecursiveCharacterTextSplitter

from knowledge.formats import HEADING_BORDER, Block, Document, Table

_CLOSING = "”’」』）】》\"')"
_SEPARATORS = [
    r"\n\n",
    rf"(?<=[。！？!?….;；:：])\n|(?<=[。！？!?…][{_CLOSING}])\n",
    rf"(?<=[。！？!?…])(?![。！？!?…{_CLOSING}])|(?<=[。！？!?…][{_CLOSING}])(?![{_CLOSING}])|(?<=[.!?])[^\S\n]+(?=[^a-z\s])",
    r"\n",
    r"(?<=[；;])",
    r"(?<=[，、])|(?<=,)(?=\s)",
    r"\s",
    "",
]
_ROW_OF_ITS_OWN = 0.25
"""Share of the size from which a table's average row is prose, and each row a passage."""
_LONGEST = 1.25
"""Times the size: how long a passage may get to take in a short rest or a whole row."""
LONGEST_PASSAGE = 480 * _LONGEST
"""In Chinese characters, for the usual size."""
_NUMBERED = re.compile(r"(.*?)\b(pages?|rows?|slides?|lines?) (\d+)(?:-(\d+))?")
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage's text, the heading path it stands under and where it is: 'page 3', 'rows 14-20', a heading path."""

    text: str
    heading: str = ""
    locator: str = ""


@dataclass(frozen=True, slots=True)
class _Section:
    """Blocks under one heading, joined; `marks` are (offset in text, locator), ascending."""

    text: str
    heading: str
    marks: tuple[tuple[int, str], ...]

    def locator(self, start: int, end: int) -> str:
        first = [mark for offset, mark in self.marks if offset <= start][-1:]
        later = [mark for offset, mark in self.marks if start < offset < end]
        return _join_locators([*first, *later])


def split(document: Document, *, size: int = 480, overlap: int = 64) -> list[Piece]:
    """The passages of `document`, blocks before tables, in reading order; no text is lost.

    `size` is what a passage aims at and `overlap` what neighbours cut out of one section share, both in Chinese
    characters (three Latin letters count as one): 480 and 64 are 1,440 and 192 letters of English. No passage
    exceeds 1.25 sizes.
    """
    if not 0 <= overlap < size:
        raise ValueError(f"overlap must lie in [0, size={size}), not {overlap}")
    return [*_split_blocks(document.blocks, size, overlap), *_split_tables(document.tables, size, document.title)]


def row_text(header: Sequence[str], row: Sequence[str]) -> str:
    """A row as '名称：…；类型：…', or 'name: …; …' where no column name is Chinese; empty cells are left out."""
    return _border(header).join(_cells(header, row))


def length(text: str) -> float:
    """The length of `text` in Chinese characters, a Latin letter counting as a third."""
    return _bytes(text) / 3


def _border(header: Sequence[str]) -> str:
    return "；" if any(map(_CHINESE.search, header)) else "; "


def _cells(header: Sequence[str], row: Sequence[str]) -> list[str]:
    colon = "：" if _border(header) == "；" else ": "
    pairs = (
        (name.strip(), " ".join(cell.split("\n")).strip()) for name, cell in zip_longest(header, row, fillvalue="")
    )
    return [f"{name}{colon}{cell}" if name else cell for name, cell in pairs if cell]


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _split_blocks(blocks: Iterable[Block], size: int, overlap: int) -> Iterator[Piece]:
    """Whole sections packed together up to `size`; a longer section is cut into passages of its own."""
    packed: list[_Section] = []
    for section in _sections(blocks):
        if packed and length(_packed_text([*packed, section])) > size:
            yield _packed_piece(packed)
            packed = []
        if length(section.text) > size:
            yield from _cut(section, size, overlap)
        else:
            packed.append(section)
    if packed:
        yield _packed_piece(packed)


def _sections(blocks: Iterable[Block]) -> Iterator[_Section]:
    for heading, group in groupby((block for block in blocks if block.text.strip()), key=lambda block: block.heading):
        text = ""
        marks: list[tuple[int, str]] = []
        for block in group:
            text += "\n\n" if text else ""
            if not marks or marks[-1][1] != block.locator:
                marks.append((len(text), block.locator))
            text += block.text.strip()
        yield _Section(text, heading, tuple(marks))


def _packed_text(sections: Sequence[_Section]) -> str:
    common = _common_path([section.heading for section in sections])
    parts = []
    for section in sections:
        own = section.heading.removeprefix(common).removeprefix(HEADING_BORDER)
        parts.append(f"## {own}\n{section.text}" if own else section.text)
    return "\n\n".join(parts)


def _packed_piece(sections: Sequence[_Section]) -> Piece:
    common = _common_path([section.heading for section in sections])
    locators = [mark for section in sections for _, mark in section.marks]
    return Piece(_packed_text(sections), common, _join_locators(locators))


def _cut(section: _Section, size: int, overlap: int) -> Iterator[Piece]:
    """The passages of a long section; a rest too short to stand alone is joined to the one before it."""
    spans = _spans(section.text, size, overlap)
    if len(spans) > 1:
        start, end = spans[-2][0], spans[-1][1]
        rest = section.text[spans[-2][1] : end]
        if length(rest) < size / 4 and length(section.text[start:end]) <= size * _LONGEST:
            spans[-2:] = [(start, end)]
    for start, end in spans:
        yield Piece(section.text[start:end].strip(), section.heading, section.locator(start, end))


def _spans(text: str, size: int, overlap: int) -> list[tuple[int, int]]:
    """(start, end) of the splitter's pieces of `text`.

    In repetitive text a start may be found too early, never too late: nothing between two spans is skipped.
    """
    spans: list[tuple[int, int]] = []
    start, end = -1, 0
    for piece in _splitter(size, overlap).split_text(text):
        start = text.index(piece, max(start + 1, end - overlap * 3))
        end = start + len(piece)
        spans.append((start, end))
    spans[-1] = (spans[-1][0], len(text))
    return spans


@lru_cache(maxsize=8)
def _splitter(size: int, overlap: int) -> RecursiveCharacterTextSplitter:
    return RecursiveCharacterTextSplitter(
        separators=_SEPARATORS, is_separator_regex=True, keep_separator="end",
        chunk_size=size * 3, chunk_overlap=overlap * 3, length_function=_bytes,
    )  # fmt: skip


def _split_tables(tables: Iterable[Table], size: int, title: str) -> Iterator[Piece]:
    for table in tables:
        heading = table.heading or (table.name if table.name != title else "")
        rows = [(index, text) for index, row in enumerate(table.rows) if (text := row_text(table.header, row))]
        if not rows:
            continue
        average = sum(length(text) for _, text in rows) / len(rows)
        alone = average >= size * _ROW_OF_ITS_OWN
        waiting: list[tuple[int, str]] = []
        for index, text in rows:
            too_long = length("\n".join([*(text for _, text in waiting), text])) > size
            if waiting and (alone or too_long):
                yield _rows_piece(table, waiting, heading)
                waiting = []
            if length(text) > size * _LONGEST:
                parts = _long_row(table.header, table.rows[index], size)
                yield from (Piece(part, heading, table.locator(index)) for part in parts)
            else:
                waiting.append((index, text))
        if waiting:
            yield _rows_piece(table, waiting, heading)


def _long_row(header: Sequence[str], row: Sequence[str], size: int) -> Iterator[str]:
    """The text of a row that is longer than a passage, cut between cells, and inside a cell only when it must be."""
    border = _border(header)
    waiting = ""
    for cell in _cells(header, row):
        if waiting and length(waiting + border + cell) > size:
            yield waiting
            waiting = ""
        if length(cell) > size:
            *whole, cell = _splitter(size, 0).split_text(cell)
            yield from whole
        waiting += (border if waiting else "") + cell
    if waiting:
        yield waiting


def _rows_piece(table: Table, rows: Sequence[tuple[int, str]], heading: str) -> Piece:
    return Piece("\n".join(text for _, text in rows), heading, table.locator(rows[0][0], rows[-1][0]))


def _common_path(paths: Sequence[str]) -> str:
    parts = [path.split(HEADING_BORDER) if path else [] for path in paths]
    common: list[str] = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        common.append(level[0])
    return HEADING_BORDER.join(common)


def _join_locators(locators: Sequence[str]) -> str:
    """One locator for neighbours: 'pages 3-4' for page 3 and page 4, the path that headings share, else 'A … B'."""
    present = list(dict.fromkeys(locator for locator in locators if locator))
    if len(present) < 2:
        return "".join(present)
    first, last = (_NUMBERED.fullmatch(present[index]) for index in (0, -1))
    if first and last and first[1] == last[1] and first[2].rstrip("s") == last[2].rstrip("s"):
        return f"{first[1]}{first[2].rstrip('s')}s {first[3]}-{last[4] or last[3]}"
    return _common_path(present) or f"{present[0]} … {present[-1]}"
