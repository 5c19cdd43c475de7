"""A finished plan, or the smallest change that would allow one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.schema import DatePlan, Language
from ui import state
from ui.components import budget, extras, safety, sources, timeline, understanding
from ui.components.text import plain
from ui.export import plan_to_ics, plan_to_markdown
from ui.i18n import day, t


def show(plan: DatePlan, lang: Language, cities: Sequence[str]) -> None:
    """Everything about `plan`, from what was understood to the sources; or what the guard says instead."""
    st.divider()
    if plan.safety.outcome != "answer":
        st.header(t(f"outcome_{plan.safety.outcome}", lang))
        safety.show(plan.safety, lang)
        return
    st.header(f"{t('itinerary', lang)} · {day(plan.request.date, lang)}")
    _mode(plan, lang)
    safety.show(plan.safety, lang)
    understanding.show(plan.request, lang, cities)
    if not plan.items:
        _infeasible(plan, lang)
        extras.notes(plan, lang)
        return
    stops, beside = st.columns([6, 5], gap="large")
    with stops:
        timeline.show(plan, lang)
        extras.notes(plan, lang)
        _actions(plan, lang)
    with beside:
        budget.show(plan, lang)
        extras.show(plan, lang)
    sources.show(plan.citations, lang)


def _mode(plan: DatePlan, lang: Language) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(
            plain(plan.model) if plan.model else t("mode_grounded", lang), icon=":material/menu_book:", color="gray"
        )
        if plan.timings_ms:
            total = plan.timings_ms.get("total", sum(plan.timings_ms.values()))
            st.caption(t("took", lang, seconds=f"{total / 1000:.2f}"))


def _infeasible(plan: DatePlan, lang: Language) -> None:
    relaxation = plan.relaxation
    st.warning(f"**{t('infeasible', lang)}**  \n{plain(relaxation.message) if relaxation else ''}")
    if relaxation is None:
        return
    if relaxation.field == "catalogue":
        st.page_link("views/knowledge.py", label=t("add_documents", lang), icon=":material/library_add:")
        return
    value = relaxation.value
    if relaxation.field == "budget":
        value = f"{value} {plan.request.currency}"
    wish = state.Correction(relaxation.field, value)
    st.button(t("apply", lang), key="apply", type="primary", on_click=state.ask, args=(wish,))


def _actions(plan: DatePlan, lang: Language) -> None:
    name = f"qixi-{plan.request.date.isoformat()}"
    with st.container(horizontal=True, key="actions"):
        st.button(t("another", lang), key="another", icon=":material/refresh:", on_click=_another, args=(plan,))
        st.download_button(
            t("download_ics", lang),
            plan_to_ics(plan, state.settings().timezone),
            file_name=f"{name}.ics",
            mime="text/calendar",
            icon=":material/event:",
            key="download_ics",
            on_click="ignore",
        )
        st.download_button(
            t("download_markdown", lang),
            plan_to_markdown(plan),
            file_name=f"{name}.md",
            mime="text/markdown",
            icon=":material/description:",
            key="download_markdown",
            on_click="ignore",
        )


def _another(plan: DatePlan) -> None:
    state.ask(plan.request.model_copy(update={"seed": plan.request.seed + 1}))
