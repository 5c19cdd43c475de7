"""The safety floor: `screen` before anything else, `watch` on everything that leaves; no language model has a part.

A request is judged on its plain() form by word and pinyin n-grams and, where it can be opened, by the reader; hints of
words lower the threshold, and lines that state a danger in so many words decide alone. The outcome is to answer, to
redirect (what it will not do, and the decent alternative) or to hand off (safety first, real people's numbers).
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from rag.disguise import plain, sounds
from rag.guard_rules import (
    advises_harm,
    danger_hints,
    misleads,
    sounds_immediate,
    sounds_like,
    sure_danger,
    wish_hints,
)  # fmt: skip
from rag.guard_wording import HANDOFF, IMMEDIATE, PERPETRATOR, REDIRECT, THIRD_PARTY
from rag.heads import FloatArray, Head, Sample, log_softmax, open_head
from rag.hotlines import every_number, numbers_for
from rag.reader import Reader
from rag.reader_forms import guard_form
from rag.schema import Language, NumberKind, Risk, Safety, Side
from rag.text import language

OUTCOMES = ("none", "wish", "danger")
CLASSES = (
    "self_harm", "violence", "coercive_control", "stalking", "sexual_coercion", "image_abuse", "minors", "manipulation",
    "scam", "privacy", "other_harm",
)  # fmt: skip
RISKS: tuple[Risk, ...] = ("low", "moderate", "high", "imminent")
SIDES: tuple[Side, ...] = ("victim", "perpetrator", "third_party")

THRESHOLD: dict[Language, float] = {"zh": 0.5, "en": 0.45}
"""Probability of wish and danger together from which a request is not simply answered, by language."""
HINTED = 0.75
"""What the threshold is multiplied with when words of the text hint at that class."""
_DANGER_SHARE = 0.4
"""Share of danger in wish and danger from which it is a hand-off: when in doubt, towards help."""
_IMMINENT = 0.35
_LONG = 320
"""Characters from which parts of a text are judged too: danger is often told in half a sentence of a long story."""
_PART = 200
_PARTS = 6
_NUMBERS: dict[str, tuple[NumberKind, ...]] = {
    "self_harm": ("suicide",), "violence": ("violence",), "coercive_control": ("violence", "legal"),
    "stalking": ("stalking", "violence", "legal"), "sexual_coercion": ("sexual", "violence"),
    "image_abuse": ("images", "fraud", "suicide"), "minors": ("child",), "scam": ("fraud", "suicide"),
    "other_harm": ("violence",),
}  # fmt: skip
_LATIN = re.compile("[a-z]{2}")
_HOTLINE = re.compile(r"热线|专线|求助|报警|拨打|hotline|helpline|lifeline|\bcall\b|\bdial\b")
_NUMBER = re.compile(r"(?<![\d.])\d(?:[- ]?\d){2,14}(?![\d.]|\s?(?:元|块|年|天|分钟|小时|米|点|%))")
_SENTENCE = re.compile(r"(?<=[。！？!?\n；;])|(?<=[.])\s")


@dataclass(frozen=True)
class Judgement:
    """What a text is to the guard: probabilities in [0, 1], and what the words say."""

    outcomes: FloatArray
    classes: FloatArray
    risks: FloatArray | None
    sides: FloatArray | None
    text: str

    @property
    def harm(self) -> float:
        """Probability of wish and danger together."""
        return float(1 - self.outcomes[0])


class Guard:
    """Screens requests and watches answers. Thread-safe; without a `reader` n-grams and rules decide."""

    def __init__(self, reader: Reader | None = None) -> None:
        """Raises ModelError when the shipped n-gram heads cannot be opened."""
        self._reader = reader
        self._outcome = open_head("guard")
        self._class = open_head("class")

    def screen(
        self,
        question: str,
        context: str = "",
        *,
        lang: Language | None = None,
        region: str = "CN",
        now: dt.datetime | None = None,
    ) -> Safety:
        """What to do with `question`, said after `context`; numbers are those of `region` (see rag.hotlines).

        Disguised letters give the same outcome as far as plain() and the pinyin n-grams see through them.
        """
        text = plain(question)
        if not text:
            return Safety(outcome="answer")
        spoken = lang or language(question)
        threshold = THRESHOLD[language(question)]
        worst = max(self.judge(question, context), key=lambda part: part.harm / _eased(part, threshold))
        sure = _stated(question, text)
        if sure is None and worst.harm < _eased(worst, threshold):
            return Safety(outcome="answer", probability=round(1 - worst.harm, 4))
        wish, danger = float(worst.outcomes[1]), float(worst.outcomes[2])
        name = sure or CLASSES[int(worst.classes.argmax())]
        immediate = sure is not None and sounds_immediate(text)
        risk, side = _risk(worst, text, immediate), _side(worst)
        if sure or name == "self_harm" or danger >= _DANGER_SHARE * (wish + danger):
            probability = max(danger, worst.harm)
            return _handoff(name, probability, risk, side, spoken, region, now)
        if risk == "imminent" and name == "violence":
            return _handoff(name, worst.harm, risk, "perpetrator", spoken, region, now)
        return Safety(
            outcome="redirect", kind=name, probability=round(worst.harm, 4), message=REDIRECT[name].to(spoken),
        )  # fmt: skip

    def judge(self, question: str, context: str = "") -> list[Judgement]:
        """The judgement of the whole, and in a long text of the parts that look worst by their words."""
        parts = [question] if len(question) <= _LONG else _parts(question)
        logs = [self._outcome.logs(Sample(part, context)) for part in parts]
        if len(parts) > 1:
            order = sorted(range(len(parts)), key=lambda number: float(logs[number][0]))
            chosen = sorted({0, *order[:_PARTS]})
            parts, logs = [parts[number] for number in chosen], [logs[number] for number in chosen]
        classes = [self._class.logs(Sample(part, context)) for part in parts]
        if self._reader is None or _is_pinyin(parts[0]):
            return [
                Judgement(_alone(self._outcome, own), _alone(self._class, kind), None, None, plain(part))
                for part, own, kind in zip(parts, logs, classes, strict=True)
            ]
        vectors = self._reader.vectors([guard_form(part, context) for part in parts])
        read = {task: self._reader.probabilities(task, vectors) for task in ("guard", "class", "risk", "side")}
        return [
            Judgement(
                _together(self._outcome, own, read["guard"][number]),
                _together(self._class, kind, read["class"][number]),
                read["risk"][number], read["side"][number], plain(part),
            )
            for number, (part, own, kind) in enumerate(zip(parts, logs, classes, strict=True))
        ]  # fmt: skip


def watch(pieces: Iterable[str], *, lang: Language = "zh") -> Iterator[str]:
    """The sentences of a streamed answer, whole, each as soon as it is known to be fit to be shown.

    A sentence that advises manipulation, spying or pressure, plays danger down, or names a telephone number as a
    hotline that is not in the pinned table is left out.
    """
    rest = ""
    for piece in pieces:
        rest += piece
        *whole, rest = _SENTENCE.split(rest)
        yield from (sentence for sentence in whole if objection(sentence) is None)
    if rest and objection(rest) is None:
        yield rest


def objection(sentence: str) -> str | None:
    """Why `sentence` may not leave, in one word (manipulation, number, method), or None."""
    text = plain(sentence)
    if advises_harm(text):
        return "manipulation"
    if _HOTLINE.search(text) and any(found not in _known_digits() for found in _digits(text)):
        return "number"
    return None


def mix_parts(own: FloatArray, read: FloatArray, share: float, temperature: float) -> FloatArray:
    """Probabilities from n-gram log-probabilities and the reader's probabilities, the latter with weight `share`."""
    mixed = ((1 - share) * own + share * np.log(np.maximum(read, 1e-9))).astype(np.float32)
    found: FloatArray = np.exp(log_softmax(mixed / temperature))
    return found


