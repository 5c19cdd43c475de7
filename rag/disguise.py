"""Undoes disguises, for decisions only: what is shown and embedded for search stays as the user wrote it.

The disguises are those of garak's badchars probe and of Chinese forums: compatibility forms, invisible and combining
characters, letters of other scripts that look Latin, characters kept apart, traditional characters, pinyin.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping

from rag.text import HAN_RANGES, simplified

_INVISIBLE = frozenset({"Cf", "Cc", "Co", "Cn", "Cs"})
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Fillers of Hangul and the empty Braille cell, which Unicode counts as letters and symbols."""
_VOICED = frozenset("\u3099\u309a")
_HAN = f"[{HAN_RANGES}]"
_APART = r"[ \t\u3000]?[*·•・‧_|/\\^~+=#&@`'\"“”‘’.,，。、\-—–…]{1,2}[ \t\u3000]?|[ \t\u3000]{1,2}"
_HAN_APART = re.compile(rf"{_HAN}(?:(?:{_APART}){_HAN}(?!{_HAN})){{2,}}")
"""Three Chinese characters or more, each alone between separators."""
_HAN_SPLIT = re.compile(rf"(?<={_HAN})[ \t]?[*·•・‧_|^~+=#&@`.\-][ \t]?(?={_HAN})")
_LETTERS_APART = re.compile(
    r"(?<![a-z0-9])(?=[0-9]?[ .*·_\-|]*[a-z])[a-z0-9](?:(?:[ .*·_\-|]{1,3}[a-z0-9](?![a-z0-9])){3,}|(?:[.*·_\-|][a-z](?![a-z0-9])){2,})"
)
_SPACES = re.compile(r"\s+")
_LEET_WORD = re.compile(r"(?<![\w@$!|])(?=[a-z@$!|0-9]*[a-z])(?=[a-z@$!|]*[0-9@$!|])[a-z@$!|0-9]{3,}(?![\w@$])")
_VARIANTS = str.maketrans("瞭", "了")
"""What OpenCC leaves as it is because it is a word of its own too."""
_LEET = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i", "|": "l"}
)
_LATIN_WORD = re.compile(r"[a-zü]+")
_FRAMED = re.compile("(?:LATIN LETTER SMALL CAPITAL|NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER) ([A-Z])")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_LONGEST_SYLLABLE = 6
_LONGEST_WORD = 400


@functools.lru_cache(64)
def plain(text: str) -> str:
    """`text` in the one spelling that decisions are made on; applying it twice changes nothing more.

    NFKC, simplified, lower case; without invisible and combining characters; homoglyphs as Latin letters; letters and
    Chinese characters that were kept apart joined again; digits inside words read as the letters they resemble.
    """
    shown = "".join(
        " " if char in "\n\r\t\u2028\u2029" else char
        for char in unicodedata.normalize("NFKC", text)
        if char in "\n\r\t" or (unicodedata.category(char) not in _INVISIBLE and char not in _BLANKS)
    )
    bare = _without_marks(shown).translate(_homoglyphs())
    lowered = simplified(unicodedata.normalize("NFKC", bare)).translate(_VARIANTS).lower().translate(_homoglyphs())
    joined = _HAN_APART.sub(lambda found: re.sub(f"[^{HAN_RANGES}]", "", found[0]), lowered)
    joined = _HAN_SPLIT.sub("", joined)
    joined = _LETTERS_APART.sub(_join_letters, joined)
    joined = _LEET_WORD.sub(_read_leet, joined)
    return _SPACES.sub(" ", joined).strip()


def sounds(text: str) -> list[str]:
    """The toneless pinyin syllables of `text`, which has to be plain(); [] for a text of another language.

    Chinese characters are read aloud; Latin letters count where all of a word is pinyin, so that “自杀”, “zi杀” and
    “zisha” are the same. A text without Chinese characters is pinyin when nine tenths of its letters are.
    """
    import pypinyin

    if re.search(_HAN, text):
        read: list[str] = []
        for piece in pypinyin.lazy_pinyin(text):
            if piece.isascii():
                read.extend(syllable for word in _LATIN_WORD.findall(piece) for syllable in syllables(word))
            else:
                read.extend(_LATIN_WORD.findall(piece.replace("ü", "v")))
        return read
    words = _LATIN_WORD.findall(text)
    cut = [syllables(word) for word in words]
    letters = sum(map(len, words))
    known = sum(len(word) for word, parts in zip(words, cut, strict=True) if parts)
    found = [syllable for parts in cut for syllable in parts]
    english = sum(word in _ENGLISH_TOO for word in words)
    if len(found) < 3:
        english *= 2  # one English word is enough to doubt two syllables
        english += sum(len(parts) > 1 and _is_english(word) for word, parts in zip(words, cut, strict=True)) * 2
    if len(found) < 2 or known < 0.9 * letters or english > len(words) / 2:
        return []
    return found


def _is_english(word: str) -> bool:
    import wordninja

    return bool(wordninja.split(word) == [word])


