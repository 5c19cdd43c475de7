"""A plan on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rag.scenarios.date_request import describe
from rag.schema import DatePlan
from ui.i18n import money, t


def show_plan(plan: DatePlan) -> None:
    """Print the plan: what was understood, the timeline, money, topics, backups and sources."""
    lang = plan.request.lang
    console = Console(highlight=False, soft_wrap=True)

    understood = [
        f"{label} {value}" + (f" ({t('default_mark', lang)})" if is_default else "")
        for _, label, value, is_default in describe(plan.request, lang)
    ]
    console.print(f"[dim]{t('understood', lang)}: {escape(' · '.join(understood))}[/dim]")
    if plan.items:
        table = Table(show_edge=False, pad_edge=False, header_style="bold")
        for title in ("time", "stop", "money", "why"):
            table.add_column(t(title, lang), overflow="fold", no_wrap=title == "time")
        for item in plan.items:
            price = money(item.cost, lang)
            if item.per_person and item.cost.amount:
                price += f"\n{money(item.unit_price, lang)} {t('each', lang)}"
            if item.as_of:
                price += f"\n{item.as_of}"
            place = f"\n{item.address}" if item.address else ""
            cited = " ".join(f"[{number}]" for number in item.citations)
            table.add_row(
                f"{item.start:%H:%M}–{item.end:%H:%M}", escape(f"{item.title} {cited}{place}"), escape(price),
                escape("\n".join([item.why, *item.notes])),
            )  # fmt: skip
        console.print(table)
        total, budget = money(plan.total_cost, lang), money(plan.budget, lang)
        console.print(f"[bold]{t('total', lang)} {total}[/bold] / {t('budget', lang)} {budget}")
    for key, points in (("topics", plan.topics), ("avoid", plan.avoid)):
        if points:
            console.print(f"\n[bold]{t(key, lang)}[/bold]")
            for point in points:
                console.print(escape(f"  • {point.text} " + " ".join(f"[{number}]" for number in point.citations)))
    if plan.gifts:
        console.print(f"\n[bold]{t('gifts', lang)}[/bold]")
        for gift in plan.gifts:
            console.print(escape(f"  • {gift.title} {gift.price}: {gift.why} [{gift.citations[0]}]"))
    if plan.backup:
        console.print(f"\n[bold]{t('backup', lang)}[/bold]")
        for backup in plan.backup:
            swap = f"{backup.replaces} → {backup.title} {money(backup.cost, lang)}"
            console.print(escape(f"  • {backup.why}: {swap} [{backup.citations[0]}]"))
    if plan.notes:
        console.print(f"\n[bold]{t('notes', lang)}[/bold]")
        for note in plan.notes:
            console.print(escape(f"  • {note}"))
    if plan.citations:
        console.print(f"\n[bold]{t('sources', lang)}[/bold]")
        for source in plan.citations:
            console.print(escape(f"  [{source.id}] {source.title} — {source.document} {source.locator}".rstrip()))
