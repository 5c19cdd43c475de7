"""The knowledge base on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from knowledge.sync import SyncReport
from rag.records import DocumentRow
from rag.schema import Hit

_SHOWN = 20


def show_report(report: SyncReport) -> None:
    """Print what a sync did, at most 20 names of each sort."""
    console = Console(highlight=False, soft_wrap=True)
    would = "would be " if report.dry_run else ""
    for sort, names in (
        ("added", report.added), ("changed", report.changed),
        ("renamed", [f"{old} → {new}" for old, new in report.renamed]), ("removed", report.removed),
    ):  # fmt: skip
        if names:
            console.print(f"[bold]{would}{sort}[/bold] {len(names)}")
            for name in names[:_SHOWN]:
                console.print(escape(f"  {name}"))
            if len(names) > _SHOWN:
                console.print(f"  … and {len(names) - _SHOWN} more")
    if report.failed:
        console.print(f"[bold]not indexed[/bold] {len(report.failed)}")
        for failure in report.failed:
            console.print(escape(f"  {failure.reason_en}"))
    console.print(
        f"{report.unchanged} files unchanged; passages: {report.passages_added} added, {report.passages_reused} kept, "
        f"{report.passages_removed} removed; {report.embedded} embedded in {report.seconds:.1f} s"
    )


def show_status(documents: Sequence[DocumentRow], *, detailed: bool, lang: str) -> None:
    """Print one line a file; `detailed` adds how its columns were read."""
    console = Console(highlight=False, soft_wrap=True)
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    for title in ("file", "type", "kind", "lang", "passages", "items", "status"):
        table.add_column(title, justify="right" if title in ("passages", "items") else "left", overflow="fold")
    for row in documents:
        reason = row.reason_zh if lang == "zh" else row.reason_en
        status = row.status if row.status == "indexed" else f"{row.status}: {reason}"
        table.add_row(escape(row.path), row.type, row.kind, row.lang, str(row.passages), str(row.items), escape(status))
    console.print(table)
    for row in documents if detailed else ():
        for column, field in row.mapping.items():
            console.print(escape(f"  {column} → {field}"))
        for note in row.notes:
            console.print(escape(f"  note: {note}"))


def show_hits(hits: Sequence[Hit]) -> None:
    """Print the passages found."""
    console = Console(highlight=False, soft_wrap=True)
    if not hits:
        console.print("Nothing in the documents is about this. 资料里没有相关内容。")
    for number, hit in enumerate(hits, 1):
        console.print(f"[bold]\\[{number}] {escape(hit.title)}[/bold] {escape(hit.document)} {escape(hit.locator)}")
        console.print(f"[dim]score {hit.score:.3f}, cosine {hit.dense:.3f}, words {hit.words:.1f}[/dim]")
        console.print(escape(hit.text) + "\n")
