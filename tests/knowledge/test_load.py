"""Every format is read whole, with titles, headings and locators; every bad file gets its sentence."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.load import Block, Document, Table, load, sniff
from knowledge.pdf import Line, reflow
from rag.errors import DocumentError
from tests.knowledge import documents

ZH = documents.paragraphs(30)
EN = documents.paragraphs(30, lang="en")
RECORDS = [dict(zip(documents.PLACES_HEADER, row, strict=True)) for row in documents.PLACES]
ROWS = [documents.PLACES_HEADER, *documents.PLACES]


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def words_of(document: Document) -> str:
    cells = [cell for table in document.tables for row in [table.header, *table.rows] for cell in row]
    return "".join([document.title, *(block.text for block in document.blocks), *cells])


def recovered(document: Document, texts: list[str]) -> float:
    """Share of the texts' characters that lie in the document in order, in runs of eight; no place counts twice."""
    found = re.sub(r"\s", "", words_of(document))
    runs = [run for text in texts for run in re.findall(r".{1,8}", re.sub(r"\s", "", text))]
    at = kept = 0
    for run in runs:
        place = found.find(run, at, at + 400)
        if place >= 0:
            at, kept = place + len(run), kept + len(run)
    return kept / sum(map(len, runs))


def test_the_measure_of_recovery_sees_a_lost_paragraph() -> None:
    assert recovered(Document("t", [Block("".join(ZH))]), ZH) == 1.0
    assert recovered(Document("t", [Block("".join(ZH[:10] + ZH[13:]))]), ZH) < 0.97


def csv_text(rows: list[list[str]], delimiter: str = ",") -> str:
    return "\n".join(delimiter.join(row) for row in rows) + "\n"


MAKERS: dict[str, tuple[float, Callable[[Path], Path], list[str]]] = {
    "md": (0.99, lambda f: write(f / "a.md", "# 手册\n\n" + "\n\n".join(ZH)), ZH),
    "txt": (0.99, lambda f: write(f / "a.txt", "\n".join(EN)), EN),
    "txt-gbk": (0.99, lambda f: write(f / "a.txt", "\n".join(ZH), "gbk"), ZH),
    "html": (0.99, lambda f: write(f / "a.html", documents.html_page(ZH)), ZH),
    "csv": (0.99, lambda f: write(f / "a.csv", csv_text([["说明", "序号"], *([t, "1"] for t in ZH)])), ZH),
    "xlsx": (0.99, lambda f: documents.xlsx_file(f / "a.xlsx", {"S": [["说明", "n"], *([t, 1] for t in ZH)]}), ZH),
    "json": (0.99, lambda f: write(f / "a.json", json.dumps([{"text": t, "n": [1]} for t in ZH])), ZH),
    "jsonl": (0.99, lambda f: write(f / "a.jsonl", "\n".join(json.dumps({"text": t}) for t in EN)), EN),
    "docx": (0.97, lambda f: documents.docx_file(f / "a.docx", {"一": ZH[:15], "二": ZH[15:]}), ZH),
    "pptx": (0.97, lambda f: documents.pptx_file(f / "a.pptx", [(f"页{n}", t, "") for n, t in enumerate(EN)]), EN),
    "pdf-zh": (0.97, lambda f: documents.pdf(f / "a.pdf", ZH), ZH),
    "pdf-en": (0.97, lambda f: documents.pdf(f / "a.pdf", EN, lang="en"), EN),
}


@pytest.mark.parametrize("format_", MAKERS)
def test_the_text_of_every_format_is_recovered(format_: str, tmp_path: Path) -> None:
    least, make, texts = MAKERS[format_]
    document = load(make(tmp_path))
    assert recovered(document, texts) >= least
    assert Document.from_json(document.to_json()) == document


@pytest.mark.parametrize(("lang", "texts"), [("zh", ZH), ("en", EN)])
def test_the_lines_of_a_pdf_are_joined_into_its_paragraphs(lang: str, texts: list[str], tmp_path: Path) -> None:
    lines = [
        line
        for block in load(documents.pdf(tmp_path / "a.pdf", texts, lang=lang)).blocks
        for line in block.text.split("\n")
    ]
    assert sum(text in lines for text in texts) / len(texts) >= 0.9


