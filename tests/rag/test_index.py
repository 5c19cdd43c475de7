"""The copies follow the store: caught up, replayed, or rebuilt, and always equal to a fresh build."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from rag.index import SearchIndex
from rag.store import Store
from rag.text import search_words
from tests.fakes import BagOfWordsEmbedder
from tests.rag.stored import ids, put

LINES = ("下雨天去书店看书", "江边的面馆一人三十二元", "猫咖要提前预约", "吵架以后先道歉", "纪念日写一封信")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "home")
    made.set_embedder(BagOfWordsEmbedder.name, BagOfWordsEmbedder.dimensions)
    return made


def opened(store: Store) -> SearchIndex:
    return SearchIndex(store, dimensions=BagOfWordsEmbedder.dimensions, embedder=BagOfWordsEmbedder.name)


def fill(store: Store) -> None:
    for number, line in enumerate(LINES):
        put(store, f"{number}.md", line)


def answers(index: SearchIndex) -> list[tuple[list[int], list[int]]]:
    """What dense and word search give for each line, after a refresh."""
    index.refresh()
    embedder = BagOfWordsEmbedder()
    return [
        (
            index.dense(embedder.encode([line], query=True)[0], 20, None)[0].tolist(),
            index.words.search(search_words(line), 20, [])[0].tolist(),
        )
        for line in (*LINES, "新的一段")
    ]


def assert_like_a_fresh_build(index: SearchIndex, store: Store, tmp_path: Path) -> None:
    """Both copies hold exactly the store's passages, and find them as copies made from nothing do."""
    index.refresh()
    assert len(index.vectors) == index.words._index.searcher().num_docs == store.count()
    fresh_home = tmp_path / "fresh"
    shutil.rmtree(fresh_home, ignore_errors=True)
    fresh_home.mkdir()
    store._connection().execute("VACUUM INTO ?", (str(fresh_home / "store.sqlite"),))
    expected, found = answers(opened(Store(fresh_home))), answers(index)
    assert [dense for dense, _ in found] == [dense for dense, _ in expected]
    assert [set(words) for _, words in found] == [set(words) for _, words in expected]


def publish(index: SearchIndex) -> None:
    with index.store.writing():
        index.publish()


def test_an_empty_store_finds_nothing(store: Store) -> None:
    assert answers(opened(store)) == [([], [])] * 6


def test_a_fresh_index_over_a_full_store_catches_up(store: Store) -> None:
    fill(store)
    assert [(dense[0], words[0]) for dense, words in answers(opened(store))[:5]] == [(n, n) for n in range(1, 6)]


def test_changes_removals_and_additions_are_followed(store: Store, tmp_path: Path) -> None:
    fill(store)
    index = opened(store)
    index.refresh()
    put(store, "0.md", "新的一段")
    store.remove_document("1.md")
    put(store, "9.md", LINES[0], LINES[2])
    assert_like_a_fresh_build(index, store, tmp_path)


def test_a_passage_added_and_removed_between_two_looks_is_never_there(store: Store, tmp_path: Path) -> None:
    fill(store)
    index = opened(store)
    index.refresh()
    put(store, "9.md", "新的一段")
    store.remove_document("9.md")
    assert_like_a_fresh_build(index, store, tmp_path)


def test_a_snapshot_older_than_the_store_is_replayed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    publish(opened(store))
    put(store, "0.md", "新的一段")
    store.remove_document("1.md")
    with monkeypatch.context() as patch:
        patch.setattr("rag.vectors.VectorIndex.rebuild", lambda *_args, **_kwargs: pytest.fail("it was rebuilt"))
        index = opened(store)
        assert index.vectors.generation == 5
        index.refresh()
    assert_like_a_fresh_build(index, store, tmp_path)


def test_a_snapshot_is_written_again_when_many_passages_changed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index._SNAPSHOT_CHANGES", 3)
    fill(store)
    index = opened(store)
    publish(index)
    for number, snapshots in enumerate([5, 5, 5, 9], start=6):
        put(store, f"{number}.md", f"第{number}段")
        publish(index)
        if number < 9:
            assert opened(store).vectors.generation == snapshots
    assert opened(store).vectors.generation == 9


def test_a_damaged_snapshot_is_made_anew_from_the_store(store: Store, tmp_path: Path) -> None:
    fill(store)
    publish(opened(store))
    next(store.home.glob("*.faiss")).write_bytes(b"damaged")
    index = opened(store)
    assert index.vectors.generation == 0
    assert_like_a_fresh_build(index, store, tmp_path)


@pytest.mark.parametrize("is_open", [True, False], ids=["while open", "before opening"])
def test_a_lost_word_folder_is_rebuilt(store: Store, tmp_path: Path, is_open: bool) -> None:
    fill(store)
    index = opened(store)
    index.refresh()
    shutil.rmtree(store.home / "words")
    assert_like_a_fresh_build(index if is_open else opened(store), store, tmp_path)


