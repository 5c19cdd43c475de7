"""Opening hours: what texts mean, what is refused, and the arithmetic of spans."""

from __future__ import annotations

import csv
import datetime as dt
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.hours import Closure, OpeningHours, OpenRule, parse_hours
from rag.hours_words import Span
from tests.rag.hours_text import format_hours

MONDAY = dt.date(2026, 11, 2)
WEEK = [MONDAY + dt.timedelta(days=n) for n in range(7)]
RESTAURANTS = next(
    (path for up in Path(__file__).parents if (path := up / "shared/data/places/beijing_restaurants.csv").is_file()),
    None,
)


def hours(text: str) -> OpeningHours:
    found = parse_hours(text)
    assert found is not None, text
    return found


def clock(spans: list[Span]) -> str:
    return " ".join(f"{start // 60}:{start % 60:02}-{end // 60}:{end % 60:02}" for start, end in spans)


def week(text: str) -> list[str]:
    """The spans that begin on each day of the week, without the tail of the night before."""
    found = hours(text)
    return [clock([span for span in found.spans(day) if span[0] > 0 or span[1] >= 1440]) for day in WEEK]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        pytest.param("周一至周日 09:30-14:00 17:00-21:00", "9:30-14:00 17:00-21:00", id="two spans"),
        pytest.param("10:00-20:00 周一至周日", "10:00-20:00", id="days after"),
        pytest.param("全天 10:00-21:00 周一,周二,周三,周四,周五,周六,周日", "10:00-21:00", id="slot label"),
        pytest.param("10：30－23：00", "10:30-23:00", id="full width"),
        pytest.param("８：００ – ２２：００", "8:00-22:00", id="full width digits"),
        pytest.param("6:30~22:00", "6:30-22:00", id="tilde"),
        pytest.param("8:00—19:30", "8:00-19:30", id="long dash"),
        pytest.param("每天10点到22点", "10:00-22:00", id="hours in characters"),
        pytest.param("早九点到晚九点半", "9:00-21:30", id="numerals"),
        pytest.param("上午8：00--晚上10：00", "8:00-22:00", id="parts of the day"),
        pytest.param("下午2点-5点", "14:00-17:00", id="afternoon holds for both"),
        pytest.param(
            "早餐：6:30-9:30，午餐10:30~14:30；晚餐16:00~21:00", "6:30-9:30 10:30-14:30 16:00-21:00", id="meals"
        ),
        pytest.param("午市营业时间11:00~14:00晚市营业时间17:00~21:30", "11:00-14:00 17:00-21:30", id="markets"),
        pytest.param("营业时间：周一至周日 早市 07:30-09:00 午市 11:30-14:30", "7:30-9:00 11:30-14:30", id="labels"),
        pytest.param("周一至周日 18:00-00:00", "18:00-24:00", id="to midnight"),
        pytest.param("周一至周日 09:00-07:00", "9:00-31:00", id="through the night"),
        pytest.param("10:00-次日04:00", "10:00-28:00", id="next day"),
        pytest.param("晚上6点-凌晨2点", "18:00-26:00", id="small hours"),
        pytest.param("11:00-26:00", "11:00-26:00", id="26 o'clock"),
        pytest.param("Daily 10am–10pm", "10:00-22:00", id="am and pm"),
        pytest.param("noon - midnight", "12:00-24:00", id="noon"),
        pytest.param("9:00 a.m. to 5.30 p.m.", "9:00-17:30", id="dotted"),
        pytest.param("9-5pm", "9:00-17:00", id="morning start"),
        pytest.param("1-5pm", "13:00-17:00", id="afternoon start"),
        pytest.param("9-17", "9:00-17:00", id="bare hours"),
        pytest.param("9:00-17:00（16:30停止入场）", "9:00-17:00", id="half an hour for the last"),
        pytest.param("9:00-17:00，最晚入园16:00", "9:00-16:30", id="last entry long before"),
        pytest.param("9:30am–5pm (last entry 4pm)", "9:30-16:30", id="last entry"),
        pytest.param("24小时", "0:00-48:00", id="round the clock"),
        pytest.param("24/7", "0:00-48:00", id="24/7"),
        pytest.param("周一至周日 全天", "0:00-48:00", id="all day"),
        pytest.param("00:00-00:00", "0:00-48:00", id="midnight to midnight"),
    ],
)
def test_every_day_has_the_same_hours(text: str, spans: str) -> None:
    assert week(text) == [spans] * 7


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("周二至周日 10:00-18:00 周一闭馆", ["", *["10:00-18:00"] * 6], id="closed Monday"),
        pytest.param("10:00-18:00 周一休息", ["", *["10:00-18:00"] * 6], id="closed Monday, no days"),
        pytest.param("每天 10:00-18:00（除周一外）", ["", *["10:00-18:00"] * 6], id="but Monday"),
        pytest.param("周二-周日 9-17 周一闭馆（法定节假日除外）", ["", *["9:00-17:00"] * 6], id="holidays safe"),
        pytest.param("Tue–Sun 11:00–22:00; Mon closed", ["", *["11:00-22:00"] * 6], id="Mon closed"),
        pytest.param("Closed Mondays; Tue to Sun 11am to 10pm", ["", *["11:00-22:00"] * 6], id="closed first"),
        pytest.param("Open daily except Mondays 10am-6pm", ["", *["10:00-18:00"] * 6], id="except"),
        pytest.param("工作日：早 9：30~~~晚 7：00", [*["9:30-19:00"] * 5, "", ""], id="workdays"),
        pytest.param("周末 10:00-20:00", [*[""] * 5, *["10:00-20:00"] * 2], id="weekend"),
        pytest.param("周六日 10:00-20:00", [*[""] * 5, *["10:00-20:00"] * 2], id="two days in one word"),
        pytest.param("星期一至五 9:00-18:00", [*["9:00-18:00"] * 5, "", ""], id="short range"),
        pytest.param("周1-周5 9:00-18:00", [*["9:00-18:00"] * 5, "", ""], id="digits"),
        pytest.param("Fri-Mon 12:00-20:00", ["12:00-20:00", *[""] * 3, *["12:00-20:00"] * 3], id="round the week"),
        pytest.param(
            "Mon-Fri 9am-5pm, Sat 10:00-16:00", [*["9:00-17:00"] * 5, "10:00-16:00", ""], id="no word on Sunday"
        ),
        pytest.param("Mo-Fr 09:00-17:00; Sa 10:00-14:00", [*["9:00-17:00"] * 5, "10:00-14:00", ""], id="OpenStreetMap"),
        pytest.param(
            "周末及节假日 10:00-22:00 周一至周五 11:00-21:00",
            [*["11:00-21:00"] * 5, *["10:00-22:00"] * 2],
            id="longer on holidays",
        ),
        pytest.param(
            "周五 11:00-24:00  周六 11:00-03:00  周一至周四 11:00-21:00  周日 00:00-03:00",
            [*["11:00-21:00"] * 4, "11:00-24:00", "11:00-27:00", ""],
            id="each day its own",
        ),
        pytest.param("daily 10-22, Sat 10-24", [*["10:00-22:00"] * 5, "10:00-24:00", "10:00-22:00"], id="longer day"),
    ],
)
def test_each_day_has_its_hours(text: str, expected: list[str]) -> None:
    assert week(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("周一至周日", id="no times"),
        pytest.param("Closed Mondays", id="only closed"),
        pytest.param("非营业时段 2018-02-15至2018-02-19 全天", id="only a closure"),
        pytest.param("9-5", id="9-5"),
        pytest.param("10:00-2:00", id="am or pm"),
        pytest.param("8:00-10pm", id="8 am or 8 pm"),
        pytest.param("9am-5:00", id="5 am or 5 pm"),
        pytest.param("10:00-10:00", id="empty or full"),
        pytest.param("25:70-26:00", id="no such time"),
        pytest.param("周一至周五 9:00-17:00，法定节假日除外", id="closed on holidays"),
        pytest.param("周一至周五 9:00-21:00 周末及节假日 10:00-22:00", id="opens later on holidays"),
        pytest.param("10:00-22:00 春节休息", id="a feast without dates"),
        pytest.param("2月15日-2月19日放假 10:00-20:00", id="a closure without a year"),
        pytest.param("2018-02-30放假 10:00-20:00", id="no such date"),
        pytest.param("4月15日-10月7日 8:30-17:00", id="parts of months"),
        pytest.param("daily 10-22, Sat 11-20", id="two answers for Saturday"),
        pytest.param("周一至周五 夏季 9:00-18:00 冬季 9:00-17:00", id="season inside days"),
        pytest.param("10:00-22:00 周末 11:00-23:00", id="a default and an exception"),
        pytest.param("Mon 9-17; Mon closed", id="open and closed"),
        pytest.param("10:00-18:00 暂停营业", id="suspended"),
        pytest.param('{"mon":"9-17"}', id="json"),
        pytest.param("电话预约", id="by appointment"),
        pytest.param("10:00-18:00 " * 60, id="too long"),
    ],
)
def test_what_is_not_sure_is_not_understood(text: str) -> None:
    assert parse_hours(text) is None


