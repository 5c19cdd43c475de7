"""The conflict map of the knowledge folder: kinds of quarrel with their principles and steps, and classes of danger."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rag.plain_yaml import parse_yaml
from rag.schema import Language, Value

MAP = Path("conflicts") / "map.yaml"


class ConflictType(Value):
    """One kind of quarrel, in one language."""

    id: str
    label: str
    about: str = ""
    principles: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    warning_signs: tuple[str, ...] = ()
    seek_help: str = ""
    safety: str = ""


def read_types(knowledge: Path, lang: Language = "zh") -> dict[str, ConflictType]:
    """The kinds of quarrel of `knowledge` by id, in `lang`; {} where there is no map that can be read."""
    path = knowledge / MAP
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return {}
    return _read(path, changed, lang)


@functools.lru_cache(8)
def _read(path: Path, changed: int, lang: Language) -> dict[str, ConflictType]:
    try:
        types = parse_yaml(path.read_text(encoding="utf-8"))["types"]
        return {name: _entry(name, value, lang) for name, value in types.items() if value.get(lang)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # `qixi knowledge check` says what is wrong with it


def _entry(name: str, value: Mapping[str, Any], lang: Language) -> ConflictType:
    def words(key: str) -> Any:
        return (value.get(key) or {}).get(lang) or ""

    def lines(key: str) -> tuple[str, ...]:
        found = words(key)
        return tuple(filter(None, [found] if isinstance(found, str) else found))

    return ConflictType(
        id=name, label=value[lang], about=words("about"), principles=lines("principles"), steps=lines("steps"),
        warning_signs=lines("warning_signs"), seek_help=words("seek_help"), safety=words("safety"),
    )  # fmt: skip
