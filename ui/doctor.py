"""What works on this machine, and how to mend what does not."""

from __future__ import annotations

import dataclasses
import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from rag.errors import QixiError
from rag.schema import Language
from rag.settings import Settings
from ui.console import unusable_file
from ui.i18n import LANGUAGES, t

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
    checks = (_disk, _faiss, _embedder, _reader, _store, _knowledge, _model)
    return [*findings, *(_carefully(check.__name__.strip("_"), check, settings) for check in checks)]


def _carefully(name: str, check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    """The finding of `check`; whatever stops it is what there is to mend."""
    try:
        return check(settings)
    except QixiError as error:
        return Finding(name, False, error.en, error.zh)
    except ImportError as error:
        return Finding(
            name, False, f"A library cannot be imported ({error}); install Qixi again, with `make run` or pip.",
            f"有个库导入不了（{error}）；请用 `make run` 或 pip 重新安装 Qixi。",
        )  # fmt: skip
    except OSError as error:
        refused = unusable_file(error)
        return Finding(name, False, refused.en, refused.zh)


def show_findings(findings: list[Finding], lang: Language) -> None:
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


def _faiss(settings: Settings) -> Finding:
    from rag.vectors import import_faiss

    faiss = import_faiss()
    text = f"faiss {faiss.__version__}, GPUs: {faiss.get_num_gpus()}."
    return Finding("faiss", True, text, text)


def _embedder(settings: Settings) -> Finding:
    from rag.convert_e5 import IDENTITY, NAME, damaged_files, is_whole
    from rag.e5_source import find_source
    from rag.embed import open_embedder

    folder = settings.cache / "models" / IDENTITY
    is_default = settings.embedder == NAME and not Path(NAME).is_dir()
    if is_default and is_whole(folder) and (damaged := damaged_files(folder)):
        names = ", ".join(damaged)
        return Finding(
            "embedder", False, f"{names} in {folder} is damaged; remove that folder, and the next run makes it anew.",
            f"{folder} 里的 {names} 已损坏；请删除该文件夹，下次运行会重新生成。",
        )  # fmt: skip
    if is_default and not is_whole(folder) and find_source() is not None:
        return Finding(
            "embedder", True, f"{NAME} will be converted at the first run, into {settings.cache}.",
            f"{NAME} 会在第一次运行时转换，放在 {settings.cache}。",
        )  # fmt: skip
    embedder = open_embedder(settings)
    text = f"{embedder.name}, {embedder.dimensions} dimensions"
    return Finding("embedder", True, f"{text}.", f"{text}。")


def _reader(settings: Settings) -> Finding:
    from rag.reader import Weights, is_built

    rows = Weights().about["rows"]
    if not is_built(settings.cache):
        return Finding(
            "reader", True, f"trained on {rows} rows; built at the first run, into {settings.cache}.",
            f"用 {rows} 条数据训练；第一次运行时在 {settings.cache} 中生成。",
        )  # fmt: skip
    return Finding("reader", True, f"trained on {rows} rows.", f"用 {rows} 条数据训练。")


def _store(settings: Settings) -> Finding:
    from rag.store import Store

    if not os.path.lexists(settings.home) or (settings.home.is_dir() and not (settings.home / "store.sqlite").exists()):
        return Finding(
            "store", True, f"There is no store in {settings.home} yet; the first sync makes it.",
            f"{settings.home} 里还没有知识库；第一次同步时会建立。",
        )  # fmt: skip
    store = Store(settings.home)
    documents = store.documents()
    bad = sum(row.status != "indexed" for row in documents)
    return Finding(
        "store", True, f"{len(documents)} files, {store.count()} passages, {bad} files could not be read.",
        f"{len(documents)} 个文件，{store.count()} 段，{bad} 个文件读不了。",
    )  # fmt: skip


def _knowledge(settings: Settings) -> Finding:
    from knowledge.scan import require_folder

    require_folder(settings.knowledge)
    writable = os.access(settings.knowledge, os.W_OK)
    return Finding(
        "knowledge", True, f"{settings.knowledge}{'' if writable else ' (read-only: the app cannot add files)'}",
        f"{settings.knowledge}{'' if writable else '（只读：应用无法往里添加文件）'}",
    )  # fmt: skip


def _model(settings: Settings) -> Finding:
    if settings.model:
        refused = {lang: t("chat_model_refused", lang, model=settings.model) for lang in LANGUAGES}
        return Finding("model", False, refused["en"], refused["zh"])
    return Finding("model", True, t("no_chat_model", "en"), t("no_chat_model", "zh"))
