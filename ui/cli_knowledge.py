"""`qixi knowledge …`: sync, status, search, add, remove, check, sample, calendar."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import sys
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from rag.errors import InputError
from ui.console import AsJson, Session, emit, say, session, sync_progress
from ui.i18n import t
from ui.inbox import is_hidden, safe_name, save

knowledge_app = typer.Typer(help="The knowledge folder and its index.", no_args_is_help=True)


@knowledge_app.command("sync")
def sync_command(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference and change nothing.")] = False,
    progress: Annotated[str, typer.Option(help="auto, or jsonl for one JSON object a line on stderr.")] = "auto",
    as_json: AsJson = False,
) -> None:
    """Make the index equal to the knowledge folder: new, edited, renamed and deleted files."""
    run = session(context)
    _report(run, _sync(run, dry_run=dry_run, jsonl=progress == "jsonl"), as_json)


@knowledge_app.command("status")
def status(
    context: typer.Context,
    file: Annotated[str | None, typer.Argument(help="One file, to see how it was read.")] = None,
    as_json: AsJson = False,
) -> None:
    """What is indexed, file by file; for a table, which column was taken for what."""
    from rag.store import Store

    run = session(context)
    documents = Store(run.settings.home).documents()
    if file is not None:
        documents = [row for row in documents if row.path == _inside(run, file)]
        if not documents:
            raise InputError(
                en=f"{file} is not in the index; check the name or run `qixi knowledge sync`.",
                zh=f"索引里没有 {file}；请检查文件名，或先运行 `qixi knowledge sync`。",
            )
    if as_json:
        emit([dataclasses.asdict(row) for row in documents])
        return
    from ui.console_knowledge import show_status

    show_status(documents, detailed=file is not None, lang=run.spoken)


@knowledge_app.command("search")
def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 8,
    as_json: AsJson = False,
) -> None:
    """The passages a question would be answered from; nothing when none is about it."""
    run = session(context)
    if not text.strip():
        raise InputError(en="The search text is empty; say what to look for.", zh="检索内容是空的；请写要找什么。")
    assistant = run.assistant()
    run.sync_if_never(assistant)
    hits = assistant.search(text, k=k)
    if as_json:
        wanted = {"document", "locator", "text", "score", "dense", "words", "title"}
        emit([hit.model_dump(mode="json", include=wanted) for hit in hits])
        return
    from ui.console_knowledge import show_hits

    show_hits(hits, run.spoken)


@knowledge_app.command("add")
def add(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files to copy into the knowledge folder.")],
    as_json: AsJson = False,
) -> None:
    """Copy files into the knowledge folder and index them."""
    run = session(context)
    folder = run.settings.knowledge
    for path in paths:
        if not path.is_file():
            raise InputError(
                en=f"{path} is not a file; name files, or copy folders into {folder} yourself and run sync.",
                zh=f"{path} 不是文件；请给出文件，文件夹请自己复制到 {folder} 再运行 sync。",
            )
    chosen = [(path, _name_inside(path)) for path in paths]
    names = set()
    for path, name in chosen:
        with path.open("rb") as content:
            names.add(save(folder, name, content).name)
    report = _sync(run)
    _report(run, report, as_json)
    refused = [failure for failure in report.failed if failure.path in names]
    if refused:
        raise InputError(
            en=" ".join(failure.reason_en for failure in refused), zh="".join(failure.reason_zh for failure in refused)
        )


@knowledge_app.command("remove")
def remove(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(help="Files of the knowledge folder, as `status` names them.")],
    as_json: AsJson = False,
) -> None:
    """Delete files from the knowledge folder and from the index."""
    run = session(context)
    names = [_inside(run, path) for path in paths]
    for name in names:
        if not (run.settings.knowledge / name).is_file():
            raise InputError(
                en=f"{name} is not in {run.settings.knowledge}; see `qixi knowledge status` for the names.",
                zh=f"{run.settings.knowledge} 里没有 {name}；文件名见 `qixi knowledge status`。",
            )
    for name in names:
        (run.settings.knowledge / name).unlink()
    _report(run, _sync(run), as_json)


@knowledge_app.command("check")
def check(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Folder to check; default: the knowledge folder.")] = None,
    report: Annotated[Path | None, typer.Option(help="HTML report; default: in the home folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """What is missing, impossible, said twice, one-sided, manipulative, private or out of date; exit 2 on errors."""
    from knowledge.checks.report import write_report
    from knowledge.checks.run import check_folder
    from rag.embed import open_embedder

    run = session(context)
    chosen = folder or run.settings.knowledge
    today = dt.datetime.now(ZoneInfo(run.settings.timezone)).date()
    found = check_folder(
        chosen,
        open_embedder(run.settings),
        today=today,
        progress=lambda stage: say(
            t("check_reading", run.spoken) if stage == "reading" else t("check_comparing", run.spoken)
        ),
    )
    path = report or run.settings.home / "reports" / "knowledge-check.html"
    write_report(found, path, run.spoken)
    if as_json:
        emit(found.to_json())
    else:
        from ui.console_check import show_check

        show_check(found, path, run.spoken)
    if found.errors:
        raise typer.Exit(2)


@knowledge_app.command("sample")
def sample(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Folder to read; default: the knowledge folder.")] = None,
    count: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many entries.")] = 20,
    seed: Annotated[int, typer.Option(help="Another seed draws others.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Entries of the folder drawn at random, to read what it says."""
    from knowledge.checks.run import draw_entries

    run = session(context)
    drawn = draw_entries(folder or run.settings.knowledge, count, seed=seed)
    if as_json:
        emit([{"document": one.document, "locator": one.locator, "kind": one.kind, "text": one.text} for one in drawn])
        return
    for one in drawn:
        print(f"--- {one.place} ({one.kind}, {one.lang})\n{one.text}\n")


