"""Files the visitor adds through the browser."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import streamlit as st

from rag.schema import Language
from ui import state
from ui.components.text import plain
from ui.i18n import t
from ui.inbox import safe_name, save

EXTENSIONS: Final = ("md", "txt", "html", "pdf", "docx", "pptx", "xlsx", "csv", "json", "jsonl")


def allowed(name: str) -> bool:
    """Whether the extension of `name` is one that is read."""
    return name.rpartition(".")[2].lower() in EXTENSIONS


def show(lang: Language) -> None:
    """The uploader; adding files starts a sync."""
    st.header(t("add_files", lang))
    with st.form("upload_form", clear_on_submit=True):
        files = st.file_uploader(t("uploader", lang), type=list(EXTENSIONS), accept_multiple_files=True, key="files")
        pressed = st.form_submit_button(t("upload", lang), type="primary", icon=":material/upload_file:")
    if not pressed:
        return
    if not files:
        st.warning(t("upload_none", lang))
        return
    saved = [name for file in files if (name := _add(file.name, file.getvalue(), lang))]
    if saved:
        state.job().start(lang)
        st.success(t("upload_saved", lang, names=", ".join(plain(name) for name in saved)))


def _add(given: str, content: bytes, lang: Language) -> str | None:
    name = safe_name(given)
    if name is None or not allowed(name):
        reason = t("upload_name" if name is None else "upload_type", lang)
        st.error(t("upload_refused", lang, name=plain(given), reason=reason))
        return None
    try:
        return save(state.settings().knowledge, name, BytesIO(content)).name
    except OSError as error:
        st.error(t("upload_refused", lang, name=plain(given), reason=plain(error.strerror or str(error))))
        return None
