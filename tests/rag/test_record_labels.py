"""Records come back from their passages as they were written, and the conflict map from its file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.records import read_rows
from rag.conflict_types import read_types
from rag.record_labels import CASE, REPLY, Labels, read_fields
from rag.schema import Language
from tests.knowledge.checks.folder import CASE as CASE_ROW
from tests.knowledge.checks.folder import REPLY as REPLY_ROW

TYPES: tuple[Labels, ...] = (CASE, REPLY)


def passage(row: dict[str, Any]) -> str:
    """The text of a row's passages, as sync words it."""
    records = read_rows([row])
    assert records is not None
    return "\n".join(records[0].parts)


# Labelled lines


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("labels", "row"), [pytest.param(CASE, CASE_ROW, id="case"), pytest.param(REPLY, REPLY_ROW, id="reply")]
)
def test_a_record_comes_back_from_its_passages(labels: Labels, row: dict[str, Any], lang: Language) -> None:
    found = read_fields(passage({**row, "lang": lang}), labels, lang)
    labelled = {name for name, label, _, _ in labels if label and row[name]}
    assert found == {name: tuple(row[name]) if isinstance(row[name], list) else (row[name],) for name in labelled}


def test_only_the_labels_of_the_language_are_read() -> None:
    assert read_fields(passage(CASE_ROW), CASE, "en") == {}
    assert read_fields(passage({**CASE_ROW, "lang": "en"}), CASE, "zh") == {}


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        pytest.param("可以这样说：对不起。", {"say": ("对不起。",)}, id="one item"),
        pytest.param("可以这样说：(1) 对不起。 (2) 我错了。", {"say": ("对不起。", "我错了。")}, id="two items"),
        pytest.param("别这样说：别闹。", {"do_not_say": ("别闹。",)}, id="words not to say"),
        pytest.param("可以这样说：她说：好。", {"say": ("她说：好。",)}, id="a colon inside"),
        pytest.param("可以这样说：", {"say": ()}, id="nothing behind the label"),
        pytest.param("可以这样说对不起。", {}, id="no colon"),
        pytest.param("他说可以这样说：好。", {}, id="a label inside a line"),
        pytest.param("情形：她刚下班。", {}, id="a label of another kind"),
        pytest.param("", {}, id="nothing"),
    ],
)
def test_a_line_is_read_by_its_label(line: str, fields: dict[str, tuple[str, ...]]) -> None:
    assert read_fields(line, CASE, "zh") == fields


def test_what_has_no_label_is_left_out() -> None:
    text = "【迟到】\n电影开场了我才到。\n可以这样说：对不起。\nnote: 周五再谈"
    assert read_fields(text, CASE, "zh") == {"say": ("对不起。",)}


@pytest.mark.parametrize("labels", TYPES)
@pytest.mark.parametrize("column", [1, 2])
def test_no_label_is_the_beginning_of_another(labels: Labels, column: int) -> None:
    border = "：" if column == 1 else ": "
    written = [f"{row[column]}{border}" for row in labels if row[column]]
    assert len(written) == len(set(written)) == sum(bool(row[3 - column]) for row in labels)
    assert not [(one, other) for one in written for other in written if one != other and one.startswith(other)]


SENTENCE = st.text("对不起我错了等你早安好的散步", min_size=1, max_size=20).map(lambda text: f"{text}。")


@given(st.lists(SENTENCE, min_size=1, max_size=5), st.sampled_from(["zh", "en"]))
def test_any_sentences_come_back_as_they_were(sentences: list[str], lang: Language) -> None:
    row = {"lang": lang, "situation": "他忘了。", "first_day_steps": sentences, "say": sentences[0]}
    found = read_fields(passage(row), CASE, lang)
    assert found == {"first_day_steps": tuple(sentences), "say": (sentences[0],)}


