"""From catalogue rows to the stops a plan may use: filtered by what is certain, scored by what fits."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

import numpy as np

from rag.catalogue import city_tier, season_of
from rag.hours import merge
from rag.records import StoredItem
from rag.scenarios.avoid import is_avoided
from rag.schema import DateRequest, Item
from rag.text import language, normalise, search_words

Span = tuple[int, int]

_MEALS = ((11 * 60, 14 * 60 + 30), (17 * 60, 21 * 60))
"""Lunch and dinner in minutes of the day: a sit-down meal lies inside one of them."""
_TIMES_OF_DAY = {"morning": (8 * 60, 12 * 60), "afternoon": (12 * 60, 18 * 60), "evening": (17 * 60, 22 * 60),
                 "night": (20 * 60, 24 * 60)}  # fmt: skip
_DAYTIME, _WAKING = (9 * 60, 17 * 60), (9 * 60, 22 * 60)
_STAY = {"meal": (60, 90), "cafe": (45, 75), "snack": (20, 40), "dessert": (30, 60), "drink": (60, 90),
         "sight": (60, 120), "museum": (60, 120), "film": (110, 150), "show": (90, 120), "walk": (30, 60)}  # fmt: skip
_STAY_OTHER = (60, 90)
"""Minutes of a stay where the row does not say; the plan marks them as an estimate."""
_FAMILIES = {"snack": "bite", "cafe": "bite", "dessert": "bite", "drink": "bite", "walk": "outside",
             "nature": "outside", "view": "outside", "night": "outside", "music": "stage", "show": "stage",
             "film": "stage", "sight": "sight"}  # fmt: skip
_COFFEE = re.compile(r"咖啡|猫咖|狗咖|\bcoffee\b|\bcaf[eé]s?\b")
_CLOSED = re.compile(
    r"暂停营业|停业|歇业|关闭|装修中|永久|temporarily closed|permanently closed|closed down|closed for"
)
_PRIVATE = {"home"}
_VISIT = re.compile(
    r"来找|找我|来我|见面|见她|见他|来看|去看|团聚|重逢|接机|接站|visit|in person|reunion"
    r"|see (?:her|him|them|each other)",
    re.I,
)
_FREE_MINUTES = 5
_ENOUGH = 8
"""Activities in the request's language from which those in the other one are not needed."""
_DISTRICT = re.compile(r"([\u4e00-\u9fff]{2,3}?(?:(?<![景社小园校发厂院库])区|县))")
_CITY_HEAD = re.compile(r"^(?:[\u4e00-\u9fff]{2,4}(?:省|自治区))?[\u4e00-\u9fff]{2,3}市")


@dataclass(frozen=True)
class Candidate:
    """A row that may become a stop on the day asked for.

    `cost` is for all people in hundredths of the request's currency, the upper end of the row's range. `windows` are
    the spans, in minutes after midnight of the date, in which the whole stay must lie.
    """

    stored: StoredItem
    cost: int
    unit_price: Decimal
    stay: Span
    windows: tuple[Span, ...]
    family: str
    area: str | None
    score: int
    relevance: float
    matched: tuple[str, ...]
    hours_known: bool
    stay_known: bool
    converted: bool

    @property
    def item(self) -> Item:
        return self.stored.item

    @property
    def is_meal(self) -> bool:
        return self.item.category == "meal"


@dataclass(frozen=True)
class Dropped:
    """How many rows were left out and why, for the plan's notes."""

    considered: int = 0
    priced: int = 0
    no_price: int = 0
    other_currency: tuple[str, ...] = ()


_Priced = tuple[StoredItem, int, Decimal, bool]
"""A row, its cost for all people in hundredths, its unit price in the request's currency, whether it was converted."""

Relevance = Callable[[str, Sequence[int]], Mapping[int, float]]
"""Cosine of every passage id to a text."""


