"""What a message does and what it is about, by its words."""

from __future__ import annotations

import pytest

from rag.scenarios.message_acts import act_of, is_final, topic_of


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("别再联系我了", "refusal"), ("please stop texting me", "refusal"), ("改天吧", "refusal"),
        ("我想一个人静静", "space"), ("need some space", "space"), ("你总是这样", "accusation"),
        ("you never listen", "accusation"), ("晚安", "goodnight"), ("night x", "goodnight"), ("我先去开会", "busy"),
        ("在路上，到公司再说", "busy"),
        ("要不要一起看电影", "invitation"), ("are you free saturday?", "invitation"), ("在吗", "greeting"),
        ("谢谢你今天陪我", "thanks"), ("嗯嗯", "short_reply"), ("k", "short_reply"), ("你在干什么", "question_open"),
        ("这周不去了吧", "refusal"),
        ("今天面试没过，有点懵", "sharing"),
    ],
)  # fmt: skip
def test_an_act_is_told_by_its_words(text: str, act: str) -> None:
    assert act_of(text) == act


@pytest.mark.parametrize(
    ("text", "final"),
    [
        ("我们不合适，别再联系我了", True), ("不要再给我发消息了", True), ("我有男朋友了，抱歉", True),
        ("想了想，没有那种感觉", True), ("I'm seeing someone, sorry", True), ("Go through my lawyer from now on", True),
        ("改天吧", False), ("这件事到此为止好吗", False), ("这件衣服不合适", False), 
        ("这个时间不合适，换一天吧", False), ("先别找我，让我缓缓", False),
        ("我男朋友不吃辣，所以换一家吧", False),
        ("I'm seeing the dentist at four", False),
    ],
)  # fmt: skip
def test_an_end_is_more_than_a_no(text: str, final: bool) -> None:
    assert is_final(text) is final


@pytest.mark.parametrize(
    ("text", "lang", "topic"),
    [
        ("我妈今天住院了", "zh", "你妈妈"), ("嗯", "zh", None), ("今天真的好累", "zh", None),
        ("I failed the driving test", "en", "the driving test"), ("my sister is in hospital", "en", "your sister"),
        ("my day was awful", "en", None), ("你妈今天给我打电话了", "zh", None), ("你同事真好", "zh", None),
        ("my really bad week", "en", None), ("它开起来整屋都是香的", "zh", None),
    ],
)  # fmt: skip
def test_the_topic_is_named_as_the_answer_would(text: str, lang: str, topic: str | None) -> None:
    assert topic_of(text, lang) == topic  # type: ignore[arg-type]
