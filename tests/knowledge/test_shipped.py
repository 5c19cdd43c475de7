"""The shipped knowledge: a check finds nothing, there is enough of each kind, and it answers what people ask."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from knowledge.checks.run import CheckReport, check_folder
from rag.embed import Embedder, open_embedder
from rag.settings import Settings

DOCUMENTS = Path(__file__).parents[2] / "knowledge/documents"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def encoder() -> Embedder:
    return open_embedder(Settings(embedder_device="cpu"))


@pytest.fixture(scope="module")
def report(encoder: Embedder) -> CheckReport:
    return check_folder(DOCUMENTS, encoder, today=dt.date(2026, 12, 1))


def test_the_check_finds_nothing(report: CheckReport) -> None:
    assert report.findings == ()


@pytest.mark.parametrize(
    ("kind", "zh", "en", "both"),
    [("tip", 130, 90, 220), ("activity", 1, 1, 260), ("activity, free or nearly", 1, 1, 60), ("gift", 1, 1, 420),
     ("case", 350, 170, 520), ("reply", 1, 1, 240), ("occasion", 20, 20, 40)],
)  # fmt: skip
def test_there_is_enough_of_each_kind(report: CheckReport, kind: str, zh: int, en: int, both: int) -> None:
    counts = report.counts[kind]
    assert counts["zh"] >= zh
    assert counts["en"] >= en
    assert sum(counts.values()) >= both


def test_nothing_is_said_twice_and_the_wording_varies(report: CheckReport) -> None:
    assert report.duplicates.pairs == ()
    assert report.duplicates.masked_rate <= 0.01
    assert report.distinct["case"]["zh"] >= 0.55
    assert report.distinct["case"]["en"] >= 0.60


def test_every_kind_of_conflict_and_reply_is_covered_in_both_languages(report: CheckReport) -> None:
    for lang in ("zh", "en"):
        assert len(report.cases[lang]["type"]) >= 24
        activities = {one.document for one in plan.citations if one.document.startswith("activities/")}
    assert activities == {f"activities/activities_{lang}.csv"}
    assert plan.topics