def test_pdf_pages_are_located_and_their_numbers_left_out(tmp_path: Path) -> None:
    document = load(documents.pdf(tmp_path / "a.pdf", ZH, title="约会计划"))
    assert document.title == "约会计划"
    assert [block.locator for block in document.blocks] == [f"page {n}" for n in range(1, len(document.blocks) + 1)]
    assert len(document.blocks) > 1
    assert not re.search(r"^- \d+ -$", words_of(document), re.MULTILINE)


def lines_of_page(*texts: str, step: float = 16.0) -> list[Line]:
    """Lines set in letters of six points, `step` points apart."""
    return [Line(text, 60.0, 60.0 + 6.0 * len(text), 700.0 - step * n, 12.0) for n, text in enumerate(texts)]


def test_a_word_broken_by_a_hyphen_is_whole_again() -> None:
    lines = lines_of_page(
        "A pleasant evening needs little prepa-", "ration but a good deal of attention to", "the other. Short line."
    )
    assert reflow(lines) == [
        "A pleasant evening needs little preparation but a good deal of attention to the other. Short line."
    ]


@pytest.mark.parametrize(
    ("line", "following", "joined"),
    [
        pytest.param(
            Line("ends in a full line and", 60, 500, 700, 12), Line("goes on.", 60, 110, 684, 12), True, id="full"
        ),
        pytest.param(
            Line("has room left.", 60, 150, 700, 12), Line("Another", 60, 110, 684, 12), False, id="room left"
        ),
        pytest.param(Line("full but far above", 60, 500, 700, 12), Line("the next", 60, 110, 660, 12), False, id="gap"),
        pytest.param(Line("full but indented", 60, 500, 700, 12), Line("below", 84, 130, 684, 12), False, id="indent"),
        pytest.param(
            Line("A heading as wide as", 60, 500, 700, 20), Line("the text", 60, 110, 684, 12), False, id="size"
        ),
        pytest.param(
            Line("a full line before", 60, 500, 700, 12), Line("2. an item", 60, 110, 684, 12), False, id="item"
        ),
        pytest.param(
            Line("runs into the next column", 60, 500, 100, 12), Line("up here", 560, 610, 700, 12), True, id="column"
        ),
    ],
)
def test_where_a_paragraph_of_a_pdf_ends(line: Line, following: Line, joined: bool) -> None:
    lines_around = [Line("x", 60, 500, 748, 12), Line("x", 60, 500, 732, 12), Line("x", 60, 500, 716, 12)]
    texts = reflow([*lines_around, line, following])
    assert (f"{line.text} {following.text}" in texts[-1]) is joined


def test_markdown_keeps_front_matter_heading_paths_and_fences(tmp_path: Path) -> None:
    front = "---\nid: a\nstages: [early]\nas_of: 2026-11-03\n---\n"
    text = f"{front}# 道歉\n开头\n## 做什么\n```\n# 不是标题\n```\n<!-- 给模型的话 -->\n## 为什么\n因为\n"
    document = load(write(tmp_path / "x.md", text))
    assert document.title == "道歉"
    assert document.front == {"id": "a", "stages": ["early"], "as_of": "2026-11-03"}
    assert [(block.heading, block.text) for block in document.blocks] == [
        ("道歉", "开头"),
        ("道歉 › 做什么", "```\n# 不是标题\n```"),
        ("道歉 › 为什么", "因为"),
    ]


@pytest.mark.parametrize(
    "front",
    [
        pytest.param("a: &a [1]\nb: *a", id="aliases"),
        pytest.param("a: [1", id="not closed"),
        pytest.param("[" * 5000, id="deep"),
        pytest.param("a: !!python/object/apply:os.getcwd []", id="object"),
    ],
)
def test_front_matter_that_is_no_plain_yaml_stays_text(front: str, tmp_path: Path) -> None:
    document = load(write(tmp_path / "x.md", f"---\n{front}\n---\n正文"))
    assert document.front == {}
    assert document.notes[0].startswith("The front matter is not valid YAML")
    assert "正文" in words_of(document)


def test_headings_without_text_are_not_lost(tmp_path: Path) -> None:
    document = load(write(tmp_path / "x.md", "# A\n## B\n## C\ntext\n# D\n"))
    assert [(block.heading, block.text) for block in document.blocks] == [("B", "B"), ("A › C", "text"), ("D", "D")]


