"""What the guard says instead of an answer: its words, and the numbers to call."""

from __future__ import annotations

import streamlit as st

from rag.schema import Language, Safety
from ui.components.text import plain
from ui.i18n import t


def show(safety: Safety, lang: Language) -> bool:
    """Shows a redirect or hand-off and tells whether there was one."""
    if safety.outcome == "answer":
        return False
    box = st.error if safety.outcome == "handoff" else st.info
    box(plain(safety.message))
    for number in safety.numbers:
        about = number.model_dump()
        hours = about["hours"] or t("hours_vary", lang)
        st.markdown(
            f"**{plain(about['number'])}** · {plain(about['name'])} · {plain(about['region'])} · {plain(hours)}"
        )
    return True
