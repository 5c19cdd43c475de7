"""The store: one document is one transaction, ids last, one writer at a time, and a damaged file is a sentence."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import BusyError, StoreError
from rag.records import DocumentRow, embedding_text, tags
from rag.schema import Item
from rag.store import Store
from tests.rag.stored import ids, passage, put, texts

WRITER = """
import sys
from pathlib import Path
from rag.store import Store
with Store(Path(sys.argv[1])).writing():
    print("writing", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


def test_a_new_store_is_empty(store: Store) -> None:
    assert (store.generation, store.embedder, store.documents(), store.count()) == (0, None, [], 0)
    assert store.changes(0) == ([], [])


def test_what_is_put_comes_back_after_opening_again(store: Store, tmp_path: Path) -> None:
    item = Item(kind="place", name="云上书店", city="杭州", price_low=Decimal(38), price_high=Decimal(38))
    labels: dict[str, Any] = {"kind": "place", "lang": "zh", "stages": ("first_date",), "city": "杭州"}
    put(store, "places/a.csv", passage("名称：云上书店", locator="row 2", item=item, **labels))
    again = Store(tmp_path / "home")
    (stored,) = again.document_passages("places/a.csv")
    assert stored.passage.model_dump() == passage("名称：云上书店", locator="row 2", **labels).passage.model_dump()
    (row,) = again.items("place")
    assert (row.item, row.document, row.locator) == (item, "places/a.csv", "row 2")
    assert again.identity == store.identity != ""


def test_unchanged_passages_keep_their_ids_and_the_order_is_the_documents(store: Store) -> None:
    put(store, "a.md", "一", "二", "三")
    before = ids(store, "a.md")
    change = put(store, "a.md", "三", "新", "一")
    assert (change.added, change.reused, change.removed) == (1, 2, 1)
    assert texts(store, "a.md") == ["三", "新", "一"]
    assert [ids(store, "a.md")[place] for place in (0, 2)] == [before[2], before[0]]


def test_equal_passages_of_one_document_are_each_kept(store: Store) -> None:
    put(store, "a.md", "一", "一", "二")
    before = ids(store, "a.md")
    put(store, "a.md", "一", "一", "二")
    assert (ids(store, "a.md"), store.generation) == (before, 1)
    change = put(store, "a.md", "一", "二")
    assert (change.added, change.reused, change.removed) == (0, 2, 1)
    assert set(ids(store, "a.md")) < set(before)


@pytest.mark.parametrize(
    "labels",
    [{"kind": "tip"}, {"lang": "en"}, {"stages": ("early",)}, {"city": "杭州"}],
    ids=["kind", "language", "stages", "city"],
)
def test_changed_labels_make_a_new_passage_because_the_word_index_holds_them(
    store: Store, labels: dict[str, Any]
) -> None:
    put(store, "a.md", "一")
    before = ids(store, "a.md")
    change = put(store, "a.md", "一", **labels)
    assert (change.added, change.removed) == (1, 1)
    assert ids(store, "a.md") != before
    assert store.changes(1) == (ids(store, "a.md"), before)


def test_the_same_again_does_not_raise_the_generation(store: Store) -> None:
    put(store, "a.md", "一", "二")
    assert put(store, "a.md", "一", "二").added == 0
    assert store.generation == 1


def test_a_moved_passage_raises_it_because_citations_show_the_place(store: Store) -> None:
    put(store, "a.csv", passage("一", locator="row 2"))
    put(store, "a.csv", passage("一", locator="row 3"))
    assert store.generation == 2
    assert store.changes(1) == ([], [])
    assert store.document_passages("a.csv")[0].passage.locator == "row 3"


def test_a_heading_that_becomes_text_is_shown_as_text(store: Store) -> None:
    put(store, "a.md", passage("去散步", heading="下雨"))
    put(store, "a.md", passage("下雨\n去散步"))
    (stored,) = store.document_passages("a.md")
    assert (stored.passage.heading, stored.passage.text) == ("", "下雨\n去散步")


def test_a_renamed_document_keeps_its_passages(store: Store) -> None:
    put(store, "a.md", "一", "二")
    before = ids(store, "a.md")
    change = put(store, "b.md", "一", "二", renamed_from="a.md")
    assert (change.added, change.reused, change.removed) == (0, 2, 0)
    assert ids(store, "b.md") == before
    assert [row.path for row in store.documents()] == ["b.md"]
    assert store.generation == 2


def test_a_removed_document_leaves_tombstones_and_raises_the_generation_once(store: Store) -> None:
    item = Item(kind="gift", name="手套")
    put(store, "a.md", "一", "二", passage("手套", kind="gift", item=item))
    gone = ids(store, "a.md")
    assert store.remove_document("a.md").removed == 3
    assert (store.generation, store.changes(1)) == (2, ([], gone))
    assert (store.items("gift"), store.count(), store.documents()) == ([], 0, [])


def test_removing_what_is_not_there_changes_nothing(store: Store) -> None:
    assert store.remove_document("nowhere.md").removed == 0
    assert store.generation == 0


def test_ids_are_never_given_twice(store: Store) -> None:
    put(store, "a.md", "一")
    before = ids(store, "a.md")
    store.remove_document("a.md")
    put(store, "a.md", "一")
    assert set(ids(store, "a.md")).isdisjoint(before)


def test_a_put_that_fails_in_the_middle_leaves_the_old_document_whole(store: Store) -> None:
    put(store, "a.md", "一", "二", title="旧")
    before = (store.documents(), ids(store, "a.md"), store.generation, store.changes(0))
    news = [passage("新的一段"), passage("没有向量的一段")]
    with pytest.raises(KeyError):
        store.put_document(
            DocumentRow(path="a.md", sha256="x", size=2, mtime_ns=2, title="新"), news, {news[0].hash: np.ones(64)}
        )
    assert (store.documents(), ids(store, "a.md"), store.generation, store.changes(0)) == before


def test_looking_at_files_records_the_times_only(store: Store) -> None:
    put(store, "a.md", "一")
    put(store, "b.md", "二")
    store.touch_documents([("a.md", 5, 6), ("b.md", 7, 8)])
    assert {path: signature[1:3] for path, signature in store.signatures().items()} == {"a.md": (5, 6), "b.md": (7, 8)}
    assert store.generation == 2


def test_changes_are_those_since_a_generation(store: Store) -> None:
    put(store, "a.md", "一")
    put(store, "b.md", "二", "三")
    store.remove_document("a.md")
    assert store.changes(1) == (ids(store, "b.md"), [1])
    assert store.changes(3) == ([], [])


def test_too_many_tombstones_are_forgotten_and_older_copies_must_be_made_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store._TOMBSTONES", 2)
    put(store, "a.md", "一", "二", "三", "四")
    put(store, "b.md", "五")
    store.remove_document("a.md")
    assert store.changes(2) is None
    assert store.changes(3) == ([], [])


FILTERED: dict[str, dict[str, Any]] = {
    "tips/zh.md": {"kind": "tip", "lang": "zh", "stages": ("first_date",)},
    "tips/en.md": {"kind": "tip", "lang": "en", "stages": ("early", "long_distance")},
    "any.md": {"kind": "document", "lang": "zh"},
    "places/hz.csv": {"kind": "place", "lang": "zh", "city": "杭州"},
    "places/sh.csv": {"kind": "place", "lang": "zh", "city": "上海"},
}


@pytest.mark.parametrize(
    ("filters", "paths"),
    [
        pytest.param({}, set(FILTERED), id="none"),
        pytest.param({"kinds": ["tip", "document"]}, {"tips/zh.md", "tips/en.md", "any.md"}, id="kinds"),
        pytest.param({"langs": ["en"]}, {"tips/en.md"}, id="language"),
        pytest.param({"stages": ["early"]}, set(FILTERED) - {"tips/zh.md"}, id="stage, or none stated"),
        pytest.param({"stages": ["long"]}, set(FILTERED) - {"tips/zh.md", "tips/en.md"}, id="part of a stage's name"),
        pytest.param({"city": "杭州"}, set(FILTERED) - {"places/sh.csv"}, id="city, or none stated"),
        pytest.param({"kinds": ["place"], "city": "上海", "stages": ["early"]}, {"places/sh.csv"}, id="together"),
    ],
)
def test_filters_let_through_what_matches_all_of_them(store: Store, filters: dict[str, Any], paths: set[str]) -> None:
    for path, labels in FILTERED.items():
        put(store, path, path, **labels)
    found = store.passages(store.passage_ids(**filters).tolist())
    assert {stored.document for stored in found.values()} == paths


def test_tags_of_the_word_index_say_the_same_as_the_labels() -> None:
    one = passage("一", kind="tip", lang="en", stages=("early", "dating"), city="New York").passage
    assert tags(one).split() == ["kind:tip", "lang:en", "city:New_York", "stage:early", "stage:dating"]
    assert tags(passage("一").passage).split() == ["kind:document", "lang:zh", "city:", "stage:"]


def test_title_and_heading_are_embedded_in_front_of_the_text_but_never_twice() -> None:
    assert embedding_text("书", passage("一", heading="章").passage) == "书\n章\n一"
    assert embedding_text("书", passage("书\n一", heading="章").passage) == "章\n书\n一"


def test_many_ids_are_read_at_once(store: Store) -> None:
    put(store, "a.md", *(f"第{number}段" for number in range(2000)))
    every = store.passage_ids().tolist()
    assert len(store.passages(every)) == len(store.vectors(every)) == 2000
    assert len(store.vectors_by_hash(stored.hash for stored in store.document_passages("a.md"))) == 2000


def test_cities_are_those_with_most_places_first(store: Store) -> None:
    for number, city in enumerate(["杭州", "上海", "上海", None]):
        item = Item(kind="place", name=f"店{number}", city=city)
        put(store, f"{number}.csv", passage(f"店{number}", kind="place", item=item))
    assert store.cities() == ["上海", "杭州"]


class TestNewEmbedder:
    """set_embedder() with vectors."""

    def test_it_replaces_every_vector_and_older_copies_must_be_made_anew(self, store: Store) -> None:
        store.set_embedder("old", 64)
        put(store, "a.md", "一", "二")
        every = ids(store, "a.md")
        store.set_embedder("new", 3, ((number, np.full(3, number, np.float64)) for number in every))
        assert (store.embedder, store.meta("dimensions"), store.generation) == ("new", "3", 2)
        assert {number: row.tolist() for number, row in store.vectors(every).items()} == {1: [1] * 3, 2: [2] * 3}
        assert store.changes(1) is None

    def test_interrupted_it_leaves_every_old_vector(self, store: Store) -> None:
        store.set_embedder("old", 64)
        put(store, "a.md", "一", "二")
        before = {number: row.tolist() for number, row in store.vectors([1, 2]).items()}

        def vectors() -> object:
            yield 1, np.ones(3, np.float32)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            store.set_embedder("new", 3, vectors())  # type: ignore[arg-type]
        assert {number: row.tolist() for number, row in store.vectors([1, 2]).items()} == before
        assert (store.embedder, store.generation) == ("old", 1)


def test_a_second_writer_is_turned_away_at_once_while_readers_go_on(store: Store) -> None:
    put(store, "a.md", "一")
    other = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "writing\n"
        with pytest.raises(BusyError) as raised, store.writing():
            pass
        assert str(store.home) in raised.value.en
        assert str(store.home) in raised.value.zh
        assert raised.value.exit_code == 75
        assert texts(Store(store.home), "a.md") == ["一"]
        other.communicate("")
    with store.writing():
        pass


def test_the_right_to_write_ends_with_the_process_that_had_it(store: Store) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "writing\n"
        other.kill()
    with store.writing():
        pass


def test_a_snapshot_sees_one_state_while_another_connection_writes(store: Store) -> None:
    put(store, "a.md", "一")
    with store.snapshot() as generation:
        thread = threading.Thread(target=put, args=(store, "b.md", "二"))
        thread.start()
        thread.join()
        assert (generation, store.generation, store.count()) == (1, 1, 1)
    assert (store.generation, store.count()) == (2, 2)


def test_threads_read_while_one_writes_and_never_see_half_a_document(store: Store) -> None:
    put(store, "a.md", *(f"版本0 第{part}段" for part in range(5)))
    seen: list[set[str]] = []
    problems: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                seen.append({text.split()[0] for text in texts(store, "a.md")})
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for version in range(1, 15):
        put(store, "a.md", *(f"版本{version} 第{part}段" for part in range(5)))
    done.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert seen
    assert all(len(versions) == 1 for versions in seen)


def write_garbage(path: Path) -> None:
    path.write_bytes(b"no database " * 500)


def write_newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def write_other_application(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE meta (something TEXT)")
    connection.close()


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        pytest.param(write_garbage, "file is not a database", id="garbage"),
        pytest.param(write_newer, "written by a newer Qixi, store version 99", id="newer version"),
        pytest.param(write_other_application, "table meta already exists", id="another application's"),
    ],
)
def test_a_file_that_is_no_store_is_one_sentence_with_the_way_out(tmp_path: Path, write: object, reason: str) -> None:
    assert callable(write)
    path = tmp_path / "store.sqlite"
    write(path)
    with pytest.raises(StoreError) as raised:
        Store(tmp_path)
    assert f"{path} cannot be opened" in raised.value.en
    assert reason in raised.value.en
    assert "move the file away and run `qixi knowledge sync`" in raised.value.en
    assert "\n" not in raised.value.en + raised.value.zh


