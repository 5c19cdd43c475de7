"""Whether the documents hold what people ask for: questions with the facts that a good answer needs.

The questions were written without a look at the documents. A fact is held by a passage that has, for each of the
fact's key groups, one of its wordings; or one of the fact's quotes, words of the documents which a reader judged to
state the fact in another way (nuggets and pooled judgements, as in the TREC question-answering tracks [1]). Both
figures are given, and how often passages drawn at random meet the keys: keys that anything would meet say nothing.

[1] https://trec.nist.gov/pubs/trec12/papers/QA.OVERVIEW.pdf
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from rag.errors import InputError
from rag.schema import Hit, Language, Value
from rag.text import normalise

KNOWLEDGE_DATA = Path(__file__).parent / "datasets" / "knowledge"
TOP = 5
_DRAWS = 20

Area = Literal["tips", "activities", "gifts", "conflicts", "replies"]
Group = Annotated[tuple[str, ...], Field(min_length=1)]
Search = Callable[[str, int], Sequence[Hit]]


class Fact(Value):
    """What a good answer must contain; `keys` are groups of wordings, one of each must be in a passage."""

    fact: str
    keys: Annotated[tuple[Group, ...], Field(min_length=1)]
    quotes: tuple[str, ...] = ()

    def is_keyed_in(self, text: str) -> bool:
        """Whether the normalised `text` of one passage has a wording of every key group."""
        return all(any(normalise(word) in text for word in group) for group in self.keys)

    def is_held_in(self, text: str) -> bool:
        """Whether the normalised `text` states the fact, by its keys or by a quote."""
        return self.is_keyed_in(text) or any(normalise(quote) in text for quote in self.quotes)


class Question(Value):
    """What a user types, and the facts that a good answer needs."""

    id: str
    lang: Language
    area: Area
    question: str
    facts: Annotated[tuple[Fact, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Miss:
    """A question whose top passages do not hold every fact."""

    question: Question
    missing: tuple[str, ...]
    passages: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The miss as JSON values."""
        question = self.question
        return {"id": question.id, "question": question.question, "missing": self.missing, "passages": self.passages}


def read_questions(path: Path) -> list[Question]:
    """The questions of a jsonl file, or of every jsonl file of a folder. Raises InputError naming file and line."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise InputError(
            en=f"There is no question file at {path}; name a .jsonl file or a folder of them.",
            zh=f"{path} 没有问题文件；请给出 .jsonl 文件或存放它们的文件夹。",
        )
    return [question for file in files for question in _read(file)]


def evaluate_knowledge(
    questions: Sequence[Question], search: Search, passages: Mapping[Language, Sequence[str]], *, seed: int = 0
) -> tuple[dict[str, Any], list[Miss]]:
    """Figures and misses; `search` gives the passages of a question, `passages` are all texts by language.

    `held` is the share of questions whose facts are all held by the top 5 passages, `held_by_keys` the same without
    the quotes, `held_by_chance` the share met by the keys in 5 random passages of the language (mean of 20 draws).
    """
    held: dict[str, list[bool]] = {}
    by_keys, facts, times = [], [], []
    misses = []
    for question in questions:
        started = time.perf_counter()
        hits = search(question.question, TOP)
        times.append((time.perf_counter() - started) * 1000)
        texts = [normalise(f"{hit.title}\n{hit.text}") for hit in hits]
        found = [any(fact.is_held_in(text) for text in texts) for fact in question.facts]
        facts += found
        by_keys.append(all(any(fact.is_keyed_in(text) for text in texts) for fact in question.facts))
        for group in ("all", question.lang, question.area):
            held.setdefault(group, []).append(all(found))
        if not all(found):
            missing = tuple(fact.fact for fact, there in zip(question.facts, found, strict=True) if not there)
            misses.append(Miss(question, missing, tuple(f"{hit.document} {hit.locator}" for hit in hits)))
    figures: dict[str, Any] = {
        "held": _mean(held.get("all", [])),
        "held_by_keys": _mean(by_keys),
        "held_by_chance": _chance(questions, passages, random.Random(seed)),
        "facts_held": _mean(facts),
        **{f"held_{group}": _mean(own) for group, own in sorted(held.items()) if group != "all"},
        "n": len(questions),
        "n_facts": len(facts),
        "per_query_ms_p50": round(statistics.median(times), 2) if times else 0.0,
    }
    return figures, misses


def _chance(questions: Sequence[Question], passages: Mapping[Language, Sequence[str]], rng: random.Random) -> float:
    """How often 5 passages drawn at random meet the keys of every fact of a question."""
    normal = {lang: [normalise(text) for text in texts] for lang, texts in passages.items()}
    lucky = []
    for question in questions:
        pool = normal[question.lang]
        for _ in range(_DRAWS):
            drawn = rng.sample(pool, min(TOP, len(pool)))
            lucky.append(all(any(fact.is_keyed_in(text) for text in drawn) for fact in question.facts))
    return _mean(lucky)


def _mean(values: Iterable[bool]) -> float:
    listed = list(values)
    return round(sum(listed) / len(listed), 4) if listed else 0.0


def _read(path: Path) -> list[Question]:
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        try:
            found.append(Question.model_validate(json.loads(line)))
        except (ValueError, ValidationError) as error:
            first = " ".join(str(error).split())[:200]
            raise InputError(
                en=f"{path} line {number} is not a question: {first}",
                zh=f"{path} 第 {number} 行不是有效的问题：{first}",
            ) from error
    return found
