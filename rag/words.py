"""The word index: a tantivy (BM25) copy of the store's passages, at a recorded generation."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.files import replace_file
from rag.text import search_words

_FORMAT = 1
_QUERY_WORDS = 96
"""Distinct words of a query that are searched; the rest of a very long question adds time, not relevance."""


class WordIndex:
    """BM25 search over passages, kept in a folder and shared by processes; one process writes at a time.

    The writer calls `apply()` under the store's lock; readers call `reload()` to see what it committed.
    """

    def __init__(self, folder: Path) -> None:
        import tantivy

        self._tantivy = tantivy
        self._folder = folder
        self._manifest = folder / "qixi.json"
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("id", stored=True, indexed=True, fast=True)
        builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
        builder.add_text_field("tags", tokenizer_name="whitespace", index_option="basic")
        self._schema = builder.build()
        self._index = self._open()
        self._generation = self._recorded_generation()

    @property
    def generation(self) -> int:
        """The store generation this copy has reached; 0 when it is empty or must be rebuilt."""
        return self._generation

    def reload(self) -> None:
        """See what another process has committed."""
        recorded = self._recorded_generation()
        if recorded != self._generation:
            self._index.reload()
            self._generation = recorded

    def apply(
        self, added: Iterable[tuple[int, str, str]], removed: Iterable[int], *, generation: int, rebuild: bool = False
    ) -> None:
        """Bring the copy to `generation`.

        `added` holds (passage id, text, tags separated by spaces); ids that are there already are replaced, so an
        interrupted call can be repeated.
        """
        writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        if rebuild:
            writer.delete_all_documents()
        for passage_id in removed:
            writer.delete_documents_by_term("id", passage_id)
        for passage_id, text, tags in added:
            if not rebuild:
                writer.delete_documents_by_term("id", passage_id)
            document = self._tantivy.Document()
            document.add_unsigned("id", passage_id)
            document.add_text("words", " ".join(search_words(text)))
            document.add_text("tags", tags)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        replace_file(self._manifest, json.dumps({"format": _FORMAT, "generation": generation}).encode())
        self._generation = generation

    def search(
        self, words: Sequence[str], k: int, tags: Sequence[Sequence[str]] = ()
    ) -> tuple[np.ndarray, np.ndarray]:
        """Ids (int64) and BM25 scores (float32) of the best `k` passages, best first.

        `words` are tokens of `search_words()`. Every group in `tags` must match by at least one of its tags.
        """
        query_module: Any = self._tantivy.Query
        occur = self._tantivy.Occur
        counted = Counter(words).most_common(_QUERY_WORDS)
        if not counted:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        terms = [
            (occur.Should, query_module.boost_query(query_module.term_query(self._schema, "words", word), float(n)))
            for word, n in counted
        ]
        query = query_module.boolean_query(terms)
        if tags:
            groups = [
                (
                    occur.Must,
                    query_module.const_score_query(
                        query_module.boolean_query(
                            [(occur.Should, query_module.term_query(self._schema, "tags", tag)) for tag in group]
                        ),
                        0.0,
                    ),
                )
                for group in tags
            ]
            query = query_module.boolean_query([(occur.Must, query), *groups])
        searcher = self._index.searcher()
        hits = searcher.search(query, k, count=False).hits
        ids = [searcher.doc(address)["id"][0] for _, address in hits]
        return np.array(ids, np.int64), np.array([score for score, _ in hits], np.float32)

    def _recorded_generation(self) -> int:
        try:
            manifest = json.loads(self._manifest.read_bytes())
        except (OSError, ValueError):
            return 0
        return int(manifest["generation"]) if manifest.get("format") == _FORMAT else 0

    def _open(self) -> Any:
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            return self._tantivy.Index(self._schema, path=str(self._folder), reuse=True)
        except (ValueError, OSError):  # damaged, or another schema: it is only a copy
            shutil.rmtree(self._folder)
            self._folder.mkdir(parents=True)
            return self._tantivy.Index(self._schema, path=str(self._folder), reuse=True)
