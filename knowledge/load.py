"""From a file to a Document: what the file is, told by its content, and its reader."""

from __future__ import annotations

import dataclasses
import os
import re
import stat
from pathlib import Path
from typing import Literal

from knowledge.clean import Decoded, clean, decode
from knowledge.formats import MAX_CHARACTERS, MAX_FILE_BYTES, Block, Document, Table, Unreadable
from rag.errors import DocumentError

__all__ = ["Block", "Document", "FileType", "Table", "load", "sniff"]

FileType = Literal["pdf", "zip", "ole", "rtf", "html", "json", "jsonl", "csv", "yaml", "markdown", "text"]

_HEAD = 8192
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_SUFFIXES: dict[str, FileType] = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv",
    ".md": "markdown", ".markdown": "markdown", ".mdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".yaml": "yaml", ".yml": "yaml", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip
_HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*|<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_TAG = re.compile(rb"</?[a-z][a-z0-9]{0,10}[\s>/]", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CONTROL, _MOST_REPLACED = 0.003, 0.1


def load(path: Path) -> Document:
    """The document in the file at `path`.

    Its title is the one it names itself (front matter, first heading, <title>, document properties), else the file's
    name without the suffix. Raises DocumentError, a sentence beginning with the file's name, when the file is empty,
    damaged, encrypted, too big, binary, without text, not a regular file or may not be read.
    """
    try:
        document = _read(path)
    except Unreadable as error:
        raise DocumentError(en=f"{path.name} {error.en}", zh=f"{path.name} {error.zh}") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DocumentError(
            en=f"{path.name} cannot be read: {reason}.", zh=f"{path.name} 读不了：{reason}。"
        ) from error
    except MemoryError:
        raise
    except Exception as error:  # parsers of hostile files raise whatever they like
        name = type(error).__name__
        raise DocumentError(
            en=f"{path.name} is damaged or of an unknown variant ({name}): save it again from its own program.",
            zh=f"{path.name} 已损坏或是未知的变体（{name}）：请用原来的程序重新保存。",
        ) from error
    return document


def sniff(head: bytes, suffix: str) -> FileType:
    """What a file is, by its first bytes; its suffix (with the dot, lower case) decides only between kinds of text."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"%PDF-") or (suffix == ".pdf" and b"%PDF-" in head[:1024]):
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(_OLE):
        return "ole"
    if start.startswith(b"{\\rtf"):
        return "rtf"
    named = _SUFFIXES.get(suffix, "text")
    if _HTML_START.match(start) or (named == "html" and _HTML_TAG.search(head)):
        return "html"
    if named == "jsonl":
        return "jsonl"
    if start.startswith((b"{", b"[")) and named in ("json", "text", "markdown"):
        return "json"
    return "text" if named in ("html", "json") else named


def _read(path: Path) -> Document:
    size = _checked_size(path)
    with path.open("rb") as file:
        head = file.read(_HEAD)
        kind = sniff(head, path.suffix.lower())
        if kind in ("ole", "rtf"):
            raise _old_office(kind, head + file.read(size))
        document = (
            _read_packed(path, kind) if kind in ("pdf", "zip") else _read_text(path, kind, head + file.read(size))
        )
    if document.characters() > MAX_CHARACTERS:
        raise _too_much_text()
    if not any(block.text.strip() for block in document.blocks) and not document.tables and not document.records:
        raise Unreadable("has no text.", "没有文字内容。")
    return dataclasses.replace(document, title=_title(document.title) or clean(path.stem))


def _checked_size(path: Path) -> int:
    """The file's size. Raises Unreadable for what is no regular file, empty or too big; the file is not opened."""
    info = path.stat()
    if not stat.S_ISREG(info.st_mode):
        raise Unreadable("is not a regular file: remove it.", "不是普通文件：请移走。")
    if info.st_size == 0:
        raise Unreadable("is empty.", "是空文件。")
    if info.st_size > MAX_FILE_BYTES:
        megabytes = info.st_size // (1024 * 1024)
        raise Unreadable(
            f"has {megabytes} MB and the limit is 200 MB: split it into smaller files.",
            f"有 {megabytes} MB，上限为 200 MB：请拆成较小的文件。",
        )
    if not os.access(path, os.R_OK):
        raise Unreadable("may not be read: change its permissions.", "没有读取权限：请修改权限。")
    return info.st_size


def _read_packed(path: Path, kind: FileType) -> Document:
    """Readers are imported when they are needed: the libraries behind them take time to load."""
    if kind == "pdf":
        from knowledge.pdf import read_pdf

        return read_pdf(path)
    from knowledge.format_office import read_office

    return read_office(path)


def _read_text(path: Path, kind: FileType, data: bytes) -> Document:
    declared = None
    if kind == "html":
        from knowledge.format_html import declared_encoding

        declared = declared_encoding(data)
    decoded = decode(data, declared=declared)
    _check_text(decoded, path.suffix)
    document = _read_decoded(path, kind, decoded.text)
    notes = list(document.notes)
    if decoded.doubtful:
        notes.append(f"The encoding was guessed as {decoded.encoding}; save the file as UTF-8 if it looks wrong.")
    if decoded.replaced:
        notes.append(f"{decoded.replaced} characters could not be decoded ({decoded.encoding}) and show as U+FFFD.")
    return dataclasses.replace(document, notes=tuple(notes))


def _read_decoded(path: Path, kind: FileType, text: str) -> Document:
    if kind == "html":
        from knowledge.format_html import read_html

        return read_html(text)
    if kind == "csv":
        from knowledge.format_table import read_csv

        return read_csv(text, name=path.stem)
    if kind == "yaml":
        from knowledge.format_yaml import read_yaml

        if (known := read_yaml(text)) is not None:
            return known
    if kind in ("json", "jsonl"):
        from knowledge import format_json

        read = format_json.read_json if kind == "json" else format_json.read_jsonl
        try:
            return read(text, name=path.stem)
        except Unreadable:
            if path.suffix.lower() in (".json", ".jsonl", ".ndjson"):
                raise
            # A text may well begin with a bracket.
    from knowledge.format_text import read_markdown, read_text

    return read_markdown(text) if path.suffix.lower() in (".md", ".markdown", ".mdown") else read_text(text)


def _check_text(decoded: Decoded, suffix: str) -> None:
    text = decoded.text
    if len(text) > MAX_CHARACTERS:
        raise _too_much_text()
    if not text.strip("\ufeff\x00 \t\r\n"):
        raise Unreadable("is empty.", "是空文件。")
    sample = text[:200_000]
    if (
        len(_CONTROL.findall(sample)) > _MOST_CONTROL * len(sample) + 1
        or decoded.replaced > _MOST_REPLACED * len(text) + 1
    ):
        named = f" named {suffix}" if suffix else ""
        raise Unreadable(
            f"is a binary file{named}: only text, pdf, docx, pptx and xlsx files are read.",
            f"是{f'名为 {suffix} 的' if suffix else ''}二进制文件：只支持文本、pdf、docx、pptx 和 xlsx。",
        )


def _old_office(kind: FileType, rest: bytes) -> Unreadable:
    if kind == "rtf":
        return Unreadable("is a rich text (RTF) file: save it as docx.", "是 RTF 文件：请另存为 docx。")
    if _ENCRYPTED_OFFICE in rest:
        return Unreadable(
            "is an encrypted Office file and needs a password: remove it and save the file again.",
            "是加密的 Office 文件，需要密码：请去掉密码后重新保存。",
        )
    return Unreadable(
        "is in an old Office format: save it as docx, pptx or xlsx.",
        "是旧版 Office 格式：请另存为 docx、pptx 或 xlsx。",
    )


def _too_much_text() -> Unreadable:
    return Unreadable(
        f"holds more than {MAX_CHARACTERS // 1_000_000} million characters: split it into smaller files.",
        f"超过 {MAX_CHARACTERS // 10_000} 万字：请拆成较小的文件。",
    )


def _title(title: str) -> str:
    return " ".join(clean(title).split())[:200]
