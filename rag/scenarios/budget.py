"""The amount of money a text means as the budget, found in its words and read by rag.money."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from rag.errors import InputError
from rag.money import CURRENCIES, LARGEST, parse_money
from rag.scenarios.reading import Reader, refuse


class Budget(NamedTuple):
    """The upper end of an amount for all people together, and its currency (ISO 4217)."""

    amount: Decimal
    currency: str


class Mention(NamedTuple):
    """An amount in a text. It is `marked` when the text calls it a budget or a limit."""

    words: str
    amount: Decimal
    currency: str
    each: bool
    marked: bool


_CODES = "|".join(code.lower() for code in CURRENCIES)
_SIGN = rf"(?:(?:us|hk|nt|au|ca|jp|cn|mop|[sac])?[¥$€£₩฿₹]|\b(?:{_CODES}|rmb)\b)"
_UNIT = (
    rf"(?:元(?![旦宵素月])|块钱?|圆|円|人民币|美元|美金|美刀|刀|欧元?|英镑|日[元圆币]|港[币元纸]|新?台币|澳门[币元]|葡币|韩[元币]|新加坡[元币]|新币|坡币"
    rf"|澳[元币]|加[元币]|瑞士法郎|瑞郎|泰铢|卢比|[€£]|\$|(?:{_CODES}|rmb|yuan|dollars?|bucks?|euros?|pounds?|quid|yen|won|baht|rupees?)\b)"
)
_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(?:\.[0-9]{1,6})?(?![0-9])\s?(?:[万千百]|[wk]\b)?"
_NUMERAL = "[一二两三四五六七八九十][一二三四五六七八九十百千万零]{0,8}"
_ABOUT = (
    r"(?:\s?(?:的话|:|=|大概|大约|差不多|约|是|为|有|在|到|了|个|的|就|只"
    r"|about|around|roughly|total|only|just|of|is|was|the|a)){0,5}\s?"
)
_EACH = r"人均(?:消费|预算)?|每人|每个人|每位|一个人|一人|\baa制?|\beach\b|\bper person\b"
_LIMIT = (
    r"预算|经费|花[费销]?|消费|控制|不超过|不要超过|不能超过|别超过|不高于|最多|至多|顶多|上限"
    r"|\bbudget|\bunder\b|\bup to\b|\bat most\b|\bno more than\b"
    r"|\bnot more than\b|\bless than\b|\bmax(?:imum)?\b|\bwithin\b|\bbelow\b|\bspend(?:ing)?\b|\bkeep it (?:to|under)\b"
)
_AFTER = (
    r"\s?(?:(?P<after_each>/\s?(?:人|位|person|pp|head)|每人|一个人|一人|人均"
    r"|\beach\b|\bper (?:person|head)\b|\ba head\b|\bapiece\b"
    r"|\bpp\b|p\.p\.|aa制?)|(?P<after_limit>以内|以下|之内|内|封顶|上限|预算|的预算|左右的预算"
    r"|\bbudget\b|\bor less\b|\btops\b|\bmax(?:imum)?\b"
    r"|\bin total\b|\bat most\b))?"
)
_MENTION = re.compile(
    rf"(?P<limit>{_LIMIT})?{_ABOUT}(?P<each>{_EACH})?(?P<limit2>{_LIMIT})?{_ABOUT}"
    rf"(?P<core>(?P<minus>(?<![0-9a-z])-)?(?P<sign>{_SIGN})?\s?-?(?P<amount>{_DIGITS}|{_NUMERAL})\s?(?P<unit>{_UNIT})?"
    rf"(?:\s?(?:[-–~到至]|\bto\b)\s?(?P<sign2>{_SIGN})?\s?(?:{_DIGITS}|{_NUMERAL})\s?(?P<unit2>{_UNIT})?)?){_AFTER}",
    re.ASCII,
)
_OTHER_UNIT = re.compile(
    r"\s?(?:[岁点天人号日月年米名次家站层几多:/%°]|个|分钟|小时|公里|千米|周|刻|[a-z]{0,3}m\b|am\b|pm\b|minutes?|mins?|hours?|hrs?|h\b|days?|weeks?|nights?"
    r"|people|persons?|miles?|years?|stops?|places?|stars?|[-.][0-9])"
)
_OR = re.compile(r"\s?(?:,?\s?(?:或者?|还是|or)|/|\(|=|、)?\s?")
_NO_NUMBER = re.compile(
    r"(?:预算|\bbudget(?:\sof|\sis|:)?)\s?(?:是|为|:)?\s?(?P<words>nan\b|inf(?:inity)?\b|[0-9.]{1,20}e[+-]?[0-9]{1,6}"
    r"|[a-z]{2,8}\s?(?:元|块|yuan\b|dollars?\b|usd\b|cny\b))",
    re.ASCII,
)
_FREE = re.compile(
    r"零预算|预算(?:是|为)?零|零[元块]|零花费|不想?花钱|\bno money\b|\bzero budget\b|\bfor free\b|\bfree date\b",
    re.ASCII,
)


def find_amounts(reader: Reader, *, default_currency: str) -> list[Mention]:
    """The amounts in what is left of the text, taken out of it. Raises InputError for a negative or endless one."""
    mentions: list[Mention] = []
    for match in reader.find(_NO_NUMBER):
        parse_money(reader.words(*match.span("words")), default_currency=default_currency)  # says why it is none
    for match in reader.find(_FREE):
        mentions.append(Mention(reader.take(*match.span()), Decimal(0), default_currency, each=False, marked=True))
    previous = -1
    for match in reader.find(_MENTION):
        if not _is_money(match, reader.left):
            continue
        core = match["core"] if match["limit"] or match["limit2"] else match["core"].lstrip("-")
        parsed = parse_money(core.strip(), default_currency=default_currency)
        also = previous >= 0 and mentions[-1].marked and _OR.fullmatch(reader.left[previous : match.start()])
        mentions.append(
            Mention(
                reader.words(*match.span("core")),
                parsed.high,
                parsed.currency or default_currency,
                each=bool(match["each"] or match["after_each"]),
                marked=_is_marked(match) or bool(also),
            )
        )
        previous = match.end()
        reader.take(*match.span())
    return mentions


def _is_marked(match: re.Match[str]) -> bool:
    return any(match[name] for name in ("limit", "limit2", "each", "after_each", "after_limit"))


def _is_money(match: re.Match[str], text: str) -> bool:
    """Whether the number is one of money: by its sign or unit, or by a word such as "budget" beside it."""
    amount = match["amount"]
    numeral = not amount[0].isdigit()
    if unit := match["unit"] or match["unit2"]:
        return not (unit == "块" and numeral and len(amount) == 1)  # 一块去, 两块蛋糕
    if match["sign"] or match["sign2"] or match["after_each"]:
        return True
    vague = numeral and not re.search("[十百千万]", amount)
    return _is_marked(match) and not vague and not _OTHER_UNIT.match(text, match.end("core"))


def choose_amount(mentions: list[Mention], people: int) -> Budget | None:
    """The budget for all `people`, or None when no amount was mentioned.

    An amount that the text calls a budget or a limit wins. Raises InputError that asks when two of them differ.
    """
    candidates = [mention for mention in mentions if mention.marked] or mentions
    budgets = {_total(mention, people): mention.words for mention in candidates}
    if len(budgets) > 1:
        named = list(budgets.values())
        raise refuse(
            "budget",
            f"{named[0]}, {named[1]}",
            en="The text names two amounts ({}); which one is the budget? Say e.g. “budget 300 yuan”.",
            zh="文字里有两个金额（{}），哪一个是预算？请写成“预算300元”。",
        )
    return next(iter(budgets), None)


def parse_budget(value: object, *, default_currency: str, people: int) -> Budget:
    """The budget a form or a flag gives: a number, "300", "$50 each" or 人均150. Raises InputError, field "budget"."""
    parsed = parse_money(value, default_currency=default_currency)
    total = parsed.high * (people if parsed.per_person else 1)
    return Budget(_checked(total, value), parsed.currency or default_currency)


def parse_currency(value: object, fallback: str) -> str:
    """The ISO 4217 code of "usd", 人民币 or "€". Raises InputError naming the currencies that are known."""
    if isinstance(value, str) and len(value) <= 20:
        code = value.strip().upper()
        if code in CURRENCIES or code == fallback:
            return code
        try:
            found = parse_money(f"1 {value.strip()}", default_currency=None).currency
        except InputError:
            found = None
        if found and not any(character.isdigit() for character in value):
            return found
    raise refuse(
        "budget",
        value,
        en=f"The currency “{{}}” is not known; give one of {', '.join(CURRENCIES)}.",
        zh=f"不认识货币“{{}}”；请用 {'、'.join(CURRENCIES)} 之一。",
    )


def _total(mention: Mention, people: int) -> Budget:
    return Budget(_checked(mention.amount * (people if mention.each else 1), mention.words), mention.currency)


def _checked(total: Decimal, value: object) -> Decimal:
    if total > LARGEST:
        raise refuse(
            "budget",
            value,
            en="The budget “{}” for all people is over 1,000,000,000; give a smaller one.",
            zh="所有人的总预算“{}”超过十亿；请改小一些。",
        )
    return total
