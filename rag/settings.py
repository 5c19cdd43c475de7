"""One frozen Settings, built by the front doors from `qixi.toml` and `QIXI_*`, handed down to every part."""

from __future__ import annotations

import difflib
import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_cache_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from rag.errors import InputError
from rag.hotlines import REGIONS
from rag.money import CURRENCIES

Language = Literal["zh", "en"]


class Settings(BaseSettings):
    """Everything a run can be told from outside. Environment variables win over `qixi.toml`, arguments over both."""

    model_config = SettingsConfigDict(env_prefix="QIXI_", frozen=True, extra="forbid", toml_file="qixi.toml")

    home: Path = Field(default=Path(".qixi"), description="Folder of the store and its snapshots.")
    knowledge: Path = Field(default=Path("knowledge/documents"), description="Folder of the user's documents.")
    cache: Path = Field(default_factory=lambda: user_cache_path("qixi"), description="Converted models.")
    lang: Language | None = Field(default=None, description="Answer language; None follows the question.")
    currency: str | None = Field(
        default=None,
        description="ISO 4217 code of a budget that names none; None: that of the city's places, else CNY zh, USD en.",
    )
    timezone: str = Field(default="Asia/Shanghai", description="IANA zone in which dates and hours are read.")
    region: str | None = Field(
        default=None, description="Whose emergency numbers come first, e.g. CN, TW, HK, US, UK; None: by the zone."
    )
    exchange_rates: dict[str, Decimal] = Field(
        default_factory=dict,
        description='Units of the second currency for one of the first, e.g. {"USDCNY": 7.1}; none are built in.',
    )
    embedder: str = Field(
        default="multilingual-e5-small",
        description="The default model's name, or the folder of another sentence-transformers model.",
    )
    embedder_device: Literal["auto", "cpu", "cuda"] = "auto"
    model: str | None = Field(default=None, description="Chat model; None answers in grounded mode.")

    def currency_for(self, lang: str) -> str:
        """The currency of a budget that names none, in a conversation in `lang`."""
        return (self.currency or ("CNY" if lang == "zh" else "USD")).upper()

    @field_validator("home", "knowledge", "cache")
    @classmethod
    def _expand_home(cls, path: Path) -> Path:
        return path.expanduser()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("it is no IANA time zone, such as Asia/Shanghai") from None
        return name

    @field_validator("region")
    @classmethod
    def _known_region(cls, name: str | None) -> str | None:
        if name is not None and name.upper() not in REGIONS:
            raise ValueError(f"it is none of {', '.join(REGIONS)}")
        return name and name.upper()

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, code: str | None) -> str | None:
        if code is not None and code.upper() not in CURRENCIES:
            raise ValueError(f"it is none of {', '.join(CURRENCIES)}")
        return code

    @field_validator("exchange_rates")
    @classmethod
    def _positive_rates(cls, rates: dict[str, Decimal]) -> dict[str, Decimal]:
        for pair, rate in rates.items():
            if not re.fullmatch("[A-Z]{6}", pair) or not rate.is_finite() or rate <= 0:
                raise ValueError(f"{pair} = {rate} must be two ISO codes and a number over 0, such as USDCNY = 7.1")
        return rates

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**overrides: Any) -> Settings:
    """The Settings of this run; `overrides` that are None are left to the environment and `qixi.toml`.

    Raises InputError naming the setting, its value and where to mend it.
    """
    _refuse_unknown_variables()
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InputError(
            en=f"Setting {name} has the value {first['input']!r}: {first['msg']}; "
            f"mend it in qixi.toml or in QIXI_{name.upper()}.",
            zh=f"设置项 {name} 的值 {first['input']!r} 不能用（{first['msg']}）；"
            f"请在 qixi.toml 或 QIXI_{name.upper()} 中改正。",
        ) from error
    except SettingsError as error:
        raise InputError(
            en=f"A QIXI_* variable cannot be read: {error}; write lists and tables as JSON.",
            zh=f"QIXI_* 环境变量读不了：{error}；列表和表格要写成 JSON。",
        ) from error
    except ValueError as error:  # tomllib.TOMLDecodeError is one
        raise InputError(
            en=f"qixi.toml cannot be read: {error}; mend it or move it away.",
            zh=f"qixi.toml 读不了：{error}；请改正或移走它。",
        ) from error


def _refuse_unknown_variables() -> None:
    """A misspelt variable would silently do nothing."""
    known = {f"QIXI_{name.upper()}" for name in Settings.model_fields}
    for name in os.environ:
        if name.upper().startswith("QIXI_") and name.upper() not in known:
            close = difflib.get_close_matches(name.upper(), known, 1)
            raise InputError(
                en=f"{name} is no setting of Qixi; " + (f"did you mean {close[0]}?" if close else "unset it."),
                zh=f"Qixi 没有 {name} 这个设置；" + (f"是不是想写 {close[0]}？" if close else "请取消它。"),
            )
