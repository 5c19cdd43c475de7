"""The app's server starts in the user's folder and is told everything the command line was told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import ui.cli
from ui.launch import ROOT, app_command, app_environment

TOML = 'timezone = "America/New_York"\ncurrency = "EUR"\n[exchange_rates]\nUSDCNY = 7.1\n'
READ = "from rag.settings import load_settings; print(load_settings().model_dump_json())"


def test_the_app_reads_the_settings_of_the_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "qixi.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "rag.py").write_text("raise SystemExit('a file of the user was imported')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QIXI_CACHE", "models")
    monkeypatch.delenv("QIXI_HOME")
    started: list[dict[str, str]] = []
    monkeypatch.setattr(os, "execve", lambda program, command, environment: started.append(environment))
    monkeypatch.setattr(sys, "argv", ["qixi", "--home", "state", "--lang", "en", "--model", "big", "ui"])
    with pytest.raises(SystemExit):
        ui.cli.main()
    assert Path.cwd() == tmp_path
    told = subprocess.run(
        [sys.executable, "-c", READ], env=started[0], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    settings = json.loads(told.stdout)
    assert (settings["timezone"], settings["currency"], settings["lang"]) == ("America/New_York", "EUR", "en")
    assert (settings["exchange_rates"], settings["model"]) == ({"USDCNY": "7.1"}, "big")
    assert (settings["home"], settings["cache"]) == (str(tmp_path / "state"), "models")


def test_what_was_not_chosen_is_left_to_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.settings import Settings

    assert not {"QIXI_LANG", "QIXI_MODEL"} & set(app_environment(Settings()))


def test_streamlit_takes_every_option_as_a_flag(tmp_path: Path) -> None:
    flags = app_command("127.0.0.1", 8600)[5:]
    code = (
        "import sys, json, streamlit.web.bootstrap as bootstrap, streamlit.web.cli as cli\n"
        "from streamlit import config\n"
        "bootstrap.run = lambda *args, **rest: print(json.dumps([config.get_option(name) for name in "
        "('server.headless', 'client.showErrorDetails', 'theme.headingFontWeights', "
        "'theme.dark.sidebar.primaryColor', 'server.port')]))\n"
        f"cli.main(['run', {str(ROOT / 'ui' / 'app.py')!r}, *{flags!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [True, "none", "[700, 600, 600, 600, 600, 600]", "#f59ab8", 8600]
