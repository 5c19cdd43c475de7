"""The one flow: question → retrieve → plan → answer. Front doors open an Assistant and see nothing behind it."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from rag.catalogue import canonical_city
from rag.embed import Embedder, open_embedder
from rag.errors import InputError
from rag.index import SearchIndex
from rag.retrieve import Filters, HybridRetriever
from rag.scenarios.date_plan import Catalogue, plan_date, read_catalogue
from rag.scenarios.date_request import understand
from rag.scenarios.occasions import Occasion, on, read_calendar
from rag.schema import DatePlan, DateRequest, Hit
from rag.settings import Settings
from rag.store import Store


class Assistant:
    """Plans and searches over one knowledge store; thread-safe.

    The embedder is passed in, so that tests and other models use the same door.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        embedder: Embedder,
        *,
        clock: Callable[[dt.tzinfo], dt.datetime] = dt.datetime.now,
    ) -> None:
        self.settings = settings
        self.store = store
        self.embedder = embedder
        self.index = SearchIndex(store, dimensions=embedder.dimensions, embedder=embedder.name)
        self.retriever = HybridRetriever(index=self.index, embedder=embedder)
        self._clock = clock
        self._catalogue: Catalogue | None = None
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Do now what the first question would wait for: copies, catalogue, this year's occasions, solver, encoder."""
        import ortools.sat.python.cp_model

        assert ortools.sat.python.cp_model
        self.index.refresh()
        self.catalogue()
        on(self.occasions(), self.now().date())
        self.embedder.encode(["warm"], query=True)

    def cities(self) -> list[str]:
        """Cities with named places in the store, most places first, each in its most common spelling."""
        return list({canonical_city(city): city for city in reversed(self.store.cities())}.values())[::-1]

    def now(self) -> dt.datetime:
        """The present in the zone of the settings."""
        return self._clock(ZoneInfo(self.settings.timezone))

    def understand(self, text: str = "", **fields: Any) -> DateRequest:
        """Text and form fields as a checked DateRequest; raises InputError naming the field, value and next step."""
        common: dict[str, Any] = {"now": self.now(), "settings": self.settings, "cities": self.cities()}
        request = understand(text, **common, **fields)
        if self.settings.currency is None and not fields.get("currency") and request.city:
            usual = self.catalogue().currency_of(request.city)
            if usual not in (None, self.settings.currency_for(request.lang)):
                request = understand(text, **common, **{**fields, "currency": usual})
        return request

    def plan(self, request: DateRequest) -> DatePlan:
        """A plan for `request`; without items it carries the smallest change that would allow one."""
        started = time.perf_counter()
        plan = plan_date(
            request,
            self.catalogue(),
            self.retriever,
            exchange_rates=self.settings.exchange_rates,
            occasions=self.occasions(),
            now=self.now(),
        )
        total = round((time.perf_counter() - started) * 1000, 2)
        return plan.model_copy(update={"timings_ms": {**plan.timings_ms, "total": total}})

    def occasions(self) -> tuple[Occasion, ...]:
        """The occasions of the knowledge folder's calendar; () where it has none or one that cannot be read."""
        try:
            return read_calendar(self.settings.knowledge)
        except InputError:
            return ()  # `qixi knowledge check` says what is wrong with it

    def search(self, query: str, *, k: int = 8, filters: Filters = Filters(), gate: bool = True) -> list[Hit]:
        """The passages found for `query`, best first; none when nothing stored is about it."""
        return self.retriever.search(query, k=k, filters=filters, gate=gate)

    def catalogue(self) -> Catalogue:
        """The catalogue rows of the store's present generation."""
        with self._lock:
            if self._catalogue is None or self._catalogue.generation != self.store.generation:
                self._catalogue = read_catalogue(self.store)
            return self._catalogue


def open_assistant(settings: Settings, *, progress: Callable[[float, str], None] | None = None) -> Assistant:
    """The Assistant of these settings; `progress` hears of a model that must be converted first (fraction, message)."""
    return Assistant(settings, Store(settings.home), open_embedder(settings, progress=progress))
