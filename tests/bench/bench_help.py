"""Latency of live help, conflict advice and the guard in grounded mode, over our test chats and requests."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from finetune.evaluate_advice import CONFLICT_DATA
from finetune.evaluate_safety import SAFETY_DATA, read_rows
from finetune.judgements import DATASETS, ConflictRow, read_jsonl
from knowledge.sync import sync
from rag.assistant import open_assistant
from rag.errors import InputError
from rag.scenarios.chat_reader import Chat, read_chat
from rag.settings import load_settings
from tests.bench.machine import DOCUMENTS, quantiles, write_result


def main() -> None:
    """Run the benchmark and write results/help.json."""
    with tempfile.TemporaryDirectory(prefix="qixi-bench-") as home:
        assistant = open_assistant(load_settings(home=Path(home), knowledge=DOCUMENTS))
        sync(DOCUMENTS, assistant.store, assistant.embedder, index=assistant.index)
        assistant.warm()
        chats = list(_chats())
        requests = [row.text for row in read_jsonl(CONFLICT_DATA, ConflictRow)]
        screened = [row["text"] for own in read_rows(SAFETY_DATA).values() for row in own]
        assistant.reply(chats[0])
        assistant.resolve(requests[0])
        write_result(
            "help",
            {
                "reply": _timed(assistant.reply, chats), "resolve": _timed(assistant.resolve, requests),
                "screen": _timed(assistant.screen, screened), "ask": _timed(assistant.ask, requests[:100]),
            },
        )  # fmt: skip


def _chats() -> Iterable[Chat]:
    path = DATASETS / "replies" / "chats" / "chats.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        try:
            yield read_chat(row["text"], me=row.get("me")).model_copy(update={"stage": row.get("stage")})
        except InputError:
            yield read_chat(row["text"]).model_copy(update={"stage": row.get("stage")})


def _timed(call: Callable[[Any], object], inputs: Iterable[Any]) -> dict[str, Any]:
    spent = []
    for one in inputs:
        started = time.perf_counter()
        call(one)
        spent.append((time.perf_counter() - started) * 1000)
    return {"n": len(spent), **quantiles(spent)}


if __name__ == "__main__":
    main()
