"""What is said twice, and how varied the wording is.

Two entries of one kind and language are near-duplicates when they share half of their n-grams (Jaccard of character
4-grams for Chinese, word 3-grams for English) or when their embeddings all but coincide. The rate is taken over texts
whose numbers and names are masked, which finds templates with swapped words. distinct-n is that of Li et al. 2016 [1]:
different n-grams over all n-grams.

[1] https://arxiv.org/abs/1510.03055
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from knowledge.checks.entries import Entry
from knowledge.checks.findings import Finding, error
from rag.embed import Embedder
from rag.text import normalise

JACCARD = 0.5
COSINE = 0.97
"""Of multilingual-e5-small: over the shipped knowledge different entries stay below 0.96 (99.9 % below 0.957), and the
same entries with their numbers, days and persons changed lie above 0.976."""
_SIZE = {"zh": 4, "en": 3}
_CHUNK = 2048
_RUNS = re.compile(r"\w+")
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+")
_NUMBERS = re.compile(
    r"\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千万半]+(?=[个天月年周次回遍块元分点岁斤页号楼层人张条只趟句])"
)
_ENGLISH_NUMBERS = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|hundred)\b"
)
_ENGLISH_NAMES = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+(?:'s)?")
_CHINESE_NAMES = re.compile(
    r"[小老阿][\u4e00-\u9fff](?=[，。、：:的说问和跟把在也就])|(?<=叫)[\u4e00-\u9fff]{2,3}(?=[，。、的])"
)


@dataclass(frozen=True)
class Pair:
    """Two entries that say the same, and how alike they are by `measure`."""

    first: Entry
    second: Entry
    measure: str
    likeness: float


@dataclass(frozen=True)
class Duplicates:
    """Pairs as they stand, and the share of entries with a twin once numbers and names are masked."""

    pairs: tuple[Pair, ...]
    masked_rate: float


def find_duplicates(entries: Sequence[Entry], embedder: Embedder | None) -> Duplicates:
    """The near-duplicates among `entries`; without an embedder by their n-grams alone."""
    pairs: dict[tuple[str, str], Pair] = {}
    twins: set[str] = set()
    for group in _groups(entries):
        texts = [entry.main for entry in group]
        lang = group[0].lang
        found = [("n-grams", *pair) for pair in alike(texts, lang)]
        if embedder is not None and len(group) > 1:
            found += [("embedding", *pair) for pair in _close(np.asarray(embedder.encode(texts)))]
        for measure, one, other, likeness in found:
            pair = Pair(group[one], group[other], measure, likeness)
            pairs.setdefault((pair.first.place, pair.second.place), pair)
        for one, other, _ in alike([mask(text, lang) for text in texts], lang):
            twins |= {group[one].place, group[other].place}
    return Duplicates(tuple(pairs.values()), len(twins) / len(entries) if entries else 0.0)


def check_duplicates(found: Duplicates) -> Iterator[Finding]:
    """An error for each pair."""
    for pair in found.pairs:
        how = f"{pair.measure} {pair.likeness:.2f}"
        yield error(
            "duplicate", pair.second, f"says nearly the same as {pair.first.place} ({how}); merge them.",
            f"和 {pair.first.place} 几乎一样（{how}）；请合并。",
        )  # fmt: skip


def alike(texts: Sequence[str], lang: str) -> list[tuple[int, int, float]]:
    """(i, j, Jaccard) of the pairs i < j whose n-grams overlap by JACCARD or more."""
    from scipy.sparse import csr_matrix

    grams = [set(ngrams(text, lang, _SIZE[lang])) for text in texts]
    index = {gram: number for number, gram in enumerate({gram for own in grams for gram in own})}
    columns = [index[gram] for own in grams for gram in own]
    ends = np.cumsum([0, *(len(own) for own in grams)])
    matrix = csr_matrix((np.ones(len(columns), np.int32), columns, ends), shape=(len(texts), max(len(index), 1)))
    sizes = np.diff(ends)
    pairs = []
    for start in range(0, len(texts), _CHUNK):
        shared = (matrix[start : start + _CHUNK] @ matrix.T).tocoo()
        for row, other, common in zip(shared.row + start, shared.col, shared.data, strict=True):
            if row < other and (jaccard := common / (sizes[row] + sizes[other] - common)) >= JACCARD:
                pairs.append((int(row), int(other), float(jaccard)))
    return pairs


def ngrams(text: str, lang: str, size: int) -> Iterator[str]:
    """The n-grams of `text`: characters without punctuation for Chinese, lower-case words for English."""
    plain = normalise(text)
    if lang == "zh":
        for run in _RUNS.findall(plain):
            yield from (run[at : at + size] for at in range(len(run) - size + 1))
    else:
        words = _WORDS.findall(plain.replace("’", "'"))
        yield from (" ".join(words[at : at + size]) for at in range(len(words) - size + 1))


def distinct(texts: Sequence[str], lang: str, size: int = 2) -> float:
    """Different n-grams over all n-grams of `texts`, in [0, 1]; 0 for none. It falls as texts grow longer or more."""
    grams = [gram for text in texts for gram in ngrams(text, lang, size)]
    return len(set(grams)) / len(grams) if grams else 0.0


def mask(text: str, lang: str) -> str:
    """`text` with its numbers and names replaced, so that a template with swapped words is seen."""
    text = _cities().sub("某地", text)
    if lang == "zh":
        return _CHINESE_NAMES.sub("某人", _NUMBERS.sub("数", text))
    return _NUMBERS.sub("0", _ENGLISH_NUMBERS.sub("0", _ENGLISH_NAMES.sub("Name", text)))


@functools.cache
def _cities() -> re.Pattern[str]:
    from rag.scenarios.vocabulary import CITIES

    names = sorted({name for city in CITIES for name in (city.zh, city.en)}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)))


def _close(vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> list[tuple[int, int, float]]:
    pairs = []
    for start in range(0, len(vectors), _CHUNK):
        cosines = vectors[start : start + _CHUNK] @ vectors.T
        for row, other in zip(*np.nonzero(cosines >= COSINE), strict=True):
            if row + start < other:
                pairs.append((int(row + start), int(other), float(cosines[row, other])))
    return pairs


def _groups(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    def key(entry: Entry) -> tuple[str, str]:
        return entry.kind, entry.lang

    for _, group in groupby(sorted(entries, key=key), key=key):
        yield list(group)
