"""After a sync the store is what a fresh build of the folder would be, and only what changed was embedded."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from knowledge import scan as scanning
from knowledge.sync import READER_VERSION, SyncReport, sync
from rag.errors import BusyError, InputError
from rag.index import SearchIndex
from rag.records import DocumentRow
from rag.retrieve import HybridRetriever
from rag.store import Store
from tests.fakes import BagOfWordsEmbedder
from tests.knowledge import documents

LONG_AGO = 1_700_000_000
TIP = "---\nstages: [first_date]\n---\n# 猫咖\n\n第一次约会去猫咖，先问她喜不喜欢猫。\n"
PLACES = "名称,城市,类型,人均,营业时间\n云上书店,杭州,书店,38,10:00-22:00\n阿黄猫咖,杭州,咖啡馆,58.5,11:00-21:00\n"
GIFTS = "礼物名称,价格,场合\n手套,80,生日\n手写信,5,纪念日\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A knowledge folder with a tip, two catalogues and a long text."""
    made = tmp_path / "documents"
    write(made, "tips/cats.md", TIP)
    write(made, "places/hangzhou.csv", PLACES)
    write(made, "gifts/gifts.csv", GIFTS)
    write(made, "notes/long.md", long_text())
    return made


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


class OtherEmbedder(BagOfWordsEmbedder):
    """Another model with other dimensions."""

    name = "bag-of-words-2"
    dimensions = 32


