"""Catalogues: columns in two languages become items, nothing is guessed, and what is refused is named."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.items import ItemTable, read_items
from rag.catalogue import CATEGORIES
from rag.schema import Item

HERE = Path(__file__)
PLACES = next((path for up in HERE.parents if (path := up / "shared/data/places").is_dir()), None)
DOCUMENTS = HERE.parents[2] / "knowledge/documents"


@dataclass
class Sheet:
    """A table as a loader would hand it over."""

    header: list[str]
    rows: list[list[str]] = field(default_factory=list)
    first_row: int = 2


def sheet(text: str) -> Sheet:
    """A table of lines with cells between bars."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return Sheet(lines[0], lines[1:])


def read(text: str, path: str = "places/mine.csv") -> ItemTable:
    found = read_items(sheet(text), path=path)
    assert found is not None
    return found


def only(text: str, path: str = "places/mine.csv") -> Item:
    ((_, item),) = read(text, path).items
    return item


def place(column: str, value: str) -> Item:
    """A place with one more cell."""
    return only(f"店名 | 城市 | {column}\n老地方 | 北京 | {value}")


def load(path: Path) -> Sheet:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    return Sheet(rows[0], rows[1:])


@pytest.mark.parametrize(
    ("header", "path", "kind"),
    [
        pytest.param("店名|地址|人均消费", "mine.csv", "place", id="address"),
        pytest.param("name|city|price", "mine.csv", "place", id="city"),
        pytest.param("店名|地址", "mine.csv", "place", id="venue and address"),
        pytest.param("名称|人均最低|人均最高|最短分钟", "mine.csv", "activity", id="price and stay"),
        pytest.param("Name|Duration", "mine.csv", "activity", id="stay"),
        pytest.param("名称|最低价|场合", "mine.csv", "gift", id="occasions"),
        pytest.param("name|price", "gifts/mine.csv", "gift", id="gifts folder"),
        pytest.param("question|answer|category", "faq.csv", None, id="faq"),
        pytest.param("问题|答案|类型", "faq.csv", None, id="Chinese faq"),
        pytest.param("term|definition|price|name|city", "glossary.csv", None, id="glossary"),
        pytest.param("name|description", "notes.csv", None, id="notes"),
        pytest.param("name|address|phone", "contacts.csv", None, id="contacts"),
        pytest.param("城市|人均消费", "statistics.csv", None, id="no names"),
        pytest.param("", "empty.csv", None, id="no header"),
    ],
)
def test_the_columns_decide_the_kind(header: str, path: str, kind: str | None) -> None:
    found = read_items(Sheet(header.split("|")), path=path)
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    ("header", "field_name"),
    [
        *[(header, "price_per_person") for header in ("人均消费(元)", "人均", "Price per person (USD)", "avg price")],
        *[(header, "ticket") for header in ("门票", "Ticket_Price", "Admission Fee")],
        *[(header, "price") for header in ("价格（元）", "price_usd", "Price", "价格/元")],
        *[(header, "price_low") for header in ("最低价", "人均最低", "price_low", "Min Price")],
        *[(header, "hours") for header in ("营业时间", "开放时间", "Opening Hours", "open_hours")],
        *[(header, "duration") for header in ("游玩时间", "时长（分钟）", "duration_min")],
        *[(header, "booking_days") for header in ("提前预订", "booking-lead", "lead_days")],
        *[(header, "tags") for header in ("兴趣标签", "interests")],
    ],
)
def test_headers_are_known_in_every_spelling(header: str, field_name: str) -> None:
    found = read_items(Sheet(["name", "city", "category", header]), path="mine.csv")
    assert found is not None
    assert found.mapping[header] == field_name