@functools.lru_cache(4096)
def syllables(word: str) -> tuple[str, ...]:
    """The fewest pinyin syllables that make up `word`, such as ("zi", "sha") for "zisha"; () when none do.

    () for more than 400 letters too: nobody reads such a word.
    """
    if len(word) > _LONGEST_WORD:
        return ()
    best: list[tuple[str, ...] | None] = [()]
    for end in range(1, len(word) + 1):
        options = [
            (*before, word[start:end])
            for start in range(max(0, end - _LONGEST_SYLLABLE), end)
            if (before := best[start]) is not None and word[start:end] in _syllabary()
        ]
        best.append(min(options, key=len) if options else None)
    return best[-1] or ()


_ENGLISH_TOO = frozenset(
    "a abuse ace age alone an anger angle anyone are aren aside ate aware balance ban banana bang base bid bike bin "
    "bite bone buying cabin cage came can care case chance change che chili cure damage dame dance danger data date "
    "dating dealing debate decide deciding deer delete den dense desire die din ding do dong due e easier eating "
    "elite ensure eye face fake fame fan fang fate game gang gate gaze gene go guide gun haha hang hate he healing "
    "heating hen here lake landing lane late leading lie like line long loose lose luna machine made make male mama "
    "man manage mango marine mate mature me mean media medicine meeting men mike mile mine ming minute mode more "
    "mouse name nature nice nine no nude one open page pale pan panda papa paying pen pie pin ping pure ran range "
    "reading realize reduce remaining retire ride riding rise rude rule ruling run sage sale same sang saying sea "
    "secure see seen sense shade share she side siege silence sing size so song sun sure take taken tale tan tea "
    "tease teen teenage ten tide tie time tin tire to tune waiting wake wanting we win women wore you".split()
)
"""English words that can be read as pinyin."""


@functools.cache
def _syllabary() -> frozenset[str]:
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    found: set[str] = set()
    for readings in PINYIN_DICT.values():
        found |= {to_normal(reading).replace("ü", "v") for reading in readings.split(",")}
    return frozenset(syllable for syllable in found if syllable.isascii() and _is_syllable(syllable))


def _is_syllable(text: str) -> bool:
    """Not the rare readings without a vowel (hm, ng …), which would make any letters look like pinyin."""
    return text.isalpha() and (text in {"a", "e", "o"} or (len(text) > 1 and any(vowel in text for vowel in "aeiouv")))


def _without_marks(text: str) -> str:
    """Without combining marks, but with those that belong to a letter of Japanese or Korean recomposed."""
    decomposed = unicodedata.normalize("NFD", text)
    kept = "".join(char for char in decomposed if char in _VOICED or unicodedata.category(char) != "Mn")
    return "".join(char for char in unicodedata.normalize("NFC", kept) if char not in _VOICED)


@functools.cache
def _homoglyphs() -> Mapping[int, str]:
    """Letters that look like one Latin letter: Cyrillic, Greek, Armenian, Cherokee and Lisu ones of Unicode's
    confusables and those that only fonts tell apart, small capitals, white letters on black.
    """
    from confusable_homoglyphs.confusables import confusables_data

    table: dict[int, str] = dict(
        zip(map(ord, "кмтнвғκεητω"), "kmthbfkentw", strict=True)
    )  # their capitals are in the confusables
    for code in (*range(0x250, 0x1D80), *range(0x1F150, 0x1F18A)):
        if found := _FRAMED.fullmatch(unicodedata.name(chr(code), "")):
            table[code] = found[1].lower()
    scripts = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "LISU")
    for char, others in confusables_data.items():
        if len(char) != 1 or not unicodedata.name(char, "").startswith(scripts):
            continue
        latin = [
            other["c"] for other in others if len(other["c"]) == 1 and other["c"].isascii() and other["c"].isalpha()
        ]
        if latin:
            same_case = [letter for letter in latin if letter.isupper() == char.isupper()]
            letter = (same_case or latin)[0]
            table[ord(char)] = "I" if letter == "l" and char.isupper() else letter
    return table


def _join_letters(found: re.Match[str]) -> str:
    """Words whose letters were kept apart: at wider gaps where there are some, else where a word list cuts them.

    A list such as A, B, C, D stays as it is, and an abbreviation is one word.
    """
    import wordninja

    pieces = re.split(r"[ .*·_\-|]{2,3}", found[0])
    words = [re.sub("[^a-z0-9]", "", piece) for piece in pieces]
    if "".join(words) in _ALPHABET:
        return found[0]
    if len(words) == 1 and len(words[0]) > 3 and not syllables(words[0]):
        words = wordninja.split(words[0])
    return " ".join(words)


def _read_leet(found: re.Match[str]) -> str:
    """A word with digits for letters, unless it is a number with a unit, a time or an abbreviation (3pm, 100km, h2o).

    With a digit only before or behind its letters it has to be a word of the list then (1diot, not web3).
    """
    import wordninja

    word = found[0]
    read = word.translate(_LEET)
    if re.fullmatch(r"[0-9][a-z]{4,}|[a-z]{3,}[0-9]", word):
        return read if wordninja.split(read) == [read] else word
    return word if re.fullmatch(r"[0-9]+[a-z]+|[a-z]+[0-9]+|[a-z]+[!|]+", word) else read
