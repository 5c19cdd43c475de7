"""Hybrid search: fusion by its laws, fair shares, filters, and silence where nothing is stored about the question."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import RetrieversIntegrationTests

from rag.errors import StoreError
from rag.index import SearchIndex
from rag.retrieve import Filters, HybridRetriever, SearchTimes, fuse
from rag.store import Store
from tests.fakes import BagOfWordsEmbedder
from tests.rag.stored import put

IDS = st.integers(1, 30)
COSINES = st.dictionaries(IDS, st.integers(-1000, 1000).map(lambda value: value / 1000), max_size=20)
BM25 = st.dictionaries(IDS, st.integers(0, 30_000).map(lambda value: value / 1000), max_size=20)


@given(COSINES, BM25)
def test_fused_scores_lie_between_0_and_1_and_every_candidate_has_one(
    dense: dict[int, float], words: dict[int, float]
) -> None:
    ranked = fuse(dense, words)
    assert sorted(passage_id for passage_id, _ in ranked) == sorted(dense.keys() | words.keys())
    assert all(0 <= score <= 1 + 1e-12 for _, score in ranked)


@given(COSINES, BM25)
def test_the_best_fused_score_comes_first_and_equal_ones_by_id(
    dense: dict[int, float], words: dict[int, float]
) -> None:
    ranked = fuse(dense, words)
    assert ranked == sorted(ranked, key=lambda pair: (-pair[1], pair[0]))


@given(COSINES, BM25)
def test_a_passage_better_in_both_lists_never_stands_behind(dense: dict[int, float], words: dict[int, float]) -> None:
    scores = dict(fuse(dense, words))
    pairs = {number: (dense.get(number, 0.0), words.get(number, 0.0)) for number in scores}
    for one, (cosine, bm25) in pairs.items():
        for other, (other_cosine, other_bm25) in pairs.items():
            if cosine >= other_cosine and bm25 >= other_bm25:
                assert scores[one] >= scores[other]


@given(COSINES, BM25, st.data())
def test_a_higher_cosine_never_costs_a_passage_its_place(
    dense: dict[int, float], words: dict[int, float], data: st.DataObject
) -> None:
    if not dense:
        return
    chosen = data.draw(st.sampled_from(sorted(dense)))
    better = dense | {chosen: dense[chosen] + data.draw(st.integers(1, 1000)) / 1000}
    before, after = dict(fuse(dense, words)), dict(fuse(better, words))
    for other in before.keys() - {chosen}:
        assert after[chosen] - after[other] >= before[chosen] - before[other] - 1e-9 or after[chosen] >= after[other]


def test_the_weights_are_0_6_for_cosines_and_0_4_for_words() -> None:
    assert dict(fuse({1: 0.9, 2: 0.8}, {2: 5.0})) == pytest.approx({1: 0.6, 2: 0.4})


@pytest.mark.parametrize(
    ("dense", "words", "scores"),
    [
        pytest.param({7: 0.9}, {7: 5.0}, {7: 1.0}, id="found by both"),
        pytest.param({7: 0.9}, {}, {7: 0.6}, id="found by its meaning"),
        pytest.param({1: 0.9, 2: 0.9}, {1: 4.0, 2: 2.0}, {1: 1.0, 2: 0.6}, id="two of one cosine"),
        pytest.param({7: -0.1}, {}, {7: 0.0}, id="nothing in common"),
    ],
)
def test_equal_scores_above_zero_count_in_full(
    dense: dict[int, float], words: dict[int, float], scores: dict[int, float]
) -> None:
    assert dict(fuse(dense, words)) == pytest.approx(scores)


class GatedEmbedder(BagOfWordsEmbedder):
    """The toy under the name of the model for which the gate is set."""

    name = "multilingual-e5-small-toy"


ZH = "第一次约会去猫咖，先问她喜不喜欢猫。"
OTHERS = ("吵架以后先道歉，再听她说。", "纪念日写一封信，比花更久。", "异地恋每周约好一次视频。", "下雨天去书店。")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "home")
    made.set_embedder(BagOfWordsEmbedder.name, BagOfWordsEmbedder.dimensions)
    return made


@pytest.fixture
def retriever(store: Store) -> HybridRetriever:
    return HybridRetriever(index=opened(store), embedder=BagOfWordsEmbedder())


def opened(store: Store) -> SearchIndex:
    return SearchIndex(store, dimensions=BagOfWordsEmbedder.dimensions, embedder=BagOfWordsEmbedder.name)


def test_the_passage_about_the_question_comes_first_with_its_source(store: Store, retriever: HybridRetriever) -> None:
    put(store, "tips/cats.md", ZH, kind="tip")
    put(store, "others.md", *OTHERS)
    first = retriever.search(ZH)[0]
    assert (first.document, first.text, first.kind, first.lang) == ("tips/cats.md", ZH, "tip", "zh")
    assert first.score == pytest.approx(1)
    assert first.dense == pytest.approx(1, abs=1e-5)
    assert first.words > 0


def test_scores_fall_and_are_given_for_both_searches(store: Store, retriever: HybridRetriever) -> None:
    for number, text in enumerate((ZH, *OTHERS)):
        put(store, f"{number}.md", text)
    hits = retriever.search(ZH)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    query = BagOfWordsEmbedder().encode([ZH], query=True)[0]
    for hit in hits:
        assert hit.dense == pytest.approx(float(store.vectors([hit.passage_id])[hit.passage_id] @ query), abs=1e-5)


@pytest.mark.parametrize(("k", "most"), [(8, 4), (4, 2), (3, 2), (1, 1)])
def test_at_most_half_of_the_slots_go_to_one_document(
    store: Store, retriever: HybridRetriever, k: int, most: int
) -> None:
    put(store, "long.md", *(f"{ZH}第{number}次。" for number in range(20)))
    for number, text in enumerate(OTHERS):
        put(store, f"{number}.md", text)
    hits = retriever.search(ZH, k=k, gate=False)
    assert len(hits) == k
    assert Counter(hit.document for hit in hits)["long.md"] == most


def test_a_document_that_holds_most_of_the_candidates_leaves_room_for_those_behind(
    store: Store, retriever: HybridRetriever
) -> None:
    put(store, "long.md", *(f"{ZH}第{number}次。" for number in range(40)))
    put(store, "other.md", OTHERS[0])
    assert [hit.document for hit in retriever.search(f"{ZH}先道歉", k=2, gate=False)] == ["long.md", "other.md"]


def test_a_text_that_stands_in_two_files_is_shown_once(store: Store, retriever: HybridRetriever) -> None:
    put(store, "a.md", ZH, OTHERS[0])
    put(store, "b.md", ZH)
    hits = retriever.search(ZH)
    assert sorted(hit.text for hit in hits) == sorted([ZH, OTHERS[0]])


class TestGate:
    """Silence where nothing stored is about the question; of the default embedder, whose cosines are known."""

    @pytest.fixture
    def gated(self, store: Store) -> HybridRetriever:
        embedder = GatedEmbedder()
        store.set_embedder(embedder.name, embedder.dimensions)
        put(store, "a.md", ZH, *OTHERS)
        return HybridRetriever(
            index=SearchIndex(store, dimensions=embedder.dimensions, embedder=embedder.name), embedder=embedder
        )

    @pytest.mark.parametrize("query", ["量子力学的薛定谔方程", "How do I file my taxes?"], ids=["Chinese", "English"])
    def test_nothing_is_found_for_an_unrelated_question(self, gated: HybridRetriever, query: str) -> None:
        assert gated.search(query) == []
        assert gated.search(query, gate=False) != []

    @pytest.mark.parametrize("query", ["", "？！", "\ud800"], ids=["empty", "punctuation", "half a character"])
    def test_nothing_is_found_for_a_question_without_words(self, gated: HybridRetriever, query: str) -> None:
        assert gated.search(query) == []

    def test_a_related_question_is_answered(self, gated: HybridRetriever) -> None:
        assert gated.search(ZH)[0].text == ZH

    @pytest.mark.parametrize(
        ("query", "missing", "answered"),
        [
            pytest.param("第一次约会去猫咖", 0.02, True, id="a little below, all its words stored"),
            pytest.param("第一次约会去猫咖", 0.2, False, id="too far below"),
            pytest.param("量子方程", 0.02, False, id="a little below, none of its words stored"),
            pytest.param("量子方程", -0.001, True, id="above without a common word"),
        ],
    )
    def test_shared_words_speak_for_a_cosine_a_little_too_low(
        self, gated: HybridRetriever, monkeypatch: pytest.MonkeyPatch, query: str, missing: float, answered: bool
    ) -> None:
        best = max(hit.dense for hit in gated.search(query, gate=False))
        monkeypatch.setattr("rag.retrieve.RELEVANT_COSINE", {"zh": best + missing, "en": 2.0})
        assert bool(gated.search(query)) is answered

    @pytest.mark.parametrize(
        ("query", "answered"),
        [
            pytest.param("第一次约会去猫咖", True, id="all its words in one passage"),
            pytest.param("量子方程", False, id="none"),
        ],
    )
    def test_one_passage_with_nearly_all_the_words_is_enough(
        self, gated: HybridRetriever, monkeypatch: pytest.MonkeyPatch, query: str, answered: bool
    ) -> None:
        monkeypatch.setattr("rag.retrieve.RELEVANT_COSINE", {"zh": 1.0, "en": 2.0})
        monkeypatch.setattr("rag.retrieve.WORD_BONUS", {"zh": 1.0, "en": 1.0})
        monkeypatch.setattr("rag.retrieve.ONE_COSINE", {"zh": 0.0, "en": 0.0})
        monkeypatch.setattr("rag.retrieve._PASSAGES_EACH", 1)
        assert bool(gated.search(query)) is answered

    def test_another_embedder_is_not_gated_because_its_cosines_mean_something_else(
        self, store: Store, retriever: HybridRetriever
    ) -> None:
        put(store, "a.md", ZH, *OTHERS)
        assert retriever.search("量子力学的薛定谔方程") != []


def test_an_empty_store_finds_nothing(retriever: HybridRetriever) -> None:
    assert retriever.search(ZH) == retriever.search(ZH, gate=False) == []


@pytest.mark.parametrize("k", [0, -1])
def test_no_slots_are_no_hits(store: Store, retriever: HybridRetriever, k: int) -> None:
    put(store, "a.md", ZH)
    assert retriever.search(ZH, k=k) == []


@pytest.mark.parametrize(
    ("filters", "documents"),
    [
        pytest.param(Filters(), {"tip.md", "place.csv", "en.md", "early.md"}, id="none"),
        pytest.param(Filters(kinds=("tip",)), {"tip.md", "early.md"}, id="kind"),
        pytest.param(Filters(langs=("en",)), {"en.md"}, id="language"),
        pytest.param(Filters(stages=("first_date",)), {"tip.md", "place.csv", "en.md"}, id="stage, or none stated"),
        pytest.param(Filters(city="上海"), {"tip.md", "en.md", "early.md"}, id="city, or none stated"),
        pytest.param(Filters(kinds=("gift",)), set(), id="nothing"),
    ],
)
def test_filters_hold_for_both_searches(
    store: Store, retriever: HybridRetriever, filters: Filters, documents: set[str]
) -> None:
    put(store, "tip.md", f"{ZH}一", kind="tip")
    put(store, "early.md", f"{ZH}二", kind="tip", stages=("early",))
    put(store, "place.csv", f"{ZH}三", kind="place", city="New York")
    put(store, "en.md", f"{ZH}四", lang="en")
    assert {hit.document for hit in retriever.search(ZH, filters=filters, gate=False)} == documents


def test_a_city_of_two_words_is_found_by_words_too(store: Store, retriever: HybridRetriever) -> None:
    put(store, "place.csv", f"{ZH}三", kind="place", city="New York")
    put(store, "other.csv", OTHERS[0], kind="place", city="New York")
    hits = retriever.search(ZH, filters=Filters(city="New York"), gate=False)
    assert hits[0].document == "place.csv"
    assert hits[0].words > 0


def test_a_removed_document_is_found_no_more(store: Store, retriever: HybridRetriever) -> None:
    put(store, "a.md", ZH)
    put(store, "b.md", *OTHERS)
    assert retriever.search(ZH)[0].document == "a.md"
    store.remove_document("a.md")
    assert all(hit.document == "b.md" for hit in retriever.search(ZH, gate=False))


def test_while_another_process_writes_removed_passages_do_not_change_the_ranking(
    store: Store, retriever: HybridRetriever
) -> None:
    put(store, "a.md", *OTHERS)
    put(store, "gone.md", f"{OTHERS[1]}先道歉，先道歉", f"{ZH}先道歉")
    retriever.search("先道歉，再写一封信", gate=False)
    store.remove_document("gone.md")
    with Store(store.home).writing():
        during = retriever.search("先道歉，再写一封信", gate=False)
        assert 5 in retriever.index.words.search(["道歉"], 50)[0]
    after = retriever.search("先道歉，再写一封信", gate=False)
    assert [hit.passage_id for hit in during] == [hit.passage_id for hit in after]
    cosines = {hit.passage_id: hit.dense for hit in during}
    expected = fuse(cosines, {hit.passage_id: hit.words for hit in during})
    assert [hit.passage_id for hit in during] == [passage_id for passage_id, _ in expected]
    assert [hit.score for hit in during] == pytest.approx([score for _, score in expected])


def test_an_empty_city_is_no_filter(store: Store, retriever: HybridRetriever) -> None:
    put(store, "place.csv", ZH, kind="place", city="上海")
    for filters in (Filters(city=""), Filters(city="", kinds=("place",))):
        (hit,) = retriever.search(ZH, filters=filters, gate=False)
        assert hit.words > 0


def test_relevance_is_the_cosine_of_the_passages_that_exist(store: Store, retriever: HybridRetriever) -> None:
    put(store, "a.md", ZH, *OTHERS)
    found = retriever.relevance(ZH, [1, 3, 99])
    assert found.keys() == {1, 3}
    assert found[1] == pytest.approx(1, abs=1e-5)
    assert retriever.relevance(ZH, []) == {}


def test_the_stages_are_timed(store: Store, retriever: HybridRetriever) -> None:
    put(store, "a.md", ZH)
    times = SearchTimes()
    retriever.search(ZH, times=times)
    assert min(times.embed, times.dense, times.words, times.fuse) > 0


def test_another_embedder_than_the_stores_is_told_to_sync(store: Store, retriever: HybridRetriever) -> None:
    put(store, "a.md", ZH)
    store.set_embedder("another", 3, [(1, np.ones(3))])
    for call in (lambda: retriever.search(ZH, gate=False), lambda: retriever.relevance(ZH, [1])):
        with pytest.raises(StoreError, match=r"embedder another and this run uses bag-of-words-1; run `qixi knowledge"):
            call()


def test_invoke_gives_langchain_documents_with_their_source(store: Store, retriever: HybridRetriever) -> None:
    put(store, "a.md", ZH, title="猫咖")
    put(store, "b.md", OTHERS[0])
    first = retriever.invoke(ZH, k=1)
    assert [type(document) for document in first] == [Document]
    assert (first[0].page_content, first[0].id) == (ZH, "1")
    assert first[0].metadata.keys() == {"document", "title", "locator", "score"}
    assert (first[0].metadata["document"], first[0].metadata["title"]) == ("a.md", "猫咖")


pytest.mark.asyncio(RetrieversIntegrationTests.test_ainvoke_returns_documents)  # by the plugin langchain-tests brings


class TestAsLangChainRetriever(RetrieversIntegrationTests):
    """LangChain's own cases for retrievers."""

    @pytest.fixture(autouse=True)
    def filled(self, store: Store) -> None:
        for number, text in enumerate((ZH, *OTHERS)):
            put(store, f"{number}.md", text)
        self._index = opened(store)

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return HybridRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"index": self._index, "embedder": BagOfWordsEmbedder()}

    @property
    def retriever_query_example(self) -> str:
        return ZH
