"""`qixi eval retrieval`: hybrid search judged on a set in BEIR form (Thakur et al., 2021)."""

from __future__ import annotations

import csv
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ir_measures
from ir_measures import RR, R, nDCG

from rag.embed import Embedder
from rag.errors import InputError
from rag.index import SearchIndex
from rag.records import DocumentRow, NewPassage, embedding_text, passage_hash
from rag.retrieve import HybridRetriever, SearchTimes
from rag.schema import Passage
from rag.store import Store
from rag.text import language, simplified

_BATCH = 256
_DEPTH = 20
MEASURES = {"ndcg@10": nDCG @ 10, "recall@5": R @ 5, "mrr@10": RR @ 10}

Progress = Callable[[str, int, int, str], None]
SplitText = Callable[[str, str], Sequence[str]]
"""(title, text) → the texts of its passages."""


@dataclass(frozen=True)
class BeirData:
    """Documents by id as (title, text), queries by id, and qrels: query id → document id → relevance."""

    name: str
    corpus: dict[str, tuple[str, str]]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]


def read_beir(folder: Path) -> BeirData:
    """The set in `folder`. Raises InputError naming the file and line that is missing or malformed."""
    corpus = {
        str(row["_id"]): (str(row.get("title") or ""), str(row.get("text") or ""))
        for row in _rows(folder / "corpus.jsonl", ("_id", "text"))
    }
    queries = {str(row["_id"]): str(row["text"]) for row in _rows(folder / "queries.jsonl", ("_id", "text"))}
    qrels: dict[str, dict[str, int]] = {}
    path = folder / "qrels" / "test.tsv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file, delimiter="\t"), 2):
                try:
                    qrels.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
                except (KeyError, TypeError, ValueError):
                    raise _malformed(path, number, "query-id, corpus-id and a whole-number score") from None
    except OSError as error:
        raise _missing(path, error) from error
    judged = {query: grades for query, grades in qrels.items() if query in queries}
    if not corpus or not judged:
        raise InputError(
            en=f"{folder} has no judged query; corpus.jsonl, queries.jsonl and qrels/test.tsv must belong together.",
            zh=f"{folder} 里没有带判断的问题；corpus.jsonl、queries.jsonl 和 qrels/test.tsv 要配套。",
        )
    return BeirData(folder.resolve().name, corpus, queries, judged)


def evaluate_retrieval(
    data: BeirData,
    embedder: Embedder,
    home: Path,
    *,
    split_text: SplitText | None = None,
    limit: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """nDCG@10, Recall@5, MRR@10 and milliseconds per query, on a store built in the empty folder `home`.

    Each corpus entry is one document; with `split_text` it is cut into passages and scored by its best one. The
    relevance gate is off, as every query of such a set has an answer.
    """
    store = Store(home)
    started = time.perf_counter()
    passages = _index(data, store, embedder, split_text, progress)
    index_seconds = time.perf_counter() - started
    index = SearchIndex(store, dimensions=embedder.dimensions, embedder=embedder.name)
    index.refresh()
    retriever = HybridRetriever(index=index, embedder=embedder)
    run: dict[str, dict[str, float]] = {}
    spent: list[float] = []
    stages: dict[str, list[float]] = {}
    wanted = list(data.qrels)[:limit]
    for done, query_id in enumerate(wanted, 1):
        times = SearchTimes()
        started = time.perf_counter()
        hits = retriever.search(data.queries[query_id], k=_DEPTH, gate=False, times=times)
        spent.append((time.perf_counter() - started) * 1000)
        for stage in ("embed", "dense", "words", "fuse"):
            stages.setdefault(stage, []).append(getattr(times, stage))
        ranking = run.setdefault(query_id, {})
        for hit in hits:
            ranking.setdefault(hit.document, hit.score)
        if progress is not None:
            progress("query", done, len(wanted), "")
    qrels = {query: data.qrels[query] for query in wanted}
    figures = ir_measures.calc_aggregate(list(MEASURES.values()), qrels, run)
    store.close()
    return {
        "dataset": data.name,
        **{name: round(float(figures[measure]), 4) for name, measure in MEASURES.items()},
        "n": len(wanted),
        "documents": len(data.corpus),
        "passages": passages,
        "per_query_ms_p50": round(statistics.median(spent), 2),
        "per_query_ms_p95": round(_quantile(spent, 0.95), 2),
        "stages_ms_p50": {stage: round(statistics.median(values), 2) for stage, values in stages.items()},
        "index_seconds": round(index_seconds, 1),
        "embedder": embedder.name,
    }


def _index(
    data: BeirData, store: Store, embedder: Embedder, split_text: SplitText | None, progress: Progress | None
) -> int:
    total = 0
    with store.writing():
        store.set_embedder(embedder.name, embedder.dimensions)
        for done, batch in _batches(list(data.corpus.items())):
            documents: list[tuple[DocumentRow, list[NewPassage]]] = []
            for document_id, (title, text) in batch:
                texts = [text] if split_text is None else split_text(title, text)
                row = DocumentRow(path=document_id, sha256="", size=len(text), mtime_ns=0, title=title)
                documents.append((row, [_new_passage(title, one) for one in texts]))
            texts_of = {new.hash: embedding_text(row.title, new.passage) for row, news in documents for new in news}
            matrix = embedder.encode([simplified(text) for text in texts_of.values()])
            vectors = dict(zip(texts_of, matrix, strict=True))
            for row, news in documents:
                total += store.put_document(row, news, vectors).added
            if progress is not None:
                progress("embed", done, len(data.corpus), data.name)
    return total


def _new_passage(title: str, text: str) -> NewPassage:
    passage = Passage(text=text, lang=language(text))
    return NewPassage(passage, passage_hash(embedding_text(title, passage)))


def _batches(rows: list[Any]) -> Iterator[tuple[int, list[Any]]]:
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        yield start + len(batch), batch


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except ValueError:
                    raise _malformed(path, number, "a JSON object") from None
                if not isinstance(row, dict) or any(name not in row for name in needed):
                    raise _malformed(path, number, " and ".join(needed))
                yield row
    except (OSError, UnicodeDecodeError) as error:
        raise _missing(path, error) from error


def _missing(path: Path, error: Exception) -> InputError:
    return InputError(
        en=f"{path} cannot be read ({error}); --data must name a folder with corpus.jsonl, queries.jsonl and "
        "qrels/test.tsv.",
        zh=f"{path} 读不了（{error}）；--data 要指向含 corpus.jsonl、queries.jsonl 和 qrels/test.tsv 的文件夹。",
    )


def _malformed(path: Path, number: int, needed: str) -> InputError:
    return InputError(
        en=f"{path} line {number} must hold {needed}; mend that line.",
        zh=f"{path} 第 {number} 行应当有 {needed}；请改正这一行。",
    )


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
