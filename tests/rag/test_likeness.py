"""BERTScore by hand: greedy matches of token vectors, and the best reference that is another text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.heads import FloatArray
from rag.likeness import bert_score, best_scores

EAST, NORTH, WEST = (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)
NORTH_EAST = (0.6, 0.8)
"""A unit vector with cosine 0.6 to EAST and 0.8 to NORTH."""


class Letters:
    """Token vectors of toy texts: a direction for each letter, and a count of what was asked."""

    directions: Mapping[str, tuple[float, float]] = {"e": EAST, "n": NORTH, "w": WEST, "x": NORTH_EAST}

    def __init__(self) -> None:
        self.calls = 0

    def token_vectors(self, texts: Sequence[str]) -> list[FloatArray]:
        self.calls += 1
        return [rows(*(self.directions[letter] for letter in text)) for text in texts]


def rows(*vectors: tuple[float, float]) -> FloatArray:
    return np.array(vectors, np.float32).reshape(-1, 2)


@pytest.mark.parametrize(
    ("candidate", "reference", "score"),
    [
        pytest.param(rows(EAST, NORTH), rows(EAST, NORTH), 1.0, id="the same"),
        pytest.param(rows(EAST, NORTH), rows(NORTH, EAST), 1.0, id="another order"),
        pytest.param(rows(EAST), rows(NORTH), 0.0, id="nothing in common"),
        pytest.param(rows(EAST), rows(WEST), 0.0, id="the opposite"),
        pytest.param(rows(EAST), rows(NORTH_EAST), 0.6, id="one token each"),
        pytest.param(rows(EAST), rows(EAST, NORTH), 2 / 3, id="precision 1, recall 1/2"),
        pytest.param(rows(EAST, NORTH), rows(EAST), 2 / 3, id="precision 1/2, recall 1"),
        pytest.param(rows(EAST, NORTH), rows(NORTH_EAST), 2 * 0.7 * 0.8 / 1.5, id="precision 0.7, recall 0.8"),
        pytest.param(rows(EAST, WEST), rows(EAST), 0.0, id="a match and its opposite"),
        pytest.param(rows(), rows(EAST), 0.0, id="an empty candidate"),
        pytest.param(rows(EAST), rows(), 0.0, id="an empty reference"),
        pytest.param(rows(), rows(), 0.0, id="nothing at all"),
    ],
)
def test_a_score_is_the_f1_of_greedy_matches(candidate: FloatArray, reference: FloatArray, score: float) -> None:
    assert bert_score(candidate, reference) == pytest.approx(score, abs=1e-6)


ANGLES = st.lists(st.floats(0, 2 * np.pi), max_size=6).map(
    lambda angles: rows(*((float(np.cos(angle)), float(np.sin(angle))) for angle in angles))
)


@given(ANGLES, ANGLES)
def test_a_score_is_between_none_and_all_and_the_same_both_ways(one: FloatArray, other: FloatArray) -> None:
    found = bert_score(one, other)
    assert -1e-5 <= found <= 1 + 1e-5
    assert found == pytest.approx(bert_score(other, one), abs=1e-5)


@given(ANGLES.filter(len))
def test_a_text_is_wholly_like_itself(text: FloatArray) -> None:
    assert bert_score(text, text) == pytest.approx(1, abs=1e-5)


def test_the_best_of_the_others_references_counts() -> None:
    assert best_scores(["e", "n", "w"], ["e", "x", "n"], Letters()) == pytest.approx([0.6, 0.0, 0.0], abs=1e-6)


def test_a_text_is_not_its_own_reference() -> None:
    assert best_scores(["e", "x"], ["e", "x"], Letters()) == pytest.approx([0.6, 0.6], abs=1e-6)


@pytest.mark.parametrize(
    ("candidates", "references", "scores"),
    [
        pytest.param(["e"], [], [0.0], id="no reference"),
        pytest.param(["e"], ["e"], [0.0], id="itself alone"),
        pytest.param(["e", ""], ["n", ""], [0.0, 0.0], id="empty texts"),
        pytest.param([], ["e"], [], id="no candidate"),
        pytest.param([], [], [], id="nothing"),
    ],
)
def test_where_there_is_nothing_to_compare_the_score_is_none(
    candidates: list[str], references: list[str], scores: list[float]
) -> None:
    assert best_scores(candidates, references, Letters()) == scores


def test_all_texts_are_embedded_at_once() -> None:
    letters = Letters()
    best_scores(["e", "n", "x"], ["e", "w"], letters)
    assert letters.calls == 1
