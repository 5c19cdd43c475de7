"""Cities and seasons: what a price and a day depend on."""

from __future__ import annotations

import datetime as dt

import pytest

from rag.catalogue import city_tier, season_of


@pytest.mark.parametrize(
    ("city", "tier"),
    [
        ("Shanghai", 1),
        ("深圳市", 1),
        ("成都", 2),
        ("临江", 3),
        (None, None),
        ("", None),
        ("北京朝阳区", 1),
        ("上海浦东", 1),
        ("香港", None),
        ("Zurich", None),
    ],
)
def test_a_city_has_a_tier(city: str | None, tier: int | None) -> None:
    assert city_tier(city) == tier


@pytest.mark.parametrize(
    ("month", "city", "season"),
    [(1, None, "winter"), (3, "北京", "spring"), (8, "London", "summer"), (11, "", "autumn"), (12, "Sydney", "summer"),
     (2, "悉尼", "summer"), (7, "Melbourne", "winter")],
)  # fmt: skip
def test_the_season_is_that_of_the_place(month: int, city: str | None, season: str) -> None:
    assert season_of(dt.date(2026, month, 15), city) == season
