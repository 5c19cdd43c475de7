"""Query latency by stage over 1,000, 10,000 and 100,000 passages.

The passages are sentences of the shipped documents mixed anew, their vectors the shipped passages' vectors with noise:
real words and real clusters, at a size nobody has to embed for an hour. The questions are embedded by the real model.
"""

from __future__ import annotations

import itertools
import random
import re
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.sync import sync
from rag.embed import Embedder, open_embedder
from rag.index import SearchIndex
from rag.records import DocumentRow, NewPassage, passage_hash
from rag.retrieve import HybridRetriever, SearchTimes
from rag.schema import Passage
from rag.settings import load_settings
from rag.store import Store
from rag.text import language
from tests.bench.machine import DOCUMENTS, quantiles, write_result

SIZES = (1_000, 10_000, 100_000)
QUESTIONS = [
    "第一次约会去哪里比较安静", "她喜欢猫，周末可以做什么", "忘记纪念日了怎么道歉", "预算一百块两个人怎么玩",
    "下雨天的备选",
    "内向的人约会聊什么", "送什么礼物不会踩雷", "异地见面怎么安排", "a quiet first date",
    "what to talk about with a shy person",
    "rainy day ideas under 20 dollars", "how do I apologise for being late", "gift for someone who cooks",
    "date with a dog", "we argue about money", "meeting her parents for the first time",
]  # fmt: skip
_ROUNDS = 12
_COUNT = itertools.count()


def main() -> None:
    """Run the benchmark and write results/search.json."""
    embedder = open_embedder(load_settings())
    figures: dict[str, Any] = {"questions": len(QUESTIONS), "rounds": _ROUNDS, "embedder": embedder.name, "sizes": {}}
    with tempfile.TemporaryDirectory(prefix="qixi-bench-") as folder:
        shipped = Store(Path(folder) / "shipped")
        sync(DOCUMENTS, shipped, embedder)
        for size in SIZES:
            figures["sizes"][str(size)] = _measure(Path(folder) / str(size), shipped, embedder, size)
        shipped.close()
    figures["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    write_result("search", figures)


def _measure(home: Path, shipped: Store, embedder: Embedder, size: int) -> dict[str, Any]:
    store = Store(home)
    started = time.perf_counter()
    _fill(store, shipped, embedder, size)
    fill_seconds = time.perf_counter() - started
    index = SearchIndex(store, dimensions=embedder.dimensions, embedder=embedder.name)
    started = time.perf_counter()
    with store.writing():
        index.publish()
    build_seconds = time.perf_counter() - started
    started = time.perf_counter()
    opened = SearchIndex(Store(home), dimensions=embedder.dimensions, embedder=embedder.name)
    opened.refresh()
    open_seconds = time.perf_counter() - started
    retriever = HybridRetriever(index=opened, embedder=_Uncached(embedder))
    stages: dict[str, list[float]] = {name: [] for name in ("embed", "dense", "words", "fuse")}
    totals: list[float] = []
    without: list[float] = []
    for turn in range(_ROUNDS + 1):
        for question in QUESTIONS:
            times = SearchTimes()
            started = time.perf_counter()
            retriever.search(f"{question} {turn}", gate=False, times=times)
            total = (time.perf_counter() - started) * 1000
            if turn:  # the first round warms up
                totals.append(total)
                without.append(total - times.embed)
                for name, values in stages.items():
                    values.append(getattr(times, name))
    return {
        "passages": store.count(),
        "query_ms": quantiles(totals),
        "query_without_embedding_ms": quantiles(without),
        "stages_ms": {name: quantiles(values) for name, values in stages.items()},
        "open_seconds": round(open_seconds, 2),
        "build_copies_seconds": round(build_seconds, 2),
        "fill_store_seconds": round(fill_seconds, 2),
    }


class _Uncached:
    """The embedder without its memory of recent questions."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self.dimensions = embedder.dimensions
        self._embedder = embedder

    def encode(self, texts: list[str], *, query: bool = False) -> np.ndarray:
        return self._embedder.encode([f"{text} ({next(_COUNT)})" for text in texts], query=query)


def _fill(store: Store, shipped: Store, embedder: Embedder, size: int) -> None:
    rng, noise = random.Random(7), np.random.default_rng(7)
    ids = shipped.passage_ids().tolist()
    vectors = shipped.vectors(ids)
    base = [(stored.passage.text, vectors[stored.id]) for stored in shipped.passages(ids).values()]
    sentences = [part for text, _ in base for part in re.split(r"(?<=[。！？.!?\n])", text) if len(part) > 5]
    with store.writing():
        store.set_embedder(embedder.name, embedder.dimensions)
        for document in range(size // 100):
            news: list[NewPassage] = []
            found: dict[str, np.ndarray] = {}
            for position in range(100):
                text = f"{document}-{position} " + "".join(rng.choices(sentences, k=8))[:480]
                vector = rng.choice(base)[1] + noise.normal(0, 0.02, embedder.dimensions)
                digest = passage_hash(text)
                found[digest] = (vector / np.linalg.norm(vector)).astype(np.float32)
                news.append(NewPassage(Passage(text=text, lang=language(text)), digest))
            row = DocumentRow(path=f"{document:05}.md", sha256="", size=0, mtime_ns=0, title=f"文档 {document}")
            store.put_document(row, news, found)


if __name__ == "__main__":
    main()
