"""A text being read piece by piece: one spelling to match against, the user's own words to keep, and numerals."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from rag.errors import InputError

BLANK = "\x1f"
"""Stands in `Reader.left` for every character that an earlier stage has understood."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_HAN = re.compile("[\u3400-\u9fff]")
_ZH_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
_ZH_UNITS = {"十": 10, "百": 100, "千": 1000}
_EN_NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]

EN_NUMBER = "|".join(sorted(_EN_NUMBERS[1:], key=len, reverse=True))
"""Alternatives for a regular expression: the English words from one to twelve."""


class Reader:
    """A text and what is left of it to be understood.

    `original` holds the user's characters without control characters, `whole` the same folded (see `fold`), `left`
    is `whole` with BLANK for what was taken. All three have the same length, so a span fits each.
    """

    def __init__(self, text: str) -> None:
        self.original = clean(text)
        self.whole = fold(self.original)
        self.left = self.whole

    def find(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches of `pattern` in what is left now."""
        return pattern.finditer(self.left)

    def take(self, start: int, end: int) -> str:
        """The user's own characters of the span, which is blanked out for the stages that follow."""
        self.left = self.left[:start] + BLANK * (end - start) + self.left[end:]
        return self.original[start:end]

    def words(self, start: int, end: int) -> str:
        """The user's own characters of the span, without spaces around."""
        return self.original[start:end].strip()


def clean(text: str) -> str:
    """`text` with a space for each control character, NUL and lone surrogate; tabs and line ends stay."""
    return _UNPRINTABLE.sub(" ", text)


def fold(text: str) -> str:
    """`text` in full-width-free, lower-case, simplified form, character by character: the length never changes."""
    folded = "".join(map(_fold_character, text))
    if not _HAN.search(folded):
        return folded
    simplified = _simplifier()(folded)
    return simplified if len(simplified) == len(folded) else folded


@functools.lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).lower().replace("’", "'").replace("‘", "'")
    return folded if len(folded) == 1 else character


@functools.cache
def _simplifier() -> Callable[[str], str]:
    from opencc import OpenCC

    converter: Any = OpenCC("t2s")
    return converter.convert  # type: ignore[no-any-return]


def number(text: str) -> int | None:
    """The whole number `text` writes in digits, Chinese numerals below 10,000 or English words up to twelve."""
    text = text.strip().lower()
    if text.isascii() and text.isdigit():
        return int(text) if len(text) <= 18 else None
    if text in _EN_NUMBERS:
        return _EN_NUMBERS.index(text)
    return _zh_number(text) if text else None


def _zh_number(text: str) -> int | None:
    total = digit = 0
    for character in text:
        if character in _ZH_DIGITS:
            digit = _ZH_DIGITS[character]
        elif character in _ZH_UNITS:
            total += (digit or 1) * _ZH_UNITS[character]
            digit = 0
        else:
            return None
    return total + digit


def shown(value: object) -> str:
    """`value` short enough for a message: at most 40 characters, printable, quotes of a string left out."""
    text = clean(value if isinstance(value, str) else repr(value)).strip()
    return text if len(text) <= 40 else f"{text[:39]}…"


def refuse(field: str, value: object, *, en: str, zh: str) -> InputError:
    """The error for `field`; "{}" in both sentences becomes the value as shown."""
    return InputError(en=en.replace("{}", shown(value)), zh=zh.replace("{}", shown(value)), field=field)
