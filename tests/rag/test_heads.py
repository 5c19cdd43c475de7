"""The n-grams of a text and the linear classifiers over them, on arrays small enough to compute by hand."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ModelError
from rag.heads import WEIGHTS, Head, Sample, character_grams, is_pinyin, log_softmax, open_head, sound_grams

CAT, HAPPY = crc32("猫".encode()), crc32("喜".encode())
ABOUT = {
    "labels": ["cat", "joy"], "temperature": 1.0, "sounds_weight": 0.2, "reader_share": 0.5, "mixed_temperature": 1.0,
}  # fmt: skip


def arrays(**more: Any) -> dict[str, Any]:
    """Two known characters, 猫 with idf 1 and 喜 with idf 2, each speaking for its label."""
    order = np.argsort([CAT, HAPPY])
    return {
        "characters.grams": np.array([CAT, HAPPY], np.uint32)[order],
        "characters.idf": np.array([1, 2], np.float16)[order],
        "characters.rows": np.array([[3, 0], [0, 4]], np.float16)[order],
        "characters.bias": np.array([0.5, 0], np.float32),
        **more,
    }


def toy(**about: Any) -> Head:
    return Head(arrays(), {**ABOUT, **about})


def softmax(*scores: float) -> list[float]:
    total = sum(map(math.exp, scores))
    return [math.exp(score) / total for score in scores]


# Odds


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        pytest.param("猫", (3.5, 0.0), id="one known character"),
        pytest.param("猫，喜", (3 / math.sqrt(5) + 0.5, 4 / math.sqrt(5)), id="two, by the length of their idf"),
        pytest.param("喜喜喜", (0.5, 2.0), id="counted once"),
        pytest.param("狗", (0.5, 0.0), id="unknown: the bias alone"),
        pytest.param("", (0.5, 0.0), id="nothing"),
    ],
)
def test_odds_are_those_of_the_known_grams(text: str, scores: tuple[float, float]) -> None:
    assert toy().probabilities(Sample(text)) == pytest.approx(softmax(*scores), abs=2e-3)


def test_a_higher_temperature_makes_less_sure() -> None:
    assert toy(temperature=2.0).probabilities(Sample("猫")) == pytest.approx(softmax(1.75, 0), abs=2e-3)


def test_the_reader_counts_with_its_share() -> None:
    read = np.array([0.2, 0.8], np.float32)
    own = [math.log(odds) for odds in softmax(3.5, 0)]
    mixed = [0.75 * mine + 0.25 * math.log(theirs) for mine, theirs in zip(own, (0.2, 0.8), strict=True)]
    found = toy(reader_share=0.25).probabilities(Sample("猫"), read)
    assert found == pytest.approx(softmax(*mixed), abs=2e-3)


@pytest.mark.parametrize(("share", "sure"), [(0.0, 0), (1.0, 1)])
def test_a_share_of_none_or_all_leaves_one_view(share: float, sure: int) -> None:
    found = toy(reader_share=share).probabilities(Sample("猫"), np.array([0.1, 0.9], np.float32))
    assert int(found.argmax()) == sure


def test_a_reader_that_rules_a_label_out_breaks_nothing() -> None:
    found = toy().probabilities(Sample("猫"), np.array([0, 1], np.float32))
    assert np.isfinite(found).all()
    assert found.sum() == pytest.approx(1, abs=1e-5)


def test_a_word_that_speaks_for_a_label_has_influence() -> None:
    head = toy()
    assert head.influence("cat", "猫", "") > 0 > head.influence("joy", "猫", "")
    assert head.influence("cat", "狗", "") == 0


def test_logarithms_of_great_scores_stay_finite() -> None:
    found = log_softmax(np.array([[1_000, 0], [-1_000, -1_000]], np.float32))
    assert np.isfinite(found).all()
    assert np.exp(found).sum(axis=-1) == pytest.approx([1, 1])


# How a text sounds


def with_sounds() -> Head:
    """A head whose characters say cat and whose sounds say joy."""
    grams = np.array([crc32(b"mao")], np.uint32)
    sounds = {
        "sounds.grams": grams, "sounds.idf": np.array([1], np.float16),
        "sounds.rows": np.array([[0, 5]], np.float16), "sounds.bias": np.zeros(2, np.float32),
    }  # fmt: skip
    return Head(arrays(**sounds), ABOUT)


def test_what_is_written_and_how_it_sounds_are_averaged_for_characters() -> None:
    written, heard = ([math.log(odds) for odds in softmax(*scores)] for scores in ((3.5, 0), (0, 5)))
    mean = [0.8 * one + 0.2 * other for one, other in zip(written, heard, strict=True)]
    assert with_sounds().probabilities(Sample("猫")) == pytest.approx(softmax(*mean), abs=2e-3)


def test_pinyin_is_judged_by_its_sounds_alone() -> None:
    assert is_pinyin(Sample("mao mao mao"))
    assert int(with_sounds().probabilities(Sample("mao mao mao")).argmax()) == 1


@pytest.mark.parametrize("text", ["", "hello there", "猫 mao", "猫", "😂", "2026"])
def test_what_has_characters_or_is_no_chinese_is_no_pinyin(text: str) -> None:
    assert not is_pinyin(Sample(text))


def test_what_came_before_has_no_sound() -> None:
    assert sound_grams(Sample("猫", "狗")) == sound_grams(Sample("猫"))


# Grams


@pytest.mark.parametrize(
    ("text", "disguised"),
    [
        ("我想自杀", "我 想 自 杀"), ("我想自杀", "我想自殺"), ("我想自杀", "我\u200b想自杀"),
        ("kill myself", "kіll mуѕеlf"), ("kill myself", "ｋｉｌｌ ｍｙｓｅｌｆ"),
    ],
)  # fmt: skip
def test_a_disguise_changes_no_gram(text: str, disguised: str) -> None:
    assert character_grams(Sample(text)) == character_grams(Sample(disguised))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("嗯", "嗯。", id="a full stop"),
        pytest.param("stop it", "STOP IT", id="capitals"),
        pytest.param("好", "好😂", id="an emoji"),
        pytest.param("他打我", "我打他", id="who does it"),
        pytest.param("", "\u200b", id="nothing and nothing left"),
    ],
)
def test_what_changes_the_tone_changes_the_grams(one: str, other: str) -> None:
    assert character_grams(Sample(one)) != character_grams(Sample(other))


def test_the_colour_of_a_hand_changes_nothing() -> None:
    assert character_grams(Sample("好👍🏽")) == character_grams(Sample("好👍"))


def test_an_empty_text_has_no_grams() -> None:
    assert character_grams(Sample("")) == sound_grams(Sample("")) == ()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=40))
def test_any_text_has_sorted_grams_and_odds_that_sum_to_one(text: str, before: str) -> None:
    for grams in (character_grams(Sample(text, before)), sound_grams(Sample(text, before))):
        assert list(grams) == sorted(set(grams))
    assert with_sounds().probabilities(Sample(text, before)).sum() == pytest.approx(1, abs=1e-5)


# Files


@pytest.mark.parametrize("name", ["emotion", "guard", "class", "conflict"])
def test_the_shipped_heads_open_and_have_what_serving_needs(name: str) -> None:
    head = open_head(name)
    assert len(set(head.labels)) == len(head.labels) > 1
    assert {"temperature", "mixed_temperature", "reader_share", "sounds_weight"} <= head.about.keys()
    assert 0 <= head.about["reader_share"] <= 1
    odds = head.probabilities(Sample("你好"), np.full(len(head.labels), 1 / len(head.labels), np.float32))
    assert odds.shape == (len(head.labels),)


def npz(**stored: Any) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **stored)
    return stream.getvalue()


GOOD = (WEIGHTS / "conflict.npz").read_bytes()
NOTE = np.frombuffer(json.dumps(ABOUT).encode(), np.uint8)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"no archive", id="text"),
        pytest.param(GOOD[: len(GOOD) // 2], id="cut off"),
        pytest.param(GOOD[:5_000] + bytes(200) + GOOD[5_200:], id="zeros inside"),
        pytest.param(npz(rows=np.zeros(2)), id="no note"),
        pytest.param(npz(about=np.frombuffer(b"{oops", np.uint8)), id="a note that is no JSON"),
        pytest.param(npz(about=np.frombuffer(b"\xff\xfe", np.uint8)), id="a note that is no UTF-8"),
        pytest.param(npz(about=np.frombuffer(b"{}", np.uint8)), id="no labels"),
        pytest.param(npz(about=NOTE, rows=np.array([{}], object)), id="a pickle"),
    ],
)
def test_a_damaged_head_says_in_both_languages_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.npz").write_bytes(content)
    with pytest.raises(ModelError) as raised:
        open_head("broken", tmp_path)
    for lang in ("zh", "en"):
        assert "broken.npz" in raised.value.in_language(lang)
        assert "qixi train heads" in raised.value.in_language(lang)


def test_a_head_that_is_put_back_is_opened(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        open_head("toy", tmp_path)
    (tmp_path / "toy.npz").write_bytes(npz(about=NOTE, **arrays()))
    assert open_head("toy", tmp_path).labels == ("cat", "joy")


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"not a zip at all"])
def test_any_damaged_file_is_one_sentence(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "guard.npz").write_bytes(damage)
    with pytest.raises(ModelError, match=r"guard\.npz cannot be opened"):
        open_head("guard", tmp_path)
