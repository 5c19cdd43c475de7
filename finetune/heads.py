"""Trains the n-gram classifiers of rag.heads, and the share of each judgement that the reader has: `qixi train heads`.

A view is a multinomial logistic regression over tf-idf n-grams. The rows that the reader has not seen (a tenth, drawn
by their hash) choose the reader's share and the temperatures (Guo et al. 2017, On Calibration of Modern Neural
Networks [1]); then each view is fitted once more on all rows. The test sets have no part in it.

[1] https://arxiv.org/abs/1706.04599
"""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.files import replace_file
from rag.heads import FloatArray, Sample, character_grams, log_softmax, sound_grams

_LEAST_SEEN = 2
"""Rows an n-gram must stand in; the rest are half of all n-grams and change nothing."""
_PENALTY = 16.0
"""scikit-learn's C: the plateau of 4 to 32 in a 5-fold cross-validation."""
_SOUNDS_WEIGHT = 0.2
_SHARES = tuple(step / 10 for step in range(11))
_TEMPERATURES = tuple(step / 20 for step in range(4, 61))


@dataclass(frozen=True)
class Example:
    """A labelled sample; `held_out` is one that the reader has not been trained on."""

    sample: Sample
    label: int
    held_out: bool
    weight: float = 1.0


def train_head(
    labels: Sequence[str],
    examples: Sequence[Example],
    path: Path,
    *,
    sounds: bool,
    read: Callable[[Sequence[int]], FloatArray] | None,
    look: Callable[[Sequence[int], FloatArray], Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Trains a head, writes it to `path` and returns figures over the held-out rows.

    `read` gives the reader's log-probabilities (rows, labels) for the numbers of some examples; None where there is no
    reader, and then the head is alone. `look` makes further figures of the numbers of the held-out examples and their
    probabilities (rows, labels). Deterministic for the same rows and library versions.
    """
    kept = [number for number, example in enumerate(examples) if not example.held_out]
    judged = [number for number, example in enumerate(examples) if example.held_out]
    truth = np.array([examples[number].label for number in judged])
    views = ("characters", "sounds") if sounds else ("characters",)
    inputs: dict[str, list[tuple[int, ...]]] = {"characters": [character_grams(example.sample) for example in examples]}
    if sounds:
        inputs["sounds"] = [sound_grams(example.sample) for example in examples]
    own = np.zeros((len(judged), len(labels)), np.float32)
    for view in views:
        arrays = _fit(view, inputs[view], examples, kept, len(labels))
        logs = log_softmax(_scores(view, arrays, [inputs[view][number] for number in judged]))
        if view == "sounds":
            heard = np.array([bool(inputs[view][number]) for number in judged])[:, None]
            own = np.where(heard, (1 - _SOUNDS_WEIGHT) * own + _SOUNDS_WEIGHT * logs, own)
        else:
            own = logs
    own = log_softmax(own)
    about: dict[str, Any] = {"labels": list(labels), "sounds_weight": _SOUNDS_WEIGHT, "rows": len(examples)}
    about["temperature"] = _best_temperature(own, truth)
    final_view = np.exp(log_softmax(own / about["temperature"]))
    figures: dict[str, Any] = {"alone": judge(final_view, truth)}
    if read is not None:
        other = read(judged)
        share = min(_SHARES, key=lambda part: _loss(_mixed(own, other, part), truth, None))
        about["reader_share"] = share
        about["mixed_temperature"] = _best_temperature(_mixed(own, other, share), truth)
        final_view = np.exp(log_softmax(_mixed(own, other, share) / about["mixed_temperature"]))
        figures |= {"reader": judge(np.exp(other), truth), "together": judge(final_view, truth)}
    if look is not None:
        figures |= look(judged, final_view)
    about["held_out"] = figures
    final: dict[str, NDArray[Any]] = {}
    for view in views:
        final |= _fit(view, inputs[view], examples, range(len(examples)), len(labels))
    write_arrays(path, final, about)
    return {**figures, "reader_share": about.get("reader_share")}


def judge(probabilities: FloatArray, truth: NDArray[np.int64]) -> dict[str, Any]:
    """accuracy, macro_f1 over the labels that occur, ece (15 equal-width bins) and log_loss; n rows."""
    from sklearn.metrics import f1_score

    guessed = probabilities.argmax(axis=1)
    own = probabilities[np.arange(len(truth)), truth]
    return {
        "accuracy": round(float((guessed == truth).mean()), 4),
        "macro_f1": round(float(f1_score(truth, guessed, average="macro", labels=np.unique(truth))), 4),
        "ece": round(expected_calibration_error(probabilities.max(axis=1), guessed == truth), 4),
        "log_loss": round(float(-np.log(np.maximum(own, 1e-9)).mean()), 4),
        "n": len(truth),
    }


def expected_calibration_error(confidence: FloatArray, right: NDArray[np.bool_], *, bins: int = 15) -> float:
    """The mean distance of confidence and accuracy over equal-width bins, weighted by their rows; in [0, 1]."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(
        sum(abs(confidence[place == one].mean() - right[place == one].mean()) * (place == one).mean()
            for one in np.unique(place))
    )  # fmt: skip


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any]) -> None:
    """One .npz without pickles, whole or not there."""
    note = json.dumps(about, ensure_ascii=False, sort_keys=True).encode()
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, about=np.frombuffer(note, np.uint8), **dict(arrays))
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, stream.getvalue())


