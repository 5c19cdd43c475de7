"""A fixed sentence in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rag.schema import Language


@dataclass(frozen=True)
class Phrase:
    """The same text in Chinese and English; `{slots}` are filled by `to`."""

    zh: str
    en: str

    def to(self, lang: Language, **slots: Any) -> str:
        """The text in `lang`, with its slots filled."""
        text = self.zh if lang == "zh" else self.en
        return text.format(**slots) if slots else text