def test_a_row_becomes_an_item_with_all_its_fields() -> None:
    item = only(
        "店名 | 分类 | 城市 | 商圈 | 地址 | 人均消费 | 营业时间 | 评分 | 标签 | 室内 | 适合阶段 | 简介"
        " | 数据日期 | 地铁\n"
        "一间咖啡 | 咖啡馆 | 上海 | 静安 | 某路1号 | 45 | 每天 10:00-22:00 | 4.5 | 安静、手冲 | 是 | 初次约会；热恋"
        " | 靠窗 | 2026年11月 | 2号线"
    )
    assert item.hours is not None
    assert item == Item(
        kind="place", name="一间咖啡", description="靠窗", category="cafe", city="上海", area="静安", address="某路1号",
        price_low=Decimal(45), price_high=Decimal(45), currency="CNY", per_person=True, hours=item.hours,
        hours_text="每天 10:00-22:00", indoor=True, stages=("first_date", "dating"), tags=("安静", "手冲"), rating=4.5,
        as_of="2026-11", extra={"地铁": "2号线"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value", "low", "high", "currency"),
    [
        pytest.param("人均消费", "80", "80", "80", "CNY", id="number"),
        pytest.param("人均消费", "60-120元", "60", "120", "CNY", id="range"),
        pytest.param("门票", "免费", "0", "0", "CNY", id="free"),
        pytest.param("门票", "0", "0", "0", "CNY", id="zero"),
        pytest.param("价格(HK$)", "200", "200", "200", "HKD", id="currency of the header"),
        pytest.param("价格(HK$)", "$200", "200", "200", "HKD", id="bare dollar under Hong Kong dollars"),
        pytest.param("价格", "$30", "30", "30", "USD", id="sign in the cell"),
        pytest.param("price_jpy", "¥3,000", "3000", "3000", "JPY", id="yen sign under yen"),
    ],
)
def test_prices_are_read_with_their_currency(column: str, value: str, low: str, high: str, currency: str) -> None:
    item = place(column, value)
    assert (item.price_low, item.price_high, item.currency) == (Decimal(low), Decimal(high), currency)


@pytest.mark.parametrize("value", ["", "-", "暂无", "N/A"])
def test_an_absent_price_is_none_and_no_problem(value: str) -> None:
    found = read(f"店名|城市|人均消费\n老地方|北京|{value}")
    assert found.items[0][1].price_low is found.items[0][1].price_high is None
    assert found.problems == []


@pytest.mark.parametrize("value", ["-5", "NaN", "inf", "1e400", "99999999999", "便宜", "300起"])
def test_an_impossible_price_is_none_and_named(value: str) -> None:
    found = read(f"店名|城市|人均消费\n老地方|北京|{value}")
    item = found.items[0][1]
    assert item.price_low is item.price_high is None
    assert found.problems == [f"Row 2, column 人均消费: “{value}” is not understood as a price; it is left out."]
    assert item.extra == {"人均消费": value}


def test_a_sign_against_the_currency_column_is_a_problem() -> None:
    found = read("name|city|price|currency\nDiner|Boston|€30|USD")
    assert found.items[0][1].price_high is None
    assert len(found.problems) == 1


def test_an_amount_of_an_unknown_currency_is_no_price() -> None:
    item = only("名称|城市|价格|币种\n乐园|北京|30|金币")
    assert item.price_high is None
    assert item.extra == {"币种": "金币", "价格": "30"}


def test_no_currency_is_assumed_under_english_headers() -> None:
    assert only("name|city|price\nDiner|Boston|30").currency is None


def test_crossed_prices_are_left_out() -> None:
    found = read("名称|最低价|最高价|时长\n陶艺|90|30|1小时")
    assert found.items[0][1].price_high is None
    assert found.items[0][1].extra == {"最低价": "90", "最高价": "30"}
    assert len(found.problems) == 1


def test_a_lower_end_alone_is_not_a_price_to_plan_with() -> None:
    item = only("名称|最低价|最高价|时长\n陶艺|90||1小时")
    assert (item.price_low, item.price_high) == (Decimal(90), None)


def test_only_one_of_several_prices_counts_and_the_others_stay_as_text() -> None:
    item = only("名称|城市|门票|人均消费\n园子|北京|20|50")
    assert item.price_high == 50
    assert item.extra == {"门票": "20"}


def test_each_price_of_a_row_is_kept_with_its_currency_or_tier() -> None:
    item = only("name | price_usd | price_gbp\nTacos | 9-18 | 8-15", "activities/a.csv")
    assert [f"{point.low}-{point.high} {point.currency}" for point in item.prices] == ["9-18 USD", "8-15 GBP"]
    assert item.price_high == 18
    assert item.currency == "USD"
    assert item.priced_for("GBP", None).price_high == 15
    assert item.priced_for("EUR", None) is item


def test_the_tier_of_the_city_decides_the_price_and_the_dearest_where_it_is_unknown() -> None:
    item = only("名称 | 一线人均 | 二线人均 | 三线人均\n看电影 | 50-90 | 40-60 | 0-0", "activities/a.csv")
    assert [item.priced_for("CNY", tier).price_high for tier in (1, 2, 3, None)] == [90, 60, 0, 90]


@pytest.mark.parametrize(
    ("table", "tier", "high"),
    [
        ("名称 | 三线人均 | 二线人均\n看电影 | 30 | 60", 1, 60),
        ("名称 | 三线人均 | 二线人均\n看电影 | 30 | 60", None, 60),
        ("名称 | 三线人均\n看电影 | 30", 3, 30),
        ("名称 | 人均(元) | 一线人均 | 二线人均\n看电影 | 50 | 90 | 60", 1, 90),
        ("名称 | 一线人均 | 二线人均\n看电影 |  | 60", 1, 60),
    ],
)
def test_a_tier_that_is_not_priced_costs_what_the_dearest_does(table: str, tier: int | None, high: int) -> None:
    assert only(table, "activities/a.csv").priced_for("CNY", tier).price_high == high


def test_a_tier_of_lower_and_upper_ends_is_not_read_as_the_price_everywhere() -> None:
    found = read("名称 | 三线最低价 | 三线最高价 | 最短分钟\n看电影 | 10 | 20 | 90", "activities/a.csv")
    assert found.items[0][1].price_high is None
    assert found.items[0][1].extra == {"三线最低价": "10", "三线最高价": "20"}


def test_each_price_says_for_itself_whether_it_is_for_two() -> None:
    item = only("name | price_usd (for two) | price_gbp | minutes_low\nTacos | 30 | 15 | 60", "activities/a.csv")
    assert [item.priced_for(currency, None).per_person for currency in ("USD", "GBP")] == [False, True]


def test_a_price_of_one_tier_that_is_not_understood_is_named_and_the_others_stay() -> None:
    found = read("名称 | 一线人均 | 二线人均\n看电影 | 50-90 | 看情况", "activities/a.csv")
    assert [point.tier for point in found.items[0][1].prices] == [1]
    assert "二线人均" in found.problems[0]


@pytest.mark.parametrize(
    ("cell", "days"),
    [
        ("weekend", (6, 7)),
        ("工作日", (1, 2, 3, 4, 5)),
        ("周五;周六", (5, 6)),
        ("", ()),
        ("不限", ()),
        ("weekday;weekend", ()),
    ],
)
def test_weekdays_are_iso_numbers(cell: str, days: tuple[int, ...]) -> None:
    assert place("适合星期", cell).weekdays == days


def test_seasons_are_known_in_both_languages() -> None:
    assert place("适合季节", "冬;spring").seasons == ("spring", "winter")
    assert place("适合季节", "四季").seasons == ()


@pytest.mark.parametrize(
    ("text", "path", "per_person"),
    [
        pytest.param("店名|城市|人均消费\n老地方|北京|50", "a.csv", True, id="each"),
        pytest.param("店名|城市|价格(两人)\n老地方|北京|50", "a.csv", False, id="header for two"),
        pytest.param("name|city|price\nDiner|Boston|$50 for two", "a.csv", False, id="cell for two"),
        pytest.param("名称|价格\n花|50", "gifts/a.csv", False, id="gift"),
    ],
)
def test_a_price_is_for_one_person_unless_it_says_otherwise(text: str, path: str, per_person: bool) -> None:
    assert only(text, path).per_person is per_person


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        pytest.param("2小时 - 4小时", 120, 240, id="hours"),
        pytest.param("0.3小时 - 0.5小时", 18, 30, id="parts of hours"),
        pytest.param("1天", 480, 480, id="day"),
        pytest.param("3天 - 6天", 1440, 2880, id="days"),
        pytest.param("90分钟", 90, 90, id="minutes"),
        pytest.param("1-2h", 60, 120, id="unit at the end"),
        pytest.param("45 min", 45, 45, id="min"),
        pytest.param("1小时30分钟", 90, 90, id="hour and minutes"),
        pytest.param("1 h 30 m", 90, 90, id="h and m"),
        pytest.param("一个半小时", 90, 90, id="spoken hour and a half"),
        pytest.param("半小时到两小时", 30, 120, id="spoken"),
        pytest.param("约2小时", 120, 120, id="about"),
        pytest.param("2小时以上", 120, None, id="open end"),
        pytest.param("", None, None, id="absent"),
    ],
)
def test_stays_are_minutes_and_a_day_has_eight_hours(value: str, low: int | None, high: int | None) -> None:
    item = place("游玩时间", value)
    assert (item.minutes_low, item.minutes_high) == (low, high)


