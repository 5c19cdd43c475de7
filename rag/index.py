"""The fast copies of a store, kept at its generation: vectors in FAISS, words in tantivy."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from rag.errors import BusyError
from rag.records import embedding_text, tags
from rag.store import Store
from rag.vectors import VectorIndex
from rag.words import WordIndex

_SNAPSHOT_CHANGES = 1_000
"""Changed passages after which a new vector snapshot is worth writing; fewer are replayed at the next start."""


class SearchIndex:
    """Vector and word search over a store, caught up before every search. One per process; thread-safe."""

    def __init__(self, store: Store, *, dimensions: int, embedder: str) -> None:
        self.store = store
        self._embedder = embedder
        self._lock = threading.RLock()
        self.vectors = VectorIndex(dimensions)
        self.words = WordIndex(store.home / "words", store=store.identity)
        self._saved_generation = 0
        self._kinds: tuple[int, dict[int, str]] = (-1, {})
        if self.vectors.load(store.home, embedder=embedder, store=store.identity):
            self._saved_generation = self.vectors.generation

    def kinds(self) -> dict[int, str]:
        """The kind of each passage that is not a plain document, read once for a generation of the store."""
        generation = self.store.generation
        if self._kinds[0] != generation:
            self._kinds = (generation, self.store.kinds())
        return self._kinds[1]

    def refresh(self) -> None:
        """Bring both copies to the store's generation; costs one small read when they are there already.

        The word index is shared by processes: when another one is writing the store or already at it, it is left to
        that process and this one goes on with the words it has.
        """
        with self._lock:
            if self.store.embedder not in (None, self._embedder):
                return  # vectors of another model: `qixi knowledge sync` re-embeds them
            generation = self.store.generation
            if self.vectors.generation != generation:
                self._catch_up_vectors()
            self.words.reload()
            if self.words.generation != generation:
                try:
                    with self.store.copying():
                        self.catch_up_words()
                except BusyError:
                    pass

    def publish(self) -> None:
        """After a sync, under the store's write lock: catch up both copies and snapshot the vectors if it pays."""
        with self._lock:
            self._catch_up_vectors()
            if outgrown := self.vectors.is_outgrown:
                self._rebuild_vectors()
            self.catch_up_words()
            changes = self.store.changes(self._saved_generation)
            changed = None if changes is None else len(changes[0]) + len(changes[1])
            never_saved = self._saved_generation == 0 and len(self.vectors) > 0
            if changed is None or outgrown or never_saved or changed > _SNAPSHOT_CHANGES:
                self.vectors.save(self.store.home, embedder=self._embedder, store=self.store.identity)
                self._saved_generation = self.vectors.generation

    def dense(self, query: np.ndarray, k: int, allowed: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Ids and cosines of the nearest passages."""
        with self._lock:
            return self.vectors.search(query, k, allowed)

    def catch_up_words(self) -> None:
        """Bring the word index to the store's generation; the caller holds the store's right to write or to copy."""
        with self._lock, self.store.snapshot() as generation:
            self.words.reload()
            if self.words.generation == generation:
                return
            changes = self.store.changes(self.words.generation) if 0 < self.words.generation < generation else None
            added, removed = changes if changes is not None else (self.store.passage_ids().tolist(), [])
            self.words.apply(self._texts(added), removed, generation=generation, rebuild=changes is None)

    def _catch_up_vectors(self) -> None:
        with self.store.snapshot() as generation:
            at = self.vectors.generation
            changes = self.store.changes(at) if 0 < at <= generation else None
            if changes is not None:
                added, removed = changes
                self.vectors.apply(*self._stored_vectors(added), np.array(removed, np.int64), generation=generation)
        if changes is None:
            self._rebuild_vectors()

    def _rebuild_vectors(self) -> None:
        with self.store.snapshot() as generation:
            self.vectors.rebuild(*self._stored_vectors(self.store.passage_ids().tolist()), generation=generation)

    def _stored_vectors(self, ids: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        stored = self.store.vectors(ids)
        matrix = np.stack(list(stored.values())) if stored else np.empty((0, self.vectors.dimensions), np.float32)
        return np.fromiter(stored, np.int64), matrix

    def _texts(self, ids: Sequence[int]) -> list[tuple[int, str, str]]:
        return [
            (stored.id, embedding_text(stored.title, stored.passage), tags(stored.passage))
            for stored in self.store.passages(ids).values()
        ]
