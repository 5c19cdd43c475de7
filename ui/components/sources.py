"""Citations that open the passage they point to."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.schema import Citation, Language
from ui.components.text import clean, plain
from ui.i18n import t


def marks(numbers: Sequence[int], citations: Sequence[Citation], lang: Language, key: str) -> None:
    """A small `[n]` button per number; pressing it opens the passage."""
    known = {citation.id: citation for citation in citations}
    for number in numbers:
        if number in known:
            with st.popover(f"\\[{number}\\]", type="tertiary", key=f"cite_{key}_{number}"):
                passage(known[number], lang)


def passage(citation: Citation, lang: Language) -> None:
    """The passage as text, with its document, place and score."""
    st.markdown(f"**{plain(citation.title) or t('source', lang, number=citation.id)}**")
    st.text(clean(citation.excerpt))
    where = [t("source_document", lang, document=plain(citation.document))]
    if citation.locator:
        where.append(t("source_locator", lang, locator=plain(citation.locator)))
    where.append(t("source_score", lang, score=f"{citation.score:.2f}"))
    st.caption(" · ".join(where))


def show(citations: Sequence[Citation], lang: Language) -> None:
    """Every source of a plan, closed until opened."""
    if not citations:
        return
    st.header(t("sources", lang))
    for citation in citations:
        name = " · ".join(plain(part) for part in (citation.title, citation.locator) if part)
        with st.expander(f"\\[{citation.id}\\] {name}", key=f"source_{citation.id}"):
            passage(citation, lang)
