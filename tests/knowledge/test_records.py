"""Cases, replies, the conflict map and the calendar are read with labels in their own language."""

from __future__ import annotations

from pathlib import Path

from knowledge.load import load
from knowledge.records import in_language, read_rows
from knowledge.scan import FoundFile
from knowledge.sync import read_document
from tests.knowledge.checks.folder import CASE, REPLY, write, write_rows

FOUND = FoundFile(path="", size=1, mtime_ns=1, seen_ns=1)


def test_a_case_becomes_one_passage_with_its_labels_and_stage(tmp_path: Path) -> None:
    write_rows(tmp_path, "lateness.jsonl", CASE)
    found = read_document("conflicts/zh/lateness.jsonl", load(tmp_path / "lateness.jsonl"), found=FOUND)
    (new,) = found.passages
    assert found.row.title == "迟到"
    assert new.passage.text.startswith("【迟到】\n电影七点十分开场")
    assert (
        "别这样说：(1) 不就二十分钟。 (2) 路上堵嘛。" in new.passage.text.replace("、", " ")
        or "不就二十分钟" in new.passage.text
    )
    assert new.passage.stages == ("dating",)
    assert (new.passage.kind, new.passage.lang, new.passage.locator) == ("conflict", "zh", "row 1")


def test_a_long_case_is_cut_between_its_parts_and_both_carry_the_situation(tmp_path: Path) -> None:
    write_rows(tmp_path, "lateness.jsonl", {**CASE, "if_they_refuse": "他不想谈，就等到明天中午再问一次。" * 25})
    passages = read_document("conflicts/zh/lateness.jsonl", load(tmp_path / "lateness.jsonl"), found=FOUND).passages
    assert len(passages) == 2
    assert {new.passage.heading for new in passages} == {f"迟到：{CASE['situation']}"}
    assert "如果对方不愿意" in passages[1].passage.text


def test_replies_are_read_in_english_too() -> None:
    records = read_rows([{**REPLY, "lang": "en", "situation": "k", "message": "k", "stage": "dating"}])
    assert records is not None
    assert records[0].parts[0].startswith("[k]\nThey write: k\nContext: ")


def test_rows_with_other_keys_stay_a_table() -> None:
    assert read_rows([CASE, {"name": "面馆", "price": 30}, {"name": "茶馆", "price": 20}]) is None
    assert read_rows([CASE, "text"]) is None
    assert read_rows([None]) is None


def test_the_map_is_read_once_for_each_language(tmp_path: Path) -> None:
    write(
        tmp_path, "map.yaml",
        "types:\n  money:\n    zh: 钱\n    en: money\n    about: {zh: 多半在争安全感, en: safety}\n"
        "    principles: {zh: [账摊开], en: [open books]}\nsafety_classes:\n"
        "  abuse: {zh: {label: 暴力, signs: [动手]}, en: {label: violence, signs: [hitting]}}\n",
    )  # fmt: skip
    records = load(tmp_path / "map.yaml").records
    assert [record.group for record in records] == ["钱", "money", "暴力", "violence"]
    assert records[0].parts[0] == "【钱】\n多半在争什么：多半在争安全感\n原则：账摊开"


def test_other_yaml_is_read_as_text(tmp_path: Path) -> None:
    write(tmp_path, "mine.yaml", "面馆: 周五有位子\n")
    document = load(tmp_path / "mine.yaml")
    assert document.records == []
    assert "周五有位子" in document.blocks[0].text


def test_a_value_in_two_languages_is_read_in_one() -> None:
    value = {"name": {"zh": "七夕", "en": "Qixi"}, "days": [{"zh": "七", "en": "7"}], "rule": {"lunar": [7, 7]}}
    assert in_language(value, "en") == {"name": "Qixi", "days": ["7"], "rule": {"lunar": [7, 7]}}


def test_a_row_with_a_key_missing_or_too_many_is_still_a_case_and_loses_nothing() -> None:
    records = read_rows(
        [CASE, {"situation": "他忘了", "say": [{"她": "对不起"}], "note": "周五再谈", "seen": [{"by": "妈"}]}]
    )
    assert records is not None
    assert "note: 周五再谈" in records[1].parts[-1]
    assert "妈" in records[1].parts[-1]
    assert "对不起" in records[1].parts[0]
    assert records[1].lang == "zh"
