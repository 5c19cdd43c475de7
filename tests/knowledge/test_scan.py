"""What a scan sees: every file once, the bad ones with their reason, and the difference to what the store knows."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from knowledge import scan as scanning
from knowledge.scan import FoundFile, Signature, compare, scan
from rag.errors import InputError

LONG_AGO = 1_700_000_000_000_000_000


def write(folder: Path, path: str, text: str = "一", *, mtime_ns: int = LONG_AGO) -> Path:
    """A file with an old time, so that its signature is settled."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(mtime_ns, mtime_ns))
    return file


def known(folder: Path) -> dict[str, Signature]:
    """What the store would record after a sync of `folder`."""
    files = compare(folder, {}).added
    return {one.path: (one.size, one.mtime_ns, one.seen_ns, one.sha256, 1) for one in files}


def problems(folder: Path) -> dict[str, str]:
    return {found.path: found.problem.en for found in scan(folder) if found.problem is not None}


def test_files_come_in_a_fixed_order_from_every_folder(tmp_path: Path) -> None:
    for path in ("b.md", "a/2.md", "a/1.md", "中文/说明.txt", "x.md/inside.txt"):
        write(tmp_path, path)
    assert [found.path for found in scan(tmp_path)] == ["a/1.md", "a/2.md", "b.md", "x.md/inside.txt", "中文/说明.txt"]


def test_hidden_files_and_those_of_open_editors_are_left_out(tmp_path: Path) -> None:
    for path in (".hidden", ".git/config", "~$report.docx", "Thumbs.db", "kept.md"):
        write(tmp_path, path)
    assert [found.path for found in scan(tmp_path)] == ["kept.md"]


def test_links_are_left_out_with_the_reason_whether_to_a_file_a_folder_or_nothing(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside/secret.txt")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file.md").symlink_to(outside)
    (folder / "tree").symlink_to(outside.parent)
    (folder / "loop").symlink_to(folder)
    (folder / "nothing.md").symlink_to(folder / "missing")
    found = problems(folder)
    assert found.keys() == {"file.md", "tree", "loop", "nothing.md"}
    assert found["file.md"] == "file.md is left out: it is a link; copy the file itself here."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_named_pipe_is_left_out_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert problems(tmp_path) == {"pipe.md": "pipe.md is left out: it is not a regular file; remove it."}
    assert compare(tmp_path, {}).added[0].sha256 == ""


@pytest.mark.skipif(os.name != "posix", reason="names are text on this system")
def test_a_name_that_is_no_text_is_left_out_and_shown_with_its_bytes(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xff\xfe.md", "w"):
        pass
    (shown,) = problems(tmp_path).items()
    assert shown == (r"\udcff\udcfe.md", r"\udcff\udcfe.md is left out: its name is not valid text.")


def test_a_file_over_the_limit_is_left_out_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "big.pdf").open("wb") as file:
        file.truncate(scanning.MAX_FILE_BYTES + 1)
    assert problems(tmp_path) == {"big.pdf": "big.pdf has 200 MB and the limit is 200 MB; split it into smaller files."}


@pytest.mark.parametrize("make", [Path.touch, lambda path: None], ids=["a file", "missing"])
def test_what_is_no_folder_is_refused_by_its_name(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "documents")
    with pytest.raises(InputError, match=r"documents (is a file|does not exist); .*--knowledge") as raised:
        compare(tmp_path / "documents", {})
    assert str(tmp_path / "documents") in raised.value.zh


def deny(monkeypatch: pytest.MonkeyPatch, denied: Path) -> None:
    """Take the right to list `denied`, which an administrator who runs the tests would always have."""
    real = os.scandir

    def scandir(folder: Path) -> object:
        if Path(folder) == denied:
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)


def test_a_folder_inside_that_may_not_be_read_is_a_row_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.md")
    write(tmp_path, "private/b.md")
    deny(monkeypatch, tmp_path / "private")
    assert problems(tmp_path) == {"private": "private is left out: its folder may not be read."}
    assert [found.path for found in scan(tmp_path)] == ["a.md", "private"]


def test_a_file_in_a_folder_that_may_be_listed_but_not_entered_is_a_row_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.md")
    write(tmp_path, "closed/b.md")
    real = os.scandir

    def scandir(folder: Path) -> object:
        return listing_only(real(folder)) if Path(folder).name == "closed" else real(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    assert problems(tmp_path) == {"closed/b.md": "closed/b.md is left out: it cannot be looked at (Permission denied)."}
    assert [found.path for found in scan(tmp_path)] == ["a.md", "closed/b.md"]


@contextlib.contextmanager
def listing_only(listing: Iterable[os.DirEntry[str]]) -> Iterator[list[Mock]]:
    """The entries of a folder of mode 744: their names and kinds are known, nothing else."""
    entries = []
    for real in listing:
        entry = Mock(is_symlink=Mock(return_value=False), is_dir=Mock(return_value=False), path=real.path)
        entry.name = real.name
        entry.stat.side_effect = PermissionError(13, "Permission denied")
        entries.append(entry)
    yield entries


def test_a_folder_that_fails_when_it_is_listed_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "disk/a.md")
    real = os.scandir

    def scandir(folder: Path) -> object:
        if Path(folder).name == "disk":
            raise OSError(5, "Input/output error")
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    assert problems(tmp_path) == {"disk": "disk is left out: it cannot be listed (Input/output error)."}


