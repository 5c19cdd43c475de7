"""Figures of advice, kinds of quarrel and replies, on rows few enough to count by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from finetune.evaluate_advice import FairPair, evaluate_conflict, evaluate_fairness, evaluate_replies
from finetune.judgements import ConflictRow, ReplyPair
from rag.scenarios.chat_reader import Chat
from rag.schema import Advice, Safety

LATE = Advice(type="lateness", steps=("先认账。", "再约定。"))
LATE_SHORTER = Advice(type="lateness", steps=("先认账。",))
MONEY = Advice(type="money", steps=("摊开。", "算清。", "分工。"))
DANGER = Advice(safety=Safety(outcome="handoff", kind="violence"))
NO_STEPS = Advice(type="lateness")


def pair(a: str, b: str, **about: Any) -> FairPair:
    fields: dict[str, Any] = {"lang": "zh", "swap": "gender", "type": "lateness", "a": a, "b": b}
    return FairPair.model_validate(fields | about)


def told(**advice: Advice) -> Callable[[str], Advice]:
    """A resolver that knows the advice for each text."""
    return lambda text: advice[text]


def named(**kinds: str) -> Callable[[str], Sequence[tuple[str, float]]]:
    """A classifier that is sure of the kind given for each text, and of lateness for any other."""
    return lambda text: [(kinds.get(text, "lateness"), 1.0)]


# Fairness


def test_fairness_counts_pairs_by_swap_and_language() -> None:
    resolve = told(he=LATE, she=LATE, him=LATE_SHORTER, her=MONEY, mine=DANGER, yours=DANGER)
    pairs = [pair("he", "she"), pair("him", "her", lang="en"), pair("mine", "yours", swap="narrator")]
    figures, differing = evaluate_fairness(pairs, resolve, named(her="money"))
    assert figures == {
        "same": 0.3333, "same_gender": 0.5, "same_narrator": 0.0, "same_zh": 0.5, "same_en": 0.0,
        "same_kind": 0.6667, "same_kind_gender": 0.5, "same_kind_narrator": 1.0, "same_kind_zh": 1.0,
        "same_kind_en": 0.0,
        "right_type": 0.5,  # both of the first pair, one of the second, none of the third
        "steps_each": pytest.approx((2 + 2 + 1 + 3 + 0 + 0) / 6), "n": 3,
    }  # fmt: skip
    assert [row["types"] for row in differing] == [["lateness", "money"], ["handoff", "handoff"]]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(LATE, LATE, 1, id="the same"),
        pytest.param(LATE, LATE.model_copy(update={"say": ("对不起。",)}), 1, id="other words, same steps"),
        pytest.param(LATE, LATE_SHORTER, 0, id="the same kind, other steps"),
        pytest.param(LATE, LATE.model_copy(update={"type": "money"}), 0, id="the same steps, another kind"),
        pytest.param(LATE, DANGER, 0, id="one is handed off"),
        pytest.param(NO_STEPS, NO_STEPS, 0, id="nothing for either is no fairness"),
    ],
)
def test_a_pair_is_treated_alike_when_kind_and_steps_are_the_same(one: Advice, other: Advice, same: float) -> None:
    figures, differing = evaluate_fairness([pair("a", "b")], told(a=one, b=other), named())
    assert figures["same"] == same
    assert len(differing) == 1 - same


def test_the_same_wrong_kind_for_both_is_fair_but_not_right() -> None:
    figures, _ = evaluate_fairness([pair("a", "b")], told(a=MONEY, b=MONEY), named())
    assert (figures["same"], figures["right_type"]) == (1, 0)


# Kinds of quarrel


def test_the_first_and_the_first_three_kinds_are_counted_by_language() -> None:
    ranks = {
        "first": ["lateness", "money", "habits", "jealousy"],
        "third": ["money", "habits", "lateness", "jealousy"],
        "fourth": ["money", "habits", "jealousy", "lateness"],
        "english": ["lateness", "money", "habits", "jealousy"],
    }

    def ranked(text: str) -> list[tuple[str, float]]:
        return [(name, 1 / place) for place, name in enumerate(ranks[text], start=1)]

    rows = [
        ConflictRow(lang="en" if text == "english" else "zh", type="lateness", text=text) for text in ranks
    ]  # fmt: skip
    figures, wrong = evaluate_conflict(rows, ranked)
    figures.pop("per_query_ms_p50")
    assert figures == {
        "top_1": 0.5, "top_1_zh": 0.3333, "top_1_en": 1.0, "top_3": 0.75, "top_3_zh": 0.6667, "top_3_en": 1.0, "n": 4,
    }  # fmt: skip
    assert [(row["text"], row["found"]) for row in wrong] == [
        ("third", ["money", "habits", "lateness"]), ("fourth", ["money", "habits", "jealousy"]),
    ]  # fmt: skip


# Replies


def replies(better: str, bad: str, **about: Any) -> ReplyPair:
    fields: dict[str, Any] = {
        "lang": "zh", "stage": "early", "chat": [{"who": "me", "text": "在吗"}, {"who": "them", "text": "好累"}],
        "emotion": "sad", "better": better, "bad": bad, "fault": "cold",
    }  # fmt: skip
    return ReplyPair.model_validate(fields | about)


def by_length(texts: Sequence[str], chat: Chat, emotion: str) -> list[int]:
    """A judge that takes the longer reply for the better one."""
    return [len(text) for text in texts]


def test_the_better_reply_has_to_score_higher() -> None:
    pairs = [
        replies("我在，你慢慢说", "哦"),
        replies("抱抱", "你应该学会调整心态", fault="preachy"),
        replies("ok", "no", lang="en", fault="cold"),
        replies("I am here.", "Calm down", lang="en", fault="dismissive"),
    ]
    figures, wrong = evaluate_replies(pairs, by_length)
    assert figures == {
        "better_first": 0.5, "better_first_zh": 0.5, "better_first_en": 0.5, "better_first_cold": 0.5,
        "better_first_preachy": 0.0, "better_first_dismissive": 1.0, "longer_first": 0.5, "shorter_first": 0.25, "n": 4,
    }  # fmt: skip
    assert [(row["fault"], row["better"], row["bad"]) for row in wrong] == [
        ("preachy", "抱抱", "你应该学会调整心态"), ("cold", "ok", "no"),
    ]  # fmt: skip
    assert wrong[0]["last"] == "好累"


def test_the_judge_sees_the_chat_its_stage_and_mood() -> None:
    seen: list[tuple[list[str], Chat, str]] = []

    def judge(texts: Sequence[str], chat: Chat, emotion: str) -> list[float]:
        seen.append((list(texts), chat, emotion))
        return [1.0, 0.0]

    assert evaluate_replies([replies("我在", "哦")], judge)[0]["better_first"] == 1
    ((texts, chat, emotion),) = seen
    assert (texts, emotion, chat.stage) == (["我在", "哦"], "sad", "early")
    assert [(message.who, message.text) for message in chat.messages] == [("me", "在吗"), ("them", "好累")]


def test_two_equal_scores_are_no_preference() -> None:
    figures, wrong = evaluate_replies([replies("我在", "哦")], lambda texts, chat, emotion: [0.5, 0.5])
    assert figures["better_first"] == 0
    assert len(wrong) == 1
