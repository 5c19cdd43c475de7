"""Questions and their facts against passages: what is held, what is missed, what chance alone would hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from finetune.evaluate_knowledge import Fact, Question, evaluate_knowledge, read_questions
from rag.errors import InputError
from rag.schema import Hit

RAIN = Question(
    id="q1", lang="zh", area="tips", question="约会那天下雨怎么办",
    facts=(Fact(fact="改去室内", keys=(("室内", "博物馆"), ("改", "换"))), Fact(fact="提前说", keys=(("提前",),))),
)  # fmt: skip
PASSAGES = {"zh": ["下雨就换到博物馆，出门前提前两小时说一声。", "送花前问过敏。", "第一次约会别迟到。"], "en": []}


def hit(text: str) -> Hit:
    return Hit(passage_id=1, document="a.md", title="", locator="", text=text, score=1, dense=1, words=1)


def test_a_question_is_held_when_every_fact_is_in_the_top_passages() -> None:
    figures, misses = evaluate_knowledge([RAIN], lambda text, k: [hit(PASSAGES["zh"][0])], PASSAGES)  # type: ignore[arg-type]
    assert (figures["held"], figures["facts_held"], misses) == (1, 1, [])


def test_a_missing_fact_is_named_with_the_passages_that_came_instead() -> None:
    figures, (miss,) = evaluate_knowledge([RAIN], lambda text, k: [hit("换到博物馆。")], PASSAGES)  # type: ignore[arg-type]
    assert (figures["held"], figures["facts_held"]) == (0, 0.5)
    assert miss.missing == ("提前说",)
    assert miss.passages == ("a.md ",)


def test_the_words_of_a_fact_must_stand_in_one_passage() -> None:
    figures, _ = evaluate_knowledge([RAIN], lambda text, k: [hit("去博物馆，提前"), hit("换个座位")], PASSAGES)  # type: ignore[arg-type]
    assert figures["facts_held"] == 0.5


def test_a_quote_that_a_reader_judged_counts_apart_from_the_keys() -> None:
    fact = Fact(fact="改去室内", keys=(("室内",),), quotes=("雨大就进面馆",))
    question = RAIN.model_copy(update={"facts": (fact,)})
    figures, _ = evaluate_knowledge([question], lambda text, k: [hit("雨大就进面馆坐着。")], PASSAGES)  # type: ignore[arg-type]
    assert (figures["held"], figures["held_by_keys"]) == (1, 0)


def test_keys_that_anything_meets_are_seen_by_chance() -> None:
    easy = RAIN.model_copy(update={"facts": (Fact(fact="有字", keys=(("，", "。"),)),)})
    assert evaluate_knowledge([easy], lambda text, k: [], PASSAGES)[0]["held_by_chance"] == 1  # type: ignore[arg-type]


def test_a_line_that_is_no_question_is_named(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text(json.dumps({"id": "x"}) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"q\.jsonl line 1"):
        read_questions(tmp_path)
    with pytest.raises(InputError, match="no question file"):
        read_questions(tmp_path / "none")