def find_candidates(
    request: DateRequest,
    rows: Sequence[StoredItem],
    *,
    relevance: Relevance,
    exchange_rates: Mapping[str, Decimal],
    limit: int = 40,
) -> tuple[list[Candidate], Dropped]:
    """The best `limit` candidates for `request` among `rows`, and what had to be left out.

    Filters are hard: price known and in the request's currency (or converted at a rate from the settings), open long
    enough on that date, fit for the stage, indoors or outdoors as asked, nothing the user avoids.
    """
    no_price, currencies = 0, set[str]()
    kept: list[_Priced] = []
    for row in rows:
        stored = at_price_of(request, row)
        item = stored.item
        if not _suits(item, request):
            continue
        if item.price_high is None:
            no_price += 1
            continue
        rate = exchange_rate(item.currency or request.currency, request.currency, exchange_rates)
        if rate is None:
            currencies.add(item.currency or "")
            continue
        unit = item.price_high * rate
        cost = math.ceil(unit * (request.people if item.per_person else 1) * 100)
        kept.append((stored, cost, unit, rate != 1))
    kept = _unique(kept)
    relevances = _relevances(request, [row[0] for row in kept], relevance)
    candidates = []
    for stored, cost, unit, converted in kept:
        windows, hours_known = open_windows(stored.item, request.date)
        stay, stay_known = _stay(stored.item)
        windows = tuple(span for span in _inside(windows, request) if span[1] - span[0] >= stay[0])
        if not windows:
            continue
        fit, matched = relevances[stored.passage_id]
        score = _score(stored.item, request, fit, matched)
        candidates.append(
            Candidate(
                stored=stored, cost=cost, unit_price=unit, stay=stay, windows=windows,
                family=_family(stored),
                area=area_of(stored.item), score=score, relevance=fit, matched=matched, hours_known=hours_known,
                stay_known=stay_known, converted=converted,
            )
        )  # fmt: skip
    return _shortlist(_in_language(candidates, request), limit), Dropped(
        len(rows), len(kept), no_price, tuple(sorted(currencies))
    )


def at_price_of(request: DateRequest, stored: StoredItem) -> StoredItem:
    """The row at its price in the currency and city of `request`, where it has several prices."""
    item = stored.item.priced_for(request.currency, city_tier(request.city)) if stored.item.prices else stored.item
    return stored if item is stored.item else dataclasses.replace(stored, item=item)


def exchange_rate(source: str, target: str, rates: Mapping[str, Decimal]) -> Decimal | None:
    """Units of `target` for one `source`: 1, a rate of the settings or its inverse, or None; no rate is built in."""
    if source == target:
        return Decimal(1)
    if rate := rates.get(source + target):
        return rate
    inverse = rates.get(target + source)
    return Decimal(1) / inverse if inverse else None


def open_windows(item: Item, date: dt.date) -> tuple[tuple[Span, ...], bool]:
    """Spans of `date` in which a stay is possible, and whether they come from stated opening hours.

    A generic activity follows its times of day. A named place whose hours are unknown is only used by day (09:00 to
    17:00; meals at meal times). A meal lies inside lunch (11:00-14:30) or dinner (17:00-21:00).
    """
    known = item.hours is not None
    if item.hours is not None:
        spans = item.hours.spans(date)
    elif _CLOSED.search((item.hours_text or "").lower()):
        return (), True
    elif item.kind == "activity":
        named = [_TIMES_OF_DAY[name] for name in item.time_of_day if name in _TIMES_OF_DAY]
        spans, known = merge(named) or [_WAKING], True
    else:
        spans = [_WAKING] if item.category == "meal" else [_DAYTIME]
    if item.category == "meal":
        spans = [span for meal in _MEALS for span in _intersect(spans, meal)]
    return tuple(spans), known


def _family(stored: StoredItem) -> str:
    """What a plan holds one of; a cat café is also a café."""
    item = stored.item
    if item.category != "meal" and _COFFEE.search(" ".join([item.name, *item.tags]).lower()):
        return "bite"
    return _FAMILIES.get(item.category, item.category or f"row{stored.passage_id}")


def area_of(item: Item) -> str | None:
    """The district of a named place, from its area or its address; None when neither says."""
    if item.kind != "place":
        return None
    if item.area:
        return item.area.strip()
    match = _DISTRICT.search(_CITY_HEAD.sub("", item.address or ""))
    return match[1] if match else None


def _unique(rows: Iterable[_Priced]) -> list[_Priced]:
    seen: set[tuple[str, str]] = set()
    unique = []
    for row in rows:
        item = row[0].item
        key = (normalise(item.name), normalise(item.address or ""))
        if key not in seen:
            seen.add(key)
            unique.append(row)
    return unique


def _suits(item: Item, request: DateRequest) -> bool:
    if item.stages and not _fits_stage(item, request):
        return False
    if item.category in _PRIVATE and request.stage in ("getting_to_know", "first_date"):
        return False
    if item.weekdays and request.date.isoweekday() not in item.weekdays:
        return False
    if item.seasons and season_of(request.date, request.city) not in item.seasons:
        return False
    if request.indoor is True and item.indoor is False:
        return False
    if request.indoor is False and item.indoor is True and item.category != "meal":
        return False
    return not is_avoided(item, request.avoid)


def _fits_stage(item: Item, request: DateRequest) -> bool:
    """Whether the row is for this stage; a visit of a long-distance couple is a date like others, a call is not."""
    if request.stage != "long_distance":
        return request.stage in item.stages
    if request.city is None and not _VISIT.search(request.text):
        return "long_distance" in item.stages
    return bool({"dating", "long_term"} & set(item.stages))


