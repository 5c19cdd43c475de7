"""Sync throughput against the bare encoder, and what 10,000 unchanged files cost."""

from __future__ import annotations

import random
import re
import tempfile
import time
from pathlib import Path
from typing import Any

from knowledge.sync import sync
from rag.embed import open_embedder
from rag.records import embedding_text
from rag.settings import load_settings
from rag.store import Store
from rag.text import simplified
from tests.bench.machine import DOCUMENTS, quantiles, write_result
from tests.fakes import BagOfWordsEmbedder

_FILES = 120
_SMALL_FILES = 10_000


def main() -> None:
    """Run the benchmark and write results/sync.json."""
    figures: dict[str, Any] = {"new_files": _new_files(), "unchanged_files": _unchanged_files()}
    write_result("sync", figures)


def _new_files() -> dict[str, Any]:
    embedder = open_embedder(load_settings())
    rng = random.Random(3)
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(DOCUMENTS.rglob("*.md")))
    sentences = [part.strip() for part in re.split(r"(?<=[。！？.!?\n])", text) if len(part.strip()) > 8]
    with tempfile.TemporaryDirectory(prefix="qixi-bench-") as folder:
        documents = Path(folder) / "documents"
        documents.mkdir()
        for number in range(_FILES):
            body = "\n\n".join("".join(rng.choices(sentences, k=10)) for _ in range(4))
            (documents / f"{number:04}.md").write_text(f"# 文档 {number}\n\n{body}\n", encoding="utf-8")
        store = Store(Path(folder) / "store")
        embedder.encode(["warm"])
        report = sync(documents, store, embedder)
        texts = [
            simplified(embedding_text(stored.title, stored.passage))
            for stored in store.passages(store.passage_ids().tolist()).values()
        ]
        started = time.perf_counter()
        embedder.encode(texts)
        bare = time.perf_counter() - started
        store.close()
    return {
        "files": _FILES,
        "passages": report.passages_added,
        "characters": sum(map(len, texts)),
        "sync_seconds": round(report.seconds, 2),
        "embedding_seconds": round(report.seconds_embedding, 2),
        "embedding_share": round(report.seconds_embedding / report.seconds, 3),
        "bare_encoder_seconds": round(bare, 2),
        "passages_per_second": round(report.passages_added / report.seconds, 1),
        "bare_encoder_passages_per_second": round(len(texts) / bare, 1),
    }


def _unchanged_files() -> dict[str, Any]:
    embedder = BagOfWordsEmbedder()
    with tempfile.TemporaryDirectory(prefix="qixi-bench-") as folder:
        documents = Path(folder) / "documents"
        documents.mkdir()
        for number in range(_SMALL_FILES):
            (documents / f"{number:05}.txt").write_text(f"第 {number} 条：周末一起去看展。", encoding="utf-8")
        time.sleep(2.1)  # past the window in which a file may have changed without its time showing it
        store = Store(Path(folder) / "store")
        first = sync(documents, store, embedder)
        again = [sync(documents, store, embedder) for _ in range(5)]
        store.close()
    return {
        "files": _SMALL_FILES,
        "first_sync_seconds": round(first.seconds, 2),
        "again_seconds": quantiles([report.seconds for report in again]),
        "embedded_again": sum(report.embedded for report in again),
    }


if __name__ == "__main__":
    main()
