"""Plan latency in grounded mode, by stage, over the evaluation's requests and a city of 2,000 places."""

from __future__ import annotations

import csv
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from finetune.evaluate_plans import PLANS_DATA, evaluate_plans
from knowledge.sync import sync
from rag.assistant import Assistant
from rag.embed import open_embedder
from rag.settings import load_settings
from rag.store import Store
from tests.bench.machine import DOCUMENTS, quantiles, write_result

_REQUESTS = [
    "在海棠约会，预算300元，周六下午两点，喜欢猫和安静的地方", "海棠，第一次约会，晚上6点，预算500，不吃辣",
    "周末在海棠玩6小时，11点开始，预算800，喜欢展览和咖啡", "海棠 两个人 150元 下午", "海棠 免费 半天 喜欢散步",
]  # fmt: skip


def main() -> None:
    """Run the benchmark and write results/plan.json."""
    settings = load_settings(knowledge=DOCUMENTS)
    embedder = open_embedder(settings)
    with tempfile.TemporaryDirectory(prefix="qixi-bench-") as folder:
        judged = evaluate_plans(PLANS_DATA, embedder, settings, Path(folder) / "judged", seeds=3)
        large = _large_city(Path(folder), embedder, settings)
    kept = ("n", "plans", "feasible", "as_expected", "violations", "diversity", "per_plan_ms_p50", "per_plan_ms_p95")
    write_result("plan", {"evaluation": {key: judged[key] for key in kept}, "city_of_2000_places": large})


def _large_city(folder: Path, embedder: Any, settings: Any) -> dict[str, Any]:
    rng = random.Random(5)
    documents = folder / "documents" / "places"
    documents.mkdir(parents=True)
    with (documents / "city.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["名称", "类型", "城市", "区域", "人均消费", "营业时间", "标签", "评分", "数据日期"])
        for number in range(2_000):
            kind = rng.choice(["餐馆", "咖啡馆", "博物馆", "公园", "书店", "电影院", "手工坊", "茶馆"])
            tags = "、".join(rng.sample(["猫", "安静", "露台", "老建筑", "展览", "甜品", "辣", "音乐", "江景"], 2))
            opens, closes = rng.choice([(9, 17), (10, 22), (11, 21), (12, 24)])
            district = rng.choice(["城东区", "老城区", "滨海区"])
            price = rng.choice([0, 20, 45, 80, 120, 260])
            hours = f"周一至周日 {opens:02}:00-{closes:02}:00"
            rating = round(rng.uniform(3, 5), 1)
            writer.writerow(
                [f"{tags[:2]}{kind}{number}", kind, "海棠", district, price, hours, tags, rating, "2026-10"]
            )
    for source in ("activities", "tips"):
        for path in (DOCUMENTS / source).rglob("*"):
            if path.is_file():
                copy = folder / "documents" / path.relative_to(DOCUMENTS)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
    store = Store(folder / "store")
    sync(folder / "documents", store, embedder)
    assistant = Assistant(settings, store, embedder)
    assistant.warm()
    spent: list[float] = []
    stages: dict[str, list[float]] = {}
    for seed in range(4):
        for text in _REQUESTS:
            request = assistant.understand(text, seed=seed)
            started = time.perf_counter()
            plan = assistant.plan(request)
            spent.append((time.perf_counter() - started) * 1000)
            for stage, value in plan.timings_ms.items():
                stages.setdefault(stage, []).append(value)
    store.close()
    return {"plans": len(spent), "plan_ms": quantiles(spent), "stages_ms": {k: quantiles(v) for k, v in stages.items()}}


if __name__ == "__main__":
    main()
