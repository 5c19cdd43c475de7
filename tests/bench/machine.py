"""Where and on what a figure was measured."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results"
DOCUMENTS = ROOT / "knowledge" / "documents"


def quantiles(values: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile, to two decimals."""
    ordered = sorted(values)
    return {"p50": round(statistics.median(ordered), 2), "p95": round(ordered[int(len(ordered) * 0.95)], 2)}


def write_result(name: str, figures: dict[str, Any]) -> None:
    """Put `figures` with machine, commit, libraries and data hash into results/`name`.json."""
    result = {"benchmark": name, **describe_machine(), **figures}
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=2)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def describe_machine() -> dict[str, Any]:
    """Processor, cores, load, commit and the versions that matter."""
    libraries = ("numpy", "faiss-cpu", "faiss-gpu", "tantivy", "onnxruntime", "ortools", "streamlit")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "commit": commit or None,
        "cpu": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "libraries": {name: version for name in libraries if (version := _version(name))},
        "documents_sha256": _documents_hash(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _documents_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(DOCUMENTS.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(DOCUMENTS).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]
