"""Reader of PDF: pages as running text, the lines of a column joined into paragraphs again."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pypdfium2 as pdfium

from knowledge.clean import clean
from knowledge.formats import Block, Document, Unreadable

_TOLERANCE = 0.01
"""Share of the column's width by which lines that fill it differ."""
_PARAGRAPH_GAP = 1.25
"""Times the usual distance of lines from which a paragraph ends."""
_OTHER_SIZE = 1.25
"""Ratio of heights from which a line is a heading beside running text, or the reverse."""
_COLUMN_STEP = 20.0
"""Points; lines whose left edges are within two steps belong to one column."""
_WIDE = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef\u3000-\u303f\U00020000-\U0003ffff"
_CHINESE = re.compile(f"[{_WIDE}“”‘’…—]")
_ONE_WIDE = re.compile(f"[{_WIDE}]")
_FIRST_WORD = re.compile(rf"[{_WIDE}“‘][，。！？；：、）》”’…]*|[^\s{_WIDE}]+")
_SENTENCE_END = re.compile(r"[。！？!?…；;：:.][”’」』）)\"']*$")
_PAGE_NUMBER = re.compile(
    r"[-–—·\s]*(?:(?:page|p\.)\s*)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?[-–—·\s]*"
    r"|第\s*\d{1,4}\s*页(?:[\s,，/]*共\s*\d{1,4}\s*页)?",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?:[-•·●▪◦*‣]|\(?\d{1,3}[.、)）]|[（(]?[一二三四五六七八九十]{1,3}[、)）])\s*\S")
