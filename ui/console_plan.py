"""A plan on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rag.money import format_money
from rag.scenarios.date_request import describe
from rag.schema import DatePlan, Money

_WORDS = {
    "understood": ("我理解为", "I understood"), "default": ("默认", "default"), "time": ("时间", "Time"),
    "stop": ("安排", "Stop"), "cost": ("花费", "Cost"), "why": ("理由", "Why"), "total": ("合计", "Total"),
    "of": ("预算", "budget"), "topics": ("可以聊", "Talk about"), "avoid": ("别这样", "Avoid"),
    "backup": ("备选", "Backup"), "gifts": ("礼物", "Gifts"), "sources": ("来源", "Sources"),
    "notes": ("请留意", "Please note"), "each": ("每人", "each"),
}  # fmt: skip


def show_plan(plan: DatePlan) -> None:
    """Print the plan: what was understood, the timeline, money, topics, backups and sources."""
    lang = plan.request.lang
    console = Console(highlight=False, soft_wrap=True)

    def word(key: str) -> str:
        return _WORDS[key][0 if lang == "zh" else 1]

    def amount(money: Money) -> str:
        return format_money(money.amount, money.currency, lang)

    understood = [
        f"{label} {value}" + (f" ({word('default')})" if is_default else "")
        for _, label, value, is_default in describe(plan.request, lang)
    ]
    console.print(f"[dim]{word('understood')}: {escape(' · '.join(understood))}[/dim]")
    if plan.items:
        table = Table(show_edge=False, pad_edge=False, header_style="bold")
        for title in ("time", "stop", "cost", "why"):
            table.add_column(word(title), overflow="fold", no_wrap=title == "time")
        for item in plan.items:
            price = amount(item.cost)
            if item.per_person and item.cost.amount:
                price += f"\n{amount(item.unit_price)} {word('each')}"
            if item.as_of:
                price += f"\n{item.as_of}"
            place = f"\n{item.address}" if item.address else ""
            cited = " ".join(f"[{number}]" for number in item.citations)
            table.add_row(
                f"{item.start:%H:%M}–{item.end:%H:%M}", escape(f"{item.title} {cited}{place}"), escape(price),
                escape("\n".join([item.why, *item.notes])),
            )  # fmt: skip
        console.print(table)
        console.print(f"[bold]{word('total')} {amount(plan.total_cost)}[/bold] / {word('of')} {amount(plan.budget)}")
    for key, points in (("topics", plan.topics), ("avoid", plan.avoid)):
        if points:
            console.print(f"\n[bold]{word(key)}[/bold]")
            for point in points:
                console.print(escape(f"  • {point.text} " + " ".join(f"[{number}]" for number in point.citations)))
    if plan.gifts:
        console.print(f"\n[bold]{word('gifts')}[/bold]")
        for gift in plan.gifts:
            console.print(escape(f"  • {gift.title} {gift.price}: {gift.why} [{gift.citations[0]}]"))
    if plan.backup:
        console.print(f"\n[bold]{word('backup')}[/bold]")
        for backup in plan.backup:
            line = f"  • {backup.why}: {backup.replaces} → {backup.title} {amount(backup.cost)} [{backup.citations[0]}]"
            console.print(escape(line))
    if plan.notes:
        console.print(f"\n[bold]{word('notes')}[/bold]")
        for note in plan.notes:
            console.print(escape(f"  • {note}"))
    if plan.citations:
        console.print(f"\n[bold]{word('sources')}[/bold]")
        for source in plan.citations:
            console.print(escape(f"  [{source.id}] {source.title} — {source.document} {source.locator}".rstrip()))