@pytest.mark.parametrize("value", ["90", "0分钟", "很久", "4小时-2小时", "99天", "-1小时", "1:30"])
def test_a_stay_that_is_not_sure_is_left_out(value: str) -> None:
    found = read(f"景点|城市|游玩时间\n园子|北京|{value}")
    assert found.items[0][1].minutes_low is found.items[0][1].minutes_high is None
    assert len(found.problems) == 1


def test_the_header_may_give_the_unit() -> None:
    assert place("时长(分钟)", "90").minutes_low == 90
    assert place("duration_hours", "1.5-2").minutes_high == 120
    assert place("最短分钟", "40").minutes_low == 40


@pytest.mark.parametrize(
    ("cell", "name", "category"),
    [
        ("meal", "Anything", "meal"),
        ("餐馆", "玉林烤鸭", "meal"),
        ("餐馆", "一坐一忘(书店旁店)", "meal"),
        ("餐馆", "IVV咖啡", "cafe"),
        ("餐厅", "大董甜品", "dessert"),
        ("Restaurant", "Corner Café", "cafe"),
        ("餐馆", "三味茶馆", "drink"),
        ("景点", "密云博物馆", "museum"),
        ("景点", "中国动物博物馆", "museum"),
        ("景点", "香山公园", "nature"),
        ("景点", "万寿山", "nature"),
        ("景点", "北京海洋馆", "animals"),
        ("景点", "长陵", "sight"),
        ("attraction", "City Art Museum", "museum"),
        ("酒吧", "三里", "drink"),
        ("电影院", "大光明", "film"),
        ("书店", "三联", "books"),
        ("", "老地方电影院", "film"),
        ("", "老地方", ""),
        ("其他", "老地方", ""),
    ],
)
def test_the_rows_own_words_give_the_category(cell: str, name: str, category: str) -> None:
    assert only(f"名称|类型|城市|评分\n{name}|{cell}|北京|4").category == category


