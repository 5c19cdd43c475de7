"""`qixi eval plans`: our own requests over a test catalogue of fictional cities; every plan is read again."""

from __future__ import annotations

import collections
import datetime as dt
import itertools
import json
import statistics
import time
from pathlib import Path
from typing import Any

from knowledge.sync import sync
from rag.assistant import Assistant
from rag.embed import Embedder
from rag.errors import InputError
from rag.scenarios.check import find_violations
from rag.schema import DatePlan, Item
from rag.settings import Settings
from rag.store import Store

PLANS_DATA = Path(__file__).parent / "datasets" / "plans"
_KINDS = (
    "budget",
    "sum",
    "hours",
    "overlap",
    "frame",
    "stay",
    "day",
    "invented",
    "price",
    "avoided",
    "count",
    "citation",
    "backup",
)


def evaluate_plans(data: Path, embedder: Embedder, settings: Settings, home: Path, *, seeds: int = 3) -> dict[str, Any]:
    """Share feasible, violations by kind and variety over seeds, of every request in `data`/requests.jsonl.

    The catalogue is every other file of `data` and of the shipped activities; the store is made in the empty folder
    `home`. `expected` is the share of requests marked feasible or infeasible that came out so; `diversity` the mean
    share of stops that two seeds do not have in common (Jaccard distance, 0 same to 1 nothing shared).
    """
    requests = _read_requests(data / "requests.jsonl")
    folder = _link_catalogue(data, settings.knowledge, home / "documents")
    store = Store(home / "store")
    sync(folder, store, embedder)
    assistant = Assistant(settings, store, embedder, clock=_fixed_clock)
    assistant.warm()
    violations: collections.Counter[str] = collections.Counter()
    details: list[str] = []
    spent: list[float] = []
    distances: list[float] = []
    feasible = expected = judged = unstable = asked = 0
    for row in requests:
        try:
            request = assistant.understand(row["text"])
        except InputError as error:  # the reader asks back
            asked += 1
            right = row.get("expect") == "infeasible"
            judged += row.get("expect") in ("feasible", "infeasible")
            expected += right
            if not right:
                details.append(f"{row['id']}: {error}")
            continue
        plans = []
        for seed in range(seeds):
            started = time.perf_counter()
            plans.append(assistant.plan(request.model_copy(update={"seed": seed})))
            spent.append((time.perf_counter() - started) * 1000)
        again = assistant.plan(request)
        unstable += _stops(again) != _stops(plans[0]) or again.items != plans[0].items
        rows = _rows(assistant, request.city)
        for plan in plans:
            for problem in find_violations(plan, rows):
                violations[problem.split(":")[0]] += 1
                details.append(f"{row['id']}: {problem}")
        works = bool(plans[0].items)
        feasible += works
        if row.get("expect") in ("feasible", "infeasible"):
            judged += 1
            right = works == (row["expect"] == "feasible")
            expected += right
            if not right:
                details.append(f"{row['id']}: expected {row['expect']}")
        distances += [_distance(a, b) for a, b in itertools.combinations([p for p in plans if p.items], 2)]
    store.close()
    return {
        "n": len(requests),
        "plans": len(spent),
        "feasible": round(feasible / len(requests), 4),
        "asked_back": asked,
        "as_expected": round(expected / judged, 4) if judged else None,
        "violations": {kind: violations[kind] for kind in _KINDS},
        "not_repeatable": unstable,
        "diversity": round(statistics.fmean(distances), 4) if distances else None,
        "per_plan_ms_p50": round(statistics.median(spent), 1),
        "per_plan_ms_p95": round(sorted(spent)[int(len(spent) * 0.95)], 1),
        "details": details,
    }


def _fixed_clock(zone: dt.tzinfo) -> dt.datetime:
    """A Saturday morning: "tomorrow" and "next Friday" mean the same days whenever the figures are made."""
    return dt.datetime(2026, 11, 21, 9, 0, tzinfo=zone)


def _rows(assistant: Assistant, city: str | None) -> list[Item]:
    catalogue = assistant.catalogue()
    return [stored.item for stored in (*catalogue.places_in(city), *catalogue.activities)]


def _stops(plan: DatePlan) -> set[str]:
    return {item.title for item in plan.items}


def _distance(first: DatePlan, second: DatePlan) -> float:
    a, b = _stops(first), _stops(second)
    return 1 - len(a & b) / len(a | b)


def _read_requests(path: Path) -> list[dict[str, Any]]:
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        if not rows or not all(isinstance(row, dict) and {"id", "text"} <= row.keys() for row in rows):
            raise ValueError("every line must be an object with id and text")
        return rows
    except (OSError, ValueError) as error:
        raise InputError(
            en=f"{path} cannot be read ({error}); --data must name a folder with requests.jsonl and catalogue files.",
            zh=f"{path} 读不了（{error}）；--data 要指向含 requests.jsonl 和目录表格的文件夹。",
        ) from error


def _link_catalogue(data: Path, knowledge: Path, folder: Path) -> Path:
    """A folder with the test catalogue and the user's activities and tips, copied."""
    for source, target in ((data, folder / "places"), (knowledge / "activities", folder / "activities"),
                           (knowledge / "tips", folder / "tips")):  # fmt: skip
        for path in sorted(source.rglob("*")) if source.is_dir() else ():
            if path.is_file() and path.name != "requests.jsonl":
                copy = target / path.relative_to(source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
    return folder
