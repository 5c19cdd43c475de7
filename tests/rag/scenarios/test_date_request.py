"""Requests in both languages, read at ten on Saturday 2026-11-21 in Shanghai."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InputError
from rag.scenarios.date_request import MAX_TEXT, describe, understand
from rag.scenarios.vocabulary import STAGE_LABELS
from rag.schema import DateRequest
from rag.settings import Settings

NOW = dt.datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FIELDS = ("stage", "budget", "people", "city", "date", "start", "hours", "interests", "avoid", "indoor")


def read(text: str = "", *, now: dt.datetime = NOW, settings: Settings | None = None, **fields: Any) -> DateRequest:
    """The request as the front doors get it."""
    return understand(text, now=now, settings=settings or Settings(), **fields)


def said(request: DateRequest) -> dict[str, Any]:
    """The fields that were not defaults as JSON shows them; lists become words parted by spaces."""
    values = request.model_dump(mode="json")
    stated = {name: values[name] for name in FIELDS if name not in request.defaults}
    return {name: "|".join(value) if isinstance(value, list) else value for name, value in stated.items()}


CHINESE = [
    pytest.param(
        "第一次约会，预算300元，周六下午两点，她喜欢猫和安静的地方",
        {"stage": "first_date", "budget": "300", "date": "2026-11-21", "start": "14:00", "interests": "猫|安静"},
        id="the_example",
    ),
    pytest.param("两个人", {"people": 2}, id="two_people"),
    pytest.param("我们三个周日见", {"people": 3, "date": "2026-11-22"}, id="we_three"),
    pytest.param("四人聚餐", {"people": 4}, id="four"),
    pytest.param("我们俩去看展", {"people": 2, "interests": "看展"}, id="we_two_by_one_word"),
    pytest.param("两对情侣一起", {"stage": "dating", "people": 4}, id="two_couples"),
    pytest.param("预算300", {"budget": "300"}, id="bare_budget"),
    pytest.param("预算：￥３００", {"budget": "300"}, id="full_width_budget"),
    pytest.param("三百块", {"budget": "300"}, id="numeral_budget"),
    pytest.param("预算一千五", {"budget": "1500"}, id="short_numeral_budget"),
    pytest.param("预算1.5k", {"budget": "1500"}, id="budget_in_k"),
    pytest.param("100以内", {"budget": "100"}, id="within"),
    pytest.param("不超过200元", {"budget": "200"}, id="not_over"),
    pytest.param("最多500", {"budget": "500"}, id="at_most"),
    pytest.param("预算大概在300到500元", {"budget": "500"}, id="range_upper_end"),
    pytest.param("人均100", {"budget": "200"}, id="each_of_two"),
    pytest.param("三个人，每人150元", {"people": 3, "budget": "450"}, id="each_of_three"),
    pytest.param("300元，AA制，四个人，每人75", {"people": 4, "budget": "300"}, id="each_and_total_agree"),
    pytest.param("预算300元，门票大概80元", {"budget": "300"}, id="the_amount_beside_budget"),
    pytest.param("不花钱的约会", {"budget": "0"}, id="free"),
    pytest.param("一块去看电影", {"interests": "电影"}, id="together_is_no_money"),
    pytest.param("在北京过周末", {"city": "北京", "date": "2026-11-21"}, id="in_beijing"),
    pytest.param("北京周日下午", {"city": "北京", "date": "2026-11-22", "start": "14:00"}, id="bare_beijing"),
    pytest.param("去上海看展览", {"city": "上海", "interests": "展览"}, id="to_shanghai"),
    pytest.param("吃北京烤鸭，我们在上海", {"city": "上海"}, id="a_dish_is_no_city"),
    pytest.param("她从广州来深圳", {"city": "深圳"}, id="from_and_to"),
    pytest.param("在臺北約會", {"city": "台北"}, id="traditional_city"),
    pytest.param("去巴黎", {"city": "巴黎"}, id="world_city"),
    pytest.param(
        "明天晚上七点，想吃火锅", {"date": "2026-11-22", "start": "19:00", "interests": "火锅"}, id="tomorrow"
    ),
    pytest.param("今晚7点", {"date": "2026-11-21", "start": "19:00"}, id="tonight"),
    pytest.param("明早爬山", {"date": "2026-11-22", "start": "10:00", "interests": "爬山"}, id="tomorrow_morning"),
    pytest.param("周六上午九点", {"date": "2026-11-28", "start": "09:00"}, id="saturday_has_passed"),
    pytest.param("下周日中午", {"date": "2026-11-29", "start": "11:30"}, id="noon_next_sunday"),
    pytest.param("12月5号14:00-18:00", {"date": "2026-12-05", "start": "14:00", "hours": 4}, id="range_of_hours"),
    pytest.param("周日下午2点到6点", {"date": "2026-11-22", "start": "14:00", "hours": 4}, id="zh_range"),
    pytest.param("七夕在杭州", {"date": "2027-08-08", "city": "杭州"}, id="qixi"),
    pytest.param("520去迪士尼", {"date": "2027-05-20", "interests": "迪士尼"}, id="may_20"),
    pytest.param("平安夜晚餐", {"date": "2026-12-24", "start": "18:00"}, id="christmas_eve_dinner"),
    pytest.param("除夕去哈尔滨", {"date": "2027-02-05", "city": "哈尔滨"}, id="lunar_eve"),
    pytest.param("农历八月十五赏月", {"date": "2027-09-15"}, id="lunar_date"),
    pytest.param("三天后，玩3小时", {"date": "2026-11-24", "hours": 3}, id="in_three_days"),
    pytest.param("周日一整天", {"date": "2026-11-22", "hours": 8}, id="whole_day"),
    pytest.param("半天就好", {"hours": 4}, id="half_day"),
    pytest.param("周日三点见，9点前要回家", {"date": "2026-11-22", "start": "15:00", "hours": 6}, id="home_by_nine"),
    pytest.param("相亲", {"stage": "first_date"}, id="blind_date"),
    pytest.param("网友第一次见面", {"stage": "first_date"}, id="first_meeting_is_more_specific"),
    pytest.param("刚认识的女生", {"stage": "getting_to_know"}, id="just_met"),
    pytest.param("第二次约会，还在暧昧", {"stage": "early"}, id="second_date"),
    pytest.param("和女朋友约会", {"stage": "dating"}, id="girlfriend"),
    pytest.param("前女友找我", {}, id="ex_girlfriend"),
    pytest.param("老婆生日", {"stage": "long_term"}, id="wife"),
    pytest.param("结婚十周年", {"stage": "long_term"}, id="wedding_anniversary"),
    pytest.param("不是第一次约会，她是我老婆", {"stage": "long_term"}, id="not_a_first_date"),
    pytest.param("异地恋的男朋友来看我", {"stage": "long_distance"}, id="long_distance"),
    pytest.param("喜欢博物馆、美术馆以及音乐", {"interests": "博物馆|美术馆|音乐"}, id="list_of_interests"),
    pytest.param("她爱看书，喜欢吃日料", {"interests": "看书|日料"}, id="verbs_are_left_out"),
    pytest.param("她喜歡貓", {"interests": "貓"}, id="own_spelling_is_kept"),
    pytest.param("对历史感兴趣", {"interests": "历史"}, id="interested_in"),
    pytest.param("想去海边看日落", {"interests": "海边|日落"}, id="wants_to"),
    pytest.param("可爱的她", {}, id="lovely_is_no_love"),
    pytest.param("不喜欢人多", {"avoid": "人多"}, id="no_crowds"),
    pytest.param("不太喜欢猫，喜欢狗", {"avoid": "猫", "interests": "狗"}, id="negated_interest"),
    pytest.param("喜欢徒步但是不喜欢露营", {"avoid": "露营", "interests": "徒步"}, id="likes_but"),
    pytest.param("不吃辣，不喝酒", {"avoid": "辣|酒"}, id="neither_eats_nor_drinks"),
    pytest.param("她吃素", {"avoid": "肉"}, id="vegetarian"),
    pytest.param("我对海鲜过敏", {"avoid": "海鲜"}, id="allergic_to"),
    pytest.param("她花生过敏", {"avoid": "花生"}, id="peanut_allergy"),
    pytest.param("恐高，怕冷，不怕辣", {"avoid": "恐高|冷"}, id="fears"),
    pytest.param("讨厌排队、等位和吵闹", {"avoid": "排队|等位|吵闹"}, id="list_of_dislikes"),
    pytest.param("不喜欢人多，安静的咖啡馆最好", {"avoid": "人多", "interests": "安静|咖啡馆"}, id="new_clause"),
    pytest.param("别去商场，不要太贵", {"avoid": "商场|贵"}, id="do_not"),
    pytest.param("除了火锅都行", {"avoid": "火锅"}, id="anything_but"),
    pytest.param("不要忘了提醒我", {}, id="do_not_forget_is_no_wish"),
    pytest.param("室内", {"indoor": True}, id="indoors"),
    pytest.param("下雨天", {"indoor": True}, id="rainy"),
    pytest.param("户外晒太阳", {"indoor": False}, id="outdoors"),
    pytest.param("不要户外", {"indoor": True}, id="not_outdoors"),
    pytest.param("室内户外都可以", {}, id="either"),
    pytest.param("万一下雨怎么办", {}, id="if_it_rains"),
    pytest.param("不想走太多路", {"avoid": "走太多路"}, id="own_words"),
]

ENGLISH = [
    pytest.param(
        "First date, budget 300 yuan, Saturday at 2pm, she likes cats and quiet places",
        {"stage": "first_date", "budget": "300", "date": "2026-11-21", "start": "14:00", "interests": "cats|quiet"},
        id="the_example",
    ),
    pytest.param("dinner for 3", {"people": 3, "start": "18:00"}, id="for_3"),
    pytest.param("table for two", {"people": 2}, id="for_two"),
    pytest.param("double date", {"people": 4}, id="double_date"),
    pytest.param("a party of 6", {"people": 6}, id="party_of_6"),
    pytest.param("there are four of us", {"people": 4}, id="four_of_us"),
    pytest.param("under $50", {"budget": "50"}, id="under"),
    pytest.param("budget is around $120", {"budget": "120"}, id="budget_is_around"),
    pytest.param("tickets for $50-80", {"budget": "80"}, id="range"),
    pytest.param("$50 to $80", {"budget": "80"}, id="range_in_words"),
    pytest.param("up to 100", {"budget": "100"}, id="up_to"),
    pytest.param("budget 1,500", {"budget": "1500"}, id="thousands"),
    pytest.param("$40 per person", {"budget": "80"}, id="per_person"),
    pytest.param("30 euros each, 3 people", {"budget": "90", "people": 3}, id="each"),
    pytest.param("max 200 CNY", {"budget": "200"}, id="max"),
    pytest.param("$100 budget, tickets about $40", {"budget": "100"}, id="the_amount_beside_budget"),
    pytest.param("in London", {"city": "London"}, id="in_london"),
    pytest.param("new york city at noon", {"city": "New York", "start": "12:00"}, id="new_york_city"),
    pytest.param("she flies from Paris to Tokyo", {"city": "Tokyo"}, id="from_and_to"),
    pytest.param("a walk in Hong Kong", {"city": "Hong Kong", "interests": "walk"}, id="two_words"),
    pytest.param("tonight at 7", {"date": "2026-11-21", "start": "19:00"}, id="tonight"),
    pytest.param("tomorrow night", {"date": "2026-11-22", "start": "18:00"}, id="tomorrow_night"),
    pytest.param("this Saturday, lunch", {"date": "2026-11-21", "start": "12:00"}, id="this_saturday"),
    pytest.param("next Friday, 8pm", {"date": "2026-11-27", "start": "20:00"}, id="next_friday"),
    pytest.param("on the 5th of December", {"date": "2026-12-05"}, id="the_5th"),
    pytest.param("Dec 5 at half past six", {"date": "2026-12-05", "start": "18:30"}, id="dec_5"),
    pytest.param("5 Dec 2026, 6pm", {"date": "2026-12-05", "start": "18:00"}, id="day_first"),
    pytest.param("Valentine's Day", {"date": "2027-02-14"}, id="valentine"),
    pytest.param("Christmas Eve dinner", {"date": "2026-12-24", "start": "18:00"}, id="christmas_eve"),
    pytest.param("New Year's Eve, 9pm", {"date": "2026-12-31", "start": "21:00"}, id="new_years_eve"),
    pytest.param("in 3 days", {"date": "2026-11-24"}, id="in_3_days"),
    pytest.param("Sunday from 2 to 6pm", {"date": "2026-11-22", "start": "14:00", "hours": 4}, id="range_of_hours"),
    pytest.param(
        "Saturday afternoon for 3 hours", {"date": "2026-11-21", "start": "14:00", "hours": 3}, id="for_hours"
    ),
    pytest.param("half a day", {"hours": 4}, id="half_a_day"),
    pytest.param("Sunday, all day", {"date": "2026-11-22", "hours": 8}, id="all_day"),
    pytest.param("meet at 7, back by 10pm", {"start": "19:00", "hours": 3}, id="back_by"),
    pytest.param("my second date with her", {"stage": "early"}, id="second_date"),
    pytest.param("a Tinder match", {"stage": "getting_to_know"}, id="match"),
    pytest.param("my girlfriend and I", {"stage": "dating"}, id="girlfriend"),
    pytest.param("my wife's birthday", {"stage": "long_term"}, id="wife"),
    pytest.param("our anniversary", {"stage": "long_term"}, id="anniversary"),
    pytest.param("long distance boyfriend", {"stage": "long_distance"}, id="long_distance"),
    pytest.param("my ex-girlfriend called", {}, id="ex_girlfriend"),
    pytest.param("we enjoy hiking, pottery and coffee", {"interests": "hiking|pottery|coffee"}, id="we_enjoy"),
    pytest.param("she loves jazz", {"interests": "jazz"}, id="loves"),
    pytest.param("he's into board games and sushi", {"interests": "board games|sushi"}, id="into"),
    pytest.param("I'd like to plan something", {}, id="would_like_is_no_interest"),
    pytest.param("she hates crowds", {"avoid": "crowds"}, id="hates"),
    pytest.param("allergic to peanuts, shellfish and eggs", {"avoid": "peanuts|shellfish|eggs"}, id="allergic_to"),
    pytest.param("she doesn't like spicy food", {"avoid": "spicy food"}, id="does_not_like"),
    pytest.param("no seafood, she's vegetarian", {"avoid": "seafood|meat"}, id="vegetarian"),
    pytest.param("no alcohol", {"avoid": "alcohol"}, id="no_alcohol"),
    pytest.param("afraid of heights and doesn't drink", {"avoid": "afraid of heights|alcohol"}, id="heights"),
    pytest.param("he doesn't drink coffee", {"avoid": "coffee"}, id="no_coffee"),
    pytest.param(
        "hates crowds; museum on Sunday",
        {"avoid": "crowds", "interests": "museum", "date": "2026-11-22"},
        id="new_clause",
    ),
    pytest.param("nothing too loud", {"avoid": "loud"}, id="nothing_too"),
    pytest.param("a peanut allergy, lactose intolerant", {"avoid": "peanut|lactose"}, id="intolerant"),
    pytest.param("no problem", {}, id="no_problem_is_no_wish"),
    pytest.param("indoors please", {"indoor": True}, id="indoors"),
    pytest.param("a rainy day", {"indoor": True}, id="rainy"),
    pytest.param("something outdoors", {"indoor": False}, id="outdoors"),
    pytest.param("no outdoor activities", {"indoor": True}, id="not_outdoors"),
    pytest.param("what if it rains", {}, id="if_it_rains"),
]


@pytest.mark.parametrize(("text", "expected"), CHINESE)
def test_a_chinese_request_is_understood(text: str, expected: dict[str, Any]) -> None:
    request = read(text)
    assert said(request) == expected
    assert request.lang == "zh"


@pytest.mark.parametrize(("text", "expected"), ENGLISH)
def test_an_english_request_is_understood(text: str, expected: dict[str, Any]) -> None:
    request = read(text)
    assert said(request) == expected
    assert request.lang == "en"


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("50美元", "USD"),
        ("预算50刀", "USD"),
        ("$50", "USD"),
        ("£40", "GBP"),
        ("€40", "EUR"),
        ("3000日元", "JPY"),
        ("300 yuan", "CNY"),
    ],
)
def test_the_currency_beside_an_amount_counts(text: str, currency: str) -> None:
    assert read(text).currency == currency
    assert read(text, currency="CNY").currency == currency


def test_what_is_missing_has_stated_defaults() -> None:
    request = read("随便")
    assert request.defaults == FIELDS
    assert (request.stage, request.currency, request.people) == ("dating", "CNY", 2)
    assert request.budget == 300
    assert (request.city, request.date, request.start, request.hours) == (None, dt.date(2026, 11, 28), dt.time(14), 4)
    assert (request.interests, request.avoid, request.indoor) == ((), (), None)


@pytest.mark.parametrize("text", ["第一次约会", "刚认识"])
def test_a_new_acquaintance_is_met_for_three_hours(text: str) -> None:
    assert read(text).hours == 3


@pytest.mark.parametrize(("currency", "budget"), [("CNY", 300), ("USD", 60), ("EUR", 60), ("GBP", 60), ("JPY", 9000)])
def test_the_default_budget_follows_the_currency(currency: str, budget: int) -> None:
    assert read("随便", settings=Settings(currency=currency)).budget == budget


@pytest.mark.parametrize(
    ("now", "date"),
    [
        pytest.param("2026-11-20T12:00", "2026-11-21", id="friday"),
        pytest.param("2026-11-21T09:59", "2026-11-21", id="saturday_before_ten"),
        pytest.param("2026-11-21T10:00", "2026-11-28", id="saturday_at_ten"),
        pytest.param("2026-11-22T08:00", "2026-11-28", id="sunday"),
    ],
)
def test_the_default_day_is_the_coming_saturday(now: str, date: str) -> None:
    moment = dt.datetime.fromisoformat(now).replace(tzinfo=NOW.tzinfo)
    assert read("随便", now=moment).date == dt.date.fromisoformat(date)


def test_days_are_read_in_the_time_zone_of_the_settings() -> None:
    late = dt.datetime(2026, 11, 21, 20, 0, tzinfo=dt.UTC)
    assert read("明天", now=late).date == dt.date(2026, 11, 23)
    assert read("明天", now=late, settings=Settings(timezone="America/New_York")).date == dt.date(2026, 11, 22)


def test_a_start_that_was_not_named_moves_past_now() -> None:
    request = read("今天", now=NOW.replace(hour=16, minute=5))
    assert (request.date, request.start) == (dt.date(2026, 11, 21), dt.time(16, 30))
    assert "start" in request.defaults


def test_midnight_belongs_to_the_next_day() -> None:
    request = read("周日晚上12点")
    assert (request.date, request.start) == (dt.date(2026, 11, 23), dt.time(0))


def test_a_field_wins_over_the_text() -> None:
    request = read(
        "第一次约会，预算300元，周六下午两点，三个人，在北京，喜欢猫，不吃辣，室内",
        stage="dating", budget="500", people="2", city="上海", date="明天", start="18:00", hours="2",
        interests="书店，咖啡", avoid=["人多"], indoor="户外",
    )  # fmt: skip
    assert said(request) == {
        "stage": "dating", "budget": "500", "people": 2, "city": "上海", "date": "2026-11-22", "start": "18:00",
        "hours": 2, "interests": "书店|咖啡", "avoid": "人多", "indoor": False,
    }  # fmt: skip


def test_a_field_wins_over_words_that_could_not_be_read() -> None:
    assert read("预算-5元，25:99，500个人", budget=200, start="14:00", people=2).budget == 200
    assert read("2月30日", date="2026-12-05").date == dt.date(2026, 12, 5)


@pytest.mark.parametrize("blank", [None, "", "  ", [], ()])
def test_a_blank_field_is_not_given(blank: object) -> None:
    assert read("三个人，喜欢猫", people=blank, interests=blank).people == 3
    assert read("三个人，喜欢猫", interests=blank).interests == ("猫",)


@pytest.mark.parametrize(
    ("text", "cities", "city"),
    [
        pytest.param("在杭州", ("Hangzhou",), "Hangzhou", id="stored_in_english"),
        pytest.param("in Hangzhou", ("杭州市",), "杭州市", id="stored_in_chinese"),
        pytest.param("在杭州", ("Hangzhou", "杭州"), "杭州", id="stored_in_both"),
        pytest.param("在丽水玩", ("丽水",), "丽水", id="only_in_the_store"),
        pytest.param("in springfield", ("Springfield",), "Springfield", id="other_case"),
        pytest.param("in Hangzhou", (), "Hangzhou", id="not_stored_en"),
        pytest.param("在杭州", (), "杭州", id="not_stored_zh"),
    ],
)
def test_a_city_is_named_as_in_the_store(text: str, cities: tuple[str, ...], city: str) -> None:
    assert read(text, cities=cities).city == city
    assert (
        read("x", city=text.split()[-1].removeprefix("在").removesuffix("玩"), cities=cities, lang=read(text).lang).city
        == city
    )


@pytest.mark.parametrize(
    ("fields", "field", "value"),
    [
        pytest.param({"city": "亚特兰蒂斯"}, "city", "亚特兰蒂斯", id="unknown_city"),
        pytest.param({"city": 5}, "city", "5", id="city_number"),
        *[
            pytest.param({"budget": bad}, "budget", "", id=f"budget_{bad!r}")
            for bad in ("abc", "-5", -5, "NaN", "1e400")
        ],
        *[
            pytest.param({"budget": bad}, "budget", "", id=f"budget_{type(bad).__name__}")
            for bad in ([500], {"a": 1}, True)
        ],
        pytest.param({"budget": float("nan")}, "budget", "nan", id="budget_nan"),
        pytest.param({"budget": "人均900000000", "people": 20}, "budget", "人均900000000", id="budget_total_too_large"),
        pytest.param({"currency": "CYN", "budget": 5}, "budget", "CYN", id="currency"),
        *[
            pytest.param({"people": bad}, "people", str(bad), id=f"people_{bad!r}")
            for bad in (0, -1, 1.5, "x", 21, "21", True)
        ],
        *[pytest.param({"hours": bad}, "hours", str(bad), id=f"hours_{bad!r}") for bad in (0, "NaN", 25, [1])],
        pytest.param({"stage": "friends"}, "stage", "friends", id="stage"),
        pytest.param({"stage": ["dating"]}, "stage", "dating", id="stage_list"),
        pytest.param({"start": "25:99"}, "start", "25:99", id="start"),
        pytest.param({"date": "2026-02-30"}, "date", "2026-02-30", id="date"),
        pytest.param({"date": "😀"}, "date", "😀", id="date_emoji"),
        pytest.param({"date": dt.date(2025, 1, 3)}, "date", "2025-01-03", id="past_date"),
        pytest.param({"date": "2026-11-21", "start": "09:00"}, "start", "09:00", id="past_hour_of_today"),
        pytest.param({"interests": [1]}, "interests", "[1]", id="interests_number"),
        pytest.param({"interests": ["x" * 100]}, "interests", "xxx", id="long_interest"),
        pytest.param({"avoid": {"a": 1}}, "avoid", "{'a': 1}", id="avoid_dict"),
        pytest.param({"indoor": "maybe"}, "indoor", "maybe", id="indoor"),
        pytest.param({"seed": "x", "people": 2}, "seed", "x", id="seed"),
        pytest.param({"lang": "fr", "people": 2}, "lang", "fr", id="lang"),
    ],
)
def test_a_bad_field_is_refused_by_name_and_value(fields: dict[str, Any], field: str, value: str) -> None:
    with pytest.raises(InputError) as caught:
        read(**fields)
    assert caught.value.field == field
    assert value in caught.value.en
    assert value in caught.value.zh


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        pytest.param("", "text", "还没有填写需求", id="empty"),
        pytest.param(" \n", "text", "还没有填写需求", id="blank"),
        pytest.param("预算-5元", "budget", "", id="negative"),
        pytest.param("budget $-5", "budget", "", id="negative_dollars"),
        pytest.param("300元的晚餐，500元的礼物", "budget", "300元, 500元", id="two_amounts"),
        pytest.param("预算300元或50美元", "budget", "300元, 50美元", id="two_currencies"),
        pytest.param("预算300元，或者500元", "budget", "哪一个是预算", id="either_amount"),
        pytest.param("我们30个人", "people", "30", id="too_many_people"),
        pytest.param("2月30日去北京", "date", "2月没有30日", id="no_such_day"),
        pytest.param("腊月三十", "date", "只有29天", id="no_such_lunar_day"),
        pytest.param("昨天", "date", "已经过去", id="yesterday"),
        pytest.param("2025年1月3日", "date", "您是指 2027-01-03 吗", id="past"),
        pytest.param("今天早上8点", "start", "已经过去", id="past_hour"),
        pytest.param("25:99开始", "start", "25:99", id="bad_clock"),
        pytest.param("玩20小时", "hours", "20", id="too_long_a_date"),
    ],
)
def test_a_text_that_cannot_be_planned_is_asked_about(text: str, field: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.field == field
    assert says in caught.value.zh
    assert caught.value.en


def test_a_text_over_the_limit_is_refused_with_the_limit() -> None:
    with pytest.raises(InputError, match="100,000 characters; shorten it to 8,000"):
        read("a" * 100_000, budget="abc")
    assert read("a" * MAX_TEXT).defaults == FIELDS


HOSTILE = (
    "十月",
    "1,",
    "about ",
    "a ",
    "的",
    "爱",
    "不喜欢",
    "对猫",
    "1到",
    "12:",
    "¥1",
    "下",
    "预算是是",
    "of ",
    "and ",
    " ",
)


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_hostile_text_is_read_or_refused(unit: str) -> None:
    assert_read_or_refused((unit * MAX_TEXT)[:MAX_TEXT])


PIECES = (
    "预算 300 元 - 人均 周六 下午 两点 12月 5日 腊月 三十 不 喜欢 猫 、 和 在 北京 2026-02-30 1e400 : at 7 pm "
    "for 3 hours under $ 50 likes not no next Friday 闰 9999 年 到 半 第一次约会 过敏 对 除了 都 ， 。 "
    "😀 \x00 \ud800 ﷺ Ａ"
)
WORDS = st.lists(st.sampled_from(PIECES.split(" ")), max_size=25)


@given(st.one_of(st.text(max_size=200), WORDS.map("".join), WORDS.map(" ".join)))
def test_any_text_gives_a_request_or_a_question(text: str) -> None:
    assert_read_or_refused(text)


def outcome(text: str, **fields: Any) -> DateRequest | InputError:
    """The request, or the question that is asked instead."""
    try:
        return read(text, **fields)
    except InputError as error:
        return error


def assert_read_or_refused(text: str) -> None:
    """The text becomes a request that lies ahead, or an error with a sentence in both languages."""
    result = outcome(text)
    if isinstance(result, InputError):
        assert result.en
        assert result.zh
    else:
        assert dt.datetime.combine(result.date, result.start, NOW.tzinfo) >= NOW
        assert 0 < result.hours <= 16


ANY_VALUE = st.one_of(
    st.none(), st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.decimals(), st.dates(), st.times(),
    st.lists(st.text(max_size=5), max_size=3), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from((*FIELDS, "currency", "seed")), ANY_VALUE, min_size=1, max_size=4))
def test_any_field_value_gives_a_request_or_a_question(fields: dict[str, Any]) -> None:
    result = outcome("约会", **fields)
    if isinstance(result, InputError):
        assert result.field in (*FIELDS, "seed")
    else:
        assert result.text == "约会"


@st.composite
def form_fields(draw: st.DrawFn) -> dict[str, Any]:
    """Values as a form holds them after a first reading."""
    words = st.lists(st.sampled_from(["猫", "书店", "quiet places", "人多", "Jazz"]), unique=True, min_size=1).map(
        tuple
    )
    return {
        "stage": draw(st.sampled_from(list(STAGE_LABELS))),
        "budget": draw(st.decimals(0, 10**6, places=2)),
        "currency": draw(st.sampled_from(["CNY", "USD", "JPY"])),
        "people": draw(st.integers(1, 20)),
        "city": draw(st.sampled_from(["北京", "上海", "杭州"])),
        "date": draw(st.dates(dt.date(2026, 11, 22), dt.date(2028, 11, 20))),
        "start": dt.time(draw(st.integers(0, 23)), draw(st.integers(0, 59))),
        "hours": draw(st.integers(1, 32)) / 2,
        "interests": draw(words),
        "avoid": draw(words),
        "indoor": draw(st.booleans()),
        "seed": draw(st.integers(0, 2**31 - 1)),
        "lang": draw(st.sampled_from(["zh"])),
    }


@given(form_fields())
def test_the_fields_of_a_request_give_the_same_request_again(fields: dict[str, Any]) -> None:
    request = read(**fields)
    assert {name: getattr(request, name) for name in fields} == fields
    assert request.defaults == ()
    typed = {name: value for name, value in request.model_dump().items() if name != "defaults"}
    shown = {name: value for name, value in request.model_dump(mode="json").items() if name != "defaults"}
    assert read(**typed) == request
    assert read(**shown) == request


@pytest.mark.parametrize("text", [row.values[0] for row in (*CHINESE, *ENGLISH)])
def test_the_form_of_a_read_text_gives_the_same_request_again(text: Any) -> None:
    request = read(text)
    again = read(**{name: value for name, value in request.model_dump().items() if name != "defaults"})
    assert again.model_dump(exclude={"defaults"}) == request.model_dump(exclude={"defaults"})


def test_what_was_understood_is_described_in_chinese() -> None:
    request = read("第一次约会，预算300元，周六下午两点，她喜欢猫和安静的地方，不吃辣")
    assert describe(request, "zh") == [
        ("stage", "关系阶段", "第一次约会", False),
        ("budget", "总预算", "¥300", False),
        ("people", "人数", "2人", True),
        ("city", "城市", "不限", True),
        ("date", "日期", "2026-11-21（周六）", False),
        ("start", "开始时间", "14:00", False),
        ("hours", "时长", "3小时", True),
        ("interests", "喜欢", "猫、安静", False),
        ("avoid", "避开", "辣", False),
        ("indoor", "室内或户外", "不限", True),
    ]


def test_what_was_understood_is_described_in_english() -> None:
    request = read("Indoors in Paris, $90.50, 2.5 hours, no seafood")
    assert describe(request, "en") == [
        ("stage", "Stage", "dating", True),
        ("budget", "Total budget", "$90.50", False),
        ("people", "People", "2", True),
        ("city", "City", "Paris", False),
        ("date", "Date", "2026-11-28 (Saturday)", True),
        ("start", "Start", "14:00", True),
        ("hours", "Length", "2.5 h", False),
        ("interests", "Likes", "any", True),
        ("avoid", "Avoid", "seafood", False),
        ("indoor", "Indoors or outdoors", "indoors", False),
    ]


@pytest.mark.parametrize(
    ("fields", "lang"),
    [
        ({"city": "北京"}, "zh"),
        ({"interests": ["cats"]}, "en"),
        ({"people": 3}, "zh"),
        ({"city": "北京", "lang": "en"}, "en"),
    ],
)
def test_the_language_follows_the_words_unless_it_is_given(fields: dict[str, Any], lang: str) -> None:
    assert read(**fields).lang == lang


def test_lone_surrogates_and_nul_do_not_travel_on() -> None:
    assert read("喜欢猫\ud83d\x00").text == "喜欢猫  "


def test_a_budget_keeps_its_cents() -> None:
    assert read(budget="99.50").budget == Decimal("99.50")


@pytest.mark.parametrize(
    ("text", "start", "hours"),
    [
        pytest.param("明天早上八点半，先吃早茶再去公园，十一点半回家做饭", "08:30", 3, id="the end of a morning"),
        pytest.param("她周五加班到八点，我八点半去接，十一点前送到家", "20:30", 2.5, id="busy until then"),
        pytest.param("下周日下午一点半，茶馆，五点半散", "13:30", 4, id="parting"),
        pytest.param("20 minutes between my shift and hers, tomorrow at 1pm", "13:00", 1 / 3, id="very short"),
    ],
)
def test_the_end_of_a_date_is_told_from_other_times(text: str, start: str, hours: float) -> None:
    request = read(text)
    assert request.start.strftime("%H:%M") == start
    assert request.hours == pytest.approx(hours)