def test_seasons_are_three_months_each() -> None:
    found = hours("春季、夏季、秋季 周一至周日 08:30-20:00  冬季 周一至周日 08:30-19:00")
    closing = [found.spans(dt.date(2026, month, 10))[0][1] // 60 for month in range(1, 13)]
    assert closing == [19, 19, 20, 20, 20, 20, 20, 20, 20, 20, 20, 19]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("4月-10月 8:30-17:00；11月-次年3月 8:30-16:30", id="months"),
        pytest.param("4月1日-10月31日 8:30-17:00 11月1日至次年3月31日 8:30-16:30", id="dates of whole months"),
        pytest.param("旺季（4月-10月）8:30-17:00 淡季（11月-次年3月）8:30-16:30", id="named seasons"),
        pytest.param("April-October 8:30-17:00; Nov-Mar 8:30-16:30", id="English"),
    ],
)
def test_months_change_the_hours(text: str) -> None:
    found = hours(text)
    assert [clock(found.spans(dt.date(2026, month, 10))) for month in (3, 4, 10, 11)] == [
        "8:30-16:30", "8:30-17:00", "8:30-17:00", "8:30-16:30",
    ]  # fmt: skip


def test_dated_closures_are_taken_out() -> None:
    found = hours(
        "周一至周日 08:00-21:00  非营业时段 2018-02-19至2018-02-21 22:00-10:00 "
        "2018-02-16至2018-02-18 全天 2018-02-15至2018-02-15 16:00-10:00"
    )
    assert [clock(found.spans(dt.date(2018, 2, day))) for day in range(14, 24)] == [
        "8:00-21:00", "8:00-16:00", "", "", "", "8:00-21:00", "10:00-21:00", "10:00-21:00", "10:00-21:00", "8:00-21:00",
    ]  # fmt: skip