def _stay(item: Item) -> tuple[Span, bool]:
    low, high = item.minutes_low, item.minutes_high
    known = low is not None or high is not None
    if not known:
        low, high = _STAY.get(item.category, _STAY_OTHER)
    shortest = low or high or _STAY_OTHER[0]
    longest = high or shortest
    return (_ceil5(shortest), max(_ceil5(shortest), longest // _FREE_MINUTES * _FREE_MINUTES)), known


def _ceil5(minutes: int) -> int:
    return -(-minutes // _FREE_MINUTES) * _FREE_MINUTES


def _inside(spans: Iterable[Span], request: DateRequest) -> list[Span]:
    first = request.start.hour * 60 + request.start.minute
    return _intersect(spans, (first, first + round(request.hours * 60)))


def _intersect(spans: Iterable[Span], frame: Span) -> list[Span]:
    cut = ((max(start, frame[0]), min(end, frame[1])) for start, end in spans)
    return [(start, end) for start, end in cut if start < end]


def _relevances(
    request: DateRequest, rows: Sequence[StoredItem], relevance: Relevance
) -> dict[int, tuple[float, tuple[str, ...]]]:
    """For each passage id: fit in [0, 1] to the interests, and the interests its words name."""
    ids = [stored.passage_id for stored in rows]
    wishes = list(request.interests) or ([request.text] if request.text.strip() else [])
    if not wishes or not ids:
        return dict.fromkeys(ids, (0.5, ()))
    # The words that say what a row is: prose may name a cat in passing.
    texts = {
        stored.passage_id: normalise(" ".join([stored.item.name, *stored.item.tags, stored.item.category]))
        for stored in rows
    }
    fits = np.zeros((len(wishes), len(ids)))
    named: dict[int, list[str]] = {passage_id: [] for passage_id in ids}
    for row, wish in enumerate(wishes):
        cosines = relevance(wish, ids)
        lowest = min(cosines.values(), default=0.0)
        values = np.array([cosines.get(passage_id, lowest) for passage_id in ids])
        spread = values.max() - values.min()
        fits[row] = (values - values.min()) / spread if spread > 0 else 0.5
        if request.interests:
            for column, passage_id in enumerate(ids):
                if _names(texts[passage_id], wish):
                    named[passage_id].append(wish)
                    fits[row, column] = 1.0
    total = 0.7 * fits.max(axis=0) + 0.3 * fits.mean(axis=0)
    return {passage_id: (float(total[column]), tuple(named[passage_id])) for column, passage_id in enumerate(ids)}


def _names(text: str, wish: str) -> bool:
    wanted = normalise(wish).strip()
    if not wanted.isascii():
        return wanted in text
    tokens = search_words(wanted)
    return bool(tokens) and set(tokens) <= set(search_words(text))


def _score(item: Item, request: DateRequest, fit: float, matched: Sequence[str]) -> int:
    """Worth of a stop, about 0 to 1,000."""
    stage = 1.0 if item.stages else 0.5
    talk = {"high": 1.0, "medium": 0.6, "low": 0.2}.get(item.conversation_fit or "", 0.5)
    rating = min(max(item.rating or 3.5, 0.0), 5.0) / 5
    named = 1.0 if item.kind == "place" else 0.0  # whoever names a city and owns a list of its places wants them
    talk_weight = 140 if request.stage in ("getting_to_know", "first_date") else 60
    return round(520 * fit + 60 * len(matched) + 100 * stage + talk_weight * talk + 120 * rating + 240 * named)


def _in_language(candidates: list[Candidate], request: DateRequest) -> list[Candidate]:
    """Without the generic activities written in the other language, where enough in the request's are left."""
    own = [one for one in candidates if one.item.kind == "place" or language(one.item.name) == request.lang]
    return own if sum(one.item.kind == "activity" for one in own) >= _ENOUGH else candidates


def _shortlist(candidates: list[Candidate], limit: int) -> list[Candidate]:
    """The best by score, with room kept for what every plan may need: cheap stops and meals."""
    ranked = sorted(candidates, key=lambda one: (-one.score, one.stored.passage_id))
    meals = [one for one in ranked if one.is_meal]
    cheapest = sorted(ranked, key=lambda one: (one.cost, -one.score, one.stored.passage_id))
    cheap_meals = sorted(meals, key=lambda one: (one.cost, -one.score, one.stored.passage_id))
    chosen: dict[int, Candidate] = {}
    for group, share in ((ranked, 0.55), (meals, 0.15), (cheap_meals, 0.1), (cheapest, 0.2)):
        for one in group[: max(1, round(limit * share))]:
            chosen.setdefault(one.stored.passage_id, one)
    for one in ranked:
        if len(chosen) >= limit:
            break
        chosen.setdefault(one.stored.passage_id, one)
    return sorted(chosen.values(), key=lambda one: (-one.score, one.stored.passage_id))


def money(hundredths: int) -> Decimal:
    """An amount in units of its currency, with two decimals."""
    return (Decimal(hundredths) / 100).quantize(Decimal("0.01"), rounding=ROUND_CEILING)
