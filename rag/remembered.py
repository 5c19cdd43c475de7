"""Vectors of the last texts, so that a chat that is read again with each message costs only what is new."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from rag.heads import FloatArray

_KEPT = 2048


class Remembered:
    """An encoder that keeps the vectors of the last texts. Safe to call from several threads."""

    def __init__(self, encode: Callable[[Sequence[str]], FloatArray], *, kept: int = _KEPT) -> None:
        """`encode` gives (len(texts), dimensions) for at least one text; the vectors of `kept` texts stay."""
        self._encode = encode
        self._kept = kept
        self._known: OrderedDict[str, FloatArray] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> FloatArray:
        """The vectors (len(texts), dimensions), those that are not known in one batch; of no text an empty array."""
        if not texts:
            return np.zeros((0, 0), np.float32)
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            found |= zip(missing, self._encode(missing), strict=True)
        with self._lock:
            for text in texts:
                self._known[text] = found[text]
                self._known.move_to_end(text)
            while len(self._known) > self._kept:
                self._known.popitem(last=False)
        return np.stack([found[text] for text in texts])
