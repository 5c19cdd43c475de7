"""A question answered in the documents' own sentences: those closest to it, each with its source."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from rag.embed import Embedder
from rag.guard import objection
from rag.phrase import Phrase
from rag.schema import LONGEST_EXCERPT, Answer, Hit, Language, Point
from rag.text import simplified

Search = Callable[[str, int], Sequence[Hit]]

_PASSAGES = 5
_SENTENCES = 6
_SHORTEST = 6
_SENTENCE = re.compile(r"(?<=[。！？!?])|(?<=[.;；])\s+|\n+|(?=\(\d+\) )")
_LEAD = re.compile(r"^(?:\(\d+\) |[-*•] )?\s*")
NOTHING = Phrase(
    "资料里没有和这个问题有关的内容，就不硬答了。可以换个说法，或把相关文档放进知识库文件夹。",
    "The documents hold nothing about this, so there is no answer. Put it another way, or add documents to the knowledge folder.",
)


def answer(question: str, lang: Language, search: Search, embedder: Embedder) -> Answer:
    """The sentences of the best passages that are closest to `question`, in the order of their sources.

    Empty, with the note NOTHING, when nothing stored is about it.
    """
    started = time.perf_counter()
    hits = search(question, _PASSAGES)
    found = time.perf_counter()
    first: dict[str, int] = {}
    for place, hit in enumerate(hits):
        for text in _sentences(hit.text):
            first.setdefault(text, place)
    sentences = [(place, text) for text, place in first.items()]
    if not sentences:
        return Answer(question=question, lang=lang, notes=(NOTHING.to(lang),), timings_ms=_laps(started, found, found))
    vectors = embedder.encode([simplified(text) for _, text in sentences])
    asked = embedder.encode([simplified(question)], query=True)[0]
    likeness = vectors @ asked
    order = sorted(
        range(len(sentences)), key=lambda number: -float(likeness[number]) - 0.1 * hits[sentences[number][0]].score
    )
    chosen = sorted(order[:_SENTENCES])
    used = sorted({sentences[number][0] for number in chosen})
    points = tuple(
        Point(text=sentences[number][1], citations=(used.index(sentences[number][0]) + 1,)) for number in chosen
    )
    citations = tuple(hits[place].cite(number) for number, place in enumerate(used, start=1))
    return Answer(
        question=question, lang=lang, points=points, citations=citations,
        timings_ms=_laps(started, found, time.perf_counter()),
    )  # fmt: skip


def _sentences(text: str) -> list[str]:
    """The sentences of a passage that can stand alone, without list marks; what may not leave is left out."""
    parts = [_LEAD.sub("", part).strip() for part in _SENTENCE.split(text)]
    long = [part for part in parts if len(part) >= _SHORTEST]
    if not long:
        long = [text[:LONGEST_EXCERPT]]
    return [part for part in long if objection(part) is None]


def _laps(started: float, found: float, done: float) -> dict[str, float]:
    spans = {"search": found - started, "choose": done - found, "total": done - started}
    return {name: round(span * 1000, 2) for name, span in spans.items()}
