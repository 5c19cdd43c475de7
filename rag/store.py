"""The knowledge store: SQLite (WAL, synchronous=FULL) is the only truth; the search copies follow its generation.

One document is one transaction. Every transaction that changes what a search or a plan can show raises `generation` by
one and stamps the passages it added; what it removed leaves a tombstone. A copy at generation g is brought up to date
with `changes(g)`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from rag.errors import BusyError, StoreError
from rag.schema import Item, Passage

_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, seen_ns INTEGER NOT NULL, status TEXT NOT NULL, reason_en TEXT NOT NULL,
    reason_zh TEXT NOT NULL, title TEXT NOT NULL, type TEXT NOT NULL, kind TEXT NOT NULL, lang TEXT NOT NULL,
    mapping TEXT NOT NULL, notes TEXT NOT NULL, indexed_at TEXT NOT NULL);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    position INTEGER NOT NULL, hash TEXT NOT NULL, text TEXT NOT NULL, heading TEXT NOT NULL, locator TEXT NOT NULL,
    kind TEXT NOT NULL, lang TEXT NOT NULL, stages TEXT NOT NULL, city TEXT NOT NULL, vector BLOB NOT NULL,
    generation INTEGER NOT NULL);
CREATE INDEX passages_document ON passages (document_id);
CREATE INDEX passages_hash ON passages (hash);
CREATE INDEX passages_generation ON passages (generation);
CREATE TABLE items (
    passage_id INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE, kind TEXT NOT NULL, city TEXT NOT NULL,
    name TEXT NOT NULL, data TEXT NOT NULL);
CREATE INDEX items_kind ON items (kind, city);
CREATE TABLE tombstones (passage_id INTEGER PRIMARY KEY, generation INTEGER NOT NULL);
"""
_TOMBSTONES = 10_000
"""Deletions remembered beyond the number of passages."""


@dataclass(frozen=True)
class DocumentRow:
    """A file of the knowledge folder as the store knows it; `path` is relative to the folder, with '/'."""

    path: str
    sha256: str
    size: int
    mtime_ns: int
    seen_ns: int = 0
    status: str = "indexed"
    reason_en: str = ""
    reason_zh: str = ""
    title: str = ""
    type: str = ""
    kind: str = "document"
    lang: str = "zh"
    mapping: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    indexed_at: str = ""
    id: int = 0
    passages: int = 0
    items: int = 0


@dataclass(frozen=True)
class NewPassage:
    """A passage to be stored, with its structured item if it is a catalogue row."""

    passage: Passage
    hash: str
    item: Item | None = None


@dataclass(frozen=True)
class StoredItem:
    """A catalogue row and the passage and document it comes from."""

    passage_id: int
    document: str
    title: str
    locator: str
    item: Item


@dataclass(frozen=True)
class StoredPassage:
    """A passage with its place in the store."""

    id: int
    document: str
    title: str
    passage: Passage
    hash: str


@dataclass(frozen=True)
class Change:
    """What one transaction did to the passages."""

    added: int
    reused: int
    removed: int


