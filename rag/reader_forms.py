"""How each task's input is written for the reader, in training and in serving alike."""

from __future__ import annotations

from collections.abc import Sequence

from rag.disguise import plain
from rag.neutral import neutral
from rag.text import simplified

LONGEST = 256
"""Tokens the reader looks at; the end of a longer text is cut."""
_BEFORE_LENGTH = 160
_TURN_LENGTH = 64
"""Characters of a turn before, its last: with _TURNS of them the message itself is still within LONGEST."""
_TURNS = 4
_REPLY_TURNS, _REPLY_TURN_LENGTH = 2, 48
"""Before a reply, less: many replies are read for each message."""


def guard_form(text: str, before: str = "") -> str:
    """A question to be screened, with what was said before it where there is something."""
    said = f"{plain(before)[-_BEFORE_LENGTH:]} > " if before.strip() else ""
    return f"guard: {said}{plain(text)}"


def emotion_form(text: str, before: Sequence[tuple[bool, str]] = ()) -> str:
    """A message of A after `before`: (whether the same person wrote it, text), oldest first."""
    return f"emotion: {_turns(before)}A: {simplified(text)}"


def conflict_form(text: str) -> str:
    """A quarrel as somebody tells it, without the genders."""
    return f"quarrel: {neutral(simplified(text))}"


def reply_form(reply: str, chat: Sequence[tuple[bool, str]]) -> str:
    """A reply that A might send after `chat`: (whether A wrote it, text), oldest first."""
    return f"reply: {_turns(chat[-_REPLY_TURNS:], _REPLY_TURN_LENGTH)}A > {simplified(reply)}"


def _turns(turns: Sequence[tuple[bool, str]], longest: int = _TURN_LENGTH) -> str:
    return "".join(f"{'A' if own else 'B'}: {simplified(text)[-longest:]} | " for own, text in list(turns)[-_TURNS:])