@given(st.text(), st.sampled_from(TYPES), st.sampled_from(["zh", "en"]))
def test_any_text_has_known_fields_of_whole_items(text: str, labels: Labels, lang: Language) -> None:
    found = read_fields(text, labels, lang)
    assert found.keys() <= {name for name, *_ in labels}
    assert all(item.strip() == item != "" and item in text for items in found.values() for item in items)


# The conflict map

MAP = """
types:
  lateness:
    zh: 迟到
    en: lateness
    about: {zh: 等的人觉得不被当回事, en: the one who waits feels ranked below}
    principles: {zh: [先认账], en: [own it first]}
    steps: {zh: [当天问一声, 倒推出门], en: [ask today, time the route]}
    warning_signs: {zh: [只有你的事才晚], en: [only your things are late]}
    seek_help: {zh: 吵了半年, en: half a year of it}
    safety: {zh: 怕挨骂才赶, en: hurrying out of fear}
  money:
    zh: 钱
    en: money
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_map(tmp_path, MAP)
    return tmp_path


def write_map(folder: Path, content: str | bytes) -> None:
    (folder / "conflicts").mkdir(exist_ok=True)
    (folder / "conflicts" / "map.yaml").write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize(
    ("lang", "label", "steps", "help_"),
    [
        ("zh", "迟到", ("当天问一声", "倒推出门"), "吵了半年"),
        ("en", "lateness", ("ask today", "time the route"), "half a year of it"),
    ],
)
def test_the_map_is_read_in_one_language(
    folder: Path, lang: Language, label: str, steps: tuple[str, ...], help_: str
) -> None:
    entry = read_types(folder, lang)["lateness"]
    assert (entry.id, entry.label, entry.steps, entry.seek_help) == ("lateness", label, steps, help_)
    assert entry.about
    assert entry.principles
    assert entry.warning_signs
    assert entry.safety


def test_what_an_entry_does_not_say_is_empty(folder: Path) -> None:
    entry = read_types(folder)["money"]
    assert (entry.about, entry.principles, entry.steps, entry.warning_signs, entry.seek_help, entry.safety) == (
        "", (), (), (), "", "",
    )  # fmt: skip


def test_the_kinds_keep_the_order_of_the_file(folder: Path) -> None:
    assert list(read_types(folder)) == list(read_types(folder, "en")) == ["lateness", "money"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("types: []", id="a list"),
        pytest.param("types: {lateness: 迟到}", id="an entry that is a word"),
        pytest.param("types: {lateness: }", id="an entry that is nothing"),
        pytest.param("types: {lateness: {zh: 迟到, en: lateness, steps: [早点出门]}}", id="steps without a language"),
        pytest.param("kinds: {}", id="no types"),
        pytest.param("types: {lateness: {zh: 迟到", id="no YAML"),
        pytest.param("types: &a {lateness: *a}", id="an alias"),
        pytest.param(b"types:\n  lateness:\n    zh: \xb3\xd9\xb5\xbd\n", id="another encoding"),
    ],
)
def test_a_map_that_cannot_be_read_is_none(tmp_path: Path, content: str | bytes) -> None:
    write_map(tmp_path, content)
    assert read_types(tmp_path) == {}


def test_a_folder_without_a_map_has_no_kinds(tmp_path: Path) -> None:
    assert read_types(tmp_path) == read_types(tmp_path / "absent") == {}


def test_a_changed_map_is_read_again(folder: Path) -> None:
    assert read_types(folder)["money"].label == "钱"
    write_map(folder, MAP.replace("zh: 钱", "zh: 花钱"))
    os.utime(folder / "conflicts" / "map.yaml", ns=(1, 1))
    assert read_types(folder)["money"].label == "花钱"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_shipped_map_says_something_for_every_kind(lang: Language) -> None:
    types = read_types(Path(__file__).parents[2] / "knowledge" / "documents", lang)
    assert len(types) >= 24
    for name, entry in types.items():
        assert entry.label, name
        assert entry.about, name
        assert entry.principles, name
        assert entry.steps, name
        assert entry.warning_signs, name
