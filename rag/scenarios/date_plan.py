"""A date plan from the knowledge store: candidates → solver → checked plan with topics, cautions, backups, sources."""

from __future__ import annotations

import collections
import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rag.catalogue import canonical_city
from rag.records import StoredItem
from rag.retrieve import HybridRetriever
from rag.scenarios.candidates import Candidate, Dropped, find_candidates, money
from rag.scenarios.companions import find_cautions, find_gifts, find_topics
from rag.scenarios.itinerary import Citations, describe_stops, find_backups, plan_notes
from rag.scenarios.occasions import Occasion, on
from rag.scenarios.relax import find_relaxation
from rag.scenarios.solver import Frame, Stop, solve
from rag.scenarios.wording import say
from rag.schema import DatePlan, DateRequest, Money, Point
from rag.store import Store

FindCandidates = Callable[[DateRequest], tuple[list[Candidate], Dropped]]


@dataclass(frozen=True)
class Catalogue:
    """The rows a plan can be made of, read once for a generation of the store; places by canonical city."""

    generation: int
    places: Mapping[str, tuple[StoredItem, ...]]
    activities: tuple[StoredItem, ...]
    gifts: tuple[StoredItem, ...]

    def places_in(self, city: str | None) -> tuple[StoredItem, ...]:
        """The named places of a city, under whichever spelling their rows have it."""
        return self.places.get(canonical_city(city), ()) if city else ()

    def currency_of(self, city: str) -> str | None:
        """The currency in which most places of a city are priced; None when no row says."""
        counted = collections.Counter(row.item.currency for row in self.places_in(city) if row.item.currency)
        return counted.most_common(1)[0][0] if counted else None


def read_catalogue(store: Store) -> Catalogue:
    """Every catalogue row of the store, places by city."""
    generation = store.generation
    places: dict[str, list[StoredItem]] = {}
    for stored in store.items("place"):
        places.setdefault(canonical_city(stored.item.city or ""), []).append(stored)
    return Catalogue(
        generation,
        {city: tuple(rows) for city, rows in places.items()},
        tuple(store.items("activity")),
        tuple(store.items("gift")),
    )


@dataclass(frozen=True)
class Composition:
    """A plan without what comes from tips and gifts, and what is needed to add it."""

    plan: DatePlan
    citations: Citations
    spare: int


def plan_date(
    request: DateRequest,
    catalogue: Catalogue,
    retriever: HybridRetriever,
    *,
    exchange_rates: Mapping[str, Decimal],
    occasions: Sequence[Occasion] = (),
    now: dt.datetime | None = None,
) -> DatePlan:
    """A plan for `request`; with no items it carries the smallest change that would allow one.

    Named places come only from the catalogue's rows for the city; `total_cost` is Σ items and never over the budget.
    The same request on the same store gives the same plan; another `request.seed` gives another.
    """
    places = catalogue.places_in(request.city)
    rows = [*places, *catalogue.activities]

    def text_of(passage_id: int) -> str:
        stored = retriever.index.store.passages([passage_id]).get(passage_id)
        return stored.passage.text if stored else ""

    composed = compose_plan(
        request,
        lambda other: find_candidates(other, rows, relevance=retriever.relevance, exchange_rates=exchange_rates),
        places=places,
        text_of=text_of,
        now=now,
    )
    plan, citations = composed.plan, composed.citations
    if not plan.items:
        return plan
    started = time.perf_counter()
    topics = find_topics(request, retriever, citations.cite)
    avoid = find_cautions(request, retriever, citations.cite)
    gifts = find_gifts(request, catalogue.gifts, composed.spare, retriever, citations.cite)
    return plan.model_copy(
        update={
            "topics": topics, "avoid": avoid, "gifts": gifts, "citations": tuple(citations.sources),
            "notes": (*plan.notes, *_occasion_notes(request, occasions), *_topic_notes(request, topics)),
            "timings_ms": {**plan.timings_ms, "companions": _lap(started)[0]},
        }
    )  # fmt: skip


def _occasion_notes(request: DateRequest, occasions: Sequence[Occasion]) -> list[str]:
    return [
        say(
            "plan_occasion", request.lang, name=one.name[request.lang], gift=one.gift_lead_days,
            booking=one.booking_lead_days,
        )
        for one in on(occasions, request.date)
    ]  # fmt: skip


def _topic_notes(request: DateRequest, topics: Sequence[Point]) -> list[str]:
    return [] if topics else [say("plan_no_tips", request.lang)]


def compose_plan(
    request: DateRequest,
    find: FindCandidates,
    *,
    places: Sequence[StoredItem],
    text_of: Callable[[int], str],
    now: dt.datetime | None = None,
) -> Composition:
    """The stops, backups and notes of a plan, or the relaxation that would allow one.

    `find` gives the candidates of a request, `places` are the named places of its city, `text_of` reads a passage by
    its id.
    """
    timings: dict[str, float] = {}
    clock = time.perf_counter()
    candidates, dropped = find(request)
    timings["candidates"], clock = _lap(clock)
    frame = frame_of(request)
    stops = solve(candidates, frame)
    if stops and request.seed:
        first = {stop.candidate.stored.passage_id for stop in stops}
        stops = solve(candidates, frame, seed=request.seed, unlike=first) or stops
    timings["solve"], clock = _lap(clock)
    citations = Citations(text_of)
    relaxation = None
    if not stops:
        relaxation = find_relaxation(request, candidates, dropped, find, now=now)
        timings["relax"], clock = _lap(clock)
    chosen: list[Stop] = stops or []
    total = sum(stop.candidate.cost for stop in chosen)
    plan = DatePlan(
        request=request,
        items=tuple(describe_stops(request, chosen, citations)),
        total_cost=Money(amount=money(total), currency=request.currency),
        budget=Money(amount=request.budget, currency=request.currency),
        backup=tuple(find_backups(request, chosen, candidates, citations)),
        notes=tuple(plan_notes(request, chosen, places, dropped)),
        relaxation=relaxation,
    )
    timings["word"], _ = _lap(clock)
    return Composition(
        plan.model_copy(update={"citations": tuple(citations.sources), "timings_ms": timings}),
        citations,
        frame.budget - total,
    )


def frame_of(request: DateRequest) -> Frame:
    """The limits of a request for the solver: two stops at least, one for each 75 minutes, three on a first date."""
    first = request.start.hour * 60 + request.start.minute
    most = min(5, max(2, round(request.hours * 60 / 75)))
    if request.stage in ("getting_to_know", "first_date"):
        most = min(most, 3)
    return Frame(first, first + round(request.hours * 60), int(request.budget * 100), 2, most)


def _lap(started: float) -> tuple[float, float]:
    now = time.perf_counter()
    return round((now - started) * 1000, 2), now
