"""What identifies somebody is taken out, nothing else is, and it can be put back."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.hotlines import every_number
from rag.privacy import redact, restore

PIECES = [
    *("〔电话1〕", "〔电话12〕", "[phone 1]", "[phone 2]", "〔姓名1〕", "〔", "〕", "[name ", "1]", "电话"),
    *("13812345678", "+86 138-1234-5678", "１３８１２３４５６７８", "212-736-5000", "QQ 12345678"),
    *("微信：", "wechat ", "lily2020"),
    *("张伟", "我叫", "他叫", "老公", "王", "先生", "李娜"),
    *("小", "别", "我和", "吵架了", "，", "。", " ", "\n", "1", "6"),
    *("my boyfriend ", "Jake", "Mr ", "Smith", "anna@x.com", "11010519491231002X", "4111 1111 1111 1111", "京A12345"),
    *("建国路88号", "3栋", "12 Baker Street", "ﷺ", "＋", "\ufffc", "\ud800"),
]  # fmt: skip
TEXTS = st.one_of(st.text(st.characters(codec=None)), st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
NAMES = st.lists(st.sampled_from(["Jake", "张伟", "电话", "1", "小", "ﷺ", "Ｊａｋｅ", " ", "("]), max_size=3)


@given(TEXTS, NAMES)
def test_the_original_comes_back(text: str, names: list[str]) -> None:
    redacted = redact(text, names=names)
    assert restore(redacted.text, redacted.originals) == text


@given(TEXTS, NAMES)
def test_nothing_new_is_found_in_a_redacted_text(text: str, names: list[str]) -> None:
    once = redact(text, names=names).text
    assert redact(once, names=names).text == once


@given(TEXTS)
def test_what_is_left_stood_in_the_text_in_that_order(text: str) -> None:
    redacted = redact(text)
    at = 0
    for label in redacted.originals:
        assert label not in text
    for piece in parts(redacted.text, list(redacted.originals)):
        at = text.index(piece, at) + len(piece)


def parts(text: str, labels: list[str]) -> list[str]:
    for label in labels:
        text = text.replace(label, "\0")
    return text.split("\0")


def test_text_around_what_is_replaced_stays_as_it_was() -> None:
    redacted = redact("  Ｈｉ！我的手机：１３８１２３４５６７８，　谢谢\r\n😀")
    assert redacted.text == "  Ｈｉ！我的手机：〔电话1〕，　谢谢\r\n😀"
    assert redacted.originals == {"〔电话1〕": "１３８１２３４５６７８"}


def test_the_same_value_gets_the_same_placeholder_and_another_the_next() -> None:
    redacted = redact("打13812345678，不行打13912345678，还是13812345678")
    assert redacted.text == "打〔电话1〕，不行打〔电话2〕，还是〔电话1〕"


def test_placeholders_of_the_text_are_kept_and_numbered_past() -> None:
    redacted = redact("〔电话1〕换成13812345678了")
    assert redacted.text == "〔电话1〕换成〔电话2〕了"


def test_a_text_that_quotes_a_placeholder_is_restored_too() -> None:
    assert restore("Call [phone 12] or [phone 1].", {"[phone 1]": "A", "[phone 12]": "B"}) == "Call B or A."
    assert restore("[phone 1]", {}) == "[phone 1]"


@pytest.mark.parametrize(
    "number",
    [
        *("13812345678", "138 1234 5678", "138-1234-5678", "1381234 5678", "138.1234.5678", "１３８１２３４５６７８"),
        *("+8613812345678", "+86 138 1234 5678", "+86-138-1234-5678", "8613812345678", "008613812345678"),
        *("＋86 13812345678", "020 7946 0958", "+44 20 7946 0958"),
        *("010-62345678", "021 6234 5678", "400-820-8820", "(212) 736-5000", "212-736-5000", "+1 212 736 5000"),
    ],
)  # fmt: skip
def test_telephone_numbers_are_found_in_every_spelling(number: str) -> None:
    assert redact(f"我的电话是{number}，记一下").originals == {"〔电话1〕": number}
    assert redact(f"call me at {number} tonight").originals == {"[phone 1]": number}


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", " ", "-"]))
def test_every_chinese_mobile_number_is_found(number: str, gap: str) -> None:
    assume(number not in {line.replace("-", "") for line in every_number()})
    spelled = gap.join((number[:3], number[3:7], number[7:]))
    assert list(redact(f"加我 {spelled}").originals.values()) == [spelled]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("微信：abc_12345", "abc_12345", id="colon"),
        pytest.param("微信号是abc_12345", "abc_12345", id="号是"),
        pytest.param("加我微信lily2020", "lily2020", id="nothing between"),
        pytest.param("微信: annalovesyou", "annalovesyou", id="letters only after a colon"),
        pytest.param("vx:lily2020", "lily2020", id="vx"),
        pytest.param("ＶＸ：lily2020", "lily2020", id="full-width VX"),
        pytest.param("V我 lily2020", "lily2020", id="V我"),
        pytest.param("加v：lily2020", "lily2020", id="加v"),
        pytest.param("wx lily-2020", "lily-2020", id="wx"),
        pytest.param("my wechat id is lily_2020", "lily_2020", id="wechat id is"),
        pytest.param("WeChat ID: annalovesyou", "annalovesyou", id="WeChat ID"),
        pytest.param("weixin is lily2020", "lily2020", id="weixin is"),
    ],
)
def test_wechat_names_are_found_where_a_text_says_so(text: str, value: str) -> None:
    assert list(redact(text).originals.items()) in ([("〔微信1〕", value)], [("[wechat 1]", value)])


@pytest.mark.parametrize(
    "text", ["QQ 12345678", "qq：12345678", "QQ号是12345678", "QQ号码：12345678", "my QQ is 12345678"]
)
def test_qq_numbers_are_found_where_a_text_says_so(text: str) -> None:
    assert list(redact(text).originals.values()) == ["12345678"]


@pytest.mark.parametrize(
    "address", ["anna@example.com", "a.b+x@mail.example.co.uk", "ａｎｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ"]
)
def test_mail_addresses_are_found(address: str) -> None:
    assert redact(f"我的邮箱{address}，写信给我").originals == {"〔邮箱1〕": address}


@pytest.mark.parametrize("plate", ["京A12345", "京A·12345", "粤B·D12345", "沪AD12345", "苏E12G45"])
def test_number_plates_are_found(plate: str) -> None:
    assert redact(f"他的车是{plate}。").originals == {"〔车牌1〕": plate}


def with_check_digit(body: str) -> str:
    """A resident's identity number by GB 11643: ISO 7064, MOD 11-2."""
    rest = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body)) % 11
    return body + "10X98765432"[rest]


