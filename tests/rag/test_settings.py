"""Settings: arguments before environment before qixi.toml before defaults, and a clear refusal."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from rag.errors import InputError
from rag.settings import load_settings


@pytest.fixture
def toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The qixi.toml of the working folder, not written yet."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "qixi.toml"


def test_without_anything_the_defaults_hold(toml: Path) -> None:
    settings = load_settings()
    assert (settings.knowledge, settings.timezone, settings.lang) == (
        Path("knowledge/documents"),
        "Asia/Shanghai",
        None,
    )
    assert settings.exchange_rates == {}


def test_qixi_toml_replaces_a_default(toml: Path) -> None:
    toml.write_text('currency = "EUR"\n[exchange_rates]\nUSDCNY = 7.1\n', encoding="utf-8")
    settings = load_settings()
    assert settings.currency == "EUR"
    assert settings.exchange_rates == {"USDCNY": Decimal("7.1")}


def test_the_environment_wins_over_qixi_toml(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml.write_text('currency = "EUR"\ntimezone = "Europe/Berlin"\n', encoding="utf-8")
    monkeypatch.setenv("QIXI_CURRENCY", "USD")
    settings = load_settings()
    assert (settings.currency, settings.timezone) == ("USD", "Europe/Berlin")


def test_an_argument_wins_over_the_environment_and_none_leaves_it(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIXI_LANG", "en")
    assert load_settings(lang="zh").lang == "zh"
    assert load_settings(lang=None).lang == "en"


def test_an_unknown_key_is_refused_by_its_name(toml: Path) -> None:
    toml.write_text('curency = "EUR"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"Setting curency has the value 'EUR'.*mend it in qixi\.toml") as raised:
        load_settings()
    assert "设置项 curency 的值 'EUR' 不能用" in raised.value.zh


def test_a_wrong_value_is_refused_with_the_variable_to_mend(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIXI_LANG", "fr")
    with pytest.raises(InputError, match=r"Setting lang has the value 'fr'.*QIXI_LANG"):
        load_settings()


def test_a_broken_qixi_toml_is_refused(toml: Path) -> None:
    toml.write_text("currency = \n", encoding="utf-8")
    with pytest.raises(InputError, match=r"qixi\.toml cannot be read"):
        load_settings()


def test_settings_do_not_change_once_made(toml: Path) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().currency = "USD"