def test_a_knowledge_folder_that_may_not_be_read_is_refused_and_not_taken_for_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.md")
    before = known(tmp_path)
    deny(monkeypatch, tmp_path)
    with pytest.raises(InputError, match="may not be read"):
        compare(tmp_path, before)


def test_a_file_or_folder_that_vanishes_during_the_scan_is_simply_not_there(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    vanishing = write(tmp_path, "b.md")
    inside = write(tmp_path, "c/d.md")
    going = scan(tmp_path)
    assert next(going).path == "a.md"
    vanishing.unlink()
    inside.unlink()
    inside.parent.rmdir()
    assert list(going) == []


def test_an_unchanged_folder_has_no_difference(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    write(tmp_path, "b/c.md", "二")
    difference = compare(tmp_path, known(tmp_path))
    assert (difference.added, difference.changed, difference.renamed, difference.removed) == ((), (), (), ())
    assert (difference.touched, difference.unchanged) == ((), 2)


def test_a_settled_file_costs_a_stat_and_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.md")
    before = known(tmp_path)
    monkeypatch.setattr(scanning, "_hashed", lambda *_: pytest.fail("it was opened"))
    assert compare(tmp_path, before).unchanged == 1


def paths(files: tuple[FoundFile, ...]) -> list[str]:
    return [found.path for found in files]


def test_new_edited_renamed_touched_and_removed_files_are_told_apart(tmp_path: Path) -> None:
    for name in ("same", "edited", "renamed", "touched", "removed"):
        write(tmp_path, f"{name}.md", f"这是{name}")
    before = known(tmp_path)
    write(tmp_path, "edited.md", "改过了")
    (tmp_path / "renamed.md").rename(tmp_path / "moved.md")
    os.utime(tmp_path / "touched.md")
    (tmp_path / "removed.md").unlink()
    write(tmp_path, "new.md", "新的")
    difference = compare(tmp_path, before)
    assert (paths(difference.added), paths(difference.changed)) == (["new.md"], ["edited.md"])
    assert [(old, found.path) for old, found in difference.renamed] == [("renamed.md", "moved.md")]
    assert (difference.removed, paths(difference.touched), difference.unchanged) == (("removed.md",), ["touched.md"], 1)


def test_of_two_files_with_one_content_the_one_that_went_is_renamed(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    write(tmp_path, "b.md")
    before = known(tmp_path)
    (tmp_path / "a.md").rename(tmp_path / "c.md")
    write(tmp_path, "d.md")
    difference = compare(tmp_path, before)
    assert [(old, found.path) for old, found in difference.renamed] == [("a.md", "c.md")]
    assert (paths(difference.added), difference.removed, difference.unchanged) == (["d.md"], (), 1)


def test_two_files_that_swap_names_are_both_changed(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "一一")
    write(tmp_path, "b.md", "二", mtime_ns=LONG_AGO + 1)
    before = known(tmp_path)
    (tmp_path / "a.md").rename(tmp_path / "x")
    (tmp_path / "b.md").rename(tmp_path / "a.md")
    (tmp_path / "x").rename(tmp_path / "b.md")
    assert paths(compare(tmp_path, before).changed) == ["a.md", "b.md"]


def test_a_file_written_as_it_was_looked_at_is_hashed_again(tmp_path: Path) -> None:
    file = write(tmp_path, "a.md", "今天")
    before = known(tmp_path)
    size, _, _, sha256, number = before["a.md"]
    mtime_ns = file.stat().st_mtime_ns
    just_seen = {"a.md": (size, mtime_ns, mtime_ns + 100_000_000, sha256, number)}
    write(tmp_path, "a.md", "明天")
    assert paths(compare(tmp_path, just_seen).changed) == ["a.md"]
    assert compare(tmp_path, before).unchanged == 1, "long after, the same time and size are believed"


def test_a_file_that_cannot_be_opened_is_looked_at_again_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.md")
    real = Path.open
    with monkeypatch.context() as patch:

        def denied(self: Path, *arguments: object) -> object:
            if self.name == "a.md":
                raise PermissionError(13, "Permission denied")
            return real(self, *arguments)  # type: ignore[call-overload]

        patch.setattr(Path, "open", denied)
        before = known(tmp_path)
        (found,) = compare(tmp_path, {}).added
        assert found.problem is not None
        assert found.problem.en == "a.md is left out: it cannot be opened (Permission denied)."
        assert compare(tmp_path, before).changed == ()
    assert paths(compare(tmp_path, before).changed) == ["a.md"]
