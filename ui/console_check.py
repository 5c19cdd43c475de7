"""The findings of a knowledge check on the terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from knowledge.checks.run import CheckReport
from rag.schema import Language
from ui.i18n import t

_SHOWN = 60


def show_check(report: CheckReport, path: Path, lang: Language) -> None:
    """Print counts, then the findings (errors first, at most 60), then where the whole report lies."""
    console = Console(highlight=False, soft_wrap=True)
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    table.add_column(t("column_kind", lang))
    for column in ("zh", "en", "distinct-2 zh", "distinct-2 en"):
        table.add_column(column, justify="right")
    for kind, langs in report.counts.items():
        variety = report.distinct.get(kind, {})
        cells = [f"{variety[tongue]:.3f}" if tongue in variety else "" for tongue in ("zh", "en")]
        table.add_row(escape(kind), str(langs["zh"]), str(langs["en"]), *cells)
    console.print(table)
    rate = f"{report.duplicates.masked_rate:.2%}"
    console.print(t("check_duplicates", lang, pairs=len(report.duplicates.pairs), rate=rate))
    if report.findings:
        found = Table(show_edge=False, pad_edge=False, header_style="bold")
        for column in ("rule", "place", "finding"):
            found.add_column(t(f"column_{column}", lang), overflow="fold")
        for one in report.findings[:_SHOWN]:
            colour = "red" if one.level == "error" else "yellow"
            found.add_row(
                f"[{colour}]{one.rule}[/{colour}]", escape(one.place), escape(one.zh if lang == "zh" else one.en)
            )
        console.print(found)
        if len(report.findings) > _SHOWN:
            console.print(t("changes_more", lang, count=len(report.findings) - _SHOWN))
    console.print(t("check_total", lang, errors=report.errors, warnings=report.warnings, files=report.files))
    console.print(t("check_report", lang, path=escape(str(path))))