def write(folder: Path, path: str, text: str | bytes, *, age: int = 0) -> Path:
    """A file last written long ago, `age` seconds before the others."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(file, (LONG_AGO - age, LONG_AGO - age))
    return file


def long_text(edited: int | None = None) -> str:
    """A document of many passages, one for each heading; the one numbered `edited` reads differently."""
    parts = documents.paragraphs(12, sentences=14)
    return "# 长文\n\n" + "\n\n".join(
        f"## 第{number}节\n\n{'改过了。' if number == edited else ''}{part}" for number, part in enumerate(parts)
    )


def content(store: Store) -> dict[str, Any]:
    """What the store says about the folder, without ids and times."""
    moving = dict.fromkeys(("id", "indexed_at", "mtime_ns", "seen_ns"))
    return {
        "documents": [asdict(row) | moving for row in store.documents()],
        "passages": {
            row.path: [(stored.hash, stored.passage.model_dump()) for stored in store.document_passages(row.path)]
            for row in store.documents()
        },
        "items": [
            (row.document, row.title, row.locator, row.item)
            for kind in ("place", "activity", "gift")
            for row in store.items(kind)
        ],
        "vectors": {
            stored.hash: store.vectors([number])[number].tolist()
            for number, stored in store.passages(store.passage_ids().tolist()).items()
        },
    }


def assert_like_a_fresh_build(
    folder: Path, store: Store, tmp_path: Path, embedder: BagOfWordsEmbedder | None = None
) -> None:
    """`store` and its copies equal those of a new store made from `folder`."""
    fresh = Store(tmp_path / "fresh")
    sync(folder, fresh, embedder or BagOfWordsEmbedder())
    assert content(store) == content(fresh)
    shutil.rmtree(fresh.home)
    index = SearchIndex(store, dimensions=(embedder or BagOfWordsEmbedder).dimensions, embedder=str(store.embedder))
    index.refresh()
    assert len(index.vectors) == index.words._index.searcher().num_docs == store.count()


def row(store: Store, path: str) -> DocumentRow:
    return next(row for row in store.documents() if row.path == path)


def test_a_new_folder_is_read_embedded_and_found(folder: Path, store: Store, embedder: BagOfWordsEmbedder) -> None:
    report = sync(folder, store, embedder)
    assert report.added == ["gifts/gifts.csv", "notes/long.md", "places/hangzhou.csv", "tips/cats.md"]
    assert (report.failed, report.removed, report.unchanged) == ([], [], 0)
    assert report.passages_added == report.embedded == len(embedder.embedded) == store.count() >= 10
    (tip,) = store.document_passages("tips/cats.md")
    assert (tip.title, tip.passage.kind, tip.passage.lang, tip.passage.stages) == ("猫咖", "tip", "zh", ("first_date",))
    assert {(one.item.name, one.locator, one.item.city) for one in store.items("place")} == {
        ("云上书店", "row 2", "杭州"),
        ("阿黄猫咖", "row 3", "杭州"),
    }
    assert row(store, "places/hangzhou.csv").mapping["人均"] != ""
    index = SearchIndex(store, dimensions=embedder.dimensions, embedder=embedder.name)
    hits = HybridRetriever(index=index, embedder=embedder).search("第一次约会去猫咖，先问她喜不喜欢猫。", gate=False)
    assert hits[0].document == "tips/cats.md"


def test_a_second_sync_embeds_nothing_and_changes_nothing(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder, tmp_path: Path
) -> None:
    sync(folder, store, embedder)
    before, generation = store.documents(), store.generation
    embedder.embedded.clear()
    report = sync(folder, store, embedder)
    assert (report.unchanged, report.embedded, embedder.embedded) == (4, 0, [])
    assert (store.documents(), store.generation) == (before, generation)
    assert_like_a_fresh_build(folder, store, tmp_path)


def edit_one_row(folder: Path) -> None:
    write(folder, "places/hangzhou.csv", PLACES.replace("58.5", "60"), age=-5)


def remove_one_row(folder: Path) -> None:
    write(folder, "places/hangzhou.csv", PLACES.replace("云上书店,杭州,书店,38,10:00-22:00\n", ""), age=-5)


def rename_with_a_heading(folder: Path) -> None:
    (folder / "tips/cats.md").rename(folder / "tips/猫.md")


def rename_with_the_name_as_title(folder: Path) -> None:
    (folder / "places/hangzhou.csv").rename(folder / "places/杭州.csv")


def change_the_suffix(folder: Path) -> None:
    (folder / "notes/long.md").rename(folder / "notes/long.txt")


def move_to_another_kind(folder: Path) -> None:
    (folder / "replies").mkdir()
    (folder / "tips/cats.md").rename(folder / "replies/cats.md")


def move_gifts_out_of_their_folder(folder: Path) -> None:
    (folder / "gifts/gifts.csv").rename(folder / "gifts.csv")


def delete(folder: Path) -> None:
    (folder / "tips/cats.md").unlink()


def break_a_file(folder: Path) -> None:
    write(folder, "tips/cats.md", b"\x00\x01\x02\x03" * 300, age=-5)


def rename_a_broken_file(folder: Path) -> None:
    (folder / "broken.pdf").rename(folder / "still-broken.pdf")


def copy_twice(folder: Path) -> None:
    write(folder, "notes/again.md", TIP)
    write(folder, "tips/copy.md", TIP)


def swap(folder: Path) -> None:
    write(folder, "tips/cats.md", long_text(), age=-5)
    write(folder, "notes/long.md", TIP, age=-5)


def move_a_section(folder: Path) -> None:
    (folder / "tips/cats.md").unlink()
    write(folder, "notes/cats.md", TIP + "\n再补充一句。\n")


CHANGES = [
    edit_one_row, remove_one_row, rename_with_a_heading, rename_with_the_name_as_title, change_the_suffix,
    move_to_another_kind, move_gifts_out_of_their_folder, delete, break_a_file, rename_a_broken_file, copy_twice, swap,
    move_a_section,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.replace("_", " "))
def test_a_changed_folder_gives_the_store_of_a_fresh_build_and_a_dry_run_foretells_it(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder, tmp_path: Path, change: Any
) -> None:
    write(folder, "broken.pdf", b"%PDF-1.7 nothing")
    sync(folder, store, embedder)
    change(folder)
    before, state = (store.generation, content(store)), tree(store.home)
    foretold = sync(folder, store, embedder, dry_run=True)
    assert (store.generation, content(store)) == before
    assert tree(store.home) == state
    assert figures(sync(folder, store, embedder)) == figures(foretold)
    assert_like_a_fresh_build(folder, store, tmp_path)
    again = sync(folder, store, embedder)
    assert (again.added, again.changed, again.renamed, again.removed, again.embedded) == ([], [], [], [], 0)


def tree(home: Path) -> dict[str, bytes]:
    """Every file of the store's folder but SQLite's shared memory, which readers use too."""
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file() and path.suffix != ".sqlite-shm"}


def figures(report: SyncReport) -> dict[str, Any]:
    """A report without its times."""
    return {
        name: value
        for name, value in report.to_json().items()
        if name not in ("seconds", "seconds_embedding", "dry_run")
    }


def test_a_dry_run_over_a_new_store_foretells_all_of_it(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder
) -> None:
    write(folder, "notes/same.md", TIP)
    foretold = sync(folder, store, embedder, dry_run=True)
    assert (store.documents(), store.embedder, embedder.embedded) == ([], None, [])
    assert figures(sync(folder, store, embedder)) == figures(foretold)


def test_editing_one_section_embeds_only_its_passages(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder, tmp_path: Path
) -> None:
    sync(folder, store, embedder)
    kept = {stored.id for stored in store.document_passages("notes/long.md")}
    embedder.embedded.clear()
    write(folder, "notes/long.md", long_text(edited=5), age=-5)
    report = sync(folder, store, embedder)
    assert report.changed == ["notes/long.md"]
    assert 1 <= len(embedder.embedded) <= 2
    assert all("第5节" in text for text in embedder.embedded)
    assert report.passages_reused >= 10
    assert len(kept & {stored.id for stored in store.document_passages("notes/long.md")}) == report.passages_reused
    assert_like_a_fresh_build(folder, store, tmp_path)


@pytest.mark.parametrize("change", [rename_with_a_heading, move_to_another_kind, copy_twice, swap])
def test_text_that_is_known_is_not_embedded_again(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder, change: Any
) -> None:
    sync(folder, store, embedder)
    embedder.embedded.clear()
    change(folder)
    sync(folder, store, embedder)
    assert embedder.embedded == []


def test_a_renamed_file_is_reported_as_renamed(folder: Path, store: Store, embedder: BagOfWordsEmbedder) -> None:
    sync(folder, store, embedder)
    rename_with_a_heading(folder)
    report = sync(folder, store, embedder)
    assert report.renamed == [("tips/cats.md", "tips/猫.md")]
    assert (report.added, report.removed, report.passages_reused, report.passages_added) == ([], [], 1, 0)


def test_a_deleted_file_that_comes_back_is_embedded_again(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder, tmp_path: Path
) -> None:
    sync(folder, store, embedder)
    delete(folder)
    assert sync(folder, store, embedder).removed == ["tips/cats.md"]
    assert [one.path for one in store.documents()] == ["gifts/gifts.csv", "notes/long.md", "places/hangzhou.csv"]
    write(folder, "tips/cats.md", TIP)
    assert sync(folder, store, embedder).embedded == 1
    assert_like_a_fresh_build(folder, store, tmp_path)


def test_a_file_that_was_only_touched_is_not_read_into_passages_again(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder
) -> None:
    sync(folder, store, embedder)
    generation = store.generation
    embedder.embedded.clear()
    os.utime(folder / "notes/long.md")
    report = sync(folder, store, embedder)
    assert (report.unchanged, report.changed, embedder.embedded, store.generation) == (4, [], [], generation)


def test_the_same_size_and_time_do_not_hide_an_edit_made_right_after_the_sync(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder
) -> None:
    file = folder / "tips/today.md"
    file.write_text("# 题\n今天见", encoding="utf-8")
    written = file.stat().st_mtime_ns
    sync(folder, store, embedder)
    file.write_text("# 题\n明天见", encoding="utf-8")
    os.utime(file, ns=(written, written))
    assert sync(folder, store, embedder).changed == ["tips/today.md"]
    assert "明天见" in store.document_passages("tips/today.md")[0].passage.text


def test_rows_that_leave_a_catalogue_leave_the_items(folder: Path, store: Store, embedder: BagOfWordsEmbedder) -> None:
    sync(folder, store, embedder)
    remove_one_row(folder)
    report = sync(folder, store, embedder)
    assert [(one.item.name, one.locator) for one in store.items("place")] == [("阿黄猫咖", "row 2")]
    assert (report.passages_removed, report.passages_reused, report.embedded) == (1, 1, 0)


def test_a_catalogue_in_gbk_is_read_rightly_and_its_rows_are_items(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder
) -> None:
    write(folder, "places/hangzhou.csv", PLACES.encode("gb18030"))
    sync(folder, store, embedder)
    assert [one.item.name for one in store.items("place")] == ["云上书店", "阿黄猫咖"]
    assert row(store, "places/hangzhou.csv").status == "indexed"


@pytest.mark.skipif(os.name != "posix", reason="links, pipes and names of bytes as on POSIX")
def test_each_bad_file_is_a_row_with_its_reason_once_and_the_others_are_indexed(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder, tmp_path: Path
) -> None:
    (folder / "link.md").symlink_to(write(tmp_path, "secret.txt", "秘密"))
    os.mkfifo(folder / "pipe.md")
    with open(os.fsencode(folder) + b"/\xff.md", "w"):
        pass
    write(folder, "binary.md", b"\x00\x01\x02\x03" * 300)
    write(folder, "broken.pdf", b"%PDF-1.7 nothing")
    write(folder, "empty.txt", b"")
    write(folder, "folder.md/inside.md", "# 里面\n\n也读")
    report = sync(folder, store, embedder)
    reasons = {one.path: one.reason_en for one in store.documents() if one.status == "error"}
    assert reasons == {failure.path: failure.reason_en for failure in report.failed}
    for path, reason in {
        "link.md": "it is a link",
        "pipe.md": "not a regular file",
        r"\udcff.md": "not valid text",
        "binary.md": "binary file named .md",
        "broken.pdf": "damaged PDF",
        "empty.txt": "is empty",
    }.items():
        assert reason in reasons.pop(path)
        assert row(store, path).reason_zh != ""
    assert reasons == {}
    assert row(store, "folder.md/inside.md").passages == 1
    assert "秘密" not in str(content(store))
    before, generation = store.documents(), store.generation
    again = sync(folder, store, embedder)
    assert (again.failed, again.changed, again.added, again.unchanged) == ([], [], [], 11)
    assert (store.generation, store.documents()) == (generation, before)


def test_a_mended_file_is_indexed_and_its_reason_is_gone(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder, tmp_path: Path
) -> None:
    break_a_file(folder)
    sync(folder, store, embedder)
    assert row(store, "tips/cats.md").status == "error"
    write(folder, "tips/cats.md", TIP)
    assert sync(folder, store, embedder).changed == ["tips/cats.md"]
    assert_like_a_fresh_build(folder, store, tmp_path)


@pytest.mark.parametrize("dry_run", [False, True], ids=["sync", "dry run"])
def test_a_bad_folder_is_refused_before_anything_is_written(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder, dry_run: bool
) -> None:
    sync(folder, store, embedder)
    before, other = content(store), OtherEmbedder()
    for bad in (folder / "missing", folder / "tips/cats.md"):
        with pytest.raises(InputError, match=r"does not exist|is a file"):
            sync(bad, store, other, dry_run=dry_run)
    assert content(store) == before
    assert other.embedded == []


def test_another_embedder_embeds_every_passage_once_and_the_next_sync_none(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder, tmp_path: Path
) -> None:
    sync(folder, store, embedder)
    other = OtherEmbedder()
    foretold = sync(folder, store, other, dry_run=True)
    report = sync(folder, store, other)
    assert figures(report) == figures(foretold)
    assert report.embedded == len(other.embedded) == store.count()
    assert store.embedder == other.name
    assert sync(folder, store, other).embedded == 0
    assert_like_a_fresh_build(folder, store, tmp_path, OtherEmbedder())


@pytest.mark.parametrize("chosen", ["read", "embed", "write"])
@pytest.mark.parametrize("at", [1, 2, 4])
def test_an_interruption_leaves_whole_documents_and_the_next_sync_completes(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder, tmp_path: Path, chosen: str, at: int
) -> None:
    sync(folder, store, embedder)
    whole = content(store)["passages"]
    for change in (edit_one_row, move_to_another_kind, delete_gifts, copy_twice):
        change(folder)
    write(folder, "notes/long.md", long_text(edited=3), age=-5)
    calls = {"read": 0, "embed": 0, "write": 0, "scan": 0}

    def interrupt(stage: str, done: int, total: int, message: str) -> None:
        calls[stage] += 1
        if stage == chosen and calls[stage] == at:
            raise KeyboardInterrupt

    interrupted = False
    try:
        sync(folder, store, embedder, progress=interrupt)
    except KeyboardInterrupt:
        interrupted = True
    assert interrupted or calls[chosen] < at
    left = content(store)["passages"]
    fresh = Store(tmp_path / "new")
    sync(folder, fresh, BagOfWordsEmbedder())
    after = content(fresh)["passages"]
    assert all(passages in (whole.get(path), after.get(path)) for path, passages in left.items())
    sync(folder, store, embedder)
    assert_like_a_fresh_build(folder, store, tmp_path)


def delete_gifts(folder: Path) -> None:
    (folder / "gifts/gifts.csv").unlink()


def test_an_interrupted_change_of_embedder_keeps_the_old_vectors(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder, tmp_path: Path
) -> None:
    sync(folder, store, embedder)
    before = content(store)

    def interrupt(stage: str, done: int, total: int, message: str) -> None:
        if stage == "embed":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync(folder, store, OtherEmbedder(), progress=interrupt)
    assert content(store) == before
    assert store.embedder == embedder.name


def test_documents_are_embedded_in_several_rounds_as_in_one(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.sync._FLUSH_PASSAGES", 3)
    write(folder, "notes/same.md", TIP)
    sync(folder, store, embedder)
    assert len(embedder.embedded) == len(set(embedder.embedded))
    monkeypatch.undo()
    assert_like_a_fresh_build(folder, store, tmp_path)


def test_progress_tells_every_stage_and_ends_complete(folder: Path, store: Store, embedder: BagOfWordsEmbedder) -> None:
    told: list[tuple[str, int, int]] = []

    def tell(stage: str, done: int, total: int, message: str) -> None:
        told.append((stage, done, total))

    sync(folder, store, embedder, progress=tell)
    assert [stage for stage, _, _ in told if stage == "read"] == ["read"] * 4
    assert told[0][0] == "scan"
    assert told[-1] == ("write", 4, 4)


def test_while_another_process_writes_a_sync_is_turned_away(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder
) -> None:
    with Store(store.home).writing(), pytest.raises(BusyError):
        sync(folder, store, embedder)
    assert store.documents() == []


def test_after_an_upgrade_of_the_reader_every_file_is_read_once_more_and_nothing_is_embedded(
    folder: Path, store: Store, embedder: BagOfWordsEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(folder, store, embedder)
    store._connection().execute("""UPDATE items SET data = '{"kind": "place", "title": "云上书店"}'""")
    embedder.embedded.clear()
    assert (sync(folder, store, embedder).changed, store.items("place")) == ([], [])
    monkeypatch.setattr("knowledge.sync.READER_VERSION", "another")
    foretold = sync(folder, store, embedder, dry_run=True)
    report = sync(folder, store, embedder)
    assert figures(report) == figures(foretold)
    assert (len(report.changed), report.unchanged, report.passages_added) == (4, 0, 0)
    assert sync(folder, store, embedder).unchanged == 4
    assert embedder.embedded == []
    assert_like_a_fresh_build(folder, store, tmp_path)
    assert [one.item.name for one in store.items("place")] == ["云上书店", "阿黄猫咖"]


@pytest.mark.slow
def test_ten_thousand_unchanged_files_are_neither_opened_nor_embedded(
    store: Store, embedder: BagOfWordsEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "many"
    for number in range(10_000):
        write(folder, f"tips/{number % 100}/{number}.md", f"第{number}条")
    store._connection().execute("PRAGMA synchronous = OFF")  # ten thousand waits for the disk are not what is tested
    for found in scanning.compare(folder, {}).added:  # as an earlier sync left them
        store.put_document(
            DocumentRow(found.path, found.sha256, found.size, found.mtime_ns, found.seen_ns), passages=(), vectors={}
        )
    store.record("reader", READER_VERSION)
    monkeypatch.setattr(scanning, "_hashed", lambda *_: pytest.fail("a file was opened"))
    report = sync(folder, store, embedder)
    assert (report.unchanged, report.added, report.changed, embedder.embedded) == (10_000, [], [], [])
