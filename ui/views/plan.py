"""约会计划: say what is wanted, get a checked plan."""

from __future__ import annotations

import streamlit as st

from rag.errors import InputError
from ui import state
from ui.components import opening, planning, progress, request_form, result
from ui.i18n import t

lang = state.language()
st.title(t("plan_title", lang))
st.markdown(t("plan_lead", lang))

# Containers keep everything below at its place while what they hold comes and goes.
banner = st.container()
with banner:
    engine = opening.wait(lang)
    empty = engine.store.count() == 0
    progress.show(lang, first=empty)
    if empty:
        st.info(t("index_empty", lang))
    progress.problem(state.job().state, lang)

cities = engine.cities()
problem = st.session_state.get("plan_error")
request_form.show(lang, cities, problem if isinstance(problem, InputError) else None)
with st.container():
    planning.answer(engine, lang)

made = state.plan()
if made is not None:
    result.show(made, lang, cities)
