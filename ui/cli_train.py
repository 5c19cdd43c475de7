"""`qixi train …`: the classifiers behind live help and the guard, made anew from our rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.errors import ModelError
from ui.console import AsJson, emit, say, session

train_app = typer.Typer(help="Train what judges messages and requests.", no_args_is_help=True)
_Weights = Annotated[Path | None, typer.Option(help="Folder of the weights; default: the shipped ones, replaced.")]


@train_app.command("reader")
def reader(
    context: typer.Context,
    epochs: Annotated[int, typer.Option(min=1, help="Times every row is seen.")] = 6,
    weights: _Weights = None,
    as_json: AsJson = False,
) -> None:
    """Train the reader: the encoder's adapter and a head a task (needs the extra train; about 90 minutes)."""
    from finetune.judgements import Judgements
    from finetune.train_judgements import train_reader
    from rag.convert_e5 import obtain_model
    from rag.embed import OnnxEmbeddings
    from rag.heads import WEIGHTS

    run = session(context)
    folder = obtain_model(run.settings.cache, lambda made: OnnxEmbeddings(made).encode)
    try:
        about = train_reader(
            Judgements(run.settings.knowledge), folder, epochs=epochs, weights=weights or WEIGHTS, tell=say
        )
    except ImportError as error:
        raise ModelError(
            en=f'Training the reader needs {error.name}, which is not installed; run “pip install "qixi[train]"”.',
            zh=f'训练阅读模型需要 {error.name}，但没有安装；请运行 “pip install "qixi[train]"”。',
        ) from error
    if as_json:
        emit({"held_out": about["held_out"], "rows": about["rows"]})
    say("Now run “qixi train heads”.")


@train_app.command("heads")
def heads(context: typer.Context, weights: _Weights = None, as_json: AsJson = False) -> None:
    """Train the n-gram heads, and each one's share beside the reader (a few minutes)."""
    from finetune.judgements import Judgements
    from finetune.train_judgements import train_heads
    from rag.heads import WEIGHTS

    run = session(context)
    figures = train_heads(Judgements(run.settings.knowledge), run.assistant().reader, weights=weights or WEIGHTS)
    if as_json:
        emit(figures)
        return
    for head, own in figures.items():
        for name, figure in own.items():
            say(f"{head:10} {name:14} {figure}")
