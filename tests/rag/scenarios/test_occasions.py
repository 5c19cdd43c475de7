"""Occasions fall on the day that other calendars give, and say by when to book."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import InputError
from rag.scenarios.occasions import Rule, coming, on, parse_calendar, read_calendar
from rag.scenarios.vocabulary import FEASTS
from rag.scenarios.wording import say

SHIPPED = Path(__file__).parents[3] / "knowledge/documents"


@pytest.mark.parametrize(
    ("rule", "year", "date"),
    [
        pytest.param(Rule(lunar=(7, 7)), 2026, (8, 19), id="七夕 2026"),
        pytest.param(Rule(lunar=(7, 7)), 2025, (8, 29), id="七夕 after the leap sixth month"),
        pytest.param(Rule(lunar=(1, 1)), 2027, (2, 6), id="春节 2027"),
        pytest.param(Rule(lunar=(12, 0)), 2027, (2, 5), id="除夕 2027"),
        pytest.param(Rule(lunar=(8, 15)), 2026, (9, 25), id="中秋 2026"),
        pytest.param(Rule(term="冬至"), 2025, (12, 21), id="冬至 2025"),
        pytest.param(Rule(term="冬至"), 2026, (12, 22), id="冬至 2026"),
        pytest.param(Rule(weekday=(5, 2, 7)), 2027, (5, 9), id="Mother's Day 2027"),
        pytest.param(Rule(weekday=(11, 4, 4)), 2026, (11, 26), id="Thanksgiving 2026"),
        pytest.param(Rule(easter=0), 2027, (3, 28), id="Easter 2027"),
        pytest.param(Rule(date=(2, 14)), 2027, (2, 14), id="Valentine's"),
    ],
)
def test_a_rule_gives_the_date_of_the_year(rule: Rule, year: int, date: tuple[int, int]) -> None:
    assert rule.dates_in(year) == [dt.date(year, *date)]


def test_a_leap_day_comes_every_fourth_year() -> None:
    assert [bool(Rule(date=(2, 29)).dates_in(year)) for year in (2027, 2028, 2029)] == [False, True, False]


@pytest.mark.parametrize(
    "rule",
    [
        {"date": [2, 31]},
        {"lunar": [13, 1]},
        {"term": "立夏至"},
        {},
        {"easter": 0, "date": [1, 1]},
        {"easter": 10**9},
        {"date": [1, 10**12]},
        {"weekday": [5, 1, 9]},
        {"date": None},
    ],
)
def test_an_impossible_rule_is_refused(rule: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="occasion 1"):
        parse_calendar({"occasions": [{"rule": rule}]})


@settings(deadline=None, max_examples=50)
@given(st.dates(dt.date(1950, 1, 1), dt.date(2090, 12, 31)), st.integers(0, 500))
def test_what_is_coming_lies_ahead_in_order_and_has_time_to_book(today: dt.date, days: int) -> None:
    found = coming(read_calendar(SHIPPED), today, days=days)
    assert [one.date for one in found] == sorted(one.date for one in found)
    assert all(today <= one.date <= today + dt.timedelta(days=days) for one in found)
    assert all((one.date - one.order_by).days == one.occasion.gift_lead_days for one in found)
    assert all((one.date - one.book_by).days == one.occasion.booking_lead_days for one in found)


@pytest.mark.parametrize("year", range(2026, 2032))
def test_the_calendar_agrees_with_the_feasts_that_requests_are_read_by(year: int) -> None:
    rules = {(one.rule.lunar, one.rule.date) for one in read_calendar(SHIPPED) if one.rule}
    days = {date for one in read_calendar(SHIPPED) if one.rule for date in one.rule.dates_in(year)}
    for feast in FEASTS:
        rule = Rule(lunar=(feast.month, feast.day)) if feast.lunar else Rule(date=(feast.month, feast.day))
        if feast.pattern.startswith("劳动节"):
            continue  # a holiday, not a day that couples mark
        assert (rule.lunar, rule.date) in rules, feast.pattern
        assert set(rule.dates_in(year)) <= days


def test_the_shipped_calendar_names_what_falls_on_a_day() -> None:
    occasions = read_calendar(SHIPPED)
    assert [one.name["zh"] for one in on(occasions, dt.date(2027, 8, 8))] == ["七夕"]
    assert on(occasions, dt.date(2026, 11, 23)) == []
    assert len(occasions) >= 25


def test_a_damaged_calendar_is_one_sentence_and_none_is_no_error(tmp_path: Path) -> None:
    assert read_calendar(tmp_path) == ()
    (tmp_path / "calendar.yaml").write_text("occasions: 7", encoding="utf-8")
    with pytest.raises(InputError, match="no list"):
        read_calendar(tmp_path)


def test_the_note_on_a_plan_names_the_day_and_the_lead_times() -> None:
    assert "七夕" in say("plan_occasion", "zh", name="七夕", booking=14, gift=10)
