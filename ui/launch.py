"""How the app's server is started: from the user's own folder, with Qixi's Streamlit options."""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.settings import Settings

ROOT = Path(__file__).resolve().parents[1]


def app_command(host: str, port: int) -> list[str]:
    """The command line of the server. The options of `.streamlit/config.toml` are flags in it.

    Streamlit looks for that file in the working folder, but that must stay the user's: `qixi.toml` is read there.
    """
    script = ROOT / "ui" / "app.py"
    address = ["--server.address", host, "--server.port", str(port)]
    return [sys.executable, "-m", "streamlit", "run", str(script), *_options(), *address]


def app_environment(settings: Settings) -> dict[str, str]:
    """The environment of the server and of its sync: the process's own, and what the command line may have chosen."""
    chosen = {
        "QIXI_HOME": str(settings.home.resolve()), "QIXI_KNOWLEDGE": str(settings.knowledge.resolve()),
        "QIXI_LANG": settings.lang, "QIXI_MODEL": settings.model,
    }  # fmt: skip
    given = {name: value for name, value in chosen.items() if value is not None}
    return {**os.environ, **given, **import_environment()}


def import_environment() -> dict[str, str]:
    """The variables with which a child imports our packages and nothing that lies in the user's working folder."""
    search = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH")) if part)
    return {"PYTHONPATH": search, "PYTHONSAFEPATH": "1"}


def _options() -> list[str]:
    file = ROOT / ".streamlit" / "config.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return [word for name, value in _flat(table, "") for word in (f"--{name}", value) if name != "server.address"]


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    """Every option with its dotted name; numbers and lists as JSON, which is how Streamlit reads them in a flag."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value if isinstance(value, str) else json.dumps(value)