@pytest.mark.parametrize("suffix", ["term", "store", "idx"])
def test_a_word_file_damaged_in_place_never_fails_a_search(store: Store, tmp_path: Path, suffix: str) -> None:
    fill(store)
    publish(opened(store))
    path = next((store.home / "words").glob(f"*.{suffix}"))
    path.write_bytes(b"\xff" * 40 + path.read_bytes()[40:])
    assert_like_a_fresh_build(opened(store), store, tmp_path)


def test_a_store_built_anew_in_the_same_home_does_not_take_the_old_copies(store: Store, tmp_path: Path) -> None:
    fill(store)
    publish(opened(store))
    store.close()
    for path in store.home.glob("store.sqlite*"):
        path.unlink()
    anew = Store(store.home)
    for number in range(7):
        put(anew, f"{number}.md", f"完全不同的第{number}段", "新的一段")
    assert_like_a_fresh_build(opened(anew), anew, tmp_path)


def test_an_older_store_put_back_in_place_is_not_searched_with_the_newer_copies(store: Store, tmp_path: Path) -> None:
    fill(store)
    store._connection().execute("VACUUM INTO ?", (str(tmp_path / "backup"),))
    put(store, "9.md", "新的一段")
    publish(opened(store))
    store.close()
    for path in store.home.glob("store.sqlite*"):
        path.unlink()
    shutil.copy(tmp_path / "backup", store.path)
    assert_like_a_fresh_build(opened(store), Store(store.home), tmp_path)


def test_after_forgotten_deletions_the_copies_are_made_anew(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store._TOMBSTONES", 1)
    fill(store)
    index = opened(store)
    index.refresh()
    put(store, "0.md", *(f"第{number}段" for number in range(10)))
    store.remove_document("0.md")
    assert store.changes(5) is None
    assert_like_a_fresh_build(index, store, tmp_path)


def test_an_index_sees_at_its_next_refresh_what_another_one_published(store: Store, tmp_path: Path) -> None:
    fill(store)
    one, other = opened(store), opened(Store(store.home))
    other.refresh()
    put(store, "9.md", "新的一段")
    store.remove_document("0.md")
    publish(one)
    assert_like_a_fresh_build(other, store, tmp_path)


def test_while_another_process_writes_vectors_are_caught_up_and_words_are_left_to_it(store: Store) -> None:
    fill(store)
    index = opened(store)
    index.refresh()
    put(store, "9.md", "新的一段")
    with Store(store.home).writing():
        dense, words = answers(index)[5]
    (new,) = ids(store, "9.md")
    assert dense[0] == new
    assert new not in words
    assert new in answers(index)[5][1]


def test_vectors_of_another_embedder_are_not_taken_over(store: Store) -> None:
    fill(store)
    index = SearchIndex(store, dimensions=3, embedder="another")
    index.refresh()
    assert len(index.vectors) == 0


def test_a_new_embedder_makes_the_vectors_anew(store: Store) -> None:
    fill(store)
    publish(opened(store))
    store.set_embedder("another", 3, ((number, np.eye(3, dtype=np.float32)[number % 3]) for number in range(1, 6)))
    index = SearchIndex(store, dimensions=3, embedder="another")
    index.refresh()
    assert sorted(index.dense(np.eye(3, dtype=np.float32)[1], 2, None)[0].tolist()) == [1, 4]


def test_threads_search_while_the_store_changes(store: Store, tmp_path: Path) -> None:
    fill(store)
    index = opened(store)
    problems: list[BaseException] = []
    done = threading.Event()

    def search() -> None:
        try:
            while not done.is_set():
                answers(index)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(8):
        put(store, f"{number}.md", f"第{number}段")
    done.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert_like_a_fresh_build(index, store, tmp_path)


def test_catching_up_words_leaves_the_right_to_write_to_others(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store)
    index = opened(store)
    monkeypatch.setattr("rag.store.Store.writing", lambda _: pytest.fail("a sync would be turned away"))
    assert answers(index)[0][1][0] == 1


def test_a_writer_waits_for_a_reader_that_catches_up_words(store: Store) -> None:
    entered = threading.Event()

    def write() -> None:
        with Store(store.home).writing():
            entered.set()

    writer = threading.Thread(target=write)
    with store.copying():
        writer.start()
        assert not entered.wait(0.1)
    writer.join()
    assert entered.is_set()


def test_vectors_that_outgrow_exact_search_are_rebuilt_when_they_are_published(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.vectors._FLAT_LIMIT", 100)
    index = opened(store)
    for path, count, is_inverted in (("a.md", 100, False), ("b.md", 20, False), ("c.md", 1, True)):
        put(store, path, *(f"第{number}段{path}" for number in range(count)))
        publish(index)
        assert index.vectors._is_inverted is is_inverted
    again = opened(store)
    assert (again.vectors._is_inverted, len(again.vectors)) == (True, 121)