@knowledge_app.command("calendar")
def calendar(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How far to look ahead.")] = 120,
    as_json: AsJson = False,
) -> None:
    """The occasions of the folder's calendar.yaml that come next, and by when to order a gift and book a table."""
    from rag.scenarios.occasions import coming, read_calendar

    run = session(context)
    today = dt.datetime.now(ZoneInfo(run.settings.timezone)).date()
    found = coming(read_calendar(run.settings.knowledge), today, days=days)
    if as_json:
        emit([one.model_dump(mode="json", exclude_none=True) for one in found])
        return
    from ui.console_knowledge import show_calendar

    show_calendar(found, run.spoken)


def _sync(run: Session, *, dry_run: bool = False, jsonl: bool = False) -> Any:
    from knowledge.scan import require_folder
    from knowledge.sync import sync
    from rag.store import Store

    require_folder(run.settings.knowledge)
    if not dry_run:
        with Store(run.settings.home).writing():
            pass  # a second sync is told so at once, before the model is loaded
    assistant = run.assistant(jsonl=jsonl)
    report = sync(
        run.settings.knowledge, assistant.store, assistant.embedder, index=assistant.index, dry_run=dry_run,
        progress=sync_progress(jsonl=jsonl),
    )  # fmt: skip
    if sys.stderr.isatty() and not jsonl:
        say("")
    return report


def _report(run: Session, report: Any, as_json: bool) -> None:
    if as_json:
        emit(report.to_json())
        return
    from ui.console_knowledge import show_report

    show_report(report, run.spoken)


def _name_inside(path: Path) -> str:
    """The name that `path` gets in the knowledge folder; refuses one that a sync would leave out."""
    name = safe_name(path.name if path.suffix else f"{path.name}.txt")
    if name is None or is_hidden(path.name):
        raise InputError(
            en=f"{path} is hidden or has no usable name, and would never be indexed; rename it and add it again.",
            zh=f"{path} 是隐藏文件或没有可用的文件名，不会被收录；请改名后再添加。",
        )
    return name


def _inside(run: Session, name: str) -> str:
    """`name` relative to the knowledge folder, with '/'; refuses a path that leads out of it.

    A name that `status` lists comes first; a path as the shell completes it, seen from the working folder, is next.
    """
    folder = run.settings.knowledge.resolve()
    listed, typed = (base.parent.resolve() / base.name for base in (folder / name, Path.cwd() / name))
    is_typed = typed.is_relative_to(folder) and not os.path.lexists(listed) and os.path.lexists(typed)
    resolved = typed if is_typed or not listed.is_relative_to(folder) else listed
    if not resolved.is_relative_to(folder):
        raise InputError(
            en=f"{name} is outside the knowledge folder {folder}; name a file inside it.",
            zh=f"{name} 在知识文件夹 {folder} 之外；请给出其中的文件。",
        )
    return resolved.relative_to(folder).as_posix()
