"""What works on this machine, and how to mend what does not."""

from __future__ import annotations

import dataclasses
import os
import platform
import shutil
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape

from rag.errors import QixiError
from rag.settings import Settings

_NEEDED_BYTES = 1_500_000_000


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `mend` says what to do when it is not `ok`."""

    name: str
    ok: bool
    en: str
    zh: str

    def to_json(self) -> dict[str, Any]:
        """The finding as plain JSON values."""
        return dataclasses.asdict(self)


def examine(settings: Settings) -> list[Finding]:
    """Look at Python, disk, FAISS, the embedder, the store and the knowledge folder; nothing is changed or fetched."""
    version = platform.python_version()
    findings = [
        Finding("python", True, f"Python {version} on {platform.system()}.", f"Python {version}，{platform.system()}。")
    ]
    return [
        *findings,
        _disk(settings),
        _faiss(),
        _embedder(settings),
        _store(settings),
        _folder(settings),
        _model(settings),
    ]


def show_findings(findings: list[Finding], lang: str) -> None:
    """Print the findings, one line each."""
    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        mark = "[green]ok[/green]  " if finding.ok else "[red]mend[/red]"
        console.print(f"{mark} {finding.name:10} {escape(finding.zh if lang == 'zh' else finding.en)}")


def _disk(settings: Settings) -> Finding:
    folder = settings.cache
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    gigabytes = free / 1e9
    if free >= _NEEDED_BYTES:
        return Finding("disk", True, f"{gigabytes:.1f} GB free.", f"剩余 {gigabytes:.1f} GB。")
    return Finding(
        "disk", False, f"{gigabytes:.1f} GB free in {folder}; 1.5 GB are needed, free some space.",
        f"{folder} 只剩 {gigabytes:.1f} GB；需要 1.5 GB，请腾出空间。",
    )  # fmt: skip


def _faiss() -> Finding:
    from rag.vectors import import_faiss

    try:
        faiss = import_faiss()
    except QixiError as error:
        return Finding("faiss", False, error.en, error.zh)
    cards = faiss.get_num_gpus()
    text = f"faiss {faiss.__version__}, GPUs: {cards}."
    return Finding("faiss", True, text, text)


def _embedder(settings: Settings) -> Finding:
    from rag.embed import open_embedder

    try:
        embedder = open_embedder(settings)
    except QixiError as error:
        return Finding("embedder", False, error.en, error.zh)
    text = f"{embedder.name}, {embedder.dimensions} dimensions"
    return Finding("embedder", True, f"{text}.", f"{text}。")


def _store(settings: Settings) -> Finding:
    from rag.store import Store

    if not settings.home.exists():
        return Finding(
            "store", True, f"{settings.home} does not exist yet; the first sync makes it.",
            f"{settings.home} 还没有；第一次同步时会建立。",
        )  # fmt: skip
    try:
        store = Store(settings.home)
    except QixiError as error:
        return Finding("store", False, error.en, error.zh)
    documents = store.documents()
    bad = sum(row.status != "indexed" for row in documents)
    return Finding(
        "store", True, f"{len(documents)} files, {store.count()} passages, {bad} files could not be read.",
        f"{len(documents)} 个文件，{store.count()} 段，{bad} 个文件读不了。",
    )  # fmt: skip


def _folder(settings: Settings) -> Finding:
    from knowledge.scan import require_folder

    try:
        require_folder(settings.knowledge)
    except QixiError as error:
        return Finding("knowledge", False, error.en, error.zh)
    writable = os.access(settings.knowledge, os.W_OK)
    return Finding(
        "knowledge", True, f"{settings.knowledge}{'' if writable else ' (read-only: the app cannot add files)'}",
        f"{settings.knowledge}{'' if writable else '（只读：应用无法往里添加文件）'}",
    )  # fmt: skip


def _model(settings: Settings) -> Finding:
    return Finding(
        "model", True, "No chat model is used: answers are grounded in your documents.",
        "没有使用语言模型：直接依据资料作答。",
    )  # fmt: skip
