"""The plain values that travel between stages, and the JSON that front doors print."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from rag.hours import OpeningHours

Language = Literal["zh", "en"]
Stage = Literal["getting_to_know", "first_date", "early", "dating", "long_term", "long_distance"]
ItemKind = Literal["place", "activity", "gift"]
PassageKind = Literal["tip", "activity", "gift", "conflict", "guide", "reply", "place", "document"]
Risk = Literal["low", "moderate", "high", "imminent"]
Side = Literal["victim", "perpetrator", "third_party"]
NumberKind = Literal[
    "police", "ambulance", "emergency", "suicide", "violence", "sexual", "stalking", "child", "fraud", "legal",
    "images", "own_violence",
]  # fmt: skip
Field_ = Literal["stage", "budget", "people", "city", "date", "start", "hours", "interests", "avoid", "indoor"]

Amount = Annotated[Decimal, PlainSerializer(lambda value: format(value, "f"), return_type=str)]
Clock = Annotated[dt.time, PlainSerializer(lambda value: value.strftime("%H:%M"), return_type=str)]


LONGEST_EXCERPT = 240
"""Characters of a passage that a citation shows."""


class Value(BaseModel):
    """Base of every value here: immutable, and a stray field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Money(Value):
    """An amount (Decimal, a string in JSON) and its ISO 4217 currency."""

    amount: Amount
    currency: str


class Passage(Value):
    """A piece of a document that is embedded, found and cited as one."""

    text: str
    heading: str = Field(default="", description="Heading path, outermost first, joined by ' › '.")
    locator: str = Field(default="", description="Where in the document: 'row 14', 'page 3', a heading path.")
    kind: PassageKind = "document"
    lang: Language = "zh"
    stages: tuple[str, ...] = ()
    city: str | None = None


class PricePoint(Value):
    """What a row costs in one currency and, where the row says so, in one tier of Chinese cities."""

    low: Amount
    high: Amount
    currency: str = Field(description="ISO 4217.")
    tier: int | None = Field(default=None, ge=1, le=3, description="1 for the biggest cities to 3 for small towns.")
    per_person: bool = True


class Item(Value):
    """A row of a catalogue that the planner can compute with. Absent values are None, never 0 or a guess."""

    kind: ItemKind
    name: str
    description: str = ""
    category: str = Field(default="", description="One of rag.catalogue.CATEGORIES, or '' when the row does not say.")
    city: str | None = None
    area: str | None = None
    address: str | None = None
    price_low: Amount | None = Field(default=None, description="Lower end of the price, in `currency`.")
    price_high: Amount | None = Field(default=None, description="Upper end; equal to price_low for a single price.")
    currency: str | None = Field(default=None, description="ISO 4217; None when the source does not say.")
    per_person: bool = True
    prices: tuple[PricePoint, ...] = Field(
        default=(), description="Every price of a row that has several, by currency or tier; () for a single one."
    )
    minutes_low: int | None = Field(default=None, ge=1)
    minutes_high: int | None = Field(default=None, ge=1)
    hours: OpeningHours | None = Field(default=None, description="None when unknown or not understood.")
    hours_text: str | None = Field(default=None, description="The source's own words on opening hours.")
    time_of_day: tuple[str, ...] = Field(default=(), description="Of morning, afternoon, evening, night; () is any.")
    weekdays: tuple[int, ...] = Field(default=(), description="ISO numbers, 1 is Monday; () is any day.")
    seasons: tuple[str, ...] = Field(default=(), description="Of spring, summer, autumn, winter; () is all year.")
    indoor: bool | None = Field(default=None, description="None when both or unknown.")
    weather: str | None = Field(default=None, description="any, dry or mild.")
    stages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    rating: float | None = None
    energy: str | None = None
    conversation_fit: str | None = None
    booking_days: int | None = None
    alcohol: str | None = None
    occasions: tuple[str, ...] = ()
    as_of: str | None = Field(default=None, description="Date the figures were true: 2019, 2026-11 or 2026-11-03.")
    extra: dict[str, str] = Field(default_factory=dict, description="Columns that are not understood, as text.")

    def priced_for(self, currency: str, tier: int | None) -> Item:
        """The item at its price in `currency` and a city of `tier`; itself where it has no price in that currency.

        Where it has none for that tier, or the tier is not known, the dearest counts, so that a budget holds anywhere.
        """
        fitting = [price for price in self.prices if price.currency == currency]
        exact = [price for price in fitting if price.tier == tier and tier is not None]
        if not fitting:
            return self
        price = max(exact or fitting, key=lambda one: one.high)
        return self.model_copy(
            update={
                "price_low": price.low, "price_high": price.high, "currency": currency, "per_person": price.per_person,
            }
        )  # fmt: skip


