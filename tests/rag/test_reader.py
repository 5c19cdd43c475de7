"""The reader's weights, its probabilities, and the graph that is built once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

import rag.reader
from finetune.heads import write_arrays
from rag.convert_e5 import NAME
from rag.embed import OnnxEmbeddings
from rag.errors import ModelError
from rag.heads import FloatArray
from rag.reader import Reader, Weights, is_built, open_reader, reader_folder

ABOUT = {"tasks": {"guard": ["none", "wish"], "reply": []}, "temperatures": {"guard": 2.0}}
HEADS = {
    "guard.matrix": np.array([[4.0, 0.0], [0.0, 4.0]], np.float32), "guard.bias": np.zeros(2, np.float32),
    "reply.matrix": np.array([[1.0], [-1.0]], np.float32), "reply.bias": np.zeros(1, np.float32),
}  # fmt: skip


class TwoDirections:
    """An encoder that sends texts with “bad” one way and the others the other way; counts its calls."""

    dimensions = 2

    def __init__(self) -> None:
        self.calls = 0

    def run(self, texts: Sequence[str]) -> Iterator[tuple[list[int], FloatArray]]:
        """All texts in one part, as OnnxEncoder gives them in several."""
        self.calls += 1
        rows = [[0.0, 1.0] if "bad" in text else [1.0, 0.0] for text in texts]
        yield list(range(len(texts))), np.array(rows, np.float32)


@pytest.fixture
def weights(tmp_path: Path) -> Weights:
    write_arrays(tmp_path / "reader.npz", HEADS, ABOUT)
    return Weights(tmp_path / "reader.npz")


def test_probabilities_are_calibrated_and_sum_to_one(weights: Weights) -> None:
    reader = Reader(TwoDirections(), weights)  # type: ignore[arg-type]
    found = reader.probabilities("guard", reader.vectors(["fine", "bad"]))
    assert found.sum(axis=1) == pytest.approx([1, 1])
    assert found[1, 1] == pytest.approx(1 / (1 + np.exp(-2)))  # a margin of 4 at temperature 2
    assert reader.scores("reply", reader.vectors(["fine", "bad"]))[:, 0].tolist() == [1, -1]


def test_a_text_asked_for_again_is_not_encoded_again(weights: Weights) -> None:
    encoder = TwoDirections()
    reader = Reader(encoder, weights)  # type: ignore[arg-type]
    first = reader.vectors(["fine"])
    first[0, 0] = 7  # the caller's copy
    assert reader.vectors(["fine"])[0, 0] == 1
    assert encoder.calls == 1


def test_the_adapter_adds_up_times_down(tmp_path: Path) -> None:
    stem = "encoder.layer.0.attention.self.query"
    down, up = np.array([[1, 2]], np.float16), np.array([[3], [4]], np.float16)
    write_arrays(tmp_path / "reader.npz", {**HEADS, f"{stem}.down": down, f"{stem}.up": up}, ABOUT)
    weights = Weights(tmp_path / "reader.npz")
    assert weights.delta("l0.q") == pytest.approx(np.array([[3, 6], [4, 8]]))
    assert weights.delta("l1.q") is None


def test_damaged_weights_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "reader.npz").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(ModelError, match=r"reader\.npz cannot be opened .* install Qixi again"):
        Weights(tmp_path / "reader.npz")


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "cache"
    blocked.write_text("a file, no folder")
    with pytest.raises(ModelError):
        open_reader(blocked, lambda folder: OnnxEmbeddings(folder).encode)
    assert not is_built(blocked)


def test_old_graphs_make_room(tmp_path: Path) -> None:
    for age in range(5):
        graph = tmp_path / f"{NAME}-reader-{age}" / "reader_qint8.onnx"
        graph.parent.mkdir()
        graph.write_bytes(b"graph")
        os.utime(graph, (1e9 - age, 1e9 - age))
    (tmp_path / f"{NAME}-1234").mkdir()
    rag.reader._drop_older(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        f"{NAME}-1234", f"{NAME}-reader-0", f"{NAME}-reader-1", f"{NAME}-reader-2",
    ]  # fmt: skip


def test_the_folder_of_a_graph_names_its_weights(tmp_path: Path) -> None:
    assert reader_folder(tmp_path).parent == tmp_path / "models"
    assert reader_folder(tmp_path).name.startswith(f"{NAME}-reader-")
