"""Passages keep every character, end where sentences end, and say where they come from."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.load import Block, Document, Table
from knowledge.split import Piece, length, row_text, split
from tests.knowledge import documents

WORDS = st.text(st.sampled_from("他她约会猫书店。！？；，abc .,!\n\t1’”"), max_size=250)
HEADINGS = st.sampled_from(["", "A", "A › B", "A › C", "D"])
BLOCKS = st.lists(st.builds(Block, WORDS, HEADINGS, st.sampled_from(["", "page 1", "page 2", "line 3"])), max_size=6)
TABLES = st.lists(
    st.builds(
        Table,
        name=st.just("t"),
        header=st.just(["名称", "说明"]),
        rows=st.lists(st.lists(WORDS, min_size=2, max_size=2), max_size=5),
    ),
    max_size=2,
)


def solid(text: str) -> str:
    return re.sub(r"\s", "", text)


@settings(max_examples=200)
@given(BLOCKS, TABLES, st.integers(20, 120), st.integers(0, 19))
def test_no_text_is_lost_and_order_is_kept(blocks: list[Block], tables: list[Table], size: int, overlap: int) -> None:
    document = Document("t", blocks, tables)
    found = iter(solid("".join(piece.text for piece in split(document, size=size, overlap=overlap))))
    cells = [cell for table in tables for row in table.rows for cell in row]
    wanted = solid("".join([*(block.text for block in blocks), *cells]))
    assert all(letter in found for letter in wanted)  # `in` on an iterator consumes it: a subsequence


@settings(max_examples=200)
@given(WORDS, st.integers(20, 120))
def test_without_overlap_the_pieces_are_the_text(text: str, size: int) -> None:
    pieces = split(Document("t", [Block(text)]), size=size, overlap=0)
    assert solid("".join(piece.text for piece in pieces)) == solid(text)


@settings(max_examples=200)
@given(BLOCKS, TABLES, st.integers(40, 120))
def test_no_piece_exceeds_its_bound(blocks: list[Block], tables: list[Table], size: int) -> None:
    for piece in split(Document("t", blocks, tables), size=size, overlap=10):
        assert piece.text.strip()
        assert length(piece.text) <= size * 1.25


@pytest.mark.parametrize(("lang", "low", "high"), [("zh", 400, 600), ("en", 1100, 1800)])
def test_long_text_is_cut_at_sentence_ends_into_even_passages(lang: str, low: int, high: int) -> None:
    text = ("" if lang == "zh" else " ").join(documents.paragraphs(20, lang=lang))
    pieces = split(Document("t", [Block(text)]))
    assert all(re.search(r"[。！？.?!]$", piece.text) for piece in pieces)
    assert all(low <= len(piece.text) <= high for piece in pieces)


def test_neighbours_overlap_by_whole_sentences() -> None:
    first, second, *_ = split(Document("t", [Block("".join(documents.paragraphs(5)))]))
    shared = next(n for n in range(64, 0, -1) if first.text.endswith(second.text[:n]))
    assert 20 <= shared <= 64
    assert second.text[:shared].endswith(("。", "！", "？"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("他说：“我们走吧。”她点头。", id="closing quote"),
        pytest.param("真的吗？！她笑了……然后走了。", id="two marks"),
        pytest.param('"Shall we?" she said. He agreed.', id="english quote"),
        pytest.param("It costs 12.50 yuan, i.e. nothing. Go.", id="decimal and abbreviation"),
    ],
)
def test_sentences_keep_their_marks(text: str) -> None:
    pieces = split(Document("t", [Block("甲" * 10 + "。" + text)]), size=11, overlap=0)
    joined = "|".join(piece.text for piece in pieces)
    assert not re.search(r"\|[。！？”…]|12\.\||i\.\|e", joined)


def test_a_short_document_with_four_sections_is_one_passage() -> None:
    blocks = [
        Block(f"{name}的话。", f"道歉 › {name}", f"道歉 › {name}") for name in ("做什么", "为什么", "怎么说", "避免")
    ]
    assert split(Document("道歉", [Block("开头。", "道歉", "道歉"), *blocks])) == [
        Piece(
            "开头。\n\n## 做什么\n做什么的话。\n\n## 为什么\n为什么的话。\n\n"
            "## 怎么说\n怎么说的话。\n\n## 避免\n避免的话。",
            "道歉",
            "道歉",
        )
    ]


def test_a_long_section_stands_alone_between_packed_ones() -> None:
    long = "".join(documents.paragraphs(4))
    blocks = [Block("短一。", "A", "A"), Block("短二。", "B", "B"), Block(long, "C", "C"), Block("短三。", "D", "D")]
    pieces = split(Document("t", blocks))
    assert pieces[0] == Piece("## A\n短一。\n\n## B\n短二。", "", "A … B")
    assert {piece.heading for piece in pieces[1:-1]} == {"C"}
    assert pieces[-1] == Piece("短三。", "D", "D")


def test_pages_run_on_and_the_locator_names_those_a_passage_touches() -> None:
    pages = [Block(text, "", f"page {n}") for n, text in enumerate(documents.paragraphs(6), start=1)]
    pieces = split(Document("t", pages), overlap=0)
    assert pieces[0].locator == "pages 1-2"
    assert all(re.fullmatch(r"pages? \d+(-\d+)?", piece.locator) for piece in pieces)
    for piece in pieces:
        first, last = re.findall(r"第(\d+)段", piece.text)[:1], re.findall(r"第(\d+)段", piece.text)[-1:]
        assert set(re.findall(r"\d+", piece.locator)) >= {*first, *last} or not first


def test_short_rows_are_packed_with_their_column_names() -> None:
    rows = [[f"店{n}", "餐馆" if n % 2 else ""] for n in range(60)]
    pieces = split(Document("places", [], [Table("places", ["名称", "类型"], rows, 2)]))
    assert pieces[0].text.split("\n")[:2] == ["名称：店0", "名称：店1；类型：餐馆"]
    assert pieces[0].locator.startswith("rows 2-")
    assert pieces[-1].locator.endswith("-61")
    assert all(length(piece.text) <= 480 for piece in pieces)


def test_prose_rows_are_one_passage_each() -> None:
    rows = [[text, "冷战"] for text in documents.paragraphs(3)]
    table = Table("案例", ["情况", "类型"], rows, 1, "sheet 案例", "案例")
    pieces = split(Document("t", [], [table]))
    assert [piece.locator for piece in pieces] == ["sheet 案例 row 1", "sheet 案例 row 2", "sheet 案例 row 3"]
    assert pieces[0] == Piece(f"情况：{rows[0][0]}；类型：冷战", "案例", "sheet 案例 row 1")


def test_a_long_row_is_cut_between_its_cells() -> None:
    row = ["".join(documents.paragraphs(2)), "".join(documents.paragraphs(2, seed=1)), "一句。"]
    pieces = split(Document("t", [], [Table("t", ["情况", "步骤", "话"], [row])]))
    assert [piece.text[:3] for piece in pieces] == ["情况：", "步骤："]
    assert {piece.locator for piece in pieces} == {"row 2"}


@pytest.mark.parametrize(
    ("header", "row", "text"),
    [
        pytest.param(["名称", "类型"], ["书店", "店"], "名称：书店；类型：店", id="chinese"),
        pytest.param(["name", "kind"], ["书店", "shop"], "name: 书店; kind: shop", id="english header"),
        pytest.param(["name", "kind", "note"], ["a", "", " "], "name: a", id="empty cells"),
        pytest.param(["name", ""], ["a", "b", "c"], "name: a; b; c", id="cells without a name"),
        pytest.param(["name"], ["two\nlines"], "name: two lines", id="line end in a cell"),
    ],
)
def test_row_text(header: list[str], row: list[str], text: str) -> None:
    assert row_text(header, row) == text


def test_an_overlap_as_large_as_the_size_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap must lie in"):
        split(Document("t"), size=10, overlap=10)