def _together(head: Head, own: FloatArray, read: FloatArray) -> FloatArray:
    return mix_parts(own, read, head.about["reader_share"], head.about["mixed_temperature"])


def _alone(head: Head, own: FloatArray) -> FloatArray:
    found: FloatArray = np.exp(log_softmax(own / head.about["temperature"]))
    return found


def _stated(question: str, text: str) -> str | None:
    """The class of a danger that the text states in so many words, also where they are spelt in pinyin."""
    if misleads(text):
        return None
    if _LATIN.search(text) and (heard := sounds_like(sounds(text))):
        return heard if heard in ("self_harm", "violence") and not danger_hints(text) else sure_danger(text)
    return sure_danger(text)


def _eased(part: Judgement, threshold: float) -> float:
    """The threshold of a part: lower where its words hint at danger or harm."""
    if misleads(part.text):
        return threshold
    return threshold * HINTED if danger_hints(part.text) or wish_hints(part.text) else threshold


def _parts(text: str) -> list[str]:
    """The beginning of a long text, and all of it in parts of whole sentences."""
    found, part = [text[:_LONG]], ""
    for sentence in _SENTENCE.split(text):
        while len(sentence) > _PART:
            found.append(sentence[:_PART])
            sentence = sentence[_PART:]
        if len(part) + len(sentence) > _PART:
            found.append(part)
            part = ""
        part += sentence
    found.append(part)
    return [part for part in found if part.strip()]


