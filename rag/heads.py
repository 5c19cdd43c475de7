"""Small linear classifiers over n-grams of characters, words and pinyin: what each judgement has without a model.

They answer alone where the reader (rag.reader) cannot be opened, and are averaged with it where it can: both views
together are better than either. A head is one .npz of plain arrays, made by `qixi train heads`.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from rag.disguise import plain, sounds
from rag.errors import ModelError
from rag.text import HAN_RANGES

WEIGHTS = Path(__file__).parent / "weights"
FloatArray = NDArray[np.float32]

_KEPT = 32
"""Samples whose n-grams are remembered: the guard asks two heads about the same one."""
_LEAST = 1e-9
_HAN_RUN = re.compile(f"[{HAN_RANGES}]+")
_WORD = re.compile(r"[a-z']+|[0-9]+")
_OTHER = re.compile(rf"[^\w\s{HAN_RANGES}]")
_EMOJI_REST = re.compile("[\u200d\ufe0f\U0001f3fb-\U0001f3ff]")


@dataclass(frozen=True)
class Sample:
    """What is judged: a text and, where there is one, what was said before it."""

    text: str
    before: str = ""


@functools.lru_cache(_KEPT)
def character_grams(sample: Sample) -> tuple[int, ...]:
    """Hashes of the n-grams of a sample: 1-3 Chinese characters with their borders, words and word pairs, 3-5 letters
    inside words, punctuation and emoji. Those of what came before count apart and without borders.
    """
    return tuple(sorted({*_hashed("", _grams(sample.text)), *_hashed("<", _grams(sample.before, last_only=True))}))


@functools.lru_cache(_KEPT)
def sound_grams(sample: Sample) -> tuple[int, ...]:
    """Hashes of the 1-3 syllable n-grams of a sample's pinyin; none for a text that is not Chinese."""
    read = sounds(plain(sample.text))
    runs = (read[start : start + size] for size in (1, 2, 3) for start in range(len(read) - size + 1))
    return tuple(sorted({crc32(" ".join(run).encode()) for run in runs}))


def is_pinyin(sample: Sample) -> bool:
    """Whether the sample is Chinese spelt in Latin letters alone."""
    return bool(sound_grams(sample)) and not _HAN_RUN.search(plain(sample.text))


def _hashed(space: str, grams: Iterable[str]) -> set[int]:
    return {crc32(f"{space}{gram}".encode()) for gram in grams}


def _grams(text: str, *, last_only: bool = False) -> Iterable[str]:
    short = plain(_EMOJI_REST.sub("", text))
    if not short:
        if text.strip() and not last_only:
            yield "nothing left"
        return
    for run in _HAN_RUN.findall(short):
        framed = f"^{run}$"
        for size in (1, 2, 3):
            for start in range(len(framed) - size + 1):
                if (gram := framed[start : start + size]) not in ("^", "$"):
                    yield gram
    words = _WORD.findall(short)
    yield from words
    yield from (f"{one} {two}" for one, two in itertools.pairwise(words))
    if last_only:
        return
    for word in words:
        framed = f"^{word}$"
        yield from (f"~{framed[start : start + size]}" for size in (3, 4, 5) for start in range(len(framed) - size + 1))
    marks = _OTHER.findall(short)
    yield from (f"!{mark}" for mark in marks)
    yield f"!end {short[-1]}" if _OTHER.match(short[-1]) else "!end word"
    yield from (f"!{one}{two}" for one, two in itertools.pairwise(marks))
    letters = len("".join(_HAN_RUN.findall(short))) + 2 * len(words)
    yield f"!length {min(12, letters) if letters < 12 else 12 + letters // 12}"
    yield f"!whole {short}" if len(short) <= 12 else "!long"
    if any(char.isupper() for char in text) and text.upper() == text and sum(map(str.isalpha, text)) > 3:
        yield "!capitals"


class Head:
    """A trained classifier over `labels`; opened from a file by `open_head`."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any]) -> None:
        """`arrays` holds for each view "grams" (sorted), "idf", "rows" (coefficients times idf) and "bias"."""
        self.labels: tuple[str, ...] = tuple(about["labels"])
        self.about = about
        self._arrays = arrays
        self._has_sounds = "sounds.grams" in arrays

    def probabilities(self, sample: Sample, read: FloatArray | None = None) -> FloatArray:
        """The calibrated probability of each label (labels,), summing to 1.

        `read` is what the reader gives for the same sample (labels,); it counts with the share that training found.
        """
        own = self.logs(sample)
        if read is None:
            return np.exp(log_softmax(own / self.about["temperature"]))
        share = self.about["reader_share"]
        mixed = (1 - share) * own + share * np.log(np.maximum(read, _LEAST))
        return np.exp(log_softmax(mixed.astype(np.float32) / self.about["mixed_temperature"]))

    def logs(self, sample: Sample) -> FloatArray:
        """Log-probabilities (labels,) before calibration: the mean of what is written and how it sounds.

        A text in pinyin is judged by its sounds alone.
        """
        spoken = sound_grams(sample) if self._has_sounds else ()
        if self._has_sounds and is_pinyin(sample):
            return log_softmax(self._linear("sounds", spoken))
        written = log_softmax(self._linear("characters", character_grams(sample)))
        if not spoken:
            return written
        share = self.about["sounds_weight"]
        return log_softmax((1 - share) * written + share * log_softmax(self._linear("sounds", spoken)))

    def influence(self, label: str, text: str, without: str) -> float:
        """How much more likely `label` is for `text` than for `without`, in log-probability, by its characters."""
        place = self.labels.index(label)
        with_it, without_it = (
            log_softmax(self._linear("characters", character_grams(Sample(part))))[place] for part in (text, without)
        )
        return float(with_it - without_it)

    def _linear(self, view: str, grams: Sequence[int]) -> FloatArray:
        known = self._arrays[f"{view}.grams"]
        wanted = np.asarray(grams, known.dtype)
        places = np.searchsorted(known, wanted).clip(max=len(known) - 1)
        places = places[known[places] == wanted]
        bias: FloatArray = self._arrays[f"{view}.bias"]
        if not len(places):
            return bias
        # The idf lies in the rows; a sample's length is that of its known n-grams.
        length = np.sqrt((self._arrays[f"{view}.idf"][places].astype(np.float32) ** 2).sum())
        found: FloatArray = self._arrays[f"{view}.rows"][places].astype(np.float32).sum(axis=0) / length + bias
        return found


def log_softmax(scores: FloatArray) -> FloatArray:
    """Log-probabilities over the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    result: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def read_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The arrays of an .npz by name, and what its "about" tells of them. Raises OSError or ValueError when damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files if key != "about"}
            about = json.loads(stored["about"].tobytes().decode())
    except (EOFError, KeyError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error
    if not isinstance(about, dict):
        raise ValueError(f"{path.name} tells nothing of its arrays")
    return arrays, about


@functools.lru_cache
def open_head(name: str, folder: Path = WEIGHTS) -> Head:
    """The head `name` (emotion, guard, class, conflict). Raises ModelError when its file is missing or damaged."""
    path = folder / f"{name}.npz"
    try:
        return Head(*read_arrays(path))
    except (OSError, ValueError, KeyError) as error:  # KeyError: whole, but no head
        raise ModelError(
            en=f"The classifier {path.name} cannot be opened ({type(error).__name__}); "
            "install Qixi again, or run “qixi train heads”.",
            zh=f"分类器 {path.name} 打不开（{type(error).__name__}）；请重新安装七夕，或运行 “qixi train heads”。",
        ) from error
