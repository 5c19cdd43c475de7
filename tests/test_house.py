"""Rules of the house that a linter does not know."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("rag", "knowledge", "finetune", "ui")
MAY_IMPORT = {"rag": {"rag"}, "knowledge": {"knowledge", "rag"}, "finetune": {"finetune", "knowledge", "rag"},
              "ui": set(PACKAGES)}  # fmt: skip


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    assert {name for name in imported(path) if name in PACKAGES} <= MAY_IMPORT[package]


def test_nothing_is_pickled_and_no_html_is_passed_through() -> None:
    for path in modules():
        source = path.read_text(encoding="utf-8")
        assert not {"pickle", "shelve", "marshal", "dill", "joblib"} & set(imported(path)), path
        assert "unsafe_allow_html" not in source, path
        assert "allow_dangerous_deserialization" not in source, path


def test_every_module_of_the_map_exists_and_every_module_is_on_the_map() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8").split("## Map")[1].split("```")[1]
    patterns, package = {name: set[str]() for name in PACKAGES}, ""
    for line in text.splitlines():
        head = re.match(r"(\w+)/", line)
        package = head[1] if head else package
        if package in patterns and not head:
            names = re.match(r"((?:\s+[\w*/.]+)+)", line)
            patterns[package] |= set((names[1] if names else "").split())
    for name, listed in patterns.items():
        for pattern in listed:
            if pattern.endswith((".py", "/")):
                assert list((ROOT / name).glob(pattern.rstrip("/"))), f"{name}/{pattern} is on the map only"
        for path in (ROOT / name).glob("*.py"):
            on_map = any(path.match(pattern) for pattern in listed)
            assert path.name == "__init__.py" or on_map, f"{path.name} of {name} is not on the map"


def test_no_path_of_one_machine_is_in_the_repository() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("this is not a git checkout")
    private = re.compile("/(?:work|farm|root|home/[a-z]+)/" + r"[\w.]")
    for name in tracked.stdout.split("\0"):
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".csv", ".jsonl", ".json", ".yaml") and path.is_file():
            found = private.search(path.read_text(encoding="utf-8"))
            assert found is None, f"{name}: {found}"