def test_a_closure_may_shorten_its_second_date() -> None:
    found = hours("11：00-23：00 2015.2.18-2.20放假")
    assert found.closures == (Closure(first=dt.date(2015, 2, 18), last=dt.date(2015, 2, 20)),)


def test_the_default_year_dates_a_closure() -> None:
    found = parse_hours("10:00-20:00 12月30日-1月2日休息", default_year=2026)
    assert found is not None
    assert found.closures == (Closure(first=dt.date(2026, 12, 30), last=dt.date(2027, 1, 2)),)


def test_the_night_before_reaches_into_the_day() -> None:
    found = hours("周五 20:00-03:00")
    assert found.spans(WEEK[4]) == [(1200, 1620)]
    assert found.spans(WEEK[5]) == [(0, 180)]
    assert found.spans(WEEK[6]) == []


def test_a_closed_day_has_no_night() -> None:
    found = hours("20:00-03:00 非营业时段 2026-11-04至2026-11-04 全天")
    assert [clock(found.spans(day)) for day in WEEK[1:4]] == ["0:00-3:00 20:00-24:00", "", "20:00-27:00"]


def test_covers_goes_past_midnight_but_not_past_closing() -> None:
    found = hours("周五 20:00-03:00")
    assert found.covers(WEEK[4], 1380, 1620)
    assert not found.covers(WEEK[4], 1380, 1621)
    assert hours("24/7").covers(MONDAY, 1400, 1600)


def test_the_first_and_the_last_date_of_the_calendar_have_hours() -> None:
    assert hours("10:00-02:00").spans(dt.date.min) == [(600, 1560)]
    assert hours("10:00-02:00").spans(dt.date.max) == [(0, 120), (600, 1560)]


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param({"days": (7,), "start": 0, "end": 60}, id="day 7"),
        pytest.param({"days": (0,), "months": (13,), "start": 0, "end": 60}, id="month 13"),
        pytest.param({"days": (0,), "start": 60, "end": 60}, id="empty"),
        pytest.param({"days": (0,), "start": 60, "end": 2881}, id="longer than two days"),
    ],
)
def test_impossible_rules_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        OpenRule.model_validate(bad)


