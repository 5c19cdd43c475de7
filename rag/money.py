"""Amounts of money in Chinese and English: text to Decimal and currency, and back."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rag.errors import InputError

LARGEST = Decimal(10**9)
CURRENCIES = {  # ISO 4217 code: (sign in Chinese text, sign in English text, what people write for it)
    "CNY": ("¥", "¥", r"cn¥|人民币|(?<![a-z])(?:rmb|cny|yuan)(?![a-z])"),
    "USD": ("US$", "$", r"us\$|美元|美金|美刀|刀|(?<![a-z])(?:usd|dollars?|bucks?)(?![a-z])"),
    "EUR": ("€", "€", r"€|欧元|(?<![a-z])(?:eur|euros?)(?![a-z])"),
    "GBP": ("£", "£", r"£|英镑|(?<![a-z])(?:gbp|pounds?|quid)(?![a-z])"),
    "JPY": ("JP¥", "JP¥", r"jp¥|円|日[元圆币]|(?<![a-z])(?:jpy|yen)(?![a-z])"),
    "HKD": ("HK$", "HK$", r"hk\$|港[币元圆纸]|(?<![a-z])hkd(?![a-z])"),
    "TWD": ("NT$", "NT$", r"nt\$|新?[台臺][币幣]|(?<![a-z])twd(?![a-z])"),
    "MOP": ("MOP$", "MOP$", r"mop\$|澳门[币元]|葡币|(?<![a-z])mop(?![a-z])"),
    "KRW": ("₩", "₩", r"₩|韩[元币]|(?<![a-z])(?:krw|won)(?![a-z])"),
    "SGD": ("S$", "S$", r"(?<![a-z])s\$|新加坡[元币]|新币|坡币|(?<![a-z])sgd(?![a-z])"),
    "AUD": ("A$", "A$", r"(?<![a-z])au?\$|澳[元币]|(?<![a-z])aud(?![a-z])"),
    "CAD": ("C$", "C$", r"(?<![a-z])ca?\$|加[元币]|(?<![a-z])cad(?![a-z])"),
    "CHF": ("CHF ", "CHF ", r"瑞士法郎|瑞郎|(?<![a-z])chf(?![a-z])"),
    "THB": ("฿", "฿", r"฿|泰铢|(?<![a-z])(?:thb|baht)(?![a-z])"),
    "INR": ("₹", "₹", r"₹|卢比|(?<![a-z])(?:inr|rupees?)(?![a-z])"),
}
DOLLARS = ("HKD", "TWD", "SGD", "AUD", "CAD")

_CURRENCY = re.compile(
    "|".join(f"(?P<{code}>{words})" for code, (_, _, words) in CURRENCIES.items())
    + r"|(?P<yen_or_yuan>¥)|(?P<dollar>\$)|(?P<yuan>元|块钱?|圆)"
)
_FREE = re.compile(
    r"免费(?:开放|入场|参观)?|不收费|不要钱|无需门票|free(?: (?:entry|admission|of charge))?|gratis|no charge"
)
_EACH = re.compile(
    r"人均(?:消费)?|每人|每位|一个人|/\s*(?:人|位|person|pp|head)|per (?:person|head)|p\.p\.|\bpp\b|\beach\b"
)
_TOGETHER = re.compile(r"(?:两|二|2)个?人|总共|一共|总计|共|for (?:two|2)(?: people)?|in total|altogether|\btotal\b")
_AT_MOST = re.compile(
    r"以内|以下|之内|不超过|不高于|最多|不到|上限"
    r"|up to|at most|no more than|less than|under|below|within|\bmax(?:imum)?\b|<=?|≤"
)
_ABOUT = re.compile(r"大约|大概|差不多|约|左右|上下|about|around|approx(?:imately|\.)?|roughly|^\s*[~≈]")
_LABEL = re.compile(
    r"^\s*(?:预算|价格|票价|门票|花费|费用|my budget|budget|price|cost)?\s*(?:是|为|is|of)?\s*[:=]?|[。.!！]\s*$"
)
_DIGIT = "[一二两三四五六七八九]"
_SECTION = rf"(?:({_DIGIT})千)?零?(?:({_DIGIT})百)?零?(?:({_DIGIT}?十))?零?({_DIGIT})?"
_CHINESE = re.compile(rf"(?:{_SECTION}(万))?零?{_SECTION}")
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_AMOUNT = rf"(?:(?:{_NUMBER}|\.[0-9]+)\s*(?:[万千百wk](?:[0-9](?![0-9.])千?)?)?|[零一二两三四五六七八九十百千万]+)"
_RANGE = re.compile(rf"({_AMOUNT})(?:\s*(?:-|至|到|to|~)\s*({_AMOUNT}))?")
_PLACES = {"百": Decimal(100), "千": Decimal(1000), "k": Decimal(1000), "万": Decimal(10000), "w": Decimal(10000)}
_SAME_CHARACTER = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬〇–—−‐‑〜", "一二三四五六七八九十百千万零------")


@dataclass(frozen=True)
class ParsedMoney:
    """An amount or a range, `0 <= low <= high <= 10**9`, both with at most two decimals.

    `low` is 0 for an upper limit ("100以内"). `currency` is an ISO 4217 code, None when neither the text nor the
    default names one. `per_person` is None when the text does not say.
    """

    low: Decimal
    high: Decimal
    currency: str | None
    per_person: bool | None


def parse_money(value: object, *, default_currency: str | None) -> ParsedMoney:
    """The money that a number or a text such as "60～120元/人", "三百五", "US$50" or "免费" states.

    "¥" alone is CNY, "$" alone the default when that is a dollar, else USD. Raises InputError (field "budget").
    """
    if isinstance(value, str):
        return _parse_text(value, default_currency)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _unreadable(str(value) if value is None or isinstance(value, bool) else type(value).__name__)
    amount = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not amount.is_finite():
        raise _unreadable(str(value))
    amount = _checked(amount)
    return ParsedMoney(amount, amount, default_currency, None)


def format_money(amount: Decimal, currency: str, lang: str) -> str:
    """The amount with its sign: "¥300", "$45.50" ("US$45.50" in Chinese), "JP¥12,000", "XYZ 5" for an unknown code.

    Cents are shown when there are any, thousands are parted from 10,000 on.
    """
    rounded = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    whole = rounded == rounded.to_integral_value()
    number = f"{rounded:{',' if abs(rounded) >= 10000 else ''}.{0 if whole else 2}f}"
    sign = CURRENCIES[currency][0 if lang == "zh" else 1] if currency in CURRENCIES else f"{currency} "
    return f"-{sign}{number[1:]}" if number.startswith("-") else f"{sign}{number}"


def _parse_text(text: str, default_currency: str | None) -> ParsedMoney:
    if len(text) > 80:
        raise _unreadable(text)
    rest = unicodedata.normalize("NFKC", text).lower().translate(_SAME_CHARACTER).strip()
    rest, each = _without(_EACH, rest)
    rest, together = _without(_TOGETHER, rest)
    rest, at_most = _without(_AT_MOST, rest)
    rest, _ = _without(_ABOUT, rest)
    rest, _ = _without(_LABEL, rest)
    rest, currency = _without_currency(rest, default_currency, text)
    per_person = True if each and not together else False if together and not each else None
    rest = rest.strip(" :,()")
    if _FREE.fullmatch(rest):
        return ParsedMoney(Decimal(0), Decimal(0), currency, per_person)
    if re.match(r"[-负]\s*[0-9.零一二两三四五六七八九十百千万]", rest):
        raise _negative(text)
    match = _RANGE.fullmatch(rest)
    if match is None or (each and together):
        raise _unreadable(text)
    low, high = _ends(match[1], match[2] or match[1], text)
    return ParsedMoney(Decimal(0) if at_most else low, high, currency, per_person)


def _without(pattern: re.Pattern[str], text: str) -> tuple[str, bool]:
    """`text` with a blank for each match, so that what it parted stays parted, and whether there was one."""
    rest, count = pattern.subn(" ", text)
    return rest, count > 0


def _without_currency(text: str, default: str | None, source: str) -> tuple[str, str | None]:
    """`text` without its currency words, and the currency; raises InputError when it names two."""
    found = {match.lastgroup or "" for match in _CURRENCY.finditer(text)}
    codes = found & set(CURRENCIES)
    if "dollar" in found and not codes & set(DOLLARS):
        codes.add(default if default in DOLLARS else "USD")
    if "yen_or_yuan" in found and "JPY" not in codes:
        codes.add("CNY")
    if "yuan" in found and not codes:
        codes.add("CNY")
    if len(codes) > 1:
        raise _unreadable(source)
    return _CURRENCY.sub(" ", text), codes.pop() if codes else default


def _ends(first: str, last: str, source: str) -> tuple[Decimal, Decimal]:
    """Both ends of a range, the lower first; in "1-2万" the unit holds for both."""
    (low, low_unit), (high, high_unit) = _number(first, source), _number(last, source)
    if low_unit is None and high_unit is not None and low * high_unit < high:
        low *= high_unit
    ends = sorted((_checked(low), _checked(high)))
    return ends[0], ends[1]


def _number(text: str, source: str) -> tuple[Decimal, Decimal | None]:
    """The number and the value of its unit: 12000 and 10000 for "1.2万", 350 and None for "三百五"."""
    if text[0] not in "0123456789.":
        return _chinese(text, source), None
    match = re.fullmatch(r"([0-9.,]+)\s*([万千百wk])?([0-9])?(千)?", text)
    if match is None:
        raise _unreadable(source)
    unit = _PLACES[match[2]] if match[2] else None
    number = Decimal(match[1].replace(",", "")) * (unit or 1)
    if unit and match[3]:  # 1万2 and 1万2千 are 12,000
        if "." in match[1] or (match[4] and unit != 10000):
            raise _unreadable(source)
        number += Decimal(match[3]) * unit / 10
    return number, unit


def _chinese(text: str, source: str) -> Decimal:
    match = _CHINESE.fullmatch(text)
    if match is None or not (any(match.groups()) or text == "零") or (match[5] and not any(match.group(1, 2, 3, 4))):
        raise _unreadable(source)
    number = _section(match.group(1, 2, 3, 4)) * 10000 + _section(match.group(6, 7, 8, 9))
    colloquial = re.search(f"([百千万])({_DIGIT})$", text)
    if colloquial:  # 三百五 is 350, not 305
        digit = _value(colloquial[2])
        number += digit * int(_PLACES[colloquial[1]]) // 10 - digit
    return Decimal(number)


def _section(groups: tuple[str | None, ...]) -> int:
    thousands, hundreds, tens, ones = groups
    ten = _value(tens[0]) if tens and len(tens) == 2 else 1 if tens else 0
    return _value(thousands) * 1000 + _value(hundreds) * 100 + ten * 10 + _value(ones)


def _value(digit: str | None) -> int:
    return "零一二三四五六七八九".index(digit.replace("两", "二")) if digit else 0


def _checked(amount: Decimal) -> Decimal:
    """`amount` in cents, rounded half up; raises InputError outside 0 and 10**9."""
    if amount < 0:
        raise _negative(f"{amount:.12g}")
    if amount > LARGEST:
        raise InputError(
            en=f"The amount {amount:.12g} is above {LARGEST:,}; give a smaller one.",
            zh=f"金额 {amount:.12g} 超过了 {LARGEST:,}；请填一个小一些的数。",
            field="budget",
        )
    rounded = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return rounded.to_integral_value() if rounded == rounded.to_integral_value() else rounded


def _negative(value: str) -> InputError:
    return InputError(
        en=f"The amount “{value}” is below zero; give 0 or more.",
        zh=f"金额“{value}”小于零；请填 0 或更大的数。",
        field="budget",
    )


def _unreadable(value: str) -> InputError:
    shown = value if len(value) <= 40 else value[:39] + "…"
    return InputError(
        en=f"“{shown}” is not an amount of money; give one such as 300, ¥300, $45.50 or 60-120.",
        zh=f"看不懂金额“{shown}”；请填 300、¥300、US$45.50 或 60-120 这样的数。",
        field="budget",
    )
