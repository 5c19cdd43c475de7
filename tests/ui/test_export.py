"""A plan leaves as a calendar file and as Markdown without losing or gaining anything."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import icalendar
import pytest
from markdown_it import MarkdownIt

from rag.schema import DatePlan
from rag.settings import Settings
from tests.ui.fakes import FakeAssistant, make_plan, make_request
from ui.export import plan_to_ics, plan_to_markdown, price, spans

ZONE = "Asia/Shanghai"


def events(plan: DatePlan, timezone: str = ZONE) -> list[icalendar.Event]:
    """The events of the plan's calendar file, read back."""
    calendar = icalendar.Calendar.from_ical(plan_to_ics(plan, timezone))
    return [part for part in calendar.walk("VEVENT") if isinstance(part, icalendar.Event)]


def at_night() -> DatePlan:
    """A plan whose second stop begins before and ends after midnight, and whose third is wholly after it."""
    first, second = make_plan().items
    clocks = [(dt.time(21), dt.time(22, 30)), (dt.time(23), dt.time(0, 30)), (dt.time(0, 45), dt.time(1, 30))]
    items = tuple(
        stop.model_copy(update={"start": start, "end": end})
        for stop, (start, end) in zip((first, second, second), clocks, strict=True)
    )
    return make_plan(items=items)


def test_every_stop_is_an_event_in_the_local_zone() -> None:
    first, second = events(make_plan())
    assert first["dtstart"].params["TZID"] == ZONE
    assert first.start == dt.datetime(2026, 11, 28, 14, tzinfo=ZoneInfo(ZONE))
    assert second.end == dt.datetime(2026, 11, 28, 17, tzinfo=ZoneInfo(ZONE))


def test_chinese_words_come_back_unchanged() -> None:
    first, second = events(make_plan())
    assert str(first["summary"]) == "猫咖"
    assert "¥88/人 × 2 = ¥176（2026-11 的价格）" in str(first["description"])
    assert str(second["location"]).startswith("西湖 <b>白堤</b>")


@pytest.mark.parametrize("timezone", [ZONE, "America/New_York"])
def test_the_zone_is_described_in_the_file(timezone: str) -> None:
    calendar = icalendar.Calendar.from_ical(plan_to_ics(make_plan(), timezone))
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == [timezone]


def test_only_the_first_stop_reminds_an_hour_before() -> None:
    alarms = [event.walk("VALARM") for event in events(make_plan())]
    assert [len(found) for found in alarms] == [1, 0]
    assert alarms[0][0].decoded("trigger") == dt.timedelta(minutes=-60)


def test_a_stop_keeps_its_identity_between_downloads() -> None:
    once, again = events(make_plan()), events(make_plan())
    assert [str(event["uid"]) for event in once] == [str(event["uid"]) for event in again]
    assert len({str(event["uid"]) for event in once}) == 2


def test_another_day_is_another_event() -> None:
    other = make_plan(make_request(date=dt.date(2026, 11, 29)))
    assert {str(event["uid"]) for event in events(other)}.isdisjoint(str(e["uid"]) for e in events(make_plan()))


def test_a_clock_that_goes_back_has_passed_midnight() -> None:
    (_, _), (late, past), (after, end) = spans(at_night())
    assert (late.day, past.day, after.day, end.day) == (28, 29, 29, 29)


def test_a_plan_of_late_evening_may_begin_after_midnight() -> None:
    first = make_plan().items[0].model_copy(update={"start": dt.time(0, 5), "end": dt.time(1)})
    plan = make_plan(make_request(start=dt.time(23, 30)), items=(first,))
    assert spans(plan) == [(dt.datetime(2026, 11, 29, 0, 5), dt.datetime(2026, 11, 29, 1))]


def test_markdown_tells_the_whole_plan() -> None:
    text = plan_to_markdown(make_plan())
    for words in (
        "14:00-15:30 猫咖",
        "¥176",
        "聊聊养过的猫",
        "不要查户口",
        "猫爪杯",
        "看展",
        "activities.csv",
        "猫咖 人均 88",
    ):
        assert words in text


def test_markdown_follows_the_language_of_the_plan() -> None:
    english = plan_to_markdown(make_plan(make_request(lang="en")))
    assert english.startswith("# Date plan · Saturday, 2026-11-28")
    assert "## Sources" in english


def test_words_of_documents_make_no_link_and_no_html() -> None:
    tokens = MarkdownIt("commonmark").parse(plan_to_markdown(make_plan()))
    kinds = {child.type for token in tokens for child in token.children or []}
    assert not kinds & {"link_open", "html_inline", "image"}
    assert "html_block" not in {token.type for token in tokens}


def test_an_infeasible_plan_exports_its_reason() -> None:

    plan = FakeAssistant(Settings()).plan(make_request(budget=1))
    assert "把预算加到 100 元就能排出来" in plan_to_markdown(plan)
    assert events(plan) == []


@pytest.mark.parametrize(
    ("number", "people", "expected"),
    [
        pytest.param(0, 2, "¥88/人 × 2 = ¥176（2026-11 的价格）", id="per_person"),
        pytest.param(0, 3, "共 ¥176（2026-11 的价格）", id="does_not_multiply"),
        pytest.param(1, 2, "免费（资料没写价格日期）", id="free_undated"),
    ],
)
def test_a_price_shows_its_arithmetic_and_date(number: int, people: int, expected: str) -> None:
    assert price(make_plan().items[number], people, "zh") == expected
