"""Live help: how the other's last message reads, whether to write at all, and ranked replies that differ.

Stages: safety → emotion and its course → act of the message → candidates (bank of moves, replies of similar exchanges)
→ ranking → three or more that differ in tone and move.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rag.embed import Embedder
from rag.emotion import EmotionReader, Turn
from rag.reader import Reader
from rag.record_labels import REPLY, read_fields
from rag.remembered import Remembered
from rag.scenarios.chat_reader import Chat, Message
from rag.scenarios.live_wording import (
    AVOID,
    MOODS,
    RESPONSES,
    RETRIEVED_RISK,
    RETRIEVED_WHY,
    STOP,
    SUBTEXT,
    SUBTEXT_ODDS,
    SUBTEXT_OTHER,
    UNSURE,
    WAIT_NIGHT,
    WAIT_SPACE,
    WAIT_UNANSWERED,
)  # fmt: skip
from rag.scenarios.message_acts import act_of, is_final, topic_of
from rag.scenarios.reply_bank import Tone, fitting_moves, moves, retrieved_replies
from rag.scenarios.reply_ranking import quality
from rag.schema import Candidate, Citation, Emotion, Hit, Language, ReplySet
from rag.text import language, simplified

SearchReplies = Callable[[str, Language], Sequence[Hit]]
"""Finds passages of kind reply for a text, best first, in its language."""

Action = Literal["reply", "wait", "stop"]
_COURSE = 6
_BEFORE, _BEFORE_OLDER = 4, 2
"""Messages that are read before the last one and before an older one: their length is what the course costs."""
_SHORTLIST = 6
"""Drafts that are read beside the chat, which takes most of the time: two of each tone."""
_ALIKE = 2
"""Of the shortlist at most, replies of similar exchanges."""
_PATIENCE = 2
"""My messages without an answer from which to wait."""
_OTHER_MOVE = 0.3
_RETRIEVED_FIT = 0.5
_FIT_WEIGHT = 1.0
_LIKENESS_WEIGHT = 6.0
_SAME_STAGE = 0.15
_TONE_WEIGHT = 0.4


@dataclass(frozen=True)
class _Draft:
    text: str
    tone: Tone
    move: str
    fit: float
    why: str
    risk: str
    hit: Hit | None = None


class LiveHelp:
    """Helps with the next message of a chat; holds the parts, no state of a chat."""

    def __init__(
        self, emotions: EmotionReader, embedder: Embedder, reader: Reader | None, search: SearchReplies
    ) -> None:
        """`search` is the retriever's; `reader` None leaves the ranking to rules and likeness."""
        self._emotions = emotions
        self._reader = reader
        self._search = search
        self._vectors = Remembered(embedder.encode)

    def warm(self, lang: Language) -> None:
        """Encodes the bank's lines, about a second, which the first chat would else wait for."""
        self._vectors([simplified(move.text) for move in moves(lang) if "{" not in move.text])

    def help(self, chat: Chat, *, lang: Language | None = None, tone: str | None = None, count: int = 3) -> ReplySet:
        """What the last message may mean and `count` replies: fewer when it is time to wait or stop, none for 0."""
        started = time.perf_counter()
        last = _last_of_them(chat)
        spoken = lang or language(" ".join(message.text for message in chat.messages[-6:]))
        course = self._course(chat)
        emotion = course[-1]
        act = act_of(last.text)
        lap = time.perf_counter()
        action, advice = _whether(chat, act, spoken)
        if action == "stop":
            act = "refusal"  # their no, wherever it stands, is what is answered
        if emotion.abstained and action == "reply":
            label = MOODS[emotion.label].to(spoken)
            advice = UNSURE.to(spoken, label=label, percent=round(100 * emotion.probability))
        silent = count < 1 or chat.unanswered >= _PATIENCE or last.who == "me" or (action == "stop" and chat.unanswered)
        drafts = [] if silent else self._drafts(chat, last, emotion, act, spoken)
        if action == "stop":
            drafts = [draft for draft in drafts if draft.tone != "light"]  # an end is no time for jokes
        drafts = _shortlist(drafts)
        scores = self._scores(drafts, chat, emotion, tone)
        chosen = _differing(drafts, scores, max(count, 0))
        citations, candidates = _cited(drafts, scores, chosen)
        done = time.perf_counter()
        return ReplySet(
            action=action, emotion=emotion, course=tuple(course), subtext=_subtext(emotion, spoken),
            candidates=tuple(candidates), avoid=tuple(phrase.to(spoken) for phrase in AVOID[emotion.label]),
            advice=advice, citations=tuple(citations),
            timings_ms={"emotion": _ms(started, lap), "candidates": _ms(lap, done), "total": _ms(started, done)},
        )  # fmt: skip

    def _course(self, chat: Chat) -> list[Emotion]:
        """The emotions of the other's last messages, oldest first; of mine where the other wrote none."""
        speaker = _last_of_them(chat).who
        places = [number for number, message in enumerate(chat.messages) if message.who == speaker][-_COURSE:]
        older = [(chat.messages[place].text, _before(chat.messages, place, _BEFORE_OLDER)) for place in places[:-1]]
        last = chat.messages[places[-1]].text, _before(chat.messages, places[-1], _BEFORE)
        return self._emotions.read_all([*older, last])

    def _drafts(self, chat: Chat, last: Message, emotion: Emotion, act: str, lang: Language) -> list[_Draft]:
        topic = topic_of(last.text, lang)
        name = next((one for one in chat.names() if one == last.name and 1 < len(one) <= 6), None)
        found: list[_Draft] = []
        odds = {emotion.label: emotion.probability, emotion.second: emotion.second_probability}
        for label, weight in odds.items():
            for move, text in fitting_moves(lang, label, act, chat.stage, topic=topic, name=name):
                fit = RESPONSES[label].get(move.move, _OTHER_MOVE) * (0.5 + 0.5 * weight / max(odds.values()))
                fit += 0.3 if act in move.acts else 0.0
                fit += _SAME_STAGE if chat.stage and chat.stage in move.stages else 0.0
                found.append(_Draft(text, move.tone, move.move, fit, move.why, move.risk))
        if act not in ("refusal", "space"):
            mine = "\n".join(message.text for message in chat.messages[-6:])
            why = RETRIEVED_WHY.to(lang, label=MOODS[emotion.label].to(lang))
            for reply in retrieved_replies(self._alike(last, emotion, act, lang), mine, lang):
                fit = _RETRIEVED_FIT * (1 + reply.hit.score)
                found.append(_Draft(reply.text, reply.tone, "retrieved", fit, why, RETRIEVED_RISK.to(lang), reply.hit))
        return sorted({draft.text: draft for draft in reversed(found)}.values(), key=lambda draft: -draft.fit)

    def _alike(self, last: Message, emotion: Emotion, act: str, lang: Language) -> list[Hit]:
        """The exchanges found for a message whose own message has the same mood and does the same."""
        hits = self._search(last.text, lang)
        said = [" ".join(read_fields(hit.text, REPLY, lang).get("message", ())) for hit in hits]
        same = [(hit, text) for hit, text in zip(hits, said, strict=True) if text and act_of(text) == act]
        moods = self._emotions.read_all([(text, ()) for _, text in same]) if same else []
        return [hit for (hit, _), mood in zip(same, moods, strict=True) if mood.label == emotion.label]

    def _scores(self, drafts: Sequence[_Draft], chat: Chat, emotion: Emotion, tone: str | None) -> list[float]:
        if not drafts:
            return []
        texts = [draft.text for draft in drafts]
        learnt = quality(texts, chat, emotion.label, self._reader)
        spread = float(learnt.std()) or 1.0
        context = "\n".join(message.text for message in chat.messages[-3:])
        vectors = self._vectors([simplified(text) for text in [context, *texts]])
        likeness = vectors[1:] @ vectors[0]
        total = (learnt - learnt.mean()) / spread * 0.5
        total += _FIT_WEIGHT * np.array([draft.fit for draft in drafts])
        total += _LIKENESS_WEIGHT * (likeness - likeness.mean())
        total += _TONE_WEIGHT * np.array([draft.tone == (tone or chat.tone) for draft in drafts])
        return [round(float(score), 4) for score in total]


