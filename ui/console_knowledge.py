"""The knowledge base on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from knowledge.sync import SyncReport
from rag.records import DocumentRow
from rag.scenarios.occasions import Coming
from rag.schema import Hit, Language
from ui.i18n import t

_SHOWN = 20


def show_report(report: SyncReport, lang: Language) -> None:
    """Print what a sync did, at most 20 names of each sort."""
    console = Console(highlight=False, soft_wrap=True)
    if report.dry_run:
        console.print(t("sync_dry", lang))
    lists = {
        "added": report.added,
        "changed": report.changed,
        "renamed": [f"{old} → {new}" for old, new in report.renamed],
        "removed": report.removed,
        "failed": [failure.reason_zh if lang == "zh" else failure.reason_en for failure in report.failed],
    }
    for sort, entries in lists.items():
        if entries:
            console.print(f"[bold]{t(f'changes_{sort}', lang, count=len(entries))}[/bold]")
            for entry in entries if sort == "failed" else entries[:_SHOWN]:
                console.print(escape(f"  {entry}"))
            if sort != "failed" and len(entries) > _SHOWN:
                console.print(f"  {t('changes_more', lang, count=len(entries) - _SHOWN)}")
    counted = {
        "unchanged": report.unchanged, "added": report.passages_added, "reused": report.passages_reused,
        "removed": report.passages_removed, "embedded": report.embedded, "seconds": f"{report.seconds:.1f}",
    }  # fmt: skip
    console.print(t("sync_total", lang, **counted))


def show_status(documents: Sequence[DocumentRow], *, detailed: bool, lang: Language) -> None:
    """Print one line a file; `detailed` adds how its columns were read."""
    console = Console(highlight=False, soft_wrap=True)
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    for column in ("path", "type", "kind", "lang", "passages", "items", "status"):
        number = column in ("passages", "items")
        table.add_column(t(f"column_{column}", lang), justify="right" if number else "left", overflow="fold")
    for row in documents:
        reason = row.reason_zh if lang == "zh" else row.reason_en
        status = t("status_indexed", lang) if row.status == "indexed" else f"{t('status_error', lang)}: {reason}"
        kind = t(f"kind_{row.kind}", lang)
        table.add_row(escape(row.path), row.type, kind, row.lang, str(row.passages), str(row.items), escape(status))
    console.print(table)
    for row in documents if detailed else ():
        for source, field in row.mapping.items():
            console.print(escape(f"  {source} → {field}"))
        for note in row.notes:
            console.print(escape(f"  {t('notes', lang)}: {note}"))


def show_calendar(found: Sequence[Coming], lang: Language) -> None:
    """Print the coming occasions, or that there is none."""
    console = Console(highlight=False, soft_wrap=True)
    if not found:
        console.print(t("no_occasions", lang))
        return
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    for column in ("date", "occasion", "order_by", "book_by"):
        table.add_column(t(f"column_{column}", lang))
    for one in found:
        name = one.occasion.name[lang]
        table.add_row(one.date.isoformat(), escape(name), one.order_by.isoformat(), one.book_by.isoformat())
    console.print(table)


def show_hits(hits: Sequence[Hit], lang: Language) -> None:
    """Print the passages found."""
    console = Console(highlight=False, soft_wrap=True)
    if not hits:
        console.print(t("no_hits", lang))
    for number, hit in enumerate(hits, 1):
        console.print(f"[bold]\\[{number}] {escape(hit.title)}[/bold] {escape(hit.document)} {escape(hit.locator)}")
        scores = {"score": f"{hit.score:.3f}", "cosine": f"{hit.dense:.3f}", "words": f"{hit.words:.1f}"}
        console.print(f"[dim]{t('hit_scores', lang, **scores)}[/dim]")
        console.print(escape(hit.text) + "\n")