@pytest.mark.parametrize(
    ("text", "indoor"),
    [
        pytest.param("名称|类型|城市\n密云博物馆|景点|北京", True, id="museum"),
        pytest.param("名称|类型|城市\n香山公园|景点|北京", False, id="park"),
        pytest.param("名称|类型|城市\n长陵|景点|北京", None, id="sight"),
        pytest.param("名称|类型|城市|室内\n密云博物馆|景点|北京|both", None, id="both"),
        pytest.param("名称|类型|城市|室内\n密云博物馆|景点|北京|户外", False, id="said"),
        pytest.param("name|category|price\nTaco truck|meal|9", None, id="not of an activity"),
    ],
)
def test_indoors_is_said_or_sure(text: str, indoor: bool | None) -> None:
    assert only(text).indoor is indoor


@pytest.mark.parametrize(
    ("words", "stages"),
    [
        ("认识期/暧昧", ("getting_to_know", "early")),
        ("第一次约会、恋爱中", ("first_date", "dating")),
        ("同居;婚后", ("long_term",)),
        ("异地", ("long_distance",)),
        ("First date, long-term", ("first_date", "long_term")),
        ("early;dating;long_term", ("early", "dating", "long_term")),
        ("不限", ()),
    ],
)
def test_stages_are_known_by_their_everyday_names(words: str, stages: tuple[str, ...]) -> None:
    assert place("适合阶段", words).stages == stages


