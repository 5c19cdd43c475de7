"""Replies that could be sent: our bank of adaptable moves, and the replies of similar exchanges in the documents."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.record_labels import REPLY, read_fields
from rag.schema import Hit, Language, Value
from rag.text import normalise

Tone = Literal["light", "sincere", "direct"]
_FOLDER = Path(__file__).parent / "moves"
_TONES: tuple[Tone, ...] = ("light", "sincere", "direct")
_SPECIFIC = frozenset({"n", "nr", "nrt", "ns", "nt", "nz", "t", "m", "mq", "s", "vn"})
_WORD = re.compile(r"[a-z']+")
_NUMBER = re.compile(r"\d")
_GRAMMAR = frozenset(
    "a about after again all am an and any are around as ask at away back be been before being but by came can come "
    "could did do does doing done each else even every everything few for from gave get give given go goes going gone "
    "got had has have having he hear heard her here hers him his home how i if in into is it its job just knew know "
    "known later less let like made make many maybe me mean meant might mine more most much must my need never no not "
    "nothing of off on once only or other our out over own people perhaps please really said say see seen she should "
    "so some someone something soon still such take taken talk tell than thank that the their them then there these "
    "they thing things think this those though thought to today together told tomorrow tonight too took try under "
    "until up us very want wanted was way we well went were what when where which while who why will with without work "
    "would yes yet you your yours".split()
)


class Move(Value):
    """A reply of the bank; "any" in `acts` or `stages` fits all. `text` may have the slots {topic} and {name}."""

    id: str
    lang: Language
    emotions: tuple[str, ...]
    acts: tuple[str, ...]
    stages: tuple[str, ...]
    move: str
    tone: Tone
    text: str
    why: str
    risk: str


@dataclass(frozen=True)
class Retrieved:
    """A reply of a similar exchange, and the passage it stands in."""

    text: str
    tone: Tone
    hit: Hit


@functools.cache
def moves(lang: Language) -> tuple[Move, ...]:
    """The bank in `lang`."""
    lines = (_FOLDER / f"{lang}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Move.model_validate(json.loads(line)) for line in lines)


def fitting_moves(
    lang: Language, emotion: str, act: str, stage: str | None, *, topic: str | None, name: str | None
) -> list[tuple[Move, str]]:
    """The moves for a message of that mood and act, each with its text, slots filled.

    A move whose slot cannot be filled is left out, and so is one for other acts: a reply to good news is none to a
    question.
    """
    slots = {"topic": topic, "name": name}
    found = []
    for move in moves(lang):
        if emotion not in move.emotions or not ({act, "any"} & set(move.acts)):
            continue
        if stage and not ({stage, "any"} & set(move.stages)):
            continue
        wanted = re.findall(r"\{(\w+)\}", move.text)
        if all(slots[slot] for slot in wanted):
            found.append((move, move.text.format(**{slot: slots[slot] for slot in wanted})))
    return found


def retrieved_replies(hits: Sequence[Hit], chat_text: str, lang: Language) -> list[Retrieved]:
    """The replies of the passages `hits` that can be sent in this chat: they name nothing that the chat does not."""
    known = known_words(chat_text, lang)
    found = []
    for hit in hits:
        fields = read_fields(hit.text, REPLY, lang)
        for tone in _TONES:
            text = " ".join(fields.get(tone, ()))
            if text and not is_foreign(text, known, lang):
                found.append(Retrieved(text, tone, hit))
    return found


def is_foreign(text: str, known: frozenset[str], lang: Language) -> bool:
    """Whether `text` names persons, things, places, times or amounts of another story."""
    if _NUMBER.search(text):
        return True
    return any(word not in known for word in _telling(text, lang))


def known_words(chat_text: str, lang: Language) -> frozenset[str]:
    """The words that can be said about `chat_text`: its own, and those of the bank."""
    return _common(lang) | frozenset(_telling(chat_text, lang)) | frozenset(_WORD.findall(normalise(chat_text)))


@functools.cache
def _common(lang: Language) -> frozenset[str]:
    """Words of the bank, and in English those of grammar: what can be said in any chat."""
    bank = frozenset(word for move in moves(lang) for word in _telling(move.text, lang))
    return bank | _GRAMMAR if lang == "en" else bank


def _telling(text: str, lang: Language) -> list[str]:
    """The words that tie a text to its story: nouns, names, times and numbers in Chinese, all words in English."""
    if lang == "en":
        return _WORD.findall(normalise(text))
    import rjieba

    return [word for word, tag in rjieba.tag(normalise(text)) if tag in _SPECIFIC]
