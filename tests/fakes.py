"""Toy parts that enter by the real doors."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from rag.text import search_words


class BagOfWordsEmbedder:
    """An Embedder whose cosine is the share of common words: each word has a fixed random direction.

    It counts what it is asked to embed, so that a test can tell what was embedded again.
    """

    name = "bag-of-words-1"
    dimensions = 64

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def encode(
        self, texts: Sequence[str], *, query: bool = False, progress: Callable[[int], None] | None = None
    ) -> np.ndarray:
        if not query:
            self.embedded.extend(texts)
        rows = [_direction_sum(text, self.dimensions) for text in texts]
        if progress is not None:
            progress(len(texts))
        return np.stack(rows) if rows else np.empty((0, self.dimensions), np.float32)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(value) for value in row] for row in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        return [float(value) for value in self.encode([text], query=True)[0]]


def _direction_sum(text: str, dimensions: int) -> np.ndarray:
    total = np.zeros(dimensions, np.float32)
    for word in search_words(text) or [""]:
        seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
        total += np.random.default_rng(seed).standard_normal(dimensions).astype(np.float32)
    return np.asarray(total / np.linalg.norm(total), np.float32)
