"""A sync runs in its own process, one at a time, and says what happened."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rag.settings import Settings
from tests.ui.fakes import SYNCED
from ui.job import SyncJob, SyncState, sync_command


def finish(script: str) -> SyncState:
    """The state after one sync whose process runs `script`."""
    job = SyncJob(lambda lang: [sys.executable, "-c", script])
    job.start("zh")
    return job.wait(30)


def test_the_summary_and_the_last_progress_are_kept() -> None:
    state = finish(SYNCED)
    assert (state.running, state.runs, state.error) == (False, 1, None)
    assert (state.done, state.total, state.stage, state.message) == (2, 2, "embed", "a.csv")
    assert state.result is not None
    assert state.result["added"] == ["a.csv"]


@pytest.mark.parametrize(
    ("script", "error", "busy"),
    [
        pytest.param("import sys; sys.exit('disk is full')", "disk is full", False, id="sentence"),
        pytest.param("import sys; print('wait', file=sys.stderr); sys.exit(75)", "wait", True, id="busy"),
        pytest.param("import sys; sys.exit(3)", "exit 3", False, id="silent"),
        pytest.param("print('no json')", "no json", False, id="no_summary"),
    ],
)
def test_a_failure_is_one_sentence(script: str, error: str, busy: bool) -> None:
    state = finish(script)
    assert (state.error, state.busy, state.result) == (error, busy, None)


def test_a_command_that_cannot_start_is_a_failure() -> None:
    job = SyncJob(lambda lang: ["/no/such/program"])
    job.start("zh")
    assert "/no/such/program" in (job.wait(30).error or "")


def test_a_command_that_is_no_command_ends_the_sync() -> None:
    job = SyncJob(lambda lang: ["nul\0byte"])
    job.start("zh")
    state = job.wait(30)
    assert not state.running
    assert "null byte" in (state.error or "")


def test_a_full_stdout_does_not_stop_the_child() -> None:
    state = finish("import sys; sys.stdout.write('x' * 1_000_000); sys.stderr.write('done'); sys.exit(2)")
    assert state.error == "done"


def test_a_start_during_a_sync_asks_for_one_more(tmp_path: Path) -> None:
    gate = tmp_path / "open"
    waits = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.01)\n"
    job = SyncJob(lambda lang: [sys.executable, "-c", waits + SYNCED])
    for _ in range(3):
        job.start("zh")
    assert job.state.running
    gate.touch()
    assert job.wait(30).runs == 2


def test_a_stopped_sync_ends_its_process() -> None:
    job = SyncJob(
        lambda lang: [
            sys.executable,
            "-c",
            "import sys, time; print('up', file=sys.stderr, flush=True); time.sleep(60)",
        ]
    )
    job.start("zh")
    while job._process is None:
        job.wait(0.01)
    job.stop()
    assert job.wait(30).error


def test_the_command_names_both_folders_and_the_language() -> None:
    command = sync_command(Settings(home=Path("h"), knowledge=Path("k")), "en")
    assert command[command.index("--home") + 1] == str(Path("h").resolve())
    assert command[command.index("--lang") + 1] == "en"
    assert command[command.index("--knowledge") + 1] == str(Path("k").resolve())