def _whether(chat: Chat, act: str, lang: Language) -> tuple[Action, str]:
    """Whether to reply, wait or stop, and the sentence that says so."""
    theirs = _last_words(chat)
    if any(is_final(text) for text in theirs):
        return "stop", STOP.to(lang)
    if chat.unanswered >= _PATIENCE or not theirs:
        return "wait", WAIT_UNANSWERED.to(lang, count=chat.unanswered)
    if act == "space":
        return "wait", WAIT_SPACE.to(lang)
    if act in ("goodnight", "busy"):
        return "wait", WAIT_NIGHT.to(lang)
    return "reply", ""


def _last_of_them(chat: Chat) -> Message:
    return next((message for message in reversed(chat.messages) if message.who == "them"), chat.messages[-1])


def _last_words(chat: Chat) -> list[str]:
    """What the other wrote last, in however many messages, without one of mine between."""
    theirs = [number for number, message in enumerate(chat.messages) if message.who == "them"]
    if not theirs:
        return []
    first = theirs[-1]
    while first > 0 and chat.messages[first - 1].who == "them":
        first -= 1
    return [message.text for message in chat.messages[first : theirs[-1] + 1]]


def _before(messages: Sequence[Message], place: int, most: int) -> list[Turn]:
    return [(message.who == messages[place].who, message.text) for message in messages[max(0, place - most) : place]]


