"""`qixi eval …`: figures that anyone can run again."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from ui.console import AsJson, emit, say, session, sync_progress

eval_app = typer.Typer(help="Figures anyone can run again.", no_args_is_help=True)


@eval_app.command("retrieval")
def retrieval(
    context: typer.Context,
    data: Annotated[Path, typer.Option(help="BEIR folder: corpus.jsonl, queries.jsonl, qrels/test.tsv.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N queries.")] = None,
    as_json: AsJson = False,
) -> None:
    """Judge hybrid search on a set in BEIR form, in a store of its own."""
    from finetune.evaluate_retrieval import evaluate_retrieval, read_beir
    from knowledge.formats import Block, Document
    from knowledge.split import split
    from rag.embed import open_embedder

    def split_text(title: str, text: str) -> list[str]:
        return [piece.text for piece in split(Document(title=title, blocks=[Block(text, "", "")]))]

    dataset = read_beir(data)
    embedder = open_embedder(session(context).settings)
    with tempfile.TemporaryDirectory(prefix="qixi-eval-") as home:
        figures = evaluate_retrieval(
            dataset, embedder, Path(home), split_text=split_text, limit=limit, progress=sync_progress(jsonl=False)
        )
    _print(figures, as_json)


@eval_app.command("plans")
def plans(
    context: typer.Context,
    data: Annotated[
        Path | None, typer.Option(help="Folder with requests.jsonl and catalogue files; default: ours.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=20, help="Plans made for each request.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Plan every test request and check money, hours, places and variety."""
    from finetune.evaluate_plans import PLANS_DATA, evaluate_plans
    from rag.embed import open_embedder

    run = session(context)
    with tempfile.TemporaryDirectory(prefix="qixi-eval-") as home:
        figures = evaluate_plans(data or PLANS_DATA, open_embedder(run.settings), run.settings, Path(home), seeds=seeds)
    _print(figures, as_json)


@eval_app.command("knowledge")
def knowledge(
    context: typer.Context,
    data: Annotated[
        Path | None, typer.Option(help="A .jsonl file of questions or a folder of them; default: ours.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask the knowledge folder our test questions: do the top 5 passages hold what a good answer needs?"""
    from finetune.evaluate_knowledge import KNOWLEDGE_DATA, evaluate_knowledge, read_questions
    from rag.schema import Language

    questions = read_questions(data or KNOWLEDGE_DATA)
    run = session(context)
    assistant = run.assistant()
    run.sync(assistant)
    passages: dict[Language, list[str]] = {"zh": [], "en": []}
    for document in assistant.store.documents():
        for stored in assistant.store.document_passages(document.path):
            passages[stored.passage.lang].append(f"{stored.title}\n{stored.passage.text}")
    figures, misses = evaluate_knowledge(questions, lambda text, k: assistant.search(text, k=k), passages)
    if as_json:
        emit({**figures, "misses": [miss.to_json() for miss in misses]})
        return
    _print(figures, as_json=False)
    for miss in misses:
        say(f"{miss.question.id} {miss.question.question}")
        for fact in miss.missing:
            say(f"    - {fact}")


def _print(figures: dict[str, object], as_json: bool) -> None:
    if as_json:
        emit(figures)
        return
    for name, value in figures.items():
        say(f"{name:28} {value:.4f}" if isinstance(value, float) else f"{name:28} {value}")
