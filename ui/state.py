"""What outlives a rerun: the engine and the sync job of the process, and the values of one visitor's session."""

from __future__ import annotations

import atexit
import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

import streamlit as st

import ui.job
from rag.errors import QixiError
from rag.schema import DatePlan, DateRequest, Field_, Language
from rag.settings import Settings, load_settings
from ui.i18n import language_of

if TYPE_CHECKING:
    from rag.assistant import Assistant


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """The settings of this process, read once from the environment and `qixi.toml`."""
    return load_settings()


def _open(chosen: Settings) -> Assistant:
    # Imported here: the solver and the model runtime take seconds, and the first page must not wait for them.
    from rag.assistant import open_assistant

    opened = open_assistant(chosen)
    opened.warm()
    return opened


@st.cache_resource(show_spinner=False)
def _engine() -> Future[Assistant]:
    return ThreadPoolExecutor(1, thread_name_prefix="open-assistant").submit(_open, settings())


def warm() -> None:
    """Begin opening the engine, and start the first sync of this process; returns at once."""
    _engine()
    job()


def assistant(patience: float = 2.0) -> Assistant | None:
    """The engine, opened once per process; None while it is still being opened after `patience` seconds.

    Raises what opening raised, and lets the next run try again.
    """
    try:
        return _engine().result(patience)
    except TimeoutError:
        return None
    except Exception:
        _engine.clear()
        raise


def opening() -> bool:
    """Whether the engine is still being opened: on a fresh machine its model must be converted first."""
    return not _engine().done()


@st.cache_resource(show_spinner=False)
def job() -> ui.job.SyncJob:
    """The sync job of this process; its first sync is already started."""
    chosen = settings()
    made = ui.job.SyncJob(lambda lang: ui.job.sync_command(chosen, lang))
    atexit.register(made.stop)
    made.start(language())
    return made


def language() -> Language:
    """The interface language; at first that of the settings or else the browser's, later the visitor's choice."""
    if "lang" not in st.session_state:
        st.session_state["lang"] = _first_language()
    return cast(Language, st.session_state["lang"])


def _first_language() -> Language:
    with contextlib.suppress(QixiError):  # the page says what is wrong with the settings, in some language
        if chosen := settings().lang:
            return chosen
    return language_of(st.context.locale)


def plan() -> DatePlan | None:
    """The plan on screen, if any."""
    return cast("DatePlan | None", st.session_state.get("plan"))


def keep_plan(made: DatePlan) -> None:
    """Show `made` from now on. The counter renews the widgets that belong to one plan."""
    st.session_state["plan"] = made
    st.session_state["plan_number"] = plan_number() + 1


def plan_number() -> int:
    """How many plans this session has shown."""
    return int(st.session_state.get("plan_number", 0))


@dataclass(frozen=True)
class Correction:
    """A new value for one field of the request on screen, as typed; empty lifts the condition."""

    field: Field_
    value: Any


Wish = DateRequest | Correction | Literal["form"]


def ask(wish: Wish) -> None:
    """Plan on the next run: a request as it is, the one on screen with a correction, or what text and form say."""
    st.session_state["wish"] = wish


def asked() -> Wish | None:
    """What `ask` left. It stays until `answered`, since another click may interrupt the run that works on it."""
    return cast("Wish | None", st.session_state.get("wish"))


def answered() -> None:
    """The wish is dealt with."""
    st.session_state.pop("wish", None)
