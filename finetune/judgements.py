"""The labelled rows behind the reader and the n-gram heads, as both are trained on them.

All of them are ours: written by several hands, each from a brief of its own; no data set of others is among them. A
tenth of the rows, drawn by their hash, is held out from training and sets the temperatures.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError

from finetune.heads import Example
from finetune.reader import Row
from rag.conflict_types import read_types
from rag.emotion import EMOTIONS
from rag.errors import InputError
from rag.guard import CLASSES, OUTCOMES, RISKS, SIDES
from rag.heads import Sample
from rag.neutral import neutral
from rag.reader_forms import conflict_form, emotion_form, guard_form, reply_form
from rag.schema import Language, Value
from rag.text import simplified

Model = TypeVar("Model", bound=Value)

DATASETS = Path(__file__).parent / "datasets"
_QUESTION_WEIGHT = 3.0
"""Of a question to the documents or a wish for a date: they are few here and most of what people ask."""
_ORDINARY_WEIGHT = 0.5
"""Of a conflict case as a harmless request: they are many, and of one kind."""


class Turn(Value):
    """A message before the one that is judged."""

    who: Literal["me", "them"]
    text: str


class GuardRow(Value):
    """A request to be screened; `role` benign goes with the class none."""

    lang: Language
    text: str
    class_: str = Field(alias="class")
    role: Literal["wish", "victim", "perpetrator", "third_party", "benign"]
    risk: Literal["none", "low", "moderate", "high", "imminent"]
    context: str | None = None
    style: str | None = None


class EmotionRow(Value):
    """A message, who wrote it, what came before, and how it reads; `second` where a reader could hesitate."""

    lang: Language
    label: str
    context: tuple[Turn, ...] = ()
    who: Literal["me", "them"]
    text: str
    second: str | None = None

    def before(self) -> list[tuple[bool, str]]:
        """The turns before, each with whether the same person wrote it."""
        return [(turn.who == self.who, turn.text) for turn in self.context]


class ConflictRow(Value):
    """A request for advice and the kind of quarrel it is mostly about."""

    lang: Language
    type: str
    text: str


class ReplyPair(Value):
    """Two replies to a chat, the second with a named fault."""

    lang: Language
    stage: str
    chat: tuple[Turn, ...]
    emotion: str
    better: str
    bad: str
    fault: str

    def turns(self) -> list[tuple[bool, str]]:
        """The chat as reply_form() wants it."""
        return [(turn.who == "me", turn.text) for turn in self.chat]


def read_jsonl(path: Path, model: type[Model]) -> list[Model]:
    """The rows of a file, or of all .jsonl files of a folder. Raises InputError naming file and line."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    found = []
    for file in files:
        for number, line in lines_of(file):
            try:
                found.append(model.model_validate(json.loads(line)))
            except (ValueError, ValidationError) as error:
                reason = " ".join(str(error).split())[:200]
                raise InputError(
                    en=f"{file} line {number} is no {model.__name__}: {reason}",
                    zh=f"{file} 第 {number} 行不是有效的 {model.__name__}：{reason}",
                ) from error
    if not found:
        raise InputError(en=f"{path} holds no rows.", zh=f"{path} 里没有数据。")
    return found


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 file that are not blank, with their numbers. Raises InputError for another encoding."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            en=f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8.",
            zh=f"{path} 不是 UTF-8 编码（第 {error.start} 字节）；请另存为 UTF-8。",
        ) from error
    return ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())


