"""The evaluation commands judge rightly what can be judged by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from finetune.evaluate_plans import PLANS_DATA, evaluate_plans
from finetune.evaluate_retrieval import evaluate_retrieval, read_beir
from rag.errors import InputError
from rag.settings import load_settings
from tests.fakes import BagOfWordsEmbedder

CORPUS = {"d1": "猫咖里有八只猫", "d2": "河边散步到第二座桥", "d3": "陶艺课捏一只杯子"}
QUERIES = {"q1": "哪里有猫", "q2": "陶艺课"}


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """A set of three documents and two queries with one right answer each."""
    folder = tmp_path / "tiny"
    (folder / "qrels").mkdir(parents=True)
    lines = [json.dumps({"_id": key, "title": "", "text": text}) for key, text in CORPUS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    lines = [json.dumps({"_id": key, "text": text}) for key, text in QUERIES.items()]
    (folder / "queries.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td3\t1\n", encoding="utf-8")
    return folder


def test_right_answers_score_one_and_wrong_judgements_less(
    beir: Path, embedder: BagOfWordsEmbedder, tmp_path: Path
) -> None:
    good = evaluate_retrieval(read_beir(beir), embedder, tmp_path / "a")
    assert (good["ndcg@10"], good["recall@5"], good["mrr@10"], good["n"]) == (1.0, 1.0, 1.0, 2)
    (beir / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td2\t1\nq2\td3\t1\n", encoding="utf-8")
    assert evaluate_retrieval(read_beir(beir), embedder, tmp_path / "b")["mrr@10"] < 1


def test_a_document_is_scored_by_its_best_passage(beir: Path, embedder: BagOfWordsEmbedder, tmp_path: Path) -> None:
    figures = evaluate_retrieval(
        read_beir(beir), embedder, tmp_path / "a", split_text=lambda title, text: [text[:4], text[4:]]
    )
    assert figures["passages"] == 6
    assert figures["recall@5"] == 1.0


def _drop(folder: Path) -> None:
    (folder / "queries.jsonl").unlink()


def _break_line(folder: Path) -> None:
    (folder / "corpus.jsonl").write_text('{"_id": "d1", "text": "x"}\n{oops', encoding="utf-8")


def _break_score(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\tgood\n", encoding="utf-8")


def _other_ids(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nx\ty\t1\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        pytest.param(_drop, "queries.jsonl", id="a file is missing"),
        pytest.param(_break_line, "corpus.jsonl line 2", id="a line is no JSON"),
        pytest.param(_break_score, "test.tsv line 2", id="a score is no number"),
        pytest.param(_other_ids, "no judged query", id="the files do not belong together"),
    ],
)
def test_a_set_that_cannot_be_read_is_named_with_its_line(
    beir: Path, damage: Callable[[Path], None], named: str
) -> None:
    damage(beir)
    with pytest.raises(InputError, match=named):
        read_beir(beir)


@pytest.mark.slow
def test_the_shipped_requests_are_planned_without_a_violation(embedder: BagOfWordsEmbedder, tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "knowledge" / "documents"
    figures = evaluate_plans(PLANS_DATA, embedder, load_settings(knowledge=shipped), tmp_path, seeds=2)
    assert figures["n"] >= 60
    assert sum(figures["violations"].values()) == 0, figures["details"]
    assert figures["not_repeatable"] == 0
    assert figures["feasible"] >= 0.75
    assert figures["as_expected"] >= 0.9
    assert figures["diversity"] >= 0.5
