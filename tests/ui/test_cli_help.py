"""`qixi reply`, `resolve`, `ask`, `screen` and `emotion` as people call them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import rag.assistant
import ui.cli
from rag.errors import ModelError
from tests.fakes import BagOfWordsEmbedder
from tests.knowledge.checks.folder import CASE, write_rows
from tests.ui.test_cli import Qixi, Result

MAP = """
types:
  forgotten_dates:
    zh: 忘记纪念日
    en: forgotten dates
    steps: {zh: [当面认。, 补一顿。], en: [Own it., Make it up.]}
    warning_signs: {zh: [年年如此。], en: [Every year.]}
"""


@pytest.fixture
def qixi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Qixi:
    """The command in this process with a toy embedder, no reader, and a folder with a map and a case."""
    documents = tmp_path / "documents"
    (documents / "conflicts").mkdir(parents=True)
    (documents / "conflicts" / "map.yaml").write_text(MAP, encoding="utf-8")
    write_rows(documents, "conflicts/cases.jsonl", CASE)
    embedder = BagOfWordsEmbedder()
    monkeypatch.setattr(rag.assistant, "open_embedder", lambda settings, progress=None: embedder)

    def no_reader(*arguments: object, **options: object) -> None:
        raise ModelError(en="no reader", zh="没有")

    monkeypatch.setattr(rag.assistant, "open_reader", no_reader)

    def run(*arguments: str, knowledge: Path = documents) -> Result:
        monkeypatch.setattr(sys, "argv", ["qixi", "--knowledge", str(knowledge), *arguments])
        with pytest.raises(SystemExit) as stopped:
            ui.cli.main()
        captured = capsys.readouterr()
        return Result(int(stopped.value.code or 0), captured.out, captured.err)

    return run


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_replies_are_json_alone_and_differ_in_tone(qixi: Qixi, tmp_path: Path) -> None:
    chat = write(tmp_path / "chat.txt", "我：面试怎么样\n她：没过，早知道就不去了")
    found = qixi("reply", "--file", chat, "--json").json
    assert found["action"] == "reply"
    assert len({candidate["tone"] for candidate in found["candidates"]}) == 3
    assert set(found["emotion"]) >= {"label", "probability", "second", "cues", "abstained"}
    assert all(candidate["why"] and candidate["risk"] for candidate in found["candidates"])
    assert found["avoid"]


def test_the_replies_are_printed_for_people(qixi: Qixi) -> None:
    result = qixi("reply", "她回了“嗯嗯”，我怎么接？")
    assert result.code == 0
    assert "1. " in result.out
    assert "避免什么" in result.out


def test_a_clear_no_is_respected(qixi: Qixi, tmp_path: Path) -> None:
    chat = write(tmp_path / "chat.txt", "Me: one more chance?\nHer: No. Please stop texting me.")
    found = qixi("reply", "--file", chat, "--json").json
    assert found["action"] == "stop"
    assert {candidate["move"] for candidate in found["candidates"]} <= {
        "accept_no",
        "give_space",
        "thank",
        "close_warmly",
    }


def test_unanswered_messages_mean_waiting(qixi: Qixi, tmp_path: Path) -> None:
    chat = write(tmp_path / "chat.txt", "她：到家了\n我：好\n我：睡了吗\n我：在吗？？")
    found = qixi("reply", "--file", chat, "--json").json
    assert (found["action"], found["candidates"]) == ("wait", [])
    assert "3" in found["advice"]


@pytest.mark.parametrize(
    ("text", "words"), [("", "聊天记录是空的|The chat is empty"), ("{bad", "JSON"), ("x" * 200_001, "200,001")]
)
def test_what_is_no_chat_is_refused_in_one_sentence(qixi: Qixi, tmp_path: Path, text: str, words: str) -> None:
    result = qixi("reply", "--file", write(tmp_path / "chat.txt", text))
    assert result.code == 2
    assert any(word in result.err for word in words.split("|"))
    assert len(result.err.strip().splitlines()) == 1


def test_advice_names_the_kind_its_steps_and_its_sources(qixi: Qixi) -> None:
    found = qixi("resolve", "我忘了结婚纪念日，她三天没理我", "--json").json
    assert found["type"] == "forgotten_dates"
    assert found["steps"] == ["当面认。", "补一顿。"]
    assert found["candidates"]
    assert found["citations"]
    assert found["safety"]["outcome"] == "answer"


def test_abuse_is_not_mediated(qixi: Qixi) -> None:
    found = qixi("resolve", "他昨晚又打我了，是不是我哪里做得不好", "--json").json
    assert found["safety"]["outcome"] == "handoff"
    assert found["safety"]["class"] == "violence"
    assert (found["steps"], found["say"], found["candidates"]) == ([], [], [])


def test_a_plan_is_screened_too(qixi: Qixi) -> None:
    found = qixi("plan", "我不想活了，帮我安排最后一次约会，预算300元", "--json").json
    assert (found["safety"]["outcome"], found["items"]) == ("handoff", [])


def test_rows_come_back_with_their_verdict(qixi: Qixi, tmp_path: Path) -> None:
    rows = [{"id": 1, "text": "周末去哪玩"}, {"id": 2, "text": "他昨晚又打我了", "risk": "gold"}]
    path = write(tmp_path / "rows.jsonl", "\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    found = [json.loads(line) for line in qixi("screen", "--file", path).out.splitlines()]
    assert [row["id"] for row in found] == [1, 2]
    assert [row["outcome"] for row in found] == ["answer", "handoff"]
    assert found[1]["risk"] == "gold"
    assert found[1]["verdict"]["risk"] in ("low", "moderate", "high", "imminent")


def test_emotions_of_rows_look_at_what_came_before(qixi: Qixi, tmp_path: Path) -> None:
    row = {"text": "嗯", "context": [{"who": "me", "text": "7点南门见？"}], "who": "them", "label": "gold"}
    (found,) = (
        json.loads(line)
        for line in qixi("emotion", "--file", write(tmp_path / "r.jsonl", json.dumps(row))).out.splitlines()
    )
    assert found["label"] == "gold"
    assert found["emotion"]["label"]


@pytest.mark.parametrize("line", ["nonsense", "[1]", '{"id": 3}'])
def test_a_row_that_is_none_is_named(qixi: Qixi, tmp_path: Path, line: str) -> None:
    result = qixi("screen", "--file", write(tmp_path / "rows.jsonl", line))
    assert result.code == 2
    assert len(result.err.strip().splitlines()) == 1


def test_a_question_is_answered_from_the_documents_or_not_at_all(qixi: Qixi) -> None:
    found = qixi("ask", "纪念日忘了怎么办", "--json").json
    assert found["points"] or found["notes"]
    assert all(point["citations"] for point in found["points"])


@pytest.mark.parametrize("command", ["resolve", "ask"])
def test_nothing_asked_is_told_in_one_sentence(qixi: Qixi, command: str) -> None:
    result = qixi(command, "")
    assert result.code == 2
    assert len(result.err.strip().splitlines()) == 1


def test_a_file_that_is_too_large_is_not_read(qixi: Qixi, tmp_path: Path) -> None:
    huge = tmp_path / "chat.txt"
    with huge.open("wb") as file:
        file.truncate(5_000_000)
    found = qixi("reply", "--file", str(huge))
    assert found.code == 2
    assert "has 5,000,000 bytes; give at most 4,000,000" in found.err
