"""What a question asks for moves passages of that kind up, and leaves a folder of plain documents alone."""

from __future__ import annotations

import pytest

from rag.prior import priors
from rag.retrieve import with_priors


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("女朋友生日送什么礼物", "gift"),
        ("what to buy for my husband", "gift"),
        ("下雨天约会去哪", "activity"),
        ("cheap date ideas", "activity"),
        ("她回了个嗯我怎么接", "reply"),
        ("how do I reply to 'fine'", "reply"),
    ],
)
def test_a_question_asks_for_a_kind(query: str, kind: str) -> None:
    assert priors(query)[kind] > priors("他总是迟到")[kind] if kind == "reply" else priors(query)[kind] > 0


@pytest.mark.parametrize("query", ["他总是迟到", "my boyfriend checks my phone", "吵架后他好几天不说话"])
def test_other_questions_prefer_advice_to_stories(query: str) -> None:
    assert priors(query).get("gift", 0.0) == priors(query).get("activity", 0.0) == 0.0
    assert priors(query)["guide"] > priors(query)["tip"] > 0 > priors(query)["reply"]


def test_a_tip_passes_a_case_that_is_a_little_closer_and_no_more() -> None:
    kinds = {1: "conflict", 2: "tip", 3: "reply"}
    ranked = [(1, 0.9), (2, 0.8), (3, 0.75)]
    assert [one for one, _ in with_priors(ranked, "他总是迟到", kinds)] == [2, 1, 3]
    assert [one for one, _ in with_priors([(1, 0.9), (2, 0.5)], "他总是迟到", kinds)] == [1, 2]
    assert all(0 <= score <= 1 for _, score in with_priors([(1, 1.0), (2, 1.0), (3, 0.0)], "嗯", kinds))


def test_plain_documents_keep_their_order_and_scores() -> None:
    ranked = [(7, 0.9), (3, 0.9), (5, 0.1)]
    assert with_priors(ranked, "约会去哪", dict.fromkeys((7, 3, 5), "document")) == ranked
