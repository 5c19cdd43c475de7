"""The form of a date request: one widget per field, untouched fields are not sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import streamlit as st

from rag.errors import InputError
from rag.schema import Field_, Language, Stage
from ui import state
from ui.i18n import t

FIELDS: tuple[Field_, ...] = get_args(Field_)
EXAMPLES = ("example_1", "example_2", "example_3")
TEXT_KEY = "form_text"


def key_of(field: str) -> str:
    """The session key of a field's widget in the form."""
    return f"form_{field}"


def field_input(field: Field_, key: str, lang: Language, cities: Sequence[str], *, keep: bool = False) -> Any:
    """The value in the widget of `field`, None or "" when it is untouched; `keep` it while other pages are shown."""
    label = t(f"field_{field}", lang)
    shared: dict[str, Any] = {"key": key, "persist_state": "session" if keep else None}
    if field == "stage":
        return st.selectbox(
            label,
            get_args(Stage),
            index=None,
            format_func=lambda stage: t(f"stage_{stage}", lang),
            placeholder=t("hint_stage", lang),
            **shared,
        )
    if field == "city":
        return st.selectbox(
            label, cities, index=None, placeholder=t("hint_city", lang), accept_new_options=True, **shared
        )
    if field == "people":
        return st.number_input(
            label, min_value=1, max_value=20, value=None, step=1, placeholder=t("hint_number", lang), **shared
        )
    if field == "hours":
        return st.number_input(
            label, min_value=0.5, max_value=16.0, value=None, step=0.5, placeholder=t("hint_number", lang), **shared
        )
    if field == "date":
        return st.date_input(label, value=None, **shared)
    if field == "start":
        return st.time_input(label, value=None, step=1800, **shared)
    if field == "indoor":
        names = {True: t("indoor_yes", lang), False: t("indoor_no", lang)}
        return st.selectbox(
            label, list(names), index=None, format_func=names.__getitem__, placeholder=t("unset", lang), **shared
        )
    hint = t("hint_budget" if field == "budget" else "hint_list", lang)
    return st.text_input(label, placeholder=hint, **shared)


def given() -> dict[str, Any]:
    """The fields the visitor has filled in, as typed."""
    values = {field: st.session_state.get(key_of(field)) for field in FIELDS}
    return {
        field: value.strip() if isinstance(value, str) else value
        for field, value in values.items()
        if value is not None and (not isinstance(value, str) or value.strip())
    }


def show(lang: Language, cities: Sequence[str], error: InputError | None) -> None:
    """Text and fields side by side, and the button that asks for a plan. A field that `error` names is marked."""
    _put_now()
    words, fields = st.columns([5, 6], gap="large")
    with words:
        st.header(t("your_words", lang))
        st.text_area(
            t("text_label", lang),
            key=TEXT_KEY,
            height=120,
            placeholder=t("text_placeholder", lang),
            persist_state="session",
        )
        st.caption(t("examples", lang))
        for example in EXAMPLES:
            text = t(example, lang)
            st.button(text, key=f"try_{example}", on_click=_try, args=(text,), width="stretch", wrap=True)
    with fields:
        st.header(t("form", lang))
        st.caption(t("form_hint", lang))
        with st.grid(3, min_column_width=150, gap="small", vertical_alignment="top") as grid:
            for field in FIELDS:
                with grid.cell():
                    field_input(field, key_of(field), lang, cities, keep=True)
                    if error is not None and error.field == field and field in given():
                        st.markdown(f":red[{t('see_error', lang)}]")
    with st.container(horizontal=True):
        # A callback: unlike the button's own value, what it leaves survives an interrupted run.
        st.button(
            t("plan_it", lang),
            type="primary",
            icon=":material/favorite:",
            key="plan_it",
            on_click=state.ask,
            args=("form",),
        )
        st.button(t("clear", lang), key="clear", on_click=clear)


def clear() -> None:
    """Empty the text and every field."""
    st.session_state[TEXT_KEY] = ""
    st.session_state.pop("plan_error", None)
    for field in FIELDS:
        put(field, None)


def put(field: str, value: Any) -> None:
    """Set the form's widget of `field`; call it before the widgets are drawn, as callbacks do."""
    empty = "" if field in ("budget", "interests", "avoid") else None
    st.session_state[key_of(field)] = empty if value in (None, "", ()) else value


def put_later(field: str, value: Any) -> None:
    """Like `put`, once the form is drawn next; for use while it is on screen."""
    st.session_state["put_later"] = (field, value)


def _put_now() -> None:
    if waiting := st.session_state.pop("put_later", None):
        put(*waiting)


def _try(text: str) -> None:
    # It is planned at once: a click on the button below could reach the server before the text is back in the browser,
    # and would then bring the old text along.
    st.session_state[TEXT_KEY] = text
    state.ask("form")
