"""Solved stops as a timeline a person can read: reasons, what to check, backups, notes and numbered sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from rag.money import format_money
from rag.records import StoredItem
from rag.scenarios.candidates import Candidate, Dropped, money
from rag.scenarios.solver import FAR_MINUTES, NEAR_MINUTES, Stop, is_lunch, way_minutes
from rag.scenarios.wording import say, sentence, stage_name
from rag.schema import Backup, Citation, DateRequest, Hit, Item, Money, PlanItem
from rag.text import normalise

_STALE_YEARS = 2


@dataclass
class Citations:
    """Numbers sources in the order in which they are first used; `text_of` reads the text of a cited passage."""

    text_of: Callable[[int], str]
    sources: list[Citation] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)

    def cite(self, source: Hit | StoredItem) -> int:
        """The number of a passage, given it now if it has none."""
        number = self.numbers.get(source.passage_id)
        if number is not None:
            return number
        number = len(self.sources) + 1
        self.numbers[source.passage_id] = number
        text = source.text if isinstance(source, Hit) else self.text_of(source.passage_id) or source.item.name
        self.sources.append(
            Citation(
                id=number, document=source.document, locator=source.locator, title=source.title, excerpt=text,
                score=round(source.score, 4) if isinstance(source, Hit) else 1.0,
            )
        )  # fmt: skip
        return number


def describe_stops(request: DateRequest, stops: Sequence[Stop], citations: Citations) -> list[PlanItem]:
    """The stops as the reader sees them, each with why it is there, what to check, and its source."""
    lang = request.lang
    items = []
    for position, stop in enumerate(stops):
        one, item, before = stop.candidate, stop.candidate.item, stops[:position]
        items.append(
            PlanItem(
                start=_clock(stop.start), end=_clock(stop.end), title=item.name, kind=item.kind, category=item.category,
                place=item.name if item.kind == "place" else None, address=item.address,
                cost=Money(amount=money(one.cost), currency=request.currency),
                unit_price=Money(amount=_plain(one.unit_price), currency=request.currency), per_person=item.per_person,
                as_of=item.as_of, why=sentence(_reasons(request, stop, before), lang),
                notes=tuple(_checks(request, stop, before)), citations=(citations.cite(one.stored),),
            )
        )  # fmt: skip
    return items


def _reasons(request: DateRequest, stop: Stop, before: Sequence[Stop]) -> list[str]:
    one, item, lang = stop.candidate, stop.candidate.item, request.lang
    reasons = []
    if one.matched:
        reasons.append(say("why_matches", lang, wishes=say("and", lang).join(one.matched)))
    elif request.interests and one.relevance > 0.8:
        reasons.append(say("why_close", lang))
    if one.is_meal:
        reasons.append(say("why_lunch" if is_lunch(stop.start) else "why_dinner", lang))
    if item.stages and request.people == 2:
        reasons.append(say("why_stage", lang, stage=stage_name(request.stage, lang)))
    if item.conversation_fit == "high":
        reasons.append(say("why_talk", lang))
    if item.rating is not None and item.rating >= 4:
        reasons.append(say("why_rating", lang, rating=f"{item.rating:g}"))
    if before and one.area and before[-1].candidate.area == one.area:
        reasons.append(say("why_near", lang, area=one.area))
    if one.cost == 0:
        reasons.append(say("why_free", lang))
    return reasons or [say("why_default", lang)]


def _checks(request: DateRequest, stop: Stop, before: Sequence[Stop]) -> list[str]:
    one, item, lang = stop.candidate, stop.candidate.item, request.lang
    notes = []
    if not one.hours_known:
        unread = item.hours_text
        notes.append(say("note_hours_unread", lang, text=unread) if unread else say("note_hours_unknown", lang))
    if request.indoor is not None and item.indoor is None and item.kind == "place":
        notes.append(say("note_indoor_unknown", lang))
    if not one.stay_known:
        notes.append(say("note_stay", lang, minutes=stop.end - stop.start))
    if item.price_low is not None and item.price_high is not None and item.price_low != item.price_high:
        currency = item.currency or request.currency
        low, high = (format_money(price, currency, lang) for price in (item.price_low, item.price_high))
        notes.append(say("note_range", lang, low=low, high=high))
    if one.converted:
        notes.append(say("note_rate", lang, currency=item.currency))
    elif item.currency is None and one.cost:
        notes.append(say("note_currency_assumed", lang, currency=request.currency))
    if item.booking_days:
        notes.append(say("note_booking", lang, days=item.booking_days))
    if way_minutes([earlier.candidate for earlier in before], one) == FAR_MINUTES:
        notes.append(say("note_far", lang, minutes=FAR_MINUTES))
    return notes


def find_backups(
    request: DateRequest, stops: Sequence[Stop], candidates: Sequence[Candidate], citations: Citations
) -> list[Backup]:
    """An indoor stop for each outdoor one and another for each named place; for a plan with neither, one for any stop.

    A backup keeps the time and the ways of the stop it replaces. All of them together stay within the budget.
    """
    outdoor = [stop.candidate.item.indoor is False or stop.candidate.item.weather in ("dry", "mild") for stop in stops]
    backups = _Backups(request, stops, candidates, citations)
    for stop, rain in zip(stops, outdoor, strict=True):
        if rain or stop.candidate.item.kind == "place":
            backups.add(stop, rain=rain)
    for stop in stops:
        if not backups.found:
            backups.add(stop, rain=False)
    return backups.found


class _Backups:
    """Backups found so far, and what they leave of the budget and of the candidates."""

    def __init__(
        self, request: DateRequest, stops: Sequence[Stop], candidates: Sequence[Candidate], citations: Citations
    ) -> None:
        self.found: list[Backup] = []
        self._request = request
        self._stops = stops
        self._candidates = candidates
        self._citations = citations
        self._spare = int(request.budget * 100) - sum(stop.candidate.cost for stop in stops)
        self._taken = {stop.candidate.stored.passage_id for stop in stops}
        self._families: set[str] = set()

    def add(self, stop: Stop, *, rain: bool) -> None:
        """Look for a backup of `stop`, indoors when it is for rain."""
        for other in self._candidates:
            if other.stored.passage_id in self._taken or other.family in self._families:
                continue
            if other.cost > stop.candidate.cost + self._spare or (rain and not _stays_dry(other.item)):
                continue
            slot = _slot(other, stop, self._stops)
            if slot is None:
                continue
            self._taken.add(other.stored.passage_id)
            self._families.add(other.family)
            self._spare -= max(0, other.cost - stop.candidate.cost)
            self.found.append(
                Backup(
                    replaces=stop.candidate.item.name,
                    reason="rain" if rain else "closed",
                    title=other.item.name,
                    start=_clock(slot[0]),
                    end=_clock(slot[1]),
                    cost=Money(amount=money(other.cost), currency=self._request.currency),
                    why=say("backup_rain" if rain else "backup_closed", self._request.lang),
                    citations=(self._citations.cite(other.stored),),
                )
            )
            return


def _stays_dry(item: Item) -> bool:
    return item.indoor is True or (item.weather == "any" and item.indoor is None)


def _slot(other: Candidate, stop: Stop, stops: Sequence[Stop]) -> tuple[int, int] | None:
    """When `other` can take the place of `stop`: the ways to its neighbours and its own hours hold, and it repeats
    no other stop's family or meal; a meal is replaced by a meal."""
    position = list(stops).index(stop)
    rest = [one for one in stops if one is not stop]
    if stop.candidate.is_meal and not other.is_meal:
        return None
    if not other.is_meal and any(one.candidate.family == other.family for one in rest):
        return None
    if other.is_meal and any(one.candidate.is_meal and is_lunch(one.start) == is_lunch(stop.start) for one in rest):
        return None
    before = [earlier.candidate for earlier in stops[:position]]
    earliest, latest = stop.start, stop.end
    if position:
        earliest = max(earliest, stops[position - 1].end + way_minutes(before, other))
    if position + 1 < len(stops):
        following = stops[position + 1]
        latest = min(latest, following.start - way_minutes([*before, other], following.candidate))
    for low, high in other.windows:
        start, end = max(earliest, low), min(latest, high)
        if end - start >= other.stay[0]:
            return start, min(end, start + other.stay[1])
    return None