class Store:
    """The knowledge store in `home`. Reading is open to every thread and process; writing needs `writing()`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "store.sqlite"
        self._local = threading.local()
        try:
            home.mkdir(parents=True, exist_ok=True)
            self._migrate()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                en=f"The store {self.path} cannot be opened ({error}); check the folder's rights and free space, or "
                "move the file away and run `qixi knowledge sync` to build it anew from your documents.",
                zh=f"知识库 {self.path} 打不开（{error}）；请检查目录权限和磁盘空间，或把该文件移走后运行 "
                "`qixi knowledge sync`，用您的文档重新建立。",
            ) from error

    # -- reading -------------------------------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """The number of the last transaction that changed passages; 0 for an empty store."""
        return int(self.meta("generation") or 0)

    @property
    def embedder(self) -> str | None:
        """The name of the embedder whose vectors are stored; None while there are none."""
        return self.meta("embedder")

    @property
    def identity(self) -> str:
        """A random name of this store: a copy made of another one, built anew at the same place, is no copy of it."""
        return self.meta("identity") or ""

    def meta(self, key: str) -> str | None:
        """The value recorded under `key`, or None."""
        rows = self._read("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def documents(self) -> list[DocumentRow]:
        """Every file the store knows, by path, with the number of its passages and items."""
        rows = self._read(
            "SELECT d.*, (SELECT count(*) FROM passages p WHERE p.document_id = d.id),"
            " (SELECT count(*) FROM items i JOIN passages p ON p.id = i.passage_id WHERE p.document_id = d.id)"
            " FROM documents d ORDER BY d.path"
        )
        return [_document(row) for row in rows]

    def signatures(self) -> dict[str, tuple[int, int, int, str, int]]:
        """(size, mtime_ns, seen_ns, sha256, document id) of every file by path: what a scan compares with."""
        rows = self._read("SELECT path, size, mtime_ns, seen_ns, sha256, id FROM documents")
        return {row[0]: tuple(row[1:]) for row in rows}

    def passages(self, ids: Sequence[int]) -> dict[int, StoredPassage]:
        """The passages among `ids` that exist, by id."""
        found: dict[int, StoredPassage] = {}
        for chunk in _chunks(ids):
            rows = self._read(
                "SELECT p.id, d.path, d.title, p.text, p.heading, p.locator, p.kind, p.lang, p.stages, p.city, p.hash"
                f" FROM passages p JOIN documents d ON d.id = p.document_id WHERE p.id IN ({_marks(chunk)})",
                [int(value) for value in chunk],
            )
            for row in rows:
                found[row[0]] = StoredPassage(row[0], row[1], row[2], _passage(row[3:10]), row[10])
        return found

    def passage_ids(
        self,
        *,
        kinds: Sequence[str] = (),
        langs: Sequence[str] = (),
        stages: Sequence[str] = (),
        city: str | None = None,
    ) -> np.ndarray:
        """Ids (int64, ascending) of the passages that match every given filter; a passage without stages fits all."""
        clauses, values = ["1"], list[str]()
        for column, wanted in (("kind", kinds), ("lang", langs)):
            if wanted:
                clauses.append(f"{column} IN ({_marks(wanted)})")
                values.extend(wanted)
        if stages:
            clauses.append("(stages = '' OR " + " OR ".join("instr(stages, ?)" for _ in stages) + ")")
            values.extend(f" {stage} " for stage in stages)
        if city is not None:
            clauses.append("city IN ('', ?)")
            values.append(city)
        rows = self._read(f"SELECT id FROM passages WHERE {' AND '.join(clauses)} ORDER BY id", values)
        return np.fromiter((row[0] for row in rows), np.int64)

    def document_passages(self, path: str) -> list[StoredPassage]:
        """The passages of one document in order."""
        rows = self._read(
            "SELECT p.id, d.path, d.title, p.text, p.heading, p.locator, p.kind, p.lang, p.stages, p.city, p.hash"
            " FROM passages p JOIN documents d ON d.id = p.document_id WHERE d.path = ? ORDER BY p.position",
            (path,),
        )
        return [StoredPassage(row[0], row[1], row[2], _passage(row[3:10]), row[10]) for row in rows]

    def items(self, kind: str, *, city: str | None = None) -> list[StoredItem]:
        """The catalogue rows of `kind`, of one `city` if it is given, in a fixed order."""
        where, values = "i.kind = ?", [kind]
        if city is not None:
            where += " AND i.city = ?"
            values.append(city)
        rows = self._read(
            "SELECT i.passage_id, d.path, d.title, p.locator, i.data FROM items i"
            " JOIN passages p ON p.id = i.passage_id JOIN documents d ON d.id = p.document_id"
            f" WHERE {where} ORDER BY d.path, p.position",
            values,
        )
        return [StoredItem(row[0], row[1], row[2], row[3], Item.model_validate_json(row[4])) for row in rows]

    def cities(self) -> list[str]:
        """The cities that have named places, most places first."""
        rows = self._read(
            "SELECT city FROM items WHERE kind = 'place' AND city != '' GROUP BY city ORDER BY count(*) DESC, city"
        )
        return [row[0] for row in rows]

    def vectors(self, ids: Sequence[int]) -> dict[int, np.ndarray]:
        """The embeddings (float32, unit length) of the passages among `ids` that exist."""
        found: dict[int, np.ndarray] = {}
        for chunk in _chunks(ids):
            rows = self._read(
                f"SELECT id, vector FROM passages WHERE id IN ({_marks(chunk)})", [int(value) for value in chunk]
            )
            found.update((row[0], np.frombuffer(row[1], np.float32)) for row in rows)
        return found

    def vectors_by_hash(self, hashes: Iterable[str]) -> dict[str, np.ndarray]:
        """The embeddings already computed for texts of these hashes."""
        found: dict[str, np.ndarray] = {}
        for chunk in _chunks(list(hashes)):
            rows = self._read(f"SELECT hash, vector FROM passages WHERE hash IN ({_marks(chunk)})", chunk)
            found.update((row[0], np.frombuffer(row[1], np.float32)) for row in rows)
        return found

    def changes(self, since: int) -> tuple[list[int], list[int]] | None:
        """Ids of the passages added and removed after generation `since`; None when that is no longer known."""
        if since < int(self.meta("floor") or 0):
            return None
        added = [row[0] for row in self._read("SELECT id FROM passages WHERE generation > ?", (since,))]
        gone = [row[0] for row in self._read("SELECT passage_id FROM tombstones WHERE generation > ?", (since,))]
        return added, gone

    def count(self) -> int:
        """The number of passages."""
        return int(self._read("SELECT count(*) FROM passages")[0][0])

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[int]:
        """A block whose reads all see one state of the store; yields its generation."""
        connection = self._connection()
        connection.execute("BEGIN")
        try:
            yield self.generation
        finally:
            connection.execute("COMMIT")

    # -- writing -------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """The right to write, for one process at a time. Raises BusyError at once when another holds it."""
        lock = FileLock(str(self.home / "write.lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise BusyError(
                en=f"Another process is updating the store {self.home}; wait until it is done and run this again.",
                zh=f"另一个进程正在更新知识库 {self.home}；请等它完成后再运行。",
            ) from None
        try:
            yield
        finally:
            lock.release()

    def put_document(
        self,
        row: DocumentRow,
        passages: Sequence[NewPassage],
        vectors: dict[str, np.ndarray],
        *,
        renamed_from: str | None = None,
    ) -> Change:
        """Store a document in one transaction, keeping the passages whose text and labels did not change.

        `vectors` holds the embedding of each new hash. With `renamed_from` the document was at that path before.
        """
        with self._transaction() as connection:
            known = connection.execute(
                "SELECT id, path, title FROM documents WHERE path = ?", (renamed_from or row.path,)
            ).fetchone()
            shown = known is not None and tuple(known[1:]) != (row.path, row.title)
            document_id = self._put_row(connection, row, None if known is None else known[0])
            kept, generation = self._reusable(connection, document_id), self.generation + 1
            added = reused = 0
            for position, new in enumerate(passages):
                same = kept.get(label_identity(new.hash, new.passage))
                if same:
                    passage_id, reused = same.pop(), reused + 1
                    values = (position, new.passage.locator, new.passage.heading, new.passage.text)
                    moved = connection.execute(
                        "UPDATE passages SET (position, locator, heading, text) = (?, ?, ?, ?)"
                        " WHERE id = ? AND (position, locator, heading, text) IS NOT (?, ?, ?, ?)",
                        (*values, passage_id, *values),
                    )
                    shown = shown or moved.rowcount > 0
                else:
                    passage_id, added = (
                        self._insert(connection, document_id, position, new, vectors, generation),
                        added + 1,
                    )
                self._put_item(connection, passage_id, new.item)
            gone = [passage_id for ids in kept.values() for passage_id in ids]
            self._drop(connection, gone, generation)
            if added or gone or shown:
                self._set(connection, "generation", str(generation))
        return Change(added, reused, len(gone))

    def touch_documents(self, looks: Iterable[tuple[str, int, int]]) -> None:
        """Record that files (path, mtime_ns, seen_ns) were looked at and their content is the same."""
        with self._transaction() as connection:
            connection.executemany(
                "UPDATE documents SET mtime_ns = ?, seen_ns = ? WHERE path = ?",
                ((mtime_ns, seen_ns, path) for path, mtime_ns, seen_ns in looks),
            )

    def remove_document(self, path: str) -> Change:
        """Forget a document and its passages."""
        with self._transaction() as connection:
            ids = [
                row[0]
                for row in connection.execute(
                    "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document_id WHERE d.path = ?", (path,)
                )
            ]
            generation = self.generation + 1
            self._drop(connection, ids, generation)
            connection.execute("DELETE FROM documents WHERE path = ?", (path,))
            if ids:
                self._set(connection, "generation", str(generation))
        return Change(0, 0, len(ids))

    def set_embedder(self, name: str, dimensions: int, vectors: Iterable[tuple[int, np.ndarray]] = ()) -> None:
        """Record whose vectors are stored and replace all of them, in one transaction."""
        with self._transaction() as connection:
            connection.executemany(
                "UPDATE passages SET vector = ? WHERE id = ?",
                ((vector.astype(np.float32).tobytes(), passage_id) for passage_id, vector in vectors),
            )
            generation = str(self.generation + 1)
            for key, value in (("embedder", name), ("dimensions", str(dimensions))):
                self._set(connection, key, value)
            if self.count():
                self._set(connection, "generation", generation)
                self._set(connection, "floor", generation)

    # -- inside --------------------------------------------------------------------------------------------------

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=10, isolation_level=None, check_same_thread=False)
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "mmap_size = 268435456"):
                connection.execute(f"PRAGMA {pragma}")
            self._local.connection = connection
        return connection

    def _read(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection().execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(
                en=f"The store {self.path} cannot be read ({error}); if that comes again, move the file away and run "
                "`qixi knowledge sync` to build it anew from your documents.",
                zh=f"知识库 {self.path} 读取失败（{error}）；若再次出现，请把该文件移走并运行 `qixi knowledge sync`，"
                "用您的文档重新建立。",
            ) from error

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _migrate(self) -> None:
        connection = self._connection()
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == _SCHEMA_VERSION:
            return
        if version > _SCHEMA_VERSION:
            raise sqlite3.DatabaseError(f"it was written by a newer Qixi, store version {version}")
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            self._set(connection, "identity", uuid.uuid4().hex)
            connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
        connection.execute("COMMIT")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(
                en=f"The store {self.path} could not be written ({error}); nothing of this step was kept: check the "
                "free space and the folder's rights, then run it again.",
                zh=f"知识库 {self.path} 写入失败（{error}）；这一步没有留下任何改动，请检查磁盘空间和目录权限后重试。",
            ) from error

    def _put_row(self, connection: sqlite3.Connection, row: DocumentRow, document_id: int | None) -> int:
        values = {
            "path": row.path, "sha256": row.sha256, "size": row.size, "mtime_ns": row.mtime_ns, "seen_ns": row.seen_ns,
            "status": row.status, "reason_en": row.reason_en, "reason_zh": row.reason_zh, "title": row.title,
            "type": row.type, "kind": row.kind, "lang": row.lang,
            "mapping": json.dumps(row.mapping, ensure_ascii=False), "notes": json.dumps(row.notes, ensure_ascii=False),
            "indexed_at": row.indexed_at or dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        }  # fmt: skip
        if document_id is None:
            cursor = connection.execute(
                f"INSERT INTO documents ({', '.join(values)}) VALUES ({_marks(values)})", list(values.values())
            )
            return int(cursor.lastrowid or 0)
        connection.execute(
            f"UPDATE documents SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?",
            [*values.values(), document_id],
        )
        return document_id

    def _reusable(self, connection: sqlite3.Connection, document_id: int) -> dict[tuple[str, ...], list[int]]:
        rows = connection.execute(
            "SELECT id, hash, kind, lang, stages, city FROM passages WHERE document_id = ? ORDER BY position DESC",
            (document_id,),
        )
        kept: dict[tuple[str, ...], list[int]] = {}
        for row in rows:
            kept.setdefault(tuple(row[1:]), []).append(row[0])
        return kept

    def _insert(
        self,
        connection: sqlite3.Connection,
        document_id: int,
        position: int,
        new: NewPassage,
        vectors: dict[str, np.ndarray],
        generation: int,
    ) -> int:
        passage = new.passage
        cursor = connection.execute(
            "INSERT INTO passages (document_id, position, hash, text, heading, locator, kind, lang, stages, city,"
            " vector, generation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document_id, position, new.hash, passage.text, passage.heading, passage.locator, passage.kind,
                passage.lang, _joined(passage.stages), passage.city or "",
                vectors[new.hash].astype(np.float32).tobytes(), generation,
            ),
        )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def _put_item(self, connection: sqlite3.Connection, passage_id: int, item: Item | None) -> None:
        if item is None:
            connection.execute("DELETE FROM items WHERE passage_id = ?", (passage_id,))
            return
        connection.execute(
            "INSERT OR REPLACE INTO items (passage_id, kind, city, name, data) VALUES (?, ?, ?, ?, ?)",
            (passage_id, item.kind, item.city or "", item.name, item.model_dump_json(exclude_defaults=True)),
        )

    def _drop(self, connection: sqlite3.Connection, ids: Sequence[int], generation: int) -> None:
        connection.executemany("DELETE FROM passages WHERE id = ?", ((passage_id,) for passage_id in ids))
        connection.executemany(
            "INSERT OR REPLACE INTO tombstones VALUES (?, ?)", ((passage_id, generation) for passage_id in ids)
        )
        dead = connection.execute("SELECT count(*) FROM tombstones").fetchone()[0] if ids else 0
        if dead > _TOMBSTONES + self.count():  # cheaper to rebuild a copy than to remember every deletion
            connection.execute("DELETE FROM tombstones")
            self._set(connection, "floor", str(generation))

    @staticmethod
    def _set(connection: sqlite3.Connection, key: str, value: str) -> None:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def passage_hash(text: str) -> str:
    """The identity of a text that is embedded (BLAKE2b, 128 bits, hexadecimal)."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def embedding_text(title: str, passage: Passage) -> str:
    """What is embedded and word-indexed for a passage: document title and heading path in front of its text."""
    head = [part for part in (title, passage.heading) if part and part not in passage.text[: len(part) + 8]]
    return "\n".join([*head, passage.text])


