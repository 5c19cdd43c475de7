"""The vector index: a FAISS copy of the store's embeddings, at a recorded generation."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import StoreError
from rag.files import file_sha256, publish, replace_file

_FORMAT = 2
_FLAT_LIMIT = 50_000
"""Vectors up to which exact search is fast enough (about 5 ms at 384 dimensions on one core)."""


class VectorIndex:
    """Inner-product search over unit vectors under passage ids.

    Exact (IndexFlatIP) when built of up to 50,000 vectors, IVF-Flat of more: with 4·√n lists of which 32 are probed.
    `apply()` keeps the form and `is_outgrown` says when another is due. The CPU index is the one that changes; where
    FAISS sees a GPU, searches go to a float16 clone of it, made again after a change.
    """

    def __init__(self, dimensions: int) -> None:
        self._faiss = import_faiss()
        self.dimensions = dimensions
        self.generation = 0
        self._index: Any = self._flat()
        self._gpu: tuple[Any, Any] | None = None
        self._faiss.omp_set_num_threads(
            1
        )  # one query gains nothing from more, and idle OpenMP threads spin: 13x slower

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def is_outgrown(self) -> bool:
        """Whether exact search has become slow: additions took it a fifth over the limit for which it was made."""
        return not self._is_inverted and len(self) > 1.2 * _FLAT_LIMIT

    def rebuild(self, ids: np.ndarray, vectors: np.ndarray, *, generation: int) -> None:
        """Replace everything by `vectors` (n, dimensions) under `ids` (n,)."""
        self._index = self._flat() if len(ids) <= _FLAT_LIMIT else self._inverted(vectors)
        self._index.add_with_ids(vectors, ids)
        self.generation = generation
        self._gpu = None

    def apply(self, added_ids: np.ndarray, added_vectors: np.ndarray, removed: np.ndarray, *, generation: int) -> None:
        """Bring the copy to `generation`; ids that are there already are replaced."""
        gone = np.concatenate([removed, added_ids]).astype(np.int64)
        if len(gone) and len(self):
            self._index.remove_ids(self._faiss.IDSelectorBatch(gone))
        if len(added_ids):
            self._index.add_with_ids(added_vectors, added_ids)
        self.generation = generation
        self._gpu = None

    def search(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Ids (int64) and cosines (float32) of the `k` vectors nearest to `query` (dimensions,), best first.

        With `allowed` only those ids (int64) are searched: exactly, up to 50,000 of them.
        """
        if not len(self) or (allowed is not None and not len(allowed)):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if allowed is not None:
            selector = self._faiss.IDSelectorBatch(allowed)
            parameters = (
                self._faiss.SearchParametersIVF(sel=selector, nprobe=self._probes(len(allowed)))
                if self._is_inverted
                else self._faiss.SearchParameters(sel=selector)
            )
            scores, ids = self._index.search(query[None], k, params=parameters)
        else:
            scores, ids = self._searcher().search(query[None], k)
        found = ids[0] >= 0
        return ids[0][found], scores[0][found]

    def save(self, folder: Path, *, embedder: str, store: str) -> None:
        """Write a snapshot of vectors of `embedder` in the store named `store`; a crash leaves the previous one."""
        folder.mkdir(parents=True, exist_ok=True)
        name = f"vectors-{self.generation}.faiss"
        temporary = folder / f".{name}.{os.getpid()}.tmp"
        self._faiss.write_index(self._index, str(temporary))
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        digest = file_sha256(temporary)
        publish(temporary, folder / name)
        manifest = {
            "format": _FORMAT,
            "file": name,
            "sha256": digest,
            "generation": self.generation,
            "dimensions": self.dimensions,
            "embedder": embedder,
            "store": store,
        }
        replace_file(folder / "vectors.json", json.dumps(manifest | {"seal": _seal(manifest)}).encode())
        for other in folder.glob("*vectors-*.faiss*"):
            if other.name != name:
                other.unlink(missing_ok=True)

    def load(self, folder: Path, *, embedder: str, store: str) -> bool:
        """Take over the snapshot in `folder`; False when none is of this embedder and store, or it is damaged."""
        try:
            manifest = json.loads((folder / "vectors.json").read_bytes())
            if manifest.pop("seal") != _seal(manifest):
                return False
            expected = {"format": _FORMAT, "embedder": embedder, "dimensions": self.dimensions, "store": store}
            if not expected.items() <= manifest.items():
                return False
            path = folder / manifest["file"]
            if file_sha256(path) != manifest["sha256"]:
                return False
            self._index = self._faiss.read_index(str(path))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError):
            return False
        self.generation = int(manifest["generation"])
        self._gpu = None
        return True

    @property
    def _is_inverted(self) -> bool:
        return hasattr(self._index, "nprobe")

    def _probes(self, allowed: int) -> int:
        """All lists while the allowed ids are few enough for exact search; they may lie in any of them."""
        return int(self._index.nlist) if allowed <= _FLAT_LIMIT else int(self._index.nprobe)

    def _flat(self) -> Any:
        return self._faiss.IndexIDMap2(self._faiss.IndexFlatIP(self.dimensions))

    def _inverted(self, vectors: np.ndarray) -> Any:
        lists = int(4 * math.sqrt(len(vectors)))
        index = self._faiss.IndexIVFFlat(
            self._faiss.IndexFlatIP(self.dimensions), self.dimensions, lists, self._faiss.METRIC_INNER_PRODUCT
        )
        sample = np.random.default_rng(0).choice(len(vectors), min(len(vectors), 40 * lists), replace=False)
        index.cp.min_points_per_centroid = 5
        self._faiss.omp_set_num_threads(os.cpu_count() or 1)
        index.train(vectors[sample])
        self._faiss.omp_set_num_threads(1)
        index.nprobe = min(32, lists)
        return index

    def _searcher(self) -> Any:
        if self._faiss.get_num_gpus() < 1:
            return self._index
        if self._gpu is None:
            resources = self._faiss.StandardGpuResources()
            resources.setTempMemory(256 << 20)
            options = self._faiss.GpuClonerOptions()
            options.useFloat16 = True
            try:
                clone = self._faiss.index_cpu_to_gpu(resources, 0, self._index, options)
            except RuntimeError:  # the card is full or not usable: the CPU index answers
                return self._index
            self._gpu = (clone, resources)
        return self._gpu[0]


def import_faiss() -> Any:
    """The faiss module, once it is sure that exactly one distribution owns it.

    Raises StoreError when none is installed, or both faiss-cpu and faiss-gpu: they overwrite each other's files.
    """
    installed = [name for name in ("faiss-cpu", "faiss-gpu") if _is_installed(name)]
    if len(installed) != 1:
        found_en = "both faiss-cpu and faiss-gpu are installed" if installed else "FAISS is not installed"
        found_zh = "同时装了 faiss-cpu 和 faiss-gpu" if installed else "没有安装 FAISS"
        raise StoreError(
            en=f"Vector search cannot start: {found_en}; run `pip uninstall faiss-cpu faiss-gpu`, then "
            '`pip install "qixi[cpu]"` (or qixi[gpu] for an NVIDIA card).',
            zh=f"向量检索无法启动：{found_zh}；请先 `pip uninstall faiss-cpu faiss-gpu`，再 "
            '`pip install "qixi[cpu]"`（NVIDIA 显卡用 qixi[gpu]）。',
        )
    import faiss

    return faiss


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _seal(manifest: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
