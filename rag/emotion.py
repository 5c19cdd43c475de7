"""The emotion of a chat message: a calibrated guess with the words that drove it, a second reading, and abstention.

Character n-grams and the reader are averaged; the shortest messages (嗯, 哦。, k, 🙂) also have odds from a table, as one
word says little and a full stop behind it much. The label is the writer's mood as the message shows it, not a fact.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np

from rag.disguise import plain
from rag.heads import FloatArray, Head, Sample, open_head
from rag.reader import Reader
from rag.reader_forms import emotion_form
from rag.schema import Emotion

EMOTIONS = (
    "happy", "shy", "hesitant", "cold", "sarcastic", "annoyed", "sad", "angry", "flirting", "apologetic", "anxious",
    "neutral",
)  # fmt: skip
CERTAIN = 0.42
"""Probability below which the reading is not offered as one: “ask directly” comes instead."""
_TABLE_WEIGHT = 0.25
_CUES = 3
_CUE_GAIN = 0.15
"""How much log-probability a word must add to be named as a cue."""
_LONGEST = 600

Turn = tuple[bool, str]
"""A message before: whether the same person wrote it, and its text."""

_SHORT: tuple[tuple[str, Mapping[str, float]], ...] = (
    (r"嗯+[。.]|哦+[。.]|好的?[。.]|行[。.]|随便[。.]?|随你[便吧]?[。.]?|k\.?|ok\.|fine\.|sure\.", {"cold": 0.6, "annoyed": 0.2}),
    (r"[嗯恩]{2,}|好[呀哒嘞的]?[~～!！]*|ok(?:ay)?|yep|yeah|sure|收到|可以的?|行[呀啊]?", {"neutral": 0.55, "cold": 0.15}),
    (r"[嗯恩]|哦+|噢+|喔+|o+h?", {"cold": 0.4, "neutral": 0.3, "sad": 0.1}),
    (r"呵呵+[。.]?|🙂+|\[微笑\]|🙄+|wow\.?", {"sarcastic": 0.45, "cold": 0.2, "annoyed": 0.2}),
    (r"(?:哈哈)+哈?[!！~]*|h(?:aha)+|😂+|🤣+|lol|lmao", {"happy": 0.6, "neutral": 0.15}),
    (r"算了(?:吧)?[。.]?|没事[。.]?|没什么[。.]?|nvm\.?|nothing\.?|it'?s fine\.?", {"sad": 0.45, "cold": 0.25, "annoyed": 0.15}),
    (r"[.…。]{2,}|\.\.\.", {"cold": 0.3, "annoyed": 0.25, "sad": 0.2, "hesitant": 0.15}),
    (r"[?？]{2,}", {"annoyed": 0.4, "anxious": 0.4}),
    (r"[!！]{2,}", {"angry": 0.4, "happy": 0.3}),
    (r"[😭😢💔🥲]+|呜+|\[流泪\]|\[大哭\]", {"sad": 0.6, "happy": 0.1}),
    (r"[😳🙈]+|\[捂脸\]|\[害羞\]", {"shy": 0.65}),
    (r"[😏😘😉😈]+|\[坏笑\]|\[亲亲\]", {"flirting": 0.65}),
    (r"[😡🤬]+|\[发怒\]", {"angry": 0.75}),
    (r"啧+|唉哟?|ugh+", {"annoyed": 0.55, "sad": 0.15}),
)  # fmt: skip
_RULES = tuple((re.compile(pattern), odds) for pattern, odds in _SHORT)
_PIECE = re.compile(r"\[[^\[\]]{1,6}\]|[A-Za-z']+|[^\w\s,，、]+")


class EmotionReader:
    """Reads emotions. Thread-safe; without a `reader` the n-grams and the table answer alone."""

    def __init__(self, reader: Reader | None = None) -> None:
        """Raises ModelError when the shipped n-gram head cannot be opened."""
        self._reader = reader
        self._head = open_head("emotion")

    def read(self, text: str, before: Sequence[Turn] = ()) -> Emotion:
        """The emotion of `text` after the messages `before`, oldest first."""
        return self.read_all([(text, before)])[0]

    def read_all(self, messages: Sequence[tuple[str, Sequence[Turn]]]) -> list[Emotion]:
        """The emotion of each text with what came before it; faster than one by one."""
        cut = [(text[:_LONGEST], before) for text, before in messages]
        return [self._emotion(text, odds) for (text, _), odds in zip(cut, self.probabilities(cut), strict=True)]

    def probabilities(self, messages: Sequence[tuple[str, Sequence[Turn]]]) -> FloatArray:
        """Calibrated probabilities (messages, EMOTIONS)."""
        read: Sequence[FloatArray | None] = [None] * len(messages)
        if self._reader is not None:
            vectors = self._reader.vectors([emotion_form(text, before) for text, before in messages])
            read = list(self._reader.probabilities("emotion", vectors))
        found = []
        for (text, before), own in zip(messages, read, strict=True):
            judged = self._head.probabilities(sample_of(text, before), own)
            odds = table_odds(text)
            found.append(judged if odds is None else (1 - _TABLE_WEIGHT) * judged + _TABLE_WEIGHT * odds)
        return np.stack(found)

    def _emotion(self, text: str, odds: FloatArray) -> Emotion:
        first, second = np.argsort(-odds)[:2]
        label = EMOTIONS[first]
        return Emotion(
            label=label, probability=round(float(odds[first]), 3), second=EMOTIONS[second],
            second_probability=round(float(odds[second]), 3), cues=tuple(cues(self._head, label, text)),
            abstained=bool(odds[first] < CERTAIN),
        )  # fmt: skip


def sample_of(text: str, before: Sequence[Turn]) -> Sample:
    """What the n-gram head sees: the text and the two messages before it."""
    return Sample(text, "\n".join(said for _, said in before[-2:]))


def table_odds(text: str) -> FloatArray | None:
    """The table's odds (EMOTIONS) for one of the shortest messages, the rest spread evenly; None for others."""
    short = unicodedata.normalize("NFKC", text).strip().lower()
    for pattern, odds in _RULES:
        if pattern.fullmatch(short) or pattern.fullmatch(plain(text)):
            left = 1 - sum(odds.values())
            others = [name for name in EMOTIONS if name not in odds]
            return np.array([odds.get(name, left / len(others)) for name in EMOTIONS], np.float32)
    return None


def cues(head: Head, label: str, text: str) -> list[str]:
    """The words, emoji and marks of `text`, verbatim, without which `label` would be less likely; the strongest first.

    A text that is a single piece is its own cue.
    """
    pieces = _pieces(text)
    if len(pieces) <= 1:
        return [text.strip()] if text.strip() else []
    gains = {piece: head.influence(label, text, text.replace(piece, " ")) for piece in pieces}
    best = sorted(gains, key=lambda piece: -gains[piece])[:_CUES]
    return [piece for piece in best if gains[piece] >= _CUE_GAIN] or [max(gains, key=lambda piece: gains[piece])]


def _pieces(text: str) -> list[str]:
    import rjieba

    found: list[str] = []
    for run in re.split(r"([\u3400-\u9fff]+)", text[:200]):
        if run and "\u3400" <= run[0] <= "\u9fff":
            found.extend(rjieba.cut(run))
        else:
            found.extend(_PIECE.findall(run))
    return [piece for piece in dict.fromkeys(found) if piece.strip()]
