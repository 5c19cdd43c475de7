"""A real catalogue: 345 places of Beijing as people publish them; every named stop is one of its rows, to the yuan."""

from __future__ import annotations

import csv
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from knowledge.sync import sync
from rag.assistant import Assistant
from rag.scenarios.check import find_violations
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import BagOfWordsEmbedder

ROOT = Path(__file__).parents[1]
PLACES = ROOT.parent / "shared" / "data" / "places"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not PLACES.is_dir():
        pytest.skip("the Beijing catalogue is not beside this checkout")
    documents = tmp_path_factory.mktemp("beijing") / "documents"
    shutil.copytree(ROOT / "knowledge" / "documents", documents)
    shutil.copytree(PLACES, documents / "places")
    return documents


@pytest.fixture(scope="module")
def assistant(folder: Path) -> Assistant:
    embedder = BagOfWordsEmbedder()
    store = Store(folder.parent / "store")
    sync(folder, store, embedder)
    return Assistant(load_settings(knowledge=folder), store, embedder)


@pytest.fixture(scope="module")
def prices(folder: Path) -> dict[str, set[Decimal]]:
    found: dict[str, set[Decimal]] = {}
    for path in sorted((folder / "places").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                price = row.get("人均消费") or row.get("门票")
                found.setdefault(row["名称"], set()).update({Decimal(price)} if price else set())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("budget", [0, 60, 150, 300, 800])
@pytest.mark.parametrize("text", ["在北京约会，喜欢历史和面食", "北京 第一次约会 晚上6点 火锅"])
def test_every_named_stop_is_a_row_at_its_price_for_two(
    assistant: Assistant, prices: dict[str, set[Decimal]], text: str, budget: int
) -> None:
    rows = [stored.item for stored in (*assistant.catalogue().places_in("北京"), *assistant.catalogue().activities)]
    for date in ("2026-11-28", "2026-11-30"):
        for seed in (0, 1):
            plan = assistant.plan(assistant.understand(text, budget=budget, date=date, seed=seed))
            assert find_violations(plan, rows) == []
            assert sum(item.cost.amount for item in plan.items) <= budget
            for item in plan.items:
                if item.place:
                    assert item.cost.amount / 2 in prices[item.place], item.place


@pytest.mark.slow
def test_without_the_files_none_of_them_is_named_again(assistant: Assistant, folder: Path) -> None:
    for path in (folder / "places").iterdir():
        path.unlink()
    sync(folder, assistant.store, assistant.embedder)
    for seed in range(4):
        plan = assistant.plan(assistant.understand("在北京约会，喜欢历史和面食", budget=300, seed=seed))
        assert plan.items
        assert all(item.place is None for item in plan.items)
