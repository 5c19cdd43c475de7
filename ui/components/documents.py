"""The documents of the knowledge folder: counts, a table, one file in detail, and its removal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from rag.schema import Language, PassageKind
from ui import state
from ui.components.text import clean, plain
from ui.i18n import t

if TYPE_CHECKING:
    from rag.records import DocumentRow


def counts(rows: Sequence[DocumentRow], lang: Language) -> None:
    """How many files of each kind are indexed."""
    found = Counter(row.kind for row in rows if row.status == "indexed")
    with st.grid("auto", min_column_width=110, gap="small"):
        st.metric(t("kind_all", lang), sum(found.values()), border=True)
        for kind in get_args(PassageKind):
            if found[kind]:
                st.metric(t(f"kind_{kind}", lang), found[kind], border=True)


def table(rows: Sequence[DocumentRow], lang: Language) -> None:
    """Every file with its state; files that failed come first."""
    ordered = sorted(rows, key=lambda row: (row.status == "indexed", row.path))
    st.dataframe(
        pd.DataFrame([_cells(row, lang) for row in ordered]), hide_index=True, alt=t("table_alt", lang), key="documents"
    )


def _cells(row: DocumentRow, lang: Language) -> dict[str, object]:
    return {
        t("column_path", lang): clean(row.path),
        t("column_status", lang): t("status_indexed" if row.status == "indexed" else "status_error", lang),
        t("column_kind", lang): t(f"kind_{row.kind}", lang) if row.status == "indexed" else "",
        t("column_passages", lang): row.passages,
        t("column_items", lang): row.items,
        t("column_reason", lang): _reason(row, lang),
        t("column_indexed_at", lang): (row.indexed_at or "")[:16].replace("T", " "),
    }


def _reason(row: DocumentRow, lang: Language) -> str:
    return clean((row.reason_zh if lang == "zh" else row.reason_en) or "")


def detail(rows: Sequence[DocumentRow], lang: Language) -> None:
    """One file: how its columns are read, what in it could not be, why it failed, and its removal."""
    known = {row.path: row for row in sorted(rows, key=lambda row: row.path)}
    if st.session_state.get("look_at") not in known:
        st.session_state["look_at"] = None
    st.header(t("look_at", lang))
    chosen = st.selectbox(
        t("column_path", lang),
        list(known),
        index=None,
        format_func=clean,
        placeholder=t("look_at", lang),
        key="look_at",
    )
    if chosen is None:
        return
    row = known[chosen]
    st.subheader(plain(row.title or row.path))
    if row.status != "indexed":
        st.error(plain(_reason(row, lang)))
    if row.notes:
        st.caption(t("notes", lang))
        st.markdown("\n".join(f"- {plain(note)}" for note in row.notes))
    if row.mapping:
        st.caption(t("mapping", lang))
        pairs = {t("column_source", lang): list(row.mapping), t("column_field", lang): list(row.mapping.values())}
        st.dataframe(pd.DataFrame(pairs), hide_index=True, alt=t("mapping", lang))
    with st.popover(t("remove", lang), icon=":material/delete:"):
        st.markdown(t("remove_sure", lang, path=f"**{plain(row.path)}**"))
        st.button(t("remove_yes", lang), key="remove_yes", type="primary", on_click=_remove, args=(row.path, lang))


def _remove(path: str, lang: Language) -> None:
    if remove_file(state.settings().knowledge, path):
        st.session_state["flash"] = t("removed", lang, path=plain(path))
        st.session_state["look_at"] = None
        state.job().start(lang)
    else:
        st.session_state["flash"] = t("remove_refused", lang, path=plain(path))


def remove_file(folder: Path, path: str) -> bool:
    """Whether the file `path`, relative to `folder`, was deleted; never one outside `folder`, never a folder."""
    target = folder / path
    inside = target.parent.resolve().is_relative_to(folder.resolve())
    if not inside or not (target.is_symlink() or target.is_file()):
        return not target.exists() and inside  # already gone: the sync will say so
    target.unlink()
    return True
