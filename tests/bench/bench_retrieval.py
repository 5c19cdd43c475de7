"""`qixi eval retrieval` with the machine beside its figures: `python -m tests.bench.bench_retrieval DIR…`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.bench.machine import ROOT, write_result


def main() -> None:
    """Judge every BEIR folder named on the command line and write results/retrieval-NAME.json."""
    for folder in map(Path, sys.argv[1:]):
        command = [sys.executable, "-m", "ui.cli", "eval", "retrieval", "--data", str(folder), "--json"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        write_result(f"retrieval-{folder.resolve().name}", json.loads(done.stdout))


if __name__ == "__main__":
    main()