def test_a_home_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path / "home")


def test_a_store_damaged_inside_is_a_sentence_when_it_is_read(store: Store) -> None:
    put(store, "a.md", *(f"第{number}段" * 50 for number in range(200)))
    store._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    data = bytearray(store.path.read_bytes())
    data[4096 * 3 :] = b"\xff" * (len(data) - 4096 * 3)
    store.path.write_bytes(data)
    with pytest.raises(StoreError, match="cannot be read"):
        texts(Store(store.home), "a.md")


def test_a_row_whose_item_alone_reads_differently_raises_the_generation(store: Store) -> None:
    cheap, dear = (Item(kind="place", name="云上书店", price_low=Decimal(price)) for price in (5, 8))
    for item, generation in ((None, 1), (cheap, 2), (cheap, 2), (dear, 3), (None, 4)):
        put(store, "a.csv", passage("云上书店", item=item))
        assert (store.generation, [row.item for row in store.items("place")]) == (generation, [item] if item else [])


def test_a_row_stored_in_another_form_is_left_out_and_the_others_are_read(store: Store) -> None:
    put(store, "a.csv", *(passage(name, item=Item(kind="gift", name=name)) for name in ("手套", "花")))
    store._connection().execute("""UPDATE items SET data = '{"kind": "gift", "title": "手套"}' WHERE name = '手套'""")
    assert [row.item.name for row in store.items("gift")] == ["花"]


OPENER = """
import sys
from pathlib import Path
from rag.store import Store
sys.stdin.read()
for number in range(20):
    Store(Path(sys.argv[1]) / str(number)).close()
"""


def test_processes_that_open_a_new_store_at_once_all_get_it(tmp_path: Path) -> None:
    openers = [
        subprocess.Popen([sys.executable, "-c", OPENER, str(tmp_path)], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.close()
        opener.stdin = None
    assert [opener.communicate()[1] for opener in openers] == [b""] * 3


def test_a_store_that_stays_locked_is_to_be_waited_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.database._BUSY_SECONDS", 0)
    with sqlite3.connect(store.path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError, match="wait until") as raised:
            Store(store.home).record("key", "value")
    other.close()
    assert "move the file away" not in raised.value.en
    assert store.meta("key") is None


def test_a_snapshot_that_cannot_begin_is_a_sentence(store: Store) -> None:
    with store.snapshot(), pytest.raises(StoreError, match="cannot be read"), store.snapshot():
        pass
