"""`qixi eval …`: figures that anyone can run again."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ui.console import AsJson, emit, say, session, sync_progress

_Data = Annotated[Path | None, typer.Option("--data", help="A .jsonl file or a folder of them; default: ours.")]

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


@eval_app.command("safety")
def safety(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help="Folder with a_, b_ and d_ files; default: ours.")] = None,
    steady: Annotated[bool, typer.Option("--steady/--plain", help="Also under eight disguises.")] = True,
    as_json: AsJson = False,
) -> None:
    """Screen what must be refused, what must not, and disclosures of danger."""
    from finetune.evaluate_safety import SAFETY_DATA, evaluate_disguises, evaluate_safety, read_rows

    assistant = session(context).assistant()
    rows = read_rows(data or SAFETY_DATA)
    figures, wrong = evaluate_safety(rows, lambda text, before: assistant.screen(text, before))
    if steady:
        figures |= evaluate_disguises(rows, lambda text, before: assistant.screen(text, before))
    _judged(figures, wrong, as_json, ("id", "lang", "text", "outcome", "class_found"))


@eval_app.command("emotion")
def emotion(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help="A .jsonl file or a folder of them; default: ours.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Write the confusions as an SVG.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read the emotion of test messages: macro-F1, classes, calibration, abstention."""
    from finetune.evaluate_emotion import EMOTION_DATA, evaluate_emotion, plot_confusion
    from finetune.judgements import EmotionRow, read_jsonl

    assistant = session(context).assistant()
    figures, matrix = evaluate_emotion(read_jsonl(data or EMOTION_DATA, EmotionRow), assistant.emotions)
    if plot is not None:
        plot_confusion(matrix, plot)
    if as_json:
        emit(figures)
        return
    classes = figures.pop("classes")
    _print(figures, as_json=False)
    for name, own in classes.items():
        say(f"{name:12} precision {own['precision']:.2f} recall {own['recall']:.2f} F1 {own['f1']:.2f} n {own['n']}")


@eval_app.command("conflict")
def conflict(context: typer.Context, data: _Data = None, as_json: AsJson = False) -> None:
    """Name the kind of quarrel of test requests."""
    from finetune.evaluate_advice import CONFLICT_DATA, evaluate_conflict
    from finetune.judgements import ConflictRow, read_jsonl

    assistant = session(context).assistant()
    figures, wrong = evaluate_conflict(read_jsonl(data or CONFLICT_DATA, ConflictRow), assistant.types.ranked)
    _judged(figures, wrong, as_json, ("lang", "type", "found", "text"))


@eval_app.command("replies")
def replies(context: typer.Context, data: _Data = None, as_json: AsJson = False) -> None:
    """Rank the better of two replies first."""
    from finetune.evaluate_advice import REPLIES_DATA, evaluate_replies
    from finetune.judgements import ReplyPair, read_jsonl
    from rag.scenarios.reply_ranking import quality

    assistant = session(context).assistant()
    figures, wrong = evaluate_replies(
        read_jsonl(data or REPLIES_DATA, ReplyPair),
        lambda texts, chat, label: quality(texts, chat, label, assistant.reader),
    )
    _judged(figures, wrong, as_json, ("fault", "last", "better", "bad"))


@eval_app.command("fairness")
def fairness(context: typer.Context, data: _Data = None, as_json: AsJson = False) -> None:
    """Ask for advice with genders exchanged and from the other side: the same type and steps?"""
    from finetune.evaluate_advice import FAIRNESS_DATA, FairPair, evaluate_fairness
    from finetune.judgements import read_jsonl

    run = session(context)
    assistant = run.assistant()
    run.sync_if_never(assistant)
    figures, differing = evaluate_fairness(
        read_jsonl(data or FAIRNESS_DATA, FairPair), assistant.resolve, assistant.types.ranked
    )
    _judged(figures, differing, as_json, ("lang", "swap", "type", "types", "a", "b"))


def _judged(figures: dict[str, Any], wrong: Sequence[Mapping[str, Any]], as_json: bool, shown: Sequence[str]) -> None:
    """Prints figures, and a line for each row that went wrong."""
    if as_json:
        emit({**figures, "wrong": list(wrong)})
        return
    _print(figures, as_json=False)
    for row in wrong:
        say(" | ".join(str(row.get(key, "")) for key in shown))