def test_text_paragraphs_are_located_by_line(tmp_path: Path) -> None:
    document = load(write(tmp_path / "x.txt", "\ufeff一\n二\r\n\r\n\r\n三\r\n"))
    assert [(block.text, block.locator) for block in document.blocks] == [("一\n二", "line 1"), ("三", "line 5")]
    assert document.title == "x"


def test_html_is_what_a_visitor_reads(tmp_path: Path) -> None:
    document = load(write(tmp_path / "page.txt", documents.html_page(["先问<b>她</b>的<br>意见", "再订\n位子"])))
    assert document.title == "约会手册"
    assert document.blocks[0].text == "先问她的\n意见\n\n再订位子"
    assert document.tables == [
        Table("table 1", documents.PLACES_HEADER, documents.PLACES, 2, "table 1", "约会手册 › 地点")
    ]
    assert not re.search("首页|不该出现|藏起来|版权", words_of(document))


def test_html_in_a_declared_encoding(tmp_path: Path) -> None:
    page = "<html><head><meta charset='euc-kr'></head><body><p>오늘은 날씨가 좋습니다</body></html>"
    assert load(write(tmp_path / "k.html", page, "euc-kr")).blocks[0].text == "오늘은 날씨가 좋습니다"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_delimiters_and_encodings(delimiter: str, encoding: str, tmp_path: Path) -> None:
    document = load(write(tmp_path / "places.csv", csv_text(ROWS, delimiter), encoding))
    assert document.tables == [Table("places", documents.PLACES_HEADER, documents.PLACES, 2)]
    assert document.title == "places"


def test_csv_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    text = '杭州地点,,\n\n名称,价格,说明\n甲,1,"两\n行"\n\n乙,2\n'
    document = load(write(tmp_path / "a.csv", text))
    (table,) = document.tables
    assert (table.first_row, table.locator(2)) == (4, "row 6")
    assert table.rows == [["甲", "1", "两\n行"], ["", "", ""], ["乙", "2", ""]]
    assert document.blocks[0].text == "杭州地点"


def test_xlsx_sheets_numbers_dates_and_merged_cells(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["城市", "名称", "人均", "日期"],
        ["杭州", "甲", 38.0, dt.date(2026, 11, 3)],
        [None, "乙", 58.5, dt.time(9, 30)],
    ]
    sheets: dict[str, list[list[object]]] = {"餐厅": rows, "草稿": [["a", "b"], ["c", "d"]]}
    document = load(documents.xlsx_file(tmp_path / "a.xlsx", sheets, merged="A2:A3", hidden="草稿"))
    (table,) = document.tables
    assert table.rows == [["杭州", "甲", "38", "2026-11-03"], ["杭州", "乙", "58.5", "09:30"]]
    assert table.locator(1) == "sheet 餐厅 row 3"
    assert document.notes == ("The sheet 草稿 is hidden and was not read.",)


def test_docx_headings_tables_lists_and_title(tmp_path: Path) -> None:
    path = documents.docx_file(tmp_path / "a.docx", {"": ["序"], "地点": ["见下表"]}, title="不用这个", rows=ROWS)
    document = load(path)
    assert document.title == "地点"
    assert [(block.heading, block.text) for block in document.blocks] == [("", "序"), ("地点", "见下表")]
    assert document.tables == [Table("table 1", documents.PLACES_HEADER, documents.PLACES, 2, "table 1", "地点")]


def test_docx_content_controls_and_insertions_are_read_and_deletions_not(tmp_path: Path) -> None:
    (block,) = load(documents.docx_with_hidden_corners(tmp_path / "a.docx")).blocks
    assert block.text == "控件里的字\n\n新增的字\n\n链接的字"


def test_docx_properties_name_a_document_without_headings(tmp_path: Path) -> None:
    assert load(documents.docx_file(tmp_path / "a.docx", {"": ["正文"]}, title="手册")).title == "手册"


def test_pptx_slides_notes_and_tables(tmp_path: Path) -> None:
    document = load(documents.pptx_file(tmp_path / "a.pptx", [("开场", "第一句", "备注"), ("地点", "", "")], rows=ROWS))
    assert document.title == "开场"
    assert [(block.text, block.locator) for block in document.blocks] == [
        ("第一句\n\n备注", "slide 1"),
        ("地点", "slide 2"),
    ]
    assert document.tables[0].locator(0) == "slide 2 row 2"


