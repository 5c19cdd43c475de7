"""知识库: what is indexed, adding and removing files, and what a sync changed."""

from __future__ import annotations

import streamlit as st

from ui import state
from ui.components import documents, opening, progress, upload
from ui.components.text import plain
from ui.i18n import t

lang = state.language()
st.title(t("knowledge_title", lang))
st.markdown(t("knowledge_lead", lang, folder=plain(str(state.settings().knowledge))))

with st.container():
    if flash := st.session_state.pop("flash", None):
        st.success(flash)
with st.container():
    upload.show(lang)

job = state.job()
running = job.state.running
st.button(
    t("sync_now", lang), key="sync_now", icon=":material/sync:", on_click=job.start, args=(lang,), disabled=running
)
with st.container():
    engine = opening.wait(lang)
    progress.show(lang)
    progress.changes(job.state, lang)

rows = engine.store.documents()
st.header(t("indexed", lang))
if rows:
    documents.counts(rows, lang)
    documents.table(rows, lang)
    documents.detail(rows, lang)
else:
    st.info(t("nothing_indexed", lang))