def tags(passage: Passage) -> str:
    """The filter tags of a passage in the word index, separated by spaces."""
    stages = [f"stage:{stage}" for stage in passage.stages] or ["stage:"]
    city = (passage.city or "").replace(" ", "_")
    return " ".join([f"kind:{passage.kind}", f"lang:{passage.lang}", f"city:{city}", *stages])


def label_identity(digest: str, passage: Passage) -> tuple[str, ...]:
    """What makes a passage the same one in a new reading of its document: its hash and the labels it is filtered by."""
    return (digest, passage.kind, passage.lang, _joined(passage.stages), passage.city or "")


def _joined(stages: Sequence[str]) -> str:
    return f" {' '.join(stages)} " if stages else ""


def _passage(row: Sequence[Any]) -> Passage:
    text, heading, locator, kind, lang, stages, city = row
    return Passage.model_construct(
        text=text,
        heading=heading,
        locator=locator,
        kind=kind,
        lang=lang,
        stages=tuple(stages.split()),
        city=city or None,
    )


def _document(row: Sequence[Any]) -> DocumentRow:
    return DocumentRow(
        id=row[0], path=row[1], sha256=row[2], size=row[3], mtime_ns=row[4], seen_ns=row[5], status=row[6],
        reason_en=row[7], reason_zh=row[8], title=row[9], type=row[10], kind=row[11], lang=row[12],
        mapping=json.loads(row[13]), notes=tuple(json.loads(row[14])), indexed_at=row[15], passages=row[16],
        items=row[17],
    )  # fmt: skip


def _marks(values: Iterable[Any]) -> str:
    return ", ".join("?" for _ in values)


def _chunks(values: Sequence[Any], size: int = 900) -> Iterator[list[Any]]:
    for start in range(0, len(values), size):
        yield list(values[start : start + size])
