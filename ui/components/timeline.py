"""The stops of a plan, in order."""

from __future__ import annotations

import streamlit as st

from rag.schema import DatePlan, Language, PlanItem
from ui.components import sources
from ui.components.text import plain
from ui.export import price
from ui.i18n import t


def show(plan: DatePlan, lang: Language) -> None:
    """One card per stop."""
    for number, item in enumerate(plan.items):
        with st.container(border=True, key=f"stop_{number}"):
            _stop(item, number, plan, lang)


def _stop(item: PlanItem, number: int, plan: DatePlan, lang: Language) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(f"{item.start:%H:%M} – {item.end:%H:%M}", icon=":material/schedule:", color="orange")
        sources.marks(item.citations, plan.citations, lang, f"stop{number}")
    st.subheader(plain(item.title))
    where = " · ".join(plain(part) for part in (item.place, item.address) if part) or t("no_place", lang)
    cost = plain(price(item, plan.request.people, lang))
    st.markdown(f":material/location_on: {where}  \n:material/payments: {cost}")
    st.markdown(plain(item.why))
    if item.notes:
        st.caption(t("check", lang))
        st.markdown("\n".join(f"- {plain(note)}" for note in item.notes))
