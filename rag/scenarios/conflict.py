"""Conflict advice: what kind of quarrel it is, similar cases and the map, and the words and steps they lead to.

The kind and the steps depend on the quarrel alone: genders are taken out before anything is compared, and the steps are
those of the map, so that both sides of a quarrel get the same kind of advice. What similar cases add is cited.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag.conflict_types import ConflictType
from rag.embed import Embedder
from rag.guard import objection
from rag.heads import FloatArray, Sample, open_head
from rag.likeness import best_scores
from rag.neutral import neutral
from rag.phrase import Phrase
from rag.reader import Reader
from rag.reader_forms import conflict_form
from rag.record_labels import CASE, read_fields
from rag.scenarios.reply_bank import is_foreign, known_words
from rag.schema import Advice, Approach, Citation, Hit, Language
from rag.text import language, simplified

SearchCases = Callable[[str, Language, str, int], Sequence[Hit]]
"""Finds passages for a text in a language, of one kind (conflict, guide), at most so many, best first."""
ReadWhole = Callable[[Hit], str]
"""The text of all passages of the record that a hit is part of."""

_CASES = 8
_LOOKED_AT = 40
_RANKED = 5
_APPROACHES = 3
_UNSURE = 0.4
_WORDS = 3
_SEVERE = (
    (4, r"离婚|分手|离家|搬(?:出|走)|出轨|背叛|小三|流产|崩溃|拉黑|(?:找|请|问)(?:了)?(?:个)?律师|起诉|分居|divorc|break(?:ing)? up|broke up|left me|moved out|\baffair|cheat(?:ed|ing)|betray|\bseparat(?:ed|ing|ion)\b|\b(?:my|her|his|a|the) lawyer|blocked me"),
    (3, r"冷战|几个月|半年|(?:两|三|四|五|六|七|八|九|十|\d+)(?:天|周|个月|年)(?:没|不|都)|骗|瞒|吼|骂|哭|摔|不理我|不说话|借钱|欠债|\blied\b|\blying\b|\bdebt|\bshout|\bscream|\bcry(?:ing)?\b|\bcried\b|\bsilent\b|hasn'?t (?:spoken|talked)|for (?:weeks|months|years)|not (?:speaking|talking)|slammed"),
)  # fmt: skip
_SEVERITY = tuple((level, re.compile(pattern, re.IGNORECASE)) for level, pattern in _SEVERE)
_MILD = 2
NOTHING = Phrase(
    "资料里没有和这件事相近的冲突案例，下面不硬凑建议。可以多说两句：发生了什么，对方怎么说，你希望怎样。",
    "The documents hold nothing close to this, so no advice is made up. Say a little more: what happened, what they said, and what you hope for.",
)
MAYBE = Phrase(
    "说的可能是“{first}”，也可能是“{second}”，先按前一种给步骤；不对的话补一句最介意的是哪一点。",
    "This may be about {first} or about {second}; the steps are for the first. If that is wrong, add what bothers you most.",
)
YOUR_WORDS = Phrase(
    "要说的话来自相近的案例，发之前换成你们自己的人和事。",
    "The words come from similar cases; put your own people and events into them before you use them.",
)


@dataclass(frozen=True)
class _Case:
    """A similar case: its passage and its fields."""

    hit: Hit
    fields: Mapping[str, tuple[str, ...]]

    @property
    def place(self) -> tuple[str, str]:
        """What it is cited by: document and locator."""
        return self.hit.document, self.hit.locator

    def all(self, name: str) -> tuple[str, ...]:
        return self.fields.get(name, ())


class ConflictTypes:
    """The classifier of quarrels: word n-grams and the reader, both on a text without genders."""

    def __init__(self, reader: Reader | None = None) -> None:
        """Raises ModelError when the shipped n-gram head cannot be opened."""
        self._head = open_head("conflict")
        self._reader = reader
        self.ids = self._head.labels

    def probabilities(self, text: str) -> FloatArray:
        """The calibrated probability of each kind of quarrel (ids,)."""
        sample = Sample(neutral(simplified(text)))
        if self._reader is None:
            return self._head.probabilities(sample)
        vectors = self._reader.vectors([conflict_form(text)])
        return self._head.probabilities(sample, self._reader.probabilities("conflict", vectors)[0])

    def ranked(self, text: str) -> list[tuple[str, float]]:
        """The kinds with their probability, likeliest first."""
        found = self.probabilities(text)
        return [(self.ids[place], round(float(found[place]), 4)) for place in np.argsort(-found)]


class ConflictHelp:
    """Advises in conflicts; holds the parts, no state of a conversation."""

    def __init__(
        self, types: ConflictTypes, embedder: Embedder, search: SearchCases, whole: ReadWhole,
        read_map: Callable[[Language], Mapping[str, ConflictType]],
    ) -> None:  # fmt: skip
        """`search` and `whole` are the store's, `read_map` gives the conflict map of a language."""
        self._types = types
        self._embedder = embedder
        self._search = search
        self._whole = whole
        self._map = read_map

    def advise(self, text: str, *, lang: Language | None = None) -> Advice:
        """Advice for the quarrel in `text`, which the guard has let through; without cases it says so."""
        started = time.perf_counter()
        spoken = lang or language(text)
        ranked = self._types.ranked(text)
        name, probability = ranked[0]
        classified = time.perf_counter()
        citations: list[Citation] = []
        guide = self._guide(name, spoken, citations)
        cases = self._cases(text, name, spoken)
        found = time.perf_counter()
        if not cases and (guide is None or probability < _UNSURE):
            return Advice(
                types=dict(ranked[:3]), notes=(NOTHING.to(spoken),),
                timings_ms=_laps(started, classified, found, found),
            )  # fmt: skip
        approaches = self._approaches(cases)
        say, do_not_say = (_lines(cases, field, text, spoken) for field in ("say", "do_not_say"))
        repair, refused = (_first(cases, field) for field in ("repair_two_weeks", "if_they_refuse"))
        what_if = tuple(line for case in cases for line in case.all("counterfactual") if not objection(line))[:2]
        numbers = _cite_used(cases, approaches, {*say, *do_not_say, *repair, *refused, *what_if}, citations)
        notes = [YOUR_WORDS.to(spoken)] if cases else []
        if probability < _UNSURE:
            labels = [self._label(other, spoken) for other, _ in ranked[:2]]
            notes.insert(0, MAYBE.to(spoken, first=labels[0], second=labels[1]))
        done = time.perf_counter()
        return Advice(
            type=name, label=self._label(name, spoken), probability=probability, types=dict(ranked[:3]),
            severity=severity_of(text), steps=guide.steps if guide else (),
            say=say, do_not_say=do_not_say, repair=repair, if_they_refuse=" ".join(refused), what_if=what_if,
            warning_signs=(*(guide.warning_signs if guide else ()), *([guide.seek_help] if guide and guide.seek_help else [])),
            candidates=tuple(
                Approach(
                    steps=case.all("first_day_steps"), say=case.all("say"), score=score, citations=(numbers[case.place],)
                )
                for case, score in approaches
            ),
            notes=tuple(notes), citations=tuple(citations),
            timings_ms=_laps(started, classified, found, done),
        )  # fmt: skip

    def _label(self, name: str, lang: Language) -> str:
        entry = self._map(lang).get(name)
        return entry.label if entry else name.replace("_", " ")

    def _guide(self, name: str, lang: Language, citations: list[Citation]) -> ConflictType | None:
        """The map's entry of that kind, cited by its passage where the store has it."""
        entry = self._map(lang).get(name)
        if entry is None:
            return None
        hits = self._search(f"{entry.label} {entry.about}", lang, "guide", 5)
        hit = next((hit for hit in hits if hit.locator == f"{name} {lang}"), None)
        if hit is not None:
            citations.append(hit.cite(len(citations) + 1))
        return entry

    def _cases(self, text: str, name: str, lang: Language) -> list[_Case]:
        """The most similar cases, those of the kind `name` first, each once and with all its fields."""
        group = f"【{self._label(name, lang)}】" if lang == "zh" else f"[{self._label(name, lang)}]"
        hits = self._search(neutral(text), lang, "conflict", _LOOKED_AT)
        found: list[_Case] = []
        seen = set()
        for hit in sorted(hits, key=lambda hit: not hit.text.startswith(group)):
            if len(found) == _CASES:
                break
            if (hit.document, hit.locator) in seen:
                continue
            seen.add((hit.document, hit.locator))
            fields = read_fields(self._whole(hit), CASE, lang)
            if fields.get("first_day_steps"):
                found.append(_Case(hit, fields))
        return found

    def _approaches(self, cases: Sequence[_Case]) -> list[tuple[_Case, float]]:
        """The ways of the cases with their BERTScore against how the others were repaired, best first; none unfit."""
        fit = [
            case
            for case in cases
            if not any(objection(line) for line in (*case.all("first_day_steps"), *case.all("say")))
        ][:_RANKED]
        if not fit:
            return []
        texts = [" ".join(case.all("first_day_steps")) for case in fit]
        references = [" ".join(case.all("repair_two_weeks")) for case in fit]
        tokens = getattr(self._embedder, "token_vectors", None)
        scores = best_scores(texts, references, self._embedder) if tokens else [case.hit.score for case in fit]  # type: ignore[arg-type]
        order = sorted(range(len(fit)), key=lambda place: -(scores[place] + fit[place].hit.score))
        return [(fit[place], round(scores[place], 4)) for place in order[:_APPROACHES]]


