"""One sync of the knowledge folder at a time, in a process of its own so that pages stay quick."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rag.schema import Language
from rag.settings import Settings
from ui.launch import import_environment

BUSY = 75


@dataclass(frozen=True)
class SyncState:
    """Where the sync stands. `result` is the last finished sync's summary, `error` the sentence of one that failed."""

    running: bool = False
    done: int = 0
    total: int = 0
    stage: str = ""
    message: str = ""
    result: dict[str, Any] | None = None
    error: str | None = None
    busy: bool = False
    runs: int = field(default=0, metadata={"note": "finished syncs of this process"})


def sync_command(settings: Settings, lang: Language) -> list[str]:
    """The command line of a sync: progress as JSON lines on stderr, sentences in `lang`, the summary on stdout."""
    folders = ["--home", str(settings.home.resolve()), "--knowledge", str(settings.knowledge.resolve())]
    return [
        sys.executable,
        "-m",
        "ui.cli",
        *folders,
        "--lang",
        lang,
        "knowledge",
        "sync",
        "--json",
        "--progress",
        "jsonl",
    ]


class SyncJob:
    """Runs syncs one after the other; any thread may start one and read `state`."""

    def __init__(self, command: Callable[[Language], Sequence[str]]) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._state = SyncState()
        self._again = False
        self._lang: Language = "zh"
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> SyncState:
        """A snapshot that does not change."""
        with self._lock:
            return self._state

    def start(self, lang: Language) -> None:
        """Start a sync that explains itself in `lang`.

        While one runs, another is asked for after it, since it may have passed the new files already.
        """
        with self._lock:
            self._lang = lang
            if self._state.running:
                self._again = True
                return
            self._state = replace(self._state, running=True, done=0, total=0, stage="", message="")
            self._thread = threading.Thread(target=self._run, name="knowledge-sync", daemon=True)
            self._thread.start()

    def wait(self, timeout: float | None = None) -> SyncState:
        """The state once no sync runs, or after `timeout` seconds."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return self.state

    def stop(self) -> None:
        """End a running sync; what it has written stays, a document at a time."""
        with self._lock:
            self._again = False
            process = self._process
        if process is not None and process.poll() is None:
            process.terminate()

    def _run(self) -> None:
        while True:
            try:
                finished = self._sync()
            except Exception as error:  # whatever it was, the sync is over and the page must hear why
                finished = {"result": None, "error": str(error), "busy": False}
            with self._lock:
                repeat, self._again = self._again, False
                self._state = replace(self._state, running=repeat, runs=self._state.runs + 1, **finished)
            if not repeat:
                return

    def _sync(self) -> dict[str, Any]:
        environment = {**os.environ, **import_environment(), "PYTHONUTF8": "1"}
        # A file takes stdout: nobody reads that pipe while stderr is followed, and a full pipe would stop the child.
        with tempfile.TemporaryFile() as output:
            with subprocess.Popen(
                list(self._command(self._lang)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                env=environment,
            ) as process:
                self._process = process
                said = self._follow(process)
            output.seek(0)
            return _outcome(process.returncode, output.read().decode("utf-8", "replace"), said)

    def _follow(self, process: subprocess.Popen[bytes]) -> str:
        """The last line on stderr that is not progress; progress goes into `state` as it comes."""
        said = ""
        for raw in process.stderr or ():
            line = raw.decode("utf-8", "replace").strip()
            event = _object(line)
            if event is None or "done" not in event:
                said = line or said
                continue
            with self._lock:
                self._state = replace(
                    self._state,
                    done=int(event["done"]),
                    total=int(event.get("total") or 0),
                    stage=str(event.get("stage", "")),
                    message=str(event.get("message", "")),
                )
        return said


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _outcome(code: int, output: str, said: str) -> dict[str, Any]:
    summary = _object(output)
    if code == 0 and summary is not None and "unchanged" in summary:
        return {"result": summary, "error": None, "busy": False}
    return {"result": None, "error": said or output.strip() or f"exit {code}", "busy": code == BUSY}
