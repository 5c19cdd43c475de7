"""What a plan costs: figures and a small chart against the budget."""

from __future__ import annotations

import altair as alt
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from rag.schema import DatePlan, Language
from ui.components.text import clean, plain
from ui.export import left
from ui.i18n import money, t

_TWO_LINES = "split(datum.label, '\\n')"


def show(plan: DatePlan, lang: Language) -> None:
    """Total, budget and rest, and a bar per stop that starts where the one before ended."""
    st.header(t("money", lang))
    with st.grid(3, min_column_width=90):
        st.metric(t("total", lang), plain(money(plan.total_cost, lang)))
        st.metric(t("budget", lang), plain(money(plan.budget, lang)))
        st.metric(t("left", lang), plain(money(left(plan), lang)))
    st.altair_chart(chart(plan, lang), alt=description(plan, lang), width="stretch")


def description(plan: DatePlan, lang: Language) -> str:
    """The chart in words."""
    parts = ("、" if lang == "zh" else ", ").join(f"{clean(i.title)} {money(i.cost, lang)}" for i in plan.items)
    return t("chart_alt", lang, parts=parts, total=money(plan.total_cost, lang), budget=money(plan.budget, lang))


def chart(plan: DatePlan, lang: Language) -> alt.LayerChart | alt.FacetChart:
    """Bars from the running total before a stop to the one after it; a dashed line stands at the budget."""
    title = t("chart_money", lang, currency=plan.budget.currency)
    widest = float(max(plan.budget.amount, plan.total_cost.amount)) or 1.0
    money_axis = alt.X(
        "before:Q", title=title, axis=alt.Axis(tickCount=4), scale=alt.Scale(domain=[0, widest * 1.04], nice=False)
    )
    # Two lines per label: the stop, then what it costs, so that a free stop without a bar still says so.
    stop_axis = alt.Y("stop:N", sort=None, title=None, axis=alt.Axis(labelLimit=130, labelExpr=_TWO_LINES))
    stops = alt.Chart(_rows(plan, lang)).encode(y=stop_axis)
    bars = stops.mark_bar(cornerRadius=4, height=14).encode(x=money_axis, x2="after:Q", tooltip=["stop:N", "cost:N"])
    budget = alt.Chart(pd.DataFrame({"budget": [float(plan.budget.amount)]}))
    rule = budget.mark_rule(strokeDash=[5, 4], strokeWidth=2, color="#8a7079").encode(x="budget:Q")
    return alt.layer(bars, rule).properties(height=80 + 44 * len(plan.items))


def _rows(plan: DatePlan, lang: Language) -> pd.DataFrame:
    rows = []
    before = 0.0
    for number, item in enumerate(plan.items, start=1):
        after = before + float(item.cost.amount)
        cost = money(item.cost, lang) if item.cost.amount else t("price_free", lang)
        rows.append({"stop": f"{number}. {clean(item.title)}\n{cost}", "before": before, "after": after, "cost": cost})
        before = after
    return pd.DataFrame(rows)
