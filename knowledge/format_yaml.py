"""Reader of the two YAML files Qixi knows, the conflict map and the calendar; other YAML is read as text."""

from __future__ import annotations

from typing import Any

import yaml  # type: ignore[import-untyped, unused-ignore]  # types-pyyaml may be there or not

from knowledge.format_text import PlainLoader
from knowledge.formats import Document
from knowledge.records import read_map, read_occasions


def read_yaml(text: str) -> Document | None:
    """The document of a conflict map or a calendar of occasions; None for any other YAML and for what is not YAML."""
    try:
        value = parse_yaml(text)
    except ValueError:
        return None
    records = read_map(value) or read_occasions(value)
    return Document(title="", records=records, type="yaml") if records else None


def parse_yaml(text: str) -> Any:
    """The value of YAML text without aliases. Raises ValueError, with the place, when it is not valid."""
    try:
        return yaml.load(text, Loader=PlainLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(" ".join(str(error).split())) from error