_JUNK_TITLE = re.compile(r"untitled|\(?anonymous\)?|(?:microsoft |wps )?\w+ ?[-–] .*|.*\.\w{2,5}", re.IGNORECASE)
_PASSWORD, _SECURITY = 4, 5
_SOFT_HYPHENS = "\ufffe\x02\u00ad"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page and its box in points; y grows upwards."""

    text: str
    left: float
    right: float
    bottom: float
    height: float


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    lines: list[Line]


def read_pdf(path: Path) -> Document:
    """The document of a PDF: a block per page. Raises Unreadable when it is damaged, locked or only a scan."""
    try:
        pdf = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) in (_PASSWORD, _SECURITY) or "password" in str(error).lower():
            raise Unreadable(
                "needs a password: remove it and save the file again.", "需要密码：请去掉密码后重新保存。"
            ) from error
        raise Unreadable("is a damaged PDF: save or download it again.", "是损坏的 PDF：请重新保存或下载。") from error
    try:
        title = clean(pdf.get_metadata_value("Title")).strip()
        pages, unread = _pages(pdf)
        count = len(pdf)
    finally:
        pdf.close()
    if not any(page.lines for page in pages):
        raise Unreadable(
            "has no text layer: it is a scan or a picture; run text recognition (OCR) on it first.",
            "没有文字层：它是扫描件或图片，请先做文字识别（OCR）。",
        )
    notes = [f"{len(unread)} of {count} pages are damaged and were left out."] if unread else []
    empty = [page.number for page in pages if not page.lines]
    if empty:
        notes.append(f"{len(empty)} of {count} pages have no text layer (scans or pictures).")
    return Document(
        title="" if _JUNK_TITLE.fullmatch(title) else title,
        blocks=_blocks(_without_running_lines(pages)),
        type="pdf",
        notes=tuple(notes),
    )


def reflow(lines: list[Line]) -> list[str]:
    """The paragraphs of a page's `lines`: a line goes on in the next one when that one's first word had no room in it.

    A wider gap, an indent, a change of size and a list mark begin a paragraph. A hyphen at a line's end is removed
    before a small letter, and Chinese lines are joined without a space.
    """
    edges = _right_edges(lines)
    leading = _leading(lines)
    paragraphs: list[str] = []
    before: Line | None = None
    for line in lines:
        if before is not None and _goes_on(before, line, edges, leading):
            paragraphs[-1] = _join(paragraphs[-1], line.text)
        else:
            paragraphs.append(line.text)
        before = line
    return [_without_soft_hyphens(paragraph) for paragraph in paragraphs]


def _pages(pdf: pdfium.PdfDocument) -> tuple[list[_Page], list[int]]:
    """(the pages' lines, the numbers of pages that cannot be read)."""
    pages: list[_Page] = []
    unread: list[int] = []
    for index in range(len(pdf)):
        try:
            page = pdf[index]
            text_page = page.get_textpage()
            pages.append(_Page(index + 1, _lines(text_page)))
            text_page.close()
            page.close()
        except pdfium.PdfiumError:
            unread.append(index + 1)
    return pages, unread


def _lines(text_page: pdfium.PdfTextPage) -> list[Line]:
    """The page's lines with text in the order of the file, which is that of columns too."""
    text = text_page.get_text_range()
    has_boxes = len(text) == text_page.count_chars()  # not where a character counts as two
    lines: list[Line] = []
    for match in re.finditer(r"[^\r\n]*\S[^\r\n]*", text):
        shown = match[0].strip()
        if not has_boxes:
            lines.append(Line(shown, 0.0, float(_width(shown)), -float(len(lines)), 1.0))
            continue
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        left, bottom, _, top = text_page.get_charbox(start, loose=True)
        _, _, right, _ = text_page.get_charbox(start + len(shown) - 1, loose=True)
        lines.append(Line(shown, left, right, bottom, top - bottom))
    return lines


def _without_running_lines(pages: list[_Page]) -> list[_Page]:
    """The pages without page numbers and without first or last lines that more than half of the pages share."""
    edges: Counter[str] = Counter()
    for page in pages:
        edges.update({_without_digits(line.text) for line in (page.lines[:1] + page.lines[-1:])})
    repeated = {line for line, count in edges.items() if len(pages) >= 3 and count * 2 > len(pages)}

    def runs(line: Line) -> bool:
        return bool(_PAGE_NUMBER.fullmatch(line.text)) or _without_digits(line.text) in repeated

    cut = []
    for page in pages:
        first, last = 0, len(page.lines)
        while first < last and runs(page.lines[first]):
            first += 1
        while last > first and runs(page.lines[last - 1]):
            last -= 1
        cut.append(_Page(page.number, page.lines[first:last] or page.lines))
    return cut


def _blocks(pages: list[_Page]) -> list[Block]:
    """A block per page; a sentence that runs over the page's end stays with the page it begins on."""
    found: list[tuple[int, list[str]]] = []
    before: list[Line] = []
    for page in pages:
        paragraphs = reflow(page.lines)
        if found and page.lines and before and _goes_on(before[-1], page.lines[0], _right_edges(before), 0.0):
            last = found[-1][1]
            last[-1] = _join(last[-1], paragraphs.pop(0))
        if paragraphs:
            found.append((page.number, paragraphs))
        before = page.lines
    texts = ((number, clean("\n".join(paragraphs))) for number, paragraphs in found)
    return [Block(text, "", f"page {number}") for number, text in texts if text.strip()]


def _goes_on(line: Line, following: Line, edges: dict[int, float], leading: float) -> bool:
    """Whether the paragraph of `line` goes on in `following`."""
    if _ITEM.match(following.text) or _is_other_size(line, following):
        return False
    step = line.bottom - following.bottom
    if step <= 0 or not leading:  # the top of the next column or page
        if _SENTENCE_END.search(line.text):
            return False
    elif step > leading * _PARAGRAPH_GAP or (_is_indented(line, following) and not _ITEM.match(line.text)):
        return False
    edge = edges[_column(line)]
    first_word = _FIRST_WORD.match(following.text)
    share = _width(first_word[0] if first_word else following.text) / _width(following.text)
    space = 0.0 if _meets_chinese(line.text, following.text) else line.height / 4
    needed = space + share * (following.right - following.left)
    return line.right + needed > edge - _TOLERANCE * (edge - line.left)


def _right_edges(lines: list[Line]) -> dict[int, float]:
    """How far the lines reach in the column of each left edge: the widest tenth decides, not one odd line."""
    by_column: dict[int, list[float]] = {}
    for line in lines:
        by_column.setdefault(_column(line), []).append(line.right)
    edges = {}
    for column in by_column:
        rights = sorted(right for near in range(column - 2, column + 3) for right in by_column.get(near, ()))
        edges[column] = rights[int(len(rights) * 0.9)]
    return edges


def _leading(lines: list[Line]) -> float:
    """The usual distance between lines of the page: the lower quartile, since paragraphs only add to it."""
    steps = sorted(a.bottom - b.bottom for a, b in pairwise(lines) if 0 < a.bottom - b.bottom < 5 * max(a.height, 1.0))
    return steps[len(steps) // 4] if steps else 1.0


def _column(line: Line) -> int:
    return int(line.left // _COLUMN_STEP)


def _is_other_size(line: Line, following: Line) -> bool:
    low, high = sorted((line.height, following.height))
    return high > low * _OTHER_SIZE


def _is_indented(line: Line, following: Line) -> bool:
    return following.left - line.left > 0.8 * following.height


def _join(before: str, after: str) -> str:
    if before[-1] in _SOFT_HYPHENS or (before[-1] == "-" and before[-2:-1].isalpha() and after[0].islower()):
        return before[:-1] + after
    return before + ("" if _meets_chinese(before, after) else " ") + after


def _meets_chinese(before: str, after: str) -> bool:
    return bool(_CHINESE.match(before[-1]) or _CHINESE.match(after[0]))


def _without_soft_hyphens(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, _SOFT_HYPHENS)))


def _without_digits(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def _width(line: str) -> int:
    """The width of a line in half-width characters."""
    return len(line) + len(_ONE_WIDE.findall(line))
