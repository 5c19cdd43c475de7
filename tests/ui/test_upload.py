"""Added files get a safe name inside the knowledge folder, and removal stays inside it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.components.documents import remove_file
from ui.components.upload import allowed
from ui.inbox import is_hidden, safe_name, save


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        pytest.param("../../etc/tips.md", "tips.md", id="parent_folders"),
        pytest.param("C:\\docs\\杭州 店.csv", "杭州 店.csv", id="windows_path"),
        pytest.param("a\x00b\u202ecsv.exe.md", "abcsv.exe.md", id="nul_and_bidi"),
        pytest.param("..hidden.txt", "hidden.txt", id="leading_dots"),
        pytest.param("~$菜单.xlsx", "菜单.xlsx", id="office_lock_file"),
        pytest.param(".md", None, id="nothing_left"),
        pytest.param("..", None, id="only_dots"),
        pytest.param("noextension", None, id="no_extension"),
        pytest.param("长" * 200 + ".md", "长" * 66 + ".md", id="too_long"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str | None) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=60))
def test_no_name_leaves_its_folder(name: str) -> None:
    safe = safe_name(name + ".md")
    assert safe is None or (Path(safe).name == safe and not is_hidden(safe) and "\x00" not in safe)


@pytest.mark.parametrize(("name", "ok"), [("a.CSV", True), ("a.md", True), ("a.exe", False), ("a.md.sh", False)])
def test_only_known_types_are_allowed(name: str, ok: bool) -> None:
    assert allowed(name) is ok


def test_an_existing_name_gets_a_number(tmp_path: Path) -> None:
    names = [save(tmp_path, "店.csv", BytesIO(content)).name for content in (b"1", b"2", b"3")]
    assert names == ["店.csv", "店 (2).csv", "店 (3).csv"]
    assert [(tmp_path / name).read_bytes() for name in names] == [b"1", b"2", b"3"]


def test_a_saved_file_leaves_no_part_behind(tmp_path: Path) -> None:
    save(tmp_path / "new", "a.md", BytesIO(b"text"))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.md"]


def test_a_file_that_breaks_off_leaves_nothing_behind(tmp_path: Path) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ValueError("the connection broke off")

    with pytest.raises(ValueError, match="broke off"):
        save(tmp_path, "a.md", Broken())
    assert list(tmp_path.iterdir()) == []


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to(tmp_path / "elsewhere")
    assert save(tmp_path, "a.md", BytesIO(b"text")).name == "a (2).md"
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_of_the_folder_is_removed(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.md").write_text("x")
    assert remove_file(tmp_path, "sub/a.md")
    assert not (tmp_path / "sub" / "a.md").exists()


@pytest.mark.parametrize("path", ["../outside.md", "link/outside.md", "folder"])
def test_nothing_outside_the_folder_is_removed(tmp_path: Path, path: str) -> None:
    root = tmp_path / "knowledge"
    (root / "folder").mkdir(parents=True)
    (tmp_path / "outside.md").write_text("x")
    (root / "link").symlink_to(tmp_path)
    assert not remove_file(root, path)
    assert (tmp_path / "outside.md").exists()
