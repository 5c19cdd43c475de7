"""`qixi` as people call it: JSON alone on stdout, one sentence for what cannot be used, telling exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import rag.assistant
import rag.embed
import ui.cli
from tests.fakes import BagOfWordsEmbedder
from tests.knowledge.checks.folder import CASE, make_folder, write_rows

ACTIVITIES = """名称,怎么玩,类型,人均最低,人均最高,币种,最短分钟,最长分钟,室内,适合阶段,兴趣标签,适合时段,数据日期
猫咖慢坐,挑靠窗的位子，等猫自己过来,animals,30,60,CNY,60,90,yes,first_date;dating,猫;安静,afternoon;evening,2026-11
河边散步,沿河走到下一座桥,walk,0,0,CNY,30,60,no,first_date;dating,散步;安静,morning;afternoon;evening,2026-11
陶艺体验,捏一只杯子,craft,60,90,CNY,60,120,yes,dating,手工,afternoon,2026-11
"""
TIP = """---
lang: zh
stages: [first_date, dating]
---
# 聊猫先问名字
## 可以聊
- 它的名字谁起的？
## 别这样
- 不评价对方的工资。
"""


class Result(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Qixi = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A knowledge folder with three activities and a tip."""
    documents = tmp_path / "documents"
    (documents / "activities").mkdir(parents=True)
    (documents / "tips").mkdir()
    (documents / "activities" / "activities.csv").write_text(ACTIVITIES, encoding="utf-8")
    (documents / "tips" / "cats.md").write_text(TIP, encoding="utf-8")
    return documents


