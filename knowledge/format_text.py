"""Readers of plain text: Markdown and text files."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt

from knowledge.clean import clean
from knowledge.formats import LONGEST_HEADING, Block, Document, Sections, plain
from rag.plain_yaml import parse_yaml

_FRONT = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FENCED_OR_COMMENT = re.compile(
    r"(^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\2|\Z))|<!--.*?(?:-->|\Z)", re.DOTALL | re.MULTILINE
)
_PARAGRAPH = re.compile(r"\S.*(?:\n[^\S\n]*\S.*)*")
_MARKUP = re.compile(r"!\[[^\[\]]*\]\([^()]*\)|(?<!\\)(?:\*\*|__|`+)|\[([^\[\]]*)\]\([^()]*\)")
_LONGEST_UNDERLINED_HEADING = 80


def read_markdown(text: str) -> Document:
    """The document of Markdown: front matter, and a block per heading; HTML comments are left out.

    A `#` inside a code fence is no heading. The title is the front matter's, else the first heading.
    """
    notes: tuple[str, ...] = ()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    front, body, problem = split_front_matter(text)
    if problem:
        notes = (problem,)
    body = _FENCED_OR_COMMENT.sub(lambda match: match[1] or "\n" * match[0].count("\n"), body)
    lines = body.split("\n")
    sections = Sections()
    start = 0
    for level, title, first, after in _headings(body):
        sections.paragraph("\n".join(lines[start:first]), locator=f"line {start + 1}")
        sections.heading(level, title)
        start = after
    sections.paragraph("\n".join(lines[start:]), locator=f"line {start + 1}")
    blocks = sections.finish()
    own = front.get("title")
    named = own if isinstance(own, str) and own.strip() else sections.first_heading
    return Document(title=named, blocks=blocks, front=front, type="markdown", notes=notes)


def read_text(text: str) -> Document:
    """The document of a text file: a block per paragraph, located by the line it begins on."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    blocks = []
    line, seen = 1, 0
    for match in _PARAGRAPH.finditer(text):
        line += text.count("\n", seen, match.start())
        seen = match.start()
        if paragraph := clean(match[0]):
            blocks.append(Block(paragraph, "", f"line {line}"))
    return Document(title="", blocks=blocks, type="text")


def split_front_matter(text: str) -> tuple[dict[str, Any], str, str]:
    """(front matter, the text below it, what was wrong with it or ''); what is not YAML stays in the text."""
    match = _FRONT.match(text.lstrip("\n"))
    if match is None:
        return {}, text, ""
    try:
        front = parse_yaml(match[1] or "")
    except ValueError as error:
        return {}, text, f"The front matter is not valid YAML and was read as text: {' '.join(str(error).split())}."
    if front is None:
        front = {}
    if not isinstance(front, dict):
        return {}, text, ""
    # The lines taken away are put back empty: line numbers stay those of the file.
    return plain(front), "\n" * match[0].count("\n") + text.lstrip("\n")[match.end() :], ""


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero")
    return parser.enable(["heading", "lheading", "fence", "code", "html_block"]).disable("inline")


def _headings(text: str) -> list[tuple[int, str, int, int]]:
    """(level, title, first line, line after) of every heading, lines counted from 0."""
    found = []
    tokens = _parser().parse(text)
    for token, inline in pairwise(tokens):
        if token.type != "heading_open" or token.map is None:
            continue
        title = inline.content if inline.type == "inline" else ""
        if token.markup in "-=" and ("\n" in title or len(title) > _LONGEST_UNDERLINED_HEADING):
            continue  # a paragraph above a rule drawn without a blank line between them
        if len(title) <= LONGEST_HEADING:
            title = _MARKUP.sub(lambda match: match[1] or "", title)
        found.append((int(token.tag[1:]), title, token.map[0], token.map[1]))
    return found