class Judgements:
    """Every training row by task, and the labels of each task."""

    def __init__(self, knowledge: Path, datasets: Path = DATASETS) -> None:
        """Reads `datasets` and the conflict cases under `knowledge`."""
        self.types = tuple(read_types(knowledge))
        self.guard = read_jsonl(datasets / "safety" / "train", GuardRow)
        self.emotion = read_jsonl(datasets / "emotion" / "train", EmotionRow)
        self.conflict = read_jsonl(datasets / "conflict" / "train", ConflictRow)
        self.replies = read_jsonl(datasets / "replies" / "train", ReplyPair)
        self.cases = list(_cases(knowledge))
        self.questions = list(_questions(datasets))

    def tasks(self) -> dict[str, tuple[str, ...]]:
        """The labels of each task of the reader; none for the ranking of replies."""
        return {
            "guard": OUTCOMES, "class": CLASSES, "risk": RISKS, "side": SIDES, "emotion": EMOTIONS,
            "conflict": self.types, "reply": (),
        }  # fmt: skip

    def reader_groups(self) -> list[list[Row]]:
        """The rows of the reader, a list for each kind of input."""
        replies = [
            Row(reply_form(pair.better, pair.turns()), {"reply": 0}, rival=reply_form(pair.bad, pair.turns()))
            for pair in self.replies
        ]
        return [self._guard_rows(), self._emotion_rows(), self._conflict_rows(), replies]

    def examples(self, head: str) -> tuple[tuple[str, ...], list[Example], list[str]]:
        """Labels, examples and the reader's inputs of the n-gram head guard, class, emotion or conflict."""
        if head in ("guard", "class"):
            rows = self._guard_rows()
            samples = [Sample(text, before) for text, before, _, _ in self._guarded()]
        elif head == "emotion":
            rows = self._emotion_rows()
            samples = [Sample(row.text, "\n".join(turn.text for turn in row.context[-2:])) for row in self.emotion]
        else:
            rows = self._conflict_rows()
            samples = [Sample(neutral(simplified(text))) for text, _ in self._quarrels()]
        pairs = [(row, sample) for row, sample in zip(rows, samples, strict=True) if head in row.labels]
        examples = [Example(sample, row.labels[head], row.is_held_out(), row.weight) for row, sample in pairs]
        return self.tasks()[head], examples, [row.text for row, _ in pairs]

    def _guarded(self) -> list[tuple[str, str, dict[str, int], float]]:
        """Text, what came before, labels and weight of everything the guard learns from."""
        found = []
        for row in self.guard:
            labels = {"guard": OUTCOMES.index({"benign": "none", "wish": "wish"}.get(row.role, "danger"))}
            if row.role != "benign":
                labels["class"] = CLASSES.index(row.class_)
            if row.role in SIDES:
                labels["side"] = SIDES.index(row.role)
                labels["risk"] = RISKS.index(row.risk if row.risk in RISKS else "moderate")
            found.append((row.text, row.context or "", labels, 1.0))
        ordinary = OUTCOMES.index("none")
        found += [(row.text, "", {"guard": ordinary}, 1.0) for row in self.conflict]
        found += [(text, "", {"guard": ordinary}, _QUESTION_WEIGHT) for text in self.questions]
        found += [
            (case["situation"], "", {"guard": ordinary}, _ORDINARY_WEIGHT)
            for case, _ in self.cases
            if case.get("safety") == "none"
        ]
        return found

    def _guard_rows(self) -> list[Row]:
        return [
            Row(guard_form(text, before), labels, weight=weight) for text, before, labels, weight in self._guarded()
        ]

    def _emotion_rows(self) -> list[Row]:
        return [
            Row(emotion_form(row.text, row.before()), {"emotion": EMOTIONS.index(row.label)}) for row in self.emotion
        ]

    def _quarrels(self) -> list[tuple[str, str]]:
        return [(row.text, row.type) for row in self.conflict] + [
            (case["situation"], name) for case, name in self.cases
        ]

    def _conflict_rows(self) -> list[Row]:
        return [Row(conflict_form(text), {"conflict": self.types.index(name)}) for text, name in self._quarrels()]


def _cases(knowledge: Path) -> Iterator[tuple[dict[str, Any], str]]:
    for path in sorted((knowledge / "conflicts").glob("*/*.jsonl")):
        for _, line in lines_of(path):
            yield json.loads(line), path.stem


def _questions(datasets: Path) -> Iterator[str]:
    for folder in ("knowledge", "knowledge_second"):
        for path in sorted((datasets / folder).glob("*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)["question"]
    for line in (datasets / "plans" / "requests.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)["text"]
