"""The labels under which known records are worded in passages: written by knowledge.records, read back by scenarios.

Each row is the field, its Chinese and English label ("" for none) and the part of the record it stands in.
"""

from __future__ import annotations

import re

from rag.schema import Language

Labels = tuple[tuple[str, str, str, int], ...]

CASE: Labels = (
    ("situation", "", "", 0),
    ("needs_me", "自己需要的", "What I need", 0),
    ("needs_them", "对方需要的", "What they need", 0),
    ("first_day_steps", "今天先做", "Today", 0),
    ("say", "可以这样说", "Words to say", 0),
    ("do_not_say", "别这样说", "Words not to say", 0),
    ("repair_two_weeks", "接下来两周", "Over two weeks", 1),
    ("if_they_refuse", "如果对方不愿意", "If they refuse", 1),
    ("counterfactual", "换个位置想", "The other way round", 1),
    ("red_flags", "警惕", "Red flags", 1),
)
REPLY: Labels = (
    ("message", "对方说", "They write", 0),
    ("context", "情形", "Context", 0),
    ("readings", "可能的意思", "What it may mean", 0),
    ("light", "轻松地回", "Playful", 0),
    ("sincere", "真诚地回", "Warm", 0),
    ("direct", "直接地回", "Direct", 0),
    ("avoid", "避免", "Avoid", 0),
    ("wait", "先别回", "When to wait", 0),
)
_NUMBERED = re.compile(r"\(\d+\) ")


def read_fields(text: str, labels: Labels, lang: Language) -> dict[str, tuple[str, ...]]:
    """The fields of a record from the text of its passages: the items of each labelled line.

    Lines under other labels are left out, and so is what has no label.
    """
    border = "：" if lang == "zh" else ": "
    by_label = {(zh if lang == "zh" else en) + border: name for name, zh, en, _ in labels if zh}
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        for start, name in by_label.items():
            if line.startswith(start):
                items = [item.strip() for item in _NUMBERED.split(line.removeprefix(start))]
                found[name] = tuple(item for item in items if item)
    return found
