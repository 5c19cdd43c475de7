"""Files the visitor adds: given a safe name and written whole or not at all."""

from __future__ import annotations

import os
import tempfile
import threading
import unicodedata
from pathlib import Path, PurePosixPath
from typing import Final

import streamlit as st

from rag.schema import Language
from ui import state
from ui.components.text import clean, plain
from ui.i18n import t

EXTENSIONS: Final = ("md", "txt", "html", "pdf", "docx", "pptx", "xlsx", "csv", "json", "jsonl")
_LONGEST = 120
_FORBIDDEN = frozenset('<>:"|?*')
_writing = threading.Lock()


def safe_name(name: str) -> str | None:
    """The base name of `name` without path parts, control or bidirectional characters and leading dots.

    None when nothing is left; at most 120 characters before the extension. The extension is kept as typed.
    """
    base = PurePosixPath(name.replace("\\", "/")).name
    kept = (
        c for c in clean(base) if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn") and c not in _FORBIDDEN
    )
    stem, dot, extension = " ".join("".join(kept).split()).lstrip(". ").rpartition(".")
    if not stem.strip() or not dot:
        return None
    while len(stem.encode()) > 200 or len(stem) > _LONGEST:
        stem = stem[:-1]
    return f"{stem.rstrip(' .')}.{extension.strip()}"


def allowed(name: str) -> bool:
    """Whether the extension of `name` is one that is read."""
    return name.rpartition(".")[2].lower() in EXTENSIONS


def save(folder: Path, name: str, content: bytes) -> Path:
    """The new file `name` in `folder`; an existing name gets " (2)", " (3)" and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    with _writing:
        target = _free(folder, name)
        handle, part = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            # mkstemp makes it private; documents are the user's like any other in the folder.
            Path(part).chmod(0o644)
            os.replace(part, target)
        except OSError:
            Path(part).unlink(missing_ok=True)
            raise
    return target


def _free(folder: Path, name: str) -> Path:
    target, number = folder / name, 1
    while os.path.lexists(target):
        number += 1
        target = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
    return target


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
        return save(state.settings().knowledge, name, content).name
    except OSError as error:
        st.error(t("upload_refused", lang, name=plain(given), reason=plain(error.strerror or str(error))))
        return None
