"""Text as search sees it: what a reader takes to be the same is the same, in both scripts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.catalogue import canonical_city
from rag.text import language, normalise, search_words, simplified, words_in

TEXTS = st.text(st.characters(exclude_characters="薴"))
"""OpenCC maps 薴 to 苧 and 苧 to 苎: the one character that is not simple after one pass."""


def test_a_mixed_run_is_split_where_the_script_changes() -> None:
    assert search_words("2005年的战争iPhone12") == ["2005", "战争", "年", "的", "战", "争", "iphone12"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("戰爭與愛情", "战争与爱情", id="traditional"),
        pytest.param("ＫＴＶ１２３", "ktv123", id="full width"),
        pytest.param("２００５年的戰爭ｉＰｈｏｎｅ", "2005年的战争iPhone", id="both in one run"),
        pytest.param("Dating CAFÉS", "date cafés", id="case and English stem"),
        pytest.param("第一次约会，去哪儿？", "第一次约会 去哪儿", id="punctuation"),
        pytest.param("ﬁrst kiss", "first kiss", id="ligature"),
    ],
)
def test_two_spellings_of_the_same_give_the_same_words(one: str, other: str) -> None:
    assert search_words(one) == search_words(other)


def test_chinese_gives_words_and_single_characters() -> None:
    assert {"咖啡", "咖啡馆", "咖", "啡", "馆"} <= set(search_words("安静的咖啡馆"))


@pytest.mark.parametrize("text", ["", "？！…——", " \n\t", "💕", "___"])
def test_text_without_words_gives_none(text: str) -> None:
    assert search_words(text) == []


@given(TEXTS)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(TEXTS)
def test_search_words_are_the_same_for_the_normalised_text(text: str) -> None:
    assert search_words(normalise(text)) == search_words(text)


@given(st.text())
def test_no_search_word_holds_white_space_which_separates_them_in_the_index(text: str) -> None:
    assert not any(word.split() != [word] for word in search_words(text))


def test_spaces_are_one_space_and_line_ends_stay() -> None:
    assert normalise("a \t\u3000 b\nc") == "a b\nc"


@pytest.mark.parametrize("text", ["愛\ud800你", "愛你\udcff"], ids=["half pair", "byte of a command line"])
def test_a_lone_surrogate_is_left_out(text: str) -> None:
    assert simplified(text) == "爱你"
    assert search_words(text) == ["爱", "你"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("她今天很开心", "zh", id="Chinese"),
        pytest.param("Where shall we go on our first date?", "en", id="English"),
        pytest.param("想去看 Taylor Swift 的 Eras Tour", "zh", id="Chinese with English names"),
        pytest.param("We had 火锅 in Chengdu and then walked home along the old river", "en", id="one Chinese word"),
        pytest.param("300", "en", id="a number"),
        pytest.param("", "en", id="nothing"),
    ],
)
def test_language_is_the_one_of_the_words(text: str, expected: str) -> None:
    assert language(text) == expected


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        pytest.param(name, canonical, id=name or "empty")
        for canonical, names in {
            "北京": ["北京", " 北京市 ", "Beijing", "beijing city", "ＢＥＩＪＩＮＧ"],
            "台北": ["臺北市"],
            "西安": ["Xi’an", "Xian"],
            "胡志明市": ["胡志明市", "Ho Chi Minh City"],
            "纽约": ["New York City"],
            "曲靖": ["曲靖市"],
            "沙市": ["沙市"],
            "kansas city": ["Kansas  City"],
            "": [""],
        }.items()
        for name in names
    ],
)
def test_every_spelling_of_a_city_has_one_canonical_name(name: str, canonical: str) -> None:
    assert canonical_city(name) == canonical


def test_words_are_found_in_a_text_as_search_finds_them() -> None:
    text = "第一次約會去貓咖，she was dating twice. SEAFOOD"
    wanted = {"约会", "猫咖", "date", "twice", "art", "一次", "红酒"}
    assert words_in({*wanted, *search_words("seafood")}, text) == {"约会", "猫咖", "date", "twice", "一次", "seafood"}
    assert words_in({"sea"}, text) == set()
