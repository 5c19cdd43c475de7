"""`qixi reply`, `resolve`, `ask`, `screen` and `emotion`: live help, advice, answers, and what they rest on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.errors import InputError
from rag.schema import Language, Safety
from ui.console import AsJson, Session, emit, require_stage, session

Text = Annotated[str, typer.Argument(help="In Chinese or English; - reads stdin.")]
Rows = Annotated[Path | None, typer.Option("--file", help="A .jsonl file; each row comes back with its verdict.")]
_TONES = ("light", "sincere", "direct")
_TEXTS = ("text", "message", "question", "query", "prompt")
_LARGEST_CHAT, _LARGEST_ROWS = 4_000_000, 256_000_000
"""Bytes of a file that is read."""
_BEFORE = ("context", "history", "before", "previous")


def reply(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="A message of theirs, or a question that quotes one.")] = "",
    file: Annotated[
        Path | None, typer.Option("--file", help="The chat: JSON, pasted lines or an export; - is stdin.")
    ] = None,
    tone: Annotated[str | None, typer.Option(help="light, sincere or direct.")] = None,
    candidates: Annotated[int, typer.Option(min=1, max=10, help="How many replies.")] = 3,
    stage: Annotated[str | None, typer.Option(help="first_date, early, dating, long_term, …")] = None,
    goal: Annotated[str, typer.Option(help="What you would like to come of it.")] = "",
    me: Annotated[str | None, typer.Option(help="Your own name in the chat.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read a chat's last message and suggest replies, ranked; or say to wait, or to stop."""
    from rag.scenarios.chat_reader import read_chat

    if tone not in (None, *_TONES):
        raise InputError(
            en=f"--tone is {tone!r}; give {', '.join(_TONES)}.",
            zh=f"--tone 的值是 {tone!r}；请用 {'、'.join(_TONES)}。",
        )
    run = session(context)
    source = _read(file, _LARGEST_CHAT) if file is not None else sys.stdin.read() if text == "-" else text
    run.speak_like(source)
    require_stage(stage)
    chat = read_chat(source, me=me)
    chat = chat.model_copy(update={"stage": stage or chat.stage, "goal": goal or chat.goal})
    assistant = run.assistant()
    run.sync_if_never(assistant)
    run.tell_ignored_model()
    found = assistant.reply(chat, lang=run.lang_or_none, tone=tone, count=candidates)
    _show(found, as_json, run, "show_replies")


def resolve(context: typer.Context, text: Text = "", as_json: AsJson = False) -> None:
    """Advise in a conflict: what kind it is, what to do today, words to say and not to say."""
    run = session(context)
    text = sys.stdin.read() if text == "-" else text
    run.speak_like(text)
    assistant = run.assistant()
    run.sync_if_never(assistant)
    run.tell_ignored_model()
    _show(assistant.resolve(text, lang=run.lang_or_none), as_json, run, "show_advice")


def ask(context: typer.Context, text: Text = "", as_json: AsJson = False) -> None:
    """Answer a question in the documents' own sentences, each with its source."""
    run = session(context)
    text = sys.stdin.read() if text == "-" else text
    run.speak_like(text)
    assistant = run.assistant()
    run.sync_if_never(assistant)
    run.tell_ignored_model()
    _show(assistant.ask(text, lang=run.lang_or_none), as_json, run, "show_answer")


def screen(context: typer.Context, text: Text = "", file: Rows = None, as_json: AsJson = False) -> None:
    """Say what the guard makes of a request: answer, redirect or hand-off; with --file, of every row of a file."""
    run = session(context)
    assistant = run.assistant()
    if file is not None:
        lang = run.lang_or_none
        _each_row(file, "verdict", lambda row: verdict(assistant.screen(_text_of(row), _context_of(row), lang=lang)))
        return
    text = sys.stdin.read() if text == "-" else text
    run.speak_like(text)
    found = assistant.screen(text, lang=run.lang_or_none)
    if as_json:
        emit(verdict(found))
        return
    from ui.console_help import show_safety

    show_safety(found, run.spoken)


def emotion(context: typer.Context, text: Text = "", file: Rows = None, as_json: AsJson = False) -> None:
    """Read the emotion of a message; with --file, of every row of a file (text, and context as turns or text)."""
    run = session(context)
    assistant = run.assistant()
    if file is not None:
        _each_row(file, "emotion", lambda row: assistant.emotion(_text_of(row), _turns_of(row)).model_dump(mode="json"))
        return
    text = sys.stdin.read() if text == "-" else text
    run.speak_like(text)
    if not text.strip():
        raise InputError(en="There is no message; give one.", zh="没有消息；请给出一条。")
    found = assistant.emotion(text)
    if as_json:
        emit(found.model_dump(mode="json"))
        return
    from ui.console_help import show_emotion

    show_emotion(found, run.spoken)


def verdict(safety: Safety) -> dict[str, Any]:
    """The JSON of a verdict: the guard's class is called class."""
    return safety.model_dump(mode="json", by_alias=True)


def _show(found: Any, as_json: bool, run: Session, how: str) -> None:
    if as_json:
        emit(found.model_dump(mode="json", by_alias=True))
        return
    import ui.console_help

    show: Callable[[Any, Language], None] = getattr(ui.console_help, how)
    show(found, run.lang_or_none or run.spoken)


def _read(path: Path, largest: int) -> str:
    if str(path) == "-":
        return sys.stdin.read()
    from knowledge.clean import decode

    if path.is_file() and (size := path.stat().st_size) > largest:
        raise InputError(
            en=f"{path} has {size:,} bytes; give at most {largest:,}, the last days of a chat are enough.",
            zh=f"{path} 有 {size:,} 字节；最多 {largest:,}，聊天记录给最近几天的就够了。",
        )

    return decode(path.read_bytes()).text


def _each_row(path: Path, key: str, judge: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
    """Writes each row with what `judge` found of it, a line each: under `key`, and flat beside the row's own keys."""
    for number, line in enumerate(_read(path, _LARGEST_ROWS).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise InputError(
                en=f"{path} line {number} is no JSON object; write one in each line, with its text under text.",
                zh=f"{path} 第 {number} 行不是 JSON 对象；请每行写一个，文字放在 text 里。",
            )
        found = judge(row)
        sys.stdout.write(json.dumps({**found, **row, key: found}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _text_of(row: Mapping[str, Any]) -> str:
    found: str | None = next((row[key] for key in _TEXTS if isinstance(row.get(key), str)), None)
    if found is None:
        raise InputError(
            en=f"A row has no text ({', '.join(list(row)[:6])}); put it under text.",
            zh=f"有一行没有文字（{'、'.join(list(row)[:6])}）；请放在 text 里。",
        )
    return found


def _context_of(row: Mapping[str, Any]) -> str:
    return "\n".join(text for _, text in _turns_of(row))


def _turns_of(row: Mapping[str, Any]) -> list[tuple[bool, str]]:
    """What came before: a list of messages, each a text or an object with who and text; or one text of the other's."""
    found = next((row[key] for key in _BEFORE if row.get(key)), None)
    if isinstance(found, str):
        return [(False, found)]
    who = row.get("who", "them")
    turns = []
    for turn in found if isinstance(found, list) else []:
        if isinstance(turn, str):
            turns.append((False, turn))
        elif isinstance(turn, Mapping) and isinstance(turn.get("text"), str):
            turns.append((turn.get("who", "me") == who, turn["text"]))
    return turns