class Citation(Value):
    """Where a statement comes from; `id` is the number shown in brackets."""

    id: int
    document: str
    locator: str
    title: str
    excerpt: str
    score: float


class Hit(Value):
    """A passage found for a query."""

    passage_id: int
    document: str = Field(description="Path relative to the knowledge folder.")
    title: str
    locator: str
    text: str
    score: float = Field(description="Fused score in [0, 1], comparable within one query only.")
    dense: float = Field(description="Cosine similarity in [-1, 1]; 0 when not among the dense candidates.")
    words: float = Field(description="BM25 score, >= 0; 0 when no word matched.")
    kind: PassageKind = "document"
    lang: Language = "zh"

    def cite(self, number: int) -> Citation:
        """The passage as source `number`, with its beginning."""
        return Citation(
            id=number, document=self.document, locator=self.locator, title=self.title,
            excerpt=self.text[:LONGEST_EXCERPT], score=self.score,
        )  # fmt: skip


class DateRequest(Value):
    """What is to be planned. `defaults` names the fields the user did not give."""

    text: str = ""
    lang: Language = "zh"
    stage: Stage = "dating"
    budget: Amount = Field(description="For all people together, in `currency`; >= 0.")
    currency: str = "CNY"
    people: int = Field(default=2, ge=1, le=20)
    city: str | None = None
    date: dt.date
    start: Clock
    hours: float = Field(default=4.0, gt=0, le=16, description="Longest duration of the whole date, in hours.")
    interests: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    indoor: bool | None = Field(default=None, description="True: indoors only; False: outdoors only; None: either.")
    seed: int = 0
    defaults: tuple[Field_, ...] = ()


class PlanItem(Value):
    """One stop. `cost` is for all people; it is the upper end of the source's price range."""

    start: Clock
    end: Clock
    title: str
    kind: ItemKind
    category: str
    place: str | None = Field(description="The named venue, or None for a generic activity.")
    address: str | None = None
    cost: Money
    unit_price: Money = Field(description="The price of the source, per person when `per_person`.")
    per_person: bool
    as_of: str | None
    why: str
    notes: tuple[str, ...] = Field(default=(), description="What to check: unknown hours, booking, an assumed stay.")
    citations: tuple[int, ...]


class Point(Value):
    """A sentence with its sources: a topic to talk about, or something to avoid."""

    text: str
    citations: tuple[int, ...] = ()


class GiftIdea(Value):
    title: str
    price: str
    why: str
    citations: tuple[int, ...] = ()


class Backup(Value):
    """A stop to swap in when it rains or a door is closed. It keeps the plan within budget and hours."""

    replaces: str
    reason: Literal["rain", "closed"]
    title: str
    start: Clock
    end: Clock
    cost: Money
    why: str
    citations: tuple[int, ...]


class Relaxation(Value):
    """The smallest change of one field that makes the request feasible."""

    field: Literal["budget", "hours", "start", "date", "avoid", "indoor", "catalogue"]
    value: str = Field(description="The new value of the field, as it would be given.")
    change: str = Field(description="The difference, e.g. '+40.00 CNY' or '+30 min'.")
    message: str


class Number(Value):
    """A telephone number or site for people in danger; `hours` is "" where they differ by place."""

    region: str
    number: str
    name: str
    hours: str
    kind: NumberKind
    source: str = Field(description="Where the number was read; see rag.hotlines.")


class Safety(Value):
    """What the guard says of a request: answer it, redirect, or hand off; `message` and `numbers` are to be shown.

    An answer has them where danger is possible: they stand beside it then, and not in its place.
    """

    outcome: Literal["answer", "redirect", "handoff"] = "answer"
    kind: str = Field(default="none", serialization_alias="class", description="One of rag.guard.CLASSES, or none.")
    probability: float = Field(default=0.0, description="Of the outcome, in [0, 1].")
    risk: Risk | None = Field(default=None, description="Of a hand-off only.")
    side: Side | None = Field(default=None, description="Who is speaking; of a hand-off only.")
    message: str = ""
    numbers: tuple[Number, ...] = ()


