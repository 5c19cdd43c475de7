"""The vector index: FAISS finds what numpy finds, changes with the store, and trusts only whole snapshots."""

from __future__ import annotations

import gc
import importlib.metadata
import json
from pathlib import Path

import numpy as np
import pytest

from rag import vectors
from rag.errors import StoreError
from rag.vectors import VectorIndex, import_faiss

DIMENSIONS = 24
SNAPSHOT = {"embedder": "toy", "store": "s1"}


def unit(count: int, seed: int = 0, dimensions: int = DIMENSIONS) -> np.ndarray:
    """Random unit vectors (count, dimensions)."""
    rows = np.random.default_rng(seed).standard_normal((count, dimensions)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def clustered(count: int, clusters: int = 40, seed: int = 0) -> np.ndarray:
    """Unit vectors around `clusters` centres, as texts on a few subjects give them."""
    centres = unit(clusters, seed)
    rows = centres[np.arange(count) % clusters] + 0.35 * unit(count, seed + 1)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def filled(rows: np.ndarray, first: int = 100) -> VectorIndex:
    """An index of `rows` under ids from `first`."""
    index = VectorIndex(rows.shape[1])
    index.rebuild(np.arange(first, first + len(rows)), rows, generation=1)
    return index


def nearest(rows: np.ndarray, query: np.ndarray, k: int, first: int = 100) -> list[int]:
    return [int(row) + first for row in np.argsort(-(rows @ query))[:k]]


@pytest.fixture
def inverted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index of a large store already from 500 vectors on."""
    monkeypatch.setattr(vectors, "_FLAT_LIMIT", 500)


def test_flat_search_finds_what_numpy_finds() -> None:
    rows = unit(300)
    index = filled(rows)
    for query in unit(20, seed=1):
        ids, cosines = index.search(query, 10)
        assert ids.tolist() == nearest(rows, query, 10)
        np.testing.assert_allclose(cosines, np.sort(rows @ query)[::-1][:10], atol=1e-6)


def test_a_filter_searches_the_allowed_ids_exactly() -> None:
    rows = unit(300)
    index = filled(rows)
    allowed = np.arange(100, 400, 7)
    query = unit(1, seed=2)[0]
    ids, _ = index.search(query, 10, allowed)
    assert ids.tolist() == [int(allowed[place]) for place in np.argsort(-(rows[allowed - 100] @ query))[:10]]


def test_a_filter_that_allows_nothing_or_only_unknown_ids_finds_nothing() -> None:
    index = filled(unit(30))
    assert index.search(unit(1)[0], 5, np.empty(0, np.int64))[0].tolist() == []
    assert index.search(unit(1)[0], 5, np.array([7], np.int64))[0].tolist() == []


def test_an_empty_index_finds_nothing() -> None:
    ids, cosines = VectorIndex(DIMENSIONS).search(unit(1)[0], 5)
    assert (ids.tolist(), cosines.tolist()) == ([], [])


def test_fewer_vectors_than_asked_for_are_all_found() -> None:
    ids, _ = filled(unit(3)).search(unit(1, seed=3)[0], 50)
    assert sorted(ids.tolist()) == [100, 101, 102]


def test_apply_adds_replaces_and_removes() -> None:
    rows, fresh = unit(10), unit(2, seed=5)
    index = filled(rows)
    index.apply(np.array([200, 103]), fresh, np.array([101, 999]), generation=4)
    assert (len(index), index.generation) == (10, 4)
    assert index.search(fresh[0], 1)[0].tolist() == [200]
    assert index.search(fresh[1], 1)[0].tolist() == [103]
    assert index.search(rows[3], 1)[1][0] < 0.99
    assert 101 not in index.search(rows[1], 10)[0].tolist()


def test_an_interrupted_apply_can_be_repeated() -> None:
    index = filled(unit(5))
    for _ in range(2):
        index.apply(np.array([300]), unit(1, seed=6), np.array([100]), generation=2)
    assert sorted(index.search(unit(1)[0], 50)[0].tolist()) == [101, 102, 103, 104, 300]


def test_an_index_may_become_empty_and_be_filled_again() -> None:
    index = filled(unit(3))
    index.rebuild(np.empty(0, np.int64), np.empty((0, DIMENSIONS), np.float32), generation=2)
    assert len(index) == 0
    index.apply(np.array([1]), unit(1), np.empty(0, np.int64), generation=3)
    assert index.search(unit(1)[0], 1)[0].tolist() == [1]


@pytest.mark.usefixtures("inverted")
class TestInverted:
    """The IVF index of a large store."""

    def test_it_recalls_nearly_all_of_what_exact_search_finds(self) -> None:
        rows = clustered(4000)
        index = filled(rows)
        gc.collect()
        assert index._is_inverted
        queries = clustered(50, seed=9)
        found = [len(set(index.search(query, 10)[0].tolist()) & set(nearest(rows, query, 10))) for query in queries]
        assert sum(found) / 500 >= 0.95

    def test_a_filter_is_exact_and_finds_as_many_as_are_asked_for(self) -> None:
        rows = clustered(4000)
        index = filled(rows)
        allowed = np.arange(100, 4100, 61)
        for query in clustered(20, seed=10):
            ids, _ = index.search(query, 30, allowed)
            expected = allowed[np.argsort(-(rows[allowed - 100] @ query), kind="stable")[:30]]
            assert ids.tolist() == expected.tolist()

    def test_removed_vectors_are_gone_and_added_ones_are_found(self) -> None:
        rows, fresh = clustered(2000), unit(1, seed=11)
        index = filled(rows)
        index.apply(np.array([9000]), fresh, np.arange(100, 600), generation=2)
        assert len(index) == 1501
        assert index.search(fresh[0], 1)[0].tolist() == [9000]
        assert min(int(index.search(query, 20)[0].min()) for query in rows[:20]) >= 600

    def test_it_comes_back_from_a_snapshot(self, tmp_path: Path) -> None:
        rows = clustered(2000)
        index = filled(rows)
        index.save(tmp_path, **SNAPSHOT)
        loaded = VectorIndex(DIMENSIONS)
        assert loaded.load(tmp_path, **SNAPSHOT)
        assert loaded._is_inverted
        for query in rows[:5]:
            assert loaded.search(query, 10)[0].tolist() == index.search(query, 10)[0].tolist()


def test_a_snapshot_comes_back_whole(tmp_path: Path) -> None:
    rows = unit(50)
    index = filled(rows)
    index.save(tmp_path, **SNAPSHOT)
    loaded = VectorIndex(DIMENSIONS)
    assert loaded.load(tmp_path, **SNAPSHOT)
    assert (len(loaded), loaded.generation) == (50, 1)
    assert loaded.search(rows[7], 3)[0].tolist() == index.search(rows[7], 3)[0].tolist()
    loaded.apply(np.array([1]), unit(1, seed=8), np.array([100]), generation=2)
    assert len(loaded) == 50


def test_only_the_newest_snapshot_is_kept(tmp_path: Path) -> None:
    index = filled(unit(5))
    index.save(tmp_path, **SNAPSHOT)
    index.apply(np.array([1]), unit(1), np.empty(0, np.int64), generation=2)
    index.save(tmp_path, **SNAPSHOT)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vectors-2.faiss", "vectors.json"]


@pytest.mark.parametrize(
    ("dimensions", "other"),
    [
        pytest.param(DIMENSIONS, {"embedder": "another", "store": "s1"}, id="embedder"),
        pytest.param(DIMENSIONS, {"embedder": "toy", "store": "s2"}, id="store"),
        pytest.param(DIMENSIONS + 1, SNAPSHOT, id="dimensions"),
    ],
)
def test_a_snapshot_of_another_kind_is_left_alone(tmp_path: Path, dimensions: int, other: dict[str, str]) -> None:
    filled(unit(5)).save(tmp_path, **SNAPSHOT)
    index = VectorIndex(dimensions)
    assert not index.load(tmp_path, **other)
    assert (len(index), index.generation) == (0, 0)


def test_a_folder_without_a_snapshot_loads_nothing(tmp_path: Path) -> None:
    assert not VectorIndex(DIMENSIONS).load(tmp_path, **SNAPSHOT)


@pytest.mark.parametrize("place", [0, 1, 0.1, 0.33, 0.5, 0.9, -1], ids=str)
def test_a_flipped_byte_in_the_vectors_is_noticed(tmp_path: Path, place: float) -> None:
    filled(unit(50)).save(tmp_path, **SNAPSHOT)
    path = tmp_path / "vectors-1.faiss"
    data = bytearray(path.read_bytes())
    data[int(place * len(data)) if isinstance(place, float) else place] ^= 1
    path.write_bytes(data)
    assert not VectorIndex(DIMENSIONS).load(tmp_path, **SNAPSHOT)


@pytest.mark.parametrize("kept", [0, 1, 100, -1], ids=str)
def test_truncated_vectors_are_noticed(tmp_path: Path, kept: int) -> None:
    filled(unit(50)).save(tmp_path, **SNAPSHOT)
    path = tmp_path / "vectors-1.faiss"
    path.write_bytes(path.read_bytes()[:kept])
    assert not VectorIndex(DIMENSIONS).load(tmp_path, **SNAPSHOT)


def test_no_flipped_bit_or_truncation_of_the_manifest_is_taken_for_another_generation(tmp_path: Path) -> None:
    filled(unit(5)).save(tmp_path, **SNAPSHOT)
    path = tmp_path / "vectors.json"
    data = path.read_bytes()
    damaged = [
        data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :] for place in range(len(data)) for bit in (1, 8)
    ]
    damaged += [data[:length] for length in range(len(data))]
    for one in damaged:
        path.write_bytes(one)
        index = VectorIndex(DIMENSIONS)
        assert not index.load(tmp_path, **SNAPSHOT) or index.generation == 1


@pytest.mark.parametrize("manifest", ["[]", "null", "{}", json.dumps({"seal": None}), "\udc80"])
def test_a_manifest_of_another_shape_loads_nothing(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "vectors.json").write_bytes(manifest.encode("utf-8", "surrogateescape"))
    assert not VectorIndex(DIMENSIONS).load(tmp_path, **SNAPSHOT)


@pytest.mark.parametrize(
    ("installed", "sentence"),
    [
        pytest.param(("faiss-cpu", "faiss-gpu"), "both faiss-cpu and faiss-gpu are installed; run `pip", id="both"),
        pytest.param((), "FAISS is not installed; run `pip", id="none"),
    ],
)
def test_search_starts_only_where_one_faiss_is_installed(
    monkeypatch: pytest.MonkeyPatch, installed: tuple[str, ...], sentence: str
) -> None:
    real = importlib.metadata.distribution

    def distribution(name: str) -> importlib.metadata.Distribution:
        if name in installed:
            return real("numpy")
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", distribution)
    with pytest.raises(StoreError, match=sentence):
        import_faiss()


@pytest.mark.gpu
def test_the_card_finds_what_the_processor_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    faiss = import_faiss()
    if faiss.get_num_gpus() < 1:
        pytest.skip("no CUDA card, or FAISS without GPU support")
    rows = clustered(5000)
    for limit in (10_000, 500):
        monkeypatch.setattr(vectors, "_FLAT_LIMIT", limit)
        index = filled(rows)
        for query in clustered(20, seed=12):
            on_card = index.search(query, 10)
            on_processor = index._index.search(query[None], 10)
            np.testing.assert_allclose(on_card[1], on_processor[0][0], atol=2e-3)  # float16 there, float32 here
            assert len(set(on_card[0].tolist()) & set(on_processor[1][0].tolist())) >= 9
