"""Text of documents and users, made safe to stand inside Markdown."""

from __future__ import annotations

import re

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SPECIAL = re.compile(r"[\\`*_\[\]<>~$|]|&(?=[#A-Za-z])|:(?=[A-Za-z])")
_LINE_START = re.compile(r"^([#+=-])|^(\d{1,9})([.)])")
_ADDRESS = re.compile(r"(?<=https:)(?=//)|(?<=http:)(?=//)|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)
_SHORTCODE = re.compile(r":(?=(?:100|1234|-1|[\w+/-]*[A-Za-z+][\w+/-]*):)")  # not the colons of 14:00-15:30
_WORD_JOINER = "\u2060"


def clean(text: str) -> str:
    """`text` without control characters, lone surrogates and marks that reverse the reading direction."""
    return _CONTROLS.sub("", text)


def plain(text: str) -> str:
    r"""`text` on one line, escaped so that Streamlit's Markdown shows every character as it is.

    Covers emphasis, links, images, HTML, entities, `$…$`, `:red[…]` and list or heading marks. Web addresses and
    short codes such as `:smile:` are replaced after parsing, where a backslash no longer counts: an invisible word
    joiner breaks them.

    >>> plain("[x](javascript:alert(1)) costs $5")
    '\\[x\\](javascript\\:alert(1)) costs \\$5'
    """
    line = " ".join(clean(text.replace("\n", " ").replace("\r", " ").replace("\t", " ")).split())
    line = _ADDRESS.sub(_WORD_JOINER, _SHORTCODE.sub(":" + _WORD_JOINER, line))
    line = _SPECIAL.sub(lambda match: "\\" + match.group(0), line)
    return _LINE_START.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", line)
