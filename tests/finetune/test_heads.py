"""Training of the n-gram heads on toy rows, and the figures it reports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finetune.heads import Example, expected_calibration_error, judge, train_head
from rag.errors import ModelError
from rag.heads import Sample, character_grams, open_head, sound_grams

WORDS = {0: ("猫", "狗", "鸟", "鱼"), 1: ("红", "绿", "蓝", "白")}
ROWS = [
    Example(Sample(f"{word}{end}"), label, held_out=end == "吗")
    for label, words in WORDS.items()
    for word in words
    for end in ("好", "呢", "吧", "啊", "吗")
]


def test_a_head_learns_and_is_opened_again(tmp_path: Path) -> None:
    figures = train_head(("animal", "colour"), ROWS, tmp_path / "toy.npz", sounds=False, read=None)
    head = open_head("toy", tmp_path)
    assert figures["alone"]["accuracy"] == 1
    assert head.labels == ("animal", "colour")
    assert [int(head.probabilities(Sample(text)).argmax()) for text in ("猫猫", "红红")] == [0, 1]
    assert head.probabilities(Sample("猫")).sum() == pytest.approx(1, abs=1e-5)


def test_pinyin_is_judged_by_its_sound(tmp_path: Path) -> None:
    train_head(("animal", "colour"), ROWS, tmp_path / "toy.npz", sounds=True, read=None)
    head = open_head("toy", tmp_path)
    assert [int(head.probabilities(Sample(text)).argmax()) for text in ("mao hao ma", "hong hao ma")] == [0, 1]


def test_a_reader_that_is_always_right_gets_the_whole_share(tmp_path: Path) -> None:
    mixed = [Example(Sample("同一句"), number % 2, held_out=number < 10) for number in range(40)]
    truth = np.array([example.label for example in mixed])

    def read(numbers: object) -> np.ndarray:
        right = np.full((10, 2), np.log(0.01), np.float32)
        right[np.arange(10), truth[:10]] = np.log(0.99)
        return right

    figures = train_head(("a", "b"), mixed, tmp_path / "toy.npz", sounds=False, read=read)
    assert figures["reader_share"] > 0
    assert figures["together"]["accuracy"] == 1


def test_the_same_rows_give_the_same_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        train_head(("animal", "colour"), ROWS, tmp_path / f"{name}.npz", sounds=False, read=None)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_a_missing_or_damaged_head_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "broken.npz").write_bytes(b"no archive")
    for name in ("absent", "broken"):
        with pytest.raises(ModelError, match="qixi train heads"):
            open_head(name, tmp_path)


def test_calibration_error_is_the_distance_of_confidence_and_accuracy() -> None:
    sure = np.full(10, 0.9, np.float32)
    assert expected_calibration_error(sure, np.array([True] * 9 + [False])) == pytest.approx(0, abs=1e-6)
    assert expected_calibration_error(sure, np.array([False] * 10)) == pytest.approx(0.9, abs=1e-6)


def test_figures_of_perfect_guesses() -> None:
    found = judge(np.eye(3, dtype=np.float32), np.arange(3))
    assert (found["accuracy"], found["macro_f1"], found["n"]) == (1, 1, 3)


def test_what_came_before_counts_apart_from_the_text() -> None:
    assert set(character_grams(Sample("嗯"))) < set(character_grams(Sample("嗯", "你今天真好看")))
    assert character_grams(Sample("a", "b")) != character_grams(Sample("b", "a"))


def test_homophones_share_their_sound_grams() -> None:
    assert sound_grams(Sample("自杀")) == sound_grams(Sample("zi杀"))
    assert sound_grams(Sample("hello there")) == ()
