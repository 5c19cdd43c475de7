"""“我理解为…”: what the engine understood, each value with a way to correct it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import streamlit as st

from rag.scenarios.date_request import describe
from rag.schema import DateRequest, Field_, Language
from ui import state
from ui.components import request_form
from ui.components.text import plain
from ui.i18n import t
from ui.state import Correction


def show(request: DateRequest, lang: Language, cities: Sequence[str]) -> None:
    """One chip per field; opening it offers the field's widget, and using it plans again."""
    st.subheader(t("understood", lang))
    st.caption(t("understood_hint", lang))
    with st.container(horizontal=True, gap="small", key="understood"):
        for field, label, value, is_default in describe(request, lang):
            words = f"{plain(label)} **{plain(value) or t('unset', lang)}**"
            if is_default:
                words += f" · {t('default_mark', lang)}"
            _chip(cast(Field_, field), words, request, lang, cities)


def _chip(field: Field_, words: str, request: DateRequest, lang: Language, cities: Sequence[str]) -> None:
    if field not in request_form.FIELDS:
        st.badge(words, color="gray")
        return
    key = f"fix_{field}_{state.plan_number()}"
    if key not in st.session_state:
        st.session_state[key] = as_typed(request, field)
    # The plan's number in the key closes the popover once the corrected plan is shown.
    with st.popover(words, key=f"chip_{field}_{state.plan_number()}"):
        request_form.field_input(field, key, lang, cities)
        st.button(t("correct", lang), key=f"use_{key}", type="primary", on_click=_use, args=(field, key))


def as_typed(request: DateRequest, field: Field_) -> Any:
    """The value of `field` as its widget holds it."""
    value = getattr(request, field)
    if field == "budget":
        # Without its currency a corrected budget would be read in the currency of the settings.
        usual = request.currency == state.settings().currency_for(request.lang)
        return format(value.normalize(), "f") + ("" if usual else f" {request.currency}")
    if isinstance(value, tuple):
        return ", ".join(value)
    return value


def _use(field: Field_, key: str) -> None:
    state.ask(Correction(field, st.session_state.get(key)))
