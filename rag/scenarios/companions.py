"""What goes with a plan: topics to talk about, what to avoid, gift ideas; all taken from the user's documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.catalogue import AUDIENCE_LABELS
from rag.money import format_money
from rag.records import StoredItem
from rag.retrieve import Filters, HybridRetriever
from rag.scenarios.avoid import is_avoided
from rag.scenarios.candidates import at_price_of
from rag.scenarios.gift_occasions import asks_for_gift, suits_occasion
from rag.schema import DateRequest, GiftIdea, Hit, Point
from rag.text import normalise

Cite = Callable[[Hit | StoredItem], int]

_TOPICS = {"可以聊", "聊什么", "话题", "talk about", "topics", "conversation topics", "what to talk about"}
_AVOID = {"别这样", "不要这样", "避免", "注意", "avoid", "what to avoid", "don't"}
_CLOSE = 0.02
"""Cosine within which a tip counts as about the same thing as the closest one."""
_AUDIENCE = re.compile(rf"\n(?:{'|'.join(AUDIENCE_LABELS)})(?:：|: )(.+)\Z")
"""A tip for some people or for the end of things: quoted to others only when the request speaks of the same."""
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*$")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.、)])\s*(.+?)\s*$")


def find_topics(request: DateRequest, retriever: HybridRetriever, cite: Cite, *, most: int = 5) -> tuple[Point, ...]:
    """Conversation topics from tips on the interests and the stage, a few from each.

    Where the tips for the stage hold none, those for other stages are taken.
    """
    chat = "聊天话题" if request.lang == "zh" else "conversation topics"
    queries = [(wish, f"{wish} {chat}") for wish in request.interests[:3]] + [("", _ask(request, "topics"))]
    share = max(2, -(-most // len(queries)))
    for stages in ((request.stage,), ()):
        found: list[Point] = []
        used: set[int] = set()
        for wish, query in queries:
            taken = 0
            hits = _tips(request, retriever, query, stages)
            for hit in sorted(hits, key=lambda one: _distance(one, wish)):
                bullets = section_bullets(hit.text, _TOPICS)
                room = min(2, share - taken, most - len(found))
                if bullets and hit.passage_id not in used and room > 0:
                    used.add(hit.passage_id)
                    number = cite(hit)
                    found += [Point(text=bullet, citations=(number,)) for bullet in bullets[:room]]
                    taken += min(len(bullets), room)
        if found:
            return tuple(found)
    return ()


def find_cautions(request: DateRequest, retriever: HybridRetriever, cite: Cite, *, most: int = 3) -> tuple[Point, ...]:
    """What to avoid on such a date, one point a tip.

    Only from tips about as close to the request as the closest and, after the first dates, only from tips about being
    together, which are those with topics to talk about: money, moving in and breaking up are not advice for tonight.
    """
    query = f"{_ask(request, 'avoid')} {request.text[:200]}"
    early = request.stage in ("getting_to_know", "first_date")
    for stages in ((request.stage,), ()):
        hits = _tips(request, retriever, query, stages)
        hits = [hit for hit in hits if early or section_bullets(hit.text, _TOPICS)]
        closest = max((hit.dense for hit in hits), default=0.0)
        close = [(hit, section_bullets(hit.text, _AVOID)) for hit in hits if hit.dense >= closest - _CLOSE]
        chosen = [(hit, bullets[0]) for hit, bullets in close if bullets][:most]
        if chosen:
            return tuple(Point(text=bullet, citations=(cite(hit),)) for hit, bullet in chosen)
    return ()


def find_gifts(
    request: DateRequest,
    rows: Sequence[StoredItem],
    spare: int,
    retriever: HybridRetriever,
    cite: Cite,
    *,
    most: int = 2,
) -> tuple[GiftIdea, ...]:
    """Gift ideas that what is left of the budget (hundredths) pays for, when the request speaks of an occasion."""
    if not asks_for_gift(request.text):
        return ()
    affordable = {
        stored.passage_id: stored
        for stored in (at_price_of(request, row) for row in rows)
        if stored.item.price_high is not None
        and (stored.item.currency or request.currency) == request.currency
        and stored.item.price_high * 100 <= spare
        and (not stored.item.stages or request.stage in stored.item.stages)
        and not is_avoided(stored.item, request.avoid)
        and suits_occasion(stored.item.occasions, request.text)
    }
    query = " ".join([request.text, *request.interests])
    hits = retriever.search(query, k=40, filters=Filters(kinds=("gift",), langs=(request.lang,)), gate=False)
    ideas: list[GiftIdea] = []
    for hit in hits:
        stored = affordable.get(hit.passage_id)
        if stored is None or len(ideas) == most:
            continue
        item = stored.item
        assert item.price_high is not None
        low = item.price_low if item.price_low is not None else item.price_high
        ends = [low] if low == item.price_high else [low, item.price_high]
        price = "–".join(format_money(end, item.currency or request.currency, request.lang) for end in ends)
        if item.as_of:
            price += f" ({item.as_of})"
        ideas.append(GiftIdea(title=item.name, price=price, why=item.description, citations=(cite(stored),)))
    return tuple(ideas)


def _distance(hit: Hit, wish: str) -> int:
    """0 for a tip whose title names the wish, 1 where its text does, 2 otherwise; a sort keeps the search's order."""
    wanted = normalise(wish)
    return 0 if wanted in normalise(hit.title) else 1 if wanted in normalise(hit.text) else 2


def section_bullets(text: str, headings: set[str]) -> list[str]:
    """The bullet points under the first Markdown heading of `text` whose words are among `headings`."""
    bullets: list[str] = []
    inside = False
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading:
            if bullets:
                break
            inside = normalise(heading[1]).strip(" :：") in headings
        elif inside and (bullet := _BULLET.match(line)):
            bullets.append(bullet[1])
    return bullets


def _tips(request: DateRequest, retriever: HybridRetriever, query: str, stages: tuple[str, ...]) -> list[Hit]:
    filters = Filters(kinds=("tip",), langs=(request.lang,), stages=stages)
    hits = retriever.search(query, k=20, filters=filters, gate=False)
    asked = normalise(request.text)
    return [hit for hit in hits if not (words := audience_of(hit.text)) or any(_says(asked, word) for word in words)]


def _says(asked: str, word: str) -> bool:
    """Whether normalised text has a normalised word; an English one as a whole word: "place" is not "ace"."""
    return word in asked if not word.isascii() else re.search(rf"\b{re.escape(word)}\b", asked) is not None


def audience_of(text: str) -> tuple[str, ...]:
    """The normalised words by which those a tip is for would say so; () for a tip that is for everybody."""
    match = _AUDIENCE.search(text)
    return tuple(normalise(word).strip() for word in re.split("[、,]", match[1])) if match else ()


def _ask(request: DateRequest, what: str) -> str:
    stage = {
        "getting_to_know": ("刚认识", "just met"), "first_date": ("第一次约会", "first date"),
        "early": ("刚开始约会", "early dates"), "dating": ("恋爱中约会", "dating couple"),
        "long_term": ("老夫老妻约会", "long-term couple date"), "long_distance": ("异地见面", "long distance visit"),
    }[request.stage]  # fmt: skip
    words = {"topics": ("聊什么 话题", "what to talk about"), "avoid": ("注意 不要做的事", "mistakes to avoid")}[what]
    return f"{stage[0]} {words[0]}" if request.lang == "zh" else f"{stage[1]} {words[1]}"
