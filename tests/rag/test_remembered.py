"""Vectors that are kept, so that nothing is encoded twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.heads import FloatArray
from rag.remembered import Remembered


class Lengths:
    """Encodes a text as its length and remembers each batch."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> FloatArray:
        self.batches.append(list(texts))
        return np.array([[len(text)] for text in texts], np.float32)


def test_only_what_is_new_is_encoded_and_each_text_once() -> None:
    encode = Lengths()
    vectors = Remembered(encode)
    assert vectors(["a", "bb", "a"]).tolist() == [[1], [2], [1]]
    assert vectors(["bb", "ccc"]).tolist() == [[2], [3]]
    assert encode.batches == [["a", "bb"], ["ccc"]]


def test_the_oldest_make_room() -> None:
    encode = Lengths()
    vectors = Remembered(encode, kept=2)
    for text in ("a", "bb", "a", "ccc", "bb"):
        vectors([text])
    assert encode.batches == [["a"], ["bb"], ["ccc"], ["bb"]]


def test_what_a_caller_does_to_its_vectors_stays_with_the_caller() -> None:
    vectors = Remembered(Lengths())
    vectors(["a"])[0, 0] = 7
    assert vectors(["a"]).tolist() == [[1]]


def test_of_no_text_there_is_no_vector() -> None:
    assert len(Remembered(Lengths())([])) == 0