def test_json_records_become_a_table_and_numbers_keep_their_digits(tmp_path: Path) -> None:
    text = '[{"name": "A", "price": 12.50, "tags": ["猫", "书"], "indoor": true}, {"name": "B", "note": null}]'
    (table,) = load(write(tmp_path / "a.json", text)).tables
    assert table.header == ["name", "price", "tags", "indoor", "note"]
    assert table.rows == [["A", "12.50", "猫；书", "true", ""], ["B", "", "", "", ""]]
    assert table.locator(1) == "row 2"


def test_json_lines_are_told_by_content_and_bad_lines_noted(tmp_path: Path) -> None:
    document = load(write(tmp_path / "a.json", '{"say": ["a", "b"]}\n{oops\n\n{"say": []}\n{"say": "c"}\n'))
    assert document.tables[0].rows == [["a; b"], [""], [""], [""], ["c"]]
    assert document.notes == ("1 of 6 lines are not valid JSON and were left out: 2.",)


def test_a_chat_is_text_with_its_roles(tmp_path: Path) -> None:
    chat = {
        "messages": [{"role": "user", "content": "她没回"}, {"role": "assistant", "content": "等等看"}],
        "context": {"stage": "early"},
    }
    (block,) = load(write(tmp_path / "a.jsonl", json.dumps(chat))).blocks
    assert block.text == "messages:\n  user: 她没回\n  assistant: 等等看\ncontext:\n  stage: early"
    assert block.locator == "row 1"


def test_nested_json_is_readable_under_its_keys(tmp_path: Path) -> None:
    value = {"title": "手册", "rules": {"first": {"say": "好"}}, "places": RECORDS}
    document = load(write(tmp_path / "a.json", json.dumps(value)))
    assert document.title == "手册"
    assert [(block.heading, block.text) for block in document.blocks] == [
        ("", "title: 手册"),
        ("rules", "first:\n  say: 好"),
    ]
    assert document.tables[0].rows == documents.PLACES


@pytest.mark.parametrize(
    ("head", "suffix", "kind"),
    [
        pytest.param(b"%PDF-1.7", ".md", "pdf", id="pdf named md"),
        pytest.param(b"PK\x03\x04", ".txt", "zip", id="zip named txt"),
        pytest.param(b"<!DOCTYPE html><p>", ".txt", "html", id="html named txt"),
        pytest.param(b"\xef\xbb\xbf <html>", "", "html", id="html with a mark"),
        pytest.param(b"plain words", ".html", "text", id="text named html"),
        pytest.param(b"{\\rtf1", ".txt", "rtf", id="rtf"),
        pytest.param(b'[{"a": 1}]', ".txt", "json", id="json named txt"),
        pytest.param(b"a,b", ".csv", "csv", id="csv"),
        pytest.param(b"talk about %PDF-1.4", ".md", "markdown", id="words about pdf"),
    ],
)
def test_the_type_is_told_by_content(head: bytes, suffix: str, kind: str) -> None:
    assert sniff(head, suffix) == kind


def test_a_text_may_begin_with_a_bracket(tmp_path: Path) -> None:
    assert load(write(tmp_path / "a.txt", "[草稿] 先问好")).blocks[0].text == "[草稿] 先问好"


def _sparse(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024 + 1)
    return path


def _fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


