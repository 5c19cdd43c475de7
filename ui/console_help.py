"""Replies, advice, answers and verdicts on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from rag.scenarios.live_wording import MOODS
from rag.schema import Advice, Answer, Citation, Emotion, Language, ReplySet, Safety
from ui.i18n import t


def show_replies(found: ReplySet, lang: Language) -> None:
    """Print how the last message reads, whether to write, the replies and what to avoid."""
    console = _console()
    if found.safety.outcome != "answer":
        show_safety(found.safety, lang)
        return
    show_emotion(found.emotion, lang)
    for guess in found.subtext:
        console.print(f"  · {escape(guess)}")
    if found.advice:
        console.print(f"\n[bold]{escape(found.advice)}[/bold]")
    for number, candidate in enumerate(found.candidates, start=1):
        cited = " ".join(f"[{one}]" for one in candidate.citations)
        tone = t(f"tone_{candidate.tone}", lang)
        console.print(f"\n[bold]{number}. {escape(candidate.text)}[/bold] {escape(f'({tone}) {cited}')}")
        console.print(f"   {escape(candidate.why)}")
        console.print(f"   [dim]{t('risk', lang)}: {escape(candidate.risk)}[/dim]")
    _list(console, t("avoid", lang), found.avoid)
    _sources(console, found.citations, lang)
    show_care(found.safety, lang)


def show_advice(found: Advice, lang: Language) -> None:
    """Print the kind of quarrel, the steps, the words, other approaches and the sources."""
    console = _console()
    if found.safety.outcome != "answer":
        show_safety(found.safety, lang)
        return
    if found.label:
        console.print(
            f"[bold]{escape(found.label)}[/bold] {found.probability:.0%} · {t('severity', lang)} {found.severity}/5"
        )
    for note in found.notes:
        console.print(escape(f"  {note}"))
    sections = (
        ("steps_today", found.steps), ("words_to_say", found.say), ("words_not_to_say", found.do_not_say),
        ("repair", found.repair), ("if_they_refuse", (found.if_they_refuse,) if found.if_they_refuse else ()),
        ("what_if", found.what_if), ("warning_signs", found.warning_signs),
    )  # fmt: skip
    for key, lines in sections:
        _list(console, t(key, lang), lines)
    for number, approach in enumerate(found.candidates, start=1):
        cited = " ".join(f"[{one}]" for one in approach.citations)
        _list(console, f"{t('approach', lang)} {number} {cited}", approach.steps)
    _sources(console, found.citations, lang)
    show_care(found.safety, lang)


def show_answer(found: Answer, lang: Language) -> None:
    """Print the sentences that answer, with their sources."""
    console = _console()
    if found.safety.outcome != "answer":
        show_safety(found.safety, lang)
        return
    for point in found.points:
        console.print(escape(f"  • {point.text} " + " ".join(f"[{number}]" for number in point.citations)))
    for note in found.notes:
        console.print(escape(note))
    _sources(console, found.citations, lang)
    show_care(found.safety, lang)


def show_safety(safety: Safety, lang: Language) -> None:
    """Print a verdict: what is said, and the numbers to call."""
    if safety.outcome == "answer":
        _console().print(t("safe", lang))
    show_care(safety, lang)


def show_care(safety: Safety, lang: Language) -> None:
    """Print the words and numbers of a verdict, if it has any."""
    if not safety.message:
        return
    console = _console()
    console.print(escape(f"\n{safety.message}"))
    for number in safety.numbers:
        hours = number.hours or t("hours_vary", lang)
        about = escape(f"{number.name} ({number.region}, {hours})")
        console.print(f"  [bold]{escape(number.number)}[/bold] {about}")


def show_emotion(emotion: Emotion, lang: Language) -> None:
    """Print a reading with its odds and the words behind it."""
    label, second = MOODS[emotion.label].to(lang), MOODS[emotion.second].to(lang)
    unsure = f" · {t('unsure', lang)}" if emotion.abstained else ""
    cues = "、".join(emotion.cues) if lang == "zh" else ", ".join(emotion.cues)
    _console().print(
        f"[bold]{escape(label)}[/bold] {emotion.probability:.0%} /"
        f" {escape(second)} {emotion.second_probability:.0%}{unsure}"
        f" [dim]({t('cues', lang)}: {escape(cues)})[/dim]"
    )


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)


def _list(console: Console, title: str, lines: Sequence[str]) -> None:
    if lines:
        console.print(f"\n[bold]{escape(title)}[/bold]")
        for line in lines:
            console.print(escape(f"  • {line}"))


def _sources(console: Console, citations: Sequence[Citation], lang: Language) -> None:
    if citations:
        console.print(f"\n[bold]{t('sources', lang)}[/bold]")
        for source in citations:
            console.print(escape(f"  [{source.id}] {source.title} — {source.document} {source.locator}".rstrip()))
