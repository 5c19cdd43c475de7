"""Random catalogues and requests, and a planner over them with no model: relevance is a toy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from hypothesis import strategies as st

from rag.hours import OpeningHours, OpenRule
from rag.scenarios.candidates import find_candidates
from rag.scenarios.date_plan import compose_plan
from rag.schema import DatePlan, DateRequest, Item, Money
from rag.store import StoredItem

CATEGORIES = ("meal", "cafe", "museum", "walk", "nature", "craft", "film", "animals", "")
TAGS = ("猫", "安静", "辣", "咖啡", "历史", "海鲜")


def toy_relevance(text: str, ids: Sequence[int]) -> Mapping[int, float]:
    """A fixed, uneven cosine for every passage."""
    return {passage_id: ((passage_id * 37 + len(text)) % 101) / 101 for passage_id in ids}


def plan_over(items: Sequence[Item], request: DateRequest) -> DatePlan:
    """The plan of the real candidates, solver and composer over `items`."""
    rows = [
        StoredItem(passage_id=number, document="places.csv", title="places", locator=f"row {number + 1}", item=item)
        for number, item in enumerate(items, 1)
        if item.kind == "activity" or item.city == request.city
    ]
    return compose_plan(
        request,
        lambda other: find_candidates(other, rows, relevance=toy_relevance, exchange_rates={}),
        places=[row for row in rows if row.item.kind == "place"],
        texts={},
    ).plan


@st.composite
def hours(draw: st.DrawFn) -> OpeningHours | None:
    if draw(st.booleans()):
        return None
    rules = []
    for _ in range(draw(st.integers(1, 2))):
        start = draw(st.integers(0, 287)) * 5
        length = draw(st.integers(6, 200)) * 5
        days = draw(st.sets(st.integers(0, 6), min_size=1))
        rules.append(OpenRule(days=tuple(sorted(days)), start=start, end=min(start + length, 2880)))
    return OpeningHours(rules=tuple(rules))


@st.composite
def items(draw: st.DrawFn, number: int = 0) -> Item:
    place = draw(st.booleans())
    low = draw(st.none() | st.decimals(0, 400, places=2))
    high = None if low is None else low + draw(st.decimals(0, 100, places=2))
    minutes = draw(st.none() | st.integers(5, 300))
    return Item(
        kind="place" if place else "activity",
        name=f"{draw(st.sampled_from(['听雨', '半山', '旧港', '南窗']))}{number}",
        category=draw(st.sampled_from(CATEGORIES)),
        city="临江" if place else None,
        area=draw(st.none() | st.sampled_from(["城东区", "老城区"])),
        price_low=low,
        price_high=high,
        currency=draw(st.sampled_from(["CNY", "CNY", "CNY", None, "USD"])),
        per_person=draw(st.booleans()),
        minutes_low=minutes,
        minutes_high=None if minutes is None else minutes + draw(st.integers(0, 120)),
        hours=draw(hours()),
        time_of_day=draw(st.sampled_from([(), ("morning",), ("afternoon", "evening"), ("night",)])),
        indoor=draw(st.none() | st.booleans()),
        stages=draw(st.sampled_from([(), ("first_date", "dating"), ("long_term",)])),
        tags=tuple(draw(st.sets(st.sampled_from(TAGS), max_size=2))),
        rating=draw(st.none() | st.floats(1, 5)),
        as_of=draw(st.sampled_from([None, "2019", "2026-10"])),
    )


@st.composite
def catalogues(draw: st.DrawFn) -> list[Item]:
    return [draw(items(number)) for number in range(draw(st.integers(0, 14)))]


@st.composite
def requests(draw: st.DrawFn) -> DateRequest:
    return DateRequest(
        lang=draw(st.sampled_from(["zh", "en"])),
        stage=draw(st.sampled_from(["first_date", "dating", "long_term"])),
        budget=draw(st.decimals(0, 1500, places=2)),
        currency="CNY",
        people=draw(st.integers(1, 6)),
        city=draw(st.sampled_from(["临江", None])),
        date=dt.date(2026, 11, 23) + dt.timedelta(days=draw(st.integers(0, 13))),
        start=dt.time(draw(st.integers(0, 23)), draw(st.sampled_from([0, 7, 30, 55]))),
        hours=draw(st.sampled_from([0.5, 2.0, 3.5, 5.0, 9.0])),
        interests=tuple(draw(st.lists(st.sampled_from(TAGS), max_size=2, unique=True))),
        avoid=tuple(draw(st.lists(st.sampled_from(TAGS), max_size=1))),
        indoor=draw(st.none() | st.booleans()),
        seed=draw(st.integers(0, 3)),
    )


def cny(amount: str) -> Money:
    """An amount in yuan."""
    return Money(amount=Decimal(amount), currency="CNY")