def _fit(
    view: str, inputs: Sequence[Sequence[int]], examples: Sequence[Example], kept: Sequence[int], labels: int
) -> dict[str, NDArray[Any]]:
    """The arrays of one view's logistic regression over the examples `kept`, as rag.heads reads them."""
    from sklearn.linear_model import LogisticRegression

    rows = [number for number in kept if inputs[number]]
    chosen = [inputs[number] for number in rows]
    grams, seen = np.unique(np.concatenate([np.asarray(row, np.uint32) for row in chosen]), return_counts=True)
    often = seen >= _LEAST_SEEN
    grams, idf = grams[often], (np.log((1 + len(chosen)) / (1 + seen[often])) + 1).astype(np.float16)
    model = LogisticRegression(C=_PENALTY, max_iter=400, tol=1e-5)
    truth = np.array([examples[number].label for number in rows])
    weight = np.array([examples[number].weight for number in rows])
    model.fit(_matrix(chosen, grams, idf), truth, sample_weight=weight)
    coefficients = np.zeros((labels, len(grams)), np.float32)
    bias = np.full(labels, -10.0, np.float32)  # a label that does not occur is improbable
    learnt, offset = model.coef_, model.intercept_
    if len(learnt) == 1:  # two labels: scikit-learn keeps the second one's half only
        learnt, offset = np.vstack([-learnt, learnt]) / 2, np.hstack([-offset, offset]) / 2
    coefficients[model.classes_], bias[model.classes_] = learnt, offset
    scaled = coefficients.T * idf.astype(np.float32)[:, None]
    return {
        f"{view}.grams": grams, f"{view}.idf": idf, f"{view}.rows": scaled.astype(np.float16), f"{view}.bias": bias,
    }  # fmt: skip


def _scores(view: str, arrays: Mapping[str, NDArray[Any]], inputs: Sequence[Sequence[int]]) -> FloatArray:
    idf = arrays[f"{view}.idf"]
    coefficients = arrays[f"{view}.rows"].astype(np.float32) / idf.astype(np.float32)[:, None]
    scores: FloatArray = _matrix(inputs, arrays[f"{view}.grams"], idf) @ coefficients + arrays[f"{view}.bias"]
    return scores


def _matrix(inputs: Sequence[Sequence[int]], known: NDArray[np.uint32], idf: NDArray[np.float16]) -> Any:
    """tf-idf rows (inputs, known n-grams) of unit length."""
    from scipy.sparse import csr_matrix
    from sklearn.preprocessing import normalize

    places = []
    for grams in inputs:
        wanted = np.asarray(grams, np.uint32)
        at = np.searchsorted(known, wanted).clip(max=len(known) - 1)
        places.append(at[known[at] == wanted])
    starts = [0, *itertools.accumulate(map(len, places))]
    columns = np.concatenate(places) if places else np.zeros(0, np.int64)
    return normalize(csr_matrix((idf.astype(np.float32)[columns], columns, starts), shape=(len(inputs), len(known))))


def _mixed(own: FloatArray, other: FloatArray, share: float) -> FloatArray:
    return (1 - share) * own + share * other


def _best_temperature(logs: FloatArray, truth: NDArray[np.int64]) -> float:
    return min(_TEMPERATURES, key=lambda value: _loss(logs, truth, value))


def _loss(logs: FloatArray, truth: NDArray[np.int64], temperature: float | None) -> float:
    """The log loss at `temperature`, or at the best one for None."""
    value = _best_temperature(logs, truth) if temperature is None else temperature
    return float(-log_softmax(logs / value)[np.arange(len(truth)), truth].mean())
