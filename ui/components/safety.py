"""What the guard says instead of an answer or beside it: its words, and the numbers to call."""

from __future__ import annotations

import streamlit as st

from rag.schema import Language, Safety
from ui.components.text import plain
from ui.i18n import t


def show(safety: Safety, lang: Language) -> None:
    """Shows what the guard says, if anything."""
    if not safety.message:
        return
    box = st.error if safety.outcome == "handoff" else st.info
    box(plain(safety.message))
    for number in safety.numbers:
        hours = number.hours or t("hours_vary", lang)
        st.markdown(f"**{plain(number.number)}** · {plain(number.name)} · {plain(number.region)} · {plain(hours)}")
