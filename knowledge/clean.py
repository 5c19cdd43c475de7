"""From bytes to text a reader can trust: the right encoding, and no characters that only a machine sees.

`normalise` and `language` are those of search itself (rag.text); they are named here for the readers of documents.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from functools import cache

from rag.text import language, normalise

__all__ = ["Decoded", "clean", "decode", "language", "normalise"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the one of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 200_000
"""Bytes that are looked at to tell encodings apart."""
_CERTAIN, _LIKELY = 0.8, 0.6
"""Shares of familiar characters from which a Chinese reading is taken without a doubt, or with one. Measured: right
readings of 20 and more characters 0.9-1.0 (names of rare fish 0.75), other scripts read as Chinese 0.0-0.45. The
exceptions are EUC-KR and EUC-JP, which read as everyday Hanzi and are told apart only by what an HTML page declares."""
_OTHERS = ["shift_jis", "euc_jp", "cp1252", "cp1251", "latin_1"]

_ASCII = re.compile(r"[\x00-\x7f]+")
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_MODIFIER = "\U0001f3fb-\U0001f3ff"
_ONE_EMOJI = f"[{_EMOJI}](?:\ufe0f|[{_MODIFIER}])?"
_EMOJI_OR_JOINER = re.compile(
    f"({_ONE_EMOJI}(?:\u200d{_ONE_EMOJI})+|[{_EMOJI}]\ufe0f|[0-9#*]\ufe0f(?=\u20e3))|[\u200d\ufe0f]"
)
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\x85\x0b\x0c]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e0fff]"
)
_TRAILING = re.compile(r"[^\S\n]+$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{4,}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the Python codec that read it, and how many bytes or characters had to be replaced by U+FFFD.

    `doubtful` is True when the reading is a guess that the reader should be told about.
    """

    text: str
    encoding: str
    replaced: int = 0
    doubtful: bool = False


def decode(data: bytes, *, declared: str | None = None) -> Decoded:
    """`data` as text: byte order mark, then UTF-8, then what the file declares, then GB18030 or Big5, then a guess.

    Every Big5 text of some length is also valid or nearly valid GB18030, so both are read and the one with more
    familiar characters wins; GB18030 wins a draw. Never fails: what no encoding explains is replaced and counted.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _forced(data, encoding)
    if (wide := _wide_without_mark(data)) is not None:
        return wide
    for named in ("utf-8", declared):
        if named and (text := _strict(data, named)) is not None:
            return Decoded(text, codecs.lookup(named).name)
    if _is_damaged_utf8(data):
        return _forced(data, "utf-8")
    return _legacy(data)


def clean(text: str) -> str:
    r"""`text` without what only a machine sees, lines ending in \n without trailing spaces, at most two blank lines.

    Removed: NUL and other control characters except \n and \t, lone surrogates, noncharacters, bidi controls,
    zero-width characters, tags and variation selectors; the joiner and the emoji selector stay inside emoji.
    Idempotent.
    """
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    text = _EMOJI_OR_JOINER.sub(lambda match: match[1] or "", text)
    return _BLANK_LINES.sub("\n\n\n", _TRAILING.sub("", text)).strip("\n")


def familiarity(text: str) -> float:
    """Share in [0, 1] of characters beyond ASCII that occur in everyday Chinese; 1.0 when there are none."""
    letters = _ASCII.sub("", text)
    if not letters:
        return 1.0
    familiar = _familiar()
    return sum(letter in familiar for letter in letters) / len(letters)


@cache
def _familiar() -> frozenset[str]:
    """The everyday characters of the two national standards (GB 2312 level 1, Big5 level 1) and their punctuation."""
    pairs = [bytes((high, low)) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)]
    pairs += [bytes((high, low)) for high in (0xA1, 0xA3) for low in range(0xA1, 0xFF)]
    simplified = "".join(pair.decode("gb2312", "ignore") for pair in pairs)
    trails = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    pairs = [bytes((high, low)) for high in (0xA1, *range(0xA4, 0xC6)) for low in trails]
    pairs += [bytes((0xC6, low)) for low in range(0x40, 0x7F)]
    traditional = "".join(pair.decode("big5", "ignore") for pair in pairs)
    return frozenset(simplified + traditional + "“”‘’…—·～€￥ \u3000")


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _forced(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    replaced = 0 if _strict(data, encoding) is not None else text.count("\ufffd")
    return Decoded(text, encoding, replaced)


def _wide_without_mark(data: bytes) -> Decoded | None:
    """UTF-16 without a mark shows by NUL bytes on one side only: the upper halves of spaces, digits and newlines."""
    sample = data[:_SAMPLE]
    if not sample or len(data) % 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 200 < len(sample) or min(even, odd) * 10 > max(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = _strict(data, encoding)
    if text is None or _INVISIBLE.search(text[:_SAMPLE]) or familiarity(text[:_SAMPLE]) < _LIKELY:
        return None
    return Decoded(text, encoding)


def _is_damaged_utf8(data: bytes) -> bool:
    """True when at most one in ten of the characters beyond ASCII is broken: other encodings never come near that."""
    text = data[:_SAMPLE].decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return 0 < broken * 10 <= len(_ASCII.sub("", text)) - broken


def _legacy(data: bytes) -> Decoded:
    readings = [_forced(data, encoding) for encoding in ("gb18030", "big5hkscs")]
    scores = [familiarity(reading.text[:_SAMPLE]) for reading in readings]
    best = 1 if scores[1] > scores[0] + 0.02 else 0
    reading = readings[best]
    guess = replace(reading, doubtful=scores[best] < _CERTAIN or reading.replaced > 0)
    if scores[best] >= _LIKELY and reading.replaced * 20 <= len(reading.text):
        return guess
    wide = [Decoded(text, codec) for codec in ("utf-16-le", "utf-16-be") if (text := _strict(data, codec)) is not None]
    wide = [one for one in wide if familiarity(one.text[:_SAMPLE]) >= _CERTAIN]
    return wide[0] if wide else _detected(data) or guess


def _detected(data: bytes) -> Decoded | None:
    from charset_normalizer import from_bytes

    match = from_bytes(data[:_SAMPLE], cp_isolation=_OTHERS).best()
    if match is None:
        return None
    forced = _forced(data, match.encoding)
    return Decoded(forced.text, forced.encoding, forced.replaced, doubtful=True)
