"""What a plan does with a catalogue a person could have written."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from rag.hours import parse_hours
from rag.records import StoredItem
from rag.scenarios.avoid import is_avoided
from rag.scenarios.candidates import area_of, exchange_rate, find_candidates, open_windows
from rag.scenarios.check import find_violations
from rag.scenarios.companions import section_bullets
from rag.scenarios.wording import STAGE_NAMES, say
from rag.schema import DatePlan, DateRequest, Item
from tests.rag.scenarios.catalogues import plan_over, toy_relevance

SATURDAY = dt.date(2026, 11, 28)


def request(**changes: Any) -> DateRequest:
    values: dict[str, Any] = {"budget": "300", "city": "临江", "date": SATURDAY, "start": "14:00", **changes}
    return DateRequest.model_validate(values)


def place(name: str, category: str, price: str | None, hours: str | None = "10:00-22:00", **more: Any) -> Item:
    values: dict[str, Any] = {
        "kind": "place", "name": name, "category": category, "city": "临江", "price_low": price, "price_high": price,
        "currency": "CNY", "hours": parse_hours(hours) if hours else None, "address": f"{name}路1号",
        "as_of": "2026-10", **more,
    }  # fmt: skip
    return Item.model_validate(values)


def activity(name: str, category: str, low: str, high: str, **more: Any) -> Item:
    values: dict[str, Any] = {
        "kind": "activity", "name": name, "category": category, "price_low": low, "price_high": high, "currency": "CNY",
        "minutes_low": 45, "minutes_high": 75, **more,
    }  # fmt: skip
    return Item.model_validate(values)


TOWN = [
    place("旧港面馆", "meal", "40"),
    place("半山美术馆", "museum", "60", "周二至周日 10:00-17:00，周一闭馆", minutes_low=60, minutes_high=90),
    place("听雨茶馆", "drink", "88"),
    place("南窗书店", "books", None),
    activity("江边走走", "walk", "0", "0", indoor=False),
    activity("市场试吃", "market", "20", "50"),
]


def titles(plan: DatePlan) -> list[str]:
    return [item.title for item in plan.items]


def test_every_stop_is_a_row_and_its_cost_is_the_rows_price_for_all_people() -> None:
    plan = plan_over(TOWN, request(people=3))
    assert find_violations(plan, TOWN) == []
    prices = {item.name: item.price_high for item in TOWN}
    for stop in plan.items:
        price = prices[stop.title]
        assert price is not None
        assert stop.cost.amount == price * 3


def test_a_row_without_a_price_is_left_out_and_counted() -> None:
    plan = plan_over(TOWN, request(budget="3000", hours=9, start="10:00"))
    assert "南窗书店" not in titles(plan)
    assert say("plan_no_price", "zh", count=1) in plan.notes


def test_a_place_that_is_closed_that_day_is_not_visited() -> None:
    plan = plan_over(TOWN, request(date=dt.date(2026, 11, 30), budget="900", hours=8, start="10:00"))
    assert "半山美术馆" not in titles(plan)


@pytest.mark.parametrize(("start", "served"), [("11:30", True), ("14:45", False), ("17:00", True)])
def test_a_meal_stands_only_at_a_mealtime(start: str, served: bool) -> None:
    plan = plan_over(TOWN, request(start=start, hours=3))
    assert ("旧港面馆" in titles(plan)) is served


def test_two_cafes_are_no_variety() -> None:
    cafes = [place(f"咖啡{number}", "cafe", "30", tags=["咖啡"]) for number in range(4)]
    plan = plan_over([*cafes, *TOWN], request(interests=["咖啡"], hours=6))
    assert sum(item.category == "cafe" for item in plan.items) <= 1


@pytest.mark.parametrize(
    ("avoid", "gone"),
    [
        pytest.param("茶", "听雨茶馆", id="a word of the name"),
        pytest.param("市场", "市场试吃", id="a word of an activity"),
    ],
)
def test_what_is_avoided_is_in_no_plan(avoid: str, gone: str) -> None:
    for seed in range(4):
        assert gone not in titles(plan_over(TOWN, request(avoid=[avoid], hours=8, start="10:00", seed=seed)))


def test_an_english_word_is_avoided_as_a_word_not_as_letters() -> None:
    rows = [
        activity("Barbecue in the park", "nature", "5", "9", currency="USD"),
        activity("Cocktail bar", "drink", "5", "9", currency="USD"),
    ]
    found, _ = find_candidates(
        request(currency="USD", avoid=["bars"], city=None, lang="en"), stored(rows), relevance=toy_relevance,
        exchange_rates={},
    )  # fmt: skip
    assert [one.item.name for one in found] == ["Barbecue in the park"]


def test_indoors_means_no_walk_outside() -> None:
    assert "江边走走" not in titles(plan_over(TOWN, request(indoor=True, hours=8, start="10:00")))


def test_another_seed_gives_another_good_plan() -> None:
    rows = [
        *TOWN,
        *[activity(f"活动{n}", category, "10", "20") for n, category in enumerate(["craft", "game", "show"])],
    ]
    plans = [set(titles(plan_over(rows, request(seed=seed)))) for seed in range(4)]
    assert len({frozenset(plan) for plan in plans}) >= 3


def test_too_small_a_budget_names_the_least_that_is_enough() -> None:
    rows = [place("旧港面馆", "meal", "40"), place("听雨茶馆", "drink", "88")]
    plan = plan_over(rows, request(budget="100", start="17:00"))
    assert plan.items == ()
    assert plan.relaxation is not None
    assert (plan.relaxation.field, plan.relaxation.value, plan.relaxation.change) == ("budget", "256.00", "+156.00 CNY")


def test_too_little_time_names_the_minutes_that_are_missing() -> None:
    plan = plan_over(TOWN, request(hours=1))
    assert plan.relaxation is not None
    assert plan.relaxation.field == "hours"
    assert plan_over(TOWN, request(hours=float(plan.relaxation.value))).items


def test_a_closed_night_names_another_start() -> None:
    plan = plan_over([place("甲", "cafe", "10"), place("乙", "museum", "10")], request(start="03:00", hours=3))
    assert plan.relaxation is not None
    assert plan.relaxation.field in ("hours", "start")


def test_an_empty_store_says_what_to_add() -> None:
    plan = plan_over([], request())
    assert plan.relaxation is not None
    assert plan.relaxation.field == "catalogue"


def test_prices_in_another_currency_are_never_mixed_in() -> None:
    rows = [*TOWN, activity("Harbour ferry", "ride", "5", "8", currency="USD")]
    for seed in range(3):
        assert "Harbour ferry" not in titles(plan_over(rows, request(seed=seed, hours=8, start="10:00")))


def test_a_rate_from_the_settings_converts_upwards_and_says_so() -> None:
    assert exchange_rate("USD", "CNY", {"USDCNY": Decimal("7.1")}) == Decimal("7.1")
    assert exchange_rate("CNY", "USD", {"USDCNY": Decimal("7.1")}) == 1 / Decimal("7.1")
    assert exchange_rate("EUR", "CNY", {"USDCNY": Decimal("7.1")}) is None
    found, _ = find_candidates(
        request(people=1), stored([activity("Ferry", "ride", "5", "7.77", currency="USD")]), relevance=toy_relevance,
        exchange_rates={"USDCNY": Decimal("7.1")},
    )  # fmt: skip
    assert (found[0].cost, found[0].converted) == (5517, True)


def test_unknown_hours_are_planned_by_day_and_marked() -> None:
    rows = [place("石桥", "sight", "0", None), activity("江边走走", "walk", "0", "0")]
    plan = plan_over(rows, request())
    assert titles(plan).count("石桥") == 1
    assert say("note_hours_unknown", "zh") in next(item.notes for item in plan.items if item.title == "石桥")
    assert "石桥" not in titles(plan_over(rows, request(start="18:00")))


def test_a_stale_price_is_pointed_out() -> None:
    rows = [place("石桥", "sight", "20", as_of="2019"), activity("江边走走", "walk", "0", "0")]
    notes = plan_over(rows, request()).notes
    assert any("2019" in note and "石桥" in note for note in notes)


def test_a_city_without_places_is_said_and_no_venue_is_named() -> None:
    rows = [*TOWN, activity("街角咖啡", "cafe", "20", "40"), activity("看展", "museum", "0", "60")]
    plan = plan_over(rows, request(city="青屿"))
    assert all(item.place is None for item in plan.items)
    assert say("plan_city_empty", "zh", city="青屿") in plan.notes


def test_rain_has_a_backup_indoors_within_the_budget() -> None:
    rows = [
        activity("江边走走", "walk", "0", "0", indoor=False, tags=["猫"]),
        activity("看展", "museum", "20", "30", indoor=True, tags=["猫"]),
        activity("手工", "craft", "20", "40", indoor=True),
    ]
    plan = plan_over(rows, request(interests=["猫"], city=None, hours=3))
    rain = [backup for backup in plan.backup if backup.reason == "rain"]
    assert [backup.replaces for backup in rain] == ["江边走走"]
    assert find_violations(plan, rows) == []


def test_the_way_between_districts_is_longer_also_through_a_generic_stop() -> None:
    rows = [
        place("东茶馆", "drink", "10", area="城东区"),
        activity("拍照", "view", "0", "0"),
        place("西画廊", "museum", "10", area="老城区", minutes_low=60, minutes_high=60),
    ]
    plan = plan_over(rows, request(hours=7))
    assert len(plan.items) == 3
    named = [item for item in plan.items if item.place]
    generic = next(item for item in plan.items if not item.place)
    gap = minutes(named[1].start) - minutes(named[0].end)
    between = minutes(generic.end) - minutes(generic.start) if named[0].end < generic.start < named[1].start else 0
    assert gap - between >= 60


@pytest.mark.parametrize(
    ("address", "area"),
    [
        ("北京市东城区景山前街4号", "东城区"),
        ("北京市延庆县八达岭镇", "延庆县"),
        ("西城区地安门东大街89号", "西城区"),
        ("浙江省杭州市西湖区北山街", "西湖区"),
        ("拒马河畔十渡风景区六渡", None),
        ("花园东路30号", None),
        (None, None),
    ],
)
def test_the_district_is_read_from_the_address(address: str | None, area: str | None) -> None:
    assert area_of(place("甲", "sight", "0", address=address)) == area


def test_a_generic_activity_follows_its_times_of_day() -> None:
    windows, known = open_windows(activity("夜走", "walk", "0", "0", time_of_day=["evening", "night"]), SATURDAY)
    assert (windows, known) == (((17 * 60, 24 * 60),), True)


def test_bullets_are_read_under_their_heading_only() -> None:
    text = "# 标题\n## 做什么\n- 甲\n## 可以聊\n- 乙\n- 丙\n## 别这样\n- 丁"
    assert section_bullets(text, {"可以聊"}) == ["乙", "丙"]


def test_every_sentence_has_both_languages() -> None:
    assert all(len(pair) == 2 and all(pair) for pair in STAGE_NAMES.values())


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param({"total_cost": {"amount": "1", "currency": "CNY"}}, "sum", id="a wrong sum"),
        pytest.param({"citations": []}, "citation", id="sources lost"),
        pytest.param({"request": {"budget": "1"}}, "budget", id="over the budget"),
        pytest.param({"request": {"date": "2026-11-30"}}, "hours", id="another weekday"),
        pytest.param({"request": {"people": 5}}, "price", id="more people"),
        pytest.param({"request": {"city": "青屿"}}, "invented", id="another city"),
        pytest.param({"request": {"start": "15:00"}}, "overlap", id="before the start"),
        pytest.param({"request": {"hours": 1}}, "frame", id="after the end"),
    ],
)
def test_the_checker_sees_a_plan_that_was_tampered_with(change: dict[str, Any], kind: str) -> None:
    rows = [
        place("半山美术馆", "museum", "60", "周二至周日 10:00-17:00", minutes_low=60, minutes_high=90),
        place("听雨茶馆", "drink", "88", "周二至周日 10:00-17:00"),
    ]
    plan = plan_over(rows, request(budget="900"))
    raw = plan.model_dump(mode="json")
    raw.update({key: value for key, value in change.items() if key != "request"})
    raw["request"].update(change.get("request", {}))
    assert kind in {problem.split(":")[0] for problem in find_violations(DatePlan.model_validate(raw), rows)}


def minutes(clock: dt.time) -> int:
    return clock.hour * 60 + clock.minute


def stored(rows: list[Item]) -> list[StoredItem]:
    return [StoredItem(number, "a.csv", "a", f"row {number}", item) for number, item in enumerate(rows, 2)]


@pytest.mark.parametrize(
    ("avoid", "row", "avoided"),
    [
        pytest.param("酒", place("酒店一层的书吧", "books", "20"), False, id="a hotel serves books"),
        pytest.param("喝酒", place("老城精酿", "drink", "60"), True, id="craft beer"),
        pytest.param(
            "alcohol", activity("Alcohol-free evening", "drink", "5", "9", alcohol="no"), False, id="free of it"
        ),
        pytest.param("alcohol", activity("The Cellar Wine Bar", "drink", "9", "20"), True, id="a wine bar"),
        pytest.param("海鲜过敏", place("渔港", "meal", "90", tags=["虾滑"]), True, id="shrimp is seafood"),
        pytest.param("恐高", activity("坐摩天轮看城", "view", "40", "70"), True, id="a ferris wheel is high"),
        pytest.param("山", place("小馆", "meal", "40", address="中山路8号"), False, id="an address is no mountain"),
        pytest.param("nuts", activity("Doughnut morning", "snack", "3", "6"), False, id="no nut in a doughnut"),
    ],
)
def test_a_word_to_avoid_means_what_a_person_means_by_it(avoid: str, row: Item, avoided: bool) -> None:
    assert is_avoided(row, [avoid]) is avoided


def test_a_start_that_has_passed_today_is_not_proposed() -> None:
    rows = [place("甲馆", "museum", "10", "10:00-17:30"), place("乙园", "animals", "10", "10:00-17:30")]
    late = request(date=SATURDAY, start="21:00", hours=3)
    tonight = dt.datetime(2026, 11, 28, 20, 0)
    assert plan_over(rows, late).relaxation == plan_over(rows, late, now=tonight - dt.timedelta(days=1)).relaxation
    relaxation = plan_over(rows, late, now=tonight).relaxation
    assert relaxation is not None
    assert relaxation.field not in ("start", "hours")


def test_the_same_place_in_two_files_counts_once_with_its_price() -> None:
    rows = [place("听雨茶馆", "drink", None), place("听雨茶馆", "drink", "30"), activity("江边走走", "walk", "0", "0")]
    assert titles(plan_over(rows, request())).count("听雨茶馆") == 1


def test_a_plan_prefers_activities_in_the_language_of_the_request() -> None:
    kinds = ["walk", "cafe", "craft", "game", "film", "books", "view", "class"]
    english = [activity(f"Walk {n}", category, "0", "5") for n, category in enumerate(kinds)]
    chinese = [activity(f"活动{n}", category, "0", "5") for n, category in enumerate(["museum", "show", "sport"])]
    plan = plan_over([*chinese, *english], request(lang="en", city=None))
    assert all(title.isascii() for title in titles(plan))
