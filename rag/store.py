"""The knowledge store: SQLite (WAL, synchronous=FULL) is the only truth; the search copies follow its generation.

One document is one transaction. Every transaction that changes what a search or a plan can show raises `generation` by
one and stamps the passages it added; what it removed leaves a tombstone. A copy at generation g is brought up to date
with `changes(g)`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from pydantic import ValidationError

from rag.database import Database
from rag.records import (
    Change,
    DocumentRow,
    NewPassage,
    StoredItem,
    StoredPassage,
    joined_stages,
    label_identity,
)
from rag.schema import Item, Passage

_TOMBSTONES = 10_000
"""Deletions remembered beyond the number of passages."""


class Store(Database):
    """The knowledge store in `home`. Reading is open to every thread and process; writing needs `writing()`."""

    @property
    def embedder(self) -> str | None:
        """The name of the embedder whose vectors are stored; None while there are none."""
        return self.meta("embedder")

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

    def kinds(self) -> dict[int, str]:
        """The kind of each passage that is not a plain document."""
        return dict(self._read("SELECT id, kind FROM passages WHERE kind != 'document'"))

    def document_passages(self, path: str) -> list[StoredPassage]:
        """The passages of one document in order."""
        rows = self._read(
            "SELECT p.id, d.path, d.title, p.text, p.heading, p.locator, p.kind, p.lang, p.stages, p.city, p.hash"
            " FROM passages p JOIN documents d ON d.id = p.document_id WHERE d.path = ? ORDER BY p.position",
            (path,),
        )
        return [StoredPassage(row[0], row[1], row[2], _passage(row[3:10]), row[10]) for row in rows]

    def items(self, kind: str) -> list[StoredItem]:
        """The catalogue rows of `kind` in a fixed order.

        A row that another version of Qixi stored in another form is left out until a sync has read its file again.
        """
        rows = self._read(
            "SELECT i.passage_id, d.path, d.title, p.locator, i.data FROM items i"
            " JOIN passages p ON p.id = i.passage_id JOIN documents d ON d.id = p.document_id"
            " WHERE i.kind = ? ORDER BY d.path, p.position",
            (kind,),
        )
        found: list[StoredItem] = []
        for row in rows:
            with contextlib.suppress(ValidationError):
                found.append(StoredItem(row[0], row[1], row[2], row[3], Item.model_validate_json(row[4])))
        return found

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
                shown = self._put_item(connection, passage_id, new.item) or shown
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
                passage.lang, joined_stages(passage.stages), passage.city or "",
                vectors[new.hash].astype(np.float32).tobytes(), generation,
            ),
        )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def _put_item(self, connection: sqlite3.Connection, passage_id: int, item: Item | None) -> bool:
        """Store the item of a passage, or that it has none; whether that is a change."""
        if item is None:
            gone = connection.execute("DELETE FROM items WHERE passage_id = ?", (passage_id,))
            return gone.rowcount > 0
        values = (item.kind, item.city or "", item.name, item.model_dump_json(exclude_defaults=True))
        put = connection.execute(
            "INSERT INTO items (passage_id, kind, city, name, data) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (passage_id) DO UPDATE SET (kind, city, name, data) = (?, ?, ?, ?)"
            " WHERE (kind, city, name, data) IS NOT (?, ?, ?, ?)",
            (passage_id, *values, *values, *values),
        )
        return put.rowcount > 0

    def _drop(self, connection: sqlite3.Connection, ids: Sequence[int], generation: int) -> None:
        connection.executemany("DELETE FROM passages WHERE id = ?", ((passage_id,) for passage_id in ids))
        connection.executemany(
            "INSERT OR REPLACE INTO tombstones VALUES (?, ?)", ((passage_id, generation) for passage_id in ids)
        )
        dead = connection.execute("SELECT count(*) FROM tombstones").fetchone()[0] if ids else 0
        if dead > _TOMBSTONES + self.count():  # cheaper to rebuild a copy than to remember every deletion
            connection.execute("DELETE FROM tombstones")
            self._set(connection, "floor", str(generation))


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
