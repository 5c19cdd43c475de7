"""BERTScore: how alike two texts are, token by token (Zhang et al. 2020 [1]).

Greedy matching of contextual token vectors by cosine, F1 of recall and precision, without idf weights. It measures
likeness and not truth: a contradiction can score above a paraphrase, so what it ranks has to be checked otherwise too.

[1] https://arxiv.org/abs/1904.09675
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rag.heads import FloatArray


class TokenEmbedder(Protocol):
    """An embedder that also gives the vectors of tokens."""

    def token_vectors(self, texts: Sequence[str]) -> list[FloatArray]:
        """For each text the unit vectors (tokens, dimensions) of its tokens."""


def bert_score(candidate: FloatArray, reference: FloatArray) -> float:
    """F1 in [0, 1] of two texts from their tokens' unit vectors (tokens, dimensions); 0 where one has none."""
    if not len(candidate) or not len(reference):
        return 0.0
    cosines = candidate @ reference.T
    precision, recall = cosines.max(axis=1).mean(), cosines.max(axis=0).mean()
    return float(max(0.0, 2 * precision * recall / (precision + recall))) if precision + recall > 0 else 0.0


def best_scores(candidates: Sequence[str], references: Sequence[str], embedder: TokenEmbedder) -> list[float]:
    """For each candidate its best score against the references of the others; 0 where there is none.

    `references` has one text for each candidate, in the same order: its own, which would only repeat it, is left out,
    and so is any that is the candidate word for word.
    """
    vectors = embedder.token_vectors([*candidates, *references])
    own, others = vectors[: len(candidates)], vectors[len(candidates) :]
    return [
        max(
            (
                bert_score(rows, other)
                for place, (other, text) in enumerate(zip(others, references, strict=True))
                if place != number and text != candidates[number]
            ),
            default=0.0,
        )
        for number, rows in enumerate(own)
    ]
