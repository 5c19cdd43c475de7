"""A running sync as a bar, and what the last one changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from rag.schema import Language
from ui import state
from ui.components.text import plain
from ui.i18n import STEPS, t
from ui.job import SyncState

_SHOWN = 8


def show(lang: Language, *, first: bool = False) -> None:
    """The bar while a sync runs or the engine opens, drawn anew twice a second; the whole page once when that ends."""
    if state.job().state.running or state.opening():
        st.fragment(_draw, run_every=0.5)(lang, first, state.opening())


def _draw(lang: Language, first: bool, was_opening: bool) -> None:
    now = state.job().state
    if not now.running or state.opening() != was_opening:
        # The page outside this fragment is out of date: there is news to show, or nothing left to watch.
        if not (was_opening and state.opening()):
            st.rerun()
        st.progress(0.0, text=t("opening", lang))
        return
    label = t("syncing_first" if first else "syncing", lang)
    step = t(f"step_{now.stage}" if now.stage in STEPS else "step_other", lang)
    counted = t("progress", lang, step=step, done=now.done, total=now.total) if now.total else step
    st.progress(min(1.0, now.done / now.total) if now.total else 0.0, text=f"{label} {counted}")


def problem(now: SyncState, lang: Language) -> None:
    """Why the last sync did not finish, if it did not."""
    if now.busy:
        st.warning(t("sync_busy", lang))
    elif now.error:
        st.error(t("sync_failed", lang, error=plain(now.error)))


def changes(now: SyncState, lang: Language) -> None:
    """What the last finished sync did, or why it did not finish."""
    problem(now, lang)
    if now.result is not None:
        _summary(now.result, lang)


def _summary(result: dict[str, Any], lang: Language) -> None:
    st.header(t("changes", lang))
    failed = [f"{row['path']}: {row[f'reason_{lang}']}" for row in result["failed"]]
    renamed = [f"{old} → {new}" for old, new in result["renamed"]]
    lists = {"added": result["added"], "changed": result["changed"], "renamed": renamed, "removed": result["removed"]}
    if not failed and not any(lists.values()):
        st.caption(t("changes_none", lang, count=result["unchanged"]))
        return
    for name, entries in {**lists, "failed": failed}.items():
        if entries:
            _list(t(f"changes_{name}", lang, count=len(entries)), entries, lang, open_=name == "failed")
    st.caption(t("changes_took", lang, seconds=f"{result['seconds']:.1f}", embedded=result["embedded"]))


def _list(title: str, entries: Sequence[str], lang: Language, *, open_: bool) -> None:
    with st.expander(title, expanded=open_):
        lines = [f"- {plain(entry)}" for entry in entries[:_SHOWN]]
        if len(entries) > _SHOWN:
            lines.append(f"- {t('changes_more', lang, count=len(entries) - _SHOWN)}")
        st.markdown("\n".join(lines))
