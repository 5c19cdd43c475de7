"""Make the store equal to the knowledge folder: new, edited, renamed and deleted files are all reflected."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from knowledge.formats import Block, Record
from knowledge.item_columns import read_columns
from knowledge.items import read_items
from knowledge.load import Document, Table
from knowledge.sandbox import load_isolated
from knowledge.scan import Difference, FoundFile, compare, require_folder
from knowledge.split import LONGEST_PASSAGE, length, row_text, split
from rag.catalogue import AUDIENCE_LABELS, STAGES, TOPIC_LABELS
from rag.embed import Embedder
from rag.errors import DocumentError
from rag.index import SearchIndex
from rag.records import Change, DocumentRow, NewPassage, embedding_text, label_identity, passage_hash
from rag.schema import Item, Passage
from rag.store import Store
from rag.text import language, simplified

READER_VERSION = "3"
"""Raised when files are read, split or labelled differently, so that the next sync reads all of them once more."""

_KIND_OF_FOLDER = {
    "tips": "tip", "activities": "activity", "gifts": "gift", "conflicts": "conflict", "replies": "reply",
    "places": "place",
}  # fmt: skip
_FLUSH_PASSAGES = 128
"""Passages collected over documents before they are embedded together: batches by length need some to choose from."""


class Progress(Protocol):
    """Told what is going on: `stage` is one of scan, read, embed, write."""

    def __call__(self, stage: str, done: int, total: int, message: str) -> None: ...


@dataclass(frozen=True)
class Failure:
    """A file that could not be read, and why."""

    path: str
    reason_en: str
    reason_zh: str


@dataclass
class SyncReport:
    """What a sync did, or with dry_run would do."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)
    passages_added: int = 0
    passages_reused: int = 0
    passages_removed: int = 0
    embedded: int = 0
    seconds: float = 0.0
    seconds_embedding: float = 0.0
    dry_run: bool = False

    def to_json(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class ReadDocument:
    """A file read into what the store keeps of it."""

    row: DocumentRow
    passages: tuple[NewPassage, ...]
    renamed_from: str | None = None


def sync(
    folder: Path,
    store: Store,
    embedder: Embedder,
    *,
    index: SearchIndex | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> SyncReport:
    """Make `store` equal to `folder` and bring its search copies up to date; returns what changed.

    A file that cannot be read gets a status row with the reason and the others go on. With `dry_run` nothing is
    written. Raises BusyError when another process is writing the store, InputError for a bad folder.
    """
    tell = progress or _silent
    started = time.perf_counter()
    report = SyncReport(dry_run=dry_run)
    tell("scan", 0, 0, str(folder))
    require_folder(folder)
    if dry_run:
        _foresee(folder, store, embedder, report, tell)
    else:
        with store.writing():
            if store.embedder not in (None, embedder.name):
                report.embedded += _embed_again(store, embedder, tell)
            elif store.embedder is None:
                store.set_embedder(embedder.name, embedder.dimensions)
            difference = _difference(folder, store)
            _describe(difference, report)
            _write(folder, store, embedder, difference, report, tell)
            if store.meta("reader") != READER_VERSION:
                store.record("reader", READER_VERSION)
            copies = index or SearchIndex(store, dimensions=embedder.dimensions, embedder=embedder.name)
            copies.publish()
    report.seconds = time.perf_counter() - started
    return report


def read_document(path: str, document: Document, *, found: FoundFile) -> ReadDocument:
    """What the store keeps of a loaded file: its row and its passages, catalogue rows with their items."""
    kind = _KIND_OF_FOLDER.get(path.split("/")[0], "document") if "/" in path else "document"
    front_stages = tuple(stage for stage in _words(document.front.get("stages")) if stage in STAGES)
    front_lang = document.front.get("lang")
    passages: list[NewPassage] = []
    mapping: dict[str, str] = {}
    notes = list(document.notes)
    plain_tables = []
    for table in document.tables:
        catalogue = read_items(table, path=path)
        if catalogue is None:
            if _looks_like_a_catalogue(table):
                notes.append(
                    f"{table.name or 'The table'} was kept as text: no column was recognised as a name; "
                    "call it 名称 or name."
                )
            plain_tables.append(table)
            continue
        mapping.update(catalogue.mapping)
        notes.extend(catalogue.problems)
        for position, item in catalogue.items:
            text = row_text(table.header, table.rows[position])
            locator = f"{table.locator_prefix} row {table.first_row + position}".strip()
            passages.append(_new_passage(document.title, text, "", locator, item.kind, front_lang, item.stages, item))
    for record in document.records:
        for text in _record_texts(record):
            passages.append(
                _new_passage(
                    document.title, text, record.heading, record.locator, record.kind, record.lang, record.stages, None
                )
            )
    labels = _labels(document)
    for piece in split(dataclasses.replace(document, tables=type(document.tables)(plain_tables))):
        text = f"{piece.text}\n\n{labels}" if labels else piece.text
        passages.append(
            _new_passage(document.title, text, piece.heading, piece.locator, kind, front_lang, front_stages, None)
        )
    item_kinds = {new.item.kind for new in passages if new.item is not None}
    row = DocumentRow(
        path=path, sha256=found.sha256, size=found.size, mtime_ns=found.mtime_ns, seen_ns=found.seen_ns,
        title=document.title, type=document.type, kind=item_kinds.pop() if len(item_kinds) == 1 else kind,
        lang=front_lang if front_lang in ("zh", "en") else language(" ".join(new.passage.text for new in passages)),
        mapping=mapping, notes=tuple(notes),
    )  # fmt: skip
    return ReadDocument(row, tuple(passages))


def _labels(document: Document) -> str:
    """What the front matter says a text is about and for whom, as lines of its own: people search by these words."""
    chinese = document.front.get("lang") != "en"
    lines = []
    for name, zh, en in (("topics", *TOPIC_LABELS), ("audience", *AUDIENCE_LABELS)):
        if words := _words(document.front.get(name)):
            lines.append(f"{zh}：{'、'.join(words)}" if chinese else f"{en}: {', '.join(words)}")
    return "\n".join(lines)


def _record_texts(record: Record) -> list[str]:
    """A record's passages: one where it is short enough, else its parts; a part that is too long is cut."""
    whole = "\n".join(record.parts)
    if length(whole) <= LONGEST_PASSAGE:
        return [whole]
    pieces = [split(Document(title="", blocks=[Block(part)])) for part in record.parts]
    return [piece.text for part in pieces for piece in part]


def _looks_like_a_catalogue(table: Table) -> bool:
    """Whether a table has a price, hours or city column and yet no item was read from it."""
    fields = {column.field for column in read_columns(table.header)}
    return "name" not in fields and len(fields & {"price", "price_high", "ticket", "hours", "city", "duration"}) >= 2


def _new_passage(
    title: str,
    text: str,
    heading: str,
    locator: str,
    kind: str,
    lang: object,
    stages: Sequence[str],
    item: Item | None,
) -> NewPassage:
    passage = Passage.model_validate(
        {
            "text": text, "heading": heading, "locator": locator, "kind": kind,
            "lang": lang if lang in ("zh", "en") else language(text), "stages": tuple(stages),
            "city": item.city if item is not None else None,
        }
    )  # fmt: skip
    return NewPassage(passage, passage_hash(embedding_text(title, passage)), item)


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [str(word) for word in value] if isinstance(value, list) else []


def _difference(folder: Path, store: Store) -> Difference:
    """The folder against the store; every file is read again where an older reader made what is stored."""
    return compare(folder, store.signatures(), reread=store.meta("reader") != READER_VERSION)


def _describe(difference: Difference, report: SyncReport) -> None:
    report.added = [found.path for found in difference.added]
    report.changed = [found.path for found in difference.changed]
    report.renamed = [(old, found.path) for old, found in difference.renamed]
    report.removed = list(difference.removed)
    report.unchanged = difference.unchanged + len(difference.touched)


def _read(folder: Path, difference: Difference, report: SyncReport, tell: Progress) -> Iterator[ReadDocument]:
    """Each new, changed or renamed file as passages, or as a row that says why it cannot be read.

    A renamed file is read again because its name may be its title, its suffix its type and its folder its kind.
    """
    work = [*difference.added, *difference.changed, *(found for _, found in difference.renamed)]
    renamed_from = {found.path: old for old, found in difference.renamed}
    by_path = {folder / found.path: found for found in work if found.problem is None}
    done = 0
    for found in work:
        if found.problem is not None:
            done += 1
            yield _failed(report, found, found.problem, None)
    for path, loaded in load_isolated(by_path):
        found = by_path[path]
        old = renamed_from.get(found.path)
        done += 1
        tell("read", done, len(work), found.path)
        if isinstance(loaded, DocumentError):
            yield _failed(report, found, loaded, old)
            continue
        try:
            yield dataclasses.replace(read_document(found.path, loaded, found=found), renamed_from=old)
        except DocumentError as error:
            yield _failed(report, found, error, old)


def _failed(report: SyncReport, found: FoundFile, error: DocumentError, renamed_from: str | None) -> ReadDocument:
    report.failed.append(Failure(found.path, error.en, error.zh))
    row = DocumentRow(
        path=found.path, sha256=found.sha256, size=found.size, mtime_ns=found.mtime_ns, seen_ns=found.seen_ns,
        status="error", reason_en=error.en, reason_zh=error.zh, title=found.path.rsplit("/", 1)[-1],
    )  # fmt: skip
    return ReadDocument(row, (), renamed_from)


def _write(
    folder: Path, store: Store, embedder: Embedder, difference: Difference, report: SyncReport, tell: Progress
) -> None:
    if difference.touched:
        store.touch_documents((found.path, found.mtime_ns, found.seen_ns) for found in difference.touched)
    total = len(difference.added) + len(difference.changed) + len(difference.renamed)
    waiting: list[ReadDocument] = []
    written = 0
    for document in _read(folder, difference, report, tell):
        waiting.append(document)
        if sum(len(one.passages) for one in waiting) >= _FLUSH_PASSAGES:
            written += _flush(store, embedder, waiting, report, tell, written, total)
    _flush(store, embedder, waiting, report, tell, written, total)
    for path in difference.removed:  # last: a text that moved into another file finds its vector
        report.passages_removed += store.remove_document(path).removed


def _flush(
    store: Store,
    embedder: Embedder,
    waiting: list[ReadDocument],
    report: SyncReport,
    tell: Progress,
    at: int,
    total: int,
) -> int:
    """Embed what is new in the waiting documents together, then store each in a transaction of its own."""
    texts: dict[str, str] = {}
    for document in waiting:
        for new in document.passages:
            texts.setdefault(new.hash, embedding_text(document.row.title, new.passage))
    vectors = store.vectors_by_hash(texts)
    missing = [digest for digest in texts if digest not in vectors]
    if missing:
        started = time.perf_counter()
        message = f"{len(missing)}"

        def told(count: int) -> None:
            tell("embed", count, len(missing), message)

        matrix = embedder.encode([simplified(texts[digest]) for digest in missing], progress=told)
        vectors.update(zip(missing, matrix, strict=True))
        report.embedded += len(missing)
        report.seconds_embedding += time.perf_counter() - started
    for position, document in enumerate(waiting):
        _count(store.put_document(document.row, document.passages, vectors, renamed_from=document.renamed_from), report)
        tell("write", at + position + 1, total, document.row.path)
    count = len(waiting)
    waiting.clear()
    return count


def _count(change: Change, report: SyncReport) -> None:
    report.passages_added += change.added
    report.passages_reused += change.reused
    report.passages_removed += change.removed


def _foresee(folder: Path, store: Store, embedder: Embedder, report: SyncReport, tell: Progress) -> None:
    """Fill the report as a sync would, writing nothing."""
    if store.embedder not in (None, embedder.name):
        report.embedded += store.count()
    difference = _difference(folder, store)
    _describe(difference, report)
    texts: set[str] = set()
    for document in _read(folder, difference, report, tell):
        path = document.renamed_from or document.row.path
        old = Counter(label_identity(stored.hash, stored.passage) for stored in store.document_passages(path))
        new = Counter(label_identity(one.hash, one.passage) for one in document.passages)
        reused = (old & new).total()
        _count(Change(new.total() - reused, reused, old.total() - reused), report)
        texts.update(one.hash for one in document.passages)
    report.embedded += len(texts - store.vectors_by_hash(texts).keys())
    for path in difference.removed:
        report.passages_removed += len(store.document_passages(path))


def _embed_again(store: Store, embedder: Embedder, tell: Progress) -> int:
    """Replace every vector by one of another model and count them; until it is done, the old ones stay in force."""
    ids = store.passage_ids().tolist()

    def vectors() -> Iterable[tuple[int, np.ndarray]]:
        for start in range(0, len(ids), _FLUSH_PASSAGES):
            passages = list(store.passages(ids[start : start + _FLUSH_PASSAGES]).values())
            texts = [simplified(embedding_text(stored.title, stored.passage)) for stored in passages]
            tell("embed", start + len(texts), len(ids), embedder.name)
            yield from zip((stored.id for stored in passages), embedder.encode(texts), strict=True)

    store.set_embedder(embedder.name, embedder.dimensions, vectors())
    return len(ids)


def _silent(stage: str, done: int, total: int, message: str) -> None:
    """Progress nobody asked for."""
