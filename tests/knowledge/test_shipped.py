"""The shipped knowledge: a check finds nothing, there is enough of each kind, and it answers what people ask."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from finetune.evaluate_knowledge import KNOWLEDGE_DATA, evaluate_knowledge, read_questions
from knowledge.checks.run import CheckReport, check_folder
from knowledge.load import load
from knowledge.sync import sync
from rag.assistant import Assistant
from rag.embed import Embedder, open_embedder
from rag.settings import Settings
from rag.store import Store
from rag.text import normalise

DOCUMENTS = Path(__file__).parents[2] / "knowledge/documents"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def encoder() -> Embedder:
    return open_embedder(Settings(embedder_device="cpu"))


@pytest.fixture(scope="module")
def report(encoder: Embedder) -> CheckReport:
    return check_folder(DOCUMENTS, encoder, today=dt.date(2026, 12, 1))


def test_the_check_finds_nothing(report: CheckReport) -> None:
    assert report.findings == ()


@pytest.mark.parametrize(
    ("kind", "zh", "en", "both"),
    [("tip", 130, 90, 220), ("activity", 1, 1, 260), ("activity, free or nearly", 1, 1, 60), ("gift", 1, 1, 420),
     ("case", 350, 170, 520), ("reply", 1, 1, 240), ("occasion", 20, 20, 40)],
)  # fmt: skip
def test_there_is_enough_of_each_kind(report: CheckReport, kind: str, zh: int, en: int, both: int) -> None:
    counts = report.counts[kind]
    assert counts["zh"] >= zh
    assert counts["en"] >= en
    assert sum(counts.values()) >= both


def test_nothing_is_said_twice_and_the_wording_varies(report: CheckReport) -> None:
    assert report.duplicates.pairs == ()
    assert report.duplicates.masked_rate <= 0.01
    assert report.distinct["case"]["zh"] >= 0.55
    assert report.distinct["case"]["en"] >= 0.60


def test_every_kind_of_conflict_and_reply_is_covered_in_both_languages(report: CheckReport) -> None:
    for lang in ("zh", "en"):
        assert len(report.cases[lang]["type"]) >= 24
        assert {"abuse", "coercion", "stalking", "self_harm"} < report.cases[lang]["safety"].keys()
        assert len(list((DOCUMENTS / "replies" / lang).glob("*.jsonl"))) >= 40
    types = {record.group for record in load(DOCUMENTS / "conflicts/map.yaml").records}
    assert {*report.cases["zh"]["type"], *report.cases["en"]["type"]} <= types


@pytest.fixture(scope="module")
def assistant(encoder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    store = Store(tmp_path_factory.mktemp("shipped"))
    sync(DOCUMENTS, store, encoder)
    return Assistant(Settings(knowledge=DOCUMENTS), store, encoder)


def test_the_top_passages_hold_what_questions_need(assistant: Assistant) -> None:
    questions = read_questions(KNOWLEDGE_DATA)
    figures, misses = evaluate_knowledge(questions, lambda text, k: assistant.search(text, k=k), {"zh": [], "en": []})
    assert len(questions) >= 150
    assert figures["held"] >= 0.9, [miss.question.id for miss in misses]


def test_every_quote_of_a_question_stands_in_a_document(assistant: Assistant) -> None:
    passages = [
        normalise(f"{stored.title}\n{stored.passage.text}")
        for document in assistant.store.documents()
        for stored in assistant.store.document_passages(document.path)
    ]
    for question in read_questions(KNOWLEDGE_DATA):
        for fact in question.facts:
            for quote in fact.quotes:
                assert any(normalise(quote) in text for text in passages), f"{question.id}: {quote}"


@pytest.mark.parametrize(
    ("text", "lang"),
    [("第一次约会，预算300元，周六下午两点，喜欢书", "zh"), ("second date, £60, Saturday 2pm, she loves plants", "en")],
)
def test_a_plan_is_cited_in_the_language_of_the_request(assistant: Assistant, text: str, lang: str) -> None:
    plan = assistant.plan(assistant.understand(text))
    assert len(plan.items) >= 2
    assert plan.topics
    activities = {one.document for one in plan.citations if one.document.startswith("activities/")}
    assert activities == {f"activities/activities_{lang}.csv"}
