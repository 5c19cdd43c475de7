"""Makers of stored documents for the tests of the store and what is copied from it."""

from __future__ import annotations

from typing import Any

import numpy as np

from rag.records import Change, DocumentRow, NewPassage, embedding_text, passage_hash
from rag.schema import Item, Passage
from rag.store import Store
from tests.fakes import BagOfWordsEmbedder


def passage(text: str, *, title: str = "", item: Item | None = None, **labels: Any) -> NewPassage:
    """A passage as a sync would make it."""
    made = Passage(text=text, **labels)
    return NewPassage(made, passage_hash(embedding_text(title, made)), item)


def put(
    store: Store, path: str, *texts: str | NewPassage, renamed_from: str | None = None, title: str = "", **labels: Any
) -> Change:
    """Store `texts` as the document at `path`, with the toy embedder's vectors."""
    news = [text if isinstance(text, NewPassage) else passage(text, title=title, **labels) for text in texts]
    rows = BagOfWordsEmbedder().encode([embedding_text(title, new.passage) for new in news])
    vectors: dict[str, np.ndarray] = {new.hash: row for new, row in zip(news, rows, strict=True)}
    row = DocumentRow(path=path, sha256=passage_hash("".join(map(str, texts))), size=1, mtime_ns=1, title=title)
    return store.put_document(row, news, vectors, renamed_from=renamed_from)


def ids(store: Store, path: str) -> list[int]:
    """The ids of a document's passages in order."""
    return [stored.id for stored in store.document_passages(path)]


def texts(store: Store, path: str) -> list[str]:
    """The texts of a document's passages in order."""
    return [stored.passage.text for stored in store.document_passages(path)]
