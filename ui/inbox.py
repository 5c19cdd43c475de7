"""Files that are added to the knowledge folder: given a safe name and written whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
import unicodedata
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ui.components.text import clean

_LONGEST = 120
_FORBIDDEN = frozenset('<>:"|?*')
_HIDDEN = re.compile(r"^(?:[. ]|~\$)+")
_writing = threading.Lock()


def is_hidden(name: str) -> bool:
    """Whether a scan of the folder leaves `name` out: dot files and the lock files of office programs."""
    return name.startswith((".", "~$"))


def safe_name(name: str) -> str | None:
    """The base name of `name` without path parts, control or bidirectional characters and what would hide it.

    None when nothing is left; at most 120 characters before the extension. The extension is kept as typed.
    """
    base = PurePosixPath(name.replace("\\", "/")).name
    kept = (
        c for c in clean(base) if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn") and c not in _FORBIDDEN
    )
    stem, dot, extension = _HIDDEN.sub("", " ".join("".join(kept).split())).rpartition(".")
    if not stem.strip() or not dot:
        return None
    while len(stem.encode()) > 200 or len(stem) > _LONGEST:
        stem = stem[:-1]
    return f"{stem.rstrip(' .')}.{extension.strip()}"


def save(folder: Path, name: str, content: BinaryIO) -> Path:
    """The new file `name` in `folder`; an existing name gets " (2)", " (3)" and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    with _writing:
        target = _free(folder, name)
        handle, part = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                shutil.copyfileobj(content, file)
            # mkstemp makes it private; documents are the user's like any other in the folder.
            Path(part).chmod(0o644)
            os.replace(part, target)
        finally:
            Path(part).unlink(missing_ok=True)
    return target


def _free(folder: Path, name: str) -> Path:
    target, number = folder / name, 1
    while os.path.lexists(target):
        number += 1
        target = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
    return target
