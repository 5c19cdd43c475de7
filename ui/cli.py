"""`qixi` on the command line. JSON on stdout is alone there; sentences, progress and logs go to stderr."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.errors import InfeasibleError, InputError, QixiError
from ui import cli_help
from ui.cli_eval import eval_app
from ui.cli_knowledge import knowledge_app
from ui.cli_train import train_app
from ui.console import AsJson, Session, emit, fail, session, unusable_file, use_utf8
from ui.quiet import silence_telemetry

app = typer.Typer(
    name="qixi",
    help="七夕 Qixi: date plans, answers and advice from your own documents, on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(knowledge_app, name="knowledge")
app.add_typer(eval_app, name="eval")
app.add_typer(train_app, name="train")
for command in (cli_help.reply, cli_help.resolve, cli_help.ask, cli_help.screen, cli_help.emotion):
    app.command()(command)


@app.callback()
def options(
    context: typer.Context,
    home: Annotated[Path | None, typer.Option(help="Folder of Qixi's state (default .qixi).")] = None,
    knowledge: Annotated[Path | None, typer.Option(help="Folder of your documents.")] = None,
    lang: Annotated[str | None, typer.Option(help="zh or en; the question's language by default.")] = None,
    model: Annotated[str | None, typer.Option(help="Chat model; this version uses none and says so.")] = None,
) -> None:
    """Options that every command takes."""
    if lang not in (None, "zh", "en"):
        raise InputError(en=f"--lang is {lang!r}; give zh or en.", zh=f"--lang 的值是 {lang!r}；请用 zh 或 en。")
    context.obj = Session(home=home, knowledge=knowledge, lang=lang, model=model)


@app.command()
def plan(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What you have in mind, in Chinese or English; - reads stdin.")] = "",
    stage: Annotated[str | None, typer.Option(help="first_date, early, dating, long_term, …")] = None,
    budget: Annotated[str | None, typer.Option(help="For everybody together: 300, 50美元, $80.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO code of a budget without one.")] = None,
    people: Annotated[str | None, typer.Option(help="How many people.")] = None,
    city: Annotated[str | None, typer.Option(help="City whose places may be used.")] = None,
    date: Annotated[str | None, typer.Option(help="2026-12-05, 周六, tomorrow, 七夕 …")] = None,
    start: Annotated[str | None, typer.Option(help="Start, such as 14:00 or 下午两点.")] = None,
    hours: Annotated[str | None, typer.Option(help="Longest duration in hours.")] = None,
    interest: Annotated[list[str] | None, typer.Option(help="What they like; can be repeated.")] = None,
    avoid: Annotated[list[str] | None, typer.Option(help="What to avoid; can be repeated.")] = None,
    indoor: Annotated[bool | None, typer.Option("--indoor/--outdoor", help="Only indoors, or only outdoors.")] = None,
    seed: Annotated[int, typer.Option(help="Another number gives another plan.")] = 0,
    ics: Annotated[Path | None, typer.Option(help="Also write the plan as a calendar file.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Also write the plan as Markdown.")] = None,
    as_json: AsJson = False,
) -> None:
    """Plan a date: an itinerary whose money, hours and sources are checked."""
    from rag.text import language

    run = session(context)
    assistant = run.assistant()
    run.sync_if_never(assistant)
    text = sys.stdin.read() if text == "-" else text
    if text.strip():
        run.spoken = language(text[:200])
    request = assistant.understand(
        text,
        stage=stage, budget=budget, currency=currency, people=people, city=city, date=date, start=start, hours=hours,
        interests=interest or None, avoid=avoid or None, indoor=indoor, seed=seed, lang=run.lang,
    )  # fmt: skip
    run.spoken = request.lang
    run.tell_ignored_model()
    made = assistant.plan(request)
    if made.safety.outcome != "answer":
        if as_json:
            emit(made.model_dump(mode="json", by_alias=True))
            return
        from ui.console_help import show_safety

        show_safety(made.safety, request.lang)
        return
    for path, write in ((ics, _write_ics), (markdown, _write_markdown)):
        if path is not None and made.items:
            write(path, made, run)
    if as_json:
        emit(made.model_dump(mode="json", by_alias=True))
    else:
        from ui.console_help import show_care
        from ui.console_plan import show_plan

        show_plan(made)
        show_care(made.safety, request.lang)
    if not made.items:
        message = made.relaxation.message if made.relaxation else ""
        raise InfeasibleError(en=f"No plan fits. {message}", zh=f"排不出计划。{message}")


def _write_ics(path: Path, made: Any, run: Session) -> None:
    from ui.export import plan_to_ics

    _write(path, plan_to_ics(made, run.settings.timezone))


def _write_markdown(path: Path, made: Any, run: Session) -> None:
    from ui.export import plan_to_markdown

    _write(path, plan_to_markdown(made).encode())


def _write(path: Path, content: bytes) -> None:
    from rag.files import replace_file

    try:
        replace_file(path, content)
    except OSError as error:  # its file name is that of the temporary file
        raise unusable_file(error, str(path)) from error


@app.command()
def ui(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.")] = 8501,
) -> None:
    """Open the app in a browser at http://localhost:8501."""
    from ui.launch import app_command, app_environment

    run = session(context)
    run.tell_ignored_model()
    os.execve(sys.executable, app_command(host, port), app_environment(run.settings))


@app.command()
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what works on this machine and how to mend what does not."""
    from ui.doctor import examine, show_findings

    run = session(context)
    findings = examine(run.settings)
    if as_json:
        emit([finding.to_json() for finding in findings])
    else:
        show_findings(findings, run.spoken)
    if any(not finding.ok for finding in findings):
        raise typer.Exit(2)


_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""click's error for a wrong command line, wherever Typer keeps it: one line instead of a box."""


def main() -> None:
    """Run the command; errors become one sentence on stderr and the exit code of their kind."""
    silence_telemetry()
    use_utf8()
    try:
        code = app(["--help"] if len(sys.argv) == 1 else None, standalone_mode=False)
        raise SystemExit(code if isinstance(code, int) else 0)
    except _UsageError as error:
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        print(f"{message.rstrip('.')}. See `qixi --help`.", file=sys.stderr)
        raise SystemExit(2) from None
    except QixiError as error:
        fail(error)
    except BrokenPipeError:  # the reader of our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except OSError as error:
        fail(unusable_file(error))
    except KeyboardInterrupt:
        print("", file=sys.stderr)
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
