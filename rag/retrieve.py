"""Hybrid search: dense and word candidates, fused, filtered, and silent on an unrelated question."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from rag.embed import Embedder
from rag.errors import StoreError
from rag.index import SearchIndex
from rag.prior import priors
from rag.schema import Hit, Language
from rag.text import language, search_words, simplified, words_in

CANDIDATES = 50
DENSE_WEIGHT = 0.6
"""Best plateau (.5-.7) over eight judged sets; see tests/bench for the two that can be measured here."""
RELEVANT_COSINE = {"zh": 0.94, "en": 0.8825}
"""Mean of the best cosines from which something stored is surely about a question in that language, for
multilingual-e5-small only: its cosines are compressed, and another model's mean something else, so other embedders are
not gated."""
WORD_BONUS = {"zh": 0.11, "en": 0.07}
"""What the question's words add to the cosine when the best passages have them all, rare ones counting more (see
shared_words). These constants are tuned on the questions of tests/bench/bench_gate.py, where the figures are."""
LENGTH_BONUS = {"zh": 0.02, "en": 0.025}
"""What a question of 20 words adds: the more it says, the surer its cosine."""
ONE_COSINE = {"zh": 0.905, "en": 0.88}
_NEARLY_ALL = 0.8
"""One passage is enough when its cosine is at least that and it has nearly all words of the question."""
_MEAN_OF = 5
"""Best passages that are averaged, one for each 40 stored. Among many passages one is always near or has the words by
chance: over 2,000 the mean of five tells related questions from others better than the best one alone."""
_PASSAGES_EACH = 40
_LONG = 20
_LOOKED_AT = 10
_DEFAULT_EMBEDDER = "multilingual-e5-small"
_COMMON = frozenset(
    re.findall(
        r"\S+",
        "a an the is are was of to in on for how what who my i me her his she he they do doe with and or it at be "
        "的 了 怎么 什么 如何 怎 么 是 在 我 他 她 有 和 吗 呢",
    )
)


@dataclass(frozen=True)
class Filters:
    """Which passages may be found; an empty filter lets all through, a passage without stages or city fits all."""

    kinds: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    city: str | None = None

    def __bool__(self) -> bool:
        return bool(self.kinds or self.langs or self.stages or self.city)

    def tag_groups(self) -> list[list[str]]:
        """The filters as tags of the word index: one of each group must match."""
        groups = [[f"kind:{kind}" for kind in self.kinds], [f"lang:{lang}" for lang in self.langs]]
        if self.stages:
            groups.append(["stage:", *(f"stage:{stage}" for stage in self.stages)])
        if self.city:
            groups.append(["city:", f"city:{self.city.replace(' ', '_')}"])
        return [group for group in groups if group]


@dataclass
class SearchTimes:
    """Milliseconds spent in each stage of one search."""

    embed: float = 0.0
    dense: float = 0.0
    words: float = 0.0
    fuse: float = 0.0


class HybridRetriever(BaseRetriever):
    """LangChain retriever over a SearchIndex; `search()` is the same with scores, filters and the gate."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Any
    embedder: Any
    k: int = 8

    def search(
        self,
        query: str,
        *,
        k: int | None = None,
        filters: Filters = Filters(),
        gate: bool = True,
        times: SearchTimes | None = None,
    ) -> list[Hit]:
        """The best `k` passages, best first; none when `gate` is on and nothing stored is about the question.

        Both candidate lists (50 dense, 50 words) are min-max normalised inside their union and summed with weights
        0.6 and 0.4; unless `filters` name kinds, a prior for the kind of each passage is added (see rag.prior). At most
        half of the slots (rounded up) go to one document, and a text that stands in two files is
        shown once.
        """
        k = self.k if k is None else k
        if k < 1:
            return []
        times = times or SearchTimes()
        index: SearchIndex = self.index
        embedder: Embedder = self.embedder
        self._refresh()
        started = time.perf_counter()
        vector = embedder.encode([simplified(query)], query=True)[0]
        times.embed, started = _lap(started)
        allowed = (
            index.store.passage_ids(
                kinds=filters.kinds,
                langs=filters.langs,
                stages=filters.stages,
                city=filters.city or None,
            )
            if filters
            else None
        )
        dense_ids, dense_scores = index.dense(vector, CANDIDATES, allowed)
        times.dense, started = _lap(started)
        averaged = max(1, min(_MEAN_OF, len(index.vectors) // _PASSAGES_EACH))
        tokens = search_words(query)
        doubt = self._doubt(query, len(tokens), dense_scores[:averaged]) if gate else 0.0
        bonus = WORD_BONUS[language(query)]
        if doubt > bonus:
            return []
        word_ids, word_scores = index.words.search(tokens, CANDIDATES, filters.tag_groups())
        times.words, started = _lap(started)
        dense = dict(zip(dense_ids.tolist(), dense_scores.tolist(), strict=True))
        words = dict(zip(word_ids.tolist(), word_scores.tolist(), strict=True))
        # While another process writes, the word copy can still hold passages that are gone and have no vector.
        missing = [passage_id for passage_id in words if passage_id not in dense]
        for passage_id, stored in index.store.vectors(missing).items():
            dense[passage_id] = float(stored @ vector)
        words = {passage_id: score for passage_id, score in words.items() if passage_id in dense}
        ranked = fuse(dense, words)
        if not filters.kinds:
            ranked = with_priors(ranked, query, index.kinds())
        if doubt > 0:
            seen = self._hits([(one, 1.0) for one in words], dense, words, _LOOKED_AT)
            shares = shared_words(tokens, language(query), seen, index.words.rarity)
            best = sorted(shares, reverse=True)[:averaged]
            if doubt > bonus * sum(best) / averaged and not self._has_one(query, seen, shares):
                return []
        hits = self._hits(ranked, dense, words, k)
        times.fuse, _ = _lap(started)
        return hits

    def _doubt(self, query: str, length: int, cosines: np.ndarray) -> float:
        """How far the best `cosines` are below what an answer needs; <= 0 for a sure answer, 1 for an empty store."""
        if not len(cosines):
            return 1.0
        if not str(self.embedder.name).startswith(_DEFAULT_EMBEDDER):
            return 0.0
        lang = language(query)
        said = min(length, _LONG) / _LONG
        return RELEVANT_COSINE[lang] - LENGTH_BONUS[lang] * said - float(cosines.mean())

    def _has_one(self, query: str, hits: Sequence[Hit], shares: Sequence[float]) -> bool:
        """Whether one passage alone is surely about the question: a fact may stand in a single place."""
        sure = ONE_COSINE[language(query)]
        return any(hit.dense >= sure and share >= _NEARLY_ALL for hit, share in zip(hits, shares, strict=True))

    def relevance(self, text: str, ids: Sequence[int]) -> dict[int, float]:
        """Cosine of each passage of `ids` to `text`; ids that are gone are left out."""
        index: SearchIndex = self.index
        self._refresh()
        vector = self.embedder.encode([simplified(text)], query=True)[0]
        found, scores = index.dense(vector, len(ids), np.array(sorted(ids), np.int64))
        return dict(zip(found.tolist(), scores.tolist(), strict=True))

    def _refresh(self) -> None:
        index: SearchIndex = self.index
        index.refresh()
        stored = index.store.embedder
        if stored not in (None, self.embedder.name):
            raise StoreError(
                en=f"The store {index.store.home} holds vectors of the embedder {stored} and this run uses "
                f"{self.embedder.name}; run `qixi knowledge sync` to embed it again.",
                zh=f"知识库 {index.store.home} 里是嵌入模型 {stored} 的向量，现在用的是 {self.embedder.name}；"
                "请运行 `qixi knowledge sync` 重新嵌入。",
            )

    def _hits(
        self, ranked: Sequence[tuple[int, float]], dense: dict[int, float], words: dict[int, float], k: int
    ) -> list[Hit]:
        stored = self.index.store.passages([passage_id for passage_id, _ in ranked[: 4 * k]])
        per_document: Counter[str] = Counter()
        limit, seen, hits = (k + 1) // 2, set[str](), list[Hit]()
        for position, (passage_id, score) in enumerate(ranked):
            if position == 4 * k:  # rarely: one document, or one text, holds most of the places
                stored = self.index.store.passages([other for other, _ in ranked[position:]])
            found = stored.get(passage_id)
            if found is None or found.hash in seen or per_document[found.document] == limit:
                continue
            seen.add(found.hash)
            per_document[found.document] += 1
            hits.append(Hit(
                passage_id=passage_id, document=found.document, title=found.title, locator=found.passage.locator,
                text=found.passage.text, score=score, dense=dense.get(passage_id, 0.0),
                words=words.get(passage_id, 0.0), kind=found.passage.kind, lang=found.passage.lang,
            ))  # fmt: skip
            if len(hits) == k:
                break
        return hits

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        return [
            Document(
                id=str(hit.passage_id),
                page_content=hit.text,
                metadata={"document": hit.document, "title": hit.title, "locator": hit.locator, "score": hit.score},
            )
            for hit in self.search(query, k=k)
        ]


def shared_words(
    tokens: Sequence[str], lang: Language, hits: Sequence[Hit], rarity: Callable[[str], float]
) -> list[float]:
    """For each of `hits` the share of the question's words that it contains, weighted by `rarity`; in [0, 1].

    Common words are left out, and a hit that the word search did not find counts 0. Chinese questions count single
    characters too, as short words are often cut otherwise in a passage.
    """
    telling = {word for word in tokens if word not in _COMMON}
    wanted = telling if lang == "zh" else {word for word in telling if len(word) > 1} or telling
    weights = {word: rarity(word) for word in wanted}
    total = sum(weights.values())
    if total <= 0:
        return [0.0] * len(hits)
    found = [words_in(wanted, f"{hit.title} {hit.text}") if hit.words > 0 else set() for hit in hits]
    return [sum(weights[word] for word in words) / total for words in found]


def with_priors(ranked: Sequence[tuple[int, float]], query: str, kinds: Mapping[int, str]) -> list[tuple[int, float]]:
    """`ranked` with what the question adds for the kind of each passage; scores stay in [0, 1]."""
    added = priors(query)
    scored = [(passage_id, score + added.get(kinds.get(passage_id, ""), 0.0)) for passage_id, score in ranked]
    scored.sort(key=lambda pair: -pair[1])
    return [(passage_id, min(1.0, max(0.0, score))) for passage_id, score in scored]


def fuse(dense: dict[int, float], words: dict[int, float]) -> list[tuple[int, float]]:
    """Passage ids with their fused score in [0, 1], best first.

    Each score list is min-max normalised over the union of ids; an id without a word score counts as 0 words, and
    where all scores of a list are equal, each is 1 if it is above 0. Equal sums keep the order of ids, so that a search
    can be repeated.
    """
    union = sorted(dense.keys() | words.keys())
    if not union:
        return []
    total = DENSE_WEIGHT * _normalised([dense.get(passage_id, 0.0) for passage_id in union])
    total += (1 - DENSE_WEIGHT) * _normalised([words.get(passage_id, 0.0) for passage_id in union])
    order = np.argsort(-total, kind="stable")
    return [(union[position], float(total[position])) for position in order]


def _normalised(scores: Sequence[float]) -> np.ndarray:
    values = np.asarray(scores, np.float64)
    spread = values.max() - values.min()
    return (values - values.min()) / spread if spread > 0 else (values > 0).astype(np.float64)


def _lap(started: float) -> tuple[float, float]:
    now = time.perf_counter()
    return (now - started) * 1000, now
