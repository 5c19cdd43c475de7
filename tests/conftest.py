"""Every test runs in a clean environment, with a home of its own and no network but this machine's."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from platformdirs import user_cache_path

from tests.fakes import BagOfWordsEmbedder

_REAL_CONNECT = socket.socket.connect


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No QIXI_* of the person who runs the tests, and `.qixi` in a temporary folder."""
    cache = os.environ.get("QIXI_CACHE", str(user_cache_path("qixi")))
    for name in [name for name in os.environ if name.startswith("QIXI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("QIXI_CACHE", cache)
    monkeypatch.setenv("QIXI_HOME", str(tmp_path / "qixi-home"))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to any other machine fails the test."""

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"the test tried to reach {address}")
        _REAL_CONNECT(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture
def embedder() -> BagOfWordsEmbedder:
    """A toy embedder that counts what it embeds."""
    return BagOfWordsEmbedder()
