"""Fixtures that put the fake engine behind the door the pages use: `rag.assistant.open_assistant`."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import ui.job
from rag.settings import Settings
from tests.ui.fakes import SYNCED, FakeAssistant

APP = Path(__file__).parents[2] / "ui" / "app.py"


@pytest.fixture
def knowledge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty knowledge folder that the app's settings name."""
    folder = tmp_path / "knowledge"
    folder.mkdir()
    monkeypatch.setenv("QIXI_KNOWLEDGE", str(folder))
    monkeypatch.setenv("QIXI_HOME", str(tmp_path / "home"))
    return folder


@pytest.fixture
def engine(knowledge: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAssistant]:
    """The fake engine the app will open, and a sync command that reports one of everything."""
    made = FakeAssistant(Settings(knowledge=knowledge))
    door = types.ModuleType("rag.assistant")
    door.open_assistant = lambda settings: made  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rag.assistant", door)
    monkeypatch.setattr(ui.job, "sync_command", lambda settings, lang: [sys.executable, "-c", SYNCED])
    st.cache_resource.clear()
    yield made
    st.cache_resource.clear()


@pytest.fixture
def open_app(engine: FakeAssistant) -> Callable[..., AppTest]:
    """Opens the app in a language, its first sync already over."""

    def open_(lang: str = "zh") -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=30)
        app.session_state["lang"] = lang
        app.run()
        from ui import state

        state.job().wait(20)
        return app.run()

    return open_