def _subtext(emotion: Emotion, lang: Language) -> tuple[str, ...]:
    """Guesses with their odds: two of the likeliest mood, one of the second."""
    first, *more = SUBTEXT[emotion.label]
    guesses = [SUBTEXT_ODDS.to(lang, percent=round(100 * emotion.probability), guess=first.to(lang))]
    guesses += [SUBTEXT_OTHER.to(lang, guess=guess.to(lang)) for guess in more[:1]]
    second = SUBTEXT[emotion.second][0].to(lang)
    return (*guesses, SUBTEXT_ODDS.to(lang, percent=round(100 * emotion.second_probability), guess=second))


def _shortlist(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Replies of similar exchanges, then the moves that fit best, of each tone as many and no move twice if it can be.

    `drafts` come best fit first.
    """
    chosen = [draft for draft in drafts if draft.hit is not None][:_ALIKE]
    rest = [draft for draft in drafts if draft.hit is None]
    while rest and len(chosen) < _SHORTLIST:
        tones, taken = Counter(draft.tone for draft in chosen), {draft.move for draft in chosen}
        best = min(rest, key=lambda draft: (tones[draft.tone], draft.move in taken))
        rest.remove(best)
        chosen.append(best)
    return chosen


def _differing(drafts: Sequence[_Draft], scores: Sequence[float], count: int) -> list[int]:
    """The `count` drafts with the most tones, then the most moves, then the best scores; best first."""

    def worth(chosen: tuple[int, ...]) -> tuple[int, int, float]:
        tones = {drafts[number].tone for number in chosen}
        moves = {drafts[number].move if drafts[number].hit is None else drafts[number].text for number in chosen}
        return len(tones), len(moves), sum(scores[number] for number in chosen)

    best = max(itertools.combinations(range(len(drafts)), min(count, len(drafts))), key=worth)
    return sorted(best, key=lambda number: -scores[number])


def _cited(
    drafts: Sequence[_Draft], scores: Sequence[float], chosen: Sequence[int]
) -> tuple[list[Citation], list[Candidate]]:
    citations: list[Citation] = []
    candidates = []
    for number in chosen:
        draft = drafts[number]
        own: tuple[int, ...] = ()
        if draft.hit is not None:
            known = {(one.document, one.locator): one.id for one in citations}
            cited = known.get((draft.hit.document, draft.hit.locator))
            if cited is None:
                citations.append(draft.hit.cite(len(citations) + 1))
            own = (cited or len(citations),)
        candidates.append(
            Candidate(
                text=draft.text, tone=draft.tone, move=draft.move, why=draft.why, risk=draft.risk,
                score=scores[number], citations=own,
            )
        )  # fmt: skip
    return citations, candidates


def _ms(start: float, end: float) -> float:
    return round((end - start) * 1000, 2)
