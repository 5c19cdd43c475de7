"""A hostile file costs its own row and nothing else: the reader is killed, restarted, and leaves nothing behind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from knowledge.load import Document
from knowledge.sandbox import Reader, load_isolated
from rag.errors import DocumentError
from tests.knowledge import documents


def child(behaviour: str) -> list[str]:
    """The command of a child that is ready and then does `behaviour` for a path in `line`."""
    code = f"import os, signal, sys, time\nprint('ready', flush=True)\nfor line in sys.stdin:\n    {behaviour}"
    return [sys.executable, "-c", code]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(documents.html_page(["先问她的意见。"]), encoding="utf-8")
    return path


def test_good_and_bad_files_come_in_order_and_one_child_reads_them_all(page: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    note = tmp_path / "note.md"
    note.write_text("# 记\n一", encoding="utf-8")
    slides = documents.pptx_file(tmp_path / "a.pptx", [("开场", "你好", "")])
    paths = [page, broken, note, tmp_path / "missing.md", slides]
    with Reader() as reader:
        found = [reader.read(path) for path in paths]
        assert reader.starts == 1
    assert [one.title if isinstance(one, Document) else one.en for one in found] == [
        "约会手册",
        "broken.pdf is a damaged PDF: save or download it again.",
        "记",
        "missing.md cannot be read: No such file or directory.",
        "开场",
    ]
    assert isinstance(found[1], DocumentError)
    assert found[1].zh == "broken.pdf 是损坏的 PDF：请重新保存或下载。"


def test_what_the_child_reads_equals_what_this_process_reads(page: Path) -> None:
    from knowledge.load import load

    assert list(load_isolated([page])) == [(page, load(page))]


def test_no_child_starts_for_plain_text(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("你好", encoding="utf-8")
    with Reader() as reader:
        assert isinstance(reader.read(note), Document)
        assert reader.starts == 0


def test_large_text_goes_to_the_child(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("你好" * 800_000, encoding="utf-8")
    with Reader() as reader:
        assert isinstance(reader.read(note), Document)
        assert reader.starts == 1


@pytest.mark.parametrize(
    ("behaviour", "sentence", "chinese"),
    [
        pytest.param("time.sleep(600)", "took longer than 0.5 s", "读取超过 0.5 秒", id="hangs"),
        pytest.param(
            "os.kill(os.getpid(), signal.SIGXCPU)", "took longer than 0.5 s", "读取超过 0.5 秒", id="computes on"
        ),
        pytest.param("os.abort()", "crashed the reader", "使读取程序崩溃", id="crashes"),
        pytest.param("sys.exit(0)", "crashed the reader", "使读取程序崩溃", id="leaves"),
        pytest.param("print('{', flush=True)", "crashed the reader", "使读取程序崩溃", id="answers nonsense"),
        pytest.param("print('{\"blocks\": 1}', flush=True)", "crashed the reader", "使读取程序崩溃", id="wrong shape"),
        pytest.param("sys.exit(77)", "needed more than 1 GB of memory", "需要超过 1 GB 内存", id="memory"),
        pytest.param(
            "print('memory allocation of 9 bytes failed', file=sys.stderr, flush=True); os.abort()",
            "needed more than 1 GB of memory",
            "需要超过 1 GB 内存",
            id="memory in a library",
        ),
    ],
)
def test_a_lost_child_costs_one_row_and_is_started_again(
    behaviour: str, sentence: str, chinese: str, page: Path
) -> None:
    with Reader(seconds=0.5 if "0.5" in sentence else 30, command=child(behaviour)) as reader:
        for starts in (1, 2):
            problem = reader.read(page)
            assert isinstance(problem, DocumentError)
            assert problem.en.startswith(f"page.html {sentence}")
            assert chinese in problem.zh
            assert reader.starts == starts


def test_a_child_that_cannot_start_is_an_error_row(page: Path) -> None:
    with Reader(command=[sys.executable, "-c", "raise SystemExit(1)"]) as reader:
        problem = reader.read(page)
    assert isinstance(problem, DocumentError)


@pytest.mark.skipif(sys.platform != "linux", reason="the address space is limited on Linux only")
def test_a_file_that_needs_too_much_memory_is_stopped_and_the_next_is_read(page: Path, tmp_path: Path) -> None:
    heavy = documents.docx_file(tmp_path / "heavy.docx", {"": documents.paragraphs(400, sentences=200)})
    with Reader(memory=10 * 1024 * 1024) as reader:
        problem = reader.read(heavy)
        assert isinstance(problem, DocumentError)
        assert problem.en.startswith("heavy.docx needed more than 10 MB of memory")
        assert isinstance(reader.read(page), Document)


def test_nothing_is_left_when_the_caller_stops_early(page: Path) -> None:
    found = load_isolated([page, page])
    next(found)
    found.close()  # type: ignore[attr-defined]


def test_closing_ends_the_child(page: Path) -> None:
    reader = Reader()
    reader.read(page)
    process = reader.child
    assert process is not None
    assert process.poll() is None
    reader.close()
    assert process.returncode is not None
    assert reader.child is None
    reader.close()