BODIES = st.tuples(
    st.integers(110000, 659999), st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)), st.integers(0, 999)
).map(lambda parts: f"{parts[0]}{parts[1]:%Y%m%d}{parts[2]:03}")


@given(BODIES)
def test_identity_numbers_are_found_by_their_check_digit(body: str) -> None:
    number = with_check_digit(body)
    assert redact(f"身份证{number}").originals == {"〔证件号1〕": number}
    assert redact(f"身份证{number.lower()}").originals == {"〔证件号1〕": number.lower()}


@given(BODIES, st.sampled_from("0123456789X"))
def test_identity_numbers_with_another_check_digit_are_no_such(body: str, digit: str) -> None:
    assume(body + digit != with_check_digit(body))
    assert "〔证件号1〕" not in redact(f"身份证{body}{digit}").originals


def luhn(body: str) -> str:
    """`body` with the check digit that cards have."""
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


CARDS = st.from_regex(r"[3-6][0-9]{14,17}", fullmatch=True)


@given(CARDS, st.sampled_from(["", " ", "-"]))
def test_cards_are_found_by_their_check_digit(body: str, gap: str) -> None:
    number = luhn(body)
    shown = gap.join(number[at : at + 4] for at in range(0, len(number), 4))
    assert "".join(redact(f"卡号 {shown}").originals.values()) == shown


