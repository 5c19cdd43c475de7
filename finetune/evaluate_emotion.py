"""`qixi eval emotion`: macro-F1, a table by class, calibration, abstention and a plot of the confusions."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finetune.heads import expected_calibration_error
from finetune.judgements import DATASETS, EmotionRow
from rag.emotion import CERTAIN, EMOTIONS, EmotionReader
from rag.files import replace_file

EMOTION_DATA = DATASETS / "emotion" / "test"


def evaluate_emotion(rows: Sequence[EmotionRow], reader: EmotionReader) -> tuple[dict[str, Any], NDArray[np.int64]]:
    """Figures and the confusion matrix (true label, label read), both in the order of EMOTIONS.

    `accuracy_or_second` counts the annotator's second label too; `coverage` is the share that is not abstained from and
    `accuracy_covered` the accuracy there.
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    odds, times = [], []
    for row in rows:  # one by one, as in use
        started = time.perf_counter()
        odds.append(reader.probabilities([(row.text, row.before())])[0])
        times.append((time.perf_counter() - started) * 1000)
    probabilities = np.stack(odds)
    truth = np.array([EMOTIONS.index(row.label) for row in rows])
    read = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    right = read == truth
    lenient = right | np.array([row.second == EMOTIONS[place] for row, place in zip(rows, read, strict=True)])
    places = np.arange(len(EMOTIONS))
    precision, recall, f1, counts = precision_recall_fscore_support(truth, read, labels=places, zero_division=0)
    sure = confidence >= CERTAIN
    figures: dict[str, Any] = {"macro_f1": _round(f1[counts > 0].mean())}
    for lang in ("zh", "en"):
        own = np.array([row.lang == lang for row in rows])
        if own.any():
            scores = precision_recall_fscore_support(
                truth[own], read[own], labels=np.unique(truth[own]), zero_division=0
            )[2]
            figures[f"macro_f1_{lang}"] = _round(scores.mean())
    short = np.array([_is_short(row) for row in rows])
    figures |= {
        "accuracy": _round(right.mean()), "accuracy_short": _round(right[short].mean()) if short.any() else None,
        "accuracy_or_second": _round(lenient.mean()), "ece": _round(expected_calibration_error(confidence, right)),
        "coverage": _round(sure.mean()), "accuracy_covered": _round(right[sure].mean()) if sure.any() else None,
        "classes": {
            name: {
                "precision": _round(precision[place]), "recall": _round(recall[place]), "f1": _round(f1[place]),
                "n": int(counts[place]),
            }
            for place, name in enumerate(EMOTIONS)
        },
        "n": len(rows), "per_query_ms_p50": round(statistics.median(times), 2),
    }  # fmt: skip
    return figures, confusion_matrix(truth, read, labels=places)


def plot_confusion(matrix: NDArray[np.int64], path: Path) -> None:
    """Writes the confusion matrix as an SVG, each row as shares of its true label."""
    import altair as alt
    import pandas as pd  # type: ignore[import-untyped]
    import vl_convert as vlc

    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    cells = pd.DataFrame(
        {"true": true, "read": read, "share": float(shares[row, column]), "n": int(matrix[row, column])}
        for row, true in enumerate(EMOTIONS)
        for column, read in enumerate(EMOTIONS)
    )
    base = alt.Chart(cells).encode(
        x=alt.X("read:N", sort=list(EMOTIONS), title="read as"),
        y=alt.Y("true:N", sort=list(EMOTIONS), title="labelled"),
    )
    chart = base.mark_rect().encode(color=alt.Color("share:Q", scale=alt.Scale(scheme="purples", domain=[0, 1])))
    chart += base.mark_text(fontSize=10).encode(
        text="n:Q", color=alt.condition("datum.share > 0.5", alt.value("white"), alt.value("black"))
    )
    svg = vlc.vegalite_to_svg(chart.properties(width=420, height=420, title="Emotion of chat messages").to_dict())
    replace_file(path, svg.encode())


def _is_short(row: EmotionRow) -> bool:
    return len(row.text) <= 6 if row.lang == "zh" else len(row.text.split()) <= 4


def _round(value: Any) -> float:
    return round(float(value), 4)
