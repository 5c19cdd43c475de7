"""The engine, or the reason why a page cannot go on without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.errors import QixiError
from rag.schema import Language
from ui import state
from ui.components import progress
from ui.components.text import plain
from ui.i18n import t

if TYPE_CHECKING:
    from rag.assistant import Assistant


def wait(lang: Language) -> Assistant:
    """The opened engine. While it is being opened, or cannot be, the page says so and ends here."""
    try:
        with st.spinner(t("opening", lang)):
            engine = state.assistant()
    except QixiError as error:
        st.error(plain(error.in_language(lang)))
        st.stop()
    if engine is None:
        st.info(t("opening_first", lang))
        progress.show(lang, first=True)
        st.stop()
    return engine
