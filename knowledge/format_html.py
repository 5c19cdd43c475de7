"""Reader of HTML: what a visitor would read, under its headings; tables as tables."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from knowledge.clean import clean
from knowledge.format_table import to_table
from knowledge.formats import Document, Sections, Table, Unreadable

_SKIPPED = {
    "script", "style", "noscript", "template", "nav", "footer", "aside", "iframe", "object", "embed", "svg", "canvas",
    "head", "select", "textarea", "button", "dialog", "map", "audio", "video",
}  # fmt: skip
_INLINE = {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "time", "tt", "u", "var", "wbr",
}  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LAYOUT = {"table", *_HEADINGS}
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$)", re.IGNORECASE
)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_SPACE_IN_CHINESE = re.compile(
    "(?<=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef])[ \t]*\r?\n[ \t\r\n]*(?=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef])"
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)


def declared_encoding(data: bytes) -> str | None:
    """The encoding an HTML page names in its first 2,048 bytes."""
    match = _DECLARED.search(data[:2048])
    return match[1].decode("ascii") if match else None


def read_html(text: str) -> Document:
    """The document of an HTML page. Scripts, styles, navigation, footers and hidden elements are left out."""
    # libxml2 takes a NUL for the end of the page; the encoding is known by now, whatever the page declares.
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    root = etree.fromstring(clean(text).encode(), parser)
    if root is None:
        raise Unreadable("has no text.", "没有文字内容。")
    title = _SPACE.sub(" ", clean("".join(root.xpath("//head/title[1]//text()")))).strip()
    page = _Page()
    page.read(root)
    blocks = page.sections.finish()
    notes = ("The page is nested too deeply; what lies deepest was left out.",) if _is_cut(parser) else ()
    return Document(
        title=title or page.sections.first_heading, blocks=blocks, tables=page.tables, type="html", notes=notes
    )


class _Page:
    """Walks the tree once, without recursion: pages may be nested as deeply as their writer likes."""

    def __init__(self) -> None:
        self.sections = Sections()
        self.tables: list[Table] = []
        self._text: list[str] = []

    def read(self, root: Any) -> None:
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            if event == "start":
                if tag in _SKIPPED or _is_hidden(element) or (tag == "table" and self._take_table(element)):
                    walk.skip_subtree()
                else:
                    self._start(tag, element.text)
                continue
            if tag in _HEADINGS:
                self.sections.heading(_HEADINGS[tag], _flatten("".join(self._text)))
                self._text = []
            elif tag not in _INLINE and tag not in _SKIPPED and tag != "br":
                self._flush()
            if element.tail:
                self._text.append(element.tail)
        self._flush()

    def _start(self, tag: str, text: str | None) -> None:
        if tag == "br":
            self._text.append("\x1f")
        elif tag not in _INLINE:
            self._flush()
            if tag == "li":
                self._text.append("- ")
        if text:
            self._text.append(text.replace("\n", "\x1f") if tag == "pre" else text)

    def _flush(self) -> None:
        text, self._text = "".join(self._text), []
        if text.strip(" \t\n\r\f-\x1f"):
            self.sections.paragraph("\n".join(_flatten(line) for line in text.split("\x1f")))

    def _take_table(self, element: Any) -> bool:
        """Keep a table of data; False for one that only lays out a page or has a single row or column."""
        if any(inner.tag in _LAYOUT for inner in element.iterdescendants()):
            return False
        rows = [[_cell_text(cell) for cell in row.iterchildren("td", "th")] for row in element.iter("tr")]
        if len(rows) < 2 or max(map(len, rows)) < 2:
            return False
        self._flush()
        caption = _flatten(" ".join(element.xpath("string(./caption)").split()))
        prefix = f"table {len(self.tables) + 1}"
        path = self.sections.path
        above, table = to_table(rows, name=caption or prefix, locator_prefix=prefix, heading=path)
        if table is None:
            return False
        self.sections.used()
        self.sections.paragraph(above)
        self.tables.append(table)
        return True


def _is_cut(parser: Any) -> bool:
    return any("depth" in entry.message.lower() for entry in parser.error_log)


def _cell_text(cell: Any) -> str:
    texts = []
    walk = etree.iterwalk(cell, events=("start", "end"))
    for event, element in walk:
        if event == "start" and (element.tag in _SKIPPED or _is_hidden(element)):
            walk.skip_subtree()
            continue
        if element.tag not in _INLINE:
            texts.append(" ")
        text = element.text if event == "start" else element.tail if element is not cell else None
        texts.append(text or "")
    return _flatten("".join(texts))


def _is_hidden(element: Any) -> bool:
    attributes = element.attrib
    return (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or bool(_HIDDEN.search(attributes.get("style", "")))
    )


def _flatten(text: str) -> str:
    """`text` with its white space as a browser shows it; none between Chinese characters of two source lines."""
    return _SPACE.sub(" ", _SPACE_IN_CHINESE.sub("", text)).strip()
