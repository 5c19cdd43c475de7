"""The rows to learn from: enough of each kind in each language, and none of them in a test set."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from finetune.evaluate_advice import FAIRNESS_DATA, FairPair
from finetune.evaluate_safety import SAFETY_DATA, read_rows
from finetune.judgements import (
    DATASETS,
    ConflictRow,
    EmotionRow,
    GuardRow,
    Judgements,
    ReplyPair,
    read_jsonl,
)  # fmt: skip
from rag.emotion import EMOTIONS
from rag.errors import InputError
from rag.guard import CLASSES

KNOWLEDGE = Path(__file__).parents[2] / "knowledge" / "documents"


def grams(text: str) -> frozenset[str]:
    """Runs of 3 Chinese characters or 5 letters."""
    bare = re.sub(r"\s+", "", text.lower())
    size = 3 if re.search(r"[\u4e00-\u9fff]", bare) else 5
    return frozenset(bare[start : start + size] for start in range(max(1, len(bare) - size + 1)))


def near(texts: list[str], others: list[str], *, least: int = 8) -> list[tuple[str, str]]:
    """Pairs that share six tenths of their runs; short texts may meet by chance."""
    known = [(grams(other), other) for other in others]
    return [
        (text, other)
        for text in texts
        if len(own := grams(text)) >= least
        for runs, other in known
        if len(own & runs) >= 0.6 * len(own | runs)
    ]


def test_each_emotion_has_eighty_messages_in_each_language() -> None:
    counts = Counter((row.lang, row.label) for row in read_jsonl(DATASETS / "emotion" / "train", EmotionRow))
    assert set(counts) == {(lang, label) for lang in ("zh", "en") for label in EMOTIONS}
    assert min(counts.values()) >= 80


def test_the_guard_has_both_classes_in_both_languages() -> None:
    rows = read_jsonl(DATASETS / "safety" / "train", GuardRow)
    counts = Counter((row.lang, row.role == "benign") for row in rows)
    assert len(rows) >= 1_200
    assert min(counts.values()) >= 1_000
    assert {row.class_ for row in rows} == {*CLASSES, "none"}


def test_the_safety_test_has_four_hundred_rows_of_three_kinds() -> None:
    rows = read_rows(SAFETY_DATA)
    assert sum(map(len, rows.values())) >= 400
    assert all({row["lang"] for row in own} == {"zh", "en"} for own in rows.values())
    assert sum(row["risk"] == "imminent" for row in rows["danger"]) >= 10


def test_no_safety_row_is_in_training_too() -> None:
    train = [row.text for row in read_jsonl(DATASETS / "safety" / "train", GuardRow)]
    test = [row["text"] for own in read_rows(SAFETY_DATA).values() for row in own]
    assert not set(train) & set(test)


@pytest.mark.slow
def test_no_test_row_is_nearly_one_of_training() -> None:
    train = [row.text for row in read_jsonl(DATASETS / "safety" / "train", GuardRow)]
    test = [row["text"] for own in read_rows(SAFETY_DATA).values() for row in own]
    assert near(test, train) == []
    quarrels = [row.text for row in read_jsonl(DATASETS / "conflict" / "train", ConflictRow)]
    assert near([row.text for row in read_jsonl(DATASETS / "conflict" / "test", ConflictRow)], quarrels) == []


def test_pairs_of_replies_and_of_fairness_are_enough() -> None:
    pairs = read_jsonl(DATASETS / "replies" / "test", ReplyPair)
    fair = read_jsonl(FAIRNESS_DATA, FairPair)
    assert len(pairs) >= 80
    assert len(fair) >= 60
    assert Counter(pair.swap for pair in fair)["narrator"] >= 30


def test_every_row_has_labels_the_reader_knows() -> None:
    rows = Judgements(KNOWLEDGE)
    tasks = rows.tasks()
    assert len(tasks["conflict"]) >= 24
    for group in rows.reader_groups():
        for row in group:
            assert all(0 <= place < max(1, len(tasks[task])) for task, place in row.labels.items())


def test_a_tenth_is_held_out_by_hash() -> None:
    rows = [row for group in Judgements(KNOWLEDGE).reader_groups() for row in group]
    share = sum(row.is_held_out() for row in rows) / len(rows)
    assert 0.08 < share < 0.12


def test_a_line_that_is_no_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"lang": "zh"}\n', encoding="utf-8")
    with pytest.raises(InputError, match="line 1 is no ConflictRow"):
        read_jsonl(path, ConflictRow)