@given(CARDS, st.integers(1, 9))
def test_cards_with_another_check_digit_are_no_such(body: str, off: int) -> None:
    number = luhn(body)
    wrong = number[:-1] + str((int(number[-1]) + off) % 10)
    assert "〔银行卡1〕" not in redact(f"卡号 {wrong}").originals


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("我住在北京市朝阳区建国路88号3号楼502室，", "北京市朝阳区建国路88号3号楼502室"),
        ("我家在上海市静安区南京西路1266号", "上海市静安区南京西路1266号"),
        ("寄到广东省深圳市南山区科技园路1号吧", "广东省深圳市南山区科技园路1号"),
        ("她住在阳光小区3栋2单元501", "阳光小区3栋2单元501"),
        ("I live at 42 Old Kent Road now", "42 Old Kent Road"),
        ("come to 221B Baker Street, Flat 2.", "221B Baker Street, Flat 2"),
        ("send it to 1600 Pennsylvania Ave", "1600 Pennsylvania Ave"),
    ],
)
def test_addresses_are_found_without_the_words_before_them(text: str, address: str) -> None:
    assert list(redact(text).originals.values()) == [address]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我叫张伟", "张伟"),
        ("我叫王小明。", "王小明"),
        ("她叫李娜，今年25", "李娜"),
        ("他叫小明", "小明"),
        ("我叫欧阳娜娜，你呢", "欧阳娜娜"),
        ("我和张伟吵架了", "张伟"),
        ("我老公李强不回我", "李强"),
        ("刘德华来了", "刘德华"),
        ("老王今天没来", "老王"),
        ("李女士很生气", "李"),
        ("Mr Smith called", "Smith"),
        ("Mrs. O'Hara called", "O'Hara"),
        ("Dr McDonald-Lee called", "McDonald-Lee"),
        ("my boyfriend Jake's phone", "Jake"),
        ("My name is Anna", "Anna"),
        ("my boyfriend Jake never calls", "Jake"),
        ("my best friend, Lucy, knows", "Lucy"),
        ("My girlfriend is called Emma Stone", "Emma Stone"),
    ],
)
def test_names_are_found_where_they_are_said(text: str, name: str) -> None:
    assert list(redact(text).originals.values()) == [name]


def test_names_that_the_caller_knows_are_found_anywhere_as_whole_words() -> None:
    redacted = redact("Jake和Jakeson喜欢糖糖包，Ｊａｋｅ也是", names=["Jake", "糖糖", "糖糖包", ""])
    assert redacted.text == "〔姓名1〕和Jakeson喜欢〔姓名2〕，〔姓名3〕也是"
    assert list(redacted.originals.values()) == ["Jake", "糖糖包", "Ｊａｋｅ"]


@pytest.mark.parametrize(
    "text",
    [
        *("订单号839201", "order 839201", "¥1380", "300元", "预算300-500元", "工资12000到15000", "5201314", "3.14"),
        *("房间1203", "身高180体重75", "在一起1314天", "2026年11月21日", "2026-11-21 14:00-16:00", "今天3点到5点"),
        *("他很安静", "我很高兴", "你方便吗", "小姐姐你好", "那位老师", "老师好", "何老师好", "和老师吵", "班主任"),
        *("实习医生", "加个微信吧", "我们在微信聊天", "她叫我安静", "他叫高兴得跳"),
        *("谢谢老公", "温泉和桂花", "别跟我说", "那阵子", "段子手", "一起去王府井", "我叫他来"),
        *("在花园里3个人", "我家里有3室", "坐地铁2号线", "在南京路逛100米"),
        *("we talked on wechat yesterday", "wechat is blocked"),
        *("the QQ of 2012", "my boyfriend I'm sure", "my mom Is angry"),
        *("Miss You", "she called Mom", "my husband And I", "Then I met him in May", "room 12 is on Main Street"),
    ],
)  # fmt: skip
def test_what_identifies_nobody_stays(text: str) -> None:
    assert redact(text).text == text


@pytest.mark.parametrize("number", sorted(every_number()))
def test_hotlines_stay(number: str) -> None:
    assert redact(f"快打 {number} 求助").originals == {}
    assert redact(f"call {number} now").originals == {}


@pytest.mark.parametrize(
    "number", ["18007997233", "(800) 799-7233", "+1 800 799 7233", "08082000247", "+44 808 2000 247"]
)
def test_hotlines_stay_in_other_spellings_too(number: str) -> None:
    assert redact(f"call {number} now").originals == {}


@pytest.mark.parametrize(
    "form",
    [
        *("%Y-%m-%d %H:%M", "%Y.%m.%d %H:%M", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M", "%m/%d/%Y, %I:%M %p"),
        *("%Y-%m-%dT%H:%M", "%H:%M-%H:%M"),
        *("%Y年%m月%d日 %H:%M", "%Y%m%d", "%Y%m%d %H%M", "[%d.%m.%Y %H:%M]", "%d/%m/%y, %H:%M"),
    ],
)  # fmt: skip
@given(moment=st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2049, 12, 31)))
def test_dates_and_times_stay(form: str, moment: dt.datetime) -> None:
    text = moment.strftime(f"见面 {form} 好吗")
    assert redact(text).text == text


@given(st.integers(1, 9_999_999))
def test_prices_and_short_numbers_stay(number: int) -> None:
    text = f"花了{number}元，¥{number}，订单{number}"
    assert redact(text).text == text
