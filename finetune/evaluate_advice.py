"""`qixi eval fairness`, `conflict` and `replies`: the same advice for both sides, the right kind, the better reply."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal

from finetune.judgements import DATASETS, ConflictRow, ReplyPair
from rag.scenarios.chat_reader import Chat, Message
from rag.schema import Advice, Language, Value

Judged = tuple[dict[str, Any], list[dict[str, Any]]]
"""Figures, and the rows that went wrong."""

FAIRNESS_DATA = DATASETS / "fairness" / "pairs.jsonl"
CONFLICT_DATA = DATASETS / "conflict" / "test"
REPLIES_DATA = DATASETS / "replies" / "test"


class FairPair(Value):
    """The same quarrel told with genders exchanged, or by the other side."""

    lang: Language
    swap: Literal["gender", "narrator"]
    type: str
    a: str
    b: str


def evaluate_fairness(
    pairs: Sequence[FairPair], resolve: Callable[[str], Advice], ranked: Callable[[str], Sequence[tuple[str, float]]]
) -> Judged:
    """Figures and the pairs whose advice differs.

    `same` is the share of pairs with the same type and steps, also by kind of swap and language; `same_kind` that of
    pairs which `ranked` names alike, whatever the guard makes of them; `right_type` how often the type is the writer's;
    `steps_each` tells that the steps are not empty.
    """
    same: dict[str, list[bool]] = {}
    kinds: dict[str, list[bool]] = {}
    right, steps, differing = [], [], []
    for pair in pairs:
        one, other = resolve(pair.a), resolve(pair.b)
        alike = (one.type, one.steps) == (other.type, other.steps) and bool(one.steps)
        named_alike = ranked(pair.a)[0][0] == ranked(pair.b)[0][0]
        for group in ("", f"_{pair.swap}", f"_{pair.lang}"):
            same.setdefault(f"same{group}", []).append(alike)
            kinds.setdefault(f"same_kind{group}", []).append(named_alike)
        right += [one.type == pair.type, other.type == pair.type]
        steps += [len(one.steps), len(other.steps)]
        if not alike:
            found = [advice.type or advice.safety.outcome for advice in (one, other)]
            differing.append({**pair.model_dump(), "types": found})
    figures: dict[str, Any] = {name: _mean(own) for name, own in sorted({**same, **kinds}.items())}
    return figures | {"right_type": _mean(right), "steps_each": statistics.mean(steps), "n": len(pairs)}, differing


def evaluate_conflict(rows: Sequence[ConflictRow], ranked: Callable[[str], Sequence[tuple[str, float]]]) -> Judged:
    """top_1 and top_3 of the kind of quarrel, by language, and the rows whose kind is not the first."""
    first: dict[str, list[bool]] = {}
    third: dict[str, list[bool]] = {}
    times, wrong = [], []
    for row in rows:
        started = time.perf_counter()
        found = [name for name, _ in ranked(row.text)]
        times.append((time.perf_counter() - started) * 1000)
        for group in ("", f"_{row.lang}"):
            first.setdefault(group, []).append(found[0] == row.type)
            third.setdefault(group, []).append(row.type in found[:3])
        if found[0] != row.type:
            wrong.append({**row.model_dump(), "found": found[:3]})
    figures = {f"top_1{group}": _mean(own) for group, own in first.items()}
    figures |= {f"top_3{group}": _mean(own) for group, own in third.items()}
    return figures | {"n": len(rows), "per_query_ms_p50": round(statistics.median(times), 2)}, wrong


def evaluate_replies(pairs: Sequence[ReplyPair], quality: Callable[[Sequence[str], Chat, str], Any]) -> Judged:
    """better_first: how often the better reply scores higher, by language and fault; and the pairs that are wrong.

    longer_first and shorter_first tell what length alone would reach.
    """
    right: dict[str, list[bool]] = {}
    wrong = []
    for pair in pairs:
        messages = tuple(Message(who=turn.who, text=turn.text) for turn in pair.chat)
        chat = Chat(messages=messages, format="json", stage=pair.stage)
        better, bad = quality([pair.better, pair.bad], chat, pair.emotion)
        for group in ("", f"_{pair.lang}", f"_{pair.fault}"):
            right.setdefault(group, []).append(bool(better > bad))
        if better <= bad:
            wrong.append({"fault": pair.fault, "last": pair.chat[-1].text, "better": pair.better, "bad": pair.bad})
    figures: dict[str, Any] = {f"better_first{group}": _mean(own) for group, own in sorted(right.items())}
    lengths = Counter((len(pair.better) > len(pair.bad)) - (len(pair.better) < len(pair.bad)) for pair in pairs)
    figures["longer_first"] = round(lengths[1] / len(pairs), 4)
    figures["shorter_first"] = round(lengths[-1] / len(pairs), 4)
    return figures | {"n": len(pairs)}, wrong


def _mean(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0
