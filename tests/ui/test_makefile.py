"""`make` leaves one FAISS wheel in the environment, the one that was asked for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIP = '#!/bin/sh\necho "$@" >> "{log}"\ncase "$*" in *"show --quiet faiss-{there}") exit 0;; *show*) exit 1;; esac\n'


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")
@pytest.mark.parametrize(("there", "asked"), [("cpu", "gpu"), ("gpu", "cpu")])
@pytest.mark.parametrize("target", ["install", "install-dev"])
def test_the_other_wheel_goes_first_and_its_stamp_too(tmp_path: Path, there: str, asked: str, target: str) -> None:
    log = tmp_path / "log"
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text(PIP.format(log=log, there=there), encoding="utf-8")
    python.chmod(0o755)
    stamps = [tmp_path / f".installed-{there}", tmp_path / f".installed-{there}-dev"]
    for stamp in stamps:
        stamp.touch()
    subprocess.run(["make", "-s", target, f"VENV={tmp_path}", f"FAISS={asked}"], cwd=ROOT, check=True)
    calls = log.read_text(encoding="utf-8").splitlines()
    assert [call.split()[2] for call in calls] == ["show", "uninstall", "install"]
    assert calls[1].endswith("faiss-cpu faiss-gpu")
    assert f".[{asked}" in calls[2]
    assert not any(stamp.exists() for stamp in stamps)
    assert (tmp_path / f".installed-{asked}").exists()
