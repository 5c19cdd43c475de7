"""The SQLite file behind the store: its tables, transactions, the one-writer lock, and errors that can be acted on."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.errors import BusyError, StoreError

_BUSY_SECONDS = 10
"""How long a statement waits for another connection before it gives up."""
_COPYING_SECONDS = 120.0
"""How long a writer waits for a reader that catches up the word index; of 100,000 passages it takes seconds."""
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


class Database:
    """`store.sqlite` in `home`: WAL, synchronous=FULL, one connection a thread."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "store.sqlite"
        self._local = threading.local()
        try:
            home.mkdir(parents=True, exist_ok=True)
            self._migrate()
        except (OSError, sqlite3.Error) as error:
            if not os.access(home if home.exists() else home.parent, os.W_OK):
                raise StoreError(
                    en=f"The folder {home} cannot be written ({error}); name one you may write to with --home.",
                    zh=f"目录 {home} 不能写入（{error}）；请用 --home 指定一个可写的目录。",
                ) from error
            raise self._failure(
                error,
                en=f"The store {self.path} cannot be opened ({error}); check the folder's rights and free space, or "
                "move the file away and run `qixi knowledge sync` to build it anew from your documents.",
                zh=f"知识库 {self.path} 打不开（{error}）；请检查目录权限和磁盘空间，或把该文件移走后运行 "
                "`qixi knowledge sync`，用您的文档重新建立。",
            ) from error

    @property
    def generation(self) -> int:
        """The number of the last transaction that changed passages; 0 for an empty store."""
        return int(self.meta("generation") or 0)

    @property
    def identity(self) -> str:
        """A random name of this store: a copy made of another one, built anew at the same place, is no copy of it."""
        return self.meta("identity") or ""

    def meta(self, key: str) -> str | None:
        """The value recorded under `key`, or None."""
        rows = self._read("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def record(self, key: str, value: str) -> None:
        """Keep `value` under `key`, for `meta()`."""
        with self._transaction() as connection:
            self._set(connection, key, value)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """The right to write, for one process at a time. Raises BusyError at once when another holds it.

        It includes `copying()`: a reader that is just catching up the shared copies is waited for.
        """
        with self._locked("write.lock", wait=0), self._locked("copies.lock", wait=_COPYING_SECONDS):
            yield

    @contextlib.contextmanager
    def copying(self) -> Iterator[None]:
        """The right to change the copies that processes share. Raises BusyError at once when another holds it."""
        with self._locked("copies.lock", wait=0):
            yield

    @contextlib.contextmanager
    def _locked(self, name: str, *, wait: float) -> Iterator[None]:
        lock = FileLock(str(self.home / name))
        try:
            lock.acquire(timeout=wait)
        except Timeout:
            raise BusyError(
                en=f"Another process is updating the store {self.home}; wait until it is done and run this again.",
                zh=f"另一个进程正在更新知识库 {self.home}；请等它完成后再运行。",
            ) from None
        except OSError as error:
            raise StoreError(
                en=f"The store {self.home} cannot be changed ({error}); check the folder's rights and free space.",
                zh=f"知识库 {self.home} 无法更改（{error}）；请检查目录权限和磁盘空间。",
            ) from error
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[int]:
        """A block whose reads all see one state of the store; yields its generation."""
        self._read("BEGIN")
        try:
            yield self.generation
        finally:
            self._read("COMMIT")

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            _switch_to_wal(connection)
            for pragma in ("synchronous = FULL", "foreign_keys = ON", "mmap_size = 268435456"):
                connection.execute(f"PRAGMA {pragma}")
            self._local.connection = connection
        return connection

    def _read(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection().execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise self._failure(
                error,
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
            raise self._failure(
                error,
                en=f"The store {self.path} could not be written ({error}); nothing of this step was kept: check the "
                "free space and the folder's rights, then run it again.",
                zh=f"知识库 {self.path} 写入失败（{error}）；这一步没有留下任何改动，请检查磁盘空间和目录权限后重试。",
            ) from error

    def _failure(self, error: OSError | sqlite3.Error, *, en: str, zh: str) -> StoreError | BusyError:
        """The sentence about `error`, or the advice to wait when it is only that another process has the file."""
        if not _is_locked(error):
            return StoreError(en=en, zh=zh)
        return BusyError(
            en=f"Another process has kept the store {self.path} locked for over {_BUSY_SECONDS} s; wait until it is "
            "done and run this again.",
            zh=f"另一个进程占用知识库 {self.path} 已超过 {_BUSY_SECONDS} 秒；请等它完成后再运行。",
        )

    @staticmethod
    def _set(connection: sqlite3.Connection, key: str, value: str) -> None:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Make a new file a WAL one. SQLite does not wait for the others that are opening it too, so this does."""
    last = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not _is_locked(error) or time.monotonic() > last:
                raise
        time.sleep(0.01)


def _is_locked(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
