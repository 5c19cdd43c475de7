"""Faults of replies that can be seen from their words, and the bank they come from."""

from __future__ import annotations

import pytest

from rag.scenarios.chat_reader import Chat, read_chat
from rag.scenarios.message_acts import ACTS
from rag.scenarios.reply_bank import fitting_moves, moves
from rag.scenarios.reply_ranking import faults, quality
from rag.schema import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")


def chat(last: str, stage: str | None = None) -> Chat:
    return read_chat([{"who": "them", "text": last}]).model_copy(update={"stage": stage})


@pytest.mark.parametrize(
    ("reply", "last", "emotion", "fault"),
    [
        ("你想多了吧，多大点事", "我今天被领导当众骂了", "sad", "dismissive"),
        ("calm down, it's nothing", "I'm so angry right now", "angry", "dismissive"),
        ("你要是真的爱我就现在回", "在忙", "neutral", "manipulative"),
        ("再给我一次机会好不好？", "我们还是做朋友吧", "neutral", "ignores_no"),
        ("怎么了？谁惹你了？是我吗？", "算了", "sad", "interrogating"),
        ("哈哈哈笑死", "我外婆走了", "sad", "joke_at_the_wrong_time"),
    ],
)
def test_a_fault_is_named(reply: str, last: str, emotion: str, fault: str) -> None:
    assert fault in faults(reply, chat(last), emotion)


def test_tenderness_is_a_fault_only_early_on() -> None:
    assert "pet_name" in faults("宝贝早点睡", chat("晚安", "first_date"), "neutral")
    assert "pet_name" not in faults("宝贝早点睡", chat("晚安", "long_term"), "neutral")


def test_without_a_reader_the_reply_with_fewer_faults_is_better() -> None:
    better, bad = quality(["听着就憋屈，我在", "你想多了，多大点事"], chat("被领导骂了"), "sad", None)
    assert better > bad


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_move_of_the_bank_is_free_of_faults_in_its_mood(lang: Language) -> None:
    bad = [
        (move.id, sorted(found))
        for move in moves(lang)
        for found in [faults(move.text, chat("好" if lang == "zh" else "ok", "long_term"), move.emotions[0])]
        if {"manipulative", "harmful", "over_pleasing", "dismissive"} & set(found)
    ]
    assert bad == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_bank_names_known_acts_and_ids_once(lang: Language) -> None:
    assert {act for move in moves(lang) for act in move.acts} <= {*ACTS, "any"}
    ids = [move.id for move in moves(lang)]
    assert len(ids) == len(set(ids))


def test_a_slot_is_filled_or_the_move_left_out() -> None:
    texts = [text for _, text in fitting_moves("zh", "sad", "sharing", None, topic=None, name=None)]
    assert texts
    assert not any("{" in text for text in texts)
    with_topic = [text for _, text in fitting_moves("zh", "sad", "sharing", None, topic="面试", name=None)]
    assert any("面试" in text for text in with_topic)
