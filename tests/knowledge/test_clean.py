"""Bytes become the text their writer meant, and cleaning removes only what nobody sees."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.clean import clean, decode, familiarity, language, normalise
from tests.knowledge import documents

COMMON = (
    "的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学"
    "对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手用主行方又如前所本见经头面"
)
TRADITIONAL = (
    "約會計劃週六下午在書店見面她喜歡貓和電影預算三百元晚飯後散步回家記得帶傘問問她今天過得怎麼樣聽她說完再開口"
)
PUNCTUATION = "，。！？；：、“”（）《》…—"


def chinese(letters: str, *, at_least: int) -> st.SearchStrategy[str]:
    """Text of everyday characters and punctuation, ASCII mixed in."""
    return st.text(st.sampled_from(letters + PUNCTUATION + "abc 0189\n"), min_size=at_least, max_size=300).filter(
        lambda text: sum(letter in letters for letter in text) >= at_least / 2
    )


@settings(max_examples=200)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=200).filter(lambda text: "\x00" not in text),
    st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]),
)
def test_any_text_with_a_mark_survives(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert (decoded.text, decoded.replaced, decoded.doubtful) == (text, 0, False)


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff\ufffe"), max_size=200))
def test_any_text_in_utf8_survives_without_a_mark(text: str) -> None:
    assert decode(text.encode()).text == text


@settings(max_examples=200)
@given(chinese(COMMON, at_least=20), st.sampled_from(["gbk", "gb18030"]))
def test_simplified_chinese_survives(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert (decoded.text, decoded.replaced) == (text, 0)


@settings(max_examples=200)
@given(chinese(TRADITIONAL, at_least=20), st.sampled_from(["big5", "gb18030"]))
def test_traditional_chinese_survives_in_both_encodings(text: str, encoding: str) -> None:
    text = text.replace("—", "")  # Python's big5 has another dash than the one Windows writes
    decoded = decode(text.encode(encoding))
    assert (decoded.text, decoded.replaced) == (text, 0)


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "big5", "utf-16-le", "utf-16-be"])
def test_at_least_995_of_1000_generated_texts_are_read_exactly(encoding: str) -> None:
    choice = random.Random(7)
    letters = TRADITIONAL if encoding == "big5" else COMMON
    texts = ["".join(choice.choices(letters + "，。？ 3\n", k=choice.randint(20, 400))) for _ in range(1000)]
    assert sum(decode(text.encode(encoding)).text == text for text in texts) >= 995


def test_four_byte_gb18030_is_decoded() -> None:
    text = "𠮷野家的招牌写作𠮷，一般人打成吉，用四个字节才存得下。"
    assert decode(text.encode("gb18030")).text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param("今日は天気がいいから、公園に散歩しましょう。カフェで待っています。", "shift_jis", id="japanese"),
        pytest.param("Le café où nous étions déjà allés est fermé, même l’été. Ça m’a déçu.", "cp1252", id="french"),
        pytest.param("Привет, как дела? Мы встречаемся сегодня вечером в кафе.", "cp1251", id="russian"),
    ],
)
def test_other_encodings_are_guessed_and_said_to_be(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert (decoded.text, decoded.replaced, decoded.doubtful) == (text, 0, True)


def test_what_the_file_declares_wins_over_a_guess() -> None:
    data = "오늘은 날씨가 좋습니다".encode("euc-kr")
    assert decode(data, declared="euc-kr").text == "오늘은 날씨가 좋습니다"
    assert decode("你好".encode("gbk"), declared="no-such-codec").text == "你好"


@pytest.mark.parametrize(
    ("data", "replaced"),
    [
        pytest.param("".join(documents.ZH_SENTENCES).encode()[:-1], 1, id="utf-8 cut at its end"),
        pytest.param("".join(documents.ZH_SENTENCES).encode("gbk") + b"\xff", 1, id="gbk with a stray byte"),
        pytest.param(b"\xff\xfe" + "约会".encode("utf-16-le") + b"\x00", 1, id="utf-16 with half a character"),
    ],
)
def test_broken_bytes_are_replaced_and_counted(data: bytes, replaced: int) -> None:
    decoded = decode(data)
    assert decoded.replaced == replaced == decoded.text.count("\ufffd")
    assert decoded.text.startswith(("第一次", "约会"))


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    decode(data)


ANY_TEXT = st.text(st.characters(), max_size=80) | st.text(
    st.sampled_from("a好 \t\r\n\x00\x0b\x85\u2028\u200b\u200d\ufe0f\u202e\ufeff\U000e0041\ud800😀👩🏽1\u20e3❤"),
    max_size=40,
)


@settings(max_examples=200)
@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@settings(max_examples=200)
@given(ANY_TEXT)
def test_clean_text_holds_nothing_invisible(text: str) -> None:
    for letter in clean(text):
        assert letter in "\n\t\u200d" or unicodedata.category(letter) not in ("Cc", "Cs")
        assert not 0xE0000 <= ord(letter) <= 0xE0FFF
        assert letter not in "\u200b\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        pytest.param("a\x00b\x07c\ud800d", "abcd", id="controls and lone surrogates"),
        pytest.param("a\r\nb\rc\u2028d", "a\nb\nc\nd", id="line ends"),
        pytest.param("\n\na  \t\n\n\n\n\n\nb \n", "a\n\n\nb", id="blank lines and trailing spaces"),
        pytest.param("偷\u200b看\u202e她\u2066的", "偷看她的", id="zero width and bidi"),
        pytest.param("hi\U000e0041\U000e0042", "hi", id="tags"),
        pytest.param("a\ufe0f\u200db", "ab", id="joiner outside emoji"),
        pytest.param("👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 👩🏽\u200d💻 1\ufe0f\u20e3", None, id="emoji stay whole"),
    ],
)
def test_clean(dirty: str, expected: str | None) -> None:
    assert clean(dirty) == (dirty if expected is None else expected)


def test_familiarity_tells_a_wrong_reading_from_a_right_one() -> None:
    data = TRADITIONAL.encode("big5")
    assert familiarity(data.decode("big5")) == 1.0
    assert familiarity(data.decode("gb18030", "replace")) < 0.7


def test_normalise_and_language_are_those_of_search() -> None:
    assert normalise("ＡＢＣ 約會①") == "abc 约会1"
    assert language("她喜欢 Taylor Swift") == "zh"
    assert language("A walk by the river") == "en"
