"""The word index: a tantivy (BM25) copy of the store's passages, at a recorded generation."""

from __future__ import annotations

import contextlib
import json
import math
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.files import file_sha256, replace_file
from rag.text import search_words

_FORMAT = 2
_SEGMENT_FILES = (".idx", ".pos", ".term", ".store", ".fast", ".fieldnorm", ".del")
_QUERY_WORDS = 96
"""Distinct words of a query that are searched; the rest of a very long question adds time, not relevance."""


class WordIndex:
    """BM25 search over passages, kept in a folder and shared by processes; one process writes at a time.

    The writer calls `apply()` under the store's lock; readers call `reload()` to see what it committed. A folder that
    is damaged (its files carry checksums), lost, or made from another store than the one named `store` is not opened;
    what was open before goes on answering until there is a whole one again.
    """

    def __init__(self, folder: Path, *, store: str) -> None:
        import tantivy

        self._tantivy = tantivy
        self._folder = folder
        self._store = store
        self._manifest = folder / "qixi.json"
        builder = tantivy.SchemaBuilder()
        # Signed: delete_documents_by_term() makes a signed term of every int and finds nothing in an unsigned field.
        builder.add_integer_field("id", stored=True, indexed=True, fast=True)
        builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
        builder.add_text_field("tags", tokenizer_name="whitespace", index_option="basic")
        self._schema = builder.build()
        self._index: Any = tantivy.Index(self._schema)
        self._generation = 0
        self._checked: dict[str, str] = {}
        self._open()

    @property
    def generation(self) -> int:
        """The store generation this copy has reached; 0 when the folder must be rebuilt."""
        return self._generation

    def reload(self) -> None:
        """See what another process has committed; while the folder is being rebuilt, keep what is open."""
        if self._recorded().get("generation", 0) != self._generation:
            self._generation = 0
            self._open()

    def apply(
        self, added: Iterable[tuple[int, str, str]], removed: Iterable[int], *, generation: int, rebuild: bool = False
    ) -> None:
        """Bring the copy to `generation`.

        `added` holds (passage id, text, tags separated by spaces); ids that are there already are replaced, so an
        interrupted call can be repeated.
        """
        rebuild = rebuild or self._generation == 0
        index = self._empty_folder() if rebuild else self._index
        writer = index.writer(heap_size=64_000_000, num_threads=1)
        try:
            for passage_id in removed:
                writer.delete_documents_by_term("id", passage_id)
            for passage_id, text, tags in added:
                if not rebuild:
                    writer.delete_documents_by_term("id", passage_id)
                document = self._tantivy.Document()
                document.add_integer("id", passage_id)
                document.add_text("words", " ".join(search_words(text)))
                document.add_text("tags", tags)
                writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()
        finally:
            del writer  # tantivy's lock goes with it, also where a traceback keeps this frame
        files = self._checksums(self._live_files())
        manifest = {"format": _FORMAT, "generation": generation, "store": self._store, "files": files}
        replace_file(self._manifest, json.dumps(manifest).encode())
        index.reload()
        self._index, self._generation, self._checked = index, generation, files

    def rarity(self, word: str) -> float:
        """How much a token tells: BM25's idf, log(1 + passages / (passages with the word + ½))."""
        searcher = self._index.searcher()
        term = self._tantivy.Query.term_query(self._schema, "words", word)
        count = searcher.search(term, 1, count=True).count or 0
        return math.log(1 + searcher.num_docs / (count + 0.5))

    def search(self, words: Sequence[str], k: int, tags: Sequence[Sequence[str]] = ()) -> tuple[np.ndarray, np.ndarray]:
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

    def _open(self) -> None:
        """Take over the index in the folder if it is whole and of this store; else leave everything as it is."""
        recorded = self._recorded()
        if not recorded:
            return
        try:
            files = self._checksums(recorded["files"])
            if files != recorded["files"]:
                return
            index = self._opened()
        except (ValueError, OSError):  # another schema, or changed under our hands
            return
        if self._recorded() == recorded:  # else the folder was emptied meanwhile
            self._index, self._generation, self._checked = index, recorded["generation"], files

    def _opened(self) -> Any:
        """The index in the folder; the first thing tantivy would do by itself is to follow a rebuild into emptiness."""
        index = self._tantivy.Index.open(str(self._folder))
        index.config_reader("Manual")
        index.reload()
        return index

    def _empty_folder(self) -> Any:
        """A new index in the folder; readers that have the old one open keep it."""
        self._generation = 0
        with contextlib.suppress(FileNotFoundError):
            self._manifest.unlink()  # first: without it nobody takes what is left for an index
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._tantivy.Index(self._schema, path=str(self._folder))
        return self._opened()

    def _recorded(self) -> dict[str, Any]:
        """The manifest of the last finished `apply()`; empty when there is none of this format and store."""
        try:
            manifest = json.loads(self._manifest.read_bytes())
            known = (manifest["format"], manifest["store"]) == (_FORMAT, self._store)
            return {"generation": int(manifest["generation"]), "files": dict(manifest["files"])} if known else {}
        except (OSError, ValueError, LookupError, TypeError):
            return {}

    def _live_files(self) -> list[str]:
        """The names of the files that the last commit speaks of; others are on their way out."""
        committed = json.loads((self._folder / "meta.json").read_bytes())
        live = {segment["segment_id"].replace("-", "") for segment in committed["segments"]}
        names = (path.name for path in self._folder.iterdir() if path.suffix in _SEGMENT_FILES)
        return ["meta.json", *sorted(name for name in names if name.split(".")[0] in live)]

    def _checksums(self, names: Iterable[str]) -> dict[str, str]:
        """SHA-256 by file name. Segment files are written once: one that was read before is only looked for."""
        digests: dict[str, str] = {}
        for name in names:
            path = self._folder / name
            known = self._checked.get(name) if path.suffix in _SEGMENT_FILES and path.exists() else None
            digests[name] = known or file_sha256(path)
        return digests
