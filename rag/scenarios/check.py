"""A second reading of a plan: its money, hours and places against the catalogue rows, independent of the solver."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from rag.catalogue import canonical_city, city_tier, season_of
from rag.hours import OpeningHours
from rag.scenarios.avoid import is_avoided
from rag.schema import DatePlan, DateRequest, Item, PlanItem

DAY = 1440


def find_violations(plan: DatePlan, rows: Sequence[Item]) -> list[str]:
    """What is wrong with `plan`, each as "kind: detail"; [] for a sound plan.

    Kinds: budget, sum, count, overlap, frame, invented, price, hours, stay, day, avoided, citation, backup. `rows` are
    the catalogue rows the plan may use: those of the request's city and the generic activities.
    """
    if not plan.items:
        return [] if plan.relaxation else ["count: neither stops nor a relaxation"]
    request = plan.request
    found = []
    total = sum((item.cost.amount for item in plan.items), Decimal(0))
    if total != plan.total_cost.amount:
        found.append(f"sum: items cost {total}, the plan says {plan.total_cost.amount}")
    if total > request.budget:
        found.append(f"budget: {total} of {request.budget}")
    if not 2 <= len(plan.items) <= 5:
        found.append(f"count: {len(plan.items)} stops")
    first = _minutes(request.start)
    last = first + round(request.hours * 60)
    before = first
    for item in plan.items:
        start = _after(_minutes(item.start), first)
        end = _after(_minutes(item.end), start)
        if start < before:
            found.append(f"overlap: {item.title} starts at {item.start}")
        if end > last:
            found.append(f"frame: {item.title} ends at {item.end}")
        before = end
        found += _check_stop(plan, item, start, end, rows)
    numbers = {citation.id for citation in plan.citations}
    cited = [number for part in (plan.items, plan.topics, plan.avoid, plan.backup, plan.gifts)
             for one in part for number in one.citations]  # fmt: skip
    if numbers != set(cited):
        found.append(f"citation: {sorted(numbers ^ set(cited))} are not both cited and listed")
    for backup in plan.backup:
        replaced = [item.cost.amount for item in plan.items if item.title == backup.replaces]
        if not replaced or total - replaced[0] + backup.cost.amount > request.budget:
            found.append(f"backup: {backup.title} instead of {backup.replaces} does not fit")
    return found


def _check_stop(plan: DatePlan, stop: PlanItem, start: int, end: int, rows: Sequence[Item]) -> list[str]:
    request = plan.request
    same = [row for row in rows if row.name == stop.title and row.kind == stop.kind and row.address == stop.address]
    if not same:
        return [f"invented: {stop.title} is not in the catalogue"]
    row = same[0]
    found = []
    if (stop.place is not None) != (row.kind == "place") or (
        row.kind == "place" and canonical_city(row.city or "") != canonical_city(request.city or "")
    ):
        found.append(f"invented: {stop.title} is shown as a place of {request.city}")
    unit = _price(row, request)
    if row.price_high is None:
        found.append(f"price: {stop.title} has no price")
    elif unit is not None:
        expected = unit
        if stop.cost.amount != expected.quantize(Decimal("0.01")) and stop.cost.amount != expected:
            found.append(f"price: {stop.title} costs {expected}, the plan says {stop.cost.amount}")
    if row.hours is not None and not _open(row.hours, request.date, start, end):
        found.append(f"hours: {stop.title} is not open {stop.start}-{stop.end} on {request.date}")
    low, high = row.minutes_low, row.minutes_high
    if low is not None and end - start < low:
        found.append(f"stay: {end - start} minutes at {stop.title}, the row says at least {low}")
    if high is not None and end - start > max(high, (low or 0) + 4):
        found.append(f"stay: {end - start} minutes at {stop.title}, the row says at most {high}")
    if row.weekdays and request.date.isoweekday() not in row.weekdays:
        found.append(f"day: {stop.title} is not for {request.date:%A}")
    if row.seasons and season_of(request.date, request.city) not in row.seasons:
        found.append(f"day: {stop.title} is for {', '.join(row.seasons)}")
    if is_avoided(row, request.avoid):
        found.append(f"avoided: {stop.title}")
    return found


def _price(row: Item, request: DateRequest) -> Decimal | None:
    """The upper price for all people in the request's currency and its city's tier; None where the row has none."""
    tier = city_tier(request.city)
    prices = {price.tier: (price.high, price.per_person) for price in row.prices if price.currency == request.currency}
    if prices:
        high, each = prices[tier] if tier in prices and tier is not None else max(prices.values())
    elif row.price_high is not None and row.currency in (None, request.currency):
        high, each = row.price_high, row.per_person
    else:
        return None
    return high * (request.people if each else 1)


def _open(hours: OpeningHours, date: dt.date, start: int, end: int) -> bool:
    return hours.covers(date, start, end)


def _minutes(clock: dt.time) -> int:
    return clock.hour * 60 + clock.minute


def _after(minutes: int, earlier: int) -> int:
    """A clock time as minutes after midnight of the date, past midnight when it lies before `earlier`."""
    return minutes if minutes >= earlier else minutes + DAY
