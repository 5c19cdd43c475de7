"""The errors Qixi shows its user: one sentence that names the thing, the value and the next step.

QixiError
├── InputError        a value the user gave cannot be used                 exit 2, HTTP 422
├── InfeasibleError   nothing fits the request; carries the smallest change  exit 3
├── ModelError        a model or one of its files is missing or damaged     exit 2
├── StoreError        the knowledge store cannot be read or written         exit 2
├── DocumentError     one document cannot be read; the others go on         (a status row)
└── BusyError         another process is writing the store                  exit 75
"""

from __future__ import annotations

from typing import ClassVar


class QixiError(Exception):
    """A sentence for the user in both languages.

    `str(error)` is the English sentence; `in_language("zh")` the Chinese one.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, *, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh

    def in_language(self, lang: str) -> str:
        """The sentence in `lang` ("zh" or anything else for English)."""
        return self.zh if lang == "zh" else self.en


class InputError(QixiError):
    """A value the user gave cannot be used; `field` names the form field it belongs to, if any."""

    def __init__(self, *, en: str, zh: str, field: str | None = None) -> None:
        super().__init__(en=en, zh=zh)
        self.field = field


class InfeasibleError(QixiError):
    """No plan satisfies the request."""

    exit_code = 3


class ModelError(QixiError):
    """A model, or one of its files, is missing or damaged."""


class StoreError(QixiError):
    """The knowledge store cannot be read or written."""


class DocumentError(QixiError):
    """One document cannot be read; shown as its status row while the others are indexed."""


class BusyError(QixiError):
    """Another process is writing the store."""

    exit_code = 75
