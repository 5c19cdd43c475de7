"""The files of the knowledge folder, and what changed since the store last saw them."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import DocumentError, InputError
from rag.files import file_sha256

MAX_FILE_BYTES = 200 * 1024 * 1024
_RACY_NS = 2_000_000_000
"""A file written within two seconds of the last look may have changed again without its time showing it."""

Signature = tuple[int, int, int, str, int]
"""(size, mtime_ns, seen_ns, sha256, document id), as Store.signatures() gives it."""


@dataclass(frozen=True)
class FoundFile:
    """A file in the folder; `problem` says why it cannot be read at all."""

    path: str
    size: int
    mtime_ns: int
    seen_ns: int
    sha256: str = ""
    problem: DocumentError | None = None


@dataclass(frozen=True)
class Difference:
    """The folder against the store. `touched` files have a new time but the same content."""

    added: tuple[FoundFile, ...]
    changed: tuple[FoundFile, ...]
    renamed: tuple[tuple[str, FoundFile], ...]
    removed: tuple[str, ...]
    touched: tuple[FoundFile, ...]
    unchanged: int


def compare(folder: Path, signatures: dict[str, Signature], *, reread: bool = False) -> Difference:
    """What is new, edited, renamed or deleted in `folder`; unchanged files cost one stat each.

    With `reread` every file counts as edited, to be read by a reader that makes something else of it. Raises InputError
    when `folder` is missing or not a folder.
    """
    gone = set(signatures)
    fresh: list[FoundFile] = []
    changed: list[FoundFile] = []
    touched: list[FoundFile] = []
    unchanged = 0
    for found in scan(folder):
        known = signatures.get(found.path)
        gone.discard(found.path)
        if known is None:
            fresh.append(_hashed(folder, found))
            continue
        size, mtime_ns, seen_ns, sha256, _ = known
        same = (found.size, found.mtime_ns) == (size, mtime_ns)
        settled = mtime_ns + _RACY_NS < seen_ns and sha256 != ""
        if same and not reread and (settled or (found.problem is not None and sha256 == "")):
            unchanged += 1
            continue
        hashed = _hashed(folder, found)
        (touched if hashed.sha256 == sha256 and not reread else changed).append(hashed)
    by_content: dict[str, list[str]] = {}
    for path in sorted(gone):
        by_content.setdefault(signatures[path][3], []).append(path)
    added: list[FoundFile] = []
    renamed: list[tuple[str, FoundFile]] = []
    for found in fresh:
        old = by_content.get(found.sha256) if found.problem is None else None
        if old:
            renamed.append((old.pop(0), found))
        else:
            added.append(found)
    removed = tuple(sorted(path for paths in by_content.values() for path in paths))
    return Difference(tuple(added), tuple(changed), tuple(renamed), removed, tuple(touched), unchanged)


def scan(folder: Path) -> Iterator[FoundFile]:
    """Every file below `folder` in a fixed order; hidden and office lock files are left out.

    Links, devices and files that are too big come with their `problem` and are never opened.
    """
    require_folder(folder)
    yield from _walk(folder, "")


def require_folder(folder: Path) -> None:
    """Raises InputError when `folder` is missing or is a file."""
    try:
        there = folder.exists()
    except OSError as error:
        raise _closed(folder, error) from None
    if not there:
        raise InputError(
            en=f"The knowledge folder {folder} does not exist; create it or name another with --knowledge.",
            zh=f"知识文件夹 {folder} 不存在；请新建它，或用 --knowledge 指定另一个。",
        )
    if not folder.is_dir():
        raise InputError(
            en=f"The knowledge folder {folder} is a file; name the folder that holds your documents with --knowledge.",
            zh=f"知识文件夹 {folder} 是一个文件；请用 --knowledge 指定存放文档的文件夹。",
        )


def _closed(folder: Path, error: OSError) -> InputError:
    if isinstance(error, PermissionError):
        return InputError(
            en=f"The knowledge folder {folder} may not be read; change its permissions.",
            zh=f"没有读取知识文件夹 {folder} 的权限；请修改权限。",
        )
    reason = error.strerror or str(error)
    return InputError(
        en=f"The knowledge folder {folder} cannot be read ({reason}); name another with --knowledge.",
        zh=f"知识文件夹 {folder} 读取失败（{reason}）；请用 --knowledge 指定另一个。",
    )


def _walk(folder: Path, prefix: str) -> Iterator[FoundFile]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except FileNotFoundError:
        return  # gone since its parent was listed
    except OSError as error:
        if not prefix:
            raise _closed(folder, error) from None
        if isinstance(error, PermissionError):
            yield _unreadable(prefix.rstrip("/"), "its folder may not be read", "没有读取该文件夹的权限")
        else:
            reason = error.strerror or str(error)
            yield _unreadable(prefix.rstrip("/"), f"it cannot be listed ({reason})", f"无法列出内容（{reason}）")
        return
    for entry in entries:
        path = prefix + entry.name
        if entry.name.startswith((".", "~$")) or entry.name == "Thumbs.db":
            continue
        if not _is_text(entry.name):
            shown = path.encode("utf-8", "backslashreplace").decode()
            yield _unreadable(shown, "its name is not valid text", "文件名不是有效文字")
        elif entry.is_symlink():
            yield _unreadable(path, "it is a link; copy the file itself here", "它是一个链接，请把文件本身复制进来")
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), f"{path}/")
        else:
            found = _file(entry, path)
            if found is not None:
                yield found


def _file(entry: os.DirEntry[str], path: str) -> FoundFile | None:
    seen_ns = time.time_ns()
    try:
        info = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None  # gone since its folder was listed
    except OSError as error:  # a folder may be listed and yet not entered
        reason = error.strerror or str(error)
        return _unreadable(path, f"it cannot be looked at ({reason})", f"无法查看（{reason}）")
    found = FoundFile(path, info.st_size, info.st_mtime_ns, seen_ns)
    if not stat.S_ISREG(info.st_mode):
        return _unreadable(path, "it is not a regular file; remove it", "它不是普通文件，请移走")
    if info.st_size > MAX_FILE_BYTES:
        megabytes = info.st_size // (1024 * 1024)
        return FoundFile(
            path, info.st_size, info.st_mtime_ns, seen_ns,
            problem=DocumentError(
                en=f"{path} has {megabytes} MB and the limit is 200 MB; split it into smaller files.",
                zh=f"{path} 有 {megabytes} MB，上限为 200 MB；请拆成较小的文件。",
            ),
        )  # fmt: skip
    return found


def _hashed(folder: Path, found: FoundFile) -> FoundFile:
    if found.problem is not None:
        return found
    try:
        digest = file_sha256(folder / found.path)
    except OSError as error:
        reason = error.strerror or str(error)
        return _unreadable(found.path, f"it cannot be opened ({reason})", f"打不开（{reason}）", like=found)
    return FoundFile(found.path, found.size, found.mtime_ns, found.seen_ns, digest)


def _unreadable(path: str, reason_en: str, reason_zh: str, *, like: FoundFile | None = None) -> FoundFile:
    problem = DocumentError(en=f"{path} is left out: {reason_en}.", zh=f"已跳过 {path}：{reason_zh}。")
    if like is None:
        return FoundFile(path, 0, 0, 0, problem=problem)
    return FoundFile(path, like.size, like.mtime_ns, like.seen_ns, problem=problem)


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
