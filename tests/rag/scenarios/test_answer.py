"""Answers in the documents' own sentences: the closest ones, each with its source, or an honest nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.guard import objection
from rag.scenarios.answer import NOTHING, answer
from rag.schema import LONGEST_EXCERPT, Answer, Hit, Language
from tests.fakes import BagOfWordsEmbedder

RAIN = "下雨怎么办，要不要改地方？"


def hit(text: str, row: int = 1, *, score: float = 0.5) -> Hit:
    return Hit(
        passage_id=row, document=f"tips/{row}.md", title="提示", locator=f"第 {row} 节", text=text, score=score,
        dense=0.5, words=1.0,
    )  # fmt: skip


def ask(question: str, *hits: Hit, lang: Language = "zh") -> Answer:
    return answer(question, lang, lambda query, k: hits[:k], BagOfWordsEmbedder())


@pytest.mark.parametrize(("lang", "words"), [("zh", "资料里没有"), ("en", "The documents hold nothing")])
def test_an_empty_store_says_so_in_the_language_asked_for(lang: Language, words: str) -> None:
    for question in (RAIN, "what if it rains?", "😂", "x" * 8_000):
        found = ask(question, lang=lang)
        assert (found.points, found.citations, found.notes) == ((), (), (NOTHING.to(lang),))
        assert found.notes[0].startswith(words)
        assert (found.question, found.lang) == (question, lang)


def test_the_sentences_are_the_documents_own_with_their_source() -> None:
    found = ask(RAIN, hit("下雨就改地方去博物馆。"))
    (point,) = found.points
    (source,) = found.citations
    assert point.text == "下雨就改地方去博物馆。"
    assert point.citations == (source.id,) == (1,)
    assert (source.document, source.locator, source.title) == ("tips/1.md", "第 1 节", "提示")
    assert found.notes == ()


def test_the_closest_sentences_are_chosen_and_stay_in_their_order() -> None:
    idle = [f"第{number}种花要配好看的花瓶。" for number in "一二三四五六七八"]
    found = ask(RAIN, hit("".join([*idle[:4], "下雨要改地方。", *idle[4:], "下雨怎么办都写在这里。"])))
    texts = [point.text for point in found.points]
    assert len(texts) == 6
    assert {"下雨要改地方。", "下雨怎么办都写在这里。"} <= set(texts)
    assert texts.index("下雨要改地方。") < texts.index("下雨怎么办都写在这里。")


def test_only_passages_that_were_used_are_cited() -> None:
    flowers = hit("".join(f"第{number}种花要配好看的花瓶。" for number in "一二三四五六七八"), 1, score=0)
    rain = hit("".join(f"下雨怎么办？第{number}招先改地方。" for number in "一二三四五六七八"), 2, score=1)
    unused, used = ask(RAIN, flowers, rain), ask(RAIN, flowers, rain, hit("下雨的话改地方要提前说。", 3, score=1))
    for found in (unused, used):
        cited = {number for point in found.points for number in point.citations}
        assert cited == {citation.id for citation in found.citations}
        assert "tips/2.md" in {citation.document for citation in found.citations}
        assert "tips/1.md" not in {citation.document for citation in found.citations}


def test_each_point_cites_the_passage_it_stands_in() -> None:
    texts = ["下雨就改地方去博物馆。", "改地方要提前两小时说。", "下雨天记得带两把伞。"]
    found = ask(RAIN, *(hit(text, row) for row, text in enumerate(texts, start=1)))
    excerpts = {citation.id: citation.excerpt for citation in found.citations}
    assert [point.text for point in found.points] == texts
    assert all(point.text in excerpts[number] for point in found.points for number in point.citations)


def test_no_more_than_five_passages_are_asked_for() -> None:
    wanted: list[int] = []

    def search(query: str, k: int) -> Sequence[Hit]:
        wanted.append(k)
        return []

    answer(RAIN, "zh", search, BagOfWordsEmbedder())
    assert wanted == [5]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        pytest.param("- 下雨就改去博物馆。\n- 出门前说一声好。", ["下雨就改去博物馆。", "出门前说一声好。"], id="list"),
        pytest.param(
            "(1) 下雨就改去博物馆 (2) 出门前要说一声", ["下雨就改去博物馆", "出门前要说一声"], id="numbered on one line"
        ),
        pytest.param(
            "If it rains, go inside. Tell them before you leave!",
            ["If it rains, go inside.", "Tell them before you leave!"],
            id="English",
        ),
        pytest.param("预算 3.5 元以内都可以。", ["预算 3.5 元以内都可以。"], id="a point in a number"),
        pytest.param("好。下雨就改去博物馆。", ["下雨就改去博物馆。"], id="too short to stand alone"),
        pytest.param("不带伞", ["不带伞"], id="all too short"),
    ],
)
def test_a_passage_is_cut_into_sentences_without_list_marks(text: str, points: list[str]) -> None:
    assert [point.text for point in ask(RAIN, hit(text)).points] == points


@pytest.mark.parametrize(
    "harm",
    ["你可以故意让她吃醋，看她在不在乎。", "Go through her phone while she sleeps.", "请拨打热线 400-123-4567。"],
)
def test_a_sentence_that_may_not_leave_is_left_out(harm: str) -> None:
    found = ask(harm, hit(f"下雨就改去博物馆。\n{harm}\n出门前说一声好。"))
    assert [point.text for point in found.points] == ["下雨就改去博物馆。", "出门前说一声好。"]


def test_traditional_characters_find_simplified_ones_and_are_shown_as_written() -> None:
    idle = "".join(f"第{number}种花要配好看的花瓶。" for number in "一二三四五六七")
    found = ask("开车迟到会怎么样", hit(f"{idle}開車遲到會先發消息。"))
    assert "開車遲到會先發消息。" in [point.text for point in found.points]


def test_a_passage_without_an_end_of_sentence_is_cut_in_its_citation_only() -> None:
    found = ask(RAIN, hit("下雨" * 1_000))
    assert found.points[0].text == "下雨" * 1_000
    assert len(found.citations[0].excerpt) == LONGEST_EXCERPT


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=120), max_size=6), st.sampled_from(["zh", "en"]))
def test_any_passages_give_points_of_their_own_words_whose_sources_are_cited(
    question: str, texts: list[str], lang: Language
) -> None:
    found = ask(question, *(hit(text, row) for row, text in enumerate(texts, start=1)), lang=lang)
    assert bool(found.points) == bool(texts) != bool(found.notes)
    assert len(found.points) <= 6
    sources = {citation.id: texts[int(citation.locator.split()[1]) - 1] for citation in found.citations}
    assert list(sources) == list(range(1, len(sources) + 1))
    assert all(point.text in sources[number] for point in found.points for number in point.citations)
    assert {number for point in found.points for number in point.citations} == set(sources)
    assert Answer.model_validate_json(found.model_dump_json()) == found


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(["你可以偷看她的手机。", "下雨就改去博物馆。", "晾她几天再回。", "出门前说一声好。"]),
        min_size=1,
    )
)
def test_what_may_not_leave_never_does_beside_what_may(sentences: list[str]) -> None:
    found = ask(RAIN, hit("".join([*sentences, "送花前先问过敏。"])))
    assert not any(objection(point.text) for point in found.points)


def test_a_passage_that_advises_harm_is_no_answer() -> None:
    found = ask(RAIN, hit("你可以故意让她吃醋。", 1))
    assert found.points == ()
    assert found.notes


def test_a_sentence_that_stands_twice_is_said_once() -> None:
    found = ask(RAIN, hit("下雨就改地方去博物馆。", 1), hit("下雨就改地方去博物馆。", 2))
    assert [point.text for point in found.points] == ["下雨就改地方去博物馆。"]
