"""A small engine for the pages, and the plans it makes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from rag.errors import InputError
from rag.schema import (
    Backup,
    Citation,
    DatePlan,
    DateRequest,
    Field_,
    GiftIdea,
    Money,
    PlanItem,
    Point,
    Relaxation,
)
from rag.settings import Settings


def make_request(**values: Any) -> DateRequest:
    """A Saturday afternoon for two with 300 yuan, changed by `values`."""
    usual: dict[str, Any] = {
        "text": "第一次约会，预算300元",
        "budget": Decimal(300),
        "date": dt.date(2026, 11, 28),
        "start": dt.time(14),
        "defaults": ("people", "city", "hours"),
    }
    return DateRequest(**(usual | values))


def make_plan(request: DateRequest | None = None, **values: Any) -> DatePlan:
    """Two stops for 176 yuan with every optional section filled, changed by `values`."""
    request = request or make_request()
    usual: dict[str, Any] = {
        "request": request,
        "items": (
            PlanItem(
                start=dt.time(14),
                end=dt.time(15, 30),
                title="猫咖",
                kind="activity",
                category="cafe",
                place=None,
                cost=Money(amount=Decimal(176), currency="CNY"),
                unit_price=Money(amount=Decimal(88), currency="CNY"),
                per_person=True,
                as_of="2026-11",
                why="她喜欢猫，坐着聊天不尴尬。",
                notes=("营业时间未知，先打电话。",),
                citations=(1,),
            ),
            PlanItem(
                start=dt.time(15, 45),
                end=dt.time(17),
                title="湖边散步",
                kind="place",
                category="walk",
                place="西湖 <b>白堤</b>",
                address="杭州市西湖区 [地图](https://example.com)",
                cost=Money(amount=Decimal(0), currency="CNY"),
                unit_price=Money(amount=Decimal(0), currency="CNY"),
                per_person=True,
                as_of=None,
                why="走一走 :red[换换心情] $x$。",
                citations=(1, 2),
            ),
        ),
        "total_cost": Money(amount=Decimal(176), currency="CNY"),
        "budget": Money(amount=request.budget, currency=request.currency),
        "topics": (Point(text="聊聊养过的猫。", citations=(2,)),),
        "avoid": (Point(text="不要查户口。", citations=(2,)),),
        "gifts": (GiftIdea(title="猫爪杯", price="39 元", why="小而轻。", citations=(1,)),),
        "backup": (
            Backup(
                replaces="湖边散步",
                reason="rain",
                title="看展",
                start=dt.time(15, 45),
                end=dt.time(17),
                cost=Money(amount=Decimal(60), currency="CNY"),
                why="室内。",
                citations=(2,),
            ),
        ),
        "notes": ("没有给城市，所以没有具体店名。",),
        "citations": (
            Citation(
                id=1, document="activities.csv", locator="row 2", title="活动", excerpt="猫咖 人均 88", score=0.91
            ),
            Citation(id=2, document="tips.md", locator="第一次", title="建议", excerpt="先聊轻松的。", score=0.72),
        ),
        "timings_ms": {"total": 42.0},
    }
    return DatePlan(**(usual | values))


@dataclass
class Document:
    """A row of the store's list of documents."""

    path: str
    title: str = ""
    type: str = "csv"
    kind: str = "activity"
    lang: str = "zh"
    status: str = "indexed"
    reason_en: str = ""
    reason_zh: str = ""
    passages: int = 3
    items: int = 3
    size: int = 100
    indexed_at: str = "2026-11-21T10:00:00"
    mapping: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass
class FakeStore:
    """A list of documents that a test may change."""

    rows: list[Document]

    def documents(self) -> list[Document]:
        """The rows as they are now."""
        return list(self.rows)

    def count(self) -> int:
        """The number of passages."""
        return sum(row.passages for row in self.rows)


class FakeAssistant:
    """Understands a budget and nothing else; plans what `make_plan` returns. `calls` records what it was asked."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = FakeStore([Document("activities.csv", "活动", mapping={"名称": "name", "人均": "price"})])
        self.calls: list[dict[str, Any]] = []
        self.requests: list[DateRequest] = []
        self.cheapest = Decimal(100)

    def warm(self) -> None:
        """Nothing to load."""

    def cities(self) -> list[str]:
        """The cities the pages may offer."""
        return ["上海", "杭州"]

    def understand(self, text: str, **fields: Any) -> DateRequest:
        """The usual request with the fields given; a budget that is no number is refused."""
        self.calls.append({"text": text, **fields})
        values = {name: value for name, value in fields.items() if value is not None}
        if "budget" in values:
            try:
                values["budget"] = Decimal(str(values["budget"]).removesuffix("CNY").strip())
            except InvalidOperation:
                raise InputError(
                    en=f"The budget {fields['budget']!r} is not an amount; write a number such as 300.",
                    zh=f"预算“{fields['budget']}”不是金额；请写成 300 这样的数。",
                    field="budget",
                ) from None
        for name in ("interests", "avoid"):
            if isinstance(values.get(name), str):
                values[name] = tuple(part.strip() for part in values[name].split(","))
        given = set(values)
        defaults: tuple[Field_, ...] = tuple(name for name in ("people", "city", "hours") if name not in given)
        return make_request(text=text, defaults=defaults, **values)

    def plan(self, request: DateRequest) -> DatePlan:
        """The usual plan, or the relaxation when the budget is under `cheapest`."""
        self.requests.append(request)
        if request.budget >= self.cheapest:
            return make_plan(request)
        missing = self.cheapest - request.budget
        return make_plan(
            request,
            items=(),
            total_cost=Money(amount=Decimal(0), currency="CNY"),
            relaxation=Relaxation(
                field="budget",
                value=str(self.cheapest),
                change=f"+{missing} CNY",
                message=f"把预算加到 {self.cheapest} 元就能排出来。",
            ),
        )


SYNCED = """
import json, sys
for n in range(3):
    print(json.dumps({"done": n, "total": 2, "message": "a.csv", "stage": "embed"}), file=sys.stderr, flush=True)
print(json.dumps({"added": ["a.csv"], "changed": [], "renamed": [["b.md", "c.md"]], "removed": [], "unchanged": 1,
    "failed": [{"path": "bad.pdf", "reason_en": "It is encrypted.", "reason_zh": "文件加密了。"}],
    "passages_added": 2, "passages_reused": 0, "passages_removed": 0, "embedded": 2, "seconds": 0.5}))
"""
