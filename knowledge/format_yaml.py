"""Reader of the two YAML files Qixi knows, the conflict map and the calendar; other YAML is read as text."""

from __future__ import annotations

import re

from knowledge.formats import Document
from knowledge.records import read_map, read_occasions
from rag.plain_yaml import parse_yaml

_KNOWN = re.compile(r"^(?:types|occasions)\s*:|[\"'](?:types|occasions)[\"']\s*:", re.MULTILINE)


def read_yaml(text: str) -> Document | None:
    """The document of a conflict map or a calendar of occasions; None for any other YAML and for what is not YAML."""
    if not _KNOWN.search(text):
        return None  # parsing takes seconds a megabyte
    try:
        value = parse_yaml(text)
    except ValueError:
        return None
    records = read_map(value) or read_occasions(value)
    return Document(title="", records=records, type="yaml") if records else None
