"""The entry point of `streamlit run`: the frame around the pages, in the visitor's language."""

from __future__ import annotations

import streamlit as st

from rag.errors import QixiError
from ui import state
from ui.components.text import plain
from ui.i18n import LANGUAGES, NAMES, t
from ui.quiet import silence_telemetry

# Streamlit always writes lang="en"; screen readers then read Chinese with an English voice.
_DOCUMENT_LANGUAGE = {
    "zh": "<script>document.documentElement.lang = 'zh-CN'</script>",
    "en": "<script>document.documentElement.lang = 'en'</script>",
}

silence_telemetry()
lang = state.language()
st.set_page_config(page_title=t("app_name", lang), page_icon="💞", layout="wide")
page = st.navigation(
    [
        st.Page("views/plan.py", title=t("page_plan", lang), icon=":material/favorite:", default=True),
        st.Page(
            "views/knowledge.py", title=t("page_knowledge", lang), icon=":material/menu_book:", url_path="knowledge"
        ),
    ]
)
with st.sidebar:
    st.markdown(f"**💞 {t('app_name', lang)}** · {t('app_tagline', lang)}")
    st.segmented_control(
        t("language", lang),
        LANGUAGES,
        format_func=NAMES.__getitem__,
        key="lang",
        required=True,
        persist_state="session",
    )
    st.caption(t("private", lang))
    st.html(_DOCUMENT_LANGUAGE[lang], unsafe_allow_javascript=True)
try:
    state.warm()
    page.run()
except QixiError as error:  # st.stop and st.rerun pass: theirs are no Exceptions
    st.error(plain(error.in_language(lang)))
