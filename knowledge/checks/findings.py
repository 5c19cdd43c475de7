"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from knowledge.checks.entries import Entry

Rule = Literal[
    "unreadable", "missing", "value", "price", "language", "duplicate", "one_sided", "manipulation", "safety",
    "personal", "stale",
]  # fmt: skip
Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing to mend, as a sentence in both languages; `place` is file and row."""

    level: Level
    rule: Rule
    place: str
    en: str
    zh: str


def error(rule: Rule, entry: Entry, en: str, zh: str) -> Finding:
    """A finding that makes the check fail."""
    return Finding("error", rule, entry.place, en, zh)


def warning(rule: Rule, entry: Entry, en: str, zh: str) -> Finding:
    """A finding to look at."""
    return Finding("warning", rule, entry.place, en, zh)
