"""A gift is proposed when the request names one or a day for one, and only one that suits the day."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from rag.scenarios.gift_occasions import _PATTERNS, asks_for_gift, suits_occasion

GIFTS = Path(__file__).parents[3] / "knowledge/documents/gifts"


@pytest.mark.parametrize(
    "text", ["下周六她生日，预算500", "our anniversary, $120", "七夕吃饭", "送她什么好", "送个东西"]
)
def test_a_request_with_an_occasion_asks_for_a_gift(text: str) -> None:
    assert asks_for_gift(text)


@pytest.mark.parametrize(
    "text",
    [
        "周六下午看展，预算520元",
        "first date, coffee",
        "送她回家之前吃个饭",
        "Sorry, I meant Saturday",
        "my parents are away",
        "Pride and Prejudice at seven",
    ],
)
def test_a_request_without_one_does_not(text: str) -> None:
    assert not asks_for_gift(text)


@pytest.mark.parametrize(
    ("occasions", "text", "suits"),
    [
        (("生日", "日常"), "她生日", True),
        (("生日",), "我们的纪念日", False),
        (("日常",), "想送个小礼物", True),
        (("日常",), "见家长带什么礼物", False),
        (("new_job",), "dinner for her new job", True),
        (("lunar_new_year",), "Chinese New Year dinner", True),
        (("吃面日",), "吃面日快乐", True),
        ((), "anything", True),
    ],
)
def test_a_gift_suits_the_occasion_it_is_for(occasions: tuple[str, ...], text: str, suits: bool) -> None:
    assert suits_occasion(occasions, text) is suits


@pytest.mark.parametrize(("name", "column"), [("gifts_zh.csv", "场合"), ("gifts_en.csv", "occasions")])
def test_every_occasion_of_the_shipped_gifts_is_known(name: str, column: str) -> None:
    with (GIFTS / name).open(encoding="utf-8", newline="") as file:
        named = {one for row in csv.DictReader(file) for one in row[column].split(";") if one}
    assert named - _PATTERNS.keys() <= {"日常", "everyday"}
