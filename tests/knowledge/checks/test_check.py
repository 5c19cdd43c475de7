"""`qixi knowledge check` finds what is wrong, names where, and finds nothing in what is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from knowledge.checks.duplicates import alike, distinct, mask
from knowledge.checks.report import write_report
from knowledge.checks.run import check_folder
from rag.disguise import plain
from rag.errors import InputError
from rag.guard_rules import advised_harm
from rag.privacy import personal_data
from tests.fakes import BagOfWordsEmbedder
from tests.knowledge.checks.folder import (
    CASE,
    GIFTS,
    REPLY,
    TIP,
    TODAY,
    check,
    make_folder,
    only,
    write,
    write_rows,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "documents")


def test_a_sound_folder_has_no_finding_and_its_entries_are_counted(folder: Path) -> None:
    report = check(folder)
    assert report.findings == ()
    assert {kind: own["zh"] for kind, own in report.counts.items()} == {"case": 1, "gift": 1, "reply": 1, "tip": 1}


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    [
        pytest.param({"say": []}, "missing", "say", id="no words to say"),
        pytest.param({"stage": "热恋"}, "value", "热恋", id="unknown stage"),
        pytest.param({"severity": 9}, "value", "severity", id="severity of 9"),
        pytest.param({"narrator": "她"}, "value", "narrator", id="unknown gender"),
        pytest.param({"situation": "他迟到了。"}, "value", "5", id="short situation"),
        pytest.param({"lang": "en"}, "language", "en", id="wrong language"),
        pytest.param({"safety": "abuse", "severity": 5}, "safety", "nobody to turn to", id="abuse without help"),
        pytest.param({"safety": "abuse", "say": ["找警察。", "姐。"]}, "safety", "severity", id="mild abuse"),
        pytest.param({"first_day_steps": ["晾他几天。", "睡觉。", "等。"]}, "manipulation", "晾他几天", id="silence"),
        pytest.param({"say": ["加我微信：lovely_2026 说。", "对不起。"]}, "personal", "(wechat)", id="an account"),
    ],
)  # fmt: skip
def test_a_bad_case_is_named_with_what_is_wrong(folder: Path, change: dict[str, Any], rule: str, words: str) -> None:
    write_rows(folder, "conflicts/zh/lateness.jsonl", {**CASE, **change})
    finding = only(check(folder))
    assert (finding.level, finding.rule) == ("error", rule)
    assert finding.place == "conflicts/zh/lateness.jsonl row 1"
    assert words in finding.en


def test_danger_in_a_case_that_is_marked_harmless_is_found(folder: Path) -> None:
    told = CASE["situation"].replace("散场后一路没牵我的手", "散场后他掐着我，一路没松手")
    write_rows(folder, "conflicts/zh/lateness.jsonl", {**CASE, "situation": told})
    assert only(check(folder)).rule == "safety"


def test_what_is_advised_against_may_name_manipulation(folder: Path) -> None:
    write_rows(folder, "conflicts/zh/lateness.jsonl", {**CASE, "do_not_say": ["你再这样我就冷暴力。", "让他吃醋去。"]})
    assert check(folder).findings == ()


def test_a_certain_reading_is_an_error(folder: Path) -> None:
    write_rows(folder, "replies/zh/hum.jsonl", {**REPLY, "readings": ["她生气了。", "也许：在忙。"]})
    assert "她生气了" in only(check(folder)).en


def test_a_type_must_be_one_of_the_map(folder: Path) -> None:
    both = {"zh": "关于等人的话", "en": "about waiting"}
    parts = dict.fromkeys(("about", "principles", "steps", "warning_signs", "seek_help"), both)
    write(folder, "conflicts/map.yaml", json.dumps({"types": {"money": {"zh": "钱", "en": "money", **parts}}}))
    assert "迟到" in only(check(folder)).en


def test_a_user_text_without_front_matter_is_only_pointed_out(folder: Path) -> None:
    write(folder, "tips/mine.md", "# 我的小本子\n\n周五的面馆七点以后有位子。\n")
    assert only(check(folder)).level == "warning"


def test_a_tip_without_a_section_is_an_error(folder: Path) -> None:
    write(folder, "tips/zh/umbrella.md", TIP.replace("## 为什么\n淋湿的人只想回家。\n", ""))
    assert "为什么" in only(check(folder)).en


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        pytest.param("0,10,CNY", "10,990000,CNY", "price", id="a letter for 990,000"),
        pytest.param("0,10,CNY", ",,CNY", "missing", id="no price"),
        pytest.param(",1,2026-11", ",1,2019", "stale", id="of 2019"),
        pytest.param(",1,2026-11", ",1,2031-01", "stale", id="of a year to come"),
    ],
)
def test_an_impossible_or_stale_figure_is_found(folder: Path, old: str, new: str, rule: str) -> None:
    write(folder, "gifts/gifts.csv", GIFTS.replace(old, new))
    assert rule in {finding.rule for finding in check(folder).findings}


def test_a_cell_that_is_not_understood_is_an_error(folder: Path) -> None:
    write(folder, "gifts/gifts.csv", GIFTS.replace(",1,2026-11", ",随缘,2026-11"))
    assert "随缘" in " ".join(finding.en for finding in check(folder).findings)


def test_a_calendar_with_an_impossible_day_is_an_error(folder: Path) -> None:
    shown = {key: {"zh": "某节", "en": "X"} for key in ("name", "when", "customs", "gift")}
    day = {"id": "x", "rule": {"date": [2, 31]}, **shown, "gift_lead_days": 1, "booking_lead_days": 1}
    write(folder, "calendar.yaml", json.dumps({"occasions": [day]}))
    assert any("occasion x" in finding.en for finding in check(folder).findings)


def test_a_case_with_a_key_missing_is_checked_and_not_overlooked(folder: Path) -> None:
    careless = {key: value for key, value in CASE.items() if key not in ("do_not_say", "id")}
    write_rows(folder, "conflicts/zh/mine.jsonl", {**careless, "first_day_steps": ["晾他几天。", "等。", "睡。"]})
    rules = {finding.rule for finding in check(folder).findings if "mine" in finding.place}
    assert rules >= {"missing", "manipulation"}


def test_personal_data_in_a_plain_table_is_pointed_out(folder: Path) -> None:
    write(folder, "contacts.csv", "who,phone\nAnna,+44 20 7946 0958\n")
    assert only(check(folder)).rule == "personal"


def test_two_branches_of_a_chain_are_no_duplicates(folder: Path) -> None:
    write(folder, "places/p.csv", "店名,城市,地址,人均\n面馆,北京,东街一号,30\n面馆,北京,西街二号,30\n")
    assert check(folder).errors == 0


@pytest.mark.parametrize("as_of", ["2026-13", "0000"])
def test_a_date_that_does_not_exist_is_an_error(folder: Path, as_of: str) -> None:
    write(folder, "tips/zh/umbrella.md", TIP.replace("as_of: 2026-11", f"as_of: '{as_of}'"))
    assert as_of in only(check(folder)).en


def test_an_unreadable_file_is_an_error_and_the_others_go_on(folder: Path) -> None:
    write(folder, "notes.pdf", "%PDF-1.7 nothing more")
    report = check(folder)
    assert only(report).rule == "unreadable"
    assert report.counts["case"]["zh"] == 1


def test_the_same_case_with_other_numbers_is_a_near_duplicate(folder: Path) -> None:
    told = CASE["situation"].replace("七点十分", "八点二十分").replace("第六排", "第三排")
    write_rows(folder, "conflicts/zh/twin.jsonl", {**CASE, "id": "zh-twin", "situation": told})
    report = check(folder)
    assert {finding.rule for finding in report.findings} == {"duplicate"}
    assert report.duplicates.masked_rate == pytest.approx(2 / 5)


def test_the_embedder_finds_twins_that_share_no_ngrams(folder: Path) -> None:
    words = [
        "kettle",
        "ferry",
        "lantern",
        "mustard",
        "gravel",
        "violin",
        "orchard",
        "pepper",
        "saddle",
        "tunnel",
        "anchor",
        "basket",
        "cactus",
        "drawer",
    ]
    forward, backward = " ".join(words), " ".join(reversed(words))
    assert alike([forward, backward], "en") == []
    for name, text in (("one", forward), ("two", backward)):
        write_rows(folder, f"conflicts/en/{name}.jsonl", {**CASE, "id": name, "lang": "en", "situation": text})
    pairs = check_folder(folder, BagOfWordsEmbedder(), today=TODAY).duplicates.pairs
    assert [pair.measure for pair in pairs] == ["embedding"]


def test_an_id_that_stands_twice_is_an_error(folder: Path) -> None:
    other = "末班车开走那晚，他在对面比划半天，我没看懂，自己打车回了宿舍，"
    other += "第二天才知道他追着车跑了半站路，鞋跑掉一只，回来感冒三天。"
    write_rows(folder, "conflicts/zh/other.jsonl", {**CASE, "situation": other})
    assert "zh-lateness-01" in only(check(folder)).en


def test_a_folder_told_by_one_side_is_pointed_out(folder: Path) -> None:
    rows = [
        {**CASE, "id": f"c{number}", "type": f"类型{number}", "stage": ["early", "dating"][number % 2],
         "partner": ["male", "female"][number % 2],
         "situation": "".join(chr(0x4E00 + number * 97 + at) for at in range(70))}
        for number in range(60)
    ]  # fmt: skip
    write_rows(folder, "conflicts/zh/lateness.jsonl", *rows)
    finding = only(check(folder))
    assert (finding.level, finding.rule) == ("warning", "one_sided")
    assert "60 of 60 narrators are female" in finding.en


@pytest.mark.parametrize(
    "text",
    ["先晾她几天，她自然会来找你。", "偶尔让他吃点醋，关系更稳。", "Give her the silent treatment for a week.",
     "Check his phone while he sleeps.", "故意不回，等TA急。", "Play hard to get for a week."],
)  # fmt: skip
def test_manipulation_is_heard(text: str) -> None:
    assert advised_harm(plain(text))


@pytest.mark.parametrize(
    "text",
    ["别晾她几天，今晚就回。", "我不会偷看他的手机。", "Never check her phone.", "Don't play hard to get.",
     "把醋放在桌上，让他自己蘸。", "对不起，上周我故意不回你。"],
)  # fmt: skip
def test_what_is_refused_or_harmless_is_no_manipulation(text: str) -> None:
    assert advised_harm(plain(text)) is None


@pytest.mark.parametrize(
    ("text", "what"),
    [("写信到 anna@example.org 就行", "email"), ("她住和平路18号302室", "address"),
     ("身份证 11010519491231002X", "id"),
     ("打我手机 13812345678", "phone"), ("ring +44 20 7946 0958", "phone"),
     ("微信号：wx_abc123", "wechat")],
)  # fmt: skip
def test_personal_data_is_found(text: str, what: str) -> None:
    assert [kind for kind, _ in personal_data(text)][:1] == [what]


@pytest.mark.parametrize(
    "text", ["预算300到500元，2026-11", "110105194912310021 号展品", "七点半第六排", "€18-25 per person"]
)
def test_prices_and_dates_are_no_personal_data(text: str) -> None:
    assert not list(personal_data(text))


def test_numbers_and_names_are_masked_in_both_languages() -> None:
    assert mask("第3次在成都等了小林，", "zh") == mask("第12次在西安等了小王，", "zh")
    assert mask("Last week, Tom waited three hours in London", "en") == mask(
        "Last week, Ben waited nine hours in Paris", "en"
    )


def test_distinct_falls_with_repetition() -> None:
    assert distinct(["甲乙丙丁"], "zh") == 1
    assert distinct(["甲乙丙丁", "甲乙丙丁"], "zh") == 0.5
    assert distinct(["so it goes", "so it goes"], "en") == 0.5
    assert distinct([], "en") == 0


def test_the_report_is_one_page_without_a_script_or_another_host(folder: Path, tmp_path: Path) -> None:
    write_rows(folder, "conflicts/zh/<img src=x>.jsonl", {**CASE, "id": "x", "say": []})
    path = tmp_path / "deep/report.html"
    write_report(check(folder), path, "zh")
    page = path.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img src=x>" not in page
    assert "<svg" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no document"):
        check(tmp_path)
