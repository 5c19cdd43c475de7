"""The controlled words of catalogue rows, shared by the reader of files and the planner."""

from __future__ import annotations

import datetime as dt
import functools
import unicodedata

CATEGORIES = (
    "meal", "snack", "cafe", "dessert", "drink", "walk", "nature", "animals", "museum", "show", "music", "film",
    "books", "craft", "class", "game", "sport", "market", "night", "volunteer", "home", "view", "wellness", "ride",
    "sight",
)  # fmt: skip
"""What a stop is. A `meal` is a sit-down meal and belongs at lunch or dinner time; a `sight` is an attraction."""

STAGES = ("getting_to_know", "first_date", "early", "dating", "long_term", "long_distance")
TIMES_OF_DAY = ("morning", "afternoon", "evening", "night")
TOPIC_LABELS = ("话题", "Topics")
AUDIENCE_LABELS = ("适用", "For")
"""Chinese and English words in front of a tip's topics and of the people it is for."""
SEASONS = ("spring", "summer", "autumn", "winter")
_TIER_1 = {"北京", "上海", "广州", "深圳"}
_SOUTHERN = {"开普敦", "悉尼", "墨尔本", "布里斯班", "奥克兰", "圣保罗", "布宜诺斯艾利斯"}


@functools.lru_cache(maxsize=1024)  # asked for every row of a catalogue
def city_tier(city: str | None) -> int | None:
    """How dear a city of mainland China is: 1 for 北京, 上海, 广州, 深圳; 2 for other big ones; 3 elsewhere.

    None for no city and for one that lies elsewhere.
    """
    from rag.scenarios.vocabulary import CHINESE_CITIES, CITIES  # here, since scenarios import this module

    if not city:
        return None
    name = canonical_city(city)
    if name in {one.zh for one in CITIES} - CHINESE_CITIES:
        return None
    mainland = next((known for known in CHINESE_CITIES if name.startswith(known)), "")  # 北京朝阳区 is in 北京
    return 1 if mainland in _TIER_1 else 2 if mainland else 3


def season_of(date: dt.date, city: str | None) -> str:
    """The meteorological season of a date where the city is: three whole months each, spring from March (September)."""
    turned = 6 if city and canonical_city(city) in _SOUTHERN else 0
    return SEASONS[(date.month - 3 + turned) % 12 // 3]


@functools.lru_cache(maxsize=4096)
def canonical_city(name: str) -> str:
    """One name for every spelling of a city, to compare and group by: 北京, 北京市, "Beijing", "beijing city" → 北京.

    A city that is not in the table of big cities keeps its own name in lower case, without 市. "" for blanks.
    """
    key = _plain(name)
    known = _known_cities()
    for spelling in (key, key.removesuffix("市"), key.removesuffix(" city")):
        if spelling in known:
            return known[spelling]
    return key.removesuffix("市") if len(key) > 2 else key


@functools.cache
def _known_cities() -> dict[str, str]:
    """The Chinese name by every plain spelling of the big cities."""
    from rag.scenarios.vocabulary import CITIES  # here, since scenarios import this module

    return {_plain(spelling): city.zh for city in CITIES for spelling in (city.zh, city.en, *city.also)}


def _plain(name: str) -> str:
    """`name` in one width, case and script, with straight apostrophes and single spaces."""
    from rag.text import simplified  # here, since it loads a dictionary of characters that few commands need

    text = unicodedata.normalize("NFKC", simplified(name)).replace("’", "'").lower()
    return " ".join(text.split())
