"""What stands beside the stops: topics, what to avoid, gifts, backups and notes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.schema import Citation, DatePlan, Language, Point
from ui.components import sources
from ui.components.text import plain
from ui.i18n import money, t


def show(plan: DatePlan, lang: Language) -> None:
    """The sections that have something to say; a gift or backup only when the plan has one."""
    _points("topics", plan.topics, plan.citations, lang)
    _points("avoid", plan.avoid, plan.citations, lang)
    if plan.gifts:
        st.header(t("gifts", lang))
        for number, gift in enumerate(plan.gifts):
            words = f"**{plain(gift.title)}** · {plain(gift.price)}  \n{plain(gift.why)}"
            _line(words, gift.citations, plan.citations, lang, f"gift{number}")
    if plan.backup:
        st.header(t("backup", lang))
        for number, backup in enumerate(plan.backup):
            reason = t(f"reason_{backup.reason}", lang)
            swap = t("backup_line", lang, reason=reason, replaces=plain(backup.replaces))
            clock = f"{backup.start:%H:%M} – {backup.end:%H:%M}"
            title = f"**{plain(backup.title)}** · {clock} · {plain(money(backup.cost, lang))}"
            words = "  \n".join(part for part in (swap, title, plain(backup.why)) if part)
            _line(words, backup.citations, plan.citations, lang, f"backup{number}")


def notes(plan: DatePlan, lang: Language) -> None:
    """What the reader must know before trusting the plan."""
    if plan.notes:
        st.info(f"**{t('notes', lang)}**\n\n" + "\n".join(f"- {plain(note)}" for note in plan.notes))


def _points(key: str, points: Sequence[Point], citations: Sequence[Citation], lang: Language) -> None:
    if not points:
        return
    st.header(t(key, lang))
    for number, point in enumerate(points):
        _line(plain(point.text), point.citations, citations, lang, f"{key}{number}")


def _line(words: str, numbers: Sequence[int], citations: Sequence[Citation], lang: Language, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="top", gap="small", wrap=False, key=f"line_{key}"):
        st.markdown(words, width="stretch")
        sources.marks(numbers, citations, lang, key)