def _bytes(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "empty": (lambda f: _bytes(f / "a.md", b""), "is empty"),
    "blank": (lambda f: _bytes(f / "a.txt", b" \r\n\t\n"), "is empty"),
    "binary": (lambda f: _bytes(f / "a.md", bytes(range(256)) * 40), "is a binary file named .md"),
    "png": (
        lambda f: _bytes(f / "a.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + os.urandom(3000)),
        "is a binary file",
    ),
    "too big": (lambda f: _sparse(f / "a.txt"), "the limit is 200 MB"),
    "folder": (lambda f: f, "is not a regular file"),
    "fifo": (lambda f: _fifo(f / "a.md"), "is not a regular file"),
    "device": (lambda f: Path("/dev/zero"), "is not a regular file"),
    "missing": (lambda f: f / "none.md", "cannot be read: No such file"),
    "corrupt pdf": (lambda f: _bytes(f / "a.pdf", b"%PDF-1.7\nnothing here"), "is a damaged PDF"),
    "encrypted pdf": (
        lambda f: documents.pdf(f / "a.pdf", ["x"], lang="en", password="p"),
        "needs a password: remove it and save",
    ),
    "scanned pdf": (lambda f: documents.scanned_pdf(f / "a.pdf"), "has no text layer"),
    "encrypted office": (lambda f: documents.ole(f / "a.docx", encrypted=True), "is an encrypted Office file"),
    "old office": (lambda f: documents.ole(f / "a.doc", encrypted=False), "is in an old Office format"),
    "rtf": (lambda f: _bytes(f / "a.rtf", b"{\\rtf1 hi}"), "save it as docx"),
    "zip bomb": (lambda f: documents.zip_bomb(f / "a.docx"), "zip bomb"),
    "lying zip": (lambda f: documents.lying_zip(f / "a.docx"), "is damaged: its zip structure"),
    "other zip": (lambda f: documents.other_zip(f / "a.docx"), "is a zip file but not docx"),
    "cut docx": (
        lambda f: _bytes(f / "a.docx", documents.docx_file(f / "b.docx", {"": ["x"]}).read_bytes()[:900]),
        "is damaged",
    ),
    "empty docx": (lambda f: documents.docx_file(f / "a.docx", {}), "has no text"),
    "bad json": (lambda f: write(f / "a.json", '{"a": '), "is not valid JSON"),
    "deep json": (lambda f: write(f / "a.json", "[" * 200_000), "is not valid JSON: it is nested too deeply"),
    "bad jsonl": (lambda f: write(f / "a.jsonl", "no\nno\n"), "holds no line of valid JSON"),
    "html without text": (lambda f: write(f / "a.html", "<html><script>x</script></html>"), "has no text"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_a_sentence_that_names_it(name: str, tmp_path: Path) -> None:
    make, sentence = BAD[name]
    path = make(tmp_path)
    with pytest.raises(DocumentError, match=re.escape(sentence)) as caught:
        load(path)
    assert caught.value.en.startswith(path.name)
    assert caught.value.zh.startswith(path.name)
    assert caught.value.en.endswith(".")
    assert re.search("[\u4e00-\u9fff].*。$", caught.value.zh)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_gets_a_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md", "x")
    path.chmod(0)
    with pytest.raises(DocumentError, match="may not be read: change its permissions"):
        load(path)


def test_permission_is_looked_at_before_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.md", "x")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(DocumentError, match="may not be read"):
        load(path)


def test_entities_of_a_docx_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    path = documents.billion_laughs(tmp_path / "a.docx")
    host = Path("/etc/hostname").read_text().strip() if Path("/etc/hostname").exists() else "lollol"
    try:
        text = words_of(load(path))
    except DocumentError:
        return
    assert "lollol" not in text
    assert host not in text


def test_too_much_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.load.MAX_CHARACTERS", 1_000_000)
    with pytest.raises(DocumentError, match="holds more than 1 million characters"):
        load(write(tmp_path / "a.txt", "字" * 1_000_001))


def test_replaced_characters_are_counted_in_a_note(tmp_path: Path) -> None:
    data = "".join(ZH).encode()
    document = load(_bytes(tmp_path / "a.txt", data[:100] + b"\xff" + data[100:]))
    assert any(note.endswith("show as U+FFFD.") for note in document.notes)
    assert "\ufffd" in words_of(document)


def test_a_document_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="title"):
        Document.from_json('{"blocks": 3}')


def test_running_headers_are_left_out_and_the_rest_kept(tmp_path: Path) -> None:
    texts = [" ".join(documents.EN_SENTENCES[n % 5] for _ in range(40)) + f" Chapter {n} ends." for n in range(3)]
    document = load(documents.pdf_with_header(tmp_path / "a.pdf", texts, header="Handbook of dates"))
    assert "Handbook" not in words_of(document)
    assert [text for n in range(3) if (text := f"Chapter {n} ends.") in words_of(document)] == [
        "Chapter 0 ends.", "Chapter 1 ends.", "Chapter 2 ends.",
    ]  # fmt: skip