def test_choices_are_read_in_both_languages() -> None:
    item = only("""
        名称 | 价格 | 天气 | 体力 | 适合聊天 | 适合时段 | 提前预订 | 含酒精 | 场合
        骑行 | 20 | 晴天 | 中等 | 高 | 晚上、下午 | 1周 | 否 | 生日;纪念日
    """)
    assert (item.weather, item.energy, item.conversation_fit, item.alcohol) == ("dry", "medium", "high", "no")
    assert (item.time_of_day, item.booking_days) == (("afternoon", "evening"), 7)
    assert item.occasions == ("生日", "纪念日")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *[("评分", value) for value in ("很好", "nan", "11", "-1")],
        *[("室内", "也许"), ("适合阶段", "三年级"), ("数据日期", "2026-13"), ("天气", "下雨"), ("提前预订", "看情况")],
    ],
)
def test_what_is_not_understood_stays_as_text_and_is_named(column: str, value: str) -> None:
    found = read(f"店名|城市|{column}\n老地方|北京|{value}")
    assert found.items[0][1].extra == {column: value}
    assert len(found.problems) == 1
    assert all(part in found.problems[0] for part in ("Row 2", column, value))


def test_hours_that_are_not_understood_stay_as_text() -> None:
    found = read("店名|城市|营业时间\n老地方|北京|看老板心情")
    assert (found.items[0][1].hours, found.items[0][1].hours_text) == (None, "看老板心情")
    assert "看老板心情" in found.problems[0]


@pytest.mark.parametrize(
    ("written", "date"),
    [("2019", "2019"), ("2026/1/3", "2026-01-03"), ("2026年11月", "2026-11"), ("2026-11", "2026-11")],
)
def test_dates_keep_their_precision(written: str, date: str) -> None:
    assert place("数据日期", written).as_of == date


def test_recommended_dishes_are_tags_and_the_description_where_there_is_none() -> None:
    item = only("店名|城市|推荐菜\n老地方|北京|烧饼、豆汁、烧饼")
    assert (item.tags, item.description) == (("烧饼", "豆汁"), "推荐菜：烧饼、豆汁、烧饼")


def test_rows_without_a_name_and_equal_rows_are_named_and_left_out() -> None:
    found = read("店名|城市|人均消费\n老地方|北京|50\n|北京|60\n老地方|北京|50\n||\n新地方|北京")
    assert [(index, item.name) for index, item in found.items] == [(0, "老地方"), (4, "新地方")]
    assert found.problems == [
        "Row 3 has no name; it is left out.",
        "Row 4 is the same as row 2; it is kept once.",
    ]


def test_a_column_that_is_wrong_everywhere_is_said_once_in_the_end() -> None:
    rows = "\n".join(f"店{number}|北京|贵" for number in range(50))
    found = read(f"店名|城市|人均消费\n{rows}")
    assert len(found.items) == 50
    assert len(found.problems) == 21
    assert found.problems[-1] == "30 more rows have such a problem in column 人均消费."


