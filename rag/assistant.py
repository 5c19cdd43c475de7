"""The one flow: screen → retrieve → plan, reply or advise → answer. Front doors see nothing behind it."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import threading
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from rag.catalogue import canonical_city
from rag.conflict_types import read_types
from rag.convert_e5 import Progress
from rag.embed import Embedder, OnnxEmbeddings, open_embedder
from rag.emotion import EmotionReader
from rag.errors import InputError, ModelError
from rag.guard import Guard, hints
from rag.hotlines import region_of
from rag.index import SearchIndex
from rag.reader import Reader, open_reader
from rag.retrieve import Filters, HybridRetriever
from rag.scenarios.answer import answer
from rag.scenarios.chat_reader import Chat
from rag.scenarios.conflict import ConflictHelp, ConflictTypes
from rag.scenarios.date_plan import Catalogue, plan_date, read_catalogue
from rag.scenarios.date_request import understand
from rag.scenarios.live_chat import LiveHelp
from rag.scenarios.occasions import Occasion, on, read_calendar
from rag.schema import Advice, Answer, DatePlan, DateRequest, Emotion, Hit, Language, Money, ReplySet, Safety
from rag.settings import Settings
from rag.store import Store
from rag.text import language

LONGEST_TEXT = 8_000
"""Characters of a request; a longer one is refused."""
_REPLIES = 5
_CHAT_CERTAINTY = 0.85
"""Probability from which words of the other that hint at danger are taken for one: a chat says much in half words."""
_GOAL_CERTAINTY = 0.9
"""Probability from which a goal without such words is not served: “get her to talk to me” is short, and mostly fine."""


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
        open_reader: Callable[[], Reader] | None = None,
    ) -> None:
        """`open_reader` is called when the reader is first needed; without it n-grams and rules judge alone."""
        self.settings = settings
        self.store = store
        self.embedder = embedder
        self.index = SearchIndex(store, dimensions=embedder.dimensions, embedder=embedder.name)
        self.retriever = HybridRetriever(index=self.index, embedder=embedder)
        self._clock = clock
        self._catalogue: Catalogue | None = None
        self._lock = threading.Lock()
        self._reader_lock = threading.Lock()
        self._open_reader = open_reader
        self._reader: Reader | None = None

    def warm(self) -> None:
        """Do now what the first question would wait for: copies, catalogue, this year's occasions, solver, encoder."""
        import ortools.sat.python.cp_model

        assert ortools.sat.python.cp_model
        self.index.refresh()
        self.catalogue()
        on(self.occasions(), self.now().date())
        self.embedder.encode(["warm"], query=True)
        greetings: dict[Language, str] = {"zh": "你好", "en": "hello"}
        for lang, greeting in greetings.items():
            self.screen(greeting)
            self.live_help.warm(lang)
            read_types(self.settings.knowledge, lang)

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
        safety = self.screen(request.text, lang=request.lang) if request.text.strip() else Safety()
        if safety.outcome != "answer":
            none = Money(amount=Decimal(0), currency=request.currency)
            budget = Money(amount=request.budget, currency=request.currency)
            return DatePlan(request=request, total_cost=none, budget=budget, safety=safety)
        plan = plan_date(
            request,
            self.catalogue(),
            self.retriever,
            exchange_rates=self.settings.exchange_rates,
            occasions=self.occasions(),
            now=self.now(),
        )
        return plan.model_copy(
            update={"safety": safety, "timings_ms": {**plan.timings_ms, "total": _ms_since(started)}}
        )

    def screen(self, text: str, context: str = "", *, lang: Language | None = None) -> Safety:
        """What to do with a request before anything else; see rag.guard. Raises InputError for one that is too long."""
        _refuse_too_long(text)
        spoken = lang or self.settings.lang or language(text)
        region = self.settings.region or region_of(self.settings.timezone, spoken)
        return self.guard.screen(text, context, lang=spoken, region=region, now=self.now())

    def emotion(self, text: str, before: Sequence[tuple[bool, str]] = ()) -> Emotion:
        """The emotion of a message after others: (whether the same person wrote it, text), oldest first."""
        _refuse_too_long(text)
        return self.emotions.read(text, before)

    def reply(self, chat: Chat, *, lang: Language | None = None, tone: str | None = None, count: int = 3) -> ReplySet:
        """Help for the next message of `chat`; a danger that its words tell of is handed off, not answered."""
        started = time.perf_counter()
        spoken = lang or self.settings.lang or language(" ".join(message.text for message in chat.messages[-6:]))
        safety = self._chat_safety(chat, spoken)
        screened = _ms_since(started)
        served = safety.outcome == "answer"
        found = self.live_help.help(chat, lang=spoken, tone=tone, count=count if served else 0)
        timings = {"screen": screened, **found.timings_ms, "total": _ms_since(started)}
        update: dict[str, Any] = {"safety": safety, "timings_ms": timings}
        if not served:
            update |= {"action": "stop", "advice": "", "subtext": ()}
        return found.model_copy(update=update)

    def resolve(self, text: str, *, lang: Language | None = None) -> Advice:
        """Advice in a conflict; with a redirect or a hand-off it carries that alone, and nothing to mediate with."""
        _require(text, "conflict")
        started = time.perf_counter()
        spoken = lang or self.settings.lang or language(text)
        safety = self.screen(text, lang=spoken)
        screened = _ms_since(started)
        if safety.outcome != "answer":
            return Advice(
                safety=safety,
                severity=5 if safety.outcome == "handoff" else 0,
                timings_ms={"screen": screened, "total": screened},
            )
        advice = self.conflict_help.advise(text, lang=spoken)
        laps = {"screen": screened, **advice.timings_ms, "total": _ms_since(started)}
        return advice.model_copy(update={"safety": safety, "timings_ms": laps})

    def ask(self, text: str, *, lang: Language | None = None) -> Answer:
        """A question answered in the documents' own sentences, each with its source."""
        _require(text, "question")
        spoken = lang or self.settings.lang or language(text)
        safety = self.screen(text, lang=spoken)
        if safety.outcome != "answer":
            return Answer(question=text, lang=spoken, safety=safety)
        found = answer(text, spoken, lambda query, k: self.search(query, k=k), self.embedder)
        return found.model_copy(update={"safety": safety})

    @functools.cached_property
    def guard(self) -> Guard:
        """The safety floor; without the reader it stands on rules and n-grams."""
        return Guard(self.reader)

    @functools.cached_property
    def emotions(self) -> EmotionReader:
        """The reader of emotions."""
        return EmotionReader(self.reader)

    @functools.cached_property
    def types(self) -> ConflictTypes:
        """The classifier of quarrels."""
        return ConflictTypes(self.reader)

    @functools.cached_property
    def live_help(self) -> LiveHelp:
        """The helper with the next message of a chat."""
        return LiveHelp(self.emotions, self.embedder, self.reader, self._replies)

    @functools.cached_property
    def conflict_help(self) -> ConflictHelp:
        """The adviser in conflicts."""
        read_map = functools.partial(read_types, self.settings.knowledge)
        return ConflictHelp(self.types, self.embedder, self._passages, self._whole, read_map)

    @property
    def reader(self) -> Reader | None:
        """The reader, opened when first needed; None where it cannot be had (`qixi doctor` says why)."""
        with self._reader_lock:
            if self._open_reader is not None:
                with contextlib.suppress(ModelError):
                    self._reader = self._open_reader()
                self._open_reader = None
            return self._reader

    def _chat_safety(self, chat: Chat, lang: Language) -> Safety:
        """The verdict on what the user asks and on the other's last words; a chat's moods alone are no danger."""
        asked = self.screen(chat.goal, lang=lang) if chat.goal.strip() else Safety()
        if asked.outcome != "answer" and not (hints(chat.goal) or asked.probability >= _GOAL_CERTAINTY):
            asked = Safety()
        if asked.outcome != "answer":
            return asked
        said = next((message.text for message in reversed(chat.messages) if message.who == "them"), "")
        heard = self.screen(said[:LONGEST_TEXT], lang=lang)
        told = heard.outcome == "handoff" and heard.probability >= _CHAT_CERTAINTY and hints(said)
        return heard if told else asked

    def _replies(self, text: str, lang: Language) -> list[Hit]:
        return self.search(text, k=_REPLIES, filters=Filters(kinds=("reply",), langs=(lang,)), gate=False)

    def _passages(self, text: str, lang: Language, kind: str, k: int) -> list[Hit]:
        return self.search(text, k=k, filters=Filters(kinds=(kind,), langs=(lang,)), gate=False)

    def _whole(self, hit: Hit) -> str:
        """The text of every passage of the record that `hit` is part of."""
        stored = self.store.document_passages(hit.document)
        return "\n".join(one.passage.text for one in stored if one.passage.locator == hit.locator)

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


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)


def _require(text: str, field: str) -> None:
    if not text.strip():
        raise InputError(
            en="There is nothing to answer; write in a sentence what happened or what you would like to know.",
            zh="什么都没写；用一句话说说发生了什么，或者想知道什么。",
            field=field,
        )
    _refuse_too_long(text)


def _refuse_too_long(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise InputError(
            en=f"The text has {len(text):,} characters; give at most {LONGEST_TEXT:,}.",
            zh=f"文字有 {len(text):,} 个字；最多 {LONGEST_TEXT:,} 个字。",
        )


def open_assistant(settings: Settings, *, progress: Progress | None = None) -> Assistant:
    """The Assistant of these settings; `progress` hears of a model that must be converted first (fraction, message)."""

    def reader() -> Reader:
        return open_reader(settings.cache, lambda folder: OnnxEmbeddings(folder).encode, progress=progress)

    return Assistant(settings, Store(settings.home), open_embedder(settings, progress=progress), open_reader=reader)
