"""Which field of an item a column holds: header words in Chinese and English."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from rag.errors import InputError
from rag.money import CURRENCIES, parse_money

_ALIASES = {
    "name": (
        "名称 店名 景点 景点名称 餐厅 餐厅名称 店铺 商家 商家名称 商户 商户名称 店铺名称 场所 地点名称 "
        "venuename placename "
        "地点 活动 活动名称 礼物 礼物名称 标题 "
        "name title venue place restaurant attraction activity gift shop poi 名字"
    ),
    "category": "类型 分类 类别 种类 品类 菜系 category type kind cuisine",
    "city": "城市 所在城市 city town",
    "area": "区域 区 商圈 城区 所在区 行政区 area district neighbourhood neighborhood region",
    "address": "地址 详细地址 位置 address location street",
    "price_per_person": (
        "人均消费 人均 人均价格 人均价 每人价格 人均费用 priceperperson avgprice averageprice "
        "costperperson percapita perperson avgcost averagecost pricepp spendperperson"
    ),
    "ticket": (
        "门票 票价 门票价格 入场费 门票费 ticket tickets ticketprice admission admissionfee "
        "entry entryfee entrance entrancefee"
    ),
    "price": "价格 价钱 费用 花费 售价 单价 参考价 参考价格 price cost fee budget",
    "price_low": (
        "最低价 人均最低 价格最低 最低价格 最低人均 起价 pricelow minprice pricemin lowprice pricefrom lowestprice"
    ),
    "price_high": (
        "最高价 人均最高 价格最高 最高价格 最高人均 pricehigh maxprice pricemax highprice priceto highestprice"
    ),
    "currency": "币种 货币 currency",
    "hours": ("营业时间 开放时间 营业时段 开门时间 openhours openinghours hours businesshours openingtimes opentime"),
    "duration": (
        "visitlength lengthofvisit 游玩时间 时长 游玩时长 建议游玩时间 建议时长 游览时间 耗时 用时 停留时间 duration "
        "visitduration timeneeded length visittime suggestedduration"
    ),
    "minutes_low": "最短分钟 最少分钟 minuteslow minminutes minutesmin",
    "minutes_high": "最长分钟 最多分钟 minuteshigh maxminutes minutesmax",
    "rating": "评分 星级 打分 口碑 rating score stars",
    "tags": "标签 兴趣标签 兴趣 关键词 tags tag interests keywords",
    "dishes": "推荐菜 招牌菜 特色菜 必点 signaturedishes recommendeddishes musttry",
    "indoor": "室内 室内外 室内户外 indoor indoors indooroutdoor",
    "weather": "天气 适合天气 天气要求 weather",
    "stages": "适合阶段 阶段 关系阶段 stages stage relationshipstage suitablestages",
    "occasions": "场合 适合场合 送礼场合 occasions occasion",
    "energy": "体力 体力要求 energy effort",
    "conversation_fit": "适合聊天 聊天 conversationfit conversation",
    "weekdays": "适合星期 星期 适合日子 weekdays weekday daysofweek",
    "seasons": "适合季节 季节 seasons season",
    "time_of_day": "适合时段 时段 适合时间 timeofday besttime daypart",
    "booking_days": ("提前预订 提前预约 预订提前 提前天数 bookinglead bookingdays leaddays bookahead advancebooking"),
    "alcohol": "含酒精 酒精 含酒 alcohol",
    "description": (
        "简介 描述 介绍 说明 怎么玩 玩法 为什么合适 推荐理由 理由 特色 亮点 whathappens why "
        "description summary about details highlights intro"
    ),
    "as_of": "数据日期 日期 更新日期 更新时间 数据时间 asof date updated lastupdated updatedat",
}
_FIELD_OF = {alias: field for field, aliases in _ALIASES.items() for alias in aliases.split()}
_NOT_A_CATALOGUE = {"question", "answer", "问题", "答案", "问", "答", "term", "definition", "术语", "释义", "定义"}
_MANY = ("tags", "description")
_POINTS = ("price_per_person", "price")
_TIER = re.compile(r"([一二三])线(?:城市)?(?=.)")
_MINUTES = re.compile(r"(?:in)?(?:分钟|分|minutes?|mins?)")
_HOURS = re.compile(r"(?:in)?(?:小时|hours?|hrs?|h)")
_TOGETHER = re.compile(r"[两双2二]人|一对|情侣|for (?:two|2)|couple|total", re.IGNORECASE)


class Column(NamedTuple):
    """A known column: its place and header, its field, and what the header says about unit and currency."""

    at: int
    header: str
    field: str
    currency: str | None
    minutes: int | None
    """Minutes in one unit of a bare number, None when the header names no unit."""
    together: bool
    """The header says that the price is for two or for all."""
    tier: int | None = None
    """Of the Chinese cities whose price it is: 一线人均 is 1."""

    @property
    def is_price_point(self) -> bool:
        """Whether it is one of several prices of a row: price_usd, 二线人均."""
        return self.field in _POINTS and (self.currency is not None or self.tier is not None)


def read_columns(header: list[str]) -> list[Column]:
    """The known columns in their order, at most one for a field except for tags, description and prices that differ in
    currency or tier; [] for a FAQ."""
    columns: list[Column] = []
    for at, text in enumerate(header):
        column = _column(at, text)
        if _key(text) in _NOT_A_CATALOGUE:
            return []
        if column and (column.field in _MANY or not any(_same(column, known) for known in columns)):
            columns.append(column)
    return columns


def _same(one: Column, other: Column) -> bool:
    """Whether they say the same thing of a row; prices of another currency or tier do not."""
    points = one.is_price_point and other.is_price_point
    return one.field == other.field and not (points and (one.currency, one.tier) != (other.currency, other.tier))


def currency_of(text: str) -> str | None:
    """The ISO 4217 code that a word or sign means: "元", "US$", "eur"; None for anything else."""
    text = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch("[A-Z]{3}", text):
        return text
    try:
        return parse_money(f"{text} 1", default_currency=None).currency if text else None
    except InputError:
        return None


def is_chinese(text: str) -> bool:
    """Whether it has a Chinese character."""
    return re.search(r"[\u4e00-\u9fff]", text) is not None


def _column(at: int, text: str) -> Column | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    tier = _TIER.match(plain)
    plain = plain[tier.end() :] if tier else plain
    remarks = re.findall(r"[(\[](.*?)[)\]]", plain)
    words = [word for word in re.split(r"[\s_\-/.:]+", re.sub(r"[(\[].*?[)\]]", " ", plain)) if word]
    field = _FIELD_OF.get(_key(" ".join(words)))
    while field is None and len(words) > 1 and (_currencies(words[-1]) or _minutes([words[-1]])):
        remarks.append(words.pop())  # price_usd, duration_min
        field = _FIELD_OF.get(_key(" ".join(words)))
    if field is None or (tier and field not in _POINTS):
        return None
    currencies = [code for remark in remarks for code in _currencies(remark)]
    return Column(
        at, text, field, currencies[0] if currencies else None, _minutes(remarks), bool(_TOGETHER.search(plain)),
        "一二三".index(tier[1]) + 1 if tier else None,
    )  # fmt: skip


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


def _currencies(remark: str) -> list[str]:
    found = [currency_of(part.upper() if part.isascii() else part) for part in re.split(r"[/,、每人位\s]+", remark)]
    return [code for code in found if code in CURRENCIES]


def _minutes(remarks: list[str]) -> int | None:
    for remark in remarks:
        word = remark.strip().lower()
        if _MINUTES.fullmatch(word):
            return 1
        if _HOURS.fullmatch(word):
            return 60
    return None