HEADERS = [
    *("名称", "城市", "类型", "人均消费", "价格", "最低价", "最高价", "币种", "营业时间", "游玩时间", "最短分钟"),
    *("评分", "标签", "室内", "适合阶段", "提前预订", "数据日期", "推荐菜", "备注"),
]
CELLS = [
    *("", "-", "NaN", "-1", "0", "50", "1e9", "60-20", "¥5", "$3", "免费", "2小时", "9天-1天", "10:00-22:00"),
    *("是", "热恋", "2026-02-30"),
]


@given(st.lists(st.lists(st.one_of(st.sampled_from(CELLS), st.text(max_size=8)), max_size=20), max_size=4))
def test_any_cells_become_items_within_their_bounds(rows: list[list[str]]) -> None:
    found = read_items(Sheet(HEADERS, rows), path="places/any.csv")
    assert found is not None
    for index, item in found.items:
        assert 0 <= index < len(rows)
        assert item.price_low is None or item.price_low >= 0
        assert item.price_high is None or (item.price_low is not None and item.price_low <= item.price_high)
        assert item.category in ("", *CATEGORIES)


@pytest.mark.skipif(PLACES is None, reason="no shared/data/places beside or above the repository")
@pytest.mark.parametrize(
    ("name", "price", "unread_hours"),
    [("beijing_attractions.csv", "门票", 0), ("beijing_restaurants.csv", "人均消费", 2)],
)
def test_every_row_of_the_place_lists_is_an_item_with_the_price_of_its_column(
    name: str, price: str, unread_hours: int
) -> None:
    assert PLACES is not None
    table = load(PLACES / name)
    found = read_items(table, path=f"places/{name}")
    assert found is not None
    assert found.kind == "place"
    assert [index for index, _ in found.items] == list(range(len(table.rows)))
    at = table.header.index(price)
    for index, item in found.items:
        cell = table.rows[index][at]
        assert item.price_high == item.price_low == (Decimal(cell) if cell else None)
        assert item.category in CATEGORIES
        assert (item.currency, item.per_person, item.as_of) == ("CNY", True, "2019")
    assert len(found.problems) == unread_hours


@pytest.mark.parametrize(
    ("path", "kind", "currency"),
    [
        pytest.param("activities/activities_zh.csv", "activity", "CNY", id="activities in Chinese"),
        pytest.param("activities/activities_en.csv", "activity", "USD", id="activities in English"),
        pytest.param("gifts/gifts_zh.csv", "gift", "CNY", id="gifts in Chinese"),
        pytest.param("gifts/gifts_en.csv", "gift", "USD", id="gifts in English"),
    ],
)
def test_the_shipped_catalogues_are_read_whole_and_without_a_problem(path: str, kind: str, currency: str) -> None:
    if not (DOCUMENTS / path).is_file():
        pytest.skip(f"{path} is not shipped here")
    table = load(DOCUMENTS / path)
    found = read_items(table, path=path)
    assert found is not None
    assert (found.kind, found.problems) == (kind, [])
    assert len(found.items) == len(table.rows) > 0
    for _, item in found.items:
        assert item.price_low is not None
        assert item.price_high is not None
        assert item.currency == currency
        assert item.per_person is (kind == "activity")
        assert item.stages
        assert item.as_of == "2026-11"
        assert kind == "gift" or (item.category in CATEGORIES and item.minutes_high)


@pytest.mark.parametrize(
    ("cell", "city"),
    [
        pytest.param("北京市", "北京", id="suffix"),
        pytest.param("曲靖市", "曲靖", id="suffix of a city not in the table"),
        pytest.param("沙市", "沙市", id="part of a short name"),
        pytest.param("胡志明市", "胡志明市", id="part of a long name"),
        pytest.param("Beijing  City", "Beijing", id="English suffix"),
        pytest.param("Kansas City", "Kansas City", id="part of an English name"),
        pytest.param("Mexico City", "Mexico City", id="part of a known English name"),
        pytest.param("暂无", None, id="not known"),
    ],
)
def test_a_city_is_stored_without_what_is_not_its_name(cell: str, city: str | None) -> None:
    assert only(f"店名|城市|人均消费\n老地方|{cell}|30").city == city
