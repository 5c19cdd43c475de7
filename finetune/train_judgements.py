"""`qixi train reader` and `qixi train heads`: from the rows of finetune.judgements to the files under rag/weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from finetune.heads import Example, train_head, write_arrays
from finetune.judgements import Judgements
from finetune.reader import Plan, train
from rag.heads import WEIGHTS, FloatArray
from rag.reader import Reader, Task
from rag.text import language

_STRESS = {"guard": 2.0, "class": 0.5, "risk": 0.5, "side": 0.5}
"""Whether to answer weighs more than what kind of danger it is; rows of the guard have four tasks, others one."""
_THRESHOLDS = tuple(step / 20 for step in range(5, 16))
HEADS: tuple[Task, ...] = ("guard", "class", "emotion", "conflict")


def train_reader(
    rows: Judgements,
    model_folder: Path,
    *,
    epochs: int = 6,
    weights: Path = WEIGHTS,
    tell: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Trains the reader from the encoder in `model_folder`, writes reader.npz and returns what is known of it.

    Needs torch and transformers (the extra `train`).
    """
    trained = train(
        rows.reader_groups(), Plan(tasks=rows.tasks(), stress=_STRESS, epochs=epochs), model_folder, tell=tell
    )
    write_arrays(weights / "reader.npz", trained.arrays, trained.about)
    return trained.about


def train_heads(rows: Judgements, reader: Reader | None, *, weights: Path = WEIGHTS) -> dict[str, Any]:
    """Trains every n-gram head and its share beside `reader`; returns their held-out figures by head."""
    figures: dict[str, Any] = {}
    for head in HEADS:
        labels, examples, forms = rows.examples(head)

        def read(numbers: Sequence[int], head: Task = head, forms: Sequence[str] = forms) -> FloatArray:
            assert reader is not None
            vectors = reader.vectors([forms[number] for number in numbers])
            found: FloatArray = np.log(np.maximum(reader.probabilities(head, vectors), 1e-9))
            return found

        def look(numbers: Sequence[int], found: FloatArray, examples: Sequence[Example] = examples) -> dict[str, Any]:
            return {"thresholds": trade_off([examples[number] for number in numbers], 1 - found[:, 0])}

        figures[head] = train_head(
            labels, examples, weights / f"{head}.npz", sounds=head in ("guard", "class"),
            read=read if reader else None, look=look if head == "guard" else None,
        )  # fmt: skip
    return figures


def trade_off(examples: Sequence[Example], harm: FloatArray) -> dict[str, dict[str, tuple[float, float]]]:
    """By language and threshold: the share of harmful examples that reach it, and the share of harmless ones.

    `harm` (rows,) is the probability of wish and danger together; rag.guard.THRESHOLD is set by it.
    """
    langs = np.array([language(example.sample.text) for example in examples])
    harmful = np.array([example.label != 0 for example in examples])

    def share(lang: str, threshold: float, *, of_harmful: bool) -> float:
        return round(float((harm[(langs == lang) & (harmful == of_harmful)] >= threshold).mean()), 4)

    return {
        lang: {
            f"{threshold:.2f}": (share(lang, threshold, of_harmful=True), share(lang, threshold, of_harmful=False))
            for threshold in _THRESHOLDS
        }
        for lang in sorted(set(langs))
    }
