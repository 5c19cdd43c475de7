"""Days, clock times and lengths, read on Saturday 2026-11-21."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InputError
from rag.scenarios.clock import Times, find_times, parse_hours, parse_start
from rag.scenarios.reading import Reader, fold, number
from rag.scenarios.when import choose_date, find_dates, parse_date

TODAY = dt.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("今天", "2026-11-21", id="zh_today"),
        pytest.param("今晚", "2026-11-21", id="zh_tonight"),
        pytest.param("明天", "2026-11-22", id="zh_tomorrow"),
        pytest.param("明晚", "2026-11-22", id="zh_tomorrow_night"),
        pytest.param("后天", "2026-11-23", id="zh_in_two_days"),
        pytest.param("大后天", "2026-11-24", id="zh_in_three_days_by_name"),
        pytest.param("三天后", "2026-11-24", id="zh_in_three_days"),
        pytest.param("两周后", "2026-12-05", id="zh_in_two_weeks"),
        pytest.param("过5天", "2026-11-26", id="zh_after_five_days"),
        pytest.param("周六", "2026-11-21", id="zh_bare_saturday_is_today"),
        pytest.param("星期天", "2026-11-22", id="zh_sunday"),
        pytest.param("礼拜一", "2026-11-23", id="zh_monday"),
        pytest.param("这周六", "2026-11-21", id="zh_this_saturday"),
        pytest.param("下周日", "2026-11-29", id="zh_next_sunday"),
        pytest.param("下下周三", "2026-12-02", id="zh_wednesday_after_next"),
        pytest.param("週六", "2026-11-21", id="zh_traditional_saturday"),
        pytest.param("周末", "2026-11-21", id="zh_weekend"),
        pytest.param("下周末", "2026-11-28", id="zh_next_weekend"),
        pytest.param("12月5日", "2026-12-05", id="zh_month_and_day"),
        pytest.param("12月5号", "2026-12-05", id="zh_month_and_day_hao"),
        pytest.param("十二月五号", "2026-12-05", id="zh_numerals"),
        pytest.param("３月８日", "2027-03-08", id="full_width_digits_next_year"),
        pytest.param("明年3月8日", "2027-03-08", id="zh_next_year"),
        pytest.param("2026年12月5日", "2026-12-05", id="zh_full_date"),
        pytest.param("下个月3号", "2026-12-03", id="zh_day_of_next_month"),
        pytest.param("31号", "2026-12-31", id="zh_31st_skips_november"),
        pytest.param("2月29日", "2028-02-29", id="leap_day_comes_back"),
        pytest.param("12/5", "2026-12-05", id="slash"),
        pytest.param("25/12", "2026-12-25", id="slash_day_first"),
        pytest.param("2026-12-05", "2026-12-05", id="iso"),
        pytest.param("2026/12/5", "2026-12-05", id="slashes"),
        pytest.param("20261205", "2026-12-05", id="compact"),
        pytest.param("12-05", "2026-12-05", id="short_form_in_a_field"),
        pytest.param("七夕", "2027-08-08", id="qixi"),
        pytest.param("2027年七夕", "2027-08-08", id="qixi_of_a_year"),
        pytest.param("情人节", "2027-02-14", id="valentine"),
        pytest.param("白色情人节", "2027-03-14", id="white_day"),
        pytest.param("520", "2027-05-20", id="may_20"),
        pytest.param("5.20", "2027-05-20", id="may_20_with_a_point"),
        pytest.param("圣诞节", "2026-12-25", id="christmas_zh"),
        pytest.param("平安夜", "2026-12-24", id="christmas_eve_zh"),
        pytest.param("元旦", "2027-01-01", id="new_year_zh"),
        pytest.param("跨年", "2026-12-31", id="new_years_eve_zh"),
        pytest.param("中秋节", "2027-09-15", id="mid_autumn"),
        pytest.param("元宵节", "2027-02-20", id="lantern"),
        pytest.param("春节", "2027-02-06", id="spring_festival"),
        pytest.param("除夕", "2027-02-05", id="lunar_eve_is_the_29th_day"),
        pytest.param("农历八月十五", "2027-09-15", id="lunar_8_15"),
        pytest.param("八月十五", "2027-09-15", id="bare_8_15_is_lunar"),
        pytest.param("正月初一", "2027-02-06", id="lunar_1_1"),
        pytest.param("腊月廿九", "2027-02-05", id="lunar_12_29"),
        pytest.param("today", "2026-11-21", id="en_today"),
        pytest.param("tonight", "2026-11-21", id="en_tonight"),
        pytest.param("tomorrow", "2026-11-22", id="en_tomorrow"),
        pytest.param("the day after tomorrow", "2026-11-23", id="en_in_two_days"),
        pytest.param("in 3 days", "2026-11-24", id="en_in_three_days"),
        pytest.param("in two weeks", "2026-12-05", id="en_in_two_weeks"),
        pytest.param("this Saturday", "2026-11-21", id="en_this_saturday"),
        pytest.param("next Friday", "2026-11-27", id="en_next_friday"),
        pytest.param("Saturday", "2026-11-21", id="en_bare_saturday_is_today"),
        pytest.param("sat", "2026-11-21", id="en_short_weekday_in_a_field"),
        pytest.param("this weekend", "2026-11-21", id="en_weekend"),
        pytest.param("on the 5th of December", "2026-12-05", id="en_the_5th_of"),
        pytest.param("Dec 5", "2026-12-05", id="en_short_month"),
        pytest.param("5 Dec 2026", "2026-12-05", id="en_day_first"),
        pytest.param("December 5, 2026", "2026-12-05", id="en_month_first"),
        pytest.param("on the 5th", "2026-12-05", id="en_day_only"),
        pytest.param("Valentine's Day", "2027-02-14", id="valentine_en"),
        pytest.param("Valentine’s Day", "2027-02-14", id="curly_apostrophe"),
        pytest.param("Christmas Eve", "2026-12-24", id="christmas_eve"),
        pytest.param("New Year's Eve", "2026-12-31", id="new_years_eve"),
        pytest.param("Chinese New Year", "2027-02-06", id="chinese_new_year"),
        pytest.param("Qixi", "2027-08-08", id="qixi_en"),
    ],
)
def test_a_day_is_read(text: str, expected: str) -> None:
    assert parse_date(text, today=TODAY, ahead=True) == dt.date.fromisoformat(expected)


@pytest.mark.parametrize("value", [dt.date(2026, 12, 5), dt.datetime(2026, 12, 5, 9)], ids=["date", "datetime"])
def test_a_typed_date_is_accepted(value: dt.date) -> None:
    assert parse_date(value, today=TODAY, ahead=True) == dt.date(2026, 12, 5)


def test_a_bare_weekday_is_a_week_later_once_the_start_has_passed() -> None:
    assert parse_date("周六", today=TODAY, ahead=False) == dt.date(2026, 11, 28)
    assert parse_date("Saturday", today=TODAY, ahead=False) == dt.date(2026, 11, 28)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        pytest.param("2月30日", "2月没有30日", id="no_30_february"),
        pytest.param("2026-02-30", "2026年2月没有30日", id="no_30_february_2026"),
        pytest.param("11月31号", "11月没有31日", id="no_31_november"),
        pytest.param("13月1日", "没有13月", id="no_month_13"),
        pytest.param("下个月32号", "12月没有32日", id="no_32_december"),
        pytest.param("2025-01-03", "2025-01-03 已经过去，您是指 2027-01-03 吗？", id="past_with_a_year"),
        pytest.param("2025年七夕", "您是指 2027-08-08 吗？", id="past_feast"),
        pytest.param("昨天", "2026-11-20) 已经过去", id="yesterday"),
        pytest.param("yesterday", "已经过去", id="yesterday_en"),
        pytest.param("这周一", "您是指 2026-11-23 吗？", id="past_day_of_this_week"),
        pytest.param("2029-01-01", "您是指 2027-01-01 吗？", id="over_two_years_ahead"),
        pytest.param("9999-12-31", "年以后", id="end_of_the_calendar"),
        pytest.param("0000-01-01", "年份不对", id="year_zero"),
        pytest.param("腊月三十", "农历2026年没有“腊月三十”，那个月只有29天", id="short_twelfth_month"),
        pytest.param("闰六月初一", "这几年的农历里没有", id="no_leap_sixth_month"),
        pytest.param("12月5日（周五）", "2026-12-05 是周六", id="weekday_contradicts"),
        pytest.param("😀", "看不懂日期“😀”", id="emoji"),
        pytest.param("50/50", "没有50月", id="ratio"),
        pytest.param("soon", "看不懂日期“soon”", id="vague"),
        pytest.param("周" * 300, "看不懂日期", id="too_long"),
        pytest.param(20261205, "看不懂日期", id="number"),
        pytest.param(True, "看不懂日期", id="bool"),
        pytest.param(["2026-12-05"], "看不懂日期", id="list"),
    ],
)
def test_a_day_that_cannot_be_planned_is_asked_about(value: object, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_date(value, today=TODAY, ahead=True)
    assert says in caught.value.zh
    assert caught.value.field == "date"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("昨天吵架了，周六想道歉", "2026-11-21", id="the_past_is_background"),
        pytest.param("今天想约她周日见", "2026-11-22", id="weekday_before_today"),
        pytest.param("周六12月5日", "2026-12-05", id="date_before_weekday"),
        pytest.param("她生日是1998年5月2日，下周日给她过", "2026-11-29", id="birthday_is_background"),
        pytest.param("a Christmas market on Sunday", "2026-11-22", id="market_is_no_feast"),
        pytest.param("圣诞市集，周日", "2026-11-22", id="market_is_no_feast_zh"),
    ],
)
def test_of_several_days_the_meant_one_counts(text: str, expected: str) -> None:
    date = choose_date(find_dates(Reader(text)), TODAY, ahead=True)
    assert date == dt.date.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    ["一周一次", "坐3号线", "淮海路99号", "open 24/7", "she sat in the sun", "周围安静", "评分4.5", "split it 50/50"],
)
def test_words_that_only_look_like_a_day_are_none(text: str) -> None:
    assert find_dates(Reader(text)) == []


@pytest.mark.parametrize(
    ("text", "start"),
    [
        pytest.param("下午两点", "14:00", id="zh_afternoon"),
        pytest.param("两点半", "14:30", id="zh_half_past"),
        pytest.param("14点30", "14:30", id="zh_digits"),
        pytest.param("14点30分", "14:30", id="zh_digits_with_fen"),
        pytest.param("晚上七点一刻", "19:15", id="zh_quarter"),
        pytest.param("晚上7点三刻", "19:45", id="zh_three_quarters"),
        pytest.param("上午十点", "10:00", id="zh_morning"),
        pytest.param("早上8点", "08:00", id="zh_early"),
        pytest.param("中午12点", "12:00", id="zh_noon"),
        pytest.param("中午一点", "13:00", id="zh_past_noon"),
        pytest.param("19时", "19:00", id="zh_shi"),
        pytest.param("早上", "10:00", id="zh_part_morning"),
        pytest.param("中午", "11:30", id="zh_part_noon"),
        pytest.param("下午", "14:00", id="zh_part_afternoon"),
        pytest.param("晚上", "18:00", id="zh_part_evening"),
        pytest.param("吃午饭", "12:00", id="zh_lunch"),
        pytest.param("吃晚饭", "18:00", id="zh_dinner"),
        pytest.param("14:00", "14:00", id="colon"),
        pytest.param("9:30", "09:30", id="colon_morning"),
        pytest.param("2:30", "14:30", id="colon_small_hour"),
        pytest.param("2pm", "14:00", id="pm"),
        pytest.param("2:15 p.m.", "14:15", id="pm_with_points"),
        pytest.param("10am", "10:00", id="am"),
        pytest.param("12am", "00:00", id="midnight_in_am"),
        pytest.param("meet at 7", "19:00", id="at_7"),
        pytest.param("seven o'clock", "19:00", id="oclock"),
        pytest.param("noon", "12:00", id="noon"),
        pytest.param("half past six", "18:30", id="half_past"),
        pytest.param("quarter to 8", "19:45", id="quarter_to"),
        pytest.param("at 9 for dinner", "21:00", id="dinner_at_9"),
        pytest.param("breakfast at 8", "08:00", id="breakfast_at_8"),
        pytest.param("evening", "18:00", id="en_evening"),
        pytest.param("lunch", "12:00", id="en_lunch"),
    ],
)
def test_a_start_is_read(text: str, start: str) -> None:
    found = find_times(Reader(text)).start
    assert found is not None
    assert f"{found // 60:02d}:{found % 60:02d}" == start


@pytest.mark.parametrize(
    ("text", "start", "hours"),
    [
        pytest.param("下午2点到6点", 14, 4, id="zh_inherits_afternoon"),
        pytest.param("两点半到五点半", 14.5, 3, id="zh_halves"),
        pytest.param("14:00-18:00", 14, 4, id="colons"),
        pytest.param("from 2 to 6pm", 14, 4, id="en_inherits_pm"),
        pytest.param("10am to 2pm", 10, 4, id="en_over_noon"),
        pytest.param("10-2pm", 10, 4, id="en_short_over_noon"),
        pytest.param("from 6 to 10", 18, 4, id="en_without_pm"),
        pytest.param("noon to 5pm", 12, 5, id="en_from_noon"),
        pytest.param("晚上8点到凌晨1点", 20, 5, id="zh_past_midnight"),
        pytest.param("晚上9点到12点", 21, 3, id="zh_until_midnight"),
        pytest.param("9点到12点", 9, 3, id="zh_morning"),
    ],
)
def test_a_range_gives_start_and_length(text: str, start: float, hours: float) -> None:
    times = find_times(Reader(text))
    assert (times.start, times.hours) == (start * 60, hours)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        pytest.param("3小时", 3, id="zh_digits"),
        pytest.param("三个小时", 3, id="zh_numeral"),
        pytest.param("两个半小时", 2.5, id="zh_and_a_half"),
        pytest.param("半小时", 0.5, id="zh_half"),
        pytest.param("2到3小时", 3, id="zh_range_upper_end"),
        pytest.param("90分钟", 1.5, id="zh_minutes"),
        pytest.param("半天", 4, id="zh_half_day"),
        pytest.param("一整天", 8, id="zh_whole_day"),
        pytest.param("for 3 hours", 3, id="en_digits"),
        pytest.param("two hours", 2, id="en_word"),
        pytest.param("2.5 hrs", 2.5, id="en_decimal"),
        pytest.param("an hour and a half", 1.5, id="en_and_a_half"),
        pytest.param("a couple of hours", 2, id="en_couple"),
        pytest.param("half a day", 4, id="en_half_day"),
        pytest.param("all day", 8, id="en_all_day"),
    ],
)
def test_a_length_is_read(text: str, hours: float) -> None:
    assert find_times(Reader(text)).hours == hours
    assert parse_hours(text) == hours


@pytest.mark.parametrize("text", ["6点前要回家", "until 6pm", "下午6点结束", "back by 6pm"])
def test_an_end_is_no_start(text: str) -> None:
    times = find_times(Reader(text))
    assert (times.start, times.end) == (None, 18 * 60)


@pytest.mark.parametrize(
    "text", ["便宜一点", "安静一点，人少一点", "两点建议", "有时候", "开车2小时", "24小时营业", "聊了半天"]
)
def test_words_that_only_look_like_a_time_are_none(text: str) -> None:
    assert find_times(Reader(text)) == Times(vague=True)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("14:00", dt.time(14), id="clock"),
        pytest.param("7:05", dt.time(7, 5), id="as_written"),
        pytest.param("14:00:00", dt.time(14), id="with_seconds"),
        pytest.param("下午两点", dt.time(14), id="zh"),
        pytest.param("2pm", dt.time(14), id="en"),
        pytest.param("18", dt.time(18), id="hour"),
        pytest.param(dt.time(9, 30, 15), dt.time(9, 30), id="time"),
    ],
)
def test_a_start_field_is_read(value: object, expected: dt.time) -> None:
    assert parse_start(value) == expected


@pytest.mark.parametrize(
    "value", ["25:99", "24:00", "12:60", "-1", "soon", "😀", "1" * 200, 14, True, [14], {"h": 1}, 14.5]
)
def test_a_bad_start_field_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="14:00") as caught:
        parse_start(value)
    assert caught.value.field == "start"


@pytest.mark.parametrize(
    "value", [0, -1, "0", 25, "25", 16.5, "NaN", float("nan"), float("inf"), "1e400", "x", True, [3], {}]
)
def test_a_bad_length_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="at most 16") as caught:
        parse_hours(value)
    assert caught.value.field == "hours"


@pytest.mark.parametrize("text", ["25:99开始", "start at 31:00"])
def test_an_impossible_clock_time_in_a_text_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        find_times(Reader(text))
    assert caught.value.field == "start"


@given(st.dates(TODAY, TODAY + dt.timedelta(days=700)))
def test_every_written_form_of_a_date_means_that_date(date: dt.date) -> None:
    written = (
        date.isoformat(),
        f"{date.year}年{date.month}月{date.day}日",
        f"{date:%B} {date.day}, {date.year}",
        f"{date.day} {date:%b} {date.year}",
    )
    assert {parse_date(text, today=TODAY, ahead=True) for text in written} == {date}


@given(st.integers(0, 23), st.integers(0, 59))
def test_a_clock_time_in_a_field_is_read_as_written(hour: int, minute: int) -> None:
    assert parse_start(f"{hour:02d}:{minute:02d}") == dt.time(hour, minute)


@given(st.text())
def test_folding_never_changes_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("两", 2),
        ("一百二十", 120),
        ("Seven", 7),
        ("", None),
        ("x", None),
    ],
)
def test_a_numeral_is_read(text: str, value: int | None) -> None:
    assert number(text) == value
