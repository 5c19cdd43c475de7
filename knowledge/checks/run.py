"""One check of a folder: read everything, look for everything, count everything."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.checks.balance import check_balance, count_cases
from knowledge.checks.duplicates import Duplicates, check_duplicates, distinct, find_duplicates
from knowledge.checks.entries import Entry, read_entries
from knowledge.checks.findings import Finding, Level
from knowledge.checks.schema import check_dates, check_schema
from knowledge.checks.words import check_words
from knowledge.formats import Document
from knowledge.items import read_items
from knowledge.sandbox import load_isolated
from knowledge.scan import require_folder, scan
from rag.embed import Embedder
from rag.errors import DocumentError, InputError
from rag.scenarios.occasions import CALENDAR, read_calendar

_PARTS = ("about", "principles", "steps", "warning_signs", "seek_help")


@dataclass(frozen=True)
class CheckReport:
    """What a check found.

    `counts` are entries and `distinct` is distinct-2, by kind and language; `cases` is the spread of the conflict cases
    (language → field → value → number) and `ages` the number of entries by the year of their `as_of`.
    """

    folder: str
    checked_on: str
    files: int
    findings: tuple[Finding, ...]
    counts: Mapping[str, Mapping[str, int]]
    duplicates: Duplicates
    distinct: Mapping[str, Mapping[str, float]]
    cases: Mapping[str, Mapping[str, Mapping[str, int]]]
    ages: Mapping[str, int] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """How many findings make the check fail."""
        return sum(finding.level == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings are to be looked at."""
        return len(self.findings) - self.errors

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values; findings in their order."""
        return {
            "folder": self.folder, "checked_on": self.checked_on, "files": self.files,
            "errors": self.errors, "warnings": self.warnings,
            "entries": {kind: dict(langs) for kind, langs in self.counts.items()},
            "near_duplicate_pairs": len(self.duplicates.pairs),
            "near_duplicate_rate_masked": round(self.duplicates.masked_rate, 4),
            "distinct_2": {kind: dict(langs) for kind, langs in self.distinct.items()},
            "cases": {lang: {name: dict(shares) for name, shares in own.items()} for lang, own in self.cases.items()},
            "as_of": dict(self.ages),
            "findings": [finding.__dict__ for finding in self.findings],
        }  # fmt: skip


def check_folder(
    folder: Path,
    embedder: Embedder | None,
    *,
    today: dt.date,
    progress: Callable[[str], None] = lambda message: None,
) -> CheckReport:
    """Checks every document below `folder`. Nothing is written, and the index is not asked.

    `progress` hears "reading", then "comparing", which embeds every entry: with 1,700 of them about 40 s on 2 cores.
    Raises InputError when the folder is missing or holds no file.
    """
    require_folder(folder)
    progress("reading")
    findings: list[Finding] = []
    entries: list[Entry] = []
    files = 0
    for path, document in _documents(folder):
        files += 1
        if isinstance(document, DocumentError):
            findings.append(Finding("error", "unreadable", path, document.en, document.zh))
        else:
            entries.extend(read_entries(path, document))
            findings.extend(_cell_problems(path, document))
    if not files:
        raise InputError(
            en=f"There is no document in {folder}; name the folder that holds your documents.",
            zh=f"{folder} 里没有文档；请指定存放文档的文件夹。",
        )
    types, problems = _map_types(entries)
    findings += problems
    findings += _check_calendar(folder)
    findings += check_schema(entries, types)
    findings += check_words(entries)
    findings += check_dates(entries, today)
    progress("comparing")
    duplicates = find_duplicates([entry for entry in entries if entry.kind not in ("place", "document")], embedder)
    findings += check_duplicates(duplicates)
    cases = count_cases(entries)
    findings += check_balance(cases)
    return CheckReport(
        folder=str(folder),
        checked_on=today.isoformat(),
        files=files,
        findings=tuple(sorted(findings, key=lambda one: (one.level, one.rule, one.place))),
        counts=_counts(entries),
        duplicates=duplicates,
        distinct=_variety(entries),
        cases=cases,
        ages=dict(sorted(Counter(_year(entry) for entry in entries).items())),
    )


def draw_entries(folder: Path, count: int, *, seed: int) -> list[Entry]:
    """`count` entries of the readable documents below `folder`, drawn at random; the same for the same seed."""
    entries = [
        entry
        for path, document in _documents(folder)
        if not isinstance(document, DocumentError)
        for entry in read_entries(path, document)
    ]
    entries.sort(key=lambda entry: (entry.place, entry.id))
    return random.Random(seed).sample(entries, min(count, len(entries)))


def _documents(folder: Path) -> Iterator[tuple[str, Document | DocumentError]]:
    readable: dict[Path, str] = {}
    for found in scan(folder):
        if found.problem is not None:
            yield found.path, found.problem
        else:
            readable[folder / found.path] = found.path
    for path, document in load_isolated(readable):
        yield readable[path], document


def _cell_problems(path: str, document: Document) -> Iterator[Finding]:
    """What the reader of catalogues could not make sense of; in lists of places it is only pointed out."""
    for table in document.tables:
        catalogue = read_items(table, path=path)
        for problem in catalogue.problems if catalogue else ():
            level: Level = "warning" if catalogue and catalogue.kind == "place" else "error"
            yield Finding(level, "value", path, problem, f"有读不懂的内容：{problem}")


def _map_types(entries: Sequence[Entry]) -> tuple[dict[str, str], list[Finding]]:
    """The labels that the conflict map knows, with their types, and what is missing in the map."""
    labels: dict[str, str] = {}
    problems = []
    for entry in entries:
        if entry.kind != "map" or "principles" not in entry.fields:
            continue
        name, _, lang = entry.locator.rpartition(" ")
        labels[str(entry.fields.get(lang) or "")] = name
        for part in _PARTS:
            if not entry.fields.get(part):
                problems.append(
                    Finding(
                        "error", "missing", entry.place, f"has no {part}; add it.", f"缺少 {part}；请补上。",
                    )
                )  # fmt: skip
    return labels, problems


def _check_calendar(folder: Path) -> Iterator[Finding]:
    try:
        read_calendar(folder)
    except InputError as error:
        yield Finding("error", "value", CALENDAR, error.en, error.zh)


def _counts(entries: Sequence[Entry]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for entry in entries:
        langs = counts.setdefault(entry.kind, {"zh": 0, "en": 0})
        langs[entry.lang] += 1
        if entry.kind == "activity" and entry.item and is_nearly_free(entry):
            free = counts.setdefault("activity, free or nearly", {"zh": 0, "en": 0})
            free[entry.lang] += 1
    return counts


def is_nearly_free(entry: Entry) -> bool:
    """Whether a person pays at most 15 yuan, 3 dollars, euros or pounds."""
    item = entry.item
    if item is None or item.price_high is None:
        return False
    return item.price_high <= (15 if item.currency == "CNY" else 3)


def _variety(entries: Sequence[Entry]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for kind in ("case", "tip", "gift", "activity", "reply"):
        for lang in ("zh", "en"):
            texts = [entry.main for entry in entries if entry.kind == kind and entry.lang == lang]
            if texts:
                found.setdefault(kind, {})[lang] = round(distinct(texts, lang), 4)
    return found


def _year(entry: Entry) -> str:
    as_of = entry.item.as_of if entry.item else entry.fields.get("as_of")
    return str(as_of)[:4] if as_of else "—"