@pytest.fixture
def qixi(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Qixi:
    """The command in this process, with a toy embedder."""
    embedder = BagOfWordsEmbedder()
    monkeypatch.setattr(rag.assistant, "open_embedder", lambda settings, progress=None: embedder)

    def run(*arguments: str, knowledge: Path = folder) -> Result:
        monkeypatch.setattr(sys, "argv", ["qixi", "--knowledge", str(knowledge), *arguments])
        with pytest.raises(SystemExit) as stopped:
            ui.cli.main()
        captured = capsys.readouterr()
        return Result(int(stopped.value.code or 0), captured.out, captured.err)

    return run


def test_a_plan_is_json_alone_on_stdout(qixi: Qixi) -> None:
    result = qixi("plan", "第一次约会，预算300元，周六下午两点，她喜欢猫和安静的地方", "--json")
    plan = result.json
    assert result.code == 0
    assert set(plan) >= {
        "request", "items", "total_cost", "budget", "topics", "gifts", "backup", "avoid", "citations", "relaxation",
        "mode", "model", "timings_ms",
    }  # fmt: skip
    assert [item["title"] for item in plan["items"]].count("猫咖慢坐") == 1
    assert (
        sum(Decimal(item["cost"]["amount"]) for item in plan["items"]) == Decimal(plan["total_cost"]["amount"]) <= 300
    )
    assert {number for item in plan["items"] for number in item["citations"]} <= {
        one["id"] for one in plan["citations"]
    }
    assert plan["topics"][0]["text"] == "它的名字谁起的？"


def test_a_plan_on_the_terminal_names_its_sources(qixi: Qixi) -> None:
    result = qixi("plan", "第一次约会，预算300元，她喜欢猫")
    assert result.code == 0
    assert "activities/activities.csv" in result.out
    assert "预算 ¥300" in result.out


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["约会", "--budget", "abc"], id="budget is no number"),
        pytest.param(["约会", "--budget=-5"], id="negative budget"),
        pytest.param(["约会", "--budget", "NaN"], id="budget NaN"),
        pytest.param(["约会", "--budget", "1e400"], id="endless budget"),
        pytest.param(["约会", "--date", "2月30日"], id="no such day"),
        pytest.param(["约会", "--date", "2020-01-03"], id="a day in the past"),
        pytest.param(["约会", "--date", "😀"], id="date is an emoji"),
        pytest.param([""], id="empty"),
        pytest.param(["约" * 100_000], id="100,000 characters"),
        pytest.param(["约会", "--city", "火星基地"], id="unknown city"),
        pytest.param(["约会", "--people", "0"], id="nobody"),
        pytest.param(["约会", "--hours", "NaN"], id="hours NaN"),
        pytest.param(["约会", "--start", "25:99"], id="no such time"),
        pytest.param(["约会", "--stage", "fluffy"], id="unknown stage"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_code_2(qixi: Qixi, arguments: list[str]) -> None:
    result = qixi("--lang", "zh", "plan", *arguments, "--json")
    assert (result.code, result.out) == (2, "")
    lines = result.err.strip().splitlines()
    assert len(lines) == 1
    assert 8 <= len(lines[0]) <= 400
    assert "Traceback" not in result.err


def test_dollars_are_dollars_although_the_request_is_in_yuan(qixi: Qixi) -> None:
    result = qixi("plan", "第一次约会，她喜欢猫", "--budget", "50美元", "--json")
    assert result.json["budget"] == {"amount": "50", "currency": "USD"}
    assert result.code == 3
    assert result.json["relaxation"]["field"] == "catalogue"
    assert "exchange_rates" in result.err


def test_what_cannot_be_satisfied_says_the_smallest_change_and_exits_with_3(qixi: Qixi) -> None:
    result = qixi("plan", "约会，周六下午两点，不要河边", "--budget", "10", "--json")
    assert result.code == 3
    relaxation = result.json["relaxation"]
    assert relaxation["field"] == "budget"
    again = qixi("plan", "约会，周六下午两点，不要河边", "--budget", relaxation["value"], "--json")
    assert again.code == 0
    assert again.json["total_cost"]["amount"] == relaxation["value"]


def test_a_plan_can_be_written_as_calendar_and_markdown(qixi: Qixi, tmp_path: Path) -> None:
    ics, markdown = tmp_path / "plan.ics", tmp_path / "plan.md"
    assert qixi("plan", "约会，预算300", "--ics", str(ics), "--markdown", str(markdown)).code == 0
    assert ics.read_bytes().count(b"BEGIN:VEVENT") >= 2
    assert "activities.csv" in markdown.read_text(encoding="utf-8")


def test_sync_tells_what_changed_and_a_second_one_finds_nothing(qixi: Qixi, folder: Path) -> None:
    first = qixi("knowledge", "sync", "--json").json
    assert sorted(first["added"]) == ["activities/activities.csv", "tips/cats.md"]
    second = qixi("knowledge", "sync", "--json").json
    assert (second["added"], second["changed"], second["unchanged"], second["embedded"]) == ([], [], 2, 0)
    (folder / "tips" / "cats.md").unlink()
    assert qixi("knowledge", "sync", "--dry-run", "--json").json["removed"] == ["tips/cats.md"]
    assert qixi("knowledge", "sync", "--json").json["removed"] == ["tips/cats.md"]


def test_named_places_are_planned_while_their_file_is_there_and_never_after(qixi: Qixi, folder: Path) -> None:
    rows = (
        "名称,类型,城市,人均消费,营业时间\n"
        "听雨茶馆,茶馆,临江,40,周一至周日 10:00-22:00\n半山画廊,美术馆,临江,20,周一至周日 10:00-20:00\n"
    )
    (folder / "places.csv").write_bytes(rows.encode("gbk"))
    qixi("knowledge", "sync")
    plan = qixi("plan", "在临江约会，预算300，周六下午两点", "--json").json
    assert {"听雨茶馆", "半山画廊"} & {item["place"] for item in plan["items"]}
    (folder / "places.csv").unlink()
    qixi("knowledge", "sync")
    for seed in range(3):
        later = qixi("plan", "约会，预算300，周六下午两点", "--seed", str(seed), "--json").json
        assert all(item["place"] is None for item in later["items"])


def test_status_shows_how_the_columns_were_read(qixi: Qixi) -> None:
    qixi("knowledge", "sync")
    (row,) = qixi("knowledge", "status", "activities/activities.csv", "--json").json
    assert (row["kind"], row["items"], row["mapping"]["人均最高"]) == ("activity", 3, "price_high")
    assert qixi("knowledge", "status", "nowhere.md").code == 2


def test_a_folder_that_is_a_file_or_missing_is_named(qixi: Qixi, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("hello", encoding="utf-8")
    for knowledge in (file, tmp_path / "nowhere"):
        result = qixi("knowledge", "sync", knowledge=knowledge)
        assert (result.code, result.out) == (2, "")
        assert str(knowledge) in result.err


def test_add_copies_under_a_free_name_and_remove_deletes(qixi: Qixi, folder: Path, tmp_path: Path) -> None:
    note = tmp_path / "雨天.md"
    note.write_text("# 雨天\n去书店，选一本对方会喜欢的书。", encoding="utf-8")
    qixi("knowledge", "sync")
    assert qixi("knowledge", "add", str(note), "--json").json["added"] == ["雨天.md"]
    qixi("knowledge", "add", str(note))
    assert (folder / "雨天 (2).md").is_file()
    assert qixi("knowledge", "remove", "雨天 (2).md", "--json").json["removed"] == ["雨天 (2).md"]
    assert qixi("knowledge", "remove", "../outside.md").code == 2


def test_search_prints_score_and_place_of_each_passage(qixi: Qixi) -> None:
    hits = qixi("knowledge", "search", "猫的名字", "-k", "2", "--json").json
    assert hits[0].keys() >= {"document", "locator", "text", "score", "dense", "words"}
    assert qixi("knowledge", "search", "  ").code == 2


def test_an_unknown_language_is_refused(qixi: Qixi) -> None:
    assert qixi("--lang", "fr", "plan", "x").code == 2


def test_doctor_names_each_part(qixi: Qixi) -> None:
    findings = {row["name"]: row["ok"] for row in qixi("doctor", "--json").json}
    assert findings.keys() >= {"python", "disk", "faiss", "embedder", "store", "knowledge", "model"}


def test_help_imports_nothing_heavy() -> None:
    heavy = "('streamlit', 'numpy', 'langchain_core', 'ortools', 'onnxruntime')"
    code = f"import sys, ui.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("option", ["--ics", "--markdown"])
def test_a_file_that_cannot_be_written_is_named(qixi: Qixi, tmp_path: Path, option: str) -> None:
    path = tmp_path / "nowhere" / "plan"
    result = qixi("--lang", "zh", "plan", "约会，预算300", option, str(path))
    assert (result.code, result.out) == (2, "")
    assert str(path) in result.err.splitlines()[-1]
    assert "Traceback" not in result.err


def test_a_file_the_system_refuses_is_one_sentence(qixi: Qixi, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/somewhere/note.md")

    monkeypatch.setattr("ui.cli_knowledge.save", refuse)
    result = qixi("--lang", "zh", "knowledge", "add", __file__)
    assert (result.code, result.out) == (2, "")
    assert result.err.strip().startswith("/somewhere/note.md 用不了（Permission denied）")


def test_a_path_as_the_shell_completes_it_names_a_file_of_the_folder(
    qixi: Qixi, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    qixi("knowledge", "sync")
    monkeypatch.chdir(folder.parent)
    (row,) = qixi("knowledge", "status", "documents/tips/cats.md", "--json").json
    assert row["path"] == "tips/cats.md"
    monkeypatch.chdir(folder / "tips")
    assert qixi("knowledge", "remove", "cats.md", "--json").json["removed"] == ["tips/cats.md"]


@pytest.mark.parametrize("name", [".note.md", "~$note.docx"])
def test_a_hidden_file_is_refused_and_nothing_is_copied(qixi: Qixi, folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("# 雨天\n去书店。", encoding="utf-8")
    (tmp_path / "first.md").write_text("# 晴天\n去公园。", encoding="utf-8")
    result = qixi("knowledge", "add", str(tmp_path / "first.md"), str(tmp_path / name))
    assert result.code == 2
    assert name in result.err
    assert sorted(path.name for path in folder.iterdir()) == ["activities", "tips"]


@pytest.mark.parametrize(
    ("arguments", "variables", "expected"),
    [
        pytest.param(["--lang", "zh"], {"QIXI_LANG": "en", "LC_ALL": "en_GB.UTF-8"}, "新增 2", id="option first"),
        pytest.param([], {"QIXI_LANG": "zh", "LC_ALL": "en_GB.UTF-8"}, "新增 2", id="then the setting"),
        pytest.param([], {"LC_ALL": "zh_CN.UTF-8"}, "新增 2", id="then the locale"),
        pytest.param([], {"LC_ALL": "C"}, "2 added", id="else English"),
    ],
)
def test_the_terminal_speaks_one_language(
    qixi: Qixi, monkeypatch: pytest.MonkeyPatch, arguments: list[str], variables: dict[str, str], expected: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    zh = expected.startswith("新增")
    assert expected in qixi(*arguments, "knowledge", "sync").out
    assert ("已收录" in qixi(*arguments, "knowledge", "status").out) is zh
    assert ("没有使用语言模型" in qixi(*arguments, "doctor").out) is zh
    assert ("请检查文件名" in qixi(*arguments, "knowledge", "status", "nowhere.md").err) is zh


def test_a_chat_model_is_not_silently_ignored(qixi: Qixi) -> None:
    planned = qixi("--model", "big-model", "plan", "约会，预算300", "--json")
    assert planned.code == 0
    assert planned.json["model"] is None
    assert [line for line in planned.err.splitlines() if "big-model" in line]
    doctor = qixi("--model", "big-model", "doctor", "--json")
    (finding,) = [row for row in doctor.json if row["name"] == "model"]
    assert (doctor.code, finding["ok"]) == (2, False)
    assert "big-model" in finding["en"]


def test_doctor_changes_nothing(qixi: Qixi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, cache = tmp_path / "home", tmp_path / "cache"
    home.mkdir()
    monkeypatch.setenv("QIXI_CACHE", str(cache))
    monkeypatch.setattr("rag.e5_source.find_source", lambda: tmp_path)
    findings = {row["name"]: row for row in qixi("--home", str(home), "doctor", "--json").json}
    assert findings["embedder"]["ok"]
    assert "first run" in findings["embedder"]["en"]
    assert findings["store"]["ok"]
    assert (list(home.iterdir()), cache.exists()) == ([], False)


def test_doctor_tells_a_library_that_cannot_be_imported(qixi: Qixi, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ImportError("libcublas.so.12 is missing")

    monkeypatch.setattr("rag.vectors.import_faiss", broken)
    (finding,) = [row for row in qixi("doctor", "--json").json if row["name"] == "faiss"]
    assert not finding["ok"]
    assert "libcublas" in finding["en"]


def test_output_is_utf8_whatever_the_locale() -> None:
    code = "from ui.console import *; use_utf8(); emit({'a': '约会 \\udc80'}); say('计划')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "cp1252"}
    )
    assert json.loads(done.stdout.decode("utf-8")) == {"a": "约会 \udc80"}
    assert done.stderr.decode("utf-8").strip() == "计划"


def test_a_check_says_what_is_wrong_writes_the_report_and_exits_2(
    qixi: Qixi, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.embed, "open_embedder", lambda settings: BagOfWordsEmbedder())
    write_rows(folder, "conflicts/zh/lateness.jsonl", {**CASE, "say": []})
    report = tmp_path / "report.html"
    result = qixi("--lang", "zh", "knowledge", "check", "--report", str(report))
    assert result.code == 2
    assert "缺少 say" in result.out
    assert "缺少 say" in report.read_text(encoding="utf-8")
    found = qixi("knowledge", "check", str(folder), "--report", str(report), "--json").json
    assert found["errors"] == 1
    assert found["entries"]["case"] == {"zh": 1, "en": 0}


def test_a_check_of_a_sound_folder_exits_0(qixi: Qixi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.embed, "open_embedder", lambda settings: BagOfWordsEmbedder())
    result = qixi("knowledge", "check", str(make_folder(tmp_path / "sound")))
    assert result.code == 0
    assert (tmp_path / "qixi-home/reports/knowledge-check.html").is_file()


def test_a_check_of_a_folder_that_is_not_there_is_one_sentence(qixi: Qixi, tmp_path: Path) -> None:
    result = qixi("knowledge", "check", str(tmp_path / "none"))
    assert (result.code, result.out) == (2, "")
    assert len(result.err.strip().splitlines()) == 1


def test_a_sample_is_the_same_for_the_same_seed(qixi: Qixi, tmp_path: Path) -> None:
    sound = str(make_folder(tmp_path / "sound"))
    drawn = qixi("knowledge", "sample", sound, "-n", "2", "--seed", "3", "--json").json
    assert drawn == qixi("knowledge", "sample", sound, "-n", "2", "--seed", "3", "--json").json
    assert len(drawn) == 2
    assert drawn[0]["document"] in qixi("knowledge", "sample", sound, "-n", "2", "--seed", "3").out


def test_the_calendar_names_what_is_coming(qixi: Qixi, folder: Path) -> None:
    assert "calendar.yaml" in qixi("--lang", "en", "knowledge", "calendar").out
    shown = {key: {"zh": "跨年", "en": "New Year's Eve"} for key in ("name", "when", "customs", "gift")}
    day = {"id": "nye", "rule": {"date": [12, 31]}, **shown, "gift_lead_days": 3, "booking_lead_days": 21}
    (folder / "calendar.yaml").write_text(json.dumps({"occasions": [day]}), encoding="utf-8")
    (one,) = qixi("knowledge", "calendar", "--days", "366", "--json").json[:1]
    assert one["date"].endswith("-12-31")
    assert one["book_by"].endswith("-12-10")


def test_questions_are_asked_of_the_folder_and_misses_are_named(qixi: Qixi, tmp_path: Path) -> None:
    rows = [
        {
            "id": "a",
            "lang": "zh",
            "area": "tips",
            "question": "聊猫聊什么",
            "facts": [{"fact": "问名字", "keys": [["名字"]]}],
        },
        {
            "id": "b",
            "lang": "zh",
            "area": "tips",
            "question": "聊猫聊什么",
            "facts": [{"fact": "问年龄", "keys": [["几岁"]]}],
        },
    ]
    questions = tmp_path / "questions.jsonl"
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    figures = qixi("eval", "knowledge", "--data", str(questions), "--json").json
    assert (figures["n"], figures["held"]) == (2, 0.5)
    assert [miss["id"] for miss in figures["misses"]] == ["b"]
