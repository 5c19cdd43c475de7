"""Money: what texts state, what is refused with a sentence, and that formatted amounts are read back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InputError
from rag.money import CURRENCIES, ParsedMoney, format_money, parse_money


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        pytest.param("300", "300", None, id="number"),
        pytest.param("300元", "300", "CNY", id="yuan"),
        pytest.param("¥300", "300", "CNY", id="sign"),
        pytest.param("￥３００", "300", "CNY", id="full width"),
        pytest.param("人民币300", "300", "CNY", id="renminbi"),
        pytest.param("RMB 300", "300", "CNY", id="RMB"),
        pytest.param("五百块钱", "500", "CNY", id="kuai"),
        pytest.param("50美元", "50", "USD", id="dollar in Chinese"),
        pytest.param("$50", "50", "USD", id="dollar"),
        pytest.param("US$50", "50", "USD", id="US dollar"),
        pytest.param("50 bucks", "50", "USD", id="bucks"),
        pytest.param("£40", "40", "GBP", id="pound"),
        pytest.param("€30", "30", "EUR", id="euro"),
        pytest.param("HK$200", "200", "HKD", id="Hong Kong dollar"),
        pytest.param("港币200元", "200", "HKD", id="Hong Kong dollar in Chinese"),
        pytest.param("A$50", "50", "AUD", id="Australian dollar"),
        pytest.param("$50 AUD", "50", "AUD", id="dollar with its code"),
        pytest.param("3000日元", "3000", "JPY", id="yen in Chinese"),
        pytest.param("¥3000円", "3000", "JPY", id="yen in Japanese"),
        pytest.param("1,200", "1200", None, id="comma"),
        pytest.param("1.2万", "12000", None, id="ten thousands"),
        pytest.param("1万2", "12000", None, id="spoken ten thousands"),
        pytest.param("1w", "10000", None, id="w"),
        pytest.param("2k", "2000", None, id="k"),
        pytest.param("三百五", "350", None, id="spoken hundred"),
        pytest.param("三百零五", "305", None, id="hundred and five"),
        pytest.param("一万二", "12000", None, id="spoken twelve thousand"),
        pytest.param("两千", "2000", None, id="two thousand"),
        pytest.param("贰佰", "200", None, id="bank numerals"),
        pytest.param("十五", "15", None, id="fifteen"),
        pytest.param("二十万三千", "203000", None, id="long numeral"),
        pytest.param("约100", "100", None, id="about"),
        pytest.param("预算300元左右。", "300", "CNY", id="sentence"),
        pytest.param("my budget is $60", "60", "USD", id="English sentence"),
        pytest.param("45.5", "45.50", None, id="cents"),
        pytest.param("12.345", "12.35", None, id="half up"),
        pytest.param("免费", "0", None, id="free in Chinese"),
        pytest.param("Free", "0", None, id="free"),
        pytest.param("零", "0", None, id="zero"),
    ],
)
def test_one_amount_is_read(text: str, amount: str, currency: str | None) -> None:
    assert parse_money(text, default_currency=None) == ParsedMoney(Decimal(amount), Decimal(amount), currency, None)


@pytest.mark.parametrize(
    ("text", "low", "high", "per_person"),
    [
        pytest.param("60-120", 60, 120, None, id="range"),
        pytest.param("120至60", 60, 120, None, id="range turned round"),
        pytest.param("60～120元/人", 60, 120, True, id="each"),
        pytest.param("人均80", 80, 80, True, id="each in Chinese"),
        pytest.param("80 per person", 80, 80, True, id="per person"),
        pytest.param("两个人300", 300, 300, False, id="for two in Chinese"),
        pytest.param("300 in total", 300, 300, False, id="in total"),
        pytest.param("100以内", 0, 100, None, id="within in Chinese"),
        pytest.param("under 100", 0, 100, None, id="under"),
        pytest.param("1-2万", 10000, 20000, None, id="unit for both"),
        pytest.param("500-1千", 500, 1000, None, id="unit for one"),
        pytest.param("¥60 - ¥120", 60, 120, None, id="sign twice"),
    ],
)
def test_ranges_limits_and_persons_are_read(text: str, low: int, high: int, per_person: bool | None) -> None:
    found = parse_money(text, default_currency=None)
    assert (int(found.low), int(found.high), found.per_person) == (low, high, per_person)


@pytest.mark.parametrize("value", [pytest.param(300, id="int"), pytest.param(Decimal("300.00"), id="Decimal"), 300.0])
def test_numbers_are_amounts_in_the_default_currency(value: object) -> None:
    assert parse_money(value, default_currency="EUR") == ParsedMoney(Decimal(300), Decimal(300), "EUR", None)


def test_a_float_is_the_decimal_it_shows() -> None:
    assert parse_money(0.1, default_currency=None).low == Decimal("0.1")


def test_a_bare_dollar_is_the_dollar_of_the_default_currency() -> None:
    assert parse_money("$50", default_currency="AUD").currency == "AUD"
    assert parse_money("$50", default_currency="CNY").currency == "USD"


@pytest.mark.parametrize(
    "value",
    [
        *("abc", "", "¥", "NaN", "Infinity", "1e400", "1,2", "1.234.5", "100 200", "3元5", "三五百", "万"),
        *("三百多", "300起", "US$50 HKD", "1/2", "1.2万5", "9" * 81, "-5", "−5", "负五", "1000000001", "9" * 60),
        *(None, True, [], {}, b"5", -5, -0.01, 10**10, float("nan"), float("inf"), Decimal("NaN"), Decimal("1e400")),
        pytest.param(10**5000, id="5000 digits"),
    ],
)  # fmt: skip
def test_what_is_no_amount_gets_one_clear_sentence(value: object) -> None:
    with pytest.raises(InputError) as caught:
        parse_money(value, default_currency="CNY")
    assert caught.value.field == "budget"
    assert caught.value.en.endswith(".")
    assert caught.value.zh.endswith("。")
    assert max(len(caught.value.en), len(caught.value.zh)) < 140


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("abc", "“abc” is not an amount of money; give one such as 300, ¥300, $45.50 or 60-120."),
        ("-5", "The amount “-5” is below zero; give 0 or more."),
        ("2000000000", "The amount 2000000000 is above 1,000,000,000; give a smaller one."),
    ],
)
def test_the_sentence_names_the_value_and_the_next_step(value: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_money(value, default_currency=None)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("amount", "currency", "zh", "en"),
    [
        ("300", "CNY", "¥300", "¥300"),
        ("45.5", "USD", "US$45.50", "$45.50"),
        ("12000", "JPY", "JP¥12,000", "JP¥12,000"),
        ("1234.005", "GBP", "£1234.01", "£1234.01"),
        ("-3", "EUR", "-€3", "-€3"),
        ("5", "CHF", "CHF 5", "CHF 5"),
        ("5", "XYZ", "XYZ 5", "XYZ 5"),
    ],
)
def test_amounts_are_shown_with_their_sign(amount: str, currency: str, zh: str, en: str) -> None:
    assert format_money(Decimal(amount), currency, "zh") == zh
    assert format_money(Decimal(amount), currency, "en") == en


amounts = st.decimals(0, 10**9, places=2)


@given(amounts, st.sampled_from(sorted(CURRENCIES)), st.sampled_from(["zh", "en"]))
def test_formatted_money_is_read_back(amount: Decimal, currency: str, lang: str) -> None:
    found = parse_money(format_money(amount, currency, lang), default_currency=None)
    assert (found.low, found.high, found.currency) == (amount, amount, currency)


WORDS = [
    "¥",
    "$",
    "1",
    "1.5",
    "2,000",
    "-",
    "~",
    "万",
    "千",
    "百",
    "三",
    "五",
    "零",
    "十",
    "元",
    "人均",
    "以内",
    "约",
    "/人",
    "k",
    " ",
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=8).map("".join), st.floats(), st.integers()))
def test_any_value_is_an_amount_or_an_input_error(value: object) -> None:
    try:
        found = parse_money(value, default_currency=None)
    except InputError:
        return
    assert 0 <= found.low <= found.high <= 10**9


def spoken(number: int) -> str:
    """`number`, 1 to 9999, in Chinese numerals with every 零 said."""
    digits = "零一二三四五六七八九"
    text = "".join(
        digits[int(digit)] + unit if digit != "0" else "零"
        for digit, unit in zip(f"{number:04}", "千百十 ", strict=True)
    )
    while "零零" in text:
        text = text.replace("零零", "零")
    return text.strip("零 ")


@given(st.integers(1, 9999), st.integers(0, 9999))
def test_chinese_numerals_are_the_number_they_say(ones: int, ten_thousands: int) -> None:
    gap = "零" if ones < 1000 else ""
    text = f"{spoken(ten_thousands)}万{gap}{spoken(ones)}" if ten_thousands else spoken(ones)
    assert parse_money(text, default_currency=None).low == ten_thousands * 10000 + ones