@st.composite
def bounds(draw: st.DrawFn) -> tuple[int, int]:
    start = draw(st.integers(0, 1439))
    return start, draw(st.integers(start + 1, 2880))


@st.composite
def rules(draw: st.DrawFn) -> OpenRule:
    start, end = draw(bounds())
    days = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1))))
    months = tuple(sorted(draw(st.sets(st.integers(1, 12), max_size=4))))
    return OpenRule(days=days, months=months, start=start, end=end)


@st.composite
def closures(draw: st.DrawFn) -> Closure:
    start, end = draw(bounds())
    first = draw(st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)))
    return Closure(first=first, last=first + dt.timedelta(days=draw(st.integers(0, 20))), start=start, end=end)


schedules = st.builds(
    OpeningHours,
    rules=st.lists(rules(), min_size=1, max_size=4).map(tuple),
    closures=st.lists(closures(), max_size=2).map(tuple),
)
dates = st.dates(dt.date(2026, 1, 1), dt.date(2028, 1, 20))


@given(schedules, dates)
def test_spans_are_sorted_disjoint_and_inside_two_days(schedule: OpeningHours, day: dt.date) -> None:
    spans = schedule.spans(day)
    assert all(0 <= start < min(end, 1440) and end <= 2880 for start, end in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))


@given(schedules, dates, st.integers(0, 1439))
def test_a_minute_is_open_when_a_rule_opens_it_and_no_closure_closes_it(
    schedule: OpeningHours, day: dt.date, minute: int
) -> None:
    def within(first: dt.date, start: int, end: int) -> bool:
        return start <= (day - first).days * 1440 + minute < end

    nights = (day - dt.timedelta(days=1), day)
    shut = [c for c in schedule.closures if any(c.first <= n <= c.last and within(n, c.start, c.end) for n in nights)]
    whole = [n for n in nights for c in schedule.closures if c.first <= n <= c.last and (c.start, c.end) == (0, 1440)]
    opened = any(
        n.weekday() in rule.days and (not rule.months or n.month in rule.months) and within(n, rule.start, rule.end)
        for rule in schedule.rules
        for n in nights
        if n not in whole
    )
    assert schedule.covers(day, minute, minute + 1) == (opened and not shut)


@given(schedules, st.sampled_from(["zh", "en"]), st.lists(dates, min_size=3, max_size=3))
def test_formatted_hours_are_read_back(schedule: OpeningHours, lang: str, days: list[dt.date]) -> None:
    text = format_hours(schedule, "zh" if lang == "zh" else "en")
    found = parse_hours(text) if len(text) <= 500 else schedule
    assert found is not None, text
    assert [found.spans(day) for day in days] == [schedule.spans(day) for day in days]


@given(schedules)
def test_hours_survive_json(schedule: OpeningHours) -> None:
    assert OpeningHours.model_validate_json(schedule.model_dump_json()) == schedule


WORDS = [
    *("周一", "周日", "周末", "Mon", "-Fri", "每天", "daily", "六", "至", "-", "~", ";", "，"),
    *("10:00", "9", "5pm", "24:00", "noon", "12点半", "次日", "上午", "晚", "全天", "24/7", "last entry", "停止入场"),
    *("闭馆", "closed", "except", "节假日", "除外", "非营业时段", "2018-02-15", "2月3日", "3月", "夏季", "旺季"),
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)))
def test_any_text_is_understood_or_not_but_never_an_error(text: str) -> None:
    found = parse_hours(text, default_year=2026)
    assert found is None or found.rules


@pytest.mark.skipif(RESTAURANTS is None, reason="no shared/data/places beside or above the repository")
def test_the_restaurant_list_is_understood_but_for_two_values() -> None:
    assert RESTAURANTS is not None
    with RESTAURANTS.open(encoding="utf-8-sig", newline="") as file:
        values = {row["营业时间"] for row in csv.DictReader(file)}
    assert {value for value in values if parse_hours(value) is None} == {
        "周一至周日",
        "非营业时段 2018-02-15至2018-02-19 全天",
    }
