"""The step from a request to a plan, with the sentence for the visitor when it cannot be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from rag.errors import InputError, QixiError
from rag.schema import DateRequest, Field_, Language
from ui import state
from ui.components import request_form
from ui.components.text import plain
from ui.components.understanding import as_typed
from ui.i18n import t
from ui.state import Correction, Wish

LIFTED: Final[dict[str, Any]] = {"city": None, "indoor": None, "interests": (), "avoid": ()}
"""Fields a plan can do without, and their values when it does."""

if TYPE_CHECKING:
    from rag.assistant import Assistant


def answer(engine: Assistant, lang: Language) -> None:
    """Make the plan that was asked for, if one was, and show what stood in the way."""
    wish = state.asked()
    if wish is not None:
        try:
            with st.spinner(t("planning", lang)):
                _make(engine, wish, lang)
        except Exception:
            state.answered()  # or every later run would fail the same way
            raise
        state.answered()
        # The form above was drawn before the outcome was known; only a new run can mark or unmark its fields.
        st.rerun()
    error = st.session_state.get("plan_error")
    if isinstance(error, QixiError):
        st.error(plain(error.in_language(lang)))
    elif error == "nothing":
        st.warning(t("say_something", lang))


def _make(engine: Assistant, wish: Wish, lang: Language) -> None:
    st.session_state.pop("plan_error", None)
    try:
        request = _request(engine, wish, lang)
        if request is None:
            st.session_state["plan_error"] = "nothing"
            return
        state.keep_plan(engine.plan(request))
    except QixiError as error:
        st.session_state["plan_error"] = error


def _request(engine: Assistant, wish: Wish, lang: Language) -> DateRequest | None:
    if isinstance(wish, DateRequest):
        return wish
    shown = state.plan()
    if isinstance(wish, Correction) and shown is not None:
        request = correct(engine, shown.request, wish)
        request_form.put_later(wish.field, as_typed(request, wish.field))
        return request
    text = str(st.session_state.get(request_form.TEXT_KEY) or "").strip()
    fields = request_form.given()
    if not text and not fields:
        return None
    # A request without text has no language of its own.
    return engine.understand(text, **fields, lang=None if text else lang)


def correct(engine: Assistant, request: DateRequest, correction: Correction) -> DateRequest:
    """`request` with one field read anew; what its text says about that field no longer counts.

    Raises InputError when the value cannot be read, or when date and start together have passed.
    """
    field, value = correction.field, correction.value
    if field in ("date", "start"):
        return _correct_time(engine, request, field, value)
    changes: dict[str, Any] = {"defaults": tuple(name for name in request.defaults if name != field)}
    if value in (None, "") and field in LIFTED:
        changes[field] = LIFTED[field]
    else:
        read = engine.understand("", **{field: value}, lang=request.lang)
        changes[field] = getattr(read, field)
        if field == "budget":
            changes["currency"] = read.currency
    return request.model_copy(update=changes)


def _correct_time(engine: Assistant, request: DateRequest, field: Field_, value: Any) -> DateRequest:
    """Date and start are read together: a time of today may have passed. A default gives way to what was corrected."""
    other: Field_ = "start" if field == "date" else "date"
    try:
        read = engine.understand("", **{field: value, other: getattr(request, other)}, lang=request.lang)
        changed = {field}
    except InputError:
        if other not in request.defaults:
            raise
        read = engine.understand("", **{field: value}, lang=request.lang)
        changed = {field, other}
    kept = tuple(name for name in request.defaults if name not in changed)
    changes: dict[str, Any] = {name: getattr(read, name) for name in ("date", "start")}
    return request.model_copy(update=changes | {"defaults": kept + tuple(changed & set(read.defaults))})