def severity_of(text: str) -> int:
    """How far a quarrel has gone, 2 to 4 by its words; 5 is for danger, which the guard takes."""
    return next((level for level, pattern in _SEVERITY if pattern.search(text)), _MILD)


def _lines(cases: Sequence[_Case], field: str, text: str, lang: Language) -> tuple[str, ...]:
    """Lines of the cases that fit this quarrel: they name nothing of another story; shorter ones first.

    Where each names something, the shortest one, which has the least to be changed.
    """
    known = known_words(text, lang)
    lines = [line for case in cases for line in case.all(field) if not objection(line)]
    own = sorted((line for line in lines if not is_foreign(line, known, lang)), key=len)
    return tuple(dict.fromkeys(own))[:_WORDS] or tuple(sorted(lines, key=len)[:1])


def _first(cases: Sequence[_Case], field: str) -> tuple[str, ...]:
    """That field of the first case that has it, without lines that may not leave."""
    fit = (tuple(line for line in case.all(field) if not objection(line)) for case in cases)
    return next((lines for lines in fit if lines), ())


def _cite_used(
    cases: Sequence[_Case], approaches: Sequence[tuple[_Case, float]], said: Container[str], citations: list[Citation]
) -> dict[tuple[str, str], int]:
    """Adds a source for each case that is an approach or has a line in `said`; their numbers by its place."""
    numbers: dict[tuple[str, str], int] = {}
    for case in cases:
        if any(case is way for way, _ in approaches) or any(
            line in said for lines in case.fields.values() for line in lines
        ):
            citations.append(case.hit.cite(len(citations) + 1))
            numbers[case.place] = citations[-1].id
    return numbers


def _laps(started: float, classified: float, found: float, done: float) -> dict[str, float]:
    ends = {
        "type": (started, classified),
        "search": (classified, found),
        "rank": (found, done),
        "total": (started, done),
    }
    return {name: round((end - start) * 1000, 2) for name, (start, end) in ends.items()}
