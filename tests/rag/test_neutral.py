"""The same sentence about a man and about a woman is one text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.neutral import neutral


@pytest.mark.parametrize(
    ("his", "hers"),
    [
        ("我男朋友三天没回我", "我女朋友三天没回我"),
        ("我老公不洗碗，他说累", "我老婆不洗碗，她说累"),
        ("他妈总管我们的事", "她妈总管我们的事"),
        ("我丈夫出轨了", "我妻子出轨了"),
        ("前男友又来找我", "前女友又来找我"),
        ("前夫不给抚养费", "前妻不给抚养费"),
        ("未婚夫要取消婚礼", "未婚妻要取消婚礼"),
        ("我先生很忙", "我太太很忙"),
        ("公公婆婆要来住", "岳父岳母要来住"),
        ("公婆催生", "岳父母催生"),
        ("婆婆不喜欢我", "丈母娘不喜欢我"),
        ("公公住院了", "岳父住院了"),
        ("春节回婆家", "春节回丈人家"),
        ("他们又吵了", "她们又吵了"),
        ("儿子跟谁过", "女儿跟谁过"),
        ("那个男生是男同事", "那个女生是女同事"),
        ("男孩子都这样", "女孩子都这样"),
        ("尤其他爱迟到", "尤其她爱迟到"),
        ("他乡下的家", "她乡下的家"),
        ("我男票不理我", "我女票不理我"),
        ("My husband says he is tired", "My wife says she is tired"),
        ("my boyfriend's phone", "my girlfriend's phone"),
        ("I love him", "I love her"),
        ("his mother calls him", "her mother calls her"),
        ("the fault is his", "the fault is hers"),
        ("He's late and he'd know", "She's late and she'd know"),
        ("he’ll blame himself", "she’ll blame herself"),
        ("my ex-husband and my fiancé", "my ex-wife and my fiancée"),
        ("my mother-in-law", "my father-in-law"),
        ("his brother-in-law", "her sister-in-law"),
        ("our son met a guy", "our daughter met a girl"),
        ("men and boyfriends", "women and girlfriends"),
    ],
)
def test_both_genders_give_one_text(his: str, hers: str) -> None:
    assert neutral(his) == neutral(hers) != his


@pytest.mark.parametrize(
    "text",
    [
        *("其他人呢", "弹吉他", "他乡遇故知", "身在他乡", "今天天气好"),
        *("the", "there", "shed", "history", "other", "mother", "hero", "then", "human", "sheet music", "data"),
    ],
)
def test_words_that_only_look_like_pronouns_stay(text: str) -> None:
    assert neutral(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我女朋友说她妈不喜欢我", "我对象说TA妈不喜欢我"),
        ("岳父母和未婚妻", "对象的父母和未婚对象"),
        ("ta不回我", "TA不回我"),
        ("My wife and her sister", "My partner and their sister"),
    ],
)
def test_the_text_stays_readable(text: str, expected: str) -> None:
    assert neutral(text) == expected


WORDS = [
    "他",
    "她",
    "其",
    "吉",
    "乡",
    "尤其",
    "老公",
    "婆婆",
    "公公",
    "家",
    "前",
    "女友",
    "ta",
    " he",
    " her",
    "'s",
    "说",
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=8).map("".join)))
def test_a_neutral_text_stays_as_it_is(text: str) -> None:
    once = neutral(text)
    assert neutral(once) == once