def _is_pinyin(text: str) -> bool:
    """A text in Latin letters that reads as pinyin: the reader knows no pinyin."""
    bare = plain(text)
    return not any("\u4e00" <= char <= "\u9fff" for char in bare) and bool(sounds(bare))


def _risk(part: Judgement, text: str, immediate: bool) -> Risk:
    if immediate:
        return "imminent"
    if part.risks is None:
        return "imminent" if danger_hints(text) and sounds_immediate(text) else "high"
    if part.risks[RISKS.index("imminent")] >= _IMMINENT:
        return "imminent"
    return RISKS[int(part.risks.argmax())]


def _side(part: Judgement) -> Side:
    return "victim" if part.sides is None else SIDES[int(part.sides.argmax())]


def _handoff(
    name: str, probability: float, risk: Risk, side: Side, lang: Language, region: str, now: dt.datetime | None
) -> Safety:
    """Safety first: what to do at once if life may be at stake, then the words for the class, then the numbers."""
    words = HANDOFF.get(name, HANDOFF["violence"]) if side == "victim" or name == "self_harm" else PERPETRATOR
    lead = IMMEDIATE["self_harm" if name == "self_harm" else "other"]
    kinds = _NUMBERS.get(name, ("violence",))
    if side == "third_party":
        words, lead = THIRD_PARTY, IMMEDIATE["third_party"]
    elif side == "perpetrator" and name != "self_harm":
        lead = IMMEDIATE["perpetrator"]
        kinds = ("own_violence", "suicide")
    said = [words.to(lang)] if risk in ("low", "moderate") else [lead.to(lang), words.to(lang)]
    return Safety(
        outcome="handoff", kind=name, probability=round(probability, 4), risk=risk, side=side,
        message="\n\n".join(said),
        numbers=numbers_for(kinds, region, lang, now=now, urgent=risk in ("high", "imminent")),
    )  # fmt: skip


@functools.cache
def _known_digits() -> frozenset[str]:
    return frozenset(re.sub(r"\D", "", number) for number in every_number())


def _digits(text: str) -> list[str]:
    """The numbers of a sentence that look like telephone numbers, bare."""
    return [re.sub(r"\D", "", found) for found in _NUMBER.findall(text)]
