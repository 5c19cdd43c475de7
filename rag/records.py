"""What the knowledge store holds, and what makes two passages the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.schema import Item, Passage


@dataclass(frozen=True)
class DocumentRow:
    """A file of the knowledge folder as the store knows it; `path` is relative to the folder, with '/'."""

    path: str
    sha256: str
    size: int
    mtime_ns: int
    seen_ns: int = 0
    status: str = "indexed"
    reason_en: str = ""
    reason_zh: str = ""
    title: str = ""
    type: str = ""
    kind: str = "document"
    lang: str = "zh"
    mapping: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    indexed_at: str = ""
    id: int = 0
    passages: int = 0
    items: int = 0


@dataclass(frozen=True)
class NewPassage:
    """A passage to be stored, with its structured item if it is a catalogue row."""

    passage: Passage
    hash: str
    item: Item | None = None


@dataclass(frozen=True)
class StoredItem:
    """A catalogue row and the passage and document it comes from."""

    passage_id: int
    document: str
    title: str
    locator: str
    item: Item


@dataclass(frozen=True)
class StoredPassage:
    """A passage with its place in the store."""

    id: int
    document: str
    title: str
    passage: Passage
    hash: str


@dataclass(frozen=True)
class Change:
    """What one transaction did to the passages."""

    added: int
    reused: int
    removed: int


def passage_hash(text: str) -> str:
    """The identity of a text that is embedded (BLAKE2b, 128 bits, hexadecimal)."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def embedding_text(title: str, passage: Passage) -> str:
    """What is embedded and word-indexed for a passage: document title and heading path in front of its text."""
    head = [part for part in (title, passage.heading) if part and part not in passage.text[: len(part) + 8]]
    return "\n".join([*head, passage.text])


def tags(passage: Passage) -> str:
    """The filter tags of a passage in the word index, separated by spaces."""
    stages = [f"stage:{stage}" for stage in passage.stages] or ["stage:"]
    city = (passage.city or "").replace(" ", "_")
    return " ".join([f"kind:{passage.kind}", f"lang:{passage.lang}", f"city:{city}", *stages])


def label_identity(digest: str, passage: Passage) -> tuple[str, ...]:
    """What makes a passage the same one in a new reading of its document: its hash and the labels it is filtered by."""
    return (digest, passage.kind, passage.lang, joined_stages(passage.stages), passage.city or "")


def joined_stages(stages: Sequence[str]) -> str:
    """Stages as the store keeps them: each between spaces, so that one is found by ' name '."""
    return f" {' '.join(stages)} " if stages else ""
