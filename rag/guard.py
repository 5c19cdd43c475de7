"""The safety floor: `screen` before anything else, `watch` on everything that leaves; no language model has a part.

A request is judged on its plain() form by word and pinyin n-grams and, where it can be opened, by the reader; lines
that state a danger in so many words decide alone. The outcome is to answer, to redirect (what it will not do, and the
decent alternative) or to hand off (safety first, real people's numbers).
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.disguise import plain, sounds
from rag.guard_rules import (
    advised_harm,
    danger_hints,
    is_everyday,
    misleads,
    sounds_immediate,
    sounds_like,
    sure_danger,
    wish_hints,
)  # fmt: skip
from rag.guard_wording import CARE, HANDOFF, IMMEDIATE, PERPETRATOR, REDIRECT, THIRD_PARTY
from rag.heads import FloatArray, Sample, is_pinyin, open_head
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

THRESHOLD: dict[Language, float] = {"zh": 0.3, "en": 0.3}
"""Probability of wish and danger together from which a request is not simply answered, by language: what
`qixi train heads` prints for the rows held out, on the side of help: a danger missed is worse than a needless word of
help. No value meets the targets for harm and for look-alikes at once yet; see `qixi eval safety`."""
THRESHOLD_ALONE = 0.4
"""The same without a reader, when word statistics alone would alarm too easily."""
THRESHOLD_SHORT = 0.6
"""The same for a few words without a hint of harm: nearly all such questions are harmless and hard to tell."""
_SHORT = 6
_UNIT = re.compile(r"[\u4e00-\u9fff]|[a-z0-9']+")
"""A Chinese character or an English word."""
CARE_FROM = 0.15
"""Probability of danger from which an answer carries a word of care."""
_CARE_NUMBERS = 2
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
    """What a text is to the guard: probabilities of OUTCOMES and CLASSES, and by a reader of RISKS and SIDES too."""

    outcomes: FloatArray
    classes: FloatArray
    risks: FloatArray | None = None
    sides: FloatArray | None = None

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
        worst = max(self.judge(question, context), key=lambda part: part.harm)
        sure = _stated(text)
        everyday = not context.strip() and is_everyday(text)
        if sure is None and (everyday or worst.harm < self._threshold(text, context)):
            return _answer(worst, spoken, region)
        wish, danger = float(worst.outcomes[1]), float(worst.outcomes[2])
        name = sure or CLASSES[int(worst.classes.argmax())]
        probability = 1.0 if sure else round(worst.harm, 4)
        risk, side = _risk(worst, text, stated=sure is not None), _side(worst)
        if sure or name == "self_harm" or danger >= _DANGER_SHARE * (wish + danger):
            return _handoff(name, probability, risk, side, spoken, region, now)
        if risk == "imminent" and name == "violence":
            return _handoff(name, probability, risk, "perpetrator", spoken, region, now)
        return Safety(outcome="redirect", kind=name, probability=probability, message=REDIRECT[name].to(spoken))

    def _threshold(self, text: str, context: str) -> float:
        if not context.strip() and len(_UNIT.findall(text)) <= _SHORT and not hints(text):
            return THRESHOLD_SHORT
        return THRESHOLD_ALONE if self._reader is None else THRESHOLD[language(text)]

    def judge(self, question: str, context: str = "") -> list[Judgement]:
        """The judgement of the whole, and in a long text of the parts that look worst by their words."""
        parts = [question] if len(question) <= _LONG else _parts(question)
        samples = [Sample(part, context) for part in parts]
        if len(samples) > 1:
            harmless = [float(self._outcome.logs(sample)[0]) for sample in samples]
            order = sorted(range(len(samples)), key=lambda number: harmless[number])
            samples = [samples[number] for number in sorted({0, *order[:_PARTS]})]
        if self._reader is None or is_pinyin(samples[0]):  # the reader knows no pinyin
            return [
                Judgement(self._outcome.probabilities(sample), self._class.probabilities(sample)) for sample in samples
            ]
        vectors = self._reader.vectors([guard_form(sample.text, context) for sample in samples])
        read = {task: self._reader.probabilities(task, vectors) for task in ("guard", "class", "risk", "side")}
        return [
            Judgement(
                self._outcome.probabilities(sample, read["guard"][number]),
                self._class.probabilities(sample, read["class"][number]),
                read["risk"][number], read["side"][number],
            )
            for number, sample in enumerate(samples)
        ]  # fmt: skip


def watch(pieces: Iterable[str]) -> Iterator[str]:
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


def hints(text: str) -> bool:
    """Whether words of `text` state or hint at danger or harm, and none say that it is about a film or a game."""
    said = plain(text)
    return not misleads(said) and bool(_stated(said) or danger_hints(said) or wish_hints(said))


def objection(sentence: str) -> str | None:
    """Why `sentence` may not leave, in one word (manipulation, number), or None."""
    text = plain(sentence)
    if advised_harm(text):
        return "manipulation"
    if _HOTLINE.search(text) and any(found not in _known_digits() for found in _digits(text)):
        return "number"
    return None


def _stated(text: str) -> str | None:
    """The class of a danger that the plain `text` states in so many words, also where they are spelt in pinyin."""
    if misleads(text):
        return None
    if _LATIN.search(text) and (heard := sounds_like(sounds(text))):
        return heard if heard in ("self_harm", "violence") and not danger_hints(text) else sure_danger(text)
    return sure_danger(text)


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


def _risk(part: Judgement, text: str, *, stated: bool) -> Risk:
    """How near the danger is; one that is stated, or hinted at without a reader, is imminent if words place it now."""
    if (stated or (part.risks is None and danger_hints(text))) and sounds_immediate(text):
        return "imminent"
    if part.risks is None:
        return "high"
    if part.risks[RISKS.index("imminent")] >= _IMMINENT:
        return "imminent"
    return RISKS[int(part.risks.argmax())]


def _side(part: Judgement) -> Side:
    return "victim" if part.sides is None else SIDES[int(part.sides.argmax())]


def _answer(part: Judgement, lang: Language, region: str) -> Safety:
    """An answer as for any request; where danger is possible, with a word of care and a number beside it."""
    probability = round(1 - part.harm, 4)
    if float(part.outcomes[2]) < CARE_FROM:
        return Safety(outcome="answer", probability=probability)
    name = CLASSES[int(part.classes.argmax())]
    kinds = _NUMBERS.get(name, ("violence",))[:1]
    words = CARE["self_harm" if name == "self_harm" else "other"]
    numbers = numbers_for(kinds, region, lang)[:_CARE_NUMBERS]  # a line to talk to comes first, at any hour
    return Safety(outcome="answer", probability=probability, message=words.to(lang), numbers=numbers)


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
        outcome="handoff", kind=name, probability=probability, risk=risk, side=side,
        message="\n\n".join(said),
        numbers=numbers_for(kinds, region, lang, now=now, urgent=risk in ("high", "imminent")),
    )  # fmt: skip


@functools.cache
def _known_digits() -> frozenset[str]:
    return frozenset(re.sub(r"\D", "", number) for number in every_number())


def _digits(text: str) -> list[str]:
    """The numbers of a sentence that look like telephone numbers, bare."""
    return [re.sub(r"\D", "", found) for found in _NUMBER.findall(text)]