class DatePlan(Value):
    """A checked plan; with no `items` it carries the `relaxation` that would allow one."""

    request: DateRequest
    items: tuple[PlanItem, ...] = ()
    total_cost: Money
    budget: Money
    topics: tuple[Point, ...] = ()
    gifts: tuple[GiftIdea, ...] = ()
    backup: tuple[Backup, ...] = ()
    avoid: tuple[Point, ...] = ()
    notes: tuple[str, ...] = Field(default=(), description="What the reader must know: no named places, stale prices…")
    citations: tuple[Citation, ...] = ()
    relaxation: Relaxation | None = None
    safety: Safety = Safety()
    mode: Literal["grounded"] = "grounded"
    model: str | None = None
    timings_ms: dict[str, float] = Field(default_factory=dict)


class Emotion(Value):
    """A guess at what a message feels like; `label` and `second` are of rag.emotion.EMOTIONS."""

    label: str
    probability: float = Field(description="Calibrated, in [0, 1].")
    second: str
    second_probability: float
    cues: tuple[str, ...] = Field(description="Words of the message, verbatim, that speak for the label.")
    abstained: bool = Field(description="True when the guess is too unsure to be offered as one.")


class Candidate(Value):
    """A reply that could be sent; `score` orders candidates of one answer only."""

    text: str
    tone: Literal["light", "sincere", "direct"]
    move: str
    why: str
    risk: str
    score: float
    citations: tuple[int, ...] = ()


class ReplySet(Value):
    """Help for the next message of a chat."""

    action: Literal["reply", "wait", "stop"] = Field(description="Whether to write at all.")
    emotion: Emotion
    course: tuple[Emotion, ...] = Field(default=(), description="Of the other's messages, oldest first.")
    subtext: tuple[str, ...] = Field(default=(), description="Guesses at what is meant, likeliest first.")
    candidates: tuple[Candidate, ...] = ()
    avoid: tuple[str, ...] = ()
    advice: str = Field(default="", description="When to wait or stop, and why; what to do if unsure.")
    citations: tuple[Citation, ...] = ()
    safety: Safety = Safety()
    mode: Literal["grounded"] = "grounded"
    model: str | None = None
    timings_ms: dict[str, float] = Field(default_factory=dict)


class Approach(Value):
    """One way to go about a quarrel, as a similar case did."""

    steps: tuple[str, ...]
    say: tuple[str, ...]
    score: float = Field(description="BERTScore F1 against the repair texts of similar cases, in [0, 1].")
    citations: tuple[int, ...] = ()


class Advice(Value):
    """Advice in a conflict; with a hand-off it carries only `safety`."""

    type: str = Field(default="", description="Kind of quarrel, an id of the conflict map.")
    label: str = ""
    probability: float = 0.0
    types: dict[str, float] = Field(default_factory=dict, description="The likeliest kinds with their probability.")
    severity: int = Field(default=0, ge=0, le=5)
    safety: Safety = Safety()
    steps: tuple[str, ...] = ()
    say: tuple[str, ...] = ()
    do_not_say: tuple[str, ...] = ()
    repair: tuple[str, ...] = ()
    if_they_refuse: str = ""
    what_if: tuple[str, ...] = ()
    warning_signs: tuple[str, ...] = ()
    candidates: tuple[Approach, ...] = ()
    notes: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    mode: Literal["grounded"] = "grounded"
    model: str | None = None
    timings_ms: dict[str, float] = Field(default_factory=dict)


class Answer(Value):
    """A question answered from the documents: sentences with their sources, or a note that nothing was found."""

    question: str
    lang: Language
    points: tuple[Point, ...] = ()
    notes: tuple[str, ...] = ()
    safety: Safety = Safety()
    citations: tuple[Citation, ...] = ()
    mode: Literal["grounded"] = "grounded"
    model: str | None = None
    timings_ms: dict[str, float] = Field(default_factory=dict)
