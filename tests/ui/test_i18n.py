"""The catalogue of interface texts is complete in both languages."""

from __future__ import annotations

import re
import string
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from rag.schema import Field_, Language, Money, PassageKind, Stage
from ui.i18n import CATALOGUE, language_of, money, t

UI = Path(__file__).parents[2] / "ui"
SOURCES = [path for path in UI.rglob("*.py") if path.name != "i18n.py"]
FAMILIES = {
    "field_": get_args(Field_),
    "stage_": get_args(Stage),
    "kind_": get_args(PassageKind),
    "step_": ("model", "scan", "read", "embed", "write", "other"),
    "reason_": ("rain", "closed"),
    "outcome_": ("handoff", "redirect"),
    "tone_": ("light", "sincere", "direct"),
    "column_": (
        *("path", "type", "kind", "lang", "passages", "items", "status"),
        *("date", "occasion", "order_by", "book_by", "rule", "place", "finding"),
    ),
    "status_": ("indexed", "error"),
    "changes_": ("added", "changed", "renamed", "removed", "failed"),
}


def fields_of(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", CATALOGUE)
def test_a_key_has_both_languages_with_the_same_values(key: str) -> None:
    zh, en = CATALOGUE[key]
    assert zh.strip()
    assert en.strip()
    assert fields_of(zh) == fields_of(en)


@pytest.mark.parametrize("key", CATALOGUE)
def test_english_holds_no_chinese(key: str) -> None:
    assert not re.search(r"[\u4e00-\u9fff]", CATALOGUE[key][1])


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_key_a_page_uses_exists(path: Path) -> None:
    text = path.read_text("utf-8")
    used = set(re.findall(r"""\bt\(\s*["'](\w+)["']""", text)) | set(
        re.findall(r'"(\w+)" if .* else "\w+", lang', text)
    )
    assert used <= set(CATALOGUE)
    for family in re.findall(r'\bt\(\s*f"(\w+_)\{', text):
        assert {f"{family}{member}" for member in FAMILIES[family]} <= set(CATALOGUE)


def test_every_key_is_used_somewhere() -> None:
    everything = "\n".join(path.read_text("utf-8") for path in (*SOURCES, UI / "i18n.py"))
    counted = Counter(re.findall(r"""["'](\w+)["']""", everything))
    families = {f"{family}{member}" for family, members in FAMILIES.items() for member in members}
    unused = [key for key in CATALOGUE if key not in families and counted[key] < 2]
    assert unused == []


@pytest.mark.parametrize(
    ("locale", "lang"),
    [("zh-CN", "zh"), ("zh", "zh"), ("ZH-tw", "zh"), ("en-GB", "en"), ("ja-JP", "en"), (None, "en")],
)
def test_the_first_language_is_the_browsers(locale: str | None, lang: str) -> None:
    assert language_of(locale) == lang


def test_money_reads_like_the_sentences_of_the_engine() -> None:
    price = Money(amount=Decimal("45.5"), currency="USD")
    assert (money(price, "zh"), money(price, "en")) == ("US$45.50", "$45.50")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_unknown_key_is_an_error(lang: Language) -> None:
    with pytest.raises(KeyError):
        t("no_such_key", lang)