def _is_mentioned(wish: str, stops: Sequence[Stop]) -> bool:
    wanted = normalise(wish)
    return any(wanted in normalise(f"{stop.candidate.item.name} {stop.candidate.item.description}") for stop in stops)


def plan_notes(
    request: DateRequest, stops: Sequence[Stop], places: Sequence[StoredItem], dropped: Dropped
) -> list[str]:
    """What the reader must know about the whole plan: no named places, stale or missing prices, the estimated way."""
    lang = request.lang
    notes = []
    named = [stop for stop in stops if stop.candidate.item.kind == "place"]
    if request.city is None:
        notes.append(say("plan_no_city", lang))
    elif not places:
        notes.append(say("plan_city_empty", lang, city=request.city))
    elif stops and not named:
        notes.append(say("plan_places_unfit", lang, city=request.city))
    stale: dict[str, list[str]] = {}
    for stop in stops:
        year = (stop.candidate.item.as_of or "")[:4]
        if year.isdigit() and int(year) <= request.date.year - _STALE_YEARS:
            stale.setdefault(year, []).append(stop.candidate.item.name)
    for year, names in sorted(stale.items()):
        notes.append(say("plan_stale", lang, names=say("and", lang).join(names), as_of=year))
    met = {wish for stop in stops for wish in stop.candidate.matched}
    close = {wish for wish in request.interests if wish in met or _is_mentioned(wish, stops)}
    if stops and (unmet := [wish for wish in request.interests if wish not in close]):
        notes.append(say("plan_unmet", lang, wishes=say("and", lang).join(unmet)))
    if dropped.no_price:
        notes.append(say("plan_no_price", lang, count=dropped.no_price))
    foreign = sorted({row.item.currency or "" for row in places} & set(dropped.other_currency))
    if foreign:
        currencies = say("and", lang).join(foreign)
        notes.append(say("plan_currency", lang, currencies=currencies, currency=request.currency))
    if named:
        notes.append(say("plan_way", lang, near=NEAR_MINUTES, far=FAR_MINUTES))
    return notes


def _clock(minutes: int) -> dt.time:
    return dt.time(minutes // 60 % 24, minutes % 60)


def _plain(amount: Decimal) -> Decimal:
    rounded = amount.quantize(Decimal("0.01"))
    return rounded if rounded != rounded.to_integral_value() else rounded.quantize(Decimal(1))
