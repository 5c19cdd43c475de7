"""Random catalogues and requests, and a planner over them with no model: relevance is a toy."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from decimal import Decimal

from hypothesis import strategies as st

from rag.hours import OpeningHours, OpenRule
from rag.records import StoredItem
from rag.scenarios.candidates import find_candidates
from rag.scenarios.date_plan import compose_plan
from rag.schema import DatePlan, DateRequest, Item, Money, PricePoint

CATEGORIES = ("meal", "cafe", "museum", "walk", "nature", "craft", "film", "animals", "")
TAGS = ("猫", "安静", "辣", "咖啡", "历史", "海鲜")


def toy_relevance(text: str, ids: Sequence[int]) -> Mapping[int, float]:
    """A fixed, uneven cosine for every passage."""
    return {passage_id: ((passage_id * 37 + len(text)) % 101) / 101 for passage_id in ids}


def plan_over(items: Sequence[Item], request: DateRequest, *, now: dt.datetime | None = None) -> DatePlan:
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
        text_of=lambda passage_id: "",
        now=now,
    ).plan


def catalogues() -> st.SearchStrategy[list[Item]]:
    """Catalogues of 4 to 24 rows as careless people write them: gaps, odd hours, two currencies."""
    return st.integers(0, 2**48).map(lambda seed: random_catalogue(random.Random(seed)))


def requests() -> st.SearchStrategy[DateRequest]:
    """Requests at any hour, with any budget, mostly in the city of the catalogues."""
    return st.integers(0, 2**48).map(lambda seed: random_request(random.Random(seed)))


def random_catalogue(rng: random.Random) -> list[Item]:
    return [random_item(rng, number) for number in range(rng.randint(4, 24))]


def random_item(rng: random.Random, number: int) -> Item:
    place = rng.random() < 0.6
    low = None if rng.random() < 0.1 else Decimal(rng.choice([0, 0, 1500, 3990, 8000, 12050, 33333])) / 100
    minutes = None if rng.random() < 0.2 else rng.choice([7, 20, 45, 60, 90, 150])
    prices = () if low is None or place or rng.random() < 0.5 else random_prices(rng, low)
    return Item(
        kind="place" if place else "activity",
        name=f"{rng.choice(['听雨', '半山', '旧港', '南窗'])}{number}",
        category=rng.choice(CATEGORIES),
        city="临江" if place else None,
        area=rng.choice([None, "城东区", "老城区"]) if place else None,
        price_low=low,
        price_high=None if low is None else low + Decimal(rng.choice([0, 0, 1234, 8000])) / 100,
        currency=rng.choice(["CNY", "CNY", "CNY", "CNY", None, "USD"]),
        per_person=rng.random() < 0.8,
        prices=prices,
        weekdays=rng.choice([*[()] * 8, (6, 7), (1, 2, 3, 4, 5)]),
        seasons=rng.choice([*[()] * 8, ("spring", "summer"), ("autumn",), ("autumn", "winter")]),
        minutes_low=minutes,
        minutes_high=None if minutes is None else minutes + rng.choice([0, 15, 60]),
        hours=random_hours(rng),
        time_of_day=rng.choice([(), (), ("morning",), ("afternoon", "evening"), ("night",)]),
        indoor=rng.choice([None, True, True, False]),
        stages=rng.choice([(), (), (), ("first_date", "dating"), ("long_term",)]),
        tags=tuple(rng.sample(TAGS, rng.randint(0, 2))),
        rating=rng.choice([None, 3.1, 4.0, 4.9]),
        as_of=rng.choice([None, "2019", "2026-10"]),
    )


def random_prices(rng: random.Random, low: Decimal) -> tuple[PricePoint, ...]:
    """Prices of three tiers of cities and one in dollars."""
    yuan = [low, low * Decimal("0.8"), Decimal(0)]
    return (
        *(PricePoint(low=Decimal(0), high=high, currency="CNY", tier=tier) for tier, high in enumerate(yuan, start=1)),
        PricePoint(low=Decimal(1), high=Decimal(rng.choice([1, 20])), currency="USD"),
    )


def random_hours(rng: random.Random) -> OpeningHours | None:
    if rng.random() < 0.25:
        return None
    rules = []
    for _ in range(rng.randint(1, 2)):
        start = rng.choice([0, 9 * 60, 10 * 60 + 30, 11 * 60, 17 * 60 + 5, 20 * 60])
        end = min(start + rng.choice([90, 300, 480, 720, 1440]), 2880)
        days = rng.choice([range(7), range(7), range(1, 7), range(5), (5, 6)])
        rules.append(OpenRule(days=tuple(days), start=start, end=end))
    return OpeningHours(rules=tuple(rules))


def random_request(rng: random.Random) -> DateRequest:
    return DateRequest(
        lang=rng.choice(["zh", "en"]),
        stage=rng.choice(["first_date", "dating", "dating", "long_term"]),
        budget=Decimal(rng.choice([0, 1, 6000, 15050, 30000, 50000, 80000, 200000])) / 100,
        currency="CNY",
        people=rng.choice([1, 2, 2, 2, 2, 2, 3, 6]),
        city=rng.choice(["临江", "临江", "临江", None]),
        date=dt.date(2026, 11, 23) + dt.timedelta(days=rng.randrange(14)),
        start=dt.time(
            rng.choice([0, 3, 8, 10, 10, 11, 11, 12, 13, 13, 14, 14, 15, 16, 17, 20, 23]), rng.choice([0, 0, 7, 30, 55])
        ),
        hours=rng.choice([0.5, 2.0, 3.5, 4.0, 5.0, 5.0, 7.5, 9.0]),
        interests=tuple(rng.sample(TAGS, rng.randint(0, 2))),
        avoid=tuple(rng.sample(TAGS, rng.choice([0, 0, 0, 1]))),
        indoor=rng.choice([None, None, None, None, None, None, True, False]),
        seed=rng.choice([0, 0, 1, 3]),
    )


def cny(amount: str) -> Money:
    """An amount in yuan."""
    return Money(amount=Decimal(amount), currency="CNY")
