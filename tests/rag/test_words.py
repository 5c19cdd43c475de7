"""The word index: finds by words and tags, can be caught up twice, and never outlives its damage."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.files import file_sha256
from rag.text import search_words
from rag.words import WordIndex

ROWS = [
    (1, "云上书店：下雨天看书的地方", "kind:place lang:zh city:杭州 stage:first_date"),
    (2, "江边面馆：一人三十二元", "kind:place lang:zh city:上海 stage:"),
    (3, "Bookshops are good on rainy days", "kind:tip lang:en city: stage:"),
]


@pytest.fixture
def index(tmp_path: Path) -> WordIndex:
    made = WordIndex(tmp_path / "words", store="s1")
    made.apply(ROWS, [], generation=1)
    return made


def found(index: WordIndex, query: str, *tags: list[str]) -> list[int]:
    ids, scores = index.search(search_words(query), 10, tags)
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)
    return [int(passage_id) for passage_id in ids]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        pytest.param("书店", [1], id="word"),
        pytest.param("面", [2], id="single character"),
        pytest.param("雲上書店", [1], id="traditional"),
        pytest.param("bookshop DAY", [3], id="English stems"),
        pytest.param("火锅", [], id="nothing"),
    ],
)
def test_words_are_found_in_any_spelling(index: WordIndex, query: str, ids: list[int]) -> None:
    assert found(index, query) == ids


@pytest.mark.parametrize("query", ["", "？！。", " \n", "(a:b) AND"], ids=["empty", "punctuation", "space", "syntax"])
def test_a_query_of_punctuation_finds_nothing_and_no_sign_is_syntax(index: WordIndex, query: str) -> None:
    assert found(index, query) == []


def test_a_word_that_counts_twice_in_the_question_counts_more(index: WordIndex) -> None:
    assert found(index, "面馆 书店 书店 书店")[0] == 1
    assert found(index, "面馆 面馆 面馆 书店")[0] == 2


@pytest.mark.parametrize(
    ("tags", "ids"),
    [
        pytest.param([["city:杭州"]], [1], id="city"),
        pytest.param([["city:杭州", "city:上海"]], [1, 2], id="either city"),
        pytest.param([["kind:place"], ["stage:", "stage:early"]], [2], id="both groups"),
        pytest.param([["kind:gift"]], [], id="no such kind"),
    ],
)
def test_every_group_of_tags_must_match(index: WordIndex, tags: list[list[str]], ids: list[int]) -> None:
    assert sorted(found(index, "书店 面馆 bookshop", *tags)) == ids


def test_tags_do_not_change_the_scores(index: WordIndex) -> None:
    words = search_words("书店")
    assert index.search(words, 5)[1].tolist() == index.search(words, 5, [["kind:place"], ["lang:zh"]])[1].tolist()


def test_no_more_than_k_are_found(index: WordIndex) -> None:
    assert len(index.search(search_words("书店 面馆 bookshop"), 2)[0]) == 2


def test_applying_the_same_generation_twice_leaves_no_duplicates(index: WordIndex) -> None:
    for _ in range(2):
        index.apply([(2, "江边面馆改卖饺子", "kind:place"), (4, "新的猫咖", "kind:place")], [3], generation=2)
    assert found(index, "饺子") == [2]
    assert found(index, "猫咖") == [4]
    assert found(index, "bookshop") == []
    assert found(index, "三十二") == []
    assert index.generation == 2


def test_a_rebuild_forgets_what_was_there(index: WordIndex) -> None:
    index.apply([(9, "只有这一条", "kind:tip")], [], generation=7, rebuild=True)
    assert found(index, "书店") == []
    assert found(index, "这一条") == [9]


def test_another_reader_sees_what_was_committed_when_it_reloads(index: WordIndex, tmp_path: Path) -> None:
    reader = WordIndex(tmp_path / "words", store="s1")
    index.apply([(4, "新的猫咖", "kind:place")], [], generation=2)
    assert found(reader, "猫咖") == []
    reader.reload()
    assert (found(reader, "猫咖"), reader.generation) == ([4], 2)


def test_an_interrupted_apply_leaves_the_old_state_and_can_be_repeated(index: WordIndex) -> None:
    def interrupted() -> Iterator[tuple[int, str, str]]:
        yield 4, "新的猫咖", "kind:place"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as raised:
        index.apply(interrupted(), [1], generation=2)
    assert (found(index, "书店"), found(index, "猫咖"), index.generation) == ([1], [], 1)
    index.apply([(4, "新的猫咖", "kind:place")], [1], generation=2)
    assert (found(index, "书店"), found(index, "猫咖")) == ([], [4])
    assert raised.tb, "the traceback, with the frame that held the writer, was alive all the time"


def test_the_copy_of_another_store_counts_as_empty(index: WordIndex, tmp_path: Path) -> None:
    assert WordIndex(tmp_path / "words", store="s2").generation == 0
    assert WordIndex(tmp_path / "words", store="s1").generation == 1


def damage_meta(folder: Path) -> None:
    (folder / "meta.json").write_text("garbage")


def lose_meta(folder: Path) -> None:
    (folder / "meta.json").unlink()


def lose_segment(folder: Path) -> None:
    next(folder.glob("*.idx")).unlink()


def truncate_segment(folder: Path) -> None:
    path = next(folder.glob("*.store"))
    path.write_bytes(path.read_bytes()[:-20])


def damage_manifest(folder: Path) -> None:
    (folder / "qixi.json").write_text('{"format": 2}')


def lose_folder(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "damage", [damage_meta, lose_meta, lose_segment, truncate_segment, damage_manifest, lose_folder]
)
def test_a_damaged_folder_counts_as_empty_and_can_be_rebuilt(index: WordIndex, tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    damage(tmp_path / "words")
    opened = WordIndex(tmp_path / "words", store="s1")
    assert opened.generation == 0
    opened.apply(ROWS, [], generation=1, rebuild=True)
    assert found(opened, "书店") == [1]


def test_a_folder_lost_while_it_is_open_is_rebuilt(index: WordIndex, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "words")
    index.reload()
    assert index.generation == 0
    index.apply(ROWS, [], generation=1, rebuild=True)
    assert found(WordIndex(tmp_path / "words", store="s1"), "书店") == [1]


def test_what_is_open_goes_on_answering_while_another_process_rebuilds_the_folder(
    index: WordIndex, tmp_path: Path
) -> None:
    reader = WordIndex(tmp_path / "words", store="s1")
    during: list[tuple[list[int], int]] = []

    def rows() -> Iterator[tuple[int, str, str]]:
        reader.reload()
        during.append((found(reader, "书店"), reader.generation))
        yield 7, "新的书店", "kind:place"

    index.apply(rows(), [], generation=2, rebuild=True)
    assert during == [([1], 0)]
    reader.reload()
    assert (found(reader, "书店"), reader.generation) == ([7], 2)


def test_a_file_of_an_unfinished_change_is_no_damage(index: WordIndex, tmp_path: Path) -> None:
    (tmp_path / "words" / f"{'0' * 32}.idx").write_bytes(b"half a segment")
    opened = WordIndex(tmp_path / "words", store="s1")
    assert (found(opened, "书店"), opened.generation) == ([1], 1)


def test_a_file_that_vanishes_as_it_is_checked_is_no_error(
    index: WordIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = WordIndex(tmp_path / "words", store="s1")
    index.apply([(4, "新的猫咖", "kind:place")], [], generation=2)

    def gone(path: Path) -> str:
        raise FileNotFoundError(path)

    monkeypatch.setattr("rag.words.file_sha256", gone)
    reader.reload()
    assert (found(reader, "书店"), reader.generation) == ([1], 0)


def test_a_reload_reads_only_the_files_that_are_new(
    index: WordIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = WordIndex(tmp_path / "words", store="s1")
    before = {path.name for path in (tmp_path / "words").iterdir()}
    index.apply([(4, "新的猫咖", "kind:place")], [], generation=2)
    read: list[str] = []

    def recorded(path: Path) -> str:
        read.append(path.name)
        return file_sha256(path)

    monkeypatch.setattr("rag.words.file_sha256", recorded)
    reader.reload()
    assert reader.generation == 2
    assert set(read) & before == {"meta.json"}
