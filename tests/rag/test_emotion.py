"""Emotions by n-grams and the table of shortest messages, without the reader."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.emotion import EMOTIONS, EmotionReader, table_odds


@pytest.fixture(scope="module")
def emotions() -> EmotionReader:
    return EmotionReader()


@pytest.mark.parametrize(
    ("text", "before", "label"),
    [
        ("对不起，我刚才话说重了", (), "apologetic"),
        ("sorry, that was on me", (), "apologetic"),
        ("滚！别再让我看见你！", (), "angry"),
        ("7点南门见", ((False, "几点？"),), "neutral"),
        ("呵呵，你可真会安排", ((False, "我又约了同事打球"),), "sarcastic"),
    ],
)
def test_plain_messages_are_read(
    emotions: EmotionReader, text: str, before: tuple[tuple[bool, str], ...], label: str
) -> None:
    found = emotions.read(text, before)
    assert label in (found.label, found.second)


def test_a_full_stop_makes_a_short_answer_colder() -> None:
    stop, bare = table_odds("嗯。"), table_odds("嗯嗯")
    assert stop is not None
    assert bare is not None
    cold = EMOTIONS.index("cold")
    assert stop[cold] > bare[cold]


def test_longer_messages_are_not_in_the_table() -> None:
    assert table_odds("嗯，那我们七点南门见") is None


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1, max_size=80))
def test_any_text_has_a_reading_whose_cues_are_its_own_words(text: str) -> None:
    found = EmotionReader().read(text)
    assert found.label in EMOTIONS
    assert 0 <= found.second_probability <= found.probability <= 1
    assert all(cue in text for cue in found.cues)


def test_an_unsure_reading_abstains(emotions: EmotionReader) -> None:
    found = [emotions.read(text) for text in ("嗯", "对不起对不起，都是我的错，原谅我好不好")]
    assert [one.abstained for one in found] == [True, False]
