"""What the commands share: the session behind the global options, JSON on stdout, sentences and progress on stderr."""

from __future__ import annotations

import functools
import io
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from rag.errors import InputError, QixiError
from rag.schema import Language
from ui.i18n import STEPS, language_of, t

if TYPE_CHECKING:
    from knowledge.sync import Progress
    from rag.assistant import Assistant
    from rag.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]

_spoken: list[str] = []


@dataclass
class Session:
    """The global options; the Settings and the Assistant are made when a command asks for them."""

    home: Path | None = None
    knowledge: Path | None = None
    lang: str | None = None
    model: str | None = None

    def __post_init__(self) -> None:
        _speak(self.lang)

    @functools.cached_property
    def settings(self) -> Settings:
        """The Settings of this run."""
        from rag.settings import load_settings

        loaded = load_settings(home=self.home, knowledge=self.knowledge, lang=self.lang, model=self.model)
        _speak(loaded.lang)
        return loaded

    @property
    def spoken(self) -> Language:
        """The language of the terminal: --lang, else that of the settings, else the locale's."""
        assert self.settings
        return language()

    @spoken.setter
    def spoken(self, lang: str) -> None:
        _speak(self.lang or lang)

    @property
    def lang_or_none(self) -> Language | None:
        """The language of the answer where one was asked for; None follows the question."""
        return language_of(self.lang) if self.lang else self.settings.lang

    def speak_like(self, text: str) -> None:
        """Take the language of the terminal from what the user wrote."""
        from rag.text import language as language_in

        assert self.settings  # loading them sets the language of the settings
        if text.strip():
            self.spoken = language_in(text[:200])

    def tell_ignored_model(self) -> None:
        """Say on stderr that a chat model of the settings is not used."""
        if self.settings.model:
            say(t("chat_model_refused", self.spoken, model=self.settings.model))

    def assistant(self, *, jsonl: bool = False) -> Assistant:
        """The Assistant of this run; a model that must be converted first shows its progress."""
        from rag.assistant import open_assistant

        return open_assistant(self.settings, progress=functools.partial(model_progress, jsonl=jsonl))

    def sync_if_never(self, assistant: Assistant) -> None:
        """Index the knowledge folder when that has never been done, so that a first question has an answer."""
        if assistant.store.generation == 0:
            self.sync(assistant)

    def sync(self, assistant: Assistant) -> None:
        """Make the index equal to the knowledge folder."""
        from knowledge.scan import require_folder
        from knowledge.sync import sync

        require_folder(self.settings.knowledge)
        sync(
            self.settings.knowledge, assistant.store, assistant.embedder, index=assistant.index,
            progress=sync_progress(jsonl=False),
        )  # fmt: skip


def session(context: typer.Context) -> Session:
    """The session of a command."""
    found = context.find_object(Session)
    assert found is not None
    return found


def emit(value: Any) -> None:
    """Print `value` as JSON, alone on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()


def use_utf8() -> None:
    """Write UTF-8 whatever the locale: a plan has characters that most other encodings lack."""
    for stream, errors in ((sys.stdout, "backslashreplace"), (sys.stderr, "replace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)


def fail(error: QixiError) -> NoReturn:
    """Print the error's sentence on stderr and leave with its exit code."""
    print(error.in_language(language()), file=sys.stderr)
    raise SystemExit(error.exit_code)


def unusable_file(error: OSError, path: str | None = None) -> InputError:
    """The sentence for a file or folder that the system refused; `path` where the error does not know it."""
    name, reason = path or error.filename or "", error.strerror or str(error)
    return InputError(
        en=f"{name or 'A file'} cannot be used ({reason}); check that its folder exists, its rights and free space.",
        zh=f"{name or '文件'} 用不了（{reason}）；请检查文件夹是否存在、权限和磁盘空间。",
    )


def require_stage(stage: str | None) -> None:
    """Refuse a stage that is none of the known ones."""
    from rag.catalogue import STAGES

    if stage is not None and stage not in STAGES:
        raise InputError(
            en=f"--stage is {stage!r}; give {', '.join(STAGES)}.",
            zh=f"--stage 的值是 {stage!r}；请用 {'、'.join(STAGES)}。",
        )


def say(message: str) -> None:
    """A line for the user on stderr."""
    print(message, file=sys.stderr)


def model_progress(fraction: float, message: str, *, jsonl: bool = False) -> None:
    """Progress of a model's conversion."""
    if jsonl:
        line = {"stage": "model", "done": round(fraction * 100), "total": 100, "message": message}
        print(json.dumps(line, ensure_ascii=False), file=sys.stderr, flush=True)
    else:
        print(f"[{fraction:4.0%}] {t('step_model', language())}: {message}", file=sys.stderr, flush=True)


def sync_progress(*, jsonl: bool) -> Progress:
    """A progress callback that writes JSON lines, or a line that is overwritten on a terminal; at most 10 a second."""
    last = [0.0]

    def tell(stage: str, done: int, total: int, message: str) -> None:
        now = time.monotonic()
        if now - last[0] < 0.1 and done != total:
            return
        last[0] = now
        if jsonl:
            line = {"stage": stage, "done": done, "total": total, "message": message}
            print(json.dumps(line, ensure_ascii=False), file=sys.stderr, flush=True)
        elif sys.stderr.isatty():
            step = t(f"step_{stage}" if stage in STEPS else "step_other", language())
            print(f"\r\x1b[K{step} {done}/{total} {message[:60]}", end="", file=sys.stderr, flush=True)

    return tell


def language() -> Language:
    """The language of what is said on the terminal, as far as it is known yet."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    return language_of(_spoken[0] if _spoken else locale)


def _speak(lang: str | None) -> None:
    _spoken[:] = [lang] if lang else []
